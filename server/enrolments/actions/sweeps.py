"""What time does to contracts: they begin, run out, are reminded of; applications lapse.

A death is heard of as news (`people.died`).
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.enrolments.actions.moving import activate, end_row, noted, tell
from server.enrolments.errors import NotThisNow, TeamFull
from server.enrolments.models import Enrolment
from server.enrolments.queries.counting import TILE, month_sums
from server.enrolments.rules import OPEN, EndReason, EnrolmentStatus
from server.kit.clock import local_date
from server.kit.rollups import recount
from server.kit.transactions import action

BATCH = 200
ALIVE = (*sorted(OPEN), EnrolmentStatus.ACTIVE)
REMINDERS = (("enrolments.first_notice", "first_said"), ("enrolments.last_notice", "last_said"))


@action
async def end_of_the_dead(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """End the contracts of somebody who has died, and what they applied for; return how many.

    Moved in the same moment, one refuses: the news is then told again.
    """
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = await Enrolment.filter(theirs, status__in=ALIVE).order_by("id")
    for row in rows:
        await end_row(actor, row, EndReason.DIED, now)
    return len(rows)


@action
async def sweep_enrolments(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    today = local_date(now)
    done = await _merged(actor, now, limit)
    signed = Enrolment.filter(status=EnrolmentStatus.SIGNED, starts_on__lte=today)
    for row in await signed.order_by("id").limit(limit):
        try:
            await activate(actor, row, now)
            done += 1
        except (NotThisNow, TeamFull):
            continue  # somebody was faster, or the team must first make room: the next round looks again
    over = Enrolment.filter(status=EnrolmentStatus.ACTIVE, last_on__lt=today)
    for row in await over.order_by("id").limit(limit):
        done += await _ended(actor, row, EndReason.EXPIRED, now)
    unanswered = Enrolment.filter(status=EnrolmentStatus.APPLIED, answer_by__lt=today)
    for row in await unanswered.order_by("id").limit(limit):
        done += await _ended(actor, row, EndReason.LAPSED, now)
    return done + await _remind(now, limit)


async def sweep_enrolment_rates(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count this month's rate of every home again for the bureau."""
    month = local_date(now).replace(day=1)
    return await recount(TILE, [month], lambda _: month_sums(now=now), now=now)


async def _ended(actor: Actor, row: Enrolment, reason: EndReason, now: datetime) -> int:
    try:
        await end_row(actor, row, reason, now)
    except NotThisNow:
        return 0
    if reason in {EndReason.EXPIRED, EndReason.LAPSED}:
        await tell("enrolments.ran_out", row, now=now)
    return 1


async def _remind(now: datetime, limit: int) -> int:
    """Say once for each of the two notices that a contract runs out, unless its renewal is on the way."""
    today = local_date(now)
    numbers = await parameters([code for code, _ in REMINDERS], on=today)
    told = 0
    for code, said in REMINDERS:
        until = today + timedelta(days=numbers[code])
        unsaid: dict[str, Any] = {f"{said}__isnull": True}
        rows = Enrolment.filter(
            status=EnrolmentStatus.ACTIVE, last_on__gte=today, last_on__lte=until, **unsaid
        )
        for row in await rows.order_by("last_on", "id").limit(limit):
            marked: dict[str, Any] = {said: row.last_on}
            if not await Enrolment.filter(id=row.id, **unsaid).update(**marked):
                continue
            if not await Enrolment.filter(renews_id=row.id, open_key__isnull=False).exists():
                await tell("enrolments.expiring", row, now=now, once=f"{said}:{row.last_on}")
            told += 1
    return told


async def _merged(actor: Actor, now: datetime, limit: int) -> int:
    """Let what hangs on an absorbed row follow its survivor; of two live ones the survivor's own stays."""
    rows = Enrolment.filter(status__in=ALIVE, resident__merged_into_id__isnull=False)
    done = 0
    for row in await rows.order_by("id").limit(limit).select_related("resident"):
        survivor = row.resident.merged_into_id
        key = "live_key" if row.status is EnrolmentStatus.ACTIVE else "open_key"
        wanted: dict[str, Any] = {key: str(survivor)}
        if await Enrolment.filter(**wanted).exists():
            done += await _ended(actor, row, EndReason.MERGED, now)
            continue
        done += await Enrolment.filter(id=row.id, touched=row.touched).update(
            resident_id=survivor, touched=row.touched + 1, **wanted
        )
        await noted(actor, "enrolments.followed_merge", row, now=now)
    return done
