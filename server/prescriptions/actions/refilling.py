"""The next prescription after one: written, asked for, taken over from a colleague, or given up with a reason."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.rules import Purpose
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import resident_for
from server.prescriptions.access import (
    acting_at,
    refill_for,
    right_of,
)
from server.prescriptions.actions.moving import move_refill, noted, tell
from server.prescriptions.actions.prescribing import Written, write_row
from server.prescriptions.actions.recording import Pen
from server.prescriptions.errors import (
    NoPrescribingRight,
    ReasonNeeded,
    RefillAsked,
)
from server.prescriptions.models import PrescriptionLine, Refill
from server.prescriptions.queries.cards import PrescriptionCard, prescription_card
from server.prescriptions.rules import (
    PrescriptionStatus,
    RefillEvent,
)
from server.records.access import View, view_of


@action
async def refill(*, actor: Actor, refill_uid: str, written: Written, now: datetime) -> PrescriptionCard:
    """Write the next prescription after one, and settle its refill: whoever is second is refused."""
    task = await refill_for(actor=actor, uid=refill_uid)
    # Whoever moved to a home that this institution does not serve is no longer its patient.
    here, needs = acting_at(actor, task.institution_id), Permission.PRESCRIPTION_WRITE
    resident = await resident_for(actor=here, uid=task.resident.uid, permission=needs, now=now)
    right = await right_of(actor=actor, institution_id=task.institution_id, now=now)
    if right is None:
        raise NoPrescribingRight
    await move_refill(task, RefillEvent.REFILL, done_at=now, done_by_id=actor.account_id, open_key=None)
    row = await write_row(actor, resident, right, written, now, before=task.prescription)
    return await prescription_card(row.id, now=now)


@action
async def waive_refill(*, actor: Actor, refill_uid: str, text: str, now: datetime) -> PrescriptionCard:
    """Decide that there is no other, and why; what is left is taken to its end."""
    task = await refill_for(actor=actor, uid=refill_uid)
    if not text.strip():
        raise ReasonNeeded(fields={"text": "请写明为什么不续，例如：血压稳定，改为门诊调整用药。"})
    await move_refill(
        task,
        RefillEvent.WAIVE,
        done_at=now,
        done_by_id=actor.account_id,
        note=text.strip(),
        open_key=None,
    )
    await noted(actor, "prescriptions.refill_waived", task, now=now)
    pen = Pen(actor, task.resident.uid, now)
    if task.prescription.status is PrescriptionStatus.ACTIVE:
        # The record itself says when it ends: the sweep that finishes the prescription may not write there.
        await pen.let_run_out(task.prescription)
    else:
        await pen.stop(task.prescription, "吃完，不再续方")
    await tell("prescriptions.refill_waived", task, now=now)
    return await prescription_card(task.prescription_id, now=now)


@action
async def take_refill(*, actor: Actor, refill_uid: str, now: datetime) -> PrescriptionCard:
    """Take a refill over from a colleague who is away: it has one owner at any moment."""
    task = await refill_for(actor=actor, uid=refill_uid)
    if await right_of(actor=actor, institution_id=task.institution_id, now=now) is None:
        raise NoPrescribingRight
    await move_refill(task, RefillEvent.TAKE, owner_id=actor.account_id)
    await noted(actor, "prescriptions.refill_taken", task, now=now)
    return await prescription_card(task.prescription_id, now=now)


@action
async def ask_refill(*, actor: Actor, resident_uid: str, prescription_uid: str, now: datetime) -> None:
    """Ask for a refill: the resident, or a proxy who may see their record."""
    family = as_family(actor)
    needs = Permission.REFILL_ASK
    resident = await resident_for(actor=family, uid=resident_uid, permission=needs, now=now)
    view = await view_of(actor=family, resident_uid=resident.uid, purpose=Purpose.SELF, now=now)
    task = await Refill.filter(prescription__uid=prescription_uid, resident_id__in=view.ids).first()
    if task is None or not await _sees(view, task.prescription_id):
        raise NotFound
    if task.asked_at is not None:
        raise RefillAsked
    await move_refill(task, RefillEvent.ASK, faster=RefillAsked, asked_at=now, asked_by_id=actor.account_id)
    await noted(actor, "prescriptions.refill_asked", task, now=now)
    await tell("prescriptions.refill_asked", task, now=now)


async def _sees(view: View, prescription_id: int) -> bool:
    uids = await PrescriptionLine.filter(prescription_id=prescription_id).values_list("entry_uid", flat=True)
    return bool(await view.versions().filter(uid__in=list(uids)).exists())
