"""A prescription, a line and a delivery as they leave the core. A card names no drug and no diagnosis; a line does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.kit.clock import age_on, local_date
from server.prescriptions.access import DELIVERY_RELATIONS, RELATIONS
from server.prescriptions.models import LongPrescription, MedicineDelivery, PrescriptionLine, Refill
from server.prescriptions.rules import (
    CLASS_WORDS,
    DELIVERY_WORDS,
    PROOF_WORDS,
    RECEIVER_WORDS,
    STATUS_WORDS,
    STOP_WORDS,
    DeliveryStatus,
    DrugClass,
    PrescriptionStatus,
    RefillStatus,
)


@dataclass(frozen=True)
class RefillCard:
    uid: str
    owner_name: str
    status: RefillStatus
    opens_on: date
    due_on: date
    overdue_days: int
    asked_at: datetime | None
    is_due: bool  # stands on the list today


@dataclass(frozen=True)
class PrescriptionCard:
    uid: str
    resident_uid: str
    resident_name: str
    age: int
    home_name: str
    bed: str
    institution_name: str
    prescriber_name: str
    dispenser_name: str
    status: PrescriptionStatus
    status_words: str
    kinds: int
    prescribed_on: date
    first_on: date
    last_on: date
    days: int
    longer: bool
    days_left: int
    is_refill: bool
    stop_words: str
    refill: RefillCard | None


@dataclass(frozen=True)
class LineCard:
    number: int
    name: str
    kind: DrugClass
    kind_words: str
    dose: str
    frequency: str
    unit: str
    per_day: str
    per_day_tenths: int
    days: int
    first_on: date
    last_on: date
    quantity: int
    sent: int
    left: int  # still to be sent


@dataclass(frozen=True)
class DeliveryCard:
    uid: str
    prescription_uid: str
    resident_uid: str
    resident_name: str
    home_name: str
    bed: str
    institution_name: str
    dispenser_name: str
    carrier: str
    status: DeliveryStatus
    status_words: str
    kinds: int
    due_on: date
    overdue_days: int
    received_at: datetime | None
    receiver_words: str
    proof_words: str
    said_by: str  # who wrote down that it arrived
    slip: str
    note: str


def read_refill(row: Refill, *, now: datetime) -> RefillCard:
    today, is_open = local_date(now), row.status is RefillStatus.OPEN
    return RefillCard(
        uid=row.uid,
        owner_name=row.owner.name,
        status=row.status,
        opens_on=row.opens_on,
        due_on=row.due_on,
        overdue_days=max(0, (today - row.due_on).days) if is_open else 0,
        asked_at=row.asked_at,
        is_due=is_open and (row.opens_on <= today or row.asked_at is not None),
    )


def read_prescription(row: LongPrescription, task: Refill | None, *, now: datetime) -> PrescriptionCard:
    today, resident = local_date(now), row.resident
    return PrescriptionCard(
        uid=row.uid,
        resident_uid=resident.uid,
        resident_name=resident.name,
        age=age_on(resident.birth_date, today),
        home_name=resident.home.name if resident.home else "不住在机构",
        bed=resident.bed or "",
        institution_name=row.institution.name,
        prescriber_name=row.prescriber.name,
        dispenser_name=row.dispenser.name,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        kinds=row.kinds,
        prescribed_on=row.prescribed_on,
        first_on=row.first_on,
        last_on=row.last_on,
        days=(row.last_on - row.first_on).days + 1,
        longer=row.longer,
        days_left=max(0, (row.last_on - today).days + 1),
        is_refill=row.refills_id is not None,
        stop_words=STOP_WORDS[row.stop_reason] if row.stop_reason else "",
        refill=read_refill(task, now=now) if task else None,
    )


def read_line(row: PrescriptionLine) -> LineCard:
    whole, tenth = divmod(row.per_day, 10)
    return LineCard(
        number=row.number,
        name=row.name,
        kind=row.kind,
        kind_words=CLASS_WORDS[row.kind],
        dose=row.dose,
        frequency=row.frequency,
        unit=row.unit,
        per_day=f"{whole}.{tenth}" if tenth else str(whole),
        per_day_tenths=row.per_day,
        days=row.days,
        first_on=row.first_on,
        last_on=row.last_on,
        quantity=row.quantity,
        sent=row.sent,
        left=row.quantity - row.sent,
    )


def read_delivery(row: MedicineDelivery, *, now: datetime) -> DeliveryCard:
    waits = row.status is DeliveryStatus.ASSIGNED
    return DeliveryCard(
        uid=row.uid,
        prescription_uid=row.prescription.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        home_name=row.home.name if row.home else "",
        bed=row.resident.bed or "",
        institution_name=row.institution.name,
        dispenser_name=row.prescription.dispenser.name,
        carrier=row.carrier,
        status=row.status,
        status_words=DELIVERY_WORDS[row.status],
        kinds=row.kinds,
        due_on=row.due_on,
        overdue_days=max(0, (local_date(now) - row.due_on).days) if waits else 0,
        received_at=row.received_at,
        receiver_words=RECEIVER_WORDS[row.receiver] if row.receiver else "",
        proof_words=PROOF_WORDS[row.proof] if row.proof else "",
        said_by=row.received_by.name if row.received_by else "",
        slip=row.slip,
        note=row.note,
    )


async def with_refills(rows: Sequence[LongPrescription], *, now: datetime) -> tuple[PrescriptionCard, ...]:
    """Turn prescriptions into cards, with the refill of each, in one statement more."""
    ids = [row.id for row in rows]
    tasks = await Refill.filter(prescription_id__in=ids).select_related("owner").order_by("id") if ids else []
    by_prescription = {task.prescription_id: task for task in tasks}
    return tuple(read_prescription(row, by_prescription.get(row.id), now=now) for row in rows)


async def prescription_card(row_id: int, *, now: datetime) -> PrescriptionCard:
    """Return the card of a row that the caller may see."""
    [card] = await with_refills([await LongPrescription.get(id=row_id).select_related(*RELATIONS)], now=now)
    return card


async def delivery_card(row_id: int, *, now: datetime) -> DeliveryCard:
    """Return the card of a row that the caller may see."""
    return read_delivery(await MedicineDelivery.get(id=row_id).select_related(*DELIVERY_RELATIONS), now=now)
