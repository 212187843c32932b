"""Beds over time: what was kept at the end of each day, by home and for all (A23). No resident appears in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Sum

from server.alliance.access import homes_on_board
from server.alliance.models import Institution
from server.alliance.queries import cited
from server.alliance.rules import InstitutionKind, Parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.kit.rates import shown_part
from server.people.models import BedCensusEntry, CareStateChange, ResidentStay
from server.people.rules import CareState
from server.people.rules.census import NOTHING, CensusSpan, Figures, points_of

TARGETS = ("people.nursing_share_baseline", "people.nursing_share_goal", "people.nursing_share_national")
LEAST = "alliance.least_persons_shown"
COLUMNS = ("beds", "nursing_beds", "residents", "inpatient", "convalescent")
MOST_CORRECTIONS = 30


@dataclass(frozen=True)
class CensusPoint:
    day: date
    figures: Figures | None  # None: nothing was kept of that day, or too few live there to be shown


@dataclass(frozen=True)
class HomeCensus:
    home_uid: str
    home: str
    day: date | None
    figures: Figures | None
    inpatient: str  # as it is told: "<5" or a dash where the number would tell who
    convalescent: str
    too_few: bool  # so few live there that they are not told to anybody else


@dataclass(frozen=True)
class CensusCorrection:
    day: date
    at: datetime
    reason: str
    change: Figures  # the difference that it made


@dataclass(frozen=True)
class CensusBoard:
    least: int
    day: date | None  # the last that was kept
    homes: tuple[HomeCensus, ...]
    chosen: HomeCensus | None  # None: all of them together
    total: Figures | None  # without homes of too few
    left_out: int
    series: tuple[CensusPoint, ...]
    corrections: tuple[CensusCorrection, ...]  # of the chosen home
    may_correct: bool
    targets: Mapping[str, Parameter]


async def census_board(*, actor: Actor, home_uid: str | None, span: CensusSpan, now: datetime) -> CensusBoard:
    """Return the last day of every home on the actor's board, and the curve of one or of all together."""
    today = local_date(now)
    numbers = await cited((*TARGETS, LEAST), on=today)
    own = actor.institutions_with(Permission.BOARD_READ)
    rows = await Institution.filter(
        homes_on_board(actor=actor, now=now), kind=InstitutionKind.NURSING_HOME, filed=True
    ).order_by("id")
    if home_uid is not None and home_uid not in {row.uid for row in rows}:
        raise NotFound
    # Who runs a home knows who lives there; the bureaus and those who come to it are told no few.
    least = {row.id: 0 if row.id in own else numbers[LEAST].value for row in rows}
    last = await _last_day([row.id for row in rows])
    kept = await _figures([row.id for row in rows], last) if last else {}
    cards = {row.id: _card(row, last, kept.get(row.id), least[row.id]) for row in rows}
    chosen = next((row for row in rows if row.uid == home_uid), rows[0] if len(rows) == 1 else None)
    shown = [row.id for row in rows if cards[row.id].figures is not None]
    of = [chosen.id] if chosen else shown
    mine = chosen is not None and chosen.id in actor.institutions_with(Permission.RESIDENT_ADMIT)
    return CensusBoard(
        least=numbers[LEAST].value,
        day=last,
        homes=tuple(cards.values()),
        chosen=cards[chosen.id] if chosen else None,
        total=_sum([found for home_id in of if (found := cards[home_id].figures) is not None]),
        left_out=sum(card.too_few for card in cards.values()),
        series=await _series({home_id: least[home_id] for home_id in of}, span, last or today),
        corrections=await _corrections(chosen.id) if chosen and mine else (),
        may_correct=mine and last is not None,
        targets={code: numbers[code] for code in TARGETS},
    )


async def counted_at_end_of(*, day: date, home_ids: Sequence[int]) -> dict[int, Figures]:
    """Count from the stays and care states how homes stood when the day ended, however long ago that was.

    Who leaves at the stroke of midnight was still there; who comes at it was not yet (T14). Beds are counted as registered now.
    """
    _, midnight = start_of_day(day), start_of_day(date.fromordinal(day.toordinal() + 1))
    then = Q(started_at__lt=midnight) & (Q(ended_at__isnull=True) | Q(ended_at__gte=midnight))
    living = ResidentStay.filter(then, home_id__in=list(home_ids), resident__merged_into_id__isnull=True)
    residents = await _by_home(living)
    states = {}
    for state in (CareState.INPATIENT, CareState.CONVALESCENT):
        so = CareStateChange.filter(then, state=state).values("resident_id")
        states[state] = await _by_home(living.filter(resident_id__in=Subquery(so)))
    homes = await Institution.filter(id__in=list(home_ids)).values_list("id", "beds", "nursing_beds")
    return {
        home_id: Figures(
            beds,
            nursing_beds,
            residents.get(home_id, 0),
            states[CareState.INPATIENT].get(home_id, 0),
            states[CareState.CONVALESCENT].get(home_id, 0),
        )
        for home_id, beds, nursing_beds in homes
    }


async def kept_of_day(*, home_id: int, day: date) -> Figures | None:
    """Return what holds of a day: what was counted, and all corrections added."""
    return (await _figures([home_id], day)).get(home_id)


async def _by_home(rows: Any) -> dict[int, int]:
    counted = rows.annotate(n=Count("id")).group_by("home_id").values_list("home_id", "n")
    return dict(await counted)


async def _last_day(home_ids: Sequence[int]) -> date | None:
    rows = BedCensusEntry.filter(home_id__in=list(home_ids)).order_by("-day").only("id", "day")
    found = await rows.first()
    return found.day if found else None


async def _figures(home_ids: Sequence[int], day: date) -> dict[int, Figures]:
    rows = BedCensusEntry.filter(day=day, home_id__in=list(home_ids)).values_list("home_id", *COLUMNS)
    found: dict[int, Figures] = {}
    for home_id, *numbers in await rows:
        row = Figures(*numbers)
        found[home_id] = found[home_id].plus(row) if home_id in found else row
    return found


async def _series(least: Mapping[int, int], span: CensusSpan, last: date) -> tuple[CensusPoint, ...]:
    """Sum each day over the homes of which it may be told: of few, the sum less the others would tell."""
    days = points_of(span, last)
    sums = {f"sum_{name}": Sum(name) for name in COLUMNS}
    rows = BedCensusEntry.filter(day__in=list(days), home_id__in=[*least, 0]).annotate(**sums)
    found: dict[date, list[Figures]] = {}
    for day, home_id, *numbers in await rows.group_by("day", "home_id").values_list("day", "home_id", *sums):
        told = _told(Figures(*(int(number) for number in numbers)), least[home_id])
        found.setdefault(day, []).extend([told] if told else [])
    return tuple(CensusPoint(day, _sum(found.get(day, []))) for day in days)


async def _corrections(home_id: int) -> tuple[CensusCorrection, ...]:
    rows = BedCensusEntry.filter(home_id=home_id, version__gt=1).order_by("-id").limit(MOST_CORRECTIONS)
    return tuple(
        CensusCorrection(
            row.day,
            row.created_at,
            row.reason,
            Figures(row.beds, row.nursing_beds, row.residents, row.inpatient, row.convalescent),
        )
        for row in await rows
    )


def _card(home: Institution, day: date | None, figures: Figures | None, least: int) -> HomeCensus:
    told = _told(figures, least)
    whole = figures if figures and told else NOTHING
    return HomeCensus(
        home.uid,
        home.name,
        day,
        told,
        shown_part(whole.inpatient, whole.residents, least=least),
        shown_part(whole.convalescent, whole.residents, least=least),
        too_few=figures is not None and told is None,
    )


def _told(figures: Figures | None, least: int) -> Figures | None:
    """Return what others may know: nothing of a home of few, and of no home who of them is ill, which is told in words."""
    if figures is None or 0 < figures.residents < least:
        return None
    return replace(figures, inpatient=0, convalescent=0) if least else figures


def _sum(parts: Sequence[Figures]) -> Figures | None:
    if not parts:
        return None
    whole = parts[0]
    for each in parts[1:]:
        whole = whole.plus(each)
    return whole
