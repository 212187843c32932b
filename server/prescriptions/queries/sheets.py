"""One prescription with its drugs, one delivery with what is in it, and what somebody takes: through the record's door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import local_date, said_day
from server.kit.errors import NotFound
from server.prescriptions.access import (
    DELIVERY_RELATIONS,
    RELATIONS,
    delivery_for,
    dispensers_of,
    prescription_for,
    right_of,
)
from server.prescriptions.models import (
    LongPrescription,
    MedicineDelivery,
    MedicineDeliveryLine,
    PrescriptionLine,
    Refill,
)
from server.prescriptions.queries.cards import (
    DeliveryCard,
    LineCard,
    PrescriptionCard,
    read_delivery,
    read_line,
    with_refills,
)
from server.prescriptions.rules import AGREED_WORDS, DeliveryStatus, PrescriptionStatus, RefillStatus
from server.records.access import View, rereading, view_of

MOST_DELIVERIES = 50


@dataclass(frozen=True)
class PrescriptionSheet:
    card: PrescriptionCard
    lines: tuple[LineCard, ...]
    diagnosis: str
    reason: str
    agreed_words: str
    slip: str
    stop_note: str
    waived_note: str  # why there is no other
    deliveries: tuple[DeliveryCard, ...]
    history: tuple[HistoryLine, ...]
    dispensers: tuple[tuple[str, str], ...]
    may_prescribe: bool  # and so refill and stop
    may_send: bool


@dataclass(frozen=True)
class PackedLine:
    name: str
    quantity: int
    unit: str
    dose: str
    frequency: str


@dataclass(frozen=True)
class DeliverySheet:
    card: DeliveryCard
    lines: tuple[PackedLine, ...]
    hidden: int  # how many drugs the reader may not see without the resident's consent
    history: tuple[HistoryLine, ...]
    may_send: bool
    may_receive: bool


@dataclass(frozen=True)
class Medicine:
    """One thing that somebody takes, as they read it."""

    name: str
    dose: str
    frequency: str
    first_on: date
    until: date
    days_left: int
    sentence: str


@dataclass(frozen=True)
class MedicineCard:
    """One prescription, as the resident or their family reads it."""

    prescription_uid: str
    institution_name: str
    institution_phone: str
    prescriber_name: str
    dispenser_name: str
    medicines: tuple[Medicine, ...]
    until: date
    next_delivery_on: date | None
    brought_to: str  # the home to which the next are brought; empty: none are, or not to a home
    refill_due_on: date | None
    refill_asked: bool
    may_ask: bool
    sentence: str


@rereading
async def prescription_sheet(*, actor: Actor, uid: str, now: datetime) -> PrescriptionSheet:
    row = await prescription_for(actor=actor, uid=uid, permission=Permission.PRESCRIPTION_READ)
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=Purpose.TREATMENT, now=now)
    lines, entries = await _seen(view, [row])
    if not lines:
        raise NotFound
    [card] = await with_refills([row], now=now)
    task = await Refill.filter(prescription_id=row.id).order_by("-id").first()
    own_deliveries = MedicineDelivery.filter(prescription_id=row.id).order_by("-id").limit(MOST_DELIVERIES)
    deliveries = await own_deliveries.select_related(*DELIVERY_RELATIONS)
    right = await right_of(actor=actor, institution_id=row.institution_id, now=now)
    offered = await dispensers_of(institution=row.institution, now=now) if right else []
    await trail.record([view.line("prescriptions.sheet", entries)], now=now)
    return PrescriptionSheet(
        card=card,
        lines=tuple(read_line(each) for each in lines),
        diagnosis=row.diagnosis,
        reason=row.reason,
        agreed_words=AGREED_WORDS[row.agreed],
        slip=row.slip,
        stop_note=row.stop_note,
        waived_note=task.note if task else "",
        deliveries=tuple(read_delivery(each, now=now) for each in deliveries),
        history=await history_of(subject_uid=row.uid),
        dispensers=tuple((each.uid, each.name) for each in offered),
        may_prescribe=right is not None,
        may_send=actor.may(Permission.DELIVERY_SEND) and row.status is PrescriptionStatus.ACTIVE,
    )


@rereading
async def delivery_sheet(*, actor: Actor, uid: str, now: datetime) -> DeliverySheet:
    """Return what is brought; a home that the resident did not let see their medicines sees how many, not which."""
    row = await delivery_for(actor=actor, uid=uid)
    prescription = await LongPrescription.get(id=row.prescription_id).select_related(*RELATIONS)
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=Purpose.CARE, now=now)
    lines, entries = await _seen(view, [prescription])
    by_id = {line.id: line for line in lines}
    packed = await MedicineDeliveryLine.filter(delivery_id=row.id).order_by("line_id")
    await trail.record([view.line("prescriptions.delivery", entries)], now=now)
    shown = [(by_id[each.line_id], each.quantity) for each in packed if each.line_id in by_id]
    return DeliverySheet(
        card=read_delivery(row, now=now),
        lines=tuple(
            PackedLine(line.name, many, line.unit, line.dose, line.frequency) for line, many in shown
        ),
        hidden=len(packed) - len(shown),
        history=await history_of(subject_uid=row.uid),
        may_send=row.institution_id in actor.institutions_with(Permission.DELIVERY_SEND),
        may_receive=row.home_id in actor.institutions_with(Permission.DELIVERY_RECEIVE),
    )


@rereading
async def medicines_of(
    *, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime
) -> tuple[MedicineCard, ...]:
    """Return what somebody takes by long prescription, until when, and when the next is brought."""
    view = await view_of(actor=actor, resident_uid=resident_uid, purpose=purpose, now=now)
    today = local_date(now)
    rows = await (
        LongPrescription.filter(
            resident_id__in=view.ids, status=PrescriptionStatus.ACTIVE, last_on__gte=today
        )
        .order_by("first_on", "id")
        .select_related(*RELATIONS)
    )
    lines, entries = await _seen(view, rows)
    shown = {line.prescription_id for line in lines}
    ids = [row.id for row in rows if row.id in shown]
    tasks = (
        {each.prescription_id: each for each in await Refill.filter(prescription_id__in=ids)} if ids else {}
    )
    coming: dict[int, MedicineDelivery] = {}
    if ids:
        waiting = MedicineDelivery.filter(prescription_id__in=ids, status=DeliveryStatus.ASSIGNED)
        found = await waiting.order_by("-due_on", "-id").select_related("home")
        coming = {each.prescription_id: each for each in found}  # the earliest comes last, and stays
    await trail.record([view.line("prescriptions.mine", entries)], now=now)
    asks = view.family is not None
    return tuple(
        _medicine_card(
            row,
            [line for line in lines if line.prescription_id == row.id],
            tasks.get(row.id),
            coming.get(row.id),
            today,
            asks=asks,
        )
        for row in rows
        if row.id in shown
    )


def _medicine_card(
    row: LongPrescription,
    lines: Sequence[PrescriptionLine],
    task: Refill | None,
    coming: MedicineDelivery | None,
    today: date,
    *,
    asks: bool,
) -> MedicineCard:
    is_open = task is not None and task.status is RefillStatus.OPEN
    asked = task is not None and task.asked_at is not None
    brought = f"下一次送药在{said_day(coming.due_on, today)}前。" if coming else "还没有安排下一次送药。"
    refilled = f"医生会在{said_day(task.due_on, today)}前续方。" if task is not None and is_open else ""
    if asked and is_open:
        refilled = "已请医生续方，办好会通知您。"
    return MedicineCard(
        prescription_uid=row.uid,
        institution_name=row.institution.name,
        institution_phone=row.institution.phone,
        prescriber_name=row.prescriber.name,
        dispenser_name=row.dispenser.name,
        medicines=tuple(_medicine(line, today) for line in lines),
        until=row.last_on,
        next_delivery_on=coming.due_on if coming else None,
        brought_to=coming.home.name if coming and coming.home else "",
        refill_due_on=task.due_on if task is not None and is_open else None,
        refill_asked=asked,
        may_ask=asks and is_open and not asked,
        sentence=f"{row.institution.name}开的 {len(lines)} 种药，吃到{said_day(row.last_on, today)}。{brought}{refilled}",
    )


def _medicine(line: PrescriptionLine, today: date) -> Medicine:
    begins = "" if line.first_on <= today else f"从{said_day(line.first_on, today)}开始，"
    return Medicine(
        name=line.name,
        dose=line.dose,
        frequency=line.frequency,
        first_on=line.first_on,
        until=line.last_on,
        days_left=max(0, (line.last_on - today).days + 1),
        sentence=f"{line.name}，每次 {line.dose}，{line.frequency}，{begins}吃到{said_day(line.last_on, today)}。",
    )


async def _seen(view: View, rows: Sequence[LongPrescription]) -> tuple[list[PrescriptionLine], list[Any]]:
    """Return the lines of these prescriptions of which the reader may see the entry, with the entries."""
    ids = [row.id for row in rows]
    lines = (
        await PrescriptionLine.filter(prescription_id__in=ids).order_by("prescription_id", "number")
        if ids
        else []
    )
    if not lines:
        return [], []
    found = await view.versions().filter(uid__in=[line.entry_uid for line in lines])
    seen = {each.uid for each in found}
    return [line for line in lines if line.entry_uid in seen], list(found)
