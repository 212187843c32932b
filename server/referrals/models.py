"""Referrals, what went along, what is late, and what is owed afterwards.

Every write locks in this order: resident, seats, record entries, referral, packet, escalation, follow-up.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.booking.models import Appointment
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident
from server.referrals.rules import (
    Direction,
    FollowUpOutcome,
    FollowUpStatus,
    ReferralStatus,
    Urgency,
    Way,
)


class Referral(Table):
    """One resident on the way between two institutions; whose turn it is stands in `owner` (I30)."""

    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    lower_id: int
    lower: fields.ForeignKeyRelation[Institution] = belongs_to(
        "care.Institution"
    )  # the home, or primary care
    upper_id: int
    upper: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # who treats
    owner_id: int | None
    owner: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    direction = word(Direction)
    urgency = word(Urgency)
    status = word(ReferralStatus, default=ReferralStatus.DRAFT)
    next_deadline = UtcDatetimeField(null=True)  # of the owner; NULL when it has ended
    escalated_at = UtcDatetimeField(null=True)  # set while an escalation is open

    code = TokenField(
        max_length=16, unique=True
    )  # on the slip, in its QR code; says nothing about whom it is
    department = fields.CharField(max_length=60, default="")  # where to, as far as it is known
    contact = fields.CharField(max_length=60, default="")  # who refers, and how to reach them
    check_list = TokenField(max_length=16)  # its version
    criteria: Any = fields.JSONField(default=list)  # codes of the check-list
    out_slip = TokenField(max_length=26, null=True)  # record entries: what was written lies in the record
    back_slip = TokenField(max_length=26, null=True)
    chosen: Any = fields.JSONField(default=list)  # uids of entries that go along

    come_at = UtcDatetimeField(null=True)
    come_to = fields.CharField(max_length=100, default="")
    appointment_id: int | None
    appointment: fields.ForeignKeyNullableRelation[Appointment] = belongs_to("care.Appointment", null=True)
    reason = fields.CharField(max_length=200, null=True)  # of the last step that needed one
    moves = fields.IntField(default=0)  # raised by every step: of two that saw the same, one is refused

    written_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    written_by_id: int
    sent_at = UtcDatetimeField(null=True)  # from here on the other side and the family know of it
    received_at = UtcDatetimeField(null=True)  # by the treating side (I33)
    ended_at = UtcDatetimeField(null=True)
    readable_until = UtcDatetimeField(null=True)  # of its packets (exclusive); NULL while it is open
    # One open referral of somebody between the same two: "<resident>.<lower>.<upper>" while it is open, then NULL.
    open_key = TokenField(max_length=64, null=True, unique=True)

    class Meta:
        table = "referral"
        indexes = (
            ("resident_id", "id"),
            ("lower_id", "status", "created_at"),
            ("upper_id", "status", "created_at"),
            ("owner_id", "next_deadline"),
            ("next_deadline", "escalated_at"),
            ("appointment_id",),
            ("written_by_id",),
        )


class ReferralPacket(Table):
    """One sending: to whom, what, and the digest of exactly that. The newest to a recipient is the one that they read."""

    referral_id: int
    referral: fields.ForeignKeyRelation[Referral] = belongs_to("care.Referral")
    way = word(Way)
    number = fields.SmallIntField()  # 1, 2 … of this referral
    recipient_id: int
    recipient: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    entries: Any = fields.JSONField()  # uids, the slip first
    digest = TokenField(max_length=64)
    sent_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    sent_by_id: int

    class Meta:
        table = "referral_packet"
        unique_together = (("referral", "number"),)
        indexes = (("recipient_id", "id"), ("sent_by_id",))


class ReferralEscalation(Table):
    """A deadline that passed with nobody moving; open until somebody moves, or the bureau gives another date (I30)."""

    referral_id: int
    referral: fields.ForeignKeyRelation[Referral] = belongs_to("care.Referral")
    owner_id: int
    owner: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # whose turn it was
    status = word(ReferralStatus)  # in which it stood
    missed = UtcDatetimeField()  # the deadline
    settled_at = UtcDatetimeField(null=True)
    settled_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    settled_by_id: int | None
    remark = fields.CharField(max_length=200, null=True)  # what the bureau did about it
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(referral id) while open

    class Meta:
        table = "referral_escalation"
        indexes = (("referral_id", "id"), ("settled_at", "created_at"), ("owner_id",), ("settled_by_id",))


class ReferralFollowUp(Table):
    """Within two weeks of an urgent referral somebody asks how it went; owed by who referred."""

    referral_id: int
    referral: fields.ForeignKeyRelation[Referral] = belongs_to("care.Referral")
    resident_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    owner_id: int
    owner: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    status = word(FollowUpStatus, default=FollowUpStatus.DUE)
    due_at = UtcDatetimeField()
    done_at = UtcDatetimeField(null=True)
    done_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    done_by_id: int | None
    outcome = word(FollowUpOutcome, null=True)
    entry_uid = TokenField(max_length=26, null=True)  # the note in the record
    reason = fields.CharField(max_length=200, null=True)  # why none was needed

    class Meta:
        table = "referral_follow_up"
        unique_together = (("referral",),)
        indexes = (
            ("status", "due_at"),
            ("owner_id", "status", "due_at"),
            ("resident_id", "id"),
            ("done_by_id",),
        )
