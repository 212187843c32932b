"""A roster is taken in whole or not at all, and the same roster again changes nothing."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openpyxl import Workbook

from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.audit.models import AuditEntry
from server.authority.actor import Actor, Channel, system_actor
from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER, ZHAO_YUN_NUMBER
from server.demo.roster import roster_lines, town_roster
from server.kit.engines.counting import counted
from server.kit.errors import DomainError
from server.people import actions, queries
from server.people.actions import RosterReport
from server.people.errors import RosterUnreadable
from server.people.models import Resident, ResidentStay, RosterImport
from server.people.roster import read_roster
from server.people.rules import StayEnd, check_character

Actors = Callable[[str], Awaitable[Actor]]
COMMAND = system_actor("import", Channel.COMMAND)
GOOD = {"name": "沈阿毛", "national_id": "330299195507150211", "bed": "301-1", "phone": "13800001111"}


def workbook(*lines: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def number(running: int) -> str:
    body = f"33029919450101{running:03d}"
    return body + check_character(body)


async def imported(
    actor: Actor, rows: list[dict[str, str]], now: Any, home_uid: str | None = None
) -> RosterReport:
    return await actions.import_roster(
        actor=actor, home_uid=home_uid, rows=rows, file_digest="sha256:00", now=now
    )


def said(report: RosterReport) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in report.faults]


class TestAWholeTown:
    async def test_three_hundred_residents_of_six_homes(self, town: Town, clock: Any) -> None:
        assert town
        sheet = read_roster("名册.xlsx", town_roster())

        first = await imported(COMMAND, list(sheet.rows), clock())
        again = await imported(COMMAND, list(sheet.rows), clock())

        assert (first.faults, first.admitted, first.unchanged) == ((), 300, 0)
        assert (again.faults, again.admitted, again.moved, again.updated, again.unchanged) == (
            (),
            0,
            0,
            0,
            300,
        )
        assert await Resident.filter(home_id__isnull=False).count() == 303
        homes = await Institution.filter(kind=InstitutionKind.NURSING_HOME).values_list("id", flat=True)
        assert len(homes) == 6
        assert {await Resident.filter(home_id=home).count() for home in homes} <= {50, 51, 52}
        assert await queries.faults(now=clock()) == []

    async def test_the_workbook_is_the_same_every_time_and_its_numbers_are_valid(self) -> None:
        assert roster_lines() == roster_lines()
        assert len({line[4] for line in roster_lines(residents=900)}) == 900
        assert all(line[4].startswith("330299") for line in roster_lines())
        assert len(read_roster("a.xlsx", town_roster(homes=2, residents=5)).rows) == 5

    async def test_takes_few_queries_whatever_its_length(self, town: Town, clock: Any) -> None:
        assert town

        asked = []
        for residents in (60, 300):
            with counted() as statements:
                await imported(
                    COMMAND, list(read_roster("a.xlsx", town_roster(residents=residents)).rows), clock()
                )
            asked.append(len(statements))

        assert 0 < asked[0] < 40
        assert asked[1] <= asked[0] + 4


class TestChecks:
    @pytest.mark.parametrize(
        ("wrong", "column"),
        [
            ({"name": ""}, "姓名"),
            ({"name": '=HYPERLINK("http://x")'}, "姓名"),
            ({"name": "+86"}, "姓名"),
            ({"name": "@cmd"}, "姓名"),
            ({"name": "沈<b>"}, "姓名"),
            ({"national_id": "330299195507150212"}, "身份证号"),
            ({"national_id": "3.30299E+17"}, "身份证号"),
            ({"national_id": "", "birth_date": ""}, "出生日期"),
            ({"birth_date": "1955-07-16"}, "出生日期"),
            ({"birth_date": "1955年"}, "出生日期"),
            ({"sex": "女"}, "性别"),
            ({"sex": "其他"}, "性别"),
            ({"phone": "1380000"}, "联系电话"),
            ({"bed": "=1+1"}, "床位"),
            ({"bed": "201-1"}, "床位"),  # Wang's
            ({"home": "没有的养老院"}, "养老机构"),
        ],
    )
    async def test_name_the_row_and_the_column(
        self, town: Town, actor: Actors, clock: Any, wrong: dict[str, str], column: str
    ) -> None:
        rows = [{"name": "甲", "national_id": number(1)}, {**GOOD, **wrong}]

        report = await imported(await actor("he"), rows, clock(), town.alliance.yihe)

        assert said(report) == [(3, column)]
        assert all(fault.sentence.endswith("。") for fault in report.faults)
        assert await Resident.all().count() == 3  # nothing half-imported
        assert await RosterImport.all().count() == 0

    async def test_never_repeat_a_number(self, town: Town, actor: Actors, clock: Any) -> None:
        rows = [
            {**GOOD, "national_id": "330299195507150212"},
            {"name": "李福", "national_id": LI_NUMBER},
            {"name": "赵云珍", "national_id": ZHAO_YUN_NUMBER},
        ]

        report = await imported(await actor("he"), rows, clock(), town.alliance.yihe)

        assert said(report) == [(2, "身份证号"), (3, "姓名"), (4, "身份证号")]
        assert not any(digits in str(report) for digits in ("330299", LI_NUMBER[6:14], ZHAO_YUN_NUMBER[6:14]))
        noted = await AuditEntry.all().values_list("detail", flat=True)
        assert "330299" not in str(noted)

    async def test_find_the_same_person_and_the_same_bed_twice(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        rows = [GOOD, {**GOOD, "bed": "302-1"}, {"name": "乙", "national_id": number(2), "bed": "301-1"}]

        report = await imported(await actor("he"), rows, clock(), town.alliance.yihe)

        assert said(report) == [(3, "身份证号"), (4, "床位")]

    async def test_bound_the_length(self, town: Town, actor: Actors, clock: Any) -> None:
        report = await imported(await actor("he"), [GOOD] * 5001, clock(), town.alliance.yihe)

        assert said(report) == [(0, "")]

    async def test_a_home_imports_only_its_own(self, town: Town, actor: Actors, clock: Any) -> None:
        he = await actor("he")

        report = await imported(he, [{**GOOD, "home": "云桥市松鹤养老院"}], clock(), town.alliance.yihe)
        with pytest.raises(DomainError) as refusal:
            await imported(he, [GOOD], clock(), town.alliance.songhe)

        assert said(report) == [(2, "养老机构")]
        assert refusal.value.code == "kit.not_found"
        without_home = await imported(await actor("nurse"), [GOOD], clock())
        assert said(without_home) == [(2, "养老机构")]


class TestChanges:
    async def test_beds_are_swapped_and_phones_updated(self, town: Town, actor: Actors, clock: Any) -> None:
        rows = [
            {"name": "王桂兰", "national_id": WANG_NUMBER, "bed": "202-1"},
            {"name": "李福生", "national_id": LI_NUMBER, "bed": "201-1", "phone": "13811112222"},
            GOOD,
        ]

        report = await imported(await actor("he"), rows, clock(), town.alliance.yihe)

        assert (report.faults, report.admitted, report.moved, report.unchanged) == ((), 1, 2, 0)
        beds = dict(
            await Resident.filter(uid__in=[town.people.wang, town.people.li]).values_list("name", "bed")
        )
        assert beds == {"王桂兰": "202-1", "李福生": "201-1"}
        assert await queries.faults(now=clock()) == []

    async def test_somebody_without_a_number_is_known_again(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        rows = [{"name": "无名氏", "birth_date": "1930/5/6", "sex": "男", "bed": "9"}]
        he = await actor("he")

        first = await imported(he, rows, clock(), town.alliance.yihe)
        again = await imported(he, rows, clock(), town.alliance.yihe)

        assert (first.admitted, again.admitted, again.unchanged) == (1, 0, 1)

    async def test_an_old_number_is_taken_in_and_pointed_out(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        rows = [{"name": "丙", "national_id": "330299450101003"}]

        report = await imported(await actor("he"), rows, clock(), town.alliance.yihe)

        assert (report.admitted, [note.row for note in report.notes]) == (1, [2])

    async def test_who_had_left_comes_back(self, town: Town, actor: Actors, clock: Any) -> None:
        he = await actor("he")
        await actions.discharge(actor=he, resident_uid=town.people.li, reason=StayEnd.WENT_HOME, now=clock())

        report = await imported(
            he, [{"name": "李福生", "national_id": LI_NUMBER}], clock(), town.alliance.yihe
        )

        assert (report.admitted, await ResidentStay.filter(resident__uid=town.people.li).count()) == (1, 2)
        assert await queries.faults(now=clock()) == []


class TestFiles:
    LINES = (("姓名", "身份证号码", "床位号"), ("沈阿毛", "330299195507150211", "301-1"))

    def test_a_workbook(self) -> None:
        sheet = read_roster("名册.XLSX", workbook(*self.LINES))

        assert sheet.rows == (
            {"name": "沈阿毛", "national_id": "330299195507150211", "bed": "301-1", "row": "2"},
        )
        assert sheet.digest.startswith("sha256:")

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_a_csv_in_either_encoding(self, encoding: str) -> None:
        text = "\r\n".join(",".join(line) for line in self.LINES)

        assert read_roster("a.csv", text.encode(encoding)).rows[0]["name"] == "沈阿毛"

    def test_a_number_that_excel_has_rounded_does_not_pass_for_one(self) -> None:
        sheet = read_roster("a.xlsx", workbook(self.LINES[0], ("沈阿毛", 330299195507150211, 301)))

        assert (sheet.rows[0]["national_id"], sheet.rows[0]["bed"]) == ("3.30299e+17", "301")

    def test_a_formula_stays_text(self) -> None:
        assert read_roster("a.xlsx", workbook(self.LINES[0], ("=1+1", "", ""))).rows[0]["name"] == "=1+1"

    def test_empty_lines_keep_the_numbering(self) -> None:
        sheet = read_roster("a.xlsx", workbook(self.LINES[0], (None, None, None), self.LINES[1]))

        assert [row["row"] for row in sheet.rows] == ["3"]

    def test_columns_that_nobody_knows_are_left_alone(self) -> None:
        sheet = read_roster("a.csv", "姓名,身份证号,备注\n甲,1,=x".encode())

        assert sheet.rows == ({"name": "甲", "national_id": "1", "row": "2"},)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.xlsx", b"not a workbook"),
            ("a.xlsx", b"PK\x03\x04broken"),
            ("a.csv", b"\xff\xff\xff"),
            ("a.csv", "床位,电话\n1,2".encode()),
            ("a.csv", b""),
            ("a.csv", b"x" * (10 * 1024 * 1024 + 1)),
        ],
    )
    def test_what_is_no_roster_is_refused(self, name: str, content: bytes) -> None:
        with pytest.raises(RosterUnreadable):
            read_roster(name, content)
