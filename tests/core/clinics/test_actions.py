"""A clinic's way, whom the insurance pays, and what the clock does."""

from datetime import date, timedelta
from typing import Any

import pytest

from server import invariants
from server.alliance.models import Institution
from server.authority.actor import system_actor
from server.clinics import actions, queries
from server.clinics.actions import Paper
from server.clinics.errors import (
    AlreadyDesignated,
    AlreadyOnTheWay,
    NothingToDesignate,
    NotThisNow,
    PaperNeeded,
    PartnerNeeded,
    ReasonNeeded,
    WrongDays,
)
from server.clinics.models import ClinicStep, InHouseClinic, InsuranceDesignation
from server.clinics.queries import Standing
from server.clinics.rules import ClinicEvent, ClinicKind, ClinicStatus, DesignationKind
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage

E, S = ClinicEvent, ClinicStatus
WORKER = system_actor("worker")
MEDICAL = DesignationKind.MEDICAL


class Way:
    def __init__(self, town: Any, actor: Any, clock: Any) -> None:
        self.town, self.actor, self.clock = town, actor, clock

    async def row(self) -> InHouseClinic:
        return await InHouseClinic.get(uid=self.town.clinics.yihe)

    async def home(self, event: E, *, reason: str = "", paper: Paper | None = None) -> None:
        who = await self.actor("he")
        uid = self.town.clinics.yihe
        await actions.move_clinic(
            actor=who, uid=uid, event=event, paper=paper, reason=reason, now=self.clock()
        )

    async def commission(self, event: E, *, until: date | None = None, reason: str = "") -> None:
        paper = Paper("云卫备〔2026〕1", self.clock().date(), until)
        await actions.decide_clinic(
            actor=await self.actor("tang"),
            uid=self.town.clinics.yihe,
            event=event,
            paper=paper,
            reason=reason,
            now=self.clock(),
        )

    async def licensed(self, until: date | None = None) -> None:
        await self.home(E.APPLY, paper=Paper("受理 1 号", self.clock().date()))
        await self.commission(E.LICENSE, until=until)

    async def designated(self, house: str = "yihe", kind: DesignationKind = MEDICAL, **more: Any) -> Any:
        return await actions.record_designation(
            actor=await self.actor("tang"),
            institution_uid=getattr(self.town.alliance, house),
            kind=kind,
            filing_number="云医保定〔2026〕7",
            first_day=more.pop("first_day", self.clock().date()),
            now=self.clock(),
            **more,
        )


@pytest.fixture
async def way(town: Any, actor: Any, clock: Any):
    made = Way(town, actor, clock)
    yield made
    assert await invariants.faults(now=clock()) == []


class TestTheWholeWay:
    async def test_leaves_every_step_with_its_paper_and_who_made_it(self, way: Way, clock: Any) -> None:
        await way.licensed(until=date(2027, 3, 1))
        await way.designated()
        await way.home(E.OPERATE)

        row = await way.row()
        steps = await ClinicStep.filter(clinic_id=row.id).order_by("id").select_related("made_by")
        assert [each.after for each in steps] == [S.INTENDED, S.APPLIED, S.LICENSED, S.INSURED, S.OPERATING]
        assert [each.made_by.name for each in steps] == ["何静", "何静", "唐慧", "唐慧", "何静"]
        assert (row.licence_number, row.due_on) == ("云卫备〔2026〕1", date(2027, 3, 1))

    async def test_operates_without_the_insurance_too_and_is_insured_later(self, way: Way) -> None:
        await way.licensed()
        await way.home(E.OPERATE)
        await way.designated()
        assert (await way.row()).status is S.OPERATING
        assert await ClinicStep.filter(event=E.INSURE).count() == 1

    async def test_refused_it_is_the_homes_again_with_the_reason(self, way: Way) -> None:
        await way.home(E.APPLY, paper=Paper("受理 1 号", way.clock().date()))
        await way.commission(E.REFUSE, reason="房间不合要求")
        row = await way.row()
        assert (row.status, row.reason) == (S.INTENDED, "房间不合要求")

    async def test_withdrawn_it_gives_its_place_free(self, way: Way, actor: Any, clock: Any) -> None:
        await way.home(E.WITHDRAW, reason="没有医生")
        again = await actions.intend_clinic(
            actor=await actor("he"),
            home_uid=way.town.alliance.yihe,
            kind=ClinicKind.MEDICAL_ROOM,
            now=clock(),
        )
        assert again.status is S.INTENDED


class TestRefusals:
    async def test_of_one_kind_there_is_one(self, way: Way, actor: Any, clock: Any) -> None:
        with pytest.raises(AlreadyOnTheWay):
            await actions.intend_clinic(
                actor=await actor("he"), home_uid=way.town.alliance.yihe, kind=ClinicKind.MEDICAL_ROOM, now=clock()
            )  # fmt: skip

    async def test_an_extension_is_a_partners(self, way: Way, actor: Any, clock: Any) -> None:
        he, home = await actor("he"), way.town.alliance.yihe
        for partner in (None, way.town.alliance.second_hospital):
            with pytest.raises(PartnerNeeded):
                await actions.intend_clinic(
                    actor=he, home_uid=home, kind=ClinicKind.EXTENSION, partner_uid=partner, now=clock()
                )
        card = await actions.intend_clinic(
            actor=he,
            home_uid=home,
            kind=ClinicKind.EXTENSION,
            partner_uid=way.town.alliance.first_hospital,
            now=clock(),
        )
        assert card.partner_name == "云桥市第一人民医院"

    async def test_papers_reasons_and_days_are_asked_for(self, way: Way, clock: Any) -> None:
        tomorrow = clock().date() + timedelta(days=2)
        for refusal, step in (
            (PaperNeeded, way.home(E.APPLY)),
            (ReasonNeeded, way.home(E.WITHDRAW)),
            (WrongDays, way.home(E.APPLY, paper=Paper("1", tomorrow))),
            (NotThisNow, way.home(E.LICENSE)),
            (NotThisNow, way.home(E.OPERATE)),
            (NotThisNow, way.commission(E.APPLY)),
        ):
            with pytest.raises(refusal):
                await step

    async def test_another_home_and_a_home_at_the_commissions_desk_find_nothing(
        self, way: Way, actor: Any, clock: Any
    ) -> None:
        uid = way.town.clinics.yihe
        with pytest.raises(NotFound):
            await actions.move_clinic(
                actor=await actor("song"), uid=uid, event=E.WITHDRAW, reason="x", now=clock()
            )
        with pytest.raises(NotFound):
            await actions.decide_clinic(
                actor=await actor("he"), uid=uid, event=E.REFUSE, reason="x", now=clock()
            )


class TestDesignations:
    async def test_a_home_needs_a_licensed_clinic(self, way: Way) -> None:
        with pytest.raises(NothingToDesignate):
            await way.designated("songhe")

    async def test_one_of_a_kind_at_a_time_and_a_new_one_when_the_old_is_over(self, way: Way) -> None:
        with pytest.raises(AlreadyDesignated):
            await way.designated("health_center")
        next_one = await way.designated("health_center", first_day=date(2028, 1, 1))
        paid = await queries.designations_of(
            [(await Institution.get(uid=way.town.alliance.health_center)).id]
        )
        row = await InsuranceDesignation.get(uid=next_one.uid)
        days = (date(2027, 12, 31), date(2028, 1, 1))
        assert [paid.may_pay(row.institution_id, MEDICAL, day) for day in days] == [True, True]

    async def test_ended_it_no_longer_insures_the_clinic(self, way: Way, actor: Any, clock: Any) -> None:
        await way.licensed()
        card = await way.designated()
        assert (await way.row()).status is S.INSURED
        tang = await actor("tang")
        await actions.end_designation(
            actor=tang, uid=card.uid, ended_on=clock().date(), reason="协议终止", now=clock()
        )
        assert (await way.row()).status is S.LICENSED

    async def test_a_day_to_come_is_followed_on_that_day(self, way: Way, actor: Any, clock: Any) -> None:
        await way.licensed()
        today, tang = clock().date(), await actor("tang")
        card = await way.designated(first_day=today + timedelta(days=2), last_day=today + timedelta(days=9))
        seen = []
        for day in range(6):
            await actions.sweep_clinics(actor=WORKER, now=clock())
            seen.append((await way.row()).status)
            if day == 3:
                until = today + timedelta(days=5)
                await actions.end_designation(
                    actor=tang, uid=card.uid, ended_on=until, reason="协议终止", now=clock()
                )
                assert (await way.row()).status is S.INSURED
                with pytest.raises(AlreadyDesignated):
                    await way.designated(first_day=until - timedelta(days=1))
            clock.advance(days=1)
        assert seen == [S.LICENSED, S.LICENSED, S.INSURED, S.INSURED, S.INSURED, S.LICENSED]

    async def test_that_runs_out_no_longer_insures_the_clinic(self, way: Way, clock: Any) -> None:
        await way.licensed()
        await way.designated(last_day=clock().date())
        assert (await way.row()).status is S.INSURED
        clock.advance(days=1)
        await actions.sweep_clinics(actor=WORKER, now=clock())
        assert (await way.row()).status is S.LICENSED


class TestTheClock:
    async def test_reminds_twice_and_lapses_once_the_last_day_is_over(self, way: Way, clock: Any) -> None:
        until = clock().date() + timedelta(days=100)
        await way.licensed(until=until)
        told = OutboxMessage.filter(topic="clinics.expiring")
        for days, count in ((9, 0), (1, 1), (59, 1), (1, 2), (30, 2)):
            clock.advance(days=days)
            await actions.sweep_clinics(actor=WORKER, now=clock())
            assert await told.count() == count
        assert (await way.row()).status is S.LICENSED
        clock.advance(days=1)
        await actions.sweep_clinics(actor=WORKER, now=clock())
        assert (await way.row()).status is S.LAPSED
        assert await OutboxMessage.filter(topic="clinics.lapsed").count() == 1

        await way.commission(E.RENEW, until=clock().date() + timedelta(days=700))
        assert (await way.row()).status is S.LICENSED

    async def test_says_once_that_a_step_is_late(self, way: Way, clock: Any) -> None:
        clock.advance(days=90)
        for _ in range(2):
            await actions.sweep_clinics(actor=WORKER, now=clock())
        assert await OutboxMessage.filter(topic="clinics.overdue").count() == 1


class TestTheBoard:
    async def test_counts_who_should_have_one_and_says_why_not(
        self, way: Way, actor: Any, clock: Any
    ) -> None:
        board = await queries.clinic_board(actor=await actor("qian"), standing=Standing.GAP, now=clock())
        yihe = next(line for line in board.lines if line.home_uid == way.town.alliance.yihe)
        assert (board.eligible, board.covered) == (5, 0)  # five homes have a hundred beds
        assert (yihe.found.residents, yihe.found.by_beds) == (2, True)
        assert yihe.why.startswith("有意向，还没有递交申请")
        assert way.town.alliance.songhe not in {line.home_uid for line in board.lines}

    async def test_a_home_sees_itself_alone(self, way: Way, actor: Any, clock: Any) -> None:
        board = await queries.clinic_board(actor=await actor("song"), standing=Standing.ALL, now=clock())
        assert [line.home_uid for line in board.lines] == [way.town.alliance.songhe]
        with pytest.raises(NotFound):
            await queries.home_sheet(actor=await actor("song"), home_uid=way.town.alliance.yihe, now=clock())
