"""Bring the ledger up to what both institutions say of a visit now: by the worker, when it hears, and before a month closes."""

from collections.abc import Mapping
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.kit.clock import local_date
from server.kit.transactions import action
from server.visits.models import Visit
from server.visits.queries import ConfirmedItem, confirmed_visit
from server.visits.rules import VisitStatus
from server.workload.models import WorkloadLine, WorkloadMonth, WorkloadVisit
from server.workload.rules import (
    CODES,
    LineKind,
    MonthStatus,
    Work,
    first_of_month,
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
    done = 0
    for item_uid, line in live.items():
        if item_uid not in wanted or _work(wanted[item_uid]) != _booked(line):
            await _take_back(line, visit.provider_id, now)
            done += 1
        else:
            del wanted[item_uid]
    for item in wanted.values():
        await _credit(item, now)
        done += 1
    if done:
        await note(
            actor,
            "workload.booked",
            subject_kind="visit",
            subject_uid=visit_uid,
            institution_id=visit.provider_id,
            detail={"lines": done, "version": visit.version},
            now=now,
        )
    return done


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


async def _credit(item: ConfirmedItem, now: datetime) -> None:
    day = local_date(item.started_at)
    numbers: Mapping[str, int] = await parameters(CODES, on=day)
    role = await _role_of(item)
    weight = weights(numbers, service=item.service, role=role)
    month = await open_month(item.provider_id, day, now)
    await WorkloadLine(
        kind=LineKind.CREDIT,
        month_id=month.id,
        account_id=item.performer_id,
        home_id=item.home_id,
        visit_uid=item.visit_uid,
        item_uid=item.item_uid,
        service=item.service,
        service_name=item.service_name,
        on_day=day,
        role=role,
        item_weight=weight.item,
        role_weight=weight.role,
        place_weight=weight.place,
        points=weight.points,
        credit_key=f"{item.item_uid}:{item.version}",
        created_at=now,
    ).save()


async def _take_back(line: WorkloadLine, provider_id: int, now: datetime) -> None:
    month = await open_month(provider_id, line.on_day, now)
    await WorkloadLine(
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
    ).save()


async def _role_of(item: ConfirmedItem) -> Role:
    """Return in which role the performer worked for the provider then; a clinician's where several or none are known."""
    rows = RoleGrant.filter(
        in_force(item.started_at) & Q(account_id=item.performer_id), institution_id=item.provider_id
    )
    roles = {row["role"] for row in await rows.values("role")}
    return Role.HOSPITAL_MANAGER if roles == {Role.HOSPITAL_MANAGER} else Role.CLINICIAN


async def open_month(institution_id: int, day: date, now: datetime) -> WorkloadMonth:
    """Return the month of a day, held; where that is closed, the month that is running now."""
    row = await held_month(institution_id, first_of_month(day), now)
    if row.status is MonthStatus.OPEN:
        return row
    return await held_month(institution_id, first_of_month(local_date(now)), now)


async def held_month(institution_id: int, month: date, now: datetime) -> WorkloadMonth:
    row = WorkloadMonth(institution_id=institution_id, month=month, created_at=now)
    if not await WorkloadMonth.filter(institution_id=institution_id, month=month).exists():
        await WorkloadMonth.bulk_create([row], ignore_conflicts=True)
    return await WorkloadMonth.filter(institution_id=institution_id, month=month).select_for_update().get()
