"""Prescribe and stop. What is taken stands in the health record, under medicines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import F

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident
from server.people.queries import ids_of_person
from server.prescriptions.access import (
    dispensers_of,
    prescription_for,
    right_for,
    right_of,
)
from server.prescriptions.actions.carrying import cancel_open
from server.prescriptions.actions.moving import move_prescription, noted, tell
from server.prescriptions.actions.recording import Pen, category_of
from server.prescriptions.errors import (
    AlreadyRunning,
    NoPrescribingRight,
    NoSuchDispenser,
    NotFit,
    ReasonNeeded,
)
from server.prescriptions.models import LongPrescription, PrescribingRight, PrescriptionLine, Refill
from server.prescriptions.queries.cards import PrescriptionCard, prescription_card
from server.prescriptions.rules import (
    FORMULARY_VERSION,
    RULES_VERSION,
    STOP_WORDS,
    Conditions,
    Limits,
    PrescriptionEvent,
    PrescriptionStatus,
    RefillStatus,
    StopReason,
    Wanted,
    class_of,
    faults_of,
    is_longer,
    refill_days,
)

NUMBERS = ("prescriptions.usual_days", "prescriptions.longest_days", "prescriptions.ahead_days")


@dataclass(frozen=True)
class Written:
    """A prescription as it was filled in."""

    lines: Sequence[Wanted]
    conditions: Conditions
    diagnosis: str
    dispenser_uid: str | None = None  # None: the institution that prescribes
    first_on: date | None = None  # None: today, or the day after the one before


@action
async def prescribe(*, actor: Actor, resident_uid: str, written: Written, now: datetime) -> PrescriptionCard:
    """Write a long prescription for a resident whom the actor's institution cares for.

    Lock order: the resident, the prescription with its lines and refill, the record, audit and outbox.
    """
    needs = Permission.PRESCRIPTION_WRITE
    resident = await resident_for(actor=actor, uid=resident_uid, permission=needs, now=now)
    right = await right_for(actor=actor, resident=resident, now=now)
    if right is None:
        raise NoPrescribingRight
    row = await write_row(actor, resident, right, written, now, before=None)
    return await prescription_card(row.id, now=now)


@action
async def stop_prescription(
    *, actor: Actor, uid: str, reason: StopReason, text: str, now: datetime
) -> PrescriptionCard:
    """Stop it now: the refill falls away, nothing more is brought, and the record says that it is taken no more."""
    row = await prescription_for(actor=actor, uid=uid, permission=Permission.PRESCRIPTION_WRITE)
    if await right_of(actor=actor, institution_id=row.institution_id, now=now) is None:
        raise NoPrescribingRight
    if not text.strip():
        raise ReasonNeeded(fields={"text": ReasonNeeded.message})
    await stop_row(actor, row, reason, text.strip(), now)
    await Pen(actor, row.resident.uid, now).stop(row, STOP_WORDS[reason])
    await tell("prescriptions.stopped", row, now=now)
    return await prescription_card(row.id, now=now)


async def stop_row(actor: Actor, row: LongPrescription, reason: StopReason, text: str, now: datetime) -> None:
    """Stop a prescription with all that hangs on it, apart from the record."""
    await move_prescription(
        row,
        PrescriptionEvent.STOP,
        stop_reason=reason,
        stop_note=text,
        stopped_on=local_date(now),
        stopped_by_id=actor.account_id,
    )
    await Refill.filter(prescription_id=row.id, status=RefillStatus.OPEN).update(
        status=RefillStatus.WAIVED, done_at=now, done_by_id=actor.account_id, open_key=None, note="处方已停"
    )
    await cancel_open(actor, row, now)
    # What the doctor wrote stays on the sheet: the operation log is read by whoever may not read the record.
    await noted(
        actor, "prescriptions.stopped", row, now=now, reason=STOP_WORDS[reason], detail={"why": reason}
    )


async def write_row(
    actor: Actor,
    resident: Resident,
    right: PrescribingRight,
    written: Written,
    now: datetime,
    *,
    before: LongPrescription | None,
) -> LongPrescription:
    """Lay a prescription down with its lines, its refill and its entries, or refuse by field what is not fit."""
    today = local_date(now)
    numbers = await parameters(NUMBERS, on=today)
    first_on = _first_on(written, before, today)
    limits = Limits(numbers["prescriptions.usual_days"], numbers["prescriptions.longest_days"])
    _ensure_fit(resident, written, limits, first_on, today)
    # Whoever prescribes is alone with this resident: the question below and the lines are one.
    await Resident.filter(id=resident.id).update(touched=F("touched") + 1)
    await _ensure_not_running(resident, written, first_on, before)
    lasts = [each.last_on(first_on) for each in written.lines]
    row = LongPrescription(
        resident=resident,
        institution=right.institution,
        prescriber_id=actor.account_id,
        right_id=right.id,
        dispenser=await _dispenser(right.institution, written.dispenser_uid, now),
        prescribed_on=today,
        first_on=first_on,
        last_on=max(lasts),
        longer=is_longer(written.lines, limits),
        kinds=len(written.lines),
        category=category_of([class_of(line.name, line.kind) for line in written.lines]),
        diagnosis=written.diagnosis.strip(),
        reason=written.conditions.reason.strip(),
        agreed=written.conditions.agreed,
        slip=written.conditions.slip.strip(),
        rules_version=RULES_VERSION,
        formulary_version=FORMULARY_VERSION,
        limits=dict(numbers),
        refills_id=before.id if before else None,
        created_at=now,
    )
    await row.save()
    opens, due = refill_days(first_on, min(lasts), ahead=numbers["prescriptions.ahead_days"])
    uids = await Pen(actor, resident.uid, now).write(row, written.lines, before)
    for number, (line, uid) in enumerate(zip(written.lines, uids, strict=True), start=1):
        await _save_line(row, line, number=number, uid=uid, now=now)
    await Refill(
        prescription=row,
        resident=resident,
        institution=right.institution,
        owner_id=actor.account_id,
        opens_on=opens,
        due_on=due,
        open_key=str(row.id),
        created_at=now,
    ).save()
    what = "prescriptions.refilled" if before else "prescriptions.prescribed"
    await noted(
        actor, what, row, now=now, detail={"lines": len(lasts), "days": (max(lasts) - first_on).days + 1}
    )
    if before:
        await tell("prescriptions.refilled", row, now=now)
    else:
        await tell("prescriptions.prescribed", row, now=now)
    return row


def _first_on(written: Written, before: LongPrescription | None, today: date) -> date:
    if written.first_on is not None:
        return written.first_on
    return max(today, before.last_on + timedelta(days=1)) if before else today


def _ensure_fit(resident: Resident, written: Written, limits: Limits, first_on: date, today: date) -> None:
    faults = faults_of(written.lines, written.conditions, limits)
    if not written.diagnosis.strip():
        faults["diagnosis"] = "请写明诊断，例如：原发性高血压。"
    if not today <= first_on <= today + timedelta(days=limits.longest):
        faults["first_on"] = "从哪天开始吃，要在今天之后、最长疗程之内。"
    if resident.died_at is not None:
        faults["lines"] = "这位长者已经登记离世。"
    if faults:
        raise NotFit(fields=faults)


async def _ensure_not_running(
    resident: Resident, written: Written, first_on: date, before: LongPrescription | None
) -> None:
    running = PrescriptionLine.filter(
        resident_id__in=await ids_of_person(resident),
        last_on__gte=first_on,
        name__in=[line.name.strip() for line in written.lines],
        prescription__status=PrescriptionStatus.ACTIVE,
    )
    if before is not None:
        running = running.exclude(prescription_id=before.id)
    if await running.exists():
        raise AlreadyRunning


async def _dispenser(institution: Institution, uid: str | None, now: datetime) -> Institution:
    if uid is None or uid == institution.uid:
        return institution
    for each in await dispensers_of(institution=institution, now=now):
        if each.uid == uid:
            return each
    raise NoSuchDispenser(fields={"dispenser": NoSuchDispenser.message})


async def _save_line(row: LongPrescription, wanted: Wanted, *, number: int, uid: str, now: datetime) -> None:
    await PrescriptionLine(
        prescription=row,
        resident_id=row.resident_id,
        number=number,
        name=wanted.name.strip(),
        kind=class_of(wanted.name, wanted.kind),
        dose=wanted.dose.strip(),
        frequency=wanted.frequency.strip(),
        unit=wanted.unit.strip(),
        per_day=wanted.per_day,
        days=wanted.days,
        first_on=row.first_on,
        last_on=wanted.last_on(row.first_on),
        quantity=wanted.quantity,
        entry_uid=uid,
        created_at=now,
    ).save()
