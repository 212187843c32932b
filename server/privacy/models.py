"""What people ask to have put right, what the clocks have removed, and what went wrong.

Lock order: the request or the incident, then its notices, then audit.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident
from server.privacy.rules import BreachAudience, BreachStatus, RectificationStatus, RectificationSubject


class Rectification(Table):
    """What somebody says is wrong about a resident, and what the institution that answers for it decided (PIPL 46)."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    asked_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    asked_by_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    subject = word(RectificationSubject)
    entry_uid = TokenField(max_length=26, null=True)  # the version of the entry that is said to be wrong
    text = fields.CharField(max_length=500)  # emptied when its clock has run out
    status = word(RectificationStatus, default=RectificationStatus.OPEN)
    due_at = UtcDatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    decided_by_id: int | None
    decided_at = UtcDatetimeField(null=True)
    answer = fields.CharField(max_length=500, default="")

    class Meta:
        table = "rectification"
        indexes = (
            ("institution_id", "status", "due_at"),
            ("resident_id", "id"),
            ("asked_by_id", "id"),
            ("status", "decided_at"),
        )


class RetentionRun(Table):
    """When a retention clock was last gone through, and what that removed; one row per clock."""

    clock = TokenField(max_length=32, unique=True)  # rules.RetentionClock.code
    due_at = UtcDatetimeField()
    ran_at = UtcDatetimeField(null=True)
    removed = fields.IntField(default=0)  # by the last run that removed anything
    removed_at = UtcDatetimeField(null=True)
    removed_ever = fields.BigIntField(default=0)

    class Meta:
        table = "retention_run"
        indexes = (("due_at",),)


class Breach(Table):
    """An incident: personal information that leaked, was altered or lost, or may have been (PIPL 57)."""

    what = fields.CharField(max_length=500)
    happened_at = UtcDatetimeField(null=True)  # as far as it is known
    known_at = UtcDatetimeField()
    kinds: Any = fields.JSONField(default=list)  # words of rules.DataKind
    people = fields.IntField()  # as far as it can be estimated
    harm = fields.CharField(max_length=500)  # what may come of it
    measures = fields.CharField(max_length=500)  # what was done at once
    authority_due_at = UtcDatetimeField()
    people_due_at = UtcDatetimeField()
    status = word(BreachStatus, default=BreachStatus.OPEN)
    recorded_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    recorded_by_id: int
    closed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    closed_by_id: int | None
    closed_at = UtcDatetimeField(null=True)
    conclusion = fields.CharField(max_length=500, default="")

    class Meta:
        table = "breach"
        indexes = (("status", "known_at"), ("recorded_by",), ("closed_by",))


class BreachNotice(Table):
    """Who was told of an incident, how, when: written once, never changed."""

    breach: fields.ForeignKeyRelation[Breach] = belongs_to("care.Breach")
    breach_id: int
    audience = word(BreachAudience)
    told_at = UtcDatetimeField()
    how = fields.CharField(max_length=200)
    told_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    told_by_id: int

    class Meta:
        table = "breach_notice"
        indexes = (("breach_id", "id"), ("told_by",))
