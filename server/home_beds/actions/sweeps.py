"""What the clock does: a bed runs out, is about to, waits too long, or missed the news of its resident."""

from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.home_beds.access import RELATIONS
from server.home_beds.actions.aligning import align
from server.home_beds.actions.moving import carry_out, tell
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed
from server.home_beds.queries.counts import TILE, month_sums
from server.home_beds.rules import IN_USE, LIVE, EndReason, HomeBedEvent, HomeBedStatus
from server.kit.clock import local_date
from server.kit.rollups import recount
from server.kit.transactions import action
from server.people.rules import STATES_OF_A_STAY, CareState

BATCH = 200
DOUBLE = "登记合并，这位长者另有一张家庭病床"


@action
async def sweep_home_beds(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    followed = await _follow_the_missed(actor, now, limit)
    expired = await _expire(actor, now, limit)
    doubled = await _one_a_person(actor, now, limit)
    return (
        followed
        + expired
        + doubled
        + await _tell_expiring(actor, now, limit)
        + await _tell_overdue(actor, now, limit)
    )


async def sweep_home_bed_counts(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count this month of every institution again for the bureau."""
    month = local_date(now).replace(day=1)
    return await recount(TILE, [month], lambda _: month_sums(now=now), now=now)


async def _follow_the_missed(actor: Actor, now: datetime, limit: int) -> int:
    """Find beds that say something else than their residents' care state: news may be late, or was given up."""
    inpatient = Q(resident__care_state=CareState.INPATIENT)
    elsewhere = Q(status=HomeBedStatus.OPENED) & inpatient | Q(status=HomeBedStatus.SUSPENDED) & ~inpatient
    gone = ~Q(resident__care_state__in=sorted(STATES_OF_A_STAY))
    rows = HomeBed.filter(
        Q(resident__merged_into_id__isnull=True) & (elsewhere | gone), status__in=sorted(LIVE)
    )
    found = await rows.order_by("id").limit(limit).select_related(*RELATIONS)
    return sum([await _aligned(actor, row, now) for row in found])


async def _aligned(actor: Actor, row: HomeBed, now: datetime) -> int:
    try:
        return await align(actor, row, now=now)
    except NotThisNow:
        return 0  # somebody else was faster; the next round looks again


async def _expire(actor: Actor, now: datetime, limit: int) -> int:
    rows = HomeBed.filter(status__in=sorted(IN_USE), last_day__lt=local_date(now)).order_by("id")
    found = await rows.limit(limit).select_related(*RELATIONS)
    return sum([await _aligned(actor, row, now) for row in found])


async def _one_a_person(actor: Actor, now: datetime, limit: int) -> int:
    """End the bed of a row that was merged into somebody who has another."""
    rows = HomeBed.filter(status__in=sorted(LIVE), resident__merged_into_id__isnull=False).order_by("id")
    done = 0
    for row in await rows.limit(limit).select_related(*RELATIONS):
        survivor = row.resident.merged_into_id
        theirs = Q(resident_id=survivor) | Q(resident__merged_into_id=survivor, id__lt=row.id)
        if not await HomeBed.filter(theirs, status__in=sorted(LIVE)).exists():
            continue
        in_use = row.status in IN_USE
        event = HomeBedEvent.CLOSE if in_use else HomeBedEvent.WITHDRAW
        changes = {"end_reason": EndReason.MERGED} if in_use else {}
        try:
            await carry_out(actor, row, event, reason=DOUBLE, changes=changes, now=now)
        except NotThisNow:
            continue
        done += 1
    return done


async def _tell_expiring(actor: Actor, now: datetime, limit: int) -> int:
    ahead = local_date(now) + timedelta(days=await parameter("home_beds.expiring_days", on=now))
    rows = HomeBed.filter(status__in=sorted(IN_USE), last_day__lte=ahead, expiring_said=False)
    told = 0
    for row in await rows.order_by("last_day", "id").limit(limit).select_related(*RELATIONS):
        if await rows.filter(id=row.id).update(expiring_said=True):
            await tell(actor, "home_beds.expiring", row, once="said", now=now)
            told += 1
    return told


async def _tell_overdue(actor: Actor, now: datetime, limit: int) -> int:
    """Say once for each deadline that it has passed, to whoever's turn it is."""
    rows = HomeBed.filter(status__in=sorted(LIVE), next_deadline__lte=now, overdue_said__isnull=True)
    told = 0
    for row in await rows.order_by("next_deadline", "id").limit(limit).select_related(*RELATIONS):
        if await rows.filter(id=row.id).update(overdue_said=row.next_deadline):
            await tell(actor, "home_beds.overdue", row, once=str(row.next_deadline), now=now)
            told += 1
    return told
