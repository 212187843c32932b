"""What leaves the core about booking. Relations a card needs must be selected by whoever fetches the row."""

from dataclasses import dataclass
from datetime import datetime

from server.booking.models import Appointment, Slot, WaitlistEntry, WaitlistOffer
from server.booking.rules import (
    APPOINTMENT_MOVES,
    AppointmentEvent,
    AppointmentStatus,
    CancelledBy,
    OfferStatus,
    Pool,
    SlotState,
    Source,
    Urgency,
    WaitStatus,
    green_is_reserved,
    may_give_up,
    may_move,
    queue_explained,
)
from server.identity.models import Account
from server.kit.clock import SHANGHAI
from server.kit.sealing import blind_index, index_candidates

APPOINTMENT_RELATIONS = ("slot__institution", "slot__department", "resident", "booked_by")
ENTRY_RELATIONS = ("resident", "department__institution")
OFFER_RELATIONS = ("slot__institution", "slot__department", "entry__resident")

STATUS_WORDS = {
    AppointmentStatus.HELD: "号源已保留，请尽快确认",
    AppointmentStatus.BOOKED: "已约好",
    AppointmentStatus.ARRIVED: "已到诊",
    AppointmentStatus.FULFILLED: "已就诊",
    AppointmentStatus.RELEASED: "没有要，号已放回",
    AppointmentStatus.CANCELLED: "已取消",
    AppointmentStatus.RESCHEDULED: "已改期",
    AppointmentStatus.NOSHOW: "未到诊",
    AppointmentStatus.LAPSED: "保留已过时，号源已放回",
    AppointmentStatus.ENTERED_IN_ERROR: "登记有误，已作废",
}


def clock_words(instant: datetime) -> str:
    local = instant.astimezone(SHANGHAI)
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


@dataclass(frozen=True)
class SlotCard:
    uid: str
    institution_uid: str
    institution_name: str
    department_uid: str
    department_name: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime  # bookable until then
    pool: Pool
    pool_note: str  # who may take these seats, in words
    for_you: bool  # whether the resident asked about may take one
    capacity: int
    free: int
    state: SlotState


@dataclass(frozen=True)
class AppointmentCard:
    """As the resident's side sees it; the arrival code is theirs alone."""

    uid: str
    status: AppointmentStatus
    status_text: str
    number: int
    slot_uid: str
    institution_uid: str
    institution_name: str
    department_uid: str
    department_name: str
    starts_at: datetime
    ends_at: datetime
    pool: Pool
    resident_uid: str
    resident_name: str
    reason: str
    companion_note: str
    source: Source
    booked_by_name: str
    on_behalf_basis: str
    arrival_code: str
    receipt: str  # kept by the phone and shown again at the next start (reliability 1.6)
    hold_expires_at: datetime | None
    cancelled_by: CancelledBy | None
    ended_reason: str | None
    may_confirm: bool
    may_cancel: bool
    may_reschedule: bool


@dataclass(frozen=True)
class DeskCard:
    """As the institution that owns the slot sees it."""

    uid: str
    status: AppointmentStatus
    status_text: str
    number: int
    department_name: str
    starts_at: datetime
    pool: Pool
    resident_name: str
    reason: str
    companion_note: str
    source: Source
    arrived_at: datetime | None
    on_trip: bool  # comes with others on one bus
    at_own_desk: bool  # and not merely about a resident of the actor's home
    over: bool  # the slot has ended
    error_reported: bool
    may_arrive: bool
    may_fulfil: bool
    may_cancel: bool


@dataclass(frozen=True)
class WaitlistCard:
    uid: str
    status: WaitStatus
    resident_uid: str
    resident_name: str
    institution_name: str
    department_uid: str
    department_name: str
    earliest_at: datetime
    latest_at: datetime
    urgency: Urgency
    joined_at: datetime
    ahead: int
    explanation: str  # the order, in words (I29)


@dataclass(frozen=True)
class OfferCard:
    uid: str
    status: OfferStatus
    entry_uid: str
    slot_uid: str
    resident_uid: str
    resident_name: str
    institution_name: str
    department_name: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    explanation: str
    appointment_uid: str | None


def receipt_text(*, uid: str, slot_uid: str, resident_uid: str, starts_at: datetime) -> str:
    return f"{uid}|{slot_uid}|{resident_uid}|{int(starts_at.timestamp())}"


def signed(receipt: str) -> str:
    return blind_index(receipt, column="appointment.receipt")


def is_signed(receipt: str, signature: str) -> bool:
    return signature in index_candidates(receipt, column="appointment.receipt")


def slot_card(slot: Slot, *, stale: int, may_green: bool, now: datetime) -> SlotCard:
    """`stale` counts the holds that have run out but are not swept yet: their seats are free."""
    reserved = green_is_reserved(pool=slot.pool, release_at=slot.release_at, now=now)
    return SlotCard(
        uid=slot.uid,
        institution_uid=slot.institution.uid,
        institution_name=slot.institution.name,
        department_uid=slot.department.uid,
        department_name=slot.department.name,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        closes_at=slot.closes_at,
        pool=slot.pool,
        pool_note=_pool_note(slot, reserved=reserved),
        for_you=may_green or not reserved,
        capacity=slot.capacity,
        free=slot.capacity - slot.booked - slot.held + stale,
        state=slot.state,
    )


def _pool_note(slot: Slot, *, reserved: bool) -> str:
    if slot.pool == Pool.PUBLIC:
        return "谁都可以约。"
    if not reserved or slot.release_at is None:
        return "这是绿色通道剩下的号，现在谁都可以约。"
    return f"这些号先留给和这家医院签了约的养老院的老人。{clock_words(slot.release_at)} 以后还有剩的，谁都可以约。"


def appointment_card(row: Appointment, *, booked_by: str | None = None, now: datetime) -> AppointmentCard:
    """`booked_by` is the name of who booked, where the row was only just written and knows the number alone."""
    slot = row.slot
    receipt = receipt_text(
        uid=row.uid, slot_uid=slot.uid, resident_uid=row.resident.uid, starts_at=slot.starts_at
    )
    return AppointmentCard(
        uid=row.uid,
        status=row.status,
        status_text=STATUS_WORDS[row.status],
        number=row.number,
        slot_uid=slot.uid,
        institution_uid=slot.institution.uid,
        institution_name=slot.institution.name,
        department_uid=slot.department.uid,
        department_name=slot.department.name,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        pool=slot.pool,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        reason=row.reason,
        companion_note=row.companion_note,
        source=row.source,
        booked_by_name=booked_by if booked_by is not None else _name_of(row.booked_by),
        on_behalf_basis=row.on_behalf_basis,
        arrival_code=row.arrival_code,
        receipt=signed(receipt),
        hold_expires_at=row.hold_expires_at if row.status == AppointmentStatus.HELD else None,
        cancelled_by=row.cancelled_by,
        ended_reason=row.ended_reason,
        may_confirm=APPOINTMENT_MOVES.allows(row.status, AppointmentEvent.CONFIRM),
        may_cancel=may_give_up(row.status, starts_at=slot.starts_at, now=now),
        may_reschedule=may_move(row.status, starts_at=slot.starts_at, now=now),
    )


def _name_of(account: Account | None) -> str:
    return account.name if account else ""


def desk_card(row: Appointment, *, at_own_desk: bool = True, now: datetime) -> DeskCard:
    return DeskCard(
        uid=row.uid,
        status=row.status,
        status_text=STATUS_WORDS[row.status],
        number=row.number,
        department_name=row.slot.department.name,
        starts_at=row.slot.starts_at,
        pool=row.slot.pool,
        resident_name=row.resident.name,
        reason=row.reason,
        companion_note=row.companion_note,
        source=row.source,
        arrived_at=row.arrived_at,
        on_trip=row.trip_id is not None,
        at_own_desk=at_own_desk,
        over=row.slot.ends_at <= now,
        error_reported=row.error_reported_by_id is not None,
        may_arrive=APPOINTMENT_MOVES.allows(row.status, AppointmentEvent.ARRIVE),
        may_fulfil=APPOINTMENT_MOVES.allows(row.status, AppointmentEvent.FULFIL),
        may_cancel=APPOINTMENT_MOVES.allows(row.status, AppointmentEvent.CANCEL),
    )


def waitlist_card(row: WaitlistEntry, *, ahead: int) -> WaitlistCard:
    return WaitlistCard(
        uid=row.uid,
        status=row.status,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        institution_name=row.department.institution.name,
        department_uid=row.department.uid,
        department_name=row.department.name,
        earliest_at=row.earliest_at,
        latest_at=row.latest_at,
        urgency=row.urgency,
        joined_at=row.joined_at,
        ahead=ahead,
        explanation=queue_explained(urgency=row.urgency, joined=clock_words(row.joined_at), ahead=ahead),
    )


def offer_card(row: WaitlistOffer, *, appointment_uid: str | None = None) -> OfferCard:
    return OfferCard(
        uid=row.uid,
        status=row.status,
        entry_uid=row.entry.uid,
        slot_uid=row.slot.uid,
        resident_uid=row.entry.resident.uid,
        resident_name=row.entry.resident.name,
        institution_name=row.slot.institution.name,
        department_name=row.slot.department.name,
        starts_at=row.slot.starts_at,
        ends_at=row.slot.ends_at,
        expires_at=row.expires_at,
        explanation=row.explanation,
        appointment_uid=appointment_uid,
    )
