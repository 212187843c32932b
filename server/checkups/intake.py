"""A file of check-up results as it arrives, turned into plain rows by its headings. Runs in a thread; touches no database."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from server.checkups.errors import FileUnreadable, TooManyRows
from server.checkups.rules import Edition
from server.people.errors import RosterUnreadable
from server.people.roster import read_lines_of, text_digest

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "受检者", "体检人"),
    "national_id": ("身份证号", "身份证号码", "公民身份号码", "证件号码"),
    "birth_date": ("出生日期",),
    "bed": ("床位", "床位号", "床号"),
    "examined_on": ("体检日期", "检查日期", "日期"),
    "conclusion": ("结论", "体检结论", "健康评价", "总检结论"),
    "advice": ("建议", "健康指导", "总检建议"),
    "next_on": ("下次体检日期", "下次体检"),
}
NEEDED = ("name", "examined_on")
MOST_COLUMNS = 120
IN_BRACKETS = re.compile(r"[（(\[【].*?[）)\]】]")


@dataclass(frozen=True, repr=False)
class ReportFile:
    """The rows below the heading; `row` of each is the line number that the person sees."""

    rows: tuple[dict[str, str], ...]
    mapped: tuple[tuple[str, str], ...]  # heading of the file -> what it was taken for
    unknown: tuple[str, ...]  # headings that nobody knows: their columns are not taken in
    digest: str


def read_reports(filename: str, content: bytes, *, edition: Edition, most_rows: int) -> ReportFile:
    """Read .xlsx, or .csv in UTF-8 or GB18030, up to `most_rows` below the heading (`TooManyRows`).

    Raise `FileUnreadable` when it is neither, or its headings lack the needed.
    """
    lines = _lines(filename, content, most_rows)
    known = _known(edition)
    words = {item.name: item.words for item in edition.items} | {
        name: also[0] for name, also in HEADINGS.items()
    }
    keys = [known.get(_plain(heading), "") for heading in lines[0]]
    if not set(NEEDED) <= set(keys):
        raise FileUnreadable
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells: dict[str, str] = {}
        for key, cell in zip(keys, line, strict=False):
            if key and cell and key not in cells:
                cells[key] = cell
        if cells:
            rows.append({**cells, "row": str(number)})
    pairs = [(heading, key) for heading, key in zip(lines[0], keys, strict=False) if heading]
    return ReportFile(
        rows=tuple(rows),
        mapped=tuple((heading, words[key]) for heading, key in pairs if key),
        unknown=tuple(heading for heading, key in pairs if not key),
        digest=text_digest(content),
    )


def empty_sheet(edition: Edition) -> bytes:
    """Return a workbook with the headings of an edition alone."""
    from openpyxl import Workbook  # noqa: PLC0415  every process would hold it, and few hand out a template
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "体检结果"
    own = [also[0] for also in HEADINGS.values()]
    headings = [*own[:5], *(_titled(item.words, item.unit) for item in edition.items), *own[5:]]
    sheet.append(headings)
    for column in range(1, len(headings) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _lines(filename: str, content: bytes, most_rows: int) -> list[list[str]]:
    try:
        lines = list(read_lines_of(filename, content, most_columns=MOST_COLUMNS, most_rows=most_rows))
    except (RosterUnreadable, csv.Error, ValueError, KeyError):
        raise FileUnreadable from None
    if not lines:
        raise FileUnreadable
    if len(lines) > most_rows + 1:
        raise TooManyRows.than(most_rows)
    return lines


def _titled(words: str, unit: str) -> str:
    return f"{words}（{unit}）" if unit else words


def _known(edition: Edition) -> dict[str, str]:
    named = {_plain(each): name for name, also in HEADINGS.items() for each in also}
    return named | {_plain(each): item.name for item in edition.items for each in item.headings}


def _plain(heading: str) -> str:
    """Return a heading without its unit, spaces and stars, in one width and one case."""
    text = unicodedata.normalize("NFKC", IN_BRACKETS.sub("", heading))
    return "".join(text.split()).strip("*:").upper()
