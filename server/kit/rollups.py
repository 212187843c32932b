"""Sums that boards read, kept by the worker: nobody who opens a board counts half a million facts again.

A feature counts a period (a month, a week) afresh and lays the sums down; only what changed is written. Whoever reads
is told at what moment the oldest of them was counted, and counts by himself what has never been.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise import fields
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.tables import Table, UtcDatetimeField
from server.kit.transactions import action

CITY = 0  # in the place of an institution
Sums = Mapping[tuple[int, str], int]  # (institution, word) -> how many

# What has just ended still changes every day, what lies further back now and then.
SOON, LATER = timedelta(minutes=1), timedelta(hours=6)
LATELY = timedelta(days=45)


class RollUpPeriod(Table):
    """One period of one board's tile, the parent that a count writes to first."""

    tile = fields.CharField(max_length=32)
    since = fields.DateField()
    counted_at = UtcDatetimeField()

    class Meta:
        table = "roll_up_period"
        unique_together = (("tile", "since"),)


class RollUp(Table):
    tile = fields.CharField(max_length=32)
    since = fields.DateField()
    institution_id = fields.BigIntField()  # or CITY
    word = fields.CharField(max_length=32)
    count = fields.BigIntField()

    class Meta:
        table = "roll_up"
        unique_together = (("tile", "since", "institution_id", "word"),)


@dataclass(frozen=True)
class RolledUp:
    by_period: Mapping[date, Sums]
    counted_at: datetime  # the oldest of them

    @property
    def sums(self) -> Sums:
        """Return the sums over all periods."""
        found: Counter[tuple[int, str]] = Counter()
        for sums in self.by_period.values():
            found.update(sums)
        return found


async def rolled_up(tile: str, periods: Sequence[date]) -> RolledUp | None:
    """Return the sums of these periods, or None when one of them was never counted."""
    wanted = Q(tile=tile, since__in=periods)
    counted = dict(await RollUpPeriod.filter(wanted).values_list("since", "counted_at"))
    if not periods or len(counted) < len(periods):
        return None
    found: dict[date, dict[tuple[int, str], int]] = {since: {} for since in periods}
    rows = RollUp.filter(wanted).values_list("since", "institution_id", "word", "count")
    for since, institution_id, word, count in await rows:
        found[since][institution_id, word] = count
    return RolledUp(found, min(counted.values()))


@dataclass(frozen=True)
class PlaceSums:
    """What one place has in each of several tiles, by word, and when each tile was counted."""

    by_tile: Mapping[str, Mapping[str, int]]
    counted_at: Mapping[str, datetime]


async def sums_of_place(tiles: Sequence[str], since: date, place: int) -> PlaceSums:
    """Return one place's sums of many tiles: two statements, however many places were counted."""
    periods = RollUpPeriod.filter(tile__in=list(tiles), since=since)
    counted = dict(await periods.values_list("tile", "counted_at"))
    found: dict[str, dict[str, int]] = {tile: {} for tile in counted}
    rows = RollUp.filter(tile__in=list(tiles), since=since, institution_id=place)
    for tile, word, count in await rows.values_list("tile", "word", "count"):
        found.setdefault(tile, {})[word] = count
    return PlaceSums(found, counted)


@dataclass(frozen=True)
class Due:
    """One period of one tile that has to be counted again, as it was seen."""

    tile: str
    since: date
    seen: datetime | None  # when it was counted last; None: never


async def sums_of_tiles(tiles: Sequence[str], since: date) -> Mapping[str, Sums]:
    """Return every place's sums of many tiles in one statement; nothing of what was never counted."""
    found: dict[str, dict[tuple[int, str], int]] = {tile: {} for tile in tiles}
    rows = RollUp.filter(tile__in=list(tiles), since=since)
    for tile, place, word, count in await rows.values_list("tile", "institution_id", "word", "count"):
        found[tile][place, word] = count
    return found


async def claim(wanted: Due, *, now: datetime) -> bool:
    """Begin to count a period in the caller's transaction; no if another worker has begun since it was seen due."""
    if wanted.seen is not None:
        unchanged = RollUpPeriod.filter(tile=wanted.tile, since=wanted.since, counted_at=wanted.seen)
        return bool(await unchanged.update(counted_at=now))
    try:
        async with in_transaction():
            await RollUpPeriod(tile=wanted.tile, since=wanted.since, counted_at=now, created_at=now).save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        return False
    return True


async def due(tile: str, periods: Iterable[date], *, now: datetime) -> list[date]:
    """Return those that have to be counted again, the one that was never counted first."""
    return [each.since for each in await _due(tile, periods, now=now)]


async def _due(tile: str, periods: Iterable[date], *, now: datetime) -> list[Due]:
    return await due_among({(tile, since): since for since in periods}, now=now, soon=SOON)


async def due_among(wanted: Mapping[tuple[str, date], date], *, now: datetime, soon: timedelta) -> list[Due]:
    """Return which tiles' periods have to be counted again, in one look at all of them.

    Beside each stands the day by which it is told whether it was lately: a year that runs is not long ago in March.
    """
    rows = RollUpPeriod.filter(
        tile__in=sorted({tile for tile, _ in wanted}), since__in=sorted({since for _, since in wanted})
    )
    counted = {(tile, since): at for tile, since, at in await rows.values_list("tile", "since", "counted_at")}
    lately = local_date(now - LATELY)
    waiting = [
        Due(*each, counted.get(each))
        for each, until in wanted.items()
        if each not in counted or counted[each] + (soon if until > lately else LATER) <= now
    ]
    return sorted(waiting, key=lambda each: each.seen or datetime.min.replace(tzinfo=now.tzinfo))


async def recount(
    tile: str, periods: Iterable[date], count: Callable[[date], Awaitable[Sums]], *, now: datetime
) -> int:
    """Count again what is due, each period in a transaction of its own, and return how many this worker counted.

    Counting a whole city's periods in one held a snapshot and its locks for all that time, and did all again where the
    last of them met a deadlock.
    """
    return sum(
        [
            await _recount_one(wanted=wanted, count=count, now=now)
            for wanted in await _due(tile, periods, now=now)
        ]
    )


@action
async def _recount_one(*, wanted: Due, count: Callable[[date], Awaitable[Sums]], now: datetime) -> int:
    """Return 1; 0 where another worker is at it."""
    if not await claim(wanted, now=now):
        return 0
    await lay_down(wanted.tile, wanted.since, await count(wanted.since), now=now)
    return 1


async def lay_down(tile: str, since: date, sums: Sums, *, now: datetime) -> None:
    """Write the sums of one period in the caller's transaction; two workers do it one after the other."""
    if not await RollUpPeriod.filter(tile=tile, since=since).update(counted_at=now):
        await RollUpPeriod(tile=tile, since=since, counted_at=now, created_at=now).save()
    rows = {(row.institution_id, row.word): row for row in await RollUp.filter(tile=tile, since=since)}
    for key, count in sums.items():
        if key in rows and rows[key].count != count:
            await RollUp.filter(id=rows[key].id).update(count=count)
    new = [
        RollUp(tile=tile, since=since, institution_id=place, word=word, count=count, created_at=now)
        for (place, word), count in sums.items()
        if (place, word) not in rows
    ]
    if new:
        await RollUp.bulk_create(new)
    gone = [row.id for key, row in rows.items() if key not in sums]
    if gone:
        await RollUp.filter(id__in=gone).delete()
