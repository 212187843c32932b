"""Every state and every step: what the table does not list is refused (T16)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server.visits import actions
from server.visits.errors import (
    EndsBeforeStart,
    NotThisNow,
)
from server.visits.models import Visit, VisitCorrection
from server.visits.rules import VISIT_MOVES, Outcome, Side, Verdict, VisitEvent, VisitStatus
from tests.core.visits.conftest import Round

S = VisitStatus
E = VisitEvent
Step = Callable[[Round], Awaitable[object]]


async def forced(morning: Round, status: VisitStatus) -> None:
    """Put the visit into a state as if it had come there in the usual way."""
    await morning.finish()
    me, other = morning.doctor.account_id, morning.nurse.account_id
    said = {
        S.ATTESTED_PROVIDER: {"provider_verdict": Verdict.CONFIRMED, "provider_by_id": me},
        S.ATTESTED_HOST: {"host_verdict": Verdict.CONFIRMED, "host_by_id": other},
        S.DISPUTED: {"host_verdict": Verdict.DISPUTED, "host_by_id": other},
    }.get(status, {})
    fields = {"finished_at": None} if status in (S.PLANNED, S.STARTED, S.MISSED, S.CANCELLED) else {}
    await Visit.filter(uid=morning.uid).update(status=status, **said, **fields)
    if status is S.CORRECTION_REQUESTED:
        item = f"item:{morning.town.visits.today_li}"
        await VisitCorrection(
            visit=await morning.row(),
            from_version=1,
            side=Side.HOST,
            reason="x",
            before={item: "seen"},
            after={item: "absent"},
            requested_by_id=morning.he.account_id,
            created_at=morning.now,
        ).save()


async def _decide(morning: Round, step: str) -> object:
    correction = await VisitCorrection.filter(visit__uid=morning.uid).first()
    if correction is None:
        raise NotThisNow
    return await getattr(actions, step)(
        actor=morning.feng, correction_uid=correction.uid, reason="同意", now=morning.now
    )


async def _started_without_screen(morning: Round) -> None:
    # The screen is shown for visits that can still begin; a reason is enough here.
    verdict = await morning.start(code=None, device_unavailable=True)
    if verdict.result == "refused":
        raise NotThisNow


STEPS: dict[str, tuple[frozenset[VisitEvent], Step]] = {
    "start": (
        frozenset({E.START}),
        _started_without_screen,
    ),
    "finish": (
        frozenset({E.FINISH}),
        lambda m: actions.finish_visit(actor=m.doctor, visit_uid=m.uid, now=m.now + timedelta(minutes=1)),
    ),
    "attest_provider": (
        frozenset({E.ATTEST_PROVIDER}),
        lambda m: actions.attest(actor=m.feng, visit_uid=m.uid, now=m.now),
    ),
    "attest_host": (
        frozenset({E.ATTEST_HOST}),
        lambda m: actions.attest(actor=m.he, visit_uid=m.uid, now=m.now),
    ),
    "dispute": (
        frozenset({E.DISPUTE}),
        lambda m: actions.dispute(actor=m.he, visit_uid=m.uid, reason="没来", now=m.now),
    ),
    "cancel": (
        frozenset({E.CANCEL, E.ABANDON}),
        lambda m: actions.cancel_visit(actor=m.feng, visit_uid=m.uid, reason="台风", now=m.now),
    ),
    "request_correction": (
        frozenset({E.REQUEST_CORRECTION}),
        lambda m: actions.request_correction(
            actor=m.he,
            visit_uid=m.uid,
            reason="记错了",
            outcomes={m.town.visits.today_li: Outcome.ABSENT},
            now=m.now,
        ),
    ),
    "approve_correction": (frozenset({E.APPROVE_CORRECTION}), lambda m: _decide(m, "approve_correction")),
    "refuse_correction": (frozenset({E.REFUSE_CORRECTION}), lambda m: _decide(m, "refuse_correction")),
    "resolve": (
        frozenset({E.RESOLVE_CONFIRMED, E.RESOLVE_VOID}),
        lambda m: actions.resolve(
            actor=m.feng, visit_uid=m.uid, verdict=Verdict.VOID, reason="查实没来", now=m.now
        ),
    ),
}


class TestEveryPairOfStateAndStep:
    """T16: an illegal step is refused for every pair, and leaves the state as it was."""

    @pytest.mark.parametrize("status", VisitStatus)
    @pytest.mark.parametrize("step", STEPS)
    async def test_goes_by_the_table(self, morning: Round, status: VisitStatus, step: str) -> None:
        events, take = STEPS[step]
        await forced(morning, status)
        if any(VISIT_MOVES.allows(status, event) for event in events):
            await take(morning)
            return
        with pytest.raises((NotThisNow, EndsBeforeStart)) as refusal:
            await take(morning)
        assert refusal.type is NotThisNow
        assert (await morning.row()).status is status

    @pytest.mark.parametrize("status", VisitStatus)
    async def test_only_what_was_planned_is_missed(self, morning: Round, status: VisitStatus) -> None:
        await forced(morning, status)
        later = morning.clock.advance(hours=3)
        missed = await actions.sweep_missed(actor=morning.feng, now=later)
        assert missed == (1 if status is S.PLANNED else 0)
