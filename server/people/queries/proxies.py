"""What may be told of those who act for residents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.masking import masked_name
from server.kit.pages import Newest
from server.people.access import active_grants, resident_for
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.queries.persons import same_person_ids
from server.people.rules import (
    Basis,
    ConfirmedHow,
    EndReason,
    ProxyScope,
    ProxyStatus,
    Relation,
    scopes_covering,
)


@dataclass(frozen=True)
class ProxyCard:
    uid: str
    status: ProxyStatus
    resident_uid: str | None
    resident: str | None
    proxy_uid: str
    proxy: str
    basis: Basis
    relation: Relation
    scopes: tuple[ProxyScope, ...]
    starts_at: datetime
    ends_at: datetime | None
    review_at: datetime | None
    confirmed_how: ConfirmedHow | None
    witnessed: bool  # one of two members of staff has witnessed it
    reason: EndReason | None
    applied_at: datetime


async def proxies_of(*, actor: Actor, resident_uid: str, now: datetime) -> tuple[ProxyCard, ...]:
    """Return every grant ever asked for about this resident, the newest first."""
    row = await resident_for(actor=actor, uid=resident_uid, permission=Permission.PROXY_READ, now=now)
    return await proxies_about(await same_person_ids(resident_id=row.id))


async def proxies_about(people: Sequence[int]) -> tuple[ProxyCard, ...]:
    """Return every grant about these rows of one person; the caller has made sure that they may be told."""
    return await _cards(Q(resident_id__in=people), show_resident=True)


async def my_grants(*, actor: Actor, now: datetime) -> tuple[ProxyCard, ...]:  # noqa: ARG001  one form for all queries
    """Return what the actor has applied for; whom it is about is told only once somebody has checked it (T8)."""
    return await _cards(Q(proxy_id=actor.account_id), show_resident=False)


async def grants_held(*, actor: Actor, most: int, now: datetime) -> Newest[ProxyCard]:
    """Return the newest of what the actor ever applied for, told as `my_grants` tells it."""
    cards = await my_grants(actor=actor, now=now)
    return Newest(cards[:most], len(cards) > most)


async def proxies_waiting_for_me(*, actor: Actor, now: datetime) -> tuple[ProxyCard, ...]:  # noqa: ARG001  one form for all queries
    """Return the applications that the home has checked and that wait for the actor's own yes, as the resident."""
    own = Resident.filter(account_id=actor.account_id, account_id__isnull=False).values("id")
    mine = Q(resident_id__in=Subquery(own), status=ProxyStatus.ID_VERIFIED, basis=Basis.OWN_CONSENT)
    return await _cards(mine, show_resident=True)


async def proxy_card(uid: str, *, show_resident: bool) -> ProxyCard:
    (card,) = await _cards(Q(uid=uid), show_resident=show_resident)
    return card


async def family_account_ids(*, resident_id: int, permission: Permission, now: datetime) -> list[int]:
    """Return the resident's own account and those of active proxies who may do this for them."""
    people = await same_person_ids(resident_id=resident_id)
    own = await Resident.filter(id__in=people, account_id__isnull=False).values_list("account_id", flat=True)
    proxies = await ProxyGrantScope.filter(
        active_grants(now, "grant__"),
        grant__resident_id__in=people,
        scope__in=sorted(scopes_covering(permission)),
    ).values_list("grant__proxy_id", flat=True)
    return sorted({int(str(account_id)) for account_id in (*own, *proxies)})


async def _cards(condition: Q, *, show_resident: bool) -> tuple[ProxyCard, ...]:
    rows = await ProxyGrant.filter(condition).order_by("-id").select_related("resident", "proxy")
    return await cards_of(rows, show_resident=show_resident)


async def cards_of(rows: Sequence[ProxyGrant], *, show_resident: bool) -> tuple[ProxyCard, ...]:
    """Make the cards; the rows have their residents and proxies with them."""
    scopes = await scopes_of(row.id for row in rows)
    return tuple(_card(row, scopes.get(row.id, ()), show_resident=show_resident) for row in rows)


async def scopes_of(grant_ids: Iterable[int]) -> dict[int, tuple[ProxyScope, ...]]:
    found: dict[int, tuple[ProxyScope, ...]] = {}
    for row in await ProxyGrantScope.filter(grant_id__in=list(grant_ids)).order_by("id"):
        found[row.grant_id] = (*found.get(row.grant_id, ()), row.scope)
    return found


def _card(row: ProxyGrant, scopes: tuple[ProxyScope, ...], *, show_resident: bool) -> ProxyCard:
    # Checked means that a member of staff has compared papers: from then on the applicant may know whom it is about.
    # Whoever was invited has it from the resident.
    known = row.verified_by_id is not None or row.confirmed_how is not None
    resident = row.resident if show_resident or known else None
    return ProxyCard(
        uid=row.uid,
        status=row.status,
        resident_uid=resident.uid if resident else None,
        resident=(resident.name if show_resident else masked_name(resident.name)) if resident else None,
        proxy_uid=row.proxy.uid,
        proxy=row.proxy.name,
        basis=row.basis,
        relation=row.relation,
        scopes=scopes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        review_at=row.review_at,
        confirmed_how=row.confirmed_how,
        witnessed=row.witness_id is not None,
        reason=row.reason,
        applied_at=row.created_at,
    )
