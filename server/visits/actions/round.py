"""At the bedside: what became of each resident, and the end of the visit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.errors import Forbidden, NotFound
from server.kit.transactions import action
from server.visits.access import visit_to_attend
from server.visits.actions.findings import write_findings
from server.visits.actions.moving import flag, locked, move, tell
from server.visits.actions.presence import was_elsewhere
from server.visits.errors import Elsewhere, EndsBeforeStart, ItemsOpen, NotThisNow
from server.visits.models import Visit, VisitAttendance, VisitItem
from server.visits.queries import VisitCard, read_card
from server.visits.rules import Outcome, Reason, VisitEvent, VisitStatus
from server.visits.rules.findings import Findings


@dataclass(frozen=True)
class ItemResult:
    """What became of one line of the round."""

    item_uid: str
    outcome: Outcome
    findings: Findings = field(default_factory=Findings, repr=False)
    note: str = ""
    urgent: bool = False


@action
async def record_results(
    *, actor: Actor, visit_uid: str, results: Sequence[ItemResult], now: datetime
) -> VisitCard:
    """Write what was found for several residents at once; what was measured goes into their health records."""
    visit = await visit_to_attend(actor=actor, uid=visit_uid)
    await written(actor=actor, visit=visit, results=results, open_in=(VisitStatus.STARTED,), at=now, now=now)
    return await read_card(visit.id)


@action
async def finish_visit(*, actor: Actor, visit_uid: str, now: datetime) -> VisitCard:
    visit = await visit_to_attend(actor=actor, uid=visit_uid)
    await finished(actor=actor, visit=visit, at=now, now=now)
    return await read_card(visit.id)


async def written(
    *,
    actor: Actor,
    visit: Visit,
    results: Sequence[ItemResult],
    open_in: Collection[VisitStatus],
    at: datetime,
    now: datetime,
) -> bool:
    """Write the results; tell whether somebody of them lives elsewhere by now (T10)."""
    held = await locked(visit)
    if held.status not in open_in:
        raise NotThisNow
    await _ensure_on_it(actor, held)
    items = await VisitItem.filter(visit_id=held.id).select_related("resident")
    lines = {item.uid: item for item in items}
    moved = False
    for place, result in enumerate(results):
        item = lines.get(result.item_uid)
        if item is None:
            raise NotFound
        moved = moved or item.resident.home_id != held.home_id
        item.entries += await write_findings(actor, held, item, result.findings, place=place, at=at, now=now)
        await VisitItem.filter(id=item.id).update(
            outcome=result.outcome, note=result.note, urgent=result.urgent, entries=item.entries
        )
    if moved:
        await flag(held, Reason.RESIDENT_MOVED)
    return moved


async def finished(*, actor: Actor, visit: Visit, at: datetime, now: datetime) -> None:
    """End the visit: everybody has an outcome, the end lies after the start, nobody was in two places (I34, I37)."""
    held = await locked(visit)
    await _ensure_on_it(actor, held)
    if held.status is not VisitStatus.STARTED or held.started_at is None:
        raise NotThisNow
    if at <= held.started_at:
        raise EndsBeforeStart
    if await VisitItem.filter(visit_id=held.id, outcome=None).exists():
        raise ItemsOpen
    if await was_elsewhere(actor.account_id, held, start=held.started_at, end=at):
        raise Elsewhere
    known = Q(performer_id__isnull=False, plate_id__isnull=False, started_at__isnull=False)
    await move(held, VisitEvent.FINISH, {"finished_at": at}, given=known)
    await VisitAttendance.filter(visit_id=held.id).update(open_key=None)
    shortest = timedelta(minutes=await parameter("visits.shortest_minutes", on=local_date(at)))
    if at - held.started_at < shortest:
        await flag(held, Reason.TOO_SHORT)
    urgent = (
        await VisitItem.filter(visit_id=held.id, urgent=True)
        .distinct()
        .values_list("resident__uid", flat=True)
    )
    await tell(actor, "visits.finished", held, now=now, urgent=sorted(str(uid) for uid in urgent))


async def _ensure_on_it(actor: Actor, visit: Visit) -> None:
    if not await VisitAttendance.filter(visit_id=visit.id, account_id=actor.account_id).exists():
        raise Forbidden
