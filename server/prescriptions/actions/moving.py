"""What every step does alike: move the row in one conditional update, note, tell."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.errors import DomainError
from server.outbox.actions import enqueue
from server.prescriptions.errors import NotThisNow, RefillTaken
from server.prescriptions.models import LongPrescription, MedicineDelivery, Refill
from server.prescriptions.rules import (
    DELIVERY_MOVES,
    PRESCRIPTION_MOVES,
    REFILL_MOVES,
    DeliveryEvent,
    PrescriptionEvent,
    RefillEvent,
)

Subject = LongPrescription | Refill | MedicineDelivery
KINDS: Mapping[type[Subject], str] = {
    LongPrescription: "long_prescription", Refill: "prescription_refill", MedicineDelivery: "medicine_delivery",
}  # fmt: skip


async def move_prescription(row: LongPrescription, event: PrescriptionEvent, **more: Any) -> None:
    if not PRESCRIPTION_MOVES.allows(row.status, event):
        raise NotThisNow
    after = PRESCRIPTION_MOVES.after(row.status, event)
    if not await LongPrescription.filter(id=row.id, status=row.status).update(status=after, **more):
        raise NotThisNow


async def move_refill(
    row: Refill, event: RefillEvent, *, faster: type[DomainError] = RefillTaken, **more: Any
) -> None:
    if not REFILL_MOVES.allows(row.status, event):
        raise RefillTaken
    after = REFILL_MOVES.after(row.status, event)
    # To ask and to take over leave it open: what they set must still be as it was read.
    as_read = {column: getattr(row, column) for column in more}
    if not await Refill.filter(id=row.id, status=row.status, **as_read).update(status=after, **more):
        raise faster


async def move_delivery(row: MedicineDelivery, event: DeliveryEvent, **more: Any) -> None:
    if not DELIVERY_MOVES.allows(row.status, event):
        raise NotThisNow
    after = DELIVERY_MOVES.after(row.status, event)
    if not await MedicineDelivery.filter(id=row.id, status=row.status).update(status=after, **more):
        raise NotThisNow


async def noted(
    actor: Actor,
    what: str,
    row: Subject,
    *,
    now: datetime,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await note(
        actor,
        what,
        subject_kind=KINDS[type(row)],
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        reason=reason,
        detail=detail,
        now=now,
    )


async def tell(topic: str, row: Subject, *, now: datetime, once: str = "") -> None:
    """Let those hear of it whom it concerns; the payload names nothing but uids, and no drug."""
    await row.fetch_related("resident", "institution")
    key = {LongPrescription: "prescription", Refill: "refill", MedicineDelivery: "delivery"}[type(row)]
    payload = {key: row.uid, "resident": row.resident.uid, "institution": row.institution.uid}
    if isinstance(row, Refill):
        prescription = await LongPrescription.get(id=row.prescription_id).only("id", "uid")
        payload = {"prescription": prescription.uid, **payload}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}:{once}")
