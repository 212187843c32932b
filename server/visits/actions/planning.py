"""Plan a visit, call it off, and notice that nobody came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.errors import NoAgreement
from server.alliance.models import ServiceAgreement
from server.alliance.queries import agreement_in_force, parameter
from server.alliance.rules import content_of
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.models import Account
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.models import Resident
from server.visits.access import visit_to_change
from server.visits.actions.moving import move, tell, try_move
from server.visits.errors import (
    BadWindow,
    NotOfThisHome,
    NotOfThisProvider,
    NotOnAgreement,
    ReasonNeeded,
    TooManyOfARound,
)
from server.visits.models import Visit, VisitAttendance, VisitItem
from server.visits.queries import VisitCard, read_card
from server.visits.queries.assigning import ensure_may_go, working_on
from server.visits.rules import MOST_OF_A_ROUND, VisitEvent, VisitKind, VisitStatus

LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class PlannedItem:
    resident_uid: str
    service: str  # a code of the agreement's items
    due: str = ""


@action
async def plan_visit(
    *,
    actor: Actor,
    home_uid: str,
    provider_uid: str,
    kind: VisitKind,
    starts_at: datetime,
    ends_at: datetime,
    clinician_uids: Sequence[str],
    items: Sequence[PlannedItem],
    now: datetime,
) -> VisitCard:
    """Plan a visit under the agreement in force; either of its two institutions may."""
    if not starts_at < ends_at <= starts_at + LONGEST or ends_at <= now:
        raise BadWindow
    if len(items) > MOST_OF_A_ROUND:
        raise TooManyOfARound
    agreement = await _agreement(actor, home_uid, provider_uid, starts_at)
    names = _services(agreement, items)
    residents = await _residents(agreement, items)
    clinicians = await _clinicians(agreement, clinician_uids, starts_at)
    visit = Visit(
        kind=kind,
        agreement=agreement,
        home_id=agreement.home_id,
        provider_id=agreement.provider_id,
        planned_by_id=actor.account_id,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
    )
    await visit.save()
    for account in clinicians:
        await VisitAttendance(visit=visit, account=account, created_at=now).save()
    for item in items:
        resident = residents[item.resident_uid]
        await VisitItem(
            visit=visit,
            resident=resident,
            service=item.service,
            service_name=names[item.service],
            bed=resident.bed or "",
            due=item.due,
            created_at=now,
        ).save()
    await tell(actor, "visits.planned", visit, now=now)
    return await read_card(visit.id)


@action
async def cancel_visit(*, actor: Actor, visit_uid: str, reason: str, now: datetime) -> VisitCard:
    """Call off a visit that has not begun, or abandon one that was begun and cannot be finished."""
    visit = await visit_to_change(actor=actor, uid=visit_uid, permission=Permission.VISIT_PLAN)
    if not reason.strip():
        raise ReasonNeeded
    if await try_move(visit, VisitEvent.CANCEL, {"reason": reason}):
        await tell(actor, "visits.cancelled", visit, reason=reason, now=now)
        return await read_card(visit.id)
    await move(visit, VisitEvent.ABANDON, {"reason": reason})
    await VisitAttendance.filter(visit_id=visit.id).update(open_key=None)
    await tell(actor, "visits.abandoned", visit, reason=reason, now=now)
    return await read_card(visit.id)


@action
async def sweep_missed(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Mark the visits to which nobody came; many workers may do so at once."""
    late = await parameter("visits.late_minutes", on=local_date(now))
    over = await Visit.filter(status=VisitStatus.PLANNED, ends_at__lt=now - timedelta(minutes=late)).limit(
        limit
    )
    missed = 0
    for visit in over:
        if await try_move(visit, VisitEvent.MISS):
            await tell(actor, "visits.missed", visit, now=now, once="missed")
            missed += 1
    return missed


async def _agreement(actor: Actor, home_uid: str, provider_uid: str, starts_at: datetime) -> ServiceAgreement:
    planners = sorted(actor.institutions_with(Permission.VISIT_PLAN))
    own = Q(home_id__in=planners) | Q(provider_id__in=planners)
    pair = await ServiceAgreement.filter(own, home__uid=home_uid, provider__uid=provider_uid).first()
    if pair is None:
        raise NotFound
    card = await agreement_in_force(home_id=pair.home_id, provider_id=pair.provider_id, now=starts_at)
    if card is None:
        raise NoAgreement
    return await ServiceAgreement.get(uid=card.uid)


def _services(agreement: ServiceAgreement, items: Sequence[PlannedItem]) -> Mapping[str, str]:
    names = {item.code: item.name for item in content_of(agreement.content).items}
    if not items or any(item.service not in names for item in items):
        raise NotOnAgreement
    return names


async def _residents(agreement: ServiceAgreement, items: Sequence[PlannedItem]) -> Mapping[str, Resident]:
    wanted = {item.resident_uid for item in items}
    living = await Resident.filter(
        uid__in=sorted(wanted), home_id=agreement.home_id, died_at=None, merged_into_id=None
    )
    if len(living) != len(wanted):
        raise NotOfThisHome
    return {resident.uid: resident for resident in living}


async def _clinicians(agreement: ServiceAgreement, uids: Sequence[str], starts_at: datetime) -> list[Account]:
    """Return who is to go: each works for the provider on that day, is registered there, and has what the work needs."""
    held = await working_on(agreement.provider_id, uids, starts_at)
    if {grant.account.uid for grant in held} != set(uids):
        raise NotOfThisProvider
    await ensure_may_go(held, local_date(starts_at))
    known = {grant.account.id: grant.account for grant in held}
    return [known[account_id] for account_id in sorted(known)]
