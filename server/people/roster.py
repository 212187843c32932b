"""A roster as it arrives: a workbook or a CSV file, turned into plain rows. Runs in a thread; touches no database.

openpyxl is loaded with the first workbook: a process that is handed none does without its six megabytes.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from server.people.errors import RosterUnreadable

MOST_ROWS = 5000  # beyond people.roster_rows of the core: reading stops there, and the core then refuses
MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024  # a workbook is a zip file and may be a bomb
MOST_PARTS = 1000  # files in it
LONGEST_CELL = 200
FORMATTED_ROWS = 500
DIGITS_KEPT = 10**15  # a number cell of a spreadsheet keeps fifteen digits
HEADINGS = {
    "姓名": "name",
    "性别": "sex",
    "出生日期": "birth_date",
    "身份证号": "national_id",
    "身份证号码": "national_id",
    "公民身份号码": "national_id",
    "联系电话": "phone",
    "手机号": "phone",
    "电话": "phone",
    "床位": "bed",
    "床位号": "bed",
    "养老机构": "home",
    "机构": "home",
    "机构名称": "home",
}
TOO_LARGE = "文件超过 10 MB，请去掉图片和多余的工作表后重新上传。"
NEEDED = "第一行应是表头，至少有“姓名”和“身份证号”两列。请下载模板，按模板填写。"


@dataclass(frozen=True)
class Roster:
    """The rows below the heading; `row` of each is the line number that the person sees."""

    rows: tuple[dict[str, str], ...]
    digest: str


def read_roster(filename: str, content: bytes) -> Roster:
    """Read .xlsx, or .csv in UTF-8 or GB18030. Raise `RosterUnreadable` when it is neither."""
    if len(content) > MOST_BYTES:
        raise RosterUnreadable(TOO_LARGE)
    lines = _workbook_lines(content) if filename.lower().endswith((".xlsx", ".xlsm")) else _csv_lines(content)
    try:
        rows = tuple(_rows(lines))
    except (csv.Error, ValueError, KeyError, zipfile.BadZipFile):
        raise RosterUnreadable from None
    return Roster(rows=rows, digest=text_digest(content))


def read_lines_of(filename: str, content: bytes, *, most_columns: int, most_rows: int) -> Iterator[list[str]]:
    """Give the lines of any sheet as a person sees them, for another feature's table. Raise `RosterUnreadable`."""
    if len(content) > MOST_BYTES:
        raise RosterUnreadable(TOO_LARGE)
    if filename.lower().endswith((".xlsx", ".xlsm")):
        yield from _workbook_lines(content, most_columns=most_columns, most_rows=most_rows)
    else:
        yield from (line[:most_columns] for line in islice(_csv_lines(content), most_rows + 2))


def text_digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _rows(lines: Iterator[list[str]]) -> Iterator[dict[str, str]]:
    keys = [HEADINGS.get(heading.strip().rstrip("*＊"), "") for heading in next(lines, [])]
    if not {"name", "national_id"} <= set(keys):
        raise RosterUnreadable(NEEDED)
    for number, line in enumerate(islice(lines, MOST_ROWS + 1), start=2):
        cells = {key: cell for key, cell in zip(keys, line, strict=False) if key}
        if any(cells.values()):
            yield {**cells, "row": str(number)}


def _workbook_lines(
    content: bytes, *, most_columns: int = 40, most_rows: int = MOST_ROWS
) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415  see above
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise RosterUnreadable
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise RosterUnreadable from None
    try:
        sheet = book.worksheets[0]
        lines: Iterable[tuple[Any, ...]] = sheet.iter_rows(
            max_col=most_columns, max_row=most_rows + 2, values_only=True
        )
        for line in lines:
            yield [_text(cell) for cell in line]
    finally:
        book.close()


def _csv_lines(content: bytes) -> Iterator[list[str]]:
    for line in csv.reader(io.StringIO(_decoded(content))):
        yield [_text(cell) for cell in line]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterUnreadable


def _text(cell: Any) -> str:
    """Return what the person sees in the cell; formulas stay text and are refused by the core."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float) and abs(cell) >= DIGITS_KEPT:
        return f"{cell:.5e}"  # Excel has lost the last digits already: it must not pass for the real number
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()[:LONGEST_CELL]


def empty_roster() -> bytes:
    """Return a workbook with the headings alone; the number's column is text, so that Excel keeps all digits."""
    from openpyxl import Workbook  # noqa: PLC0415  see above

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名册"
    sheet.append(("姓名", "性别", "出生日期", "身份证号", "联系电话", "床位"))
    for letter in "ABCDEF":
        sheet.column_dimensions[letter].width = 20
        for row in range(1, FORMATTED_ROWS):
            sheet[f"{letter}{row}"].number_format = "@"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
