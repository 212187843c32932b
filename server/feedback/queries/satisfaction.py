"""How many were satisfied, how sure that is, and how it went over time: what the bureau ranks by and the public reads.

The rank goes by the lower bound of the interval: three friendly voices do not stand above three hundred.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Case, When
from tortoise.functions import Count

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import OVERSEERS, counted
from server.feedback.models import Rating
from server.feedback.queries.scores import tallies_of, tallies_of_all, tally_of
from server.feedback.rules import Capacity, Share, Tally, share_of, shown_in_time
from server.kit.clock import local_date, start_of_day
from server.kit.errors import Forbidden

QUARTERS_SHOWN = 8
MONTHS_A_QUARTER = 3


@dataclass(frozen=True)
class SatisfactionCard:
    """The shares of one institution's groups; None where too few answered (I45)."""

    institution_uid: str
    institution: str
    ranked: Share | None  # residents and families
    mean: float | None  # of the same
    assisted: Share | None  # written down by staff, never ranked (I44)
    own_staff: Share | None  # the institution's own people, never ranked (I44)
    least: int


@dataclass(frozen=True)
class QuarterCard:
    year: int
    quarter: int
    share: Share | None


@dataclass(frozen=True)
class SatisfactionTrend:
    card: SatisfactionCard
    quarters: tuple[QuarterCard, ...]


async def satisfaction_board(*, actor: Actor, now: datetime) -> tuple[SatisfactionCard, ...]:
    """Rank every rated institution by what residents and families said; too few scores rank nowhere, at the end."""
    _ensure_overseer(actor)
    tallies = await tallies_of_all(now=now)
    cards = await _cards(await Institution.filter(id__in=sorted(tallies)), tallies, now=now)
    return tuple(
        sorted(cards, key=lambda card: (-(card.ranked.low if card.ranked else -1), card.institution))
    )


async def satisfaction_trend(*, actor: Actor, institution_uid: str, now: datetime) -> SatisfactionTrend:
    """Return the last quarters of one institution, by residents and families."""
    _ensure_overseer(actor)
    institution = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    (card,) = await satisfaction_of([institution], now=now)
    quarters = _last_quarters(local_date(now))
    tallies = await _tallies_in_time(institution, [start_of_day(day) for day in quarters], now)
    # What is older stands in the whole too: it is hidden or shown by the same rule, and not told here.
    _, *shares = shown_in_time(tallies, least=card.least)
    return SatisfactionTrend(
        card,
        tuple(
            QuarterCard(day.year, (day.month - 1) // MONTHS_A_QUARTER + 1, share)
            for day, share in zip(quarters, shares, strict=True)
        ),
    )


async def satisfaction_of(institutions: Iterable[Institution], *, now: datetime) -> list[SatisfactionCard]:
    """Return the cards of institutions; whoever asks has made sure that they may be told."""
    listed = list(institutions)
    return await _cards(listed, await tallies_of([each.id for each in listed], now=now), now=now)


async def _cards(
    institutions: Iterable[Institution], tallies: Mapping[int, dict[str, Tally]], *, now: datetime
) -> list[SatisfactionCard]:
    least = await parameter("feedback.least_shown", on=local_date(now))
    return [_card(each, tallies[each.id], least) for each in institutions]


def _ensure_overseer(actor: Actor) -> None:
    if not actor.holds(Permission.RATING_READ, OVERSEERS):
        raise Forbidden


def _card(institution: Institution, tallies: dict[str, Tally], least: int) -> SatisfactionCard:
    ranked = share_of(tallies["ranked"], least=least)
    return SatisfactionCard(
        institution_uid=institution.uid,
        institution=institution.name,
        ranked=ranked,
        mean=tallies["ranked"].mean if ranked else None,
        assisted=share_of(tallies["assisted"], least=least),
        own_staff=share_of(tallies["own_staff"], least=least),
        least=least,
    )


def _last_quarters(today: date) -> tuple[date, ...]:
    """Return the first days of the last quarters, the oldest first and the one of today last."""
    last = today.year * 4 + (today.month - 1) // MONTHS_A_QUARTER
    return tuple(
        date(number // 4, number % 4 * MONTHS_A_QUARTER + 1, 1)
        for number in range(last - QUARTERS_SHOWN + 1, last + 1)
    )


async def _tallies_in_time(
    institution: Institution, starts: Sequence[datetime], now: datetime
) -> Sequence[Tally]:
    """Count what residents and families said before the first start, and from each start to the next."""
    satisfied = await parameter("feedback.satisfied_score", on=local_date(now))
    since = [
        When(created_at__gte=start, then=str(place)) for place, start in reversed([*enumerate(starts, 1)])
    ]
    rows = (
        await Rating.filter(counted(now=now), subject_id=institution.id, own_staff=False)
        .exclude(capacity=Capacity.ASSISTED)
        .annotate(stretch=Case(*since, default="0"), n=Count("id"))
        .group_by("stretch", "score")
        .values("stretch", "score", "n")
    )
    tallies = [Tally()] * (len(starts) + 1)
    for row in rows:
        tallies[int(row["stretch"])] += tally_of(row["score"], row["n"], satisfied=satisfied)
    return tallies
