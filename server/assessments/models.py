"""Sheets and what came of them. Lock order: the sheet, the one that it replaces, its dispute, the care level, the record's entry."""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.assessments.rules import AssessmentReason, AssessmentStatus, CareGrade, DisputeStatus
from server.consent.rules import RecordCategory
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class Assessment(Table):
    """One sheet about one resident, from the first stroke to its result. Of two assessors, who agreed with whom."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int  # whose assessors they are
    questionnaire = TokenField(max_length=32)  # rules.Questionnaire.code
    version = TokenField(max_length=16)
    category = word(RecordCategory)  # the questionnaire's, for whoever is narrowed to some
    reason = word(AssessmentReason)
    status = word(AssessmentStatus, default=AssessmentStatus.DRAFT)
    live_key = TokenField(
        max_length=64, null=True, unique=True
    )  # "<resident id>/<questionnaire>" until it is signed or discarded
    answers: Any = fields.JSONField(default=dict)
    score: Any = fields.JSONField(null=True)  # rules.Score, as of the last signature
    assessed_on = fields.DateField(null=True)  # the day of the first signature
    begun_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    begun_by_id: int
    first_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    first_by_id: int | None
    first_at = UtcDatetimeField(null=True)
    first_clinical = fields.BooleanField(default=False)  # they were a nurse or clinician then
    second_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    second_by_id: int | None
    second_at = UtcDatetimeField(null=True)
    final_at = UtcDatetimeField(null=True)
    level = fields.SmallIntField(null=True)  # of the questionnaire's own; also in `score`
    valid_until = fields.DateField(null=True)  # the last day
    entry_uid = TokenField(max_length=26, null=True)  # in the record: through it a result is reached
    replaced_by: "fields.ForeignKeyNullableRelation[Assessment]" = belongs_to("care.Assessment", null=True)
    replaced_by_id: int | None
    returned = fields.CharField(max_length=200, default="")  # why the second assessor gave it back
    changed_at = UtcDatetimeField()  # the answers, or the state
    edits = fields.IntField(default=0)  # raised with every change: a signature is for what was read
    expiring_told_at = UtcDatetimeField(null=True)

    class Meta:
        table = "assessment"
        indexes = (
            ("resident_id", "questionnaire", "status", "valid_until"),
            ("institution_id", "status", "changed_at"),
            ("entry_uid",),
            ("status", "changed_at"),
            ("status", "expiring_told_at", "valid_until"),
            ("begun_by",),
            ("first_by",),
            ("second_by",),
            ("replaced_by",),
        )


class AssessmentDispute(Table):
    """Somebody says that a result is not right. Answered with reasons, or by assessing anew."""

    assessment: fields.ForeignKeyRelation[Assessment] = belongs_to("care.Assessment")
    assessment_id: int
    raised_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    raised_by_id: int
    text = fields.CharField(max_length=500)
    status = word(DisputeStatus, default=DisputeStatus.OPEN)
    due_at = UtcDatetimeField()
    overdue_at = UtcDatetimeField(null=True)  # when the sweep found it overdue
    decided_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    decided_by_id: int | None
    decided_at = UtcDatetimeField(null=True)
    answer = fields.CharField(max_length=500, default="")

    class Meta:
        table = "assessment_dispute"
        indexes = (("assessment_id", "status"), ("status", "due_at"), ("raised_by",), ("decided_by",))


class CareLevel(Table):
    """医护分级 as one result gave it, and by which version of the table; one of a resident holds."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    assessment: fields.ForeignKeyRelation[Assessment] = belongs_to("care.Assessment")
    assessment_id: int
    grade = word(CareGrade)
    package = TokenField(max_length=32)
    visits_a_month = fields.SmallIntField()
    diagnoses: Any = fields.JSONField(default=list)  # the lasting ones that were counted
    rules_version = TokenField(max_length=16)
    since = fields.DateField()
    until = fields.DateField(null=True)
    current_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while it holds

    class Meta:
        table = "care_level"
        indexes = (("resident_id", "current_key"), ("assessment_id",))
