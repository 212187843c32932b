"""What time does to an episode: a follow-up is overdue, a referral was not asked about, somebody is lost; and a death ends it.

A death is heard of as news (`people.died`). Each sweep asks for what nobody has said yet, out of an index: in a quiet second
it finds nothing and reads nothing.
"""

from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.followups.actions.moving import move, noted, tell
from server.followups.errors import EpisodeOver, JustRecorded
from server.followups.models import ChronicEpisode
from server.followups.queries.years import TILE, year_sums, years_counted
from server.followups.rules import LIVE, EndReason, EpisodeEvent, EpisodeStatus
from server.kit.clock import local_date
from server.kit.rollups import Sums, recount
from server.kit.transactions import action

BATCH = 200
RELATED = ("resident", "institution")


@action
async def end_of_the_dead(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """End what is followed up of somebody who has died; return how many episodes."""
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = await ChronicEpisode.filter(theirs, status__in=sorted(LIVE)).select_related(*RELATED)
    return sum([await _died(actor, row, now) for row in rows])


@action
async def sweep_follow_ups(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    lost = await _lost(actor, now, limit)
    overdue = await _tell(
        actor, "followups.overdue", column="next_on", said="overdue_said", now=now, limit=limit
    )
    unasked = await _tell(
        actor,
        "followups.check_back_overdue",
        column="check_back_by",
        said="unasked_said",
        now=now,
        limit=limit,
    )
    return lost + overdue + unasked


async def sweep_rates(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count the rates of each year again; return how many years."""

    async def count(since: date) -> Sums:
        return await year_sums(year=since.year, now=now)

    return await recount(TILE, years_counted(local_date(now)), count, now=now)


async def _died(actor: Actor, row: ChronicEpisode, now: datetime) -> int:
    return await _try(
        actor,
        row,
        EpisodeEvent.END,
        "followups.ended",
        now,
        end_reason=EndReason.DIED,
        ended_on=local_date(now),
        check_back_by=None,
        live_key=None,
    )


async def _lost(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    since = today - timedelta(days=await parameter("followups.lost_days", on=today))
    done = 0
    for silent in (Q(last_on__lt=since), Q(last_on__isnull=True, enrolled_on__lt=since)):
        rows = ChronicEpisode.filter(silent, status=EpisodeStatus.ENROLLED).limit(limit)
        for row in await rows.select_related(*RELATED):
            if row.resident.died_at is not None:
                done += await _died(actor, row, now)
            else:
                done += await _try(actor, row, EpisodeEvent.LOSE, "followups.lost", now)
    return done


async def _try(
    actor: Actor, row: ChronicEpisode, event: EpisodeEvent, what: str, now: datetime, **more: object
) -> int:
    try:
        await move(row, event, **more)
    except (JustRecorded, EpisodeOver):
        return 0  # somebody else was faster; the next round looks again
    await noted(actor, what, row, detail={"why": str(more.get("end_reason", ""))}, now=now)
    return 1


async def _tell(actor: Actor, topic: str, *, column: str, said: str, now: datetime, limit: int) -> int:
    """Say once for each date that it has passed; of somebody who has died it is not said, but ended."""
    passed: dict[str, Any] = {f"{column}__lt": local_date(now), f"{said}__isnull": True}
    rows = ChronicEpisode.filter(status__in=sorted(LIVE), **passed).order_by(column, "id").limit(limit)
    told = 0
    for row in await rows.select_related(*RELATED):
        if row.resident.died_at is not None:
            told += await _died(actor, row, now)
            continue
        day = getattr(row, column)
        unsaid: dict[str, Any] = {"id": row.id, column: day, f"{said}__isnull": True}
        if await ChronicEpisode.filter(**unsaid).update(**{said: day}):
            await tell(topic, row, once=str(day), now=now)
            await noted(actor, topic, row, detail={"day": str(day)}, now=now)
            told += 1
    return told
