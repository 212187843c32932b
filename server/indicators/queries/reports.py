"""Reports of a period: which are open, which are frozen, and every figure that ever was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.indicators.access import FREEZE, READ, oversees, report_for, reports_visible_to
from server.indicators.models import IndicatorEdition, IndicatorReport, IndicatorValue
from server.indicators.queries.counts import figure_at, tile_of
from server.indicators.queries.evaluators.registry import definition_of
from server.indicators.queries.places import excluded_of
from server.indicators.rules import (
    LEAST,
    LEVEL_WORDS,
    REPORT_WORDS,
    Cadence,
    Definition,
    Figure,
    Level,
    Period,
    ReportStatus,
    excluded_alone,
    hidden_in_city,
    reached,
    tells_few,
)
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of
from server.kit.rollups import sums_of_place

Frozen = Mapping[str, Mapping[str, Figure]]  # county -> home -> what it froze


@dataclass(frozen=True)
class ReportCard:
    uid: str
    period: Period
    level: Level
    level_words: str
    name: str
    county: str
    status: ReportStatus
    status_words: str
    edition: int
    below_open: int
    due_at: datetime
    late: bool


@dataclass(frozen=True)
class ValueLine:
    definition: Definition
    frozen: Figure | None  # None: few people, not told
    excluded: str  # as it may be told
    target: int | None
    reached: bool | None
    now: Figure | None  # what is known of the same period today; None where it is not told or not a home's

    @property
    def changed(self) -> bool:
        return self.now is not None and self.frozen is not None and self.now != self.frozen


@dataclass(frozen=True)
class EditionCard:
    number: int
    frozen_at: datetime
    frozen_by: str
    on_behalf: str
    reopened_at: datetime | None
    reopened_by: str
    reopen_reason: str


@dataclass(frozen=True)
class ReportSheet:
    card: ReportCard
    editions: tuple[EditionCard, ...]
    shown: int | None  # the edition whose values these are
    values: tuple[ValueLine, ...]
    history: tuple[HistoryLine, ...]
    below: tuple[ReportCard, ...]
    may_freeze: bool
    for_another: bool  # it is a home's own to freeze, and the reader is not of it
    may_reopen: bool
    least: int


@dataclass(frozen=True)
class ReportWish:
    cadence: Cadence | None = None
    since: date | None = None
    level: Level | None = None
    status: ReportStatus | None = None


async def reports(*, actor: Actor, wanted: ReportWish, wish: PageWish, now: datetime) -> Page[ReportCard]:
    """List a home's reports, or the city's, the newest first."""
    rows = IndicatorReport.filter(reports_visible_to(actor=actor, permission=READ))
    chosen = {
        "cadence": wanted.cadence,
        "since": wanted.since,
        "level": wanted.level,
        "status": wanted.status,
    }
    rows = rows.filter(**{name: value for name, value in chosen.items() if value is not None})
    page = await rows_of(rows.select_related("home"), wish, by="created_at")
    return page.of(_card(row, now) for row in page.items)


async def report_sheet(*, actor: Actor, uid: str, edition: int | None, now: datetime) -> ReportSheet:
    """Return one report with the values of an edition: the newest, or an earlier one as it was frozen."""
    row = await report_for(actor=actor, uid=uid, permission=READ)
    rows = (
        await IndicatorEdition.filter(report_id=row.id)
        .order_by("-number")
        .select_related("frozen_by", "reopened_by")
    )
    shown = next((each for each in rows if each.number == (edition or row.edition)), None)
    bureau = oversees(actor=actor)
    least = await parameter(LEAST, on=local_date(now))
    below = await _below(row)
    return ReportSheet(
        card=_card(row, now),
        editions=tuple(_edition(each) for each in rows),
        shown=shown.number if shown else None,
        values=await _values(shown, row, least=least, bureau=bureau) if shown else (),
        history=await history_of(subject_uid=row.uid),
        below=tuple(_card(each, now) for each in below),
        may_freeze=row.status is ReportStatus.OPEN and actor.may(FREEZE) and not row.below_open,
        for_another=row.level is Level.HOME and row.home_id not in actor.institutions_with(FREEZE),
        may_reopen=row.status is ReportStatus.FROZEN and oversees(actor=actor, permission=FREEZE),
        least=least,
    )


async def count_to_freeze(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Count the reports that wait for the actor: a home's own; the bureau's whose level below is done. And the late ones."""
    permission = Permission.INDICATOR_FREEZE
    rows = IndicatorReport.filter(
        reports_visible_to(actor=actor, permission=permission), status=ReportStatus.OPEN, below_open=0
    )
    if oversees(actor=actor, permission=permission):
        rows = rows.exclude(level=Level.HOME)
    return await rows.count(), await rows.filter(due_at__lte=now).count()


async def _values(
    edition: IndicatorEdition, row: IndicatorReport, *, least: int, bureau: bool
) -> tuple[ValueLine, ...]:
    values = await IndicatorValue.filter(edition_id=edition.id).order_by("id")
    beside = await _frozen_beside(row) if bureau else {}
    later = await _known_today(row, values) if row.level is Level.HOME else {}
    found = []
    for value in values:
        definition = definition_of(value.code, value.version)
        figure = Figure(value.met, value.counted, value.excluded)
        unknown = definition.about_people and (bureau or not definition.home_knows)
        others = beside.get(definition.key, {})
        hidden = unknown and _hides(row, figure, others, least)
        without = unknown and _hides(row, Figure(counted=figure.excluded), excluded_alone(others), least)
        target = value.target
        found.append(
            ValueLine(
                definition=definition,
                frozen=None if hidden else figure,
                excluded=excluded_of(figure, least=least if unknown else 0, hidden=without),
                target=target,
                reached=None if hidden else reached(definition, figure, target),
                now=None if hidden or bureau else later.get(definition.key),
            )
        )
    return tuple(found)


def _hides(row: IndicatorReport, figure: Figure, beside: Frozen, least: int) -> bool:
    """Tell whether this figure is not told beside all others of its period (`rules.cells`)."""
    if not beside:
        return tells_few(figure, least=least)
    if row.level is Level.HOME:
        beside = {**beside, row.county: {**beside.get(row.county, {}), row.place: figure}}
    hidden = hidden_in_city(beside, least=least)
    if row.level is Level.CITY:
        return hidden.city
    return row.place in (hidden.homes if row.level is Level.HOME else hidden.counties)


async def _frozen_beside(row: IndicatorReport) -> Mapping[str, Frozen]:
    """Return what the homes of the city have frozen of this period, by indicator and county."""
    values = IndicatorValue.filter(
        edition__report__cadence=row.cadence,
        edition__report__since=row.since,
        edition__report__level=Level.HOME,
        edition__reopened_at__isnull=True,
    )
    found: dict[str, dict[str, dict[str, Figure]]] = {}
    for code, version, county, place, *numbers in await values.values_list(
        "code", "version", "edition__report__county", "edition__report__place", "met", "counted", "excluded"
    ):
        found.setdefault(f"{code}.{version}", {}).setdefault(county, {})[place] = Figure(*numbers)
    return found


async def _known_today(row: IndicatorReport, values: Sequence[IndicatorValue]) -> Mapping[str, Figure]:
    """Return what is known today of a home's period, to stand beside what was frozen."""
    tiles = {tile_of(each): each for each in (definition_of(value.code, value.version) for value in values)}
    kept = await sums_of_place(sorted(tiles), row.since, row.home_id or 0)
    return {tiles[tile].key: figure_at(words) for tile, words in kept.by_tile.items()}


async def _below(row: IndicatorReport) -> list[IndicatorReport]:
    if row.level is Level.HOME:
        return []
    level = Level.COUNTY if row.level is Level.CITY else Level.HOME
    rows = IndicatorReport.filter(cadence=row.cadence, since=row.since, level=level)
    if row.level is Level.COUNTY:
        rows = rows.filter(county=row.place)
    return await rows.order_by("-status", "id").select_related("home")


def _card(row: IndicatorReport, now: datetime) -> ReportCard:
    names = {Level.CITY: "全市", Level.COUNTY: row.place}
    return ReportCard(
        uid=row.uid,
        period=Period(row.cadence, row.since),
        level=row.level,
        level_words=LEVEL_WORDS[row.level],
        name=row.home.name if row.home else names[row.level],
        county=row.county,
        status=row.status,
        status_words=REPORT_WORDS[row.status],
        edition=row.edition,
        below_open=row.below_open,
        due_at=row.due_at,
        late=row.status is ReportStatus.OPEN and row.due_at <= now,
    )


def _edition(row: IndicatorEdition) -> EditionCard:
    return EditionCard(
        number=row.number,
        frozen_at=row.known_at,
        frozen_by=row.frozen_by.name,
        on_behalf=row.on_behalf,
        reopened_at=row.reopened_at,
        reopened_by=row.reopened_by.name if row.reopened_by else "",
        reopen_reason=row.reopen_reason,
    )
