"""Freezing a period's figures upward and reopening them downward (T15).

Whoever freezes waits for a count under way and lets none begin: so the facts known at that moment give the very values that
are written, on any later day. Lock order: the tiles, the report above, the report, its edition, its values.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.functions import Count, Max, Sum

from server.alliance.queries import parameter, parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.indicators.access import FREEZE, filed_homes, oversees, report_for
from server.indicators.errors import (
    FrozenAbove,
    HomesStillOpen,
    NoReason,
    NotYetCounted,
    NotYetTheirs,
    ReportMoved,
)
from server.indicators.models import IndicatorEdition, IndicatorFact, IndicatorReport, IndicatorValue
from server.indicators.queries.counts import grouped_figure, tile_of
from server.indicators.queries.evaluators.registry import BY_KEY, INDICATORS
from server.indicators.rules import (
    BELOW,
    CITY_PLACE,
    REPORT_DAYS,
    REPORT_MOVES,
    Cadence,
    Definition,
    Figure,
    Level,
    Period,
    ReportEvent,
    ReportStatus,
    State,
    county_of,
    period_of,
)
from server.kit.clock import local_date, start_of_day
from server.kit.errors import Forbidden
from server.kit.rollups import RollUpPeriod
from server.kit.transactions import action
from server.outbox.actions import enqueue

Values = Mapping[tuple[str, int], Figure]  # by code and version
BATCH = 200


@action
async def freeze_report(*, actor: Actor, uid: str, reason: str = "", now: datetime) -> None:
    """Freeze what is known now. Refusals: NotFound; NotYetCounted; HomesStillOpen; NotYetTheirs; NoReason; ReportMoved.

    A home freezes its own; the bureau a county and the city, and for a home that let its time pass, with a reason.
    """
    row = await report_for(actor=actor, uid=uid, permission=FREEZE)
    await _hold_counts(row, now)
    _ensure_in_time(actor, row, reason, now)
    if above := await _above(row):
        # Written first, by whoever freezes or reopens below it: the two never cross.
        await IndicatorReport.filter(id=above.id).update(below_open=F("below_open") - 1)
    changed = await IndicatorReport.filter(id=row.id, below_open=0, **_before(ReportEvent.FREEZE)).update(
        status=_after(ReportEvent.FREEZE), edition=F("edition") + 1
    )
    still = await IndicatorReport.get(id=row.id)
    if not changed:
        raise HomesStillOpen if still.below_open else ReportMoved
    parts = await _editions_below(row)
    values = await _values_of_home(row) if row.level is Level.HOME else await _sum_of(parts)
    edition = IndicatorEdition(
        report_id=row.id,
        number=still.edition,
        known_at=await _known_at(row, parts, now),
        parts=[each.uid for each in parts],
        frozen_by_id=actor.account_id,
        on_behalf=reason,
        created_at=now,
    )
    await edition.save()
    await _write_values(edition, values, row, now)
    await _noted(actor, "indicators.frozen", row, now=now, reason=reason or None, edition=edition.number)
    await enqueue("indicators.frozen", _news(row), now=now)


@action
async def reopen_report(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    """Open a frozen report again; what was frozen stays as it was. Refusals: NotFound; Forbidden; FrozenAbove; ReportMoved."""
    row = await report_for(actor=actor, uid=uid, permission=FREEZE)
    if not oversees(actor=actor, permission=FREEZE):
        raise Forbidden
    if above := await _above(row):
        opened = await IndicatorReport.filter(id=above.id, **_before(ReportEvent.FREEZE)).update(
            below_open=F("below_open") + 1
        )
        if not opened:
            raise FrozenAbove
    changed = await IndicatorReport.filter(id=row.id, **_before(ReportEvent.REOPEN)).update(
        status=_after(ReportEvent.REOPEN)
    )
    if not changed:
        raise ReportMoved
    latest = IndicatorEdition.filter(report_id=row.id, reopened_at__isnull=True)
    await latest.update(reopened_at=now, reopened_by_id=actor.account_id, reopen_reason=reason)
    await _noted(actor, "indicators.reopened", row, now=now, reason=reason, edition=row.edition)
    await enqueue("indicators.reopened", _news(row), now=now)


async def sweep_reports(*, actor: Actor, now: datetime) -> int:
    """Lay down the reports of a period that has ended, and say once which are overdue."""
    done = 0
    for cadence in Cadence:
        done += await _open_reports(actor=actor, period=period_of(cadence, local_date(now)).before, now=now)
    return done + await _tell_overdue(actor=actor, now=now)


@action
async def _open_reports(*, actor: Actor, period: Period, now: datetime) -> int:
    """Make the reports of a period that was counted while it ran; the homes are those that are filed now."""
    made = {"cadence": period.cadence, "since": period.first}
    tiles = await _tiles(period.cadence, period.first)
    # How things stood is counted only while a period runs: without it nobody was counting yet.
    if all(each.happens for each in tiles.values()) or await IndicatorReport.filter(**made).exists():
        return 0
    by_county: dict[str, list[Any]] = {}
    for home in await filed_homes():
        by_county.setdefault(county_of(home.uscc), []).append(home)
    if not by_county:
        return 0
    due = start_of_day(period.after) + timedelta(days=await parameter(REPORT_DAYS, on=now))
    more: dict[str, Any] = {**made, "due_at": due, "created_at": now}
    # Two workers may do so at once: the second meets the first one's rows and leaves everything to it.
    city = IndicatorReport(level=Level.CITY, place=CITY_PLACE, below_open=len(by_county), **more)
    await city.save()
    for county, homes in sorted(by_county.items()):
        await IndicatorReport(
            level=Level.COUNTY, place=county, county=county, below_open=len(homes), **more
        ).save()
        rows = [
            IndicatorReport(level=Level.HOME, place=home.uid, home_id=home.id, county=county, **more)
            for home in homes
        ]
        await IndicatorReport.bulk_create(rows)
        for row, home in zip(rows, homes, strict=True):
            await enqueue(
                "indicators.to_freeze", {"home": home.uid}, now=now, once_key=f"indicators/{row.uid}"
            )
    await _noted(actor, "indicators.reports_opened", city, now=now, period=period.words)
    return 1


@action
async def _tell_overdue(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    late = IndicatorReport.filter(
        told_at__isnull=True, due_at__lte=now, level=Level.HOME, **_before(ReportEvent.FREEZE)
    )
    told = 0
    for row in await late.order_by("due_at", "id").limit(BATCH).select_related("home"):
        if await IndicatorReport.filter(id=row.id, told_at__isnull=True).update(told_at=now):
            await enqueue("indicators.overdue", _news(row), now=now)
            told += 1
    return told


async def _hold_counts(row: IndicatorReport, now: datetime) -> None:
    """Wait for counts of this period that are under way, and see that each was made after it ended."""
    tiles = await _tiles(row.cadence, row.since)
    await RollUpPeriod.filter(tile__in=sorted(tiles), since=row.since).update(counted_at=F("counted_at"))
    counted = dict(
        await RollUpPeriod.filter(tile__in=sorted(tiles), since=row.since).values_list("tile", "counted_at")
    )
    over = start_of_day(Period(row.cadence, row.since).after)
    ended = [tile for tile, definition in tiles.items() if definition.happens]
    if not counted or over > now or any(counted[tile] < over for tile in ended):
        raise NotYetCounted


async def _tiles(cadence: Cadence, since: Any) -> Mapping[str, Definition]:
    """Return the tiles of this cadence that were counted for a period."""
    known = {
        tile_of(each.definition): each.definition for each in INDICATORS if each.definition.cadence is cadence
    }
    rows = RollUpPeriod.filter(tile__in=sorted(known), since=since)
    return {tile: known[tile] for (tile,) in await rows.values_list("tile")}


def _ensure_in_time(actor: Actor, row: IndicatorReport, reason: str, now: datetime) -> None:
    if row.level is not Level.HOME or row.home_id in actor.institutions_with(FREEZE):
        return
    if now < row.due_at:
        raise NotYetTheirs
    if not reason.strip():
        raise NoReason(fields={"reason": NoReason.message})


async def _above(row: IndicatorReport) -> IndicatorReport | None:
    if row.level is Level.CITY:
        return None
    level, place = (Level.COUNTY, row.county) if row.level is Level.HOME else (Level.CITY, CITY_PLACE)
    return await IndicatorReport.get(cadence=row.cadence, since=row.since, level=level, place=place)


async def _values_of_home(row: IndicatorReport) -> Values:
    """Sum up the facts about this home that are known now; what was counted and found nobody is a value too."""
    tiles = await _tiles(row.cadence, row.since)
    codes = [each.code for each in tiles.values()]
    facts = IndicatorFact.filter(code__in=codes, since=row.since, home_id=row.home_id, known_to__isnull=True)
    found = {(each.code, each.version): Figure() for each in tiles.values()}
    grouped = facts.annotate(times=Count("id"), weight=Sum("counted"), hits=Sum("met"))
    for code, version, state, *totals in await grouped.group_by("code", "version", "state").values_list(
        "code", "version", "state", "times", "weight", "hits"
    ):
        if (code, version) in found:
            found[code, version] += grouped_figure(State(state), *totals)
    return found


async def _known_at(row: IndicatorReport, parts: Sequence[IndicatorEdition], now: datetime) -> datetime:
    """Return the moment of which the values are: a count that was waited for may be dated after `now`."""
    instants: list[datetime] = [now, *(each.known_at for each in parts)]
    if row.level is Level.HOME:
        codes = [each.code for each in (await _tiles(row.cadence, row.since)).values()]
        facts = IndicatorFact.filter(code__in=codes, since=row.since, home_id=row.home_id)
        newest = (
            await facts.annotate(begun=Max("known_from"), ended=Max("known_to"))
            .group_by("home_id")
            .values_list("begun", "ended")
        )
        instants += [each for pair in newest for each in pair if each is not None]
    return max(instants)


async def _editions_below(row: IndicatorReport) -> list[IndicatorEdition]:
    """Return what the level below has frozen, each by its edition that holds."""
    if row.level is Level.HOME:
        return []
    below = IndicatorReport.filter(cadence=row.cadence, since=row.since, level=BELOW[row.level])
    if row.level is Level.COUNTY:
        below = below.filter(county=row.place)
    ids = [number for (number,) in await below.values_list("id")]
    return await IndicatorEdition.filter(report_id__in=ids, reopened_at__isnull=True).order_by("id")


async def _sum_of(parts: Sequence[IndicatorEdition]) -> Values:
    values = IndicatorValue.filter(edition_id__in=[each.id for each in parts])
    found: dict[tuple[str, int], Figure] = {}
    for code, version, *numbers in await values.values_list("code", "version", "met", "counted", "excluded"):
        found[code, version] = found.get((code, version), Figure()) + Figure(*numbers)
    return found


async def _write_values(
    edition: IndicatorEdition, values: Values, row: IndicatorReport, now: datetime
) -> None:
    definitions = {key: BY_KEY[f"{key[0]}.{key[1]}"].definition for key in values}
    wanted = {
        code
        for each in definitions.values()
        for code in (*each.numbers, *((each.target.code,) if each.target else ()))
    }
    day = Period(row.cadence, row.since).after - timedelta(days=1)
    numbers = await parameters(wanted, on=day) if wanted else {}
    await IndicatorValue.bulk_create(
        [
            IndicatorValue(
                edition_id=edition.id,
                code=code,
                version=version,
                met=figure.met,
                counted=figure.counted,
                excluded=figure.excluded,
                target=numbers[definition.target.code] if definition.target else None,
                numbers={name: numbers[name] for name in definition.numbers},
                created_at=now,
            )
            for (code, version), figure in values.items()
            for definition in (definitions[code, version],)
        ]
    )


def _before(event: ReportEvent) -> dict[str, Any]:
    return {"status__in": sorted(REPORT_MOVES.sources(event))}


def _after(event: ReportEvent) -> ReportStatus:
    (source,) = REPORT_MOVES.sources(event)
    return REPORT_MOVES.after(source, event)


def _news(row: IndicatorReport) -> dict[str, str]:
    return {"home": row.place} if row.level is Level.HOME else {}


async def _noted(
    actor: Actor,
    what: str,
    row: IndicatorReport,
    *,
    now: datetime,
    reason: str | None = None,
    **detail: object,
) -> None:
    await note(
        actor,
        what,
        subject_kind="indicator_report",
        subject_uid=row.uid,
        institution_id=row.home_id,
        reason=reason,
        detail={"level": row.level, "place": row.place, "since": row.since.isoformat(), **detail},
        now=now,
    )
