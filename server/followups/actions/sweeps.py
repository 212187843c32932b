"""What time does to an episode: a follow-up is overdue, a referral was not asked about, somebody is lost, or has died."""

from datetime import datetime, timedelta
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
from server.kit.rollups import due, lay_down
from server.kit.transactions import action

BATCH = 200


@action
async def sweep_follow_ups(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    ended = await _end_of_the_dead(actor, now, limit)
    lost = await _lost(actor, now, limit)
    overdue = await _tell("followups.overdue", column="next_on", said="overdue_said", now=now, limit=limit)
    unasked = await _tell(
        "followups.check_back_overdue", column="check_back_by", said="unasked_said", now=now, limit=limit
    )
    return ended + lost + overdue + unasked


@action
async def sweep_rates(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count the rates of each year again for the bureau; return how many years."""
    waiting = await due(TILE, years_counted(local_date(now)), now=now)
    for year in waiting:
        await lay_down(TILE, year, await year_sums(year=year.year, now=now), now=now)
    return len(waiting)


async def _end_of_the_dead(actor: Actor, now: datetime, limit: int) -> int:
    rows = await ChronicEpisode.filter(status__in=sorted(LIVE), resident__died_at__isnull=False).limit(limit)
    return sum(
        [
            await _try(
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
            for row in rows
        ]
    )


async def _lost(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    since = today - timedelta(days=await parameter("followups.lost_days", on=today))
    silent = Q(last_on__lt=since) | Q(last_on__isnull=True, enrolled_on__lt=since)
    rows = await ChronicEpisode.filter(silent, status=EpisodeStatus.ENROLLED).limit(limit)
    return sum([await _try(actor, row, EpisodeEvent.LOSE, "followups.lost", now) for row in rows])


async def _try(
    actor: Actor, row: ChronicEpisode, event: EpisodeEvent, what: str, now: datetime, **more: object
) -> int:
    try:
        await move(row, event, **more)
    except (JustRecorded, EpisodeOver):
        return 0  # somebody else was faster; the next round looks again
    await noted(actor, what, row, detail={"why": str(more.get("end_reason", ""))}, now=now)
    return 1


async def _tell(topic: str, *, column: str, said: str, now: datetime, limit: int) -> int:
    """Say once for each date that it has passed."""
    passed: dict[str, Any] = {f"{column}__lt": local_date(now), f"{said}__isnull": True}
    rows = ChronicEpisode.filter(status__in=sorted(LIVE), **passed).order_by(column, "id").limit(limit)
    told = 0
    for row in await rows.select_related("resident", "institution"):
        day = getattr(row, column)
        unsaid: dict[str, Any] = {"id": row.id, column: day, f"{said}__isnull": True}
        if await ChronicEpisode.filter(**unsaid).update(**{said: day}):
            await tell(topic, row, once=str(day), now=now)
            told += 1
    return told
