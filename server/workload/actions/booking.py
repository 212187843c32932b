"""Bring the ledger up to what both institutions say of a visit now: by the worker, when it hears, and before a month closes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.kit.clock import local_date
from server.kit.months import first_of_month
from server.kit.transactions import action
from server.visits.models import Visit
from server.visits.queries import ConfirmedItem, confirmed_visit
from server.visits.rules import VisitStatus
from server.workload.models import WorkloadLine, WorkloadMonth, WorkloadVisit
from server.workload.rules import (
    CODES,
    LineKind,
    MonthStatus,
    Weights,
    Work,
    weights,
)

HEARD = frozenset({"visits.confirmed", "visits.corrected", "visits.correction_refused", "visits.resolved"})


@action
async def book_visit(*, actor: Actor, visit_uid: str, now: datetime) -> int:
    """Add the lines that are missing, take back those that no longer count; return how many were added.

    While a correction is being decided nothing moves. Done again, or by two at once, it adds nothing twice.
    """
    visit = await Visit.filter(uid=visit_uid).select_for_update().first()
    if visit is None or visit.status is VisitStatus.CORRECTION_REQUESTED:
        return 0
    known = await WorkloadVisit.get_or_none(visit_uid=visit_uid)
    counted = await confirmed_visit(visit_uid)
    if counted is None and known is None:
        return 0
    await _remember(visit, known, now)
    wanted = {item.item_uid: item for item in counted.items} if counted else {}
    live = await live_lines(visit_uid)
    gone = [line for uid, line in live.items() if uid not in wanted or _work(wanted[uid]) != _booked(line)]
    standing = live.keys() - {line.item_uid for line in gone}
    missing = [item for uid, item in wanted.items() if uid not in standing]
    if not gone and not missing:
        return 0
    days = {line.on_day for line in gone} | {local_date(item.started_at) for item in missing}
    months = await _open_months(visit.provider_id, days, now)
    lines = [_reversal(line, months[line.on_day], now) for line in gone]
    if missing:
        lines += await _credits(missing, months, now)
    await WorkloadLine.bulk_create(lines)
    await note(
        actor,
        "workload.booked",
        subject_kind="visit",
        subject_uid=visit_uid,
        institution_id=visit.provider_id,
        detail={"lines": len(lines), "version": visit.version},
        now=now,
    )
    return len(lines)


async def live_lines(visit_uid: str) -> dict[str, WorkloadLine]:
    """Return the credits of a visit that nothing has taken back, by the service they are for."""
    rows = WorkloadLine.filter(visit_uid=visit_uid, kind=LineKind.CREDIT, taken_back__id__isnull=True)
    return {row.item_uid: row for row in await rows.order_by("id")}


async def _remember(visit: Visit, known: WorkloadVisit | None, now: datetime) -> None:
    if known is None:
        await WorkloadVisit(visit_uid=visit.uid, version=visit.version, created_at=now).save()
    else:
        await WorkloadVisit.filter(id=known.id).update(version=visit.version)


def _work(item: ConfirmedItem) -> Work:
    day = local_date(item.started_at)
    return Work(item.item_uid, item.performer_id, item.service, item.home_id, day)


def _booked(line: WorkloadLine) -> Work:
    return Work(line.item_uid, line.account_id, line.service, line.home_id, line.on_day)


async def _credits(
    items: Sequence[ConfirmedItem], months: Mapping[date, WorkloadMonth], now: datetime
) -> list[WorkloadLine]:
    """Weigh what one visit did: its day, its performer and their role are the same for all of it."""
    day = local_date(items[0].started_at)
    numbers, role = await parameters(CODES, on=day), await _role_of(items[0])
    return [
        _credit(item, months[day], weights(numbers, service=item.service, role=role), role, now)
        for item in items
    ]


def _credit(
    item: ConfirmedItem, month: WorkloadMonth, weight: Weights, role: Role, now: datetime
) -> WorkloadLine:
    return WorkloadLine(
        kind=LineKind.CREDIT,
        month_id=month.id,
        account_id=item.performer_id,
        home_id=item.home_id,
        visit_uid=item.visit_uid,
        item_uid=item.item_uid,
        service=item.service,
        service_name=item.service_name,
        on_day=local_date(item.started_at),
        role=role,
        item_weight=weight.item,
        role_weight=weight.role,
        place_weight=weight.place,
        points=weight.points,
        credit_key=f"{item.item_uid}:{item.version}",
        created_at=now,
    )


def _reversal(line: WorkloadLine, month: WorkloadMonth, now: datetime) -> WorkloadLine:
    return WorkloadLine(
        kind=LineKind.REVERSAL,
        month_id=month.id,
        account_id=line.account_id,
        home_id=line.home_id,
        visit_uid=line.visit_uid,
        item_uid=line.item_uid,
        service=line.service,
        service_name=line.service_name,
        on_day=line.on_day,
        role=line.role,
        item_weight=line.item_weight,
        role_weight=line.role_weight,
        place_weight=line.place_weight,
        points=-line.points,
        reverses_id=line.id,
        created_at=now,
    )


async def _role_of(item: ConfirmedItem) -> Role:
    """Return in which role the performer worked for the provider then; a clinician's where several or none are known."""
    rows = RoleGrant.filter(
        in_force(item.started_at) & Q(account_id=item.performer_id), institution_id=item.provider_id
    )
    roles = {row["role"] for row in await rows.values("role")}
    return Role.HOSPITAL_MANAGER if roles == {Role.HOSPITAL_MANAGER} else Role.CLINICIAN


async def _open_months(
    institution_id: int, days: Iterable[date], now: datetime
) -> Mapping[date, WorkloadMonth]:
    """Return where each day is booked, held from the oldest on: in its month, or in the running one where that is closed."""
    own = {day: first_of_month(day) for day in days}
    running = first_of_month(local_date(now))
    held = {month: await _held_month(institution_id, month, now) for month in sorted(set(own.values()))}
    closed = any(row.status is MonthStatus.CLOSED for row in held.values())
    if closed and running not in held:
        held[running] = await _held_month(institution_id, running, now)
    return {
        day: held[month if held[month].status is MonthStatus.OPEN else running] for day, month in own.items()
    }


async def _held_month(institution_id: int, month: date, now: datetime) -> WorkloadMonth:
    row = await begun_month(institution_id, month, now)
    return await WorkloadMonth.filter(id=row.id).select_for_update().get()


async def begun_month(institution_id: int, month: date, now: datetime) -> WorkloadMonth:
    """Return a month, begun where the ledger does not know it yet, and not held."""
    rows = WorkloadMonth.filter(institution_id=institution_id, month=month)
    if not await rows.exists():
        row = WorkloadMonth(institution_id=institution_id, month=month, created_at=now)
        await WorkloadMonth.bulk_create([row], ignore_conflicts=True)
    return await rows.get()
