"""What was done without a network: every item with its verdict, nothing dropped, the same answer for ever."""

from datetime import timedelta

import pytest

from server.kit.ids import new_uid
from server.people.models import Resident
from server.visits import actions, queries
from server.visits.actions import HeldEvent, ItemResult
from server.visits.models import OfflineEvent, Scan, VisitItem
from server.visits.queries import BatchCard
from server.visits.rules import Outcome, Reason, ScanResult, VisitStatus
from server.visits.rules.findings import Findings
from server.visits.rules.offline import EventKind, IngestResult
from tests.core.visits.conftest import Ask, Round
from tests.core.visits.held import MINUTE, Phone
from tests.core.visits.phone import code_on_the_screen, nonce_for, scanned


@pytest.fixture
def phone(morning: Round) -> Phone:
    return Phone(morning)


def results(card: BatchCard) -> list[IngestResult]:
    return [verdict.result for verdict in card.verdicts]


async def counted(card: BatchCard) -> bool:
    """Tell whether the numbers that the phone shows are those of the server."""
    shown = (card.accepted, card.accepted_late, card.refused)
    held = [await OfflineEvent.filter(result=each).count() for each in IngestResult]
    return shown == tuple(held)


class TestWholeVisit:
    async def test_is_taken_in_hours_later_and_flagged(self, morning: Round, phone: Phone) -> None:
        await phone.whole_visit()
        card = await phone.hand_in()

        assert results(card) == [
            IngestResult.ACCEPTED_LATE,
            IngestResult.ACCEPTED,
            IngestResult.ACCEPTED,
            IngestResult.ACCEPTED_LATE,
        ]
        visit = await morning.row()
        assert (visit.status, visit.evidence) == (VisitStatus.FINISHED, ScanResult.EXCEPTION)
        assert visit.exceptions == [Reason.OFFLINE]
        assert visit.started_at == phone.held[0].device_time
        assert visit.finished_at == phone.held[3].device_time
        assert await counted(card)
        assert await queries.faults(now=morning.now) == []

    async def test_twice_has_the_same_verdicts_and_changes_nothing(
        self, morning: Round, phone: Phone
    ) -> None:
        await phone.whole_visit()
        first = await phone.hand_in()
        entries = (await VisitItem.get(uid=morning.town.visits.today_wang)).entries
        morning.clock.advance(hours=1)
        second = await phone.hand_in()

        assert [(v.client_uid, v.result, v.reasons, v.message) for v in first.verdicts] == [
            (v.client_uid, v.result, v.reasons, v.message) for v in second.verdicts
        ]
        assert [v.repeated for v in second.verdicts] == [True] * 4
        assert (await VisitItem.get(uid=morning.town.visits.today_wang)).entries == entries
        assert await Scan.filter(visit__uid=morning.uid).count() == 1
        assert (second.accepted, second.accepted_late, second.refused) == (2, 2, 0)

    async def test_in_two_halves_is_the_same(self, morning: Round, phone: Phone) -> None:
        await phone.whole_visit()
        whole, phone.held = phone.held, phone.held[:2]
        await phone.hand_in()
        phone.held = whole
        card = await phone.hand_in()

        assert [v.repeated for v in card.verdicts] == [True, True, False, False]
        assert (await morning.row()).status is VisitStatus.FINISHED
        assert await counted(card)

    async def test_counts_although_it_was_marked_as_missed_meanwhile(
        self, morning: Round, phone: Phone
    ) -> None:
        await phone.whole_visit()
        assert await actions.sweep_missed(actor=morning.feng, now=morning.now) == 1
        await phone.hand_in()
        assert (await morning.row()).status is VisitStatus.FINISHED

    async def test_overlapping_another_visit_is_refused_and_said(self, morning: Round, phone: Phone) -> None:
        """I37: a second phone cannot put the same clinician elsewhere at the same time."""
        other = await morning.planned_like_today()
        await phone.whole_visit()
        morning.clock.advance(hours=-6, minutes=-5)  # before the first phone's start, and not over by then
        scan = await scanned(morning.town, morning.doctor, morning.nurse, other, now=morning.now)
        await actions.start_visit(actor=morning.doctor, visit_uid=other, scanned=scan, now=morning.now)
        morning.clock.advance(hours=6)

        card = await phone.hand_in()

        assert card.verdicts[0].reasons == (Reason.ELSEWHERE,)
        assert set(results(card)) == {IngestResult.REFUSED}
        assert await queries.faults(now=morning.now) == []

    async def test_of_the_morning_is_taken_in_while_the_afternoon_s_runs(
        self, morning: Round, phone: Phone
    ) -> None:
        afternoon = await morning.planned_like_today(begin=timedelta(hours=5))
        await phone.whole_visit()
        scan = await scanned(morning.town, morning.doctor, morning.nurse, afternoon, now=morning.now)
        await actions.start_visit(actor=morning.doctor, visit_uid=afternoon, scanned=scan, now=morning.now)

        card = await phone.hand_in()

        assert IngestResult.REFUSED not in results(card)
        assert (await morning.row()).status is VisitStatus.FINISHED
        assert await queries.faults(now=morning.now) == []

    async def test_may_not_end_after_the_next_one_began(self, morning: Round, phone: Phone) -> None:
        """I37."""
        next_one = await morning.planned_like_today()
        await phone.whole_visit()
        morning.clock.advance(hours=-6, minutes=15)
        began = morning.now
        scan = await scanned(morning.town, morning.doctor, morning.nurse, next_one, now=began)
        await actions.start_visit(actor=morning.doctor, visit_uid=next_one, scanned=scan, now=began)
        morning.clock.advance(hours=6)

        card = await phone.hand_in()

        assert results(card)[0] is IngestResult.ACCEPTED_LATE
        assert card.verdicts[3].reasons == ("visits.elsewhere",)


class TestSingleEvents:
    async def test_the_same_id_with_other_content_is_refused_and_the_first_stands(
        self, morning: Round, phone: Phone
    ) -> None:
        await phone.whole_visit()
        await phone.hand_in()
        first = phone.held[3]
        phone.held = [
            HeldEvent(first.client_uid, EventKind.FINISH, morning.uid, first.device_time + 9 * MINUTE)
        ]
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == (Reason.ID_REUSED,)
        assert (await morning.row()).finished_at == first.device_time

    async def test_an_event_of_another_person_is_not_answered_with_theirs(
        self, morning: Round, phone: Phone, actor: Ask
    ) -> None:
        await phone.whole_visit()
        await phone.hand_in()
        card = await actions.ingest_batch(actor=await actor("zhao"), events=phone.held[:1], now=morning.now)
        assert card.verdicts[0].reasons == (Reason.ID_REUSED,)
        assert (card.accepted, card.accepted_late, card.refused) == (0, 0, 0)

    async def test_a_visit_that_is_not_theirs_is_refused_as_unknown_and_kept(
        self, morning: Round, phone: Phone, actor: Ask
    ) -> None:
        phone.hold(EventKind.FINISH, morning.now)
        card = await actions.ingest_batch(actor=await actor("zhao"), events=phone.held, now=morning.now)
        assert card.verdicts[0].reasons == ("kit.not_found",)
        assert card.refused == 1

    async def test_tomorrows_clock_is_refused(self, morning: Round, phone: Phone) -> None:
        phone.hold(EventKind.FINISH, morning.now + timedelta(seconds=121))
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == (Reason.DEVICE_TIME_WRONG,)

    async def test_a_scan_dated_back_before_its_nonce_is_refused(self, morning: Round, phone: Phone) -> None:
        earlier = morning.now - timedelta(minutes=20)
        code = await code_on_the_screen(morning.nurse, morning.uid, now=earlier)
        nonce = await nonce_for(morning.doctor, now=morning.now, offline=True)
        scan = await scanned(
            morning.town, morning.doctor, morning.nurse, morning.uid, now=earlier, nonce=nonce, code=code
        )
        phone.hold(EventKind.START, earlier, scanned=scan)
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == (Reason.DEVICE_TIME_WRONG,)
        assert (await morning.row()).status is VisitStatus.PLANNED

    async def test_a_code_that_was_not_on_the_screen_then_is_refused(
        self, morning: Round, phone: Phone
    ) -> None:
        nonce = await nonce_for(morning.doctor, now=morning.now, offline=True)
        photographed = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        later = morning.clock.advance(hours=1)
        scan = await scanned(
            morning.town,
            morning.doctor,
            morning.nurse,
            morning.uid,
            now=later,
            nonce=nonce,
            code=photographed,
        )
        phone.hold(EventKind.START, later, scanned=scan)
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == (Reason.CODE_EXPIRED,)

    async def test_a_nonce_of_twelve_hours_ago_is_refused(self, morning: Round, phone: Phone) -> None:
        nonce = await nonce_for(morning.doctor, now=morning.now - timedelta(hours=12), offline=True)
        scan = await scanned(
            morning.town, morning.doctor, morning.nurse, morning.uid, now=morning.now, nonce=nonce
        )
        phone.hold(EventKind.START, morning.now, scanned=scan)
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == (Reason.NONCE_EXPIRED,)

    async def test_a_start_without_its_scan_is_refused_not_dropped(
        self, morning: Round, phone: Phone
    ) -> None:
        phone.hold(EventKind.START, morning.now)
        card = await phone.hand_in()
        assert results(card) == [IngestResult.REFUSED]
        assert await counted(card)

    async def test_an_implausible_value_is_refused_and_its_neighbors_stand(
        self, morning: Round, phone: Phone
    ) -> None:
        await phone.whole_visit()
        slip = ItemResult(morning.town.visits.today_li, Outcome.SEEN, Findings(temperature=365.0))
        at = phone.held[2].device_time
        phone.held[2] = HeldEvent(new_uid(), EventKind.FINDINGS, morning.uid, at, results=(slip,))
        card = await phone.hand_in()

        assert results(card) == [
            IngestResult.ACCEPTED_LATE,
            IngestResult.ACCEPTED,
            IngestResult.REFUSED,
            IngestResult.REFUSED,  # Li has no outcome, so the visit does not end
        ]
        assert card.verdicts[3].reasons == ("visits.items_open",)
        assert (await VisitItem.get(uid=morning.town.visits.today_wang)).outcome is Outcome.SEEN
        assert await counted(card)

    async def test_findings_after_both_have_confirmed_are_refused_and_said(
        self, morning: Round, phone: Phone
    ) -> None:
        await morning.confirm()
        late = ItemResult(morning.town.visits.today_wang, Outcome.SEEN, Findings(pulse=70))
        phone.hold(EventKind.FINDINGS, morning.now, results=(late,))
        card = await phone.hand_in()
        assert card.verdicts[0].reasons == ("visits.not_this_now",)


class TestSomebodyMovedMeanwhile:
    """T10: a resident moves to another home while the phone has no network."""

    async def test_within_reach_their_findings_are_accepted_late(self, morning: Round, phone: Phone) -> None:
        await phone.whole_visit()
        await Resident.filter(uid=morning.town.people.li).update(bed=None, bed_key=None)
        other_home = await morning_home_with_agreement(morning)
        await Resident.filter(uid=morning.town.people.li).update(home_id=other_home)
        card = await phone.hand_in()

        assert card.verdicts[2].result is IngestResult.ACCEPTED_LATE
        assert card.verdicts[2].reasons == (Reason.RESIDENT_MOVED,)
        assert Reason.RESIDENT_MOVED in (await morning.row()).exceptions
        assert await counted(card)

    async def test_out_of_reach_their_findings_are_refused_and_said(
        self, morning: Round, phone: Phone
    ) -> None:
        await phone.whole_visit()
        songhe = (await Resident.get(uid=morning.town.people.zhao_yun)).home_id
        await Resident.filter(uid=morning.town.people.li).update(home_id=songhe)
        card = await phone.hand_in()

        assert card.verdicts[2].result is IngestResult.REFUSED
        assert card.verdicts[2].message
        assert (await VisitItem.get(uid=morning.town.visits.today_li)).outcome is None
        assert (await VisitItem.get(uid=morning.town.visits.today_wang)).outcome is Outcome.SEEN
        assert await counted(card)


async def morning_home_with_agreement(morning: Round) -> int:
    """Let the health center sign with Songhe again, and return Songhe."""
    from server.alliance.models import ServiceAgreement
    from server.alliance.rules import AgreementStatus
    from server.kit.clock import local_date

    agreement = await ServiceAgreement.get(uid=morning.town.alliance.songhe_health_center)
    await ServiceAgreement.filter(id=agreement.id).update(
        status=AgreementStatus.ACTIVE, last_day=local_date(morning.now) + timedelta(days=90)
    )
    return agreement.home_id
