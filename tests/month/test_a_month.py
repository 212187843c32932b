"""A month in the town, played through both faces: what was agreed, done and confirmed is what is settled, to the fen.

People sign, file, assess, plan, visit, disagree, refer, bring home and settle, each by their own page or phone. At the end
the test counts again by itself, out of what two institutions attested, and every figure has to agree with its own.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server import invariants
from server.assessments.models import Assessment
from server.demo import Town
from server.demo.assessments import ability_answers
from server.enrolments.models import Enrolment
from server.indicators.models import IndicatorFact, IndicatorReport, IndicatorValue
from server.indicators.rules import Level
from server.kit.ids import new_uid
from server.referrals.models import Referral
from server.settlement.models import LedgerPosting, Statement, StatementLine
from server.settlement.rules import LedgerAccount
from server.visits.models import Attestation, Visit, VisitItem
from tests.admin.test_alliance import signed
from tests.conftest import Clock
from tests.miniprogram_api.test_referrals import step, written

CITY = ZoneInfo("Asia/Shanghai")
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FEE_A_MONTH, FEE_OF_THE_NEW = 3_000, 300_050  # fen: what both texts say
FREE, PRICE = 4, 2_000  # follow-ups a resident and year, and the catalogue's price of the fifth


@dataclass
class Month:
    town: Town
    clock: Clock
    api: Callable[[str], Awaitable[Any]]
    console: Callable[[str], Awaitable[Any]]
    work: Callable[[], Awaitable[int]]
    kept: list[str] = field(default_factory=list)  # visits that both confirmed, as the people remember them
    doubted: list[str] = field(default_factory=list)

    async def at(self, day: date, hour: int = 9, minute: int = 0) -> None:
        """Let time pass up to then, with what the worker does meanwhile."""
        self.clock.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=CITY))
        await self.settle_down()

    async def settle_down(self) -> None:
        while await self.work():
            pass

    async def desk(self, login: str) -> Any:
        """Sign in anew, as on any other day: a code of the authenticator opens once."""
        self.clock.advance(seconds=60)
        return await self.console(login)

    # The people, each with the face they use

    async def sign_with_another_hospital(self) -> None:
        """A01, A02: both sign one text, and it binds with its filing number."""
        where = await signed(self.town, self.console)
        tang = await self.desk("tang")
        answer = await tang.submit(f"{where}/file", {"filing_number": "云卫备〔2026〕031"})
        assert answer.status_code == 303, answer.text

    async def enrol(self) -> None:
        """A11: the team has agreed; the resident signs on paper, and the home keeps the page."""
        he = await self.desk("he")
        page = f"/admin/enrolments/{self.town.enrolments.li}/paper"
        scan = {"file": ("scan.pdf", b"%PDF-1.7 signed", "application/pdf")}
        answer = await he.submit(page, {"evidence": "档案柜 3 号"}, files=scan)
        assert answer.status_code == 303, answer.text

    async def assess(self) -> None:
        """A12: the nurse proposes, the manager agrees; A14: the level follows."""
        nurse, he = await self.api("nurse"), await self.desk("he")
        body = {"questionnaire": "gbt42195", "reason": "routine"}
        begun = await nurse.post(f"/residents/{self.town.people.wang}/assessments", json=body)
        uid = begun.json()["uid"]
        told = await nurse.post(f"/assessments/{uid}/signature", json={"answers": ability_answers(lost=30)})
        assert told.json()["status"] == "proposed", told.text
        edits = (await nurse.get(f"/assessments/{uid}/work")).json()["card"]["edits"]
        answer = await he.submit(f"/admin/assessments/{uid}/agree", {"edits": str(edits)})
        assert answer.status_code == 303, answer.text

    async def round(self, day: date, *, ends: str = "confirmed") -> None:
        """C10: planned at the desk, scanned at the bed, confirmed or doubted by the home."""
        await self.at(day, 13)
        feng = await self.desk("feng")
        plan = {
            "home": self.town.alliance.yihe,
            "provider": self.town.alliance.health_center,
            "kind": "round",
            "starts_at": f"{day}T14:00",
            "ends_at": f"{day}T16:00",
            "service": "follow_up",
            "residents": [self.town.people.wang, self.town.people.li],
            "clinicians": [self.town.identity.accounts["doctor"]],
        }
        planned = await feng.submit("/admin/visits", plan)
        assert planned.status_code == 303, planned.text
        visit = planned.headers["location"].rsplit("/", 1)[1]
        await self.at(day, 14)
        doctor, nurse = await self.api("doctor"), await self.api("nurse")
        nonce = (await doctor.post("/visits/nonces", json={})).json()["nonces"][0]
        code = (await nurse.get(f"/visits/{visit}/rotating-code")).json()["text"]
        scan = {
            "client_uid": new_uid(),
            "plate": self.town.visits.plate_code("201-1"),
            "nonce": nonce,
            "code": code,
            "device_time": self.clock().isoformat(),
        }
        scanned = await doctor.post(f"/visits/{visit}/scans", json=scan)
        assert scanned.json()["result"] == "accepted", scanned.text
        wang, li = (await doctor.get(f"/visits/{visit}")).json()["items"]
        rows = [
            {"item": wang["uid"], "outcome": "seen", "systolic": 138, "diastolic": 84},
            {"item": li["uid"], "outcome": "absent"},
        ]
        assert (await doctor.post(f"/visits/{visit}/results", json={"results": rows})).status_code == 200
        self.clock.advance(minutes=30)
        await doctor.post(f"/visits/{visit}/finish")
        await doctor.post(f"/visits/{visit}/attestation", json={})
        if ends == "confirmed":
            said = await nurse.post(f"/visits/{visit}/attestation", json={})
            self.kept.append(visit)
        else:
            said = await nurse.post(f"/visits/{visit}/dispute", json={"reason": "只量了一位"})
            self.doubted.append(visit)
        assert said.json()["status"] == ends, said.text
        await self.settle_down()

    async def refer_and_bring_home(self) -> None:
        """A09, A10: up with a packet, treated, back to convalesce, looked after for two weeks, closed."""
        nurse, doctor = await self.api("nurse"), await self.api("doctor")
        uid = await written(self.town, nurse)
        await step(nurse, uid, "submit")
        await step(doctor, uid, "accept")
        come = {"come_at": (self.clock() + timedelta(hours=2)).isoformat(), "come_to": "全科门诊"}
        assert (await doctor.post(f"/referrals/{uid}/schedule", json=come)).status_code == 200
        await step(nurse, uid, "depart")
        await step(doctor, uid, "receive")
        await step(doctor, uid, "treat")
        await self.at(date(2026, 3, 14), 10)
        nurse, doctor = await self.api("nurse"), await self.api("doctor")
        await step(doctor, uid, "plan_discharge")
        back = {"slip": {"diagnosis": "高血压", "advice": "早晚测血压"}}
        assert (await doctor.post(f"/referrals/{uid}/back", json=back)).status_code == 200
        home = await nurse.post(f"/referrals/{uid}/homecoming", json={"care": "convalesce"})
        assert home.status_code == 200, home.text
        await step(nurse, uid, "arrive_home")
        (owed,) = (await nurse.get("/referral-follow-ups")).json()["items"]
        done = {"outcome": "good", "remark": "血压平稳"}
        assert (await nurse.post(f"/referral-follow-ups/{owed['uid']}", json=done)).status_code == 200
        assert (await step(nurse, uid, "close"))["status"] == "closed"

    async def settle(self, login: str, provider: str) -> Statement:
        """A05: the provider looks through the month and issues it, the home accepts, the money comes in."""
        desk, he = await self.desk(login), await self.desk("he")
        found = await Statement.get(provider__uid=provider, home__uid=self.town.alliance.yihe, month=MARCH)
        page = f"/admin/statements/{found.uid}"
        assert (await desk.submit(f"{page}/issue")).status_code == 303
        assert (await he.submit(f"{page}/accept")).status_code == 303
        paid = {"paid_on": str(self.clock().astimezone(CITY).date()), "bank_reference": "回单 0403"}
        assert (await desk.submit(f"{page}/payment", paid)).status_code == 303
        return found

    async def freeze(self) -> dict[Level, list[IndicatorReport]]:
        """A19: every home hands its figures up, then the county, then the city."""
        jin, qian = await self.desk("jin"), await self.desk("qian")
        found: dict[Level, list[IndicatorReport]] = {}
        for level in (Level.HOME, Level.COUNTY, Level.CITY):
            found[level] = await IndicatorReport.filter(since=MARCH, cadence="month", level=level).order_by(
                "id"
            )
            assert found[level]
            for report in found[level]:
                desk = jin if level is Level.HOME else qian
                answer = await desk.submit(f"/admin/indicators/reports/{report.uid}/freeze")
                assert answer.status_code == 303, answer.text
        return found


async def frozen(report: IndicatorReport, code: str) -> tuple[int, int]:
    value = await IndicatorValue.get(edition__report_id=report.id, code=code)
    return value.met, value.counted


@pytest.fixture
def month(town: Town, clock: Clock, api: Any, console: Any, worker_pass: Any) -> Month:
    return Month(town, clock, api, console, worker_pass)


async def attested(visit: Visit) -> bool:
    """Count again what "confirmed" means: two institutions said so, and nobody but they."""
    said = await Attestation.filter(visit_id=visit.id, verdict="confirmed").values_list(
        "institution_id", flat=True
    )
    return set(said) == {visit.home_id, visit.provider_id}


async def owed_by_count(month: Month) -> int:
    """What the home owes the health centre for March, out of attestations and the two numbers of the text."""
    had: Counter[int] = Counter()
    fen = FEE_A_MONTH
    items = VisitItem.filter(
        visit__home__uid=month.town.alliance.yihe,
        visit__provider__uid=month.town.alliance.health_center,
        visit__finished_at__lt=datetime(2026, 4, 1, tzinfo=CITY),
        service="follow_up",
        outcome="seen",
    )
    for item in await items.order_by("visit__started_at", "id").select_related("visit"):
        if await attested(item.visit):
            had[item.resident_id] += 1
            fen += PRICE * (had[item.resident_id] > FREE)
    return fen


async def played(month: Month) -> None:
    """March, and the first days of April, up to where the books are settled."""
    await month.sign_with_another_hospital()
    await month.enrol()
    await month.assess()
    for day in (3, 4, 5, 6, 9):
        await month.round(date(2026, 3, day))
    await month.round(date(2026, 3, 10), ends="disputed")
    await month.at(date(2026, 3, 12))
    await month.refer_and_bring_home()
    await month.round(date(2026, 3, 20))
    await month.at(date(2026, 3, 31), 22)
    await month.at(APRIL + timedelta(days=3), 10)


async def rounds_by_count(month: Month) -> tuple[set[str], int]:
    """Which rounds both sides attested, and how many were due at the home in March."""
    since, until = datetime(2026, 3, 1, tzinfo=CITY), datetime(2026, 4, 1, tzinfo=CITY)
    due = Visit.filter(home__uid=month.town.alliance.yihe, ends_at__gte=since, ends_at__lt=until)
    rounds = [visit for visit in await due if visit.status != "cancelled"]
    return {visit.uid for visit in rounds if await attested(visit)}, len(rounds)


async def by_count(month: Month) -> dict[str, set[str]]:
    """Who and what is to stand in the numerators of the home, counted again out of the rooms' own tables."""
    home = month.town.alliance.yihe
    eighty = date(MARCH.year - 80, 3, 31)
    contracts = Enrolment.filter(status="active", resident__home__uid=home)
    assessed = Assessment.filter(
        questionnaire="gbt42195", status="final", institution__uid=home, valid_until__gte=date(2026, 3, 31)
    )
    sent = Referral.filter(direction="up", sent_at__gte=datetime(2026, 3, 1, tzinfo=CITY), status="closed")
    return {
        "visits_kept": (await rounds_by_count(month))[0],
        "enrolled": {row.resident.uid for row in await contracts.select_related("resident")},
        "ability": {
            row.resident.uid
            for row in await assessed.select_related("resident")
            if row.resident.birth_date <= eighty
        },
        "referrals_closed": {row.uid for row in await sent},
    }


async def in_numerator(month: Month, code: str, since: date) -> set[str]:
    rows = IndicatorFact.filter(code=code, since=since, home__uid=month.town.alliance.yihe, state="met")
    return {
        str(uid) for uid in await rows.filter(known_to__isnull=True).values_list("subject_uid", flat=True)
    }


@pytest.mark.timeout(600)  # five weeks of many people
async def test_a_month_agrees_with_whoever_counts_again(month: Month) -> None:
    await played(month)

    of_the_centre = await month.settle("feng", month.town.alliance.health_center)
    of_the_new = await month.settle("sun", month.town.alliance.second_hospital)
    await month.settle_down()

    # The statements, to the fen: six were confirmed, four of them free.
    assert await owed_by_count(month) == FEE_A_MONTH + 2 * PRICE
    for statement, fen in ((of_the_centre, await owed_by_count(month)), (of_the_new, FEE_OF_THE_NEW)):
        lines = await StatementLine.filter(statement_id=statement.id)
        assert sum(line.amount for line in lines) == fen
        postings = await LedgerPosting.filter(entry__statement_id=statement.id)
        by_account = Counter[LedgerAccount]()
        for each in postings:
            by_account[each.account] += each.amount
        assert by_account[LedgerAccount.SERVICES_BOUGHT] == fen
        assert by_account[LedgerAccount.SERVICES_GIVEN] == -fen
        assert by_account[LedgerAccount.OWED] == by_account[LedgerAccount.DUE_FROM_HOME] == 0

    # To the person: every line of a service leads to a visit that both remember, and to nobody else's.
    services = await StatementLine.filter(
        statement_id=of_the_centre.id, kind="service", on_day__gte=date(2026, 3, 3)
    )
    assert sorted(str(line.visit_uid) for line in services) == sorted(month.kept)
    assert not {line.visit_uid for line in services} & set(month.doubted)

    # The indicators, to the person: who stands in a numerator is who the rooms' own tables say.
    month.clock.advance(minutes=31)
    await month.settle_down()
    told = await by_count(month)
    for code, subjects in told.items():
        assert subjects, code
        assert await in_numerator(month, code, MARCH) == subjects, code
    settled = {of_the_centre.uid, of_the_new.uid}  # on the third of April, of what is due on the twentieth
    assert await in_numerator(month, "settled_on_time", APRIL) == settled

    # Frozen to the round; a county's figure is the sum of its homes', and the city's of its counties'.
    reports = await month.freeze()
    of_the_home = next(each for each in reports[Level.HOME] if each.place == month.town.alliance.yihe)
    kept, due = await rounds_by_count(month)
    assert await frozen(of_the_home, "visits_kept") == (len(kept), due)
    for code in told:
        for level, below in ((Level.COUNTY, Level.HOME), (Level.CITY, Level.COUNTY)):
            for report in reports[level]:
                parts = [
                    await frozen(each, code)
                    for each in reports[below]
                    if level is Level.CITY or each.county == report.place
                ]
                assert await frozen(report, code) == tuple(map(sum, zip(*parts, strict=True)))

    assert await invariants.faults(now=month.clock()) == []
