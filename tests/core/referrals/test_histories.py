"""Whatever happens in whatever order: after every step each open referral has one owner and a deadline or an escalation (T17).

I30, I31 and I33 are asked of a plain model beside the tables: whoever moved it, whether they were allowed to, and what came of it.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server import invariants
from server.authority.actor import Actor, system_actor
from server.demo import cast
from server.kit.errors import DomainError
from server.people.models import CareStateChange, Resident
from server.people.rules import CareState
from server.referrals import actions
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.rules import (
    BESIDE_THE_OWNER,
    ENDED,
    TURN,
    Direction,
    FollowUpOutcome,
    ReferralStatus,
    Side,
)
from tests.conftest import Clock
from tests.core.referrals.conftest import DOWN, URGENT, WISH, E, Way, way_of

WORKER = system_actor("worker")
HISTORIES = int(os.environ.get("HISTORIES", "10"))
LONGEST = int(os.environ.get("STEPS", "30"))
ONWARD = {
    ReferralStatus.DRAFT: E.SUBMIT,
    ReferralStatus.SUBMITTED: E.ACCEPT,
    ReferralStatus.RETURNED: E.SUBMIT,
    ReferralStatus.ACCEPTED: E.SCHEDULE,
    ReferralStatus.SCHEDULED: E.DEPART,
    ReferralStatus.IN_TRANSIT: E.RECEIVE,
    ReferralStatus.RECEIVED: E.TREAT,
    ReferralStatus.IN_TREATMENT: E.PLAN_DISCHARGE,
    ReferralStatus.DISCHARGE_PLANNED: E.OFFER_BACK,
    ReferralStatus.BACK_OFFERED: E.ACCEPT_BACK,
    ReferralStatus.BACK_ACCEPTED: E.ARRIVE_HOME,
    ReferralStatus.RETURNED_HOME: E.CLOSE,
}
STEPS = (
    *E,
    *(["onward"] * 14),
    "write",
    "write",
    "write_down",
    "sweep",
    "time_passes",
    "follow_up",
    "settle",
    "amend",
)


class History:
    """Two residents, a home, a health center and a hospital, and whatever they do with each other."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.uids: list[str] = []
        self.told: list[str] = []

    async def step(self, name: str, one: int, two: int) -> None:
        self.way.clock.advance(minutes=1)
        if name in set(E):
            await self._moved(E(name), one, two)
        else:
            await self._tried(name, getattr(self, name)(one, two))
        await self.check()

    async def _moved(self, event: E, one: int, two: int) -> None:
        """Do a step as one of four; I31 is asked of what stood there before."""
        if not self.uids:
            return
        uid = self.uids[one % len(self.uids)]
        who = (self.way.nurse, self.way.he, self.way.zhao, self.way.doctor)[two % 4]
        before = await Referral.get(uid=uid)
        if not await self._tried(f"{event} by {two % 4}", self.way.step(uid, event, by=who)):
            after = await Referral.get(uid=uid)
            assert (after.status, after.owner_id, after.moves) == (
                before.status,
                before.owner_id,
                before.moves,
            )
            return
        sides = {
            side
            for side, institution in ((Side.LOWER, before.lower_id), (Side.UPPER, before.upper_id))
            if institution in {grant.institution_id for grant in who.grants}
        }
        allowed = {TURN[before.status], BESIDE_THE_OWNER.get((before.status, event), TURN[before.status])}
        assert sides & allowed, f"I31 {event} in {before.status} by {sides}: {self.told}"

    async def onward(self, one: int, _: int) -> None:
        """Let whoever's turn it is do what leads on: otherwise few histories would come far."""
        if not self.uids:
            return
        uid = self.uids[one % len(self.uids)]
        status = (await Referral.get(uid=uid)).status
        if status in ONWARD:
            who = self.way.he if TURN[status] is Side.LOWER else self.way.zhao
            await self.way.step(uid, ONWARD[status], by=who)

    async def write(self, one: int, two: int) -> None:
        card = await self.way.written(URGENT if two % 2 else WISH, ("wang", "li")[one % 2])
        self.uids.append(card.uid)

    async def write_down(self, one: int, _: int) -> None:
        card = await self.way.down(DOWN, ("wang", "li")[one % 2])
        self.uids.append(card.uid)

    async def sweep(self, *_: int) -> None:
        await actions.sweep_deadlines(actor=WORKER, now=self.way.now)
        await actions.sweep_follow_ups(actor=WORKER, now=self.way.now)

    async def time_passes(self, one: int, _: int) -> None:
        self.way.clock.advance(hours=(1, 5, 26, 24 * 16)[one % 4])
        await self.sweep()

    async def follow_up(self, one: int, two: int) -> None:
        rows = await ReferralFollowUp.all().order_by("id")
        if rows and two % 2:
            await actions.do_follow_up(
                actor=self.way.nurse, uid=rows[one % len(rows)].uid, outcome=FollowUpOutcome.GOOD,
                remark="好转", now=self.way.now,
            )  # fmt: skip
        elif rows:
            await actions.waive_follow_up(
                actor=self.way.nurse, uid=rows[one % len(rows)].uid, reason="仍在住院", now=self.way.now
            )

    async def settle(self, one: int, two: int) -> None:
        rows = await ReferralEscalation.all().order_by("id")
        if rows:
            await actions.settle_escalation(
                actor=self.way.tang, uid=rows[one % len(rows)].uid, remark="已电话", hours=1 + two % 48,
                now=self.way.now,
            )  # fmt: skip

    async def amend(self, one: int, _: int) -> None:
        if self.uids:
            await actions.amend_referral(
                actor=self.way.nurse, uid=self.uids[one % len(self.uids)], wish=WISH, now=self.way.now
            )

    async def _tried(self, name: str, what: Any) -> bool:
        """A refusal is an answer; what it leaves behind is checked like everything else."""
        try:
            await what
        except DomainError as refusal:
            self.told.append(f"{name}: {refusal.code}")
            return False
        self.told.append(f"{name}: done")
        return True

    async def check(self) -> None:
        now = self.way.now
        await actions.sweep_deadlines(actor=WORKER, now=now)
        rows = await Referral.all().order_by("id")
        raised = set(
            await ReferralEscalation.filter(open_key__isnull=False).values_list("referral_id", flat=True)
        )
        for row in rows:
            if row.status in ENDED:
                assert row.owner_id is None, self.told
                assert row.id not in raised, self.told
                continue
            owner = row.lower_id if TURN[row.status] is Side.LOWER else row.upper_id
            assert row.owner_id == owner, self.told  # exactly one
            assert row.next_deadline is not None
            assert (row.next_deadline > now) or (row.id in raised), f"I30 {row.status}: {self.told}"
            if row.direction is Direction.UP and row.received_at is not None:
                changes = await CareStateChange.filter(
                    resident_id=row.resident_id, state=CareState.INPATIENT, started_at__lte=row.received_at
                )
                ends = [each.ended_at for each in changes]
                assert any(end is None or end > row.received_at for end in ends), f"I33: {self.told}"
        assert await invariants.faults(now=now) == [], self.told


@settings(
    max_examples=HISTORIES,
    deadline=None,
    derandomize=HISTORIES < 100,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(
    st.lists(
        st.tuples(st.sampled_from([str(each) for each in STEPS]), st.integers(0, 11), st.integers(0, 11)),
        min_size=8,
        max_size=LONGEST,
    )
)
@pytest.mark.timeout(600)
async def test_a_referral_without_owner_or_deadline_cannot_come_about(
    _standing: Any,  # noqa: PT019  each history begins with the town as it was
    clock: Clock,
    actor: Any,
    town: Any,
    steps: list[tuple[str, int, int]],
) -> None:
    _standing.snapshot.restore()
    clock.set(cast.TOWN_NOW)
    history = History(await way_of(town, clock, actor))
    await history.step("write", 0, 1)
    for name, one, two in steps:
        await history.step(name, one, two)


async def test_walked_to_the_end_by_chance(way: Way) -> None:
    """A history that is lucky: whoever's turn it is does the first thing that leads on."""
    history = History(way)
    await history.step("write", 0, 0)
    (uid,) = history.uids
    while (status := (await Referral.get(uid=uid)).status) in ONWARD:
        who: Actor = way.he if TURN[status] is Side.LOWER else way.zhao
        way.clock.advance(hours=80)  # everybody is late all the time
        await actions.sweep_deadlines(actor=WORKER, now=way.now)
        await way.step(uid, ONWARD[status], by=who)
        await history.check()
    assert (await Referral.get(uid=uid)).status is ReferralStatus.CLOSED
    assert (await Resident.get(uid=way.town.people.wang)).care_state is CareState.CONVALESCENT
    assert timedelta(0) < way.now - (await Referral.get(uid=uid)).created_at
