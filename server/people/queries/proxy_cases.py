"""Applications to act for a resident, as the people see them who compare papers with faces."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import grant_for, grants_visible_to
from server.people.models import ProxyGrant
from server.people.queries.proxies import ProxyCard, cards_of
from server.people.rules import ProxyStatus


@dataclass(frozen=True)
class ProxyCase:
    """One application with its papers and all that was done about it."""

    card: ProxyCard
    document_ref: str | None  # number of the signed sheet or of the guardian's document
    resident_speaks: bool  # can say yes on a phone of their own
    history: tuple[HistoryLine, ...]


async def proxy_cases(
    *, actor: Actor, status: ProxyStatus | None = None, wish: PageWish, now: datetime
) -> Page[ProxyCard]:
    """Return those in one state; without one, what waits for somebody's check, who has waited longest first."""
    wanted = _waiting(now) if status is None else Q(status=status)
    rows = ProxyGrant.filter(_reviewed_by(actor, now), wanted).select_related("resident", "proxy")
    page = await rows_of(rows, wish, by="created_at", newest_first=status is not None)
    return page.of(await cards_of(page.items, show_resident=True))


async def count_proxy_cases(*, actor: Actor, now: datetime) -> int:
    return await ProxyGrant.filter(_reviewed_by(actor, now), _waiting(now)).count()


async def proxy_case(*, actor: Actor, uid: str, now: datetime) -> ProxyCase:
    row = await grant_for(actor=actor, uid=uid, permission=Permission.PROXY_REVIEW, now=now)
    if row.resident is None:
        raise NotFound  # an application that names nobody whom we know is seen by nobody (T8)
    (card,) = await cards_of([row], show_resident=True)
    return ProxyCase(
        card=card,
        document_ref=row.document_ref,
        resident_speaks=row.resident.account_id is not None,
        history=await history_of(subject_uid=row.uid),
    )


def _reviewed_by(actor: Actor, now: datetime) -> Q:
    about = grants_visible_to(actor=actor, permission=Permission.PROXY_REVIEW, now=now)
    return Q(about, resident_id__isnull=False)


def _waiting(now: datetime) -> Q:
    """Return the condition of what waits for a check: applications, and active grants whose day of review has come."""
    applied = Q(status__in=[ProxyStatus.APPLIED, ProxyStatus.ID_VERIFIED])
    return applied | Q(status=ProxyStatus.ACTIVE, review_at__lte=now)
