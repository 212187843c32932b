"""How a visit goes from one state to the next, and how the others hear of it.

Lock order everywhere: nonce, visit, attendance, item, then what is only added (scan, attestation, correction, offline event).
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.outbox.actions import enqueue
from server.visits.errors import NotThisNow
from server.visits.models import Visit, VisitItem
from server.visits.rules import VISIT_MOVES, Reason, ScanResult, VisitEvent, VisitStatus

NO_CONDITION = Q(id__gt=0)
NOTHING: Mapping[str, Any] = MappingProxyType({})


async def try_move(
    visit: Visit, event: VisitEvent, changes: Mapping[str, Any] = NOTHING, *, given: Q = NO_CONDITION
) -> VisitStatus | None:
    """Carry out the event by an UPDATE on the state it needs; None when another was faster or `given` does not hold.

    States are tried in the order of life: whoever moves it meanwhile moves it towards a state that is still to be tried.
    """
    for source in VisitStatus:
        if not VISIT_MOVES.allows(source, event):
            continue
        target = VISIT_MOVES.after(source, event)
        if await Visit.filter(given, id=visit.id, status=source).update(status=target, **changes):
            return target
    return None


async def move(
    visit: Visit, event: VisitEvent, changes: Mapping[str, Any] = NOTHING, *, given: Q = NO_CONDITION
) -> VisitStatus:
    moved = await try_move(visit, event, changes, given=given)
    if moved is None:
        raise NotThisNow
    return moved


async def locked(visit: Visit) -> Visit:
    """Read the visit as it is now and hold it: for steps that do not move it but need it to stand still."""
    return await Visit.select_for_update().get(id=visit.id)


async def flag(visit: Visit, *reasons: Reason) -> None:
    """Put the visit before a person: presence may be proved, something else is not as it should be."""
    words = list(dict.fromkeys([*visit.exceptions, *reasons]))
    if words != visit.exceptions:
        visit.exceptions = words
        await Visit.filter(id=visit.id).update(exceptions=words, evidence=ScanResult.EXCEPTION)


async def tell(
    actor: Actor,
    topic: str,
    visit: Visit,
    *,
    now: datetime,
    reason: str | None = None,
    institution_id: int | None = None,
    once: str | None = None,
    **detail: Any,
) -> None:
    """Write the audit line and the message of one event, in the caller's transaction."""
    residents = await VisitItem.filter(visit_id=visit.id).distinct().values_list("resident__uid", flat=True)
    await note(
        actor,
        topic,
        subject_kind="visit",
        subject_uid=visit.uid,
        institution_id=institution_id,
        reason=reason,
        detail=detail,
        now=now,
    )
    payload = {"visit": visit.uid, "residents": sorted(str(uid) for uid in residents), **detail}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{visit.uid}:{once}" if once else None)
