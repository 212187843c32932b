"""The figures: the city's at a glance, one indicator by county and home, an institution's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Q
from tortoise.functions import Count, Sum

from server.alliance.queries import cited, parameters
from server.authority.actor import Actor
from server.indicators.access import READ, ensure_overseer, opens, oversees, own_homes
from server.indicators.models import IndicatorFact
from server.indicators.queries.counts import (
    counties,
    figure_at,
    grouped_figure,
    reasons_in,
    sums_known,
    tile_of,
)
from server.indicators.queries.evaluators.indicator import Indicator
from server.indicators.queries.evaluators.registry import THEME_OF, in_force_on, indicator_in, indicators_in
from server.indicators.queries.places import PlaceLine, Told, places_of, told_alone, told_of
from server.indicators.rules import (
    LEAST,
    Cadence,
    Definition,
    Figure,
    Period,
    State,
    period_of,
    reached,
    tells_few,
    told_counts,
)
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.kit.rollups import CITY, RollUp, Sums, rolled_up, sums_of_place

PERIODS_BACK = 12


@dataclass(frozen=True)
class FigureCard:
    definition: Definition
    theme: str  # of the board, in words
    period: Period
    told: Told
    target: int | None
    reached: bool | None
    counted_at: datetime | None  # None: never counted
    opens: bool


@dataclass(frozen=True)
class Board:
    cards: tuple[FigureCard, ...]
    month: Period
    months: tuple[Period, ...]
    homes: tuple[tuple[str, str], ...]  # of an institution that has several
    home: tuple[str, str] | None
    least: int
    city: bool

    @property
    def counted_at(self) -> datetime | None:
        """Return the oldest count on it."""
        return min((each.counted_at for each in self.cards if each.counted_at), default=None)


@dataclass(frozen=True)
class ReasonLine:
    code: str
    state: State
    words: str
    next_step: str
    people: str


@dataclass(frozen=True)
class IndicatorSheet:
    definition: Definition
    period: Period
    periods: tuple[Period, ...]
    known_on: date | None
    whole: Told
    target: int | None
    target_citation: str
    reached: bool | None
    counties: tuple[tuple[PlaceLine, tuple[PlaceLine, ...]], ...]
    reasons: tuple[ReasonLine, ...]
    left_out: tuple[ReasonLine, ...]
    history: tuple[tuple[Period, Told], ...]
    counted_at: datetime | None
    least: int
    numbers: tuple[tuple[str, int, str, str], ...]  # code, value, unit, citation
    opens: bool


async def board(*, actor: Actor, month: date | None, home_uid: str | None, now: datetime) -> Board:
    """Return every figure: the city's for who oversees it, a home's own, or what another institution keeps."""
    today = local_date(now)
    wanted = period_of(Cadence.MONTH, min(month or today, today))
    everything = indicators_in(wanted.first, today=today)
    codes = [each.definition.target.code for each in everything if each.definition.target]
    numbers = await parameters((LEAST, *codes), on=today)
    city = oversees(actor=actor)
    homes = [] if city else await own_homes(actor=actor)
    home = next((each for each in homes if each.uid == home_uid), None) if home_uid else None
    if home_uid and home is None:
        raise NotFound
    home = home or (homes[0] if homes else None)
    keeps = not city and home is None
    if keeps:
        figures = await _of_keeper(everything, wanted, sorted(actor.institutions_with(READ)))
    else:
        figures = await _kept(everything, wanted, CITY if home is None else home.id)
    cards = tuple(
        _card(
            each.definition,
            wanted,
            figures.get(each.definition.key),
            numbers,
            actor=actor,
            # A home that may not know who they are is not told how few they are either; who keeps them knows them by name.
            unknown=not keeps and (city or not each.definition.home_knows),
        )
        for each in everything
    )
    return Board(
        cards=cards,
        month=wanted,
        months=_back(period_of(Cadence.MONTH, today)),
        homes=tuple((each.uid, each.name) for each in homes),
        home=(home.uid, home.name) if home else None,
        least=numbers[LEAST],
        city=city,
    )


async def indicator_sheet(
    *, actor: Actor, code: str, since: date | None, known: date | None, now: datetime
) -> IndicatorSheet:
    """Return one indicator by county and home, of the whole city; as it was known at the end of a day, if one is named."""
    ensure_overseer(actor=actor)
    today = local_date(now)
    indicator, period = indicator_in(code, since or today, today=today)
    definition = indicator.definition
    moment = start_of_day(known + timedelta(days=1)) if known and known < today else None
    kept = await rolled_up(tile_of(definition), [period.first])
    sums = await sums_known(definition, period.first, moment=moment) if moment or not kept else kept.sums
    policy = (*definition.numbers, *((definition.target.code,) if definition.target else ()), LEAST)
    numbers = await cited(dict.fromkeys(policy), on=today)
    least = numbers[LEAST].value if definition.about_people else 0
    target = numbers[definition.target.code].value if definition.target else None
    places = places_of(definition, sums, await counties(), least=least, target=target)
    return IndicatorSheet(
        definition=definition,
        period=period,
        periods=_back(period_of(definition.cadence, today)),
        known_on=known if moment else None,
        whole=places.whole.told,
        target=target,
        target_citation=numbers[definition.target.code].citation if definition.target else "",
        reached=places.whole.reached,
        counties=places.counties,
        reasons=_reasons(definition, sums, definition.to_look_at, least),
        left_out=_reasons(definition, sums, State.EXCLUDED, least),
        history=await _history(code, period_of(definition.cadence, today), today, least),
        counted_at=None if moment else kept.counted_at if kept else None,
        least=least,
        numbers=tuple(
            (each.code, each.value, each.unit, each.citation)
            for code in definition.numbers
            for each in (numbers[code],)
        ),
        opens=opens(actor=actor, definition=definition),
    )


async def _kept(
    everything: Sequence[Indicator], month: Period, place: int
) -> Mapping[str, tuple[Figure, datetime]]:
    """Read one place's sums, as the worker has kept them: two statements a cadence, however large the city."""
    found: dict[str, tuple[Figure, datetime]] = {}
    for cadence in Cadence:
        tiles = {tile_of(each.definition): each for each in everything if each.definition.cadence is cadence}
        kept = await sums_of_place(sorted(tiles), period_of(cadence, month.first).first, place)
        for tile, counted_at in kept.counted_at.items():
            found[tiles[tile].definition.key] = (figure_at(kept.by_tile[tile]), counted_at)
    return found


async def _of_keeper(
    everything: Sequence[Indicator], month: Period, institutions: Sequence[int]
) -> Mapping[str, tuple[Figure, datetime]]:
    """Sum up what these institutions keep themselves, in every home."""
    found: dict[str, tuple[Figure, datetime]] = {}
    for cadence in Cadence:
        chosen = {each.definition.code: each for each in everything if each.definition.cadence is cadence}
        since = period_of(cadence, month.first).first
        kept = await sums_of_place([tile_of(each.definition) for each in chosen.values()], since, CITY)
        rows = IndicatorFact.filter(
            Q(known_to__isnull=True), code__in=sorted(chosen), since=since, keeper_id__in=list(institutions)
        ).annotate(times=Count("id"), weight=Sum("counted"), hits=Sum("met"))
        sums: dict[str, Figure] = {}
        for code, version, state, *totals in await rows.group_by("code", "version", "state").values_list(
            "code", "version", "state", "times", "weight", "hits"
        ):
            if chosen[code].definition.version == version:
                sums[code] = sums.get(code, Figure()) + grouped_figure(State(state), *totals)
        for code, figure in sums.items():
            definition = chosen[code].definition
            if (at := kept.counted_at.get(tile_of(definition))) is not None:
                found[definition.key] = (figure, at)
    return found


async def _history(code: str, newest: Period, today: date, least: int) -> tuple[tuple[Period, Told], ...]:
    """Return the city's figure of each period that was counted, by the version of its own time."""
    tiles = {
        each: tile_of(indicator.definition)
        for each in reversed(_back(newest))
        for indicator in in_force_on(each.as_of(today))
        if indicator.definition.code == code
    }
    rows = RollUp.filter(
        tile__in=sorted(set(tiles.values())), since__in=[each.first for each in tiles], institution_id=CITY
    )
    words: dict[tuple[str, date], dict[str, int]] = {}
    for tile, since, word, count in await rows.values_list("tile", "since", "word", "count"):
        words.setdefault((tile, since), {})[word] = count
    return tuple(
        (each, told_alone(figure_at(words[tile, each.first]), least=least))
        for each, tile in tiles.items()
        if (tile, each.first) in words
    )


def _card(
    definition: Definition,
    month: Period,
    found: tuple[Figure, datetime] | None,
    numbers: Mapping[str, int],
    *,
    actor: Actor,
    unknown: bool,
) -> FigureCard:
    figure, counted_at = found or (Figure(), None)
    least = numbers[LEAST] if definition.about_people and unknown else 0
    hidden = tells_few(figure, least=least)
    target = numbers[definition.target.code] if definition.target else None
    return FigureCard(
        definition=definition,
        theme=THEME_OF[definition.key],
        period=period_of(definition.cadence, month.first),
        told=told_of(figure, hidden=hidden, least=least),
        target=target,
        reached=None if hidden else reached(definition, figure, target),
        counted_at=counted_at,
        opens=opens(actor=actor, definition=definition),
    )


def _reasons(definition: Definition, sums: Sums, state: State, least: int) -> tuple[ReasonLine, ...]:
    counts = reasons_in(sums, state)
    told = told_counts(counts, least=least)
    return tuple(
        ReasonLine(code, state, reason.words, reason.next_step, told[code])
        for code in counts
        for reason in (definition.reason(code),)
    )


def _back(period: Period) -> tuple[Period, ...]:
    """Return this period and those before it, the newest first."""
    found = [period]
    while len(found) < PERIODS_BACK:
        found.append(found[-1].before)
    return tuple(found)
