"""Schedules, seats, appointments and the queue for seats.

Every write locks in this order: resident, slots by id, appointment, waiting entry, offer. The two counters of a
slot change nowhere but in `actions.seats`.
"""

from __future__ import annotations

from tortoise import fields

from server.alliance.models import Department, Institution
from server.booking.rules import (
    AppointmentStatus,
    CancelledBy,
    ExceptionKind,
    HalfDay,
    OfferStatus,
    Pool,
    SlotState,
    Source,
    TripStatus,
    Urgency,
    WaitStatus,
)
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class Schedule(Table):
    """Consultation hours that come back every week; times of day are minutes after midnight, city time."""

    department_id: int
    department: fields.ForeignKeyRelation[Department] = belongs_to("care.Department")
    weekday = fields.SmallIntField()  # 0 is Monday
    starts_minute = fields.SmallIntField()
    ends_minute = fields.SmallIntField()
    slot_minutes = fields.SmallIntField()
    capacity = fields.SmallIntField()  # of one slot, both pools together
    green_capacity = fields.SmallIntField(default=0)
    release_minutes = fields.IntField()  # this long before the start unused green seats are for everybody
    starts_on = fields.DateField()
    ends_on = fields.DateField(null=True)  # the first day without
    generated_until = fields.DateField(null=True)  # the first day whose slots are not made yet

    class Meta:
        table = "schedule"
        indexes = (("department_id", "weekday"), ("generated_until",))


class ScheduleException(Table):
    """One day that differs: no consultation at all, or a session more."""

    department_id: int
    department: fields.ForeignKeyRelation[Department] = belongs_to("care.Department")
    kind = word(ExceptionKind, max_length=16)
    day = fields.DateField()
    reason = fields.CharField(max_length=200)
    # A department closes a day at most once: "<department id>.<day>", NULL for extra sessions.
    closed_key = TokenField(max_length=40, null=True, unique=True)

    class Meta:
        table = "schedule_exception"
        indexes = (("department_id", "day"),)


class Slot(Table):
    """Seats of one department at one time out of one pool."""

    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    department_id: int
    department: fields.ForeignKeyRelation[Department] = belongs_to("care.Department")
    starts_at = UtcDatetimeField()
    ends_at = UtcDatetimeField()
    closes_at = UtcDatetimeField()  # no booking from then on
    pool = word(Pool, max_length=16)
    release_at = UtcDatetimeField(null=True)  # green seats left over are for everybody from then on
    capacity = fields.SmallIntField()
    booked = fields.SmallIntField(default=0)  # appointments in rules.BOOKED_STATUSES (I23)
    held = fields.SmallIntField(default=0)  # held appointments and offers that wait for an answer
    issued = fields.SmallIntField(default=0)  # the last number given out; never goes back
    state = word(SlotState, max_length=16, default=SlotState.OPEN)
    # Generating twice makes nothing twice: "<department id>.<minutes since the epoch>.<pool>".
    slot_key = TokenField(max_length=64, unique=True)

    class Meta:
        table = "slot"
        indexes = (("institution_id", "starts_at"), ("department_id", "starts_at"), ("starts_at",))


class GroupTrip(Table):
    """One bus of one home to one hospital in one half-day (C09); its appointments are booked together or not at all."""

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    provider_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    day = fields.DateField()
    half = word(HalfDay, max_length=16)
    bus_seats = fields.SmallIntField()  # for residents and who accompanies them
    companions = fields.SmallIntField(null=True)  # None: nobody has said how many, and none are counted
    note = fields.CharField(max_length=200, default="")  # bus, driver, who accompanies; nothing clinical
    status = word(TripStatus, max_length=16, default=TripStatus.PLANNED)
    planned_by_id: int
    planned_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    cancelled_at = UtcDatetimeField(null=True)
    cancelled_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "group_trip"
        indexes = (("home", "day"), ("provider", "day"), ("planned_by",))


class Appointment(Table):
    slot_id: int
    slot: fields.ForeignKeyRelation[Slot] = belongs_to("care.Slot")
    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    status = word(AppointmentStatus)
    number = fields.SmallIntField()  # in the slot, as called in the waiting room
    reason = fields.CharField(max_length=200)  # what the resident comes for; never leaves for audit or outbox
    companion_note = fields.CharField(max_length=200, default="")
    source = word(Source, max_length=16)
    arrival_code = TokenField(max_length=32, unique=True)
    booked_by_id: int | None
    booked_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    on_behalf_basis = fields.CharField(
        max_length=32
    )  # people.access standing: self, the proxy's basis, home_staff …
    on_behalf_grant = TokenField(max_length=26, null=True)  # uid of the proxy grant
    # Non-null while the appointment occupies its place: at most one per slot and resident, yet one may book
    # again after cancelling. MySQL has no partial unique index. "<slot id>.<resident id>"
    place_key = TokenField(max_length=48, null=True, unique=True)
    hold_expires_at = UtcDatetimeField(null=True)
    overlap_reason = fields.CharField(max_length=200, null=True)  # why two at once were allowed (I24)
    successor_id: int | None
    successor: fields.ForeignKeyNullableRelation[Appointment] = belongs_to("care.Appointment", null=True)
    cancelled_by = word(CancelledBy, max_length=16, null=True)
    ended_reason = fields.CharField(max_length=200, null=True)
    error_reported_by_id = fields.BigIntField(null=True)  # an account
    error_confirmed_by_id = fields.BigIntField(null=True)  # an account
    error_reason = fields.CharField(max_length=200, null=True)
    own_companion = fields.BooleanField(default=False)  # on a trip: somebody is with them all the time
    trip_id: int | None
    trip: fields.ForeignKeyNullableRelation[GroupTrip] = belongs_to("care.GroupTrip", null=True)
    arrived_at = UtcDatetimeField(null=True)
    called_at = UtcDatetimeField(null=True)  # when the waiting room last heard this number
    called_to = fields.CharField(max_length=20, default="")  # which room
    fulfilled_at = UtcDatetimeField(null=True)
    ended_at = UtcDatetimeField(null=True)  # cancelled, rescheduled, lapsed, missed or struck out
    reminded_at = UtcDatetimeField(null=True)  # or found to need no reminder: booked when its hour had passed

    class Meta:
        table = "appointment"
        indexes = (
            ("slot_id", "status"),
            ("resident_id", "created_at"),
            ("status", "hold_expires_at"),
            ("booked_by_id",),
            ("successor_id",),
            ("trip_id",),
            ("created_at",),
        )


class WaitlistEntry(Table):
    """One resident waits for a seat of a department within a window."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    department_id: int
    department: fields.ForeignKeyRelation[Department] = belongs_to("care.Department")
    earliest_at = UtcDatetimeField()
    latest_at = UtcDatetimeField()  # exclusive
    urgency = word(Urgency, max_length=16)
    urgency_rank = fields.SmallIntField()  # rules.URGENCY_RANK, for the ORDER BY
    joined_at = UtcDatetimeField()
    joined_by_id = fields.BigIntField(null=True)  # an account
    on_behalf_basis = fields.CharField(max_length=32)
    on_behalf_grant = TokenField(max_length=26, null=True)
    reason = fields.CharField(max_length=200)  # what the resident comes for
    status = word(WaitStatus, max_length=16, default=WaitStatus.WAITING)
    # One live entry per resident and department: "<department id>.<resident id>" while waiting or offered.
    waiting_key = TokenField(max_length=48, null=True, unique=True)
    removed_reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "waitlist_entry"
        indexes = (
            ("department_id", "status", "urgency_rank", "joined_at"),
            ("resident_id", "created_at"),
            ("status", "latest_at"),
        )


class WaitlistOffer(Table):
    """A freed seat, held for one person until they answer or the time is up (I28)."""

    slot_id: int
    slot: fields.ForeignKeyRelation[Slot] = belongs_to("care.Slot")
    entry_id: int
    entry: fields.ForeignKeyRelation[WaitlistEntry] = belongs_to("care.WaitlistEntry")
    status = word(OfferStatus, max_length=16, default=OfferStatus.OFFERED)
    expires_at = UtcDatetimeField()
    explanation = fields.CharField(max_length=300)  # why it was their turn (I29)
    answered_at = UtcDatetimeField(null=True)
    appointment_id: int | None
    appointment: fields.ForeignKeyNullableRelation[Appointment] = belongs_to("care.Appointment", null=True)

    class Meta:
        table = "waitlist_offer"
        # Who declined this very slot, or let it pass, is not asked about it again.
        unique_together = (("slot", "entry"),)
        indexes = (("status", "expires_at"), ("entry_id", "created_at"), ("appointment_id",))
