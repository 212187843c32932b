"""What the calendar does to authority, and the resealing of numbers after a change of keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.models import RoleGrant
from server.kit import sealing
from server.kit.errors import IllegalMove
from server.kit.transactions import action
from server.people.actions.grants import close
from server.people.models import Kinship, ProxyGrant, Resident
from server.people.queries import KIN_PHONE, NATIONAL_ID, PHONE
from server.people.rules import LIVE_PROXY, Basis, EndReason, ProxyStatus


@dataclass(frozen=True)
class SealedPlace:
    table: type[Any]
    field: str  # its columns are <field>_sealed and <field>_index
    column: str  # what it is bound to


SEALED = (
    SealedPlace(Resident, "national_id", NATIONAL_ID),
    SealedPlace(Resident, "phone", PHONE),
    SealedPlace(Kinship, "phone", KIN_PHONE),
)


@action
async def sweep_reviews(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """End grants that ran out or that I4 no longer allows, and let old applications lapse; return how many.

    An expired grant opens nothing even before this has run: `access` asks for the day itself.
    """
    days = await parameter("people.application_days", on=now)
    stale = Q(
        status__in=[ProxyStatus.APPLIED, ProxyStatus.ID_VERIFIED], created_at__lte=now - timedelta(days=days)
    )
    ran_out = Q(status__in=[ProxyStatus.ACTIVE, ProxyStatus.SUSPENDED], ends_at__lte=now)
    done = 0
    for condition, reason in (
        (ran_out, EndReason.EXPIRED),
        (stale, EndReason.NOT_VERIFIED),
        (await _became_staff(now), EndReason.RELATION_CHANGED),
    ):
        for row in await ProxyGrant.filter(condition).order_by("id").limit(limit):
            try:
                await close(actor, row, reason, now=now)
            except IllegalMove:
                continue  # another worker was faster
            done += 1
    return done


@action
async def reseal_batch(
    *,
    actor: Actor,  # noqa: ARG001  every action is told who asks and when
    place: SealedPlace,
    after: int,
    limit: int,
    now: datetime,  # noqa: ARG001
) -> tuple[int | None, int]:
    """Reseal one batch of one column; return the last id looked at, None at the end, and how many were changed."""
    table, column = place.table, place.column
    sealed, index = f"{place.field}_sealed", f"{place.field}_index"
    there: dict[str, Any] = {f"{sealed}__isnull": False, "id__gt": after}
    rows = await table.filter(**there).order_by("id").limit(limit)
    changed = 0
    for row in rows:
        old = bytes(getattr(row, sealed))
        text = sealing.open_sealed(old, place=f"{column}|{row.uid}")
        mark = sealing.blind_index(text, column=column)
        if sealing.is_current(old) and getattr(row, index) == mark:
            continue
        new: dict[str, Any] = {sealed: sealing.seal(text, place=f"{column}|{row.uid}"), index: mark}
        # Compare-and-set: an edit made since we read the row keeps its value, and the next pass looks again.
        unchanged: dict[str, Any] = {"id": row.id, sealed: old}
        changed += await table.filter(**unchanged).update(**new)
    return (rows[-1].id if len(rows) == limit else None), changed


async def _became_staff(now: datetime) -> Q:
    """Return the condition of live grants whose holder has come to work in the resident's home (I4)."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    staff = RoleGrant.filter(
        current,
        starts_at__lte=now,
        institution_id__isnull=False,
        account_id__in=Subquery(ProxyGrant.filter(status__in=sorted(LIVE_PROXY)).values("proxy_id")),
    ).exclude(role=Role.PERSON)
    pairs = await staff.values_list("account_id", "institution_id")
    live = Q(status__in=sorted(LIVE_PROXY), basis__not=Basis.INSTITUTION)
    conflicts = [Q(proxy_id=account_id, resident__home_id=home_id) for account_id, home_id in pairs]
    return Q(live, Q(*conflicts, join_type=Q.OR)) if conflicts else Q(id__in=[])
