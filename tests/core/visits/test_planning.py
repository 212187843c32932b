"""Plan a visit, carry it out, and end it."""

from datetime import timedelta

import pytest

from server.alliance.errors import NoAgreement
from server.audit.models import AuditEntry
from server.kit.errors import DomainError, Forbidden, NotFound
from server.records.errors import ImplausibleValue
from server.visits import actions, queries
from server.visits.actions import ItemResult, PlannedItem
from server.visits.errors import (
    BadWindow,
    EndsBeforeStart,
    ItemsOpen,
    NotOfThisHome,
    NotOfThisProvider,
    NotOnAgreement,
    TooManyBeds,
    TooManyOfARound,
)
from server.visits.models import VisitAttendance, VisitItem
from server.visits.rules import MOST_OF_A_ROUND, MOST_PLATES, Outcome, VisitKind, VisitStatus
from server.visits.rules.findings import Findings
from tests.core.visits.conftest import Ask, Round

S = VisitStatus


class TestPlan:
    async def plan(self, morning: Round, **otherwise: object) -> queries.VisitCard:
        right: dict[str, object] = {
            "actor": morning.feng,
            "home_uid": morning.town.alliance.yihe,
            "provider_uid": morning.town.alliance.health_center,
            "kind": VisitKind.ROUND,
            "starts_at": morning.now + timedelta(days=1),
            "ends_at": morning.now + timedelta(days=1, hours=2),
            "clinician_uids": [morning.town.identity.accounts["doctor"]],
            "items": [PlannedItem(morning.town.people.wang, "patrol", "量血压")],
            "now": morning.now,
        }
        return await actions.plan_visit(**{**right, **otherwise})  # type: ignore[arg-type]

    @pytest.mark.parametrize("who", ["feng", "he"])
    async def test_either_institution_may(self, morning: Round, who: str) -> None:
        card = await self.plan(morning, actor=getattr(morning, who))
        assert (card.status, card.items[0].bed, card.items[0].service_name) == (
            S.PLANNED,
            "201-1",
            "医疗巡诊",
        )
        assert card.clinicians == ("林致远",)
        assert await AuditEntry.filter(action="visits.planned", subject_uid=card.uid).count() == 1

    @pytest.mark.parametrize("key", ["song", "zhao", "doctor", "nurse", "qian"])
    async def test_others_find_nothing_to_plan(self, morning: Round, actor: Ask, key: str) -> None:
        with pytest.raises(NotFound):
            await self.plan(morning, actor=await actor(key))

    @pytest.mark.parametrize(
        ("otherwise", "refusal"),
        [
            ({"items": []}, NotOnAgreement),
            ({"items": [PlannedItem("nobody", "patrol")] * (MOST_OF_A_ROUND + 1)}, TooManyOfARound),
            ({"clinician_uids": ["nobody"]}, NotOfThisProvider),
        ],
    )
    async def test_is_refused(
        self, morning: Round, otherwise: dict[str, object], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            await self.plan(morning, **otherwise)

    def test_the_refusals_name_the_bounds_that_hold(self) -> None:
        assert f" {MOST_OF_A_ROUND} " in TooManyOfARound.message
        assert f" {MOST_PLATES} " in TooManyBeds.message

    async def test_only_services_of_the_agreement(self, morning: Round) -> None:
        """I39."""
        with pytest.raises(NotOnAgreement):
            await self.plan(morning, items=[PlannedItem(morning.town.people.wang, "massage")])

    async def test_only_residents_of_the_home(self, morning: Round) -> None:
        with pytest.raises(NotOfThisHome):
            await self.plan(morning, items=[PlannedItem(morning.town.people.zhao_yun, "patrol")])

    async def test_only_clinicians_of_the_provider(self, morning: Round) -> None:
        with pytest.raises(NotOfThisProvider):
            await self.plan(morning, clinician_uids=[morning.town.identity.accounts["nurse"]])

    async def test_only_within_the_agreement(self, morning: Round) -> None:
        later = morning.now + timedelta(days=400)
        with pytest.raises(NoAgreement):
            await self.plan(morning, starts_at=later, ends_at=later + timedelta(hours=1))

    async def test_with_a_lapsed_agreement_only_is_refused(self, morning: Round, actor: Ask) -> None:
        items = [PlannedItem(morning.town.people.zhao_yun, "patrol")]
        with pytest.raises(NoAgreement):
            await self.plan(
                morning, actor=await actor("song"), home_uid=morning.town.alliance.songhe, items=items
            )

    @pytest.mark.parametrize(("begin", "end"), [(2, 2), (2, 1), (-3, -1), (0, 13)])
    async def test_the_window_makes_sense(self, morning: Round, begin: int, end: int) -> None:
        with pytest.raises(BadWindow):
            await self.plan(
                morning,
                starts_at=morning.now + timedelta(hours=begin),
                ends_at=morning.now + timedelta(hours=end),
            )


class TestTheRound:
    async def test_findings_go_into_the_record(self, morning: Round) -> None:
        await morning.start()
        found = ItemResult(
            morning.town.visits.today_wang,
            Outcome.SEEN,
            Findings(systolic=186, diastolic=96, text="头晕"),
            urgent=True,
        )
        card = await actions.record_results(
            actor=morning.doctor, visit_uid=morning.uid, results=[found], now=morning.now
        )

        assert (card.items[0].findings, card.items[0].urgent, card.items[0].outcome) == (
            2,
            True,
            Outcome.SEEN,
        )
        read = await queries.findings_of(
            actor=morning.doctor,
            visit_uid=morning.uid,
            resident_uid=morning.town.people.wang,
            now=morning.now,
        )
        assert [entry.words for entry in read] == ["血压 186/96 mmHg", "头晕"]

    async def test_a_slip_of_the_finger_names_row_and_column_and_writes_nothing(self, morning: Round) -> None:
        await morning.start()
        good = ItemResult(morning.town.visits.today_wang, Outcome.SEEN, Findings(pulse=70))
        slip = ItemResult(morning.town.visits.today_li, Outcome.SEEN, Findings(temperature=365.0))
        with pytest.raises(ImplausibleValue) as refusal:
            await actions.record_results(
                actor=morning.doctor, visit_uid=morning.uid, results=[good, slip], now=morning.now
            )
        assert set(refusal.value.fields) == {"results.1.temperature"}
        item = await VisitItem.get(uid=morning.town.visits.today_wang)
        assert (item.outcome, item.entries) == (None, [])

    async def test_a_line_of_another_visit_is_not_found(self, morning: Round) -> None:
        await morning.start()
        stray = ItemResult(morning.town.visits.waiting_li, Outcome.SEEN)
        with pytest.raises(NotFound):
            await actions.record_results(
                actor=morning.doctor, visit_uid=morning.uid, results=[stray], now=morning.now
            )

    async def test_a_colleague_who_is_not_on_it_may_not_write(self, morning: Round) -> None:
        await morning.start()
        with pytest.raises(Forbidden):
            await actions.record_results(
                actor=morning.feng,
                visit_uid=morning.uid,
                results=[ItemResult(morning.town.visits.today_wang, Outcome.SEEN)],
                now=morning.now,
            )

    async def test_does_not_end_while_somebody_has_no_outcome(self, morning: Round) -> None:
        """I34."""
        await morning.start()
        await actions.record_results(
            actor=morning.doctor,
            visit_uid=morning.uid,
            results=[ItemResult(morning.town.visits.today_wang, Outcome.SEEN)],
            now=morning.now,
        )
        morning.clock.advance(minutes=20)
        with pytest.raises(ItemsOpen):
            await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)

    async def test_ends_after_it_began(self, morning: Round) -> None:
        await morning.start()
        await morning.see_everybody()
        with pytest.raises(EndsBeforeStart):
            await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)

    async def test_of_a_moment_is_flagged(self, morning: Round) -> None:
        await morning.start()
        await morning.see_everybody()
        morning.clock.advance(minutes=4)
        card = await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        assert card.exceptions == ("巡诊时间偏短。请核对名单上的长者是否都看了。",)

    async def test_has_its_six_elements_when_it_ends(self, morning: Round) -> None:
        """I34, and nobody is left in an open visit."""
        card = await morning.finish()
        visit = await morning.row()
        assert card.status is S.FINISHED
        assert all((visit.performer_id, visit.plate_id, visit.home_id, visit.started_at, visit.finished_at))
        assert not await VisitAttendance.filter(visit_id=visit.id, open_key__isnull=False).exists()
        assert await queries.faults(now=morning.now) == []

    async def test_can_be_abandoned_and_frees_the_clinician(self, morning: Round) -> None:
        await morning.start()
        card = await actions.cancel_visit(
            actor=morning.feng, visit_uid=morning.uid, reason="急诊召回", now=morning.now
        )
        assert card.status is S.VOID
        assert not await VisitAttendance.filter(open_key__isnull=False).exists()
