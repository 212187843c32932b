"""What time does: a prescription is used up, a refill comes due, a refill or a delivery is late, somebody has died."""

from collections.abc import Awaitable
from datetime import date, datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.rollups import recount
from server.kit.transactions import action
from server.prescriptions.actions.moving import move_prescription, noted, tell
from server.prescriptions.actions.prescribing import stop_row
from server.prescriptions.errors import NotThisNow
from server.prescriptions.models import LongPrescription, MedicineDelivery, Refill
from server.prescriptions.queries.counting import TILE, month_sums
from server.prescriptions.rules import (
    DeliveryStatus,
    PrescriptionEvent,
    PrescriptionStatus,
    RefillStatus,
    StopReason,
)

BATCH = 200


@action
async def sweep_prescriptions(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    today = local_date(now)
    active = LongPrescription.filter(status=PrescriptionStatus.ACTIVE)
    done = 0
    dead = Q(resident__died_at__isnull=False) | Q(resident__merged_into__died_at__isnull=False)
    for row in await active.filter(dead).order_by("id").limit(limit):
        done += await _try(stop_row(actor, row, StopReason.DIED, "", now))
    for row in await active.filter(last_on__lt=today).order_by("id").limit(limit):
        done += await _try(_finish(actor, row, now))
    return done + await _refills_due(today, now, limit) + await _late(today, now, limit)


async def sweep_prescription_counts(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count this month of every institution again for the bureau."""
    month = local_date(now).replace(day=1)
    return await recount(TILE, [month], lambda _: month_sums(now=now), now=now)


async def _finish(actor: Actor, row: LongPrescription, now: datetime) -> None:
    await move_prescription(row, PrescriptionEvent.FINISH)
    await noted(actor, "prescriptions.finished", row, now=now)


async def _try(step: Awaitable[None]) -> int:
    try:
        await step
    except NotThisNow:
        return 0  # somebody was faster
    return 1


async def _refills_due(today: date, now: datetime, limit: int) -> int:
    due = Refill.filter(status=RefillStatus.OPEN, opens_on__lte=today, opened_said=None)
    told = 0
    for task in await due.order_by("id").limit(limit):
        if await Refill.filter(id=task.id, opened_said=None).update(opened_said=today):
            await tell("prescriptions.refill_due", task, now=now)
            told += 1
    return told


async def _late(today: date, now: datetime, limit: int) -> int:
    overdue = Refill.filter(status=RefillStatus.OPEN, due_on__lt=today, overdue_said=None)
    told = 0
    for task in await overdue.order_by("id").limit(limit):
        if await Refill.filter(id=task.id, overdue_said=None).update(overdue_said=today):
            await tell("prescriptions.refill_overdue", task, now=now)
            told += 1
    late = MedicineDelivery.filter(status=DeliveryStatus.ASSIGNED, due_on__lt=today, overdue_said=None)
    for each in await late.order_by("id").limit(limit):
        if await MedicineDelivery.filter(id=each.id, overdue_said=None).update(overdue_said=today):
            await tell("prescriptions.delivery_overdue", each, now=now)
            told += 1
    return told
