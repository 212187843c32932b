"""What time does: something abnormal is overdue, a campaign's last day has passed; and of the dead nothing is owed.

A death is heard of as news (`people.died`). The sweep reads only what nobody has said yet.
"""

from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.checkups.actions.noting import noted, tell
from server.checkups.models import CheckupCampaign, CheckupDuty
from server.checkups.rules import DUTY_MOVES, CampaignStatus, DutyEvent, DutyStatus
from server.kit.clock import local_date
from server.kit.transactions import action

BATCH = 200
DIED = "长者已离世"
CAMPAIGN = ("report__campaign__home", "report__campaign__provider", "resident")


@action
async def end_of_the_dead(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """Withdraw what is owed about somebody who has died; return how many duties."""
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = CheckupDuty.filter(theirs, status=DutyStatus.OPEN).order_by("id")
    return sum([await _died(actor, row, now) for row in await rows.select_related(*CAMPAIGN)])


@action
async def sweep_checkups(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Say once of each what has passed; several workers may do so at once."""
    return await _overdue(actor, now, limit) + await _over(actor, now, limit)


async def _overdue(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    late = CheckupDuty.filter(status=DutyStatus.OPEN, due_on__lt=today, overdue_said=None)
    rows = late.order_by("due_on", "id").limit(limit)
    told = 0
    for row in await rows.select_related(*CAMPAIGN):
        if row.resident.died_at is not None:
            told += await _died(actor, row, now)
        elif await CheckupDuty.filter(id=row.id, status=DutyStatus.OPEN, overdue_said=None).update(
            overdue_said=today
        ):
            campaign = row.report.campaign
            once = f"{row.uid}:{row.due_on}"  # put right, it may have another day, and be said again
            await tell("checkups.duty_overdue", campaign, once=once, resident=row.resident.uid, now=now)
            await noted(
                actor,
                "checkups.duty_overdue",
                campaign,
                resident_id=row.resident_id,
                detail={"duty": row.uid},
                now=now,
            )
            told += 1
    return told


async def _died(actor: Actor, row: CheckupDuty, now: datetime) -> int:
    after = DUTY_MOVES.after(DutyStatus.OPEN, DutyEvent.WITHDRAW)
    if not await CheckupDuty.filter(id=row.id, status=DutyStatus.OPEN).update(
        status=after, open_key=None, note=DIED
    ):
        return 0  # settled in the same moment
    await noted(
        actor,
        "checkups.duty_withdrawn",
        row.report.campaign,
        resident_id=row.resident_id,
        reason=DIED,
        detail={"duty": row.uid},
        now=now,
    )
    return 1


async def _over(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    running = [CampaignStatus.PLANNED, CampaignStatus.OPEN]
    over = CheckupCampaign.filter(status__in=running, ends_on__lt=today, over_said=None)
    told = 0
    for row in await over.order_by("ends_on", "id").limit(limit).select_related("home", "provider"):
        if await CheckupCampaign.filter(id=row.id, over_said=None).update(over_said=row.ends_on):
            await tell("checkups.over", row, once=str(row.ends_on), now=now)
            await noted(actor, "checkups.over", row, now=now)
            told += 1
    return told
