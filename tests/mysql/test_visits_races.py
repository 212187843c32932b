"""Two people do it at the same instant, on MariaDB: starts, confirmations, corrections, and phones that repeat themselves."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.authority.actor import Actor
from server.kit.ids import new_uid
from server.outbox.models import OutboxMessage
from server.visits import actions, queries
from server.visits.actions import HeldEvent, ItemResult
from server.visits.models import Attestation, OfflineEvent, Scan, Visit, VisitAttendance, VisitCorrection
from server.visits.rules import Outcome, Reason, ScanResult, Side, VisitStatus
from server.visits.rules.offline import EventKind
from tests.core.visits.conftest import Round, morning, on_both_sides
from tests.core.visits.phone import code_on_the_screen, nonce_for, scanned

pytestmark = pytest.mark.mysql
ROUNDS = 12
__all__ = ["morning"]  # the fixture


@pytest_asyncio.fixture(autouse=True)
async def _afterwards(morning: Round) -> AsyncIterator[None]:
    yield
    assert await queries.faults(now=morning.now) == []


async def at_once(*steps: Awaitable[Any]) -> list[str]:
    """Run them together and tell what came of each in a word."""
    answers = await asyncio.gather(*steps, return_exceptions=True)
    return [_word(answer) for answer in answers]


def _word(answer: Any) -> str:
    if isinstance(answer, BaseException):
        return getattr(answer, "code", None) or repr(answer)
    return str(getattr(answer, "result", None) or getattr(answer, "status", None) or type(answer).__name__)


async def finished(morning: Round, count: int) -> list[str]:
    """Carry out several visits, one after the other."""
    uids = []
    for _ in range(count):
        uid = await morning.planned_like_today()
        scan = await scanned(morning.town, morning.doctor, morning.nurse, uid, now=morning.now)
        card = await actions.start_visit(actor=morning.doctor, visit_uid=uid, scanned=scan, now=morning.now)
        assert card.result is ScanResult.ACCEPTED
        item = (await queries.visit(actor=morning.doctor, visit_uid=uid, now=morning.now)).items[0].uid
        await actions.record_results(
            actor=morning.doctor, visit_uid=uid, results=[ItemResult(item, Outcome.SEEN)], now=morning.now
        )
        morning.clock.advance(minutes=6)
        await actions.finish_visit(actor=morning.doctor, visit_uid=uid, now=morning.now)
        uids.append(uid)
    return uids


class TestConfirming:
    async def test_both_sides_at_the_same_instant_confirm_once(self, morning: Round) -> None:
        """I35: neither side can miss the other's word."""
        uids = await finished(morning, ROUNDS)

        answers = await at_once(
            *(
                actions.attest(actor=who, visit_uid=uid, now=morning.now)
                for uid in uids
                for who in (morning.doctor, morning.nurse)
            )
        )

        assert Counter(answers)["confirmed"] == ROUNDS
        assert await Visit.filter(uid__in=uids, status=VisitStatus.CONFIRMED).count() == ROUNDS
        assert await Attestation.filter(visit__uid__in=uids).count() == 2 * ROUNDS
        keys = [f"visits.confirmed:{uid}:1" for uid in uids]
        assert await OutboxMessage.filter(once_key__in=keys).count() == ROUNDS

    async def test_one_person_on_both_sides_at_the_same_instant_confirms_nothing(
        self, morning: Round
    ) -> None:
        """T11."""
        both = on_both_sides(morning.doctor, morning.nurse)
        uids = await finished(morning, ROUNDS)

        answers = await at_once(
            *(
                actions.attest(actor=both, visit_uid=uid, side=side, now=morning.now)
                for uid in uids
                for side in Side
            )
        )

        assert "confirmed" not in answers
        assert not await Visit.filter(uid__in=uids, status=VisitStatus.CONFIRMED).exists()
        assert await Attestation.filter(visit__uid__in=uids).count() == ROUNDS

    async def test_four_people_of_two_sides_confirm_once(self, morning: Round) -> None:
        (uid,) = await finished(morning, 1)
        people = (morning.doctor, morning.feng, morning.nurse, morning.he)
        answers = await at_once(
            *(actions.attest(actor=who, visit_uid=uid, now=morning.now) for who in people)
        )
        assert Counter(answers)["confirmed"] == 1
        assert Counter(answers)["visits.not_this_now"] == 2

    async def test_a_dispute_against_the_second_confirmation_has_one_winner(self, morning: Round) -> None:
        uids = await finished(morning, ROUNDS)
        for uid in uids:
            await actions.attest(actor=morning.doctor, visit_uid=uid, now=morning.now)

        for uid in uids:
            answers = await at_once(
                actions.attest(actor=morning.nurse, visit_uid=uid, now=morning.now),
                actions.dispute(actor=morning.he, visit_uid=uid, reason="没来", now=morning.now),
            )
            assert sorted(answers) in (
                ["confirmed", "visits.not_this_now"],
                ["disputed", "visits.not_this_now"],
            )

    async def test_a_correction_is_decided_once(self, morning: Round, actor: Any) -> None:
        (uid,) = await finished(morning, 1)
        for who in (morning.doctor, morning.nurse):
            await actions.attest(actor=who, visit_uid=uid, now=morning.now)
        item = (await queries.visit(actor=morning.doctor, visit_uid=uid, now=morning.now)).items[0].uid
        await actions.request_correction(
            actor=morning.he, visit_uid=uid, reason="x", outcomes={item: Outcome.ABSENT}, now=morning.now
        )
        correction = await VisitCorrection.get(visit__uid=uid)

        answers = await at_once(
            *(
                actions.approve_correction(actor=morning.feng, correction_uid=correction.uid, now=morning.now)
                for _ in range(4)
            ),
            actions.refuse_correction(
                actor=morning.feng, correction_uid=correction.uid, reason="不对", now=morning.now
            ),
        )

        assert Counter(answers) == {"confirmed": 1, "visits.not_this_now": 4}
        assert (await Visit.get(uid=uid)).version in (1, 2)


class TestStarting:
    async def start(self, morning: Round, by: Actor, uid: str, code: str) -> Any:
        nonce = await nonce_for(by, now=morning.now)
        scan = await scanned(morning.town, by, morning.nurse, uid, now=morning.now, nonce=nonce, code=code)
        return actions.start_visit(actor=by, visit_uid=uid, scanned=scan, now=morning.now)

    async def test_two_clinicians_start_it_once(self, morning: Round) -> None:
        uids = [await morning.planned_like_today() for _ in range(2)]
        for uid in uids:
            code = await code_on_the_screen(morning.nurse, uid, now=morning.now)
            steps = [await self.start(morning, who, uid, code) for who in (morning.doctor, morning.feng)]
            answers = await at_once(*steps)

            assert Counter(answers)["refused"] == 1
            visit = await Visit.get(uid=uid)
            assert visit.status is VisitStatus.STARTED
            assert await VisitAttendance.filter(visit_id=visit.id, open_key__isnull=False).count() == 1
            refused = await Scan.get(visit_id=visit.id, result=ScanResult.REFUSED)
            assert refused.reasons == [Reason.ALREADY_STARTED]
            await actions.cancel_visit(actor=morning.feng, visit_uid=uid, reason="x", now=morning.now)
            morning.clock.advance(minutes=2)

    async def test_one_clinician_starts_one_of_many(self, morning: Round) -> None:
        """I37."""
        uids = [await morning.planned_like_today() for _ in range(6)]
        codes = {}
        for place, uid in enumerate(uids):
            at = morning.now + timedelta(seconds=30 * (place % 2))
            codes[uid] = await code_on_the_screen(morning.nurse, uid, now=at)
        steps = [await self.start(morning, morning.doctor, uid, codes[uid]) for uid in uids]

        answers = await at_once(*steps)

        assert Counter(answers) == {"accepted": 1, "refused": 5}
        assert await Visit.filter(uid__in=uids, status=VisitStatus.STARTED).count() == 1
        assert await Scan.filter(visit__uid__in=uids).count() == 6

    async def test_a_scan_sent_eight_times_is_kept_once(self, morning: Round) -> None:
        """I38."""
        scan = await morning.scan()
        answers = await at_once(
            *(
                actions.start_visit(
                    actor=morning.doctor, visit_uid=morning.uid, scanned=scan, now=morning.now
                )
                for _ in range(8)
            )
        )
        assert set(answers) <= {"accepted", "kit.busy"}
        assert "accepted" in answers
        assert await Scan.filter(client_uid=scan.client_uid).count() == 1

    async def test_a_nonce_serves_one_of_two_scans(self, morning: Round) -> None:
        first = await morning.scan()
        second = replace(first, client_uid=new_uid())
        answers = await at_once(
            *(
                actions.start_visit(
                    actor=morning.doctor, visit_uid=morning.uid, scanned=scan, now=morning.now
                )
                for scan in (first, second)
            )
        )
        assert sorted(answers) == ["accepted", "refused"]


class TestOfflineBatch:
    async def test_sent_four_times_at_once_is_taken_in_once(self, morning: Round) -> None:
        nonce = await nonce_for(morning.doctor, now=morning.now, offline=True)
        scan = await morning.scan(nonce=nonce)
        items = (morning.town.visits.today_wang, morning.town.visits.today_li)
        at = morning.now
        events = [
            HeldEvent(new_uid(), EventKind.START, morning.uid, at, scanned=scan),
            HeldEvent(
                new_uid(),
                EventKind.FINDINGS,
                morning.uid,
                at + timedelta(minutes=5),
                results=tuple(ItemResult(item, Outcome.SEEN) for item in items),
            ),
            HeldEvent(new_uid(), EventKind.FINISH, morning.uid, at + timedelta(minutes=9)),
        ]
        later = morning.clock.advance(hours=1)

        answers = await at_once(
            *(actions.ingest_batch(actor=morning.doctor, events=events, now=later) for _ in range(4))
        )

        assert set(answers) <= {"BatchCard", "kit.busy"}
        card = await actions.ingest_batch(actor=morning.doctor, events=events, now=later)
        assert [str(verdict.result) for verdict in card.verdicts] == [
            "accepted_late",
            "accepted",
            "accepted_late",
        ]
        assert await OfflineEvent.filter(visit__uid=morning.uid).count() == 3
        assert (await morning.row()).status is VisitStatus.FINISHED
