"""Which rounds of a home took place and count: a tile of the board (A19, I36). No resident appears in it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Count

from server.alliance.access import BUREAU_ROLES, homes_on_board
from server.alliance.models import Institution
from server.alliance.rules import Days, InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.pages import Page, PageWish, page_of
from server.kit.rollups import Sums, rolled_up
from server.visits.models import Visit
from server.visits.rules import VisitStatus

TILE = "visits.kept"
NOT_KEPT = frozenset({VisitStatus.PLANNED, VisitStatus.MISSED, VisitStatus.VOID})


@dataclass(frozen=True)
class KeptCard:
    """The rounds of one home that were due; those that were called off stand apart."""

    home_uid: str
    home: str
    planned: int
    kept: int  # somebody came
    confirmed: int  # both sides say so: the only ones that count anywhere
    cancelled: int


@dataclass(frozen=True)
class OpenVisitCard:
    """A round that was due and does not count, and in what state it is stuck."""

    uid: str
    home: str
    provider: str
    starts_at: datetime
    status: VisitStatus


@dataclass(frozen=True)
class KeptBoard:
    cards: tuple[KeptCard, ...]  # those that count least often first
    counted_at: datetime


async def kept_by_home(*, actor: Actor, days: Days, now: datetime) -> KeptBoard:
    """Count the rounds of every home on the actor's board; for who oversees the city, they were counted before."""
    homes = await Institution.filter(
        homes_on_board(actor=actor, now=now), kind=InstitutionKind.NURSING_HOME, filed=True
    ).order_by("id")
    counted = await rolled_up(TILE, days.months) if _oversees(actor) else None
    sums = counted.sums if counted else await _sums(_on_board(actor), days, now)
    found: dict[int, Counter[VisitStatus]] = defaultdict(Counter)
    for (home_id, status), times in sums.items():
        found[home_id][VisitStatus(status)] += times
    cards = [_card(home, found[home.id]) for home in homes]
    cards.sort(key=lambda card: card.confirmed / card.planned if card.planned else -1)
    return KeptBoard(tuple(cards), counted.counted_at if counted else now)


async def kept_sums(*, days: Days, now: datetime) -> Sums:
    """Count the rounds of the whole city by home and state."""
    return await _sums(Q(), days, now)


async def _sums(which: Q, days: Days, now: datetime) -> Sums:
    rows = (
        await Visit.filter(which, due(days, now))
        .annotate(n=Count("id"))
        .group_by("home_id", "status")
        .values_list("home_id", "status", "n")
    )
    return {(home_id, status): times for home_id, status, times in rows}


async def not_counted(
    *, actor: Actor, days: Days, home_uid: str | None, wish: PageWish, now: datetime
) -> Page[OpenVisitCard]:
    """List the rounds that were due and do not count, the oldest first."""
    rows = Visit.filter(_on_board(actor), due(days, now)).exclude(status=VisitStatus.CONFIRMED)
    if home_uid is not None:
        rows = rows.filter(home__uid=home_uid)
    return await page_of(
        rows.select_related("home", "provider"), wish, _open_card, by="starts_at", newest_first=False
    )


def _oversees(actor: Actor) -> bool:
    return actor.holds(Permission.BOARD_READ, BUREAU_ROLES)


def _on_board(actor: Actor) -> Q:
    if _oversees(actor):
        return Q()
    own = sorted(actor.institutions_with(Permission.BOARD_READ))
    return Q(home_id__in=own) | Q(provider_id__in=own)


def due(days: Days, now: datetime) -> Q:
    """Narrow to rounds planned for these days; one that may still begin is not due."""
    start, end = days.bounds
    return Q(starts_at__gte=start, starts_at__lt=end) & ~Q(status=VisitStatus.PLANNED, ends_at__gt=now)


def _card(home: Institution, times: Mapping[VisitStatus, int]) -> KeptCard:
    cancelled = times[VisitStatus.CANCELLED]
    planned = sum(times.values()) - cancelled
    return KeptCard(
        home_uid=home.uid,
        home=home.name,
        planned=planned,
        kept=planned - sum(times[status] for status in NOT_KEPT),
        confirmed=times[VisitStatus.CONFIRMED],
        cancelled=cancelled,
    )


def _open_card(row: Visit) -> OpenVisitCard:
    return OpenVisitCard(row.uid, row.home.name, row.provider.name, row.starts_at, row.status)
