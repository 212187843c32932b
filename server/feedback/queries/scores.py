"""Means and counts: over every score that was not voided, hidden where they would tell on somebody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Count

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback.access import counted
from server.feedback.models import Rating
from server.feedback.rules import Capacity, Shown, Tally, shown
from server.kit.clock import local_date


@dataclass(frozen=True)
class ScoreCard:
    institution_uid: str
    institution: str
    scores: Shown
    least: int  # groups smaller than this are hidden (I45)


async def scores_of(*, actor: Actor, institution_uid: str, now: datetime) -> ScoreCard:
    institution = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    return (await _cards([institution], now))[0]


async def _cards(institutions: Iterable[Institution], now: datetime) -> list[ScoreCard]:
    listed = list(institutions)
    tallies = await tallies_of([institution.id for institution in listed], now=now)
    least = await parameter("feedback.least_shown", on=local_date(now))
    return [
        ScoreCard(institution.uid, institution.name, shown(**tallies[institution.id], least=least), least)
        for institution in listed
    ]


async def tallies_of(institution_ids: Iterable[int], *, now: datetime) -> Mapping[int, dict[str, Tally]]:
    """Count per institution and group: ranked, assisted, own_staff. Reads nothing that moderation writes (I41, I42)."""
    return await _tallies(Q(counted(now=now), subject_id__in=list(institution_ids)), now=now)


async def tallies_of_all(*, now: datetime) -> Mapping[int, dict[str, Tally]]:
    """Count like `tallies_of` for every institution that was rated."""
    return await _tallies(counted(now=now), now=now)


async def _tallies(which: Q, *, now: datetime) -> Mapping[int, dict[str, Tally]]:
    satisfied = await parameter("feedback.satisfied_score", on=local_date(now))
    rows = (
        await Rating.filter(which)
        .annotate(n=Count("id"))
        .group_by("subject_id", "capacity", "own_staff", "score")
        .values("subject_id", "capacity", "own_staff", "score", "n")
    )
    tallies: dict[int, dict[str, Tally]] = defaultdict(
        lambda: dict.fromkeys(("ranked", "assisted", "own_staff"), Tally())
    )
    for row in rows:
        group = _group(Capacity(row["capacity"]), own_staff=bool(row["own_staff"]))
        of_one = tallies[row["subject_id"]]
        of_one[group] += tally_of(row["score"], row["n"], satisfied=satisfied)
    return tallies


def tally_of(score: int, times: int, *, satisfied: int) -> Tally:
    return Tally(times, times * score, times if score >= satisfied else 0)


def _group(capacity: Capacity, *, own_staff: bool) -> str:
    if capacity is Capacity.ASSISTED:
        return "assisted"
    return "own_staff" if own_staff else "ranked"
