"""Close a month, after everything that was confirmed in it is booked; remind whoever has not."""

from datetime import date, datetime

from tortoise.functions import Sum

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import local_date, start_of_day
from server.kit.months import Month, first_of_month
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.visits.models import Visit
from server.visits.queries import confirmed_items
from server.workload.access import institution_to_close_at, month_to_close
from server.workload.actions.booking import begun_month, book_visit
from server.workload.errors import MonthClosed, MonthNotBegun, MonthNotOver
from server.workload.models import WorkloadLine, WorkloadMonth
from server.workload.rules import (
    MONTH_MOVES,
    LineKind,
    MonthEvent,
    MonthStatus,
    is_over,
)


@action
async def recount_month(*, actor: Actor, uid: str, now: datetime) -> int:
    """Book what was confirmed in the month and is not in the ledger yet; return how many lines were added."""
    row = await month_to_close(actor=actor, uid=uid)
    if row.status is MonthStatus.CLOSED:
        raise MonthClosed
    return await _booked(actor, row, now)


@action
async def count_month(*, actor: Actor, institution_uid: str, day: date, now: datetime) -> str:
    """Begin a month that the ledger does not know yet, out of what was confirmed in it; return its uid.

    For what was confirmed before there was a ledger. A month that is there is recounted, unless it is closed.
    """
    month = first_of_month(day)
    if month > local_date(now):
        raise MonthNotBegun
    institution = await institution_to_close_at(actor=actor, uid=institution_uid)
    row = await begun_month(institution.id, month, now)
    if row.status is MonthStatus.OPEN:
        await _booked(actor, row, now)
    return str(row.uid)


@action
async def close_month(*, actor: Actor, uid: str, now: datetime) -> int:
    """Close the month for good; return its hundredths. What comes later is booked in a later month."""
    row = await month_to_close(actor=actor, uid=uid)
    if not is_over(row.month, now=now):
        raise MonthNotOver
    if row.status is MonthStatus.CLOSED:
        raise MonthClosed
    await _booked(actor, row, now)
    # Held: nothing is booked into it between the sum and the closing.
    row = await WorkloadMonth.filter(id=row.id).select_for_update().get()
    summed = await WorkloadLine.filter(month_id=row.id).annotate(sum=Sum("points")).values("sum")
    points = int(summed[0]["sum"] or 0) if summed else 0
    closed = MONTH_MOVES.after(MonthStatus.OPEN, MonthEvent.CLOSE)
    changes = {"status": closed, "points": points, "closed_by_id": actor.account_id, "closed_at": now}
    if not await WorkloadMonth.filter(id=row.id, status=MonthStatus.OPEN).update(**changes):
        raise MonthClosed
    await note(
        actor,
        "workload.closed",
        subject_kind="workload_month",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        detail={"month": row.month.isoformat(), "points": points},
        now=now,
    )
    return points


async def _booked(actor: Actor, row: WorkloadMonth, now: datetime) -> int:
    items = await confirmed_items(
        since=start_of_day(row.month),
        until=start_of_day(Month(row.month).following.first),
        provider_id=row.institution_id,
    )
    known = WorkloadLine.filter(
        item_uid__in=[item.item_uid for item in items], kind=LineKind.CREDIT, taken_back__id__isnull=True
    )
    there = {each["item_uid"] for each in await known.values("item_uid")} if items else set()
    missing = sorted({item.visit_uid for item in items if item.item_uid not in there})
    # All visits before any month: a worker that holds the next of them waits for a month that is held here.
    await Visit.filter(uid__in=[*missing, ""]).order_by("id").select_for_update().only("id")
    return sum([await book_visit(actor=actor, visit_uid=uid, now=now) for uid in missing])


@action
async def sweep_months(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """From the tenth on, remind once whoever has not closed the month before."""
    today = local_date(now)
    if today.day < await parameter("workload.close_day", on=today):
        return 0
    late = WorkloadMonth.filter(
        status=MonthStatus.OPEN, month__lt=first_of_month(today), reminded_at__isnull=True
    )
    told = 0
    for row in await late.select_related("institution").order_by("id").limit(limit):
        if await late.filter(id=row.id).update(reminded_at=now):
            await note(
                actor,
                "workload.month_due",
                subject_kind="workload_month",
                subject_uid=row.uid,
                institution_id=row.institution_id,
                now=now,
            )
            payload = {"workload_month": row.uid, "institution": row.institution.uid}
            await enqueue("workload.month_due", payload, now=now, once_key=f"workload:{row.uid}")
            told += 1
    return told
