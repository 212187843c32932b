"""What time does to contracts: they begin, run out, are reminded of; applications lapse.

A death is heard of as news (`people.died`).
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.enrolments.actions.moving import activate, end_row, noted, tell
from server.enrolments.errors import NotThisNow, TeamFull
from server.enrolments.models import Enrolment
from server.enrolments.queries.counting import TILE, month_sums
from server.enrolments.rules import NOTICES, OPEN, EndReason, EnrolmentStatus
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.rollups import recount
from server.kit.transactions import action
from server.people.models import Resident

BATCH = 200
ALIVE = (*sorted(OPEN), EnrolmentStatus.ACTIVE)
REMINDERS = tuple(zip(NOTICES, ("first_said", "last_said"), strict=True))


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


async def sweep_enrolments(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once.

    Each contract is an action of its own: what one step began is undone when it cannot end, and no other with it.
    """
    today = local_date(now)
    merged = Enrolment.filter(status__in=ALIVE, resident__merged_into_id__isnull=False)
    signed = Enrolment.filter(status=EnrolmentStatus.SIGNED, starts_on__lte=today)
    over = Enrolment.filter(status=EnrolmentStatus.ACTIVE, last_on__lt=today)
    unanswered = Enrolment.filter(status=EnrolmentStatus.APPLIED, answer_by__lt=today)
    done = await _each(merged, lambda row: _follow(actor, row, now), limit)
    done += await _each(signed, lambda row: activate(actor, row, now), limit)
    done += await _each(over, lambda row: _run_out(actor, row, EndReason.EXPIRED, now), limit)
    done += await _each(unanswered, lambda row: _run_out(actor, row, EndReason.LAPSED, now), limit)
    return done + await _remind(now=now, limit=limit)


async def sweep_enrolment_rates(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count this month's rate of every home again for the bureau."""
    month = local_date(now).replace(day=1)
    return await recount(TILE, [month], lambda _: month_sums(now=now), now=now)


async def _each(rows: QuerySet[Enrolment], step: Callable[[Enrolment], Awaitable[None]], limit: int) -> int:
    done = 0
    for row_id in await rows.order_by("id").limit(limit).values_list("id", flat=True):
        # Somebody was faster, or the team must first make room: the next round looks again.
        with suppress(NotThisNow, TeamFull):
            done += await _alone(rows=rows.filter(id=row_id), step=step)
    return done


@action
async def _alone(*, rows: QuerySet[Enrolment], step: Callable[[Enrolment], Awaitable[None]]) -> int:
    # Asked again: an action that is repeated begins with what holds now.
    row = await rows.select_related("resident").first()
    if row is None:
        return 0
    await step(row)
    return 1


async def _run_out(actor: Actor, row: Enrolment, reason: EndReason, now: datetime) -> None:
    await end_row(actor, row, reason, now)
    await tell("enrolments.ran_out", row, now=now)


@action
async def _remind(*, now: datetime, limit: int) -> int:
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


async def _follow(actor: Actor, row: Enrolment, now: datetime) -> None:
    """Let what hangs on an absorbed row follow its survivor; of two live ones the survivor's own stays."""
    survivor = row.resident.merged_into_id
    key = "live_key" if row.status is EnrolmentStatus.ACTIVE else "open_key"
    wanted: dict[str, Any] = {key: str(survivor)}
    # The news of a death that was written at the survivor before told nothing of this row.
    if await Resident.filter(id=survivor, died_at__isnull=False).exists():
        return await end_row(actor, row, EndReason.DIED, now)
    if await Enrolment.filter(**wanted).exists():
        return await end_row(actor, row, EndReason.MERGED, now)
    async with refusing_duplicates(NotThisNow):
        changed = await Enrolment.filter(id=row.id, touched=row.touched).update(
            resident_id=survivor, touched=row.touched + 1, **wanted
        )
    if not changed:
        raise NotThisNow
    return await noted(actor, "enrolments.followed_merge", row, now=now)
