"""How a proxy grant changes its state: one door for every event (R1)."""

from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery

from server.audit import trail
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.models import RoleGrant
from server.kit.errors import IllegalMove
from server.outbox.actions import enqueue
from server.people.models import ProxyGrant, Resident
from server.people.rules import LIVE_PROXY, PROXY_MOVES, Basis, EndReason, ProxyEvent, ProxyStatus

TOLD = {
    ProxyStatus.ACTIVE: "people.proxy_active",
    ProxyStatus.SUSPENDED: "people.proxy_suspended",
    ProxyStatus.ENDED: "people.proxy_ended",
}


async def move(
    actor: Actor,
    row: ProxyGrant,
    event: ProxyEvent,
    *,
    now: datetime,
    reason: EndReason | None = None,
    **changes: Any,
) -> None:
    """Carry out the event on the row as it was read, or refuse with `IllegalMove`."""
    before, after = row.status, PROXY_MOVES.after(row.status, event)
    if reason is not None:
        changes["reason"] = reason
    if after not in LIVE_PROXY:
        changes |= {"ended_at": now, "live_key": None}
    if not await ProxyGrant.filter(id=row.id, status=before).update(status=after, **changes):
        raise IllegalMove
    if before is ProxyStatus.ACTIVE and row.resident_id is not None:
        await trail.rights_changed(row.resident_id, now=now)  # also a read already under way is refused
    row.status = after
    await note(
        actor,
        f"people.proxy_{event}",
        subject_kind="proxy_grant",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        reason=reason,
        detail={"from": before, "to": after},
        now=now,
    )
    if after in TOLD:
        await tell(row, TOLD[after], now=now)


async def tell(row: ProxyGrant, topic: str, *, now: datetime) -> None:
    resident = await Resident.get(id=row.resident_id)
    await row.fetch_related("proxy")
    await enqueue(topic, {"grant": row.uid, "resident": resident.uid, "proxy": row.proxy.uid}, now=now)


async def end_all(actor: Actor, resident: Resident, reason: EndReason, *, now: datetime) -> None:
    """End or turn down everything live about the resident; the caller holds the resident's lock."""
    for row in await ProxyGrant.filter(resident_id=resident.id, status__in=sorted(LIVE_PROXY)).order_by("id"):
        await close(actor, row, reason, now=now)


async def close(actor: Actor, row: ProxyGrant, reason: EndReason, *, now: datetime) -> None:
    event = ProxyEvent.END if PROXY_MOVES.allows(row.status, ProxyEvent.END) else ProxyEvent.REJECT
    await move(actor, row, event, now=now, reason=reason)


async def end_conflicting(actor: Actor, resident: Resident, *, now: datetime) -> None:
    """End grants of people who work in the home where the resident lives from now on (I4)."""
    for row in await ProxyGrant.filter(
        staff_conflict(resident.home_id, now), resident_id=resident.id
    ).order_by("id"):
        await close(actor, row, EndReason.RELATION_CHANGED, now=now)


async def end_entrusted(actor: Actor, resident: Resident, home_id: int | None, *, now: datetime) -> None:
    """End what people of a home hold because the home was entrusted, once the resident lives there no more."""
    entrusted = ProxyGrant.filter(
        resident_id=resident.id,
        status__in=sorted(LIVE_PROXY),
        basis=Basis.INSTITUTION,
        proxy_id__in=Subquery(staff_of(home_id, now).values("account_id")),
    )
    for row in await entrusted.order_by("id"):
        await close(actor, row, EndReason.MOVED_AWAY, now=now)


def staff_conflict(home_id: int | None, now: datetime) -> Q:
    """Return the condition of live grants that I4 forbids while the resident lives in this home."""
    return Q(
        status__in=sorted(LIVE_PROXY),
        basis__not=Basis.INSTITUTION,
        proxy_id__in=Subquery(staff_of(home_id, now).values("account_id")),
    )


def staff_of(home_id: int | None, now: datetime) -> Any:
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return RoleGrant.filter(current, institution_id=home_id, starts_at__lte=now).exclude(role=Role.PERSON)
