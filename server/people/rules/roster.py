"""What one line of a roster must say. Sentences never repeat what was written, least of all a number."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.people.errors import WrongNationalId
from server.people.rules.care import Sex
from server.people.rules.national_id import can_be_born_on, parse_national_id

COLUMNS = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "national_id": "身份证号",
    "phone": "联系电话",
    "bed": "床位",
    "home": "养老机构",
}
SEXES = {"男": Sex.MALE, "女": Sex.FEMALE, "": Sex.UNKNOWN}
PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\d{5,6}|[48]00-?\d{3}-?\d{4}")
NAME = re.compile(r"[\w·•. ]{1,60}")
BED = re.compile(r"[\w\-/#· ]{1,20}")
LONGEST_HOME = 100
PREVIEW_LASTS = timedelta(minutes=30)  # so long may somebody think about a preview before they say yes to it
# A spreadsheet runs a cell that begins so; one of them in a roster is an accident or an attack.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULA = "这一格是公式或以特殊符号开头，请改成普通文字。"


class RosterStep(StrEnum):
    """What one sound line of a roster comes to."""

    ADMIT = "admit"  # somebody new, or somebody who had left
    TRANSFER = "transfer"  # from another home of the same hands
    CHANGE_BED = "change_bed"
    UPDATE = "update"  # the phone alone
    NOTHING = "nothing"


@dataclass(frozen=True)
class RosterFault:
    row: int  # the line number that the person sees; 0: the file as a whole
    column: str
    sentence: str


@dataclass(frozen=True, repr=False)
class RosterLine:
    """A sound line."""

    row: int
    name: str
    sex: Sex
    birth_date: date
    national_id: str | None
    phone: str | None
    bed: str | None
    home: str | None
    upgraded: bool


def read_lines(
    rows: Iterable[Mapping[str, str]], *, today: date
) -> tuple[tuple[RosterLine, ...], tuple[RosterFault, ...]]:
    """Return the sound lines and every fault of the others."""
    lines: list[RosterLine] = []
    faults: list[RosterFault] = []
    for number, row in enumerate(rows, start=2):
        reader = _Reader(int(row.get("row") or number), row, today)
        line = reader.line()
        if line is None:
            faults += reader.faults
        else:
            lines.append(line)
    return tuple(lines), (*faults, *twice(lines))


def twice(lines: Sequence[RosterLine]) -> list[RosterFault]:
    """Return a fault for every line that names a person or a bed of an earlier line."""
    faults: list[RosterFault] = []
    people: dict[tuple[object, ...], int] = {}
    beds: dict[tuple[str | None, str], int] = {}
    for line in lines:
        who = (line.national_id,) if line.national_id else (line.home, line.name, line.birth_date)
        first = people.setdefault(who, line.row)
        if first != line.row:
            faults.append(
                RosterFault(line.row, COLUMNS["national_id"], f"与第 {first} 行是同一个人，请只保留一行。")
            )
        first = beds.setdefault((line.home, line.bed), line.row) if line.bed else line.row
        if first != line.row:
            faults.append(RosterFault(line.row, COLUMNS["bed"], f"与第 {first} 行是同一张床位，请核对。"))
    return faults


class _Reader:
    def __init__(self, number: int, row: Mapping[str, str], today: date) -> None:
        self.number, self.row, self.today = number, row, today
        self.faults: list[RosterFault] = []

    def line(self) -> RosterLine | None:
        name = self._matching(
            "name", NAME, "请填写姓名，只用汉字、字母和间隔号，不超过 60 个字。", needed=True
        )
        sex = SEXES.get(self._cell("sex"))
        if sex is None:
            self._fault("sex", "性别请填“男”或“女”。")
        phone = self._matching("phone", PHONE, "电话号码不对，请填 11 位手机号或带区号的座机号。")
        bed = self._matching("bed", BED, "床位请用数字、字母和短横线，不超过 20 个字。")
        home = self._cell("home")[:LONGEST_HOME]
        birth_date, number, sex, upgraded = self._identity(sex or Sex.UNKNOWN)
        if self.faults or birth_date is None:
            return None
        return RosterLine(
            self.number, name, sex, birth_date, number, phone or None, bed or None, home or None, upgraded
        )

    def _identity(self, sex: Sex) -> tuple[date | None, str | None, Sex, bool]:
        written = self._birth_date()
        text = self._cell("national_id")
        if not text:
            if written is None and not self.faults:
                self._fault("birth_date", "没有身份证号时，请填写出生日期，例如 1936-02-29。")
            return written, None, sex, False
        try:
            identity = parse_national_id(text, today=self.today)
        except WrongNationalId as error:
            self._fault("national_id", error.sentence)
            return None, None, sex, False
        if written not in {None, identity.birth_date}:
            self._fault("birth_date", "出生日期与身份证号不一致，请核对。")
        if sex not in {Sex.UNKNOWN, identity.sex}:
            self._fault("sex", "性别与身份证号不一致，请核对。")
        return identity.birth_date, identity.number, identity.sex, identity.upgraded

    def _birth_date(self) -> date | None:
        text = self._cell("birth_date").replace("/", "-").replace(".", "-")
        if not text:
            return None
        try:
            born = date(*(int(part) for part in text.split("-")))
        except (ValueError, TypeError):
            born = None
        if born is None or not can_be_born_on(born, today=self.today):
            self._fault("birth_date", "出生日期不对，请写成 1936-02-29 这样的格式。")
            return None
        return born

    def _matching(self, column: str, shape: re.Pattern[str], sentence: str, *, needed: bool = False) -> str:
        text = self._cell(column)
        if (text or needed) and not self._has_fault(column) and not shape.fullmatch(text):
            self._fault(column, sentence)
        return text

    def _cell(self, column: str) -> str:
        text = (self.row.get(column) or "").strip()
        if text.startswith(FORMULA_STARTS) or "\x00" in text:
            self._fault(column, FORMULA)
            return ""
        return text

    def _has_fault(self, column: str) -> bool:
        return any(fault.column == COLUMNS[column] for fault in self.faults)

    def _fault(self, column: str, sentence: str) -> None:
        fault = RosterFault(self.number, COLUMNS[column], sentence)
        if fault not in self.faults:
            self.faults.append(fault)
