"""Two desks act at the same instant, on MariaDB: one wins, the other is told so, and nothing is half done."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server import invariants
from server.alliance.models import Institution
from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.outbox.models import OutboxMessage
from server.people.actions import transition
from server.people.models import CareStateChange, Resident
from server.people.rules import CareCause, CareEvent, CareState
from server.referrals import actions
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp, ReferralPacket
from server.referrals.rules import FollowUpOutcome, ReferralStatus
from tests.core.referrals.conftest import UP_TO_RECEIVED, URGENT, E, Way, way_of

pytestmark = pytest.mark.mysql
WORKER = system_actor("worker")
ROUNDS = 8


@pytest_asyncio.fixture
async def way(town: Town, clock: Any, actor: Callable[[str], Awaitable[Actor]]) -> AsyncIterator[Way]:
    way = await way_of(town, clock, actor)
    yield way
    assert await invariants.faults(now=way.now) == []


async def at_once(*steps: Awaitable[Any]) -> list[str]:
    answers = await asyncio.gather(*steps, return_exceptions=True)
    return [
        (getattr(each, "code", None) or repr(each)) if isinstance(each, BaseException) else "done"
        for each in answers
    ]


class TestOneWinner:
    async def test_accept_against_cancel(self, way: Way) -> None:
        for _ in range(ROUNDS):
            uid = await way.to(E.SUBMIT)
            answers = await at_once(
                way.step(uid, E.ACCEPT, by=way.zhao), way.step(uid, E.CANCEL, by=way.nurse)
            )
            row = await way.row(uid)
            # Accepted first it may still be taken back: then both are done, in that order.
            assert Counter(answers)["done"] >= 1
            assert row.status in {ReferralStatus.ACCEPTED, ReferralStatus.CANCELLED}
            assert set(answers) <= {"done", "referrals.not_this_now", "referrals.not_your_turn"}
            if row.status is not ReferralStatus.CANCELLED:
                await way.step(uid, E.CANCEL, by=way.nurse)

    async def test_two_desks_of_one_hospital_accept_once(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        answers = await at_once(*(way.step(uid, E.ACCEPT, by=way.zhao) for _ in range(6)))
        assert Counter(answers)["done"] == 1
        assert await OutboxMessage.filter(topic="referrals.accepted").count() == 1

    async def test_accept_against_return_and_decline(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        answers = await at_once(
            *(way.step(uid, event, by=way.zhao) for event in (E.ACCEPT, E.RETURN, E.DECLINE))
        )
        assert Counter(answers)["done"] == 1
        assert (await way.row(uid)).moves == 2

    async def test_written_twice_is_there_once(self, way: Way) -> None:
        answers = await at_once(*(way.written() for _ in range(4)))
        assert Counter(answers) == {"done": 1, "referrals.already_open": 3}
        assert await Referral.all().count() == 1

    async def test_sent_twice_goes_once(self, way: Way) -> None:
        uid = (await way.written(URGENT)).uid
        answers = await at_once(*(way.step(uid, E.SUBMIT, by=way.nurse) for _ in range(4)))
        assert Counter(answers)["done"] == 1
        assert await ReferralPacket.filter(referral__uid=uid).count() == 1
        assert await ReferralFollowUp.filter(referral__uid=uid).count() == 1


class TestTheClock:
    async def test_against_whoever_accepts(self, way: Way) -> None:
        """Either it was late and is settled by the step, or it was never late: no open escalation is left behind."""
        for _ in range(ROUNDS):
            uid = await way.to(E.SUBMIT)
            due = (await way.row(uid)).next_deadline
            assert due is not None
            way.clock.set(due + timedelta(seconds=1))
            answers = await at_once(
                actions.sweep_deadlines(actor=WORKER, now=way.now), way.step(uid, E.ACCEPT, by=way.zhao)
            )
            row = await way.row(uid)
            assert answers[0] == "done"
            assert answers[1] == "done"
            assert (row.status, row.escalated_at) == (ReferralStatus.ACCEPTED, None)
            assert not await ReferralEscalation.filter(open_key__isnull=False).exists()
            await way.step(uid, E.CANCEL, by=way.zhao)

    async def test_two_workers_raise_once(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await at_once(*(actions.sweep_deadlines(actor=WORKER, now=way.now) for _ in range(4)))
        assert await ReferralEscalation.filter(referral__uid=uid).count() == 1
        assert await OutboxMessage.filter(topic="referrals.escalated").count() == 1

    async def test_bureau_against_whoever_moves_it(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await actions.sweep_deadlines(actor=WORKER, now=way.now)
        late = await ReferralEscalation.get(referral__uid=uid)
        await at_once(
            actions.settle_escalation(actor=way.tang, uid=late.uid, remark="已电话", hours=2, now=way.now),
            way.step(uid, E.ACCEPT, by=way.zhao),
        )
        assert (await way.row(uid)).escalated_at is None
        assert (await ReferralEscalation.get(id=late.id)).open_key is None


class TestTheCareState:
    async def test_received_while_the_home_says_so_by_hand(self, way: Way) -> None:
        """I33, I15: one of them changes it, and both are right."""
        uid = await way.to(*UP_TO_RECEIVED[:-1])
        by_hand = transition(
            actor=way.he, resident_uid=way.town.people.wang, event=CareEvent.HOSPITALIZE,
            cause=CareCause.REPORTED, now=way.now,
        )  # fmt: skip
        answers = await at_once(way.step(uid, E.RECEIVE, by=way.zhao), by_hand)
        assert answers[0] == "done"
        assert (await Resident.get(uid=way.town.people.wang)).care_state is CareState.INPATIENT
        changes = CareStateChange.filter(resident__uid=way.town.people.wang, state=CareState.INPATIENT)
        assert await changes.count() == 1

    async def test_the_last_nursing_bed_is_taken_once(self, way: Way) -> None:
        """I16."""
        await Institution.filter(uid=way.town.alliance.yihe).update(nursing_beds=1)
        people = (way.town.people.wang, way.town.people.li)

        def change(uid: str, event: CareEvent) -> Awaitable[Any]:
            return transition(
                actor=way.he, resident_uid=uid, event=event, cause=CareCause.REPORTED, now=way.now
            )

        for uid in people:
            await change(uid, CareEvent.HOSPITALIZE)
        answers = await at_once(*(change(uid, CareEvent.CONVALESCE) for uid in people))
        assert Counter(answers) == {"done": 1, "people.no_nursing_bed": 1}


class TestTheFollowUp:
    async def test_done_and_waived_at_once_is_one_of_them(self, way: Way) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        duty = await ReferralFollowUp.get()
        answers = await at_once(
            actions.do_follow_up(
                actor=way.nurse, uid=duty.uid, outcome=FollowUpOutcome.GOOD, remark="好转", now=way.now
            ),
            actions.waive_follow_up(actor=way.he, uid=duty.uid, reason="仍在住院", now=way.now),
        )
        assert sorted(answers) == ["done", "referrals.duty_over"]
