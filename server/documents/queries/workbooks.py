"""One table as a workbook: a sheet of data, a sheet that says what it means.

Rows go to a file as they come, so that a hundred thousand of them need no more memory than one. Text is written as
text: what begins with `=`, `+`, `-` or `@` is no formula, and an address is no link.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from server.documents.queries.sheets import Column, Value
from server.kit.clock import SHANGHAI

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}
LONGEST = 32_767  # letters that a cell can hold
MOST_ROWS = 1_000_000  # a sheet ends at 1 048 576
PRIVACY = (
    "这份表格含有个人信息，只能用于上面写的用途；不要转发、不要放到公共电脑或网盘，用完请删除。"
    "导出和每次下载都有记录。"
)


@dataclass(frozen=True)
class About:
    """What the second sheet tells of the first."""

    title: str
    conditions: str
    asked_by: str
    written_at: datetime
    reason: str
    definitions: tuple[tuple[str, str], ...] = ()  # of what the rows speak of


class TableFile:
    """A workbook under way; used from one thread at a time."""

    def __init__(self, path: Path, columns: Sequence[Column[Any]]) -> None:
        import xlsxwriter  # noqa: PLC0415  two megabytes that only the writer of tables needs

        self.rows = 0
        self._columns = columns
        self._book = xlsxwriter.Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#DCEAE6", "text_wrap": True})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._data = self._book.add_worksheet("数据")
        self._notes = self._book.add_worksheet("说明")
        self._data.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            self._data.set_column(place, place, column.width)
            self._data.write_string(0, place, column.title, self._bold)

    def add(self, cards: Sequence[Any]) -> None:
        for card in cards:
            self.rows += 1
            for place, column in enumerate(self._columns):
                self._write(self.rows, place, column.value(card))

    def close(self, about: About) -> None:
        """Write the second sheet and pack the file."""
        self._data.autofilter(0, 0, self.rows, len(self._columns) - 1)
        self._explain(about)
        self._book.close()

    def _write(self, row: int, place: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            local = value.astimezone(SHANGHAI).replace(tzinfo=None)
            self._data.write_datetime(row, place, local, self._moment)
        elif isinstance(value, date):
            self._data.write_datetime(row, place, value, self._day)
        elif isinstance(value, int):
            self._data.write_number(row, place, value)
        else:
            self._data.write_string(row, place, value[:LONGEST])

    def _explain(self, about: About) -> None:
        moment = about.written_at.astimezone(SHANGHAI)
        facts = [
            ("表格", about.title),
            ("条件", about.conditions),
            ("导出人", about.asked_by),
            ("写表时间", f"{moment:%Y-%m-%d %H:%M}"),
            ("行数", str(self.rows)),
            ("用途", about.reason),
            ("注意", PRIVACY),
        ]
        self._notes.set_column(0, 0, 18)
        self._notes.set_column(1, 1, 90)
        lines = [*facts, ("", ""), ("列", "含义"), *((each.title, each.definition) for each in self._columns)]
        if about.definitions:
            lines += [("", ""), ("口径", ""), *about.definitions]
        for row, (name, words) in enumerate(lines):
            self._notes.write_string(row, 0, name, self._bold if name else None)
            self._notes.write_string(row, 1, words, self._bold if name == "列" else self._wrap)
