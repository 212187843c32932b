"""Who holds which role where, and who has not signed in for long: what an administrator looks through now and then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.functions import Max

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.identity.access import grants_visible_to, in_force
from server.identity.models import RoleGrant, Session
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of


@dataclass(frozen=True)
class AccountsWish:
    role: Role | None = None
    institution_uid: str | None = None
    idle: bool = False  # only those who have not signed in for long


@dataclass(frozen=True)
class RoleHolderCard:
    """One role of one account; whoever holds three stands in three lines."""

    account_uid: str
    name: str
    role: Role
    institution: str | None
    starts_at: datetime
    ends_at: datetime | None
    last_seen_at: datetime | None  # None: not since sessions are kept
    idle: bool


@dataclass(frozen=True)
class AccountsOverview:
    page: Page[RoleHolderCard]
    institutions: tuple[tuple[str, str], ...]  # uid and name, for a choice
    idle_days: int


async def accounts_overview(
    *, actor: Actor, asked: AccountsWish, wish: PageWish, now: datetime
) -> AccountsOverview:
    """List the staff roles in force that the actor keeps: all of them for the system administrator."""
    kept = grants_visible_to(actor=actor, permission=Permission.STAFF_MANAGE, now=now)
    standing = RoleGrant.filter(kept, in_force(now)).exclude(role=Role.PERSON)
    idle_days = await parameter("identity.idle_days", on=local_date(now))
    since = now - timedelta(days=idle_days)
    page = await rows_of(
        standing.filter(_asked_for(asked, since)).select_related("account", "institution"),
        wish,
        by="created_at",
    )
    seen = await _last_seen(page.items)
    held = await standing.exclude(institution_id=None).distinct().values_list("institution_id", flat=True)
    places = await Institution.filter(id__in=list(held)).order_by("id").values_list("uid", "name")
    return AccountsOverview(
        page.of([_card(row, seen.get(row.account.id), since) for row in page.items]),
        tuple((uid, name) for uid, name in places),
        idle_days,
    )


def _asked_for(asked: AccountsWish, since: datetime) -> Q:
    wanted = Q(id__gt=0)
    if asked.role is not None:
        wanted &= Q(role=asked.role)
    if asked.institution_uid is not None:
        wanted &= Q(institution__uid=asked.institution_uid)
    if asked.idle:
        lately = Session.filter(last_seen_at__gte=since).values("account_id")
        wanted &= Q(account_id__not_in=Subquery(lately), starts_at__lt=since)
    return wanted


async def _last_seen(rows: Sequence[RoleGrant]) -> dict[int, datetime]:
    found = (
        await Session.filter(account_id__in=sorted({row.account.id for row in rows}))
        .annotate(last=Max("last_seen_at"))
        .group_by("account_id")
        .values_list("account_id", "last")
    )
    return dict(found)


def _card(row: RoleGrant, seen: datetime | None, since: datetime) -> RoleHolderCard:
    return RoleHolderCard(
        account_uid=row.account.uid,
        name=row.account.name,
        role=row.role,
        institution=row.institution.name if row.institution else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        last_seen_at=seen,
        idle=(seen or row.starts_at) < since,
    )
