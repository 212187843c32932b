"""The health record. These tables are closed to every other feature."""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.consent.rules import Purpose, RecordCategory
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident
from server.records.rules import EmergencyReason, EmergencyStatus, EntryKind


class RecordEntry(Table):
    """One version of one entry. A correction is a new row; the old one stays and is no longer current."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    category = word(
        RecordCategory
    )  # UNLABELED where nobody said: visible only to who may see everything (I10)
    kind = word(EntryKind)
    code = TokenField(max_length=32)
    effective_at = UtcDatetimeField()
    source: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    source_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    body: Any = fields.JSONField()
    version = fields.IntField(default=1)
    supersedes: "fields.ForeignKeyNullableRelation[RecordEntry]" = belongs_to("care.RecordEntry", null=True)
    supersedes_id: int | None
    reason = fields.CharField(max_length=200, null=True)  # why it was corrected
    is_current = fields.BooleanField(default=True)
    superseded_at = UtcDatetimeField(null=True)

    class Meta:
        table = "record_entry"
        indexes = (
            ("resident_id", "is_current", "effective_at", "id"),  # the newest of a resident
            ("resident_id", "code", "is_current", "effective_at"),  # a trend
            ("source_id", "resident_id"),  # what an institution wrote
        )


class EntryObjection(Table):
    """The resident's own word beside an entry. It changes nothing and is never taken away."""

    entry: fields.ForeignKeyRelation[RecordEntry] = belongs_to("care.RecordEntry")
    entry_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    text = fields.CharField(max_length=500)

    class Meta:
        table = "entry_objection"
        indexes = (("entry_id",),)


class EmergencyRead(Table):
    """A read without consent to save a life (PIPL art. 13 (4)), and its review."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    reader: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    reader_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    purpose = word(Purpose, default=Purpose.EMERGENCY)
    reason = word(EmergencyReason)
    explanation = fields.CharField(max_length=500)
    shown = fields.IntField()  # entries shown
    status = word(EmergencyStatus, default=EmergencyStatus.OPEN)
    review_due = UtcDatetimeField()
    overdue_at = UtcDatetimeField(null=True)  # when the sweep found it overdue
    reviewed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    reviewed_by_id: int | None
    reviewed_at = UtcDatetimeField(null=True)
    review_note = fields.CharField(max_length=500, null=True)

    class Meta:
        table = "emergency_read"
        indexes = (("status", "review_due"), ("resident_id", "id"), ("reader_id", "id"))
