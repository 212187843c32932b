"""Bring medicines: pack, hand over with proof, check, close. No more than was prescribed."""

from collections.abc import Mapping
from datetime import date, datetime

from tortoise.expressions import F

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.transactions import action
from server.prescriptions.access import delivery_to_receive, delivery_to_send, prescription_for
from server.prescriptions.actions.moving import move_delivery, noted, tell
from server.prescriptions.errors import (
    IdentitiesUnchecked,
    NothingPacked,
    NotThisNow,
    ReasonNeeded,
    TooMuch,
    WrongPeriod,
)
from server.prescriptions.models import (
    LongPrescription,
    MedicineDelivery,
    MedicineDeliveryLine,
    PrescriptionLine,
)
from server.prescriptions.queries.cards import DeliveryCard, delivery_card
from server.prescriptions.rules import (
    DeliveryEvent,
    DeliveryStatus,
    PrescriptionStatus,
    Proof,
    Receiver,
)


@action
async def assign_delivery(
    *,
    actor: Actor,
    prescription_uid: str,
    due_on: date,
    carrier: str,
    quantities: Mapping[int, int] | None,
    now: datetime,
) -> DeliveryCard:
    """Pack so much of each line, by its number, and say who brings it by when; None: all that is left.

    Lock order: the prescription, its lines in their order, then the delivery, then audit and outbox.
    """
    row = await prescription_for(actor=actor, uid=prescription_uid, permission=Permission.DELIVERY_SEND)
    # Whoever stops it meanwhile waits here, and then finds this delivery to call off.
    alone = await LongPrescription.filter(id=row.id).select_for_update().get()
    if alone.status is not PrescriptionStatus.ACTIVE:
        raise NotThisNow
    if due_on < local_date(now) or due_on > row.last_on:
        raise WrongPeriod(fields={"due_on": "送达日期要在今天和吃完那天之间。"})
    lines = await PrescriptionLine.filter(prescription_id=row.id).order_by("number")
    left = {line.number: line.quantity - line.sent for line in lines}
    wanted = left if quantities is None else quantities
    chosen = [(line, wanted[line.number]) for line in lines if wanted.get(line.number, 0) > 0]
    if quantities is not None and not chosen:
        raise NothingPacked
    if not chosen or wanted.keys() - left.keys():
        raise TooMuch
    for line, many in chosen:
        taken = PrescriptionLine.filter(id=line.id, sent__lte=line.quantity - many)
        if not await taken.update(sent=F("sent") + many):
            raise TooMuch(fields={f"line_{line.number}": TooMuch.message})
    delivery = MedicineDelivery(
        prescription=row,
        resident=row.resident,
        home_id=row.resident.home_id,
        institution=row.institution,
        carrier=carrier.strip(),
        due_on=due_on,
        kinds=len(chosen),
        assigned_by_id=actor.account_id,
        created_at=now,
    )
    await delivery.save()
    for line, many in chosen:
        await MedicineDeliveryLine(delivery=delivery, line=line, quantity=many, created_at=now).save()
    await noted(actor, "prescriptions.delivery_assigned", delivery, now=now)
    await tell("prescriptions.delivery_assigned", delivery, now=now)
    return await delivery_card(delivery.id, now=now)


@action
async def hand_over(
    *, actor: Actor, uid: str, receiver: Receiver, slip: str, identities_checked: bool, now: datetime
) -> DeliveryCard:
    """Write down who signed for it: the number of the slip on which their name stands."""
    row = await delivery_to_send(actor=actor, uid=uid)
    if not slip.strip():
        raise ReasonNeeded(fields={"slip": "请写签收单的编号或存放处。"})
    if receiver is Receiver.RELATIVE and not identities_checked:
        raise IdentitiesUnchecked(fields={"identities_checked": IdentitiesUnchecked.message})
    await move_delivery(
        row,
        DeliveryEvent.HAND_OVER,
        received_at=now,
        receiver=receiver,
        proof=Proof.SIGNED_SLIP,
        slip=slip.strip(),
        identities_checked=identities_checked,
        received_by_id=actor.account_id,
    )
    await noted(actor, "prescriptions.handed_over", row, now=now, detail={"receiver": receiver})
    await tell("prescriptions.handed_over", row, now=now)
    return await delivery_card(row.id, now=now)


@action
async def receive_delivery(*, actor: Actor, uid: str, now: datetime) -> DeliveryCard:
    """Say at the home, under one's own name, that it has come and was counted."""
    row = await delivery_to_receive(actor=actor, uid=uid)
    await move_delivery(
        row,
        DeliveryEvent.RECEIVE,
        received_at=now,
        receiver=Receiver.NURSE,
        proof=Proof.OWN_ACCOUNT,
        received_by_id=actor.account_id,
    )
    await noted(actor, "prescriptions.received", row, now=now)
    await tell("prescriptions.handed_over", row, now=now)
    return await delivery_card(row.id, now=now)


@action
async def close_delivery(*, actor: Actor, uid: str, text: str, now: datetime) -> DeliveryCard:
    """Look at the proof and close."""
    row = await delivery_to_send(actor=actor, uid=uid)
    await move_delivery(
        row, DeliveryEvent.CLOSE, closed_at=now, closed_by_id=actor.account_id, note=text.strip()
    )
    await noted(actor, "prescriptions.delivery_closed", row, now=now, reason=text.strip() or None)
    return await delivery_card(row.id, now=now)


@action
async def cancel_delivery(*, actor: Actor, uid: str, text: str, now: datetime) -> DeliveryCard:
    """Call it off: what was packed may be packed again."""
    row = await delivery_to_send(actor=actor, uid=uid)
    if not text.strip():
        raise ReasonNeeded(fields={"text": ReasonNeeded.message})
    await _cancel(actor, row, text.strip(), now)
    return await delivery_card(row.id, now=now)


async def cancel_open(actor: Actor, prescription: LongPrescription, now: datetime) -> None:
    """Call off what is on its way of a prescription that is stopped."""
    open_ones = MedicineDelivery.filter(prescription_id=prescription.id, status=DeliveryStatus.ASSIGNED)
    for row in await open_ones.order_by("id"):
        await _cancel(actor, row, "处方已停", now)


async def _cancel(actor: Actor, row: MedicineDelivery, why: str, now: datetime) -> None:
    await move_delivery(row, DeliveryEvent.CANCEL, closed_at=now, closed_by_id=actor.account_id, note=why)
    for each in await MedicineDeliveryLine.filter(delivery_id=row.id).order_by("line_id"):
        await PrescriptionLine.filter(id=each.line_id).update(sent=F("sent") - each.quantity)
    await noted(actor, "prescriptions.delivery_cancelled", row, now=now, reason=why)
