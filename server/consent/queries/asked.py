"""How many were asked, answered and agreed, by institution: a tile of the board. Nobody is named, few are not counted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Count

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import Days
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.models import Consent
from server.consent.rules import ConsentStatus
from server.kit.clock import local_date
from server.kit.rollups import Sums, rolled_up

TILE = "consent.asked"
UNANSWERED = frozenset({ConsentStatus.REQUESTED, ConsentStatus.LAPSED})


@dataclass(frozen=True)
class Asked:
    """So many requests, answered, agreed to: a no is an answer as good as a yes."""

    asked: int = 0
    answered: int = 0
    granted: int = 0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(self.asked + other.asked, self.answered + other.answered, self.granted + other.granted)


@dataclass(frozen=True)
class AskedCard:
    institution_uid: str
    institution: str
    numbers: Asked | None  # None: too few to be told to a bureau


@dataclass(frozen=True)
class AskedBoard:
    whole: Asked
    cards: tuple[AskedCard, ...]
    least: int
    counted_at: datetime


async def asked_by_institution(*, actor: Actor, days: Days, now: datetime) -> AskedBoard:
    """Count the requests of these days; an institution sees its own numbers however small they are.

    For who oversees the city they were counted before.
    """
    least = await parameter("alliance.least_persons_shown", on=local_date(now))
    oversees = actor.holds(Permission.BOARD_READ, BUREAU_ROLES)
    # By name for a bureau too: the index of consents begins with the institution.
    boards = Q() if oversees else Q(id__in=sorted(actor.institutions_with(Permission.BOARD_READ)))
    institutions = await Institution.filter(boards).order_by("id")
    counted = await rolled_up(TILE, days.months) if oversees else None
    sums = counted.sums if counted else await _sums([each.id for each in institutions], days)
    found = _asked(sums)
    return board_of(
        [(each.uid, each.name, found[each.id]) for each in institutions if each.id in found],
        least=least if oversees else 0,
        counted_at=counted.counted_at if counted else now,
    )


async def asked_sums(*, days: Days) -> Sums:
    """Count the requests to the whole city by institution and state."""
    return await _sums([row.id for row in await Institution.all().only("id")], days)


def board_of(rows: Sequence[tuple[str, str, Asked]], *, least: int, counted_at: datetime) -> AskedBoard:
    """Hide every line below `least`, and leave them out of the whole where it would give them away."""
    hidden = sum((numbers for *_, numbers in rows if numbers.asked < least), Asked())
    shown = sum((numbers for *_, numbers in rows if numbers.asked >= least), Asked())
    cards = [AskedCard(uid, name, numbers if numbers.asked >= least else None) for uid, name, numbers in rows]
    cards.sort(key=lambda card: card.numbers.answered / card.numbers.asked if card.numbers else 2)
    whole = shown if hidden.asked < least else shown + hidden
    return AskedBoard(whole, tuple(cards), least, counted_at)


async def _sums(institution_ids: Sequence[int], days: Days) -> Sums:
    start, end = days.bounds
    # With every status named, an index on recipient, status and instant leads straight to what is counted.
    rows = (
        await Consent.filter(
            recipient_id__in=institution_ids,
            status__in=sorted(ConsentStatus),
            created_at__gte=start,
            created_at__lt=end,
        )
        .annotate(n=Count("id"))
        .group_by("recipient_id", "status")
        .values_list("recipient_id", "status", "n")
    )
    return {(recipient_id, status): times for recipient_id, status, times in rows}


def _asked(sums: Sums) -> dict[int, Asked]:
    found: dict[int, Asked] = defaultdict(Asked)
    for (recipient_id, status), times in sums.items():
        answered = 0 if status in UNANSWERED else times
        found[recipient_id] += Asked(times, answered, 0 if status == ConsentStatus.DENIED else answered)
    return found
