"""Every state and every step, by either side: what the table does not give them is refused, and nothing has changed (T16, I31)."""

from itertools import product

import pytest

from server import invariants
from server.kit.errors import DomainError
from server.referrals.models import Referral
from server.referrals.rules import OPEN, REFERRAL_MOVES, ReferralStatus, Side, may_move
from tests.core.referrals.conftest import E, Way

S = ReferralStatus
ROUTES: dict[S, tuple[E, ...]] = {
    S.DRAFT: (),
    S.SUBMITTED: (E.SUBMIT,),
    S.RETURNED: (E.SUBMIT, E.RETURN),
    S.DECLINED: (E.SUBMIT, E.DECLINE),
    S.ACCEPTED: (E.SUBMIT, E.ACCEPT),
    S.SCHEDULED: (E.SUBMIT, E.ACCEPT, E.SCHEDULE),
    S.IN_TRANSIT: (E.SUBMIT, E.ACCEPT, E.SCHEDULE, E.DEPART),
}
ROUTES[S.RECEIVED] = (*ROUTES[S.IN_TRANSIT], E.RECEIVE)
ROUTES[S.IN_TREATMENT] = (*ROUTES[S.RECEIVED], E.TREAT)
ROUTES[S.DISCHARGE_PLANNED] = (*ROUTES[S.IN_TREATMENT], E.PLAN_DISCHARGE)
ROUTES[S.BACK_OFFERED] = (*ROUTES[S.DISCHARGE_PLANNED], E.OFFER_BACK)
ROUTES[S.BACK_ACCEPTED] = (*ROUTES[S.BACK_OFFERED], E.ACCEPT_BACK)
ROUTES[S.RETURNED_HOME] = (*ROUTES[S.BACK_ACCEPTED], E.ARRIVE_HOME)
ROUTES[S.CLOSED] = (*ROUTES[S.RETURNED_HOME], E.CLOSE)
ROUTES[S.CANCELLED] = (E.SUBMIT, E.CANCEL)


def test_every_state_is_reached() -> None:
    assert set(ROUTES) == set(S)


@pytest.mark.parametrize("status", list(S))
async def test_only_what_is_listed_happens(way: Way, status: S) -> None:
    """One referral in this state, and every step tried on it by both sides."""
    uid = await way.to(*ROUTES[status])
    assert (await way.row(uid)).status is status
    for event, side in product(E, Side):
        before = await Referral.get(uid=uid)
        if before.status is not status:
            break
        listed = REFERRAL_MOVES.allows(status, event) and may_move(status, event, side)
        if listed:
            continue  # what may happen is walked elsewhere; here it would lead away
        who = way.he if side is Side.LOWER else way.zhao
        with pytest.raises(DomainError) as refused:
            await way.step(uid, event, by=who)
        assert refused.value.code in {
            "referrals.not_this_now", "referrals.not_your_turn", "kit.not_found",
        }, (event, side)  # fmt: skip
        after = await Referral.get(uid=uid)
        assert (after.status, after.moves, after.owner_id) == (before.status, before.moves, before.owner_id)
    assert await invariants.faults(now=way.now) == []


@pytest.mark.parametrize(
    ("status", "event"),
    sorted(each for each in REFERRAL_MOVES.table if any(may_move(*each, side) for side in Side)),
)
async def test_what_is_listed_happens_by_whoever_may(way: Way, status: S, event: E) -> None:
    uid = await way.to(*ROUTES[status])
    sides = [side for side in Side if may_move(status, event, side)]
    way.clock.advance(minutes=1)
    await way.step(uid, event, by=way.he if sides[0] is Side.LOWER else way.zhao)
    row = await way.row(uid)
    assert row.status is REFERRAL_MOVES.after(status, event)
    assert (row.owner_id is not None) is (row.status in OPEN)
    assert await invariants.faults(now=way.now) == []
