"""The register of incidents (PIPL art. 57): recorded, noticed to whom it concerns, closed. Nothing is taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import Forbidden
from server.kit.transactions import action
from server.privacy.access import breach_for
from server.privacy.errors import BreachClosed, ImpossibleTimes, NoticesOwed
from server.privacy.models import Breach, BreachNotice
from server.privacy.rules import DUTIES, BreachAudience, BreachStatus, DataKind

HOURS = ("privacy.breach_authority_hours", "privacy.breach_people_hours")


@dataclass(frozen=True)
class Incident:
    """What is known when it is recorded."""

    what: str
    known_at: datetime
    happened_at: datetime | None
    kinds: tuple[DataKind, ...]
    people: int
    harm: str
    measures: str


@action
async def record_breach(*, actor: Actor, incident: Incident, now: datetime) -> str:
    """Put an incident on the register; the clocks of both notices run from when it was known. Return its uid."""
    if not actor.may(Permission.BREACH_KEEP):
        raise Forbidden
    if not (incident.happened_at or incident.known_at) <= incident.known_at <= now:
        raise ImpossibleTimes
    hours = await parameters(HOURS, on=now)
    authority, people = (incident.known_at + timedelta(hours=hours[code]) for code in HOURS)
    row = Breach(
        what=incident.what,
        happened_at=incident.happened_at,
        known_at=incident.known_at,
        kinds=sorted(incident.kinds),
        people=incident.people,
        harm=incident.harm,
        measures=incident.measures,
        authority_due_at=authority,
        people_due_at=people,
        recorded_by_id=actor.account_id,
        created_at=now,
    )
    await row.save()
    await _noted(actor, "privacy.breach_recorded", row, now=now, kinds=sorted(incident.kinds))
    return str(row.uid)


@action
async def note_breach_notice(
    *, actor: Actor, uid: str, audience: BreachAudience, told_at: datetime, how: str, now: datetime
) -> None:
    """Write down who was told, or why the law lets them go untold."""
    row = await breach_for(actor=actor, uid=uid)
    # Locks it as it stands: who closes it meanwhile waits, and nobody adds to what was closed.
    if not await Breach.filter(id=row.id, status=BreachStatus.OPEN).update(status=BreachStatus.OPEN):
        raise BreachClosed
    if not row.known_at <= told_at <= now:
        raise ImpossibleTimes
    await BreachNotice(
        breach_id=row.id,
        audience=audience,
        told_at=told_at,
        how=how,
        told_by_id=actor.account_id,
        created_at=now,
    ).save()
    await _noted(actor, "privacy.breach_noticed", row, now=now, audience=audience)


@action
async def close_breach(*, actor: Actor, uid: str, conclusion: str, now: datetime) -> None:
    """Close an incident once both whom the law names were told. Refusals: NotFound; NoticesOwed; BreachClosed."""
    row = await breach_for(actor=actor, uid=uid)
    told = set(await BreachNotice.filter(breach_id=row.id).values_list("audience", flat=True))
    if not set(DUTIES) <= told:
        raise NoticesOwed
    changed = await Breach.filter(id=row.id, status=BreachStatus.OPEN).update(
        status=BreachStatus.CLOSED, closed_by_id=actor.account_id, closed_at=now, conclusion=conclusion
    )
    if not changed:
        raise BreachClosed
    await _noted(actor, "privacy.breach_closed", row, now=now)


async def _noted(actor: Actor, what: str, row: Breach, *, now: datetime, **detail: object) -> None:
    await note(actor, what, subject_kind="breach", subject_uid=row.uid, detail=detail, now=now)
