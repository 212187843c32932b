"""What must hold of figures, asked of the tables themselves."""

from datetime import datetime

from tortoise.expressions import F, Q
from tortoise.functions import Count

from server.indicators.models import IndicatorEdition, IndicatorFact, IndicatorReport, IndicatorValue
from server.indicators.queries.counts import figure_at, sums_known, tile_of
from server.indicators.queries.evaluators.registry import INDICATORS, definition_of
from server.indicators.rules import BELOW, Figure, Level, ReportStatus
from server.kit.rollups import RollUpPeriod, rolled_up


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all
    return [*await _roll_ups(), *await _facts(), *await _order(), *await _frozen(), *await _above()]


async def _roll_ups() -> list[str]:
    """A19: what a board reads is what counting the facts again gives."""
    found = []
    definitions = {tile_of(each.definition): each.definition for each in INDICATORS}
    counted = RollUpPeriod.filter(tile__in=sorted(definitions)).order_by("id")
    for tile, since in await counted.values_list("tile", "since"):
        definition, kept = definitions[tile], await rolled_up(tile, [since])
        if kept is None or dict(kept.sums) != dict(await sums_known(definition, since, moment=None)):
            found.append(f"A19: the sums of {definition.key} since {since} are not those of its facts")
    return found


async def _facts() -> list[str]:
    """A19: nobody is counted twice, and nobody's weight is beyond the denominator."""
    twice = (
        await IndicatorFact.filter(known_to__isnull=True)
        .annotate(times=Count("id"))
        .group_by("code", "version", "since", "subject_id")
        .filter(times__gt=1)
        .values_list("code", "since", "subject_id", "times")
    )
    found = [
        f"A19: {code} counts {subject} of {since} {times} times" for code, since, subject, times in twice
    ]
    wrong = await IndicatorFact.filter(Q(met__lt=0) | Q(met__gt=F("counted"))).values_list("uid", flat=True)
    return [*found, *(f"A19: fact {uid} has more in the numerator than below it" for uid in wrong)]


async def _order() -> list[str]:
    """T15: whoever is frozen has nobody open below, and the counter says so."""
    found = []
    rows = await IndicatorReport.exclude(level=Level.HOME)
    for row in rows:
        below = IndicatorReport.filter(
            cadence=row.cadence, since=row.since, level=BELOW[row.level], status=ReportStatus.OPEN
        )
        if row.level is Level.COUNTY:
            below = below.filter(county=row.place)
        still = await below.count()
        if still != row.below_open:
            found.append(f"T15: {row.uid} counts {row.below_open} open below, there are {still}")
        if still and row.status is ReportStatus.FROZEN:
            found.append(f"T15: {row.uid} is frozen above what is open")
    return found


async def _frozen() -> list[str]:
    """T15: the facts that were known when a home was frozen give its values again."""
    found = []
    editions = IndicatorEdition.filter(report__level=Level.HOME).select_related("report")
    for edition in await editions:
        for value in await IndicatorValue.filter(edition_id=edition.id):
            definition = definition_of(value.code, value.version)
            home = edition.report.home_id or 0
            sums = await sums_known(definition, edition.report.since, moment=edition.known_at, home_id=home)
            if figure_at(sums, home) != _figure(value):
                found.append(f"T15: edition {edition.uid} of {value.code} is not what was known then")
    return found


async def _above() -> list[str]:
    """T15: what is frozen above is the sum of the editions below that it names."""
    found = []
    for edition in await IndicatorEdition.exclude(report__level=Level.HOME):
        sums: dict[str, Figure] = {}
        for value in await IndicatorValue.filter(edition__uid__in=edition.parts):
            sums[value.code] = sums.get(value.code, Figure()) + _figure(value)
        found += [
            f"T15: edition {edition.uid} of {value.code} is not the sum of those below"
            for value in await IndicatorValue.filter(edition_id=edition.id)
            if sums.get(value.code, Figure()) != _figure(value)
        ]
    return found


def _figure(value: IndicatorValue) -> Figure:
    return Figure(value.met, value.counted, value.excluded)
