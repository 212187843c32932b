"""Ask for a bed, take the question back, or say no."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.access import bed_for, bed_to_work_at, provider_of
from server.home_beds.actions.moving import carry_out, deadline_in, tell
from server.home_beds.errors import AlreadyHasOne, NotBound, NotLivingHere, ReasonNeeded
from server.home_beds.models import HomeBed
from server.home_beds.queries.cards import BedCard, bed_card
from server.home_beds.rules import HomeBedEvent, HomeBedStatus, Source
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.people.access import Way, resident_for, standing_of

_APPLY = Permission.HOME_BED_APPLY
SOURCES = {Way.SELF: Source.FAMILY, Way.PROXY: Source.FAMILY, Way.HOME_STAFF: Source.HOME}


@action
async def apply_for_bed(*, actor: Actor, resident_uid: str, institution_uid: str, now: datetime) -> BedCard:
    """Ask a medical institution that is bound to the home for a bed; a clinician asks only their own."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=_APPLY, now=now)
    standing = await standing_of(actor=actor, resident=resident, permission=_APPLY, now=now)
    if resident.home_id is None or resident.died_at is not None:
        raise NotLivingHere
    institution = await provider_of(resident, institution_uid, now=now)
    if institution is None or not institution.kind.is_medical:
        raise NotBound(fields={"institution": NotBound.message})
    if standing.way is Way.PARTNER_STAFF and institution.id not in actor.institutions_with(_APPLY):
        raise NotBound(fields={"institution": NotBound.message})
    await resident.fetch_related("home")
    row = HomeBed(
        resident=resident,
        home=resident.home,
        institution=institution,
        owner=institution,
        next_deadline=await deadline_in(HomeBedStatus.APPLIED, at=now, now=now),
        source=SOURCES.get(standing.way, Source.CLINICIAN),
        applied_by_id=actor.account_id,
        live_key=str(resident.id),
        created_at=now,
    )
    async with refusing_duplicates(AlreadyHasOne):
        await row.save()
    await tell(actor, "home_beds.applied", row, now=now, detail={"source": row.source})
    return bed_card(row, now=now)


@action
async def withdraw_bed(*, actor: Actor, uid: str, reason: str, now: datetime) -> BedCard:
    """Take an application back before the bed was opened: the family, the home, or who asked for it."""
    row = await bed_for(actor=actor, uid=uid, permission=_APPLY, now=now)
    await carry_out(actor, row, HomeBedEvent.WITHDRAW, reason=_given(reason), now=now)
    return bed_card(row, now=now)


@action
async def decline_bed(*, actor: Actor, uid: str, reason: str, now: datetime) -> BedCard:
    """Say that somebody cannot be taken in, and why."""
    row = await bed_to_work_at(actor=actor, uid=uid)
    await carry_out(actor, row, HomeBedEvent.DECLINE, reason=_given(reason), now=now)
    return bed_card(row, now=now)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    return reason.strip()
