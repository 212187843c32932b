"""Home beds, the days for which they were open, and what happened at them.

Lock order: the resident's care state (people), record entries, the bed, its span, its rounds and emergencies.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.home_beds.rules import BedKind, EndReason, HomeBedStatus, RoundLevel, Source
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class HomeBed(Table):
    """One bed from its application to its end; at most one of a person is not over (`live_key`)."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    home_id: int  # where it stands
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int  # whose bed it is
    owner: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    owner_id: int | None  # who acts next; NULL when it is over
    next_deadline = UtcDatetimeField(null=True)
    overdue_said = UtcDatetimeField(null=True)  # the deadline that has passed, once it was said
    status = word(HomeBedStatus, default=HomeBedStatus.APPLIED)
    source = word(Source)
    kind = word(BedKind, null=True)
    number = fields.CharField(max_length=40, default="")  # the institution's own
    filing_number = fields.CharField(max_length=60, default="")  # of the insurance
    rounds_a_week = fields.SmallIntField(null=True)
    applied_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    applied_by_id: int
    doctor: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    doctor_id: int | None
    nurse: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    nurse_id: int | None
    opened_at = UtcDatetimeField(null=True)
    last_day = fields.DateField(null=True)  # on which it may still be open
    expiring_said = fields.BooleanField(default=False)
    ended_at = UtcDatetimeField(null=True)
    end_reason = word(EndReason, null=True)
    reason = fields.CharField(max_length=200, default="")  # of the last step that needed one
    summary_uid = TokenField(max_length=26, null=True)  # the closing summary in the record
    moves = fields.IntField(default=0)  # raised by every step: of two that saw the same, one is refused
    live_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while live

    class Meta:
        table = "home_bed"
        indexes = (
            ("resident_id", "id"),
            ("institution_id", "status", "created_at"),
            ("institution_id", "created_at"),
            ("home_id", "status", "created_at"),
            ("home_id", "created_at"),
            ("status", "next_deadline"),
            ("status", "last_day"),
            ("owner_id", "next_deadline"),
            ("applied_by_id",),
            ("doctor_id",),
            ("nurse_id",),
        )


class HomeBedAssessment(Table):
    """The check-list as somebody went through it, with its version and the age of the day."""

    bed: fields.ForeignKeyRelation[HomeBed] = belongs_to("care.HomeBed")
    bed_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    version = TokenField(max_length=16)
    ticked: Any = fields.JSONField(default=list)  # codes of the check-list
    age = fields.SmallIntField()
    met = fields.BooleanField()
    entry_uid = TokenField(max_length=26, null=True)  # what was found, in the record
    assessed_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    assessed_by_id: int

    class Meta:
        table = "home_bed_assessment"
        indexes = (("bed_id", "id"), ("resident_id", "id"), ("assessed_by_id",))


class HomeBedSpan(Table):
    """One stretch for which a bed was open: the ledger of bed-days. Written once, ended once, never moved."""

    bed: fields.ForeignKeyRelation[HomeBed] = belongs_to("care.HomeBed")
    bed_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution_id = fields.BigIntField()  # the bed's
    started_at = UtcDatetimeField()
    ended_at = UtcDatetimeField(null=True)
    open_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while open

    class Meta:
        table = "home_bed_span"
        indexes = (
            ("resident_id", "started_at"),
            ("bed_id", "started_at"),
            ("institution_id", "started_at"),
            ("ended_at",),
        )


class HomeBedRound(Table):
    """Somebody came: a note in the record, or a visit that both institutions confirmed."""

    bed: fields.ForeignKeyRelation[HomeBed] = belongs_to("care.HomeBed")
    bed_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    made_at = UtcDatetimeField()
    level = word(RoundLevel, default=RoundLevel.FIRST)
    made_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    made_by_id: int | None
    entry_uid = TokenField(max_length=26, null=True)
    visit_key = TokenField(
        max_length=60, null=True, unique=True
    )  # "<visit uid>/<bed id>" of a confirmed visit

    class Meta:
        table = "home_bed_round"
        indexes = (("bed_id", "made_at"), ("resident_id", "made_at"), ("made_by_id",))


class HomeBedEmergency(Table):
    """Taken to hospital from an open bed: settled there as an emergency (政策① 三)."""

    bed: fields.ForeignKeyRelation[HomeBed] = belongs_to("care.HomeBed")
    bed_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    happened_at = UtcDatetimeField()
    taken_to = fields.CharField(max_length=100)
    marked_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    marked_by_id: int

    class Meta:
        table = "home_bed_emergency"
        indexes = (("bed_id", "happened_at"), ("resident_id", "happened_at"), ("marked_by_id",))
