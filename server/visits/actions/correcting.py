"""Correct a confirmed visit: asked for by one institution, approved by the other, each version kept."""

from collections.abc import Mapping
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import Forbidden, NotFound
from server.kit.transactions import action
from server.visits.access import correction_for, institution_id_of, side_of, visit_to_change
from server.visits.actions.moving import move, tell
from server.visits.actions.presence import was_elsewhere
from server.visits.errors import (
    Elsewhere,
    EndsBeforeStart,
    NothingToCorrect,
    NotThisNow,
    ReasonNeeded,
    SameHands,
)
from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.queries import VisitCard, read_card
from server.visits.rules import VISIT_MOVES, CorrectionStatus, Outcome, Side, VisitEvent
from server.visits.rules.corrections import FINISHED, STARTED, item_key, item_uid, only_changes, written


@action
async def request_correction(
    *,
    actor: Actor,
    visit_uid: str,
    reason: str,
    started_at: datetime | None = None,
    finished_at: datetime | None = None,
    outcomes: Mapping[str, Outcome] | None = None,  # by item uid
    side: Side | None = None,
    now: datetime,
) -> VisitCard:
    """Ask the other institution to change a confirmed visit, which counts nowhere until they have answered."""
    visit = await visit_to_change(actor=actor, uid=visit_uid, permission=Permission.VISIT_CORRECT)
    mine = side_of(visit, actor=actor, permission=Permission.VISIT_CORRECT, wanted=side)
    if not reason.strip():
        raise ReasonNeeded
    if not VISIT_MOVES.allows(visit.status, VisitEvent.REQUEST_CORRECTION):
        raise NotThisNow
    as_it_is = await _as_it_is(visit)
    wishes = {STARTED: written(started_at), FINISHED: written(finished_at)}
    wished = {key: value for key, value in wishes.items() if value is not None}
    wished |= {item_key(uid): str(outcome) for uid, outcome in (outcomes or {}).items()}
    if not wished.keys() <= as_it_is.keys():
        raise NotFound
    before, after = only_changes(as_it_is, wished)
    if not after:
        raise NothingToCorrect
    _ensure_order(as_it_is | after, now)
    await move(visit, VisitEvent.REQUEST_CORRECTION)
    await VisitCorrection(
        visit_id=visit.id,
        from_version=visit.version,
        side=mine,
        reason=reason,
        before=before,
        after=after,
        requested_by_id=actor.account_id,
        created_at=now,
    ).save()
    await tell(
        actor,
        "visits.correction_requested",
        visit,
        reason=reason,
        institution_id=institution_id_of(visit, mine),
        now=now,
    )
    return await read_card(visit.id)


@action
async def approve_correction(
    *, actor: Actor, correction_uid: str, reason: str = "", now: datetime
) -> VisitCard:
    """Agree for the other institution: the visit counts again, one version on."""
    correction = await _to_decide(actor, correction_uid)
    visit = correction.visit
    changes = {
        key: datetime.fromisoformat(value)
        for key, value in correction.after.items()
        if key in {STARTED, FINISHED}
    }
    period = {STARTED: visit.started_at, FINISHED: visit.finished_at} | changes
    if await was_elsewhere(visit.performer_id, visit, start=period[STARTED], end=period[FINISHED]):
        raise Elsewhere
    version = correction.from_version + 1
    await move(visit, VisitEvent.APPROVE_CORRECTION, {"version": version, **changes})
    for key, value in correction.after.items():
        if uid := item_uid(key):
            await VisitItem.filter(uid=uid, visit_id=visit.id).update(outcome=Outcome(value))
    await _decide(actor, correction, CorrectionStatus.APPROVED, reason, now)
    await tell(actor, "visits.corrected", visit, once=str(version), version=version, now=now)
    return await read_card(visit.id)


@action
async def refuse_correction(*, actor: Actor, correction_uid: str, reason: str, now: datetime) -> VisitCard:
    """Decline for the other institution: the visit counts again as it was."""
    if not reason.strip():
        raise ReasonNeeded
    correction = await _to_decide(actor, correction_uid)
    await move(correction.visit, VisitEvent.REFUSE_CORRECTION)
    await _decide(actor, correction, CorrectionStatus.REFUSED, reason, now)
    await tell(actor, "visits.correction_refused", correction.visit, reason=reason, now=now)
    return await read_card(correction.visit.id)


async def _as_it_is(visit: Visit) -> dict[str, str | None]:
    items = await VisitItem.filter(visit_id=visit.id)
    times = {STARTED: written(visit.started_at), FINISHED: written(visit.finished_at)}
    return times | {item_key(item.uid): written(item.outcome) for item in items}


def _ensure_order(values: Mapping[str, str | None], now: datetime) -> None:
    started, finished = (datetime.fromisoformat(str(values[key])) for key in (STARTED, FINISHED))
    if not started < finished <= now:
        raise EndsBeforeStart


async def _to_decide(actor: Actor, uid: str) -> VisitCorrection:
    correction = await correction_for(actor=actor, uid=uid)
    if correction.status is not CorrectionStatus.REQUESTED:
        raise NotThisNow
    if correction.requested_by.id == actor.account_id:
        raise SameHands
    other = institution_id_of(correction.visit, correction.side.other)
    if other not in actor.institutions_with(Permission.VISIT_CORRECT):
        raise Forbidden
    return correction


async def _decide(
    actor: Actor, correction: VisitCorrection, status: CorrectionStatus, reason: str, now: datetime
) -> None:
    decided = await VisitCorrection.filter(id=correction.id, status=CorrectionStatus.REQUESTED).update(
        status=status, decided_by_id=actor.account_id, decided_at=now, decision_reason=reason or None
    )
    if not decided:
        raise NotThisNow
