"""Facts, frozen figures, and what the responsible units say of their tasks.

A fact is never changed but for the moment from which it is no longer known; what was known on any day stands there still.
Lock order: the report above, the report, its edition, its values.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.identity.models import Account
from server.indicators.rules import Cadence, Level, ReportStatus, State
from server.kit.sealed_columns import SealedColumn
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class IndicatorFact(Table):
    """One subject in one indicator of one period, as it was known from when to when."""

    code = TokenField(max_length=20)
    version = fields.SmallIntField()
    since = fields.DateField()  # the period's first day
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    home_id: int
    keeper_id = fields.BigIntField(null=True)  # an institution that may know the subject besides
    subject_id = fields.BigIntField()
    subject_uid = TokenField(max_length=26)
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    resident_id: int | None
    state = word(State, max_length=16)
    reason = TokenField(max_length=32)
    counted = fields.IntField()
    met = fields.IntField()
    known_from = UtcDatetimeField()
    known_to = UtcDatetimeField(null=True)  # exclusive
    open_key = TokenField(
        max_length=64, null=True, unique=True
    )  # "<code>.<version>.<since>.<subject>" while known

    class Meta:
        table = "indicator_fact"
        indexes = (
            ("code", "since", "home_id", "known_to", "state", "known_from"),  # a home's page, people behind
            ("code", "since", "keeper_id", "known_to", "state", "known_from"),
            ("home_id",),
            ("resident_id", "id"),
        )


class IndicatorReport(Table):
    """One period's figures of one home, one county or the city: open or frozen."""

    cadence = word(Cadence, max_length=16)
    since = fields.DateField()
    level = word(Level, max_length=16)
    place = TokenField(max_length=26)  # the home's uid, the county's six digits, "city"
    home: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    home_id: int | None
    county = TokenField(max_length=6, default="")  # of a home
    status = word(ReportStatus, max_length=16, default=ReportStatus.OPEN)
    below_open = fields.IntField(default=0)  # how many of the level below are open: the condition of freezing
    edition = fields.SmallIntField(default=0)  # how often it was frozen
    due_at = UtcDatetimeField()
    told_at = UtcDatetimeField(null=True)  # the owner was told that it is overdue

    class Meta:
        table = "indicator_report"
        unique_together = (("cadence", "since", "level", "place"),)
        indexes = (("home_id", "status"), ("status", "level", "due_at"), ("cadence", "since", "county"))


class IndicatorEdition(Table):
    """One freezing of one report, and its reopening if there was one. The facts known at `known_at` give its values again."""

    report: fields.ForeignKeyRelation[IndicatorReport] = belongs_to("care.IndicatorReport")
    report_id: int
    number = fields.SmallIntField()
    known_at = UtcDatetimeField()
    frozen_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    frozen_by_id: int
    parts: Any = fields.JSONField(default=list)  # uids of the editions below that were summed up
    on_behalf = fields.CharField(max_length=200, default="")  # why somebody else froze it for its owner
    reopened_at = UtcDatetimeField(null=True)
    reopened_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    reopened_by_id: int | None
    reopen_reason = fields.CharField(max_length=200, default="")

    class Meta:
        table = "indicator_edition"
        unique_together = (("report", "number"),)
        indexes = (("frozen_by_id",), ("reopened_by_id",))


class IndicatorValue(Table):
    """One figure of one edition. It never changes."""

    edition: fields.ForeignKeyRelation[IndicatorEdition] = belongs_to("care.IndicatorEdition")
    edition_id: int
    code = TokenField(max_length=20)
    version = fields.SmallIntField()
    met = fields.BigIntField()
    counted = fields.BigIntField()
    excluded = fields.BigIntField()
    target = fields.IntField(null=True)
    numbers: Any = fields.JSONField(default=dict)  # the policy numbers by which it was counted

    class Meta:
        table = "indicator_value"
        unique_together = (("edition", "code", "version"),)


class ProjectReport(Table):
    """What a responsible unit says of one task; the newest holds, the older stay."""

    task = TokenField(max_length=20)
    edition = TokenField(max_length=16)  # of the table
    year = fields.SmallIntField()
    percent = fields.SmallIntField()
    words = fields.CharField(max_length=500)
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    reported_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    reported_by_id: int
    shown = fields.SmallIntField(null=True)  # what the facts showed at that moment, per cent of the goal
    files = fields.SmallIntField(default=0)

    class Meta:
        table = "project_report"
        indexes = (("year", "task", "id"), ("institution_id",), ("reported_by_id",))


class ProjectEvidence(Table):
    """A file that shows it, sealed to its report."""

    report: fields.ForeignKeyRelation[ProjectReport] = belongs_to("care.ProjectReport")
    report_id: int
    number = fields.SmallIntField()
    media_type = TokenField(max_length=40)
    sealed = fields.BinaryField()  # place: `evidence_place`
    digest = TokenField(max_length=64)
    added_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    added_by_id: int

    class Meta:
        table = "project_evidence"
        unique_together = (("report", "number"),)
        indexes = (("added_by_id",),)


def evidence_place(*, evidence_uid: str) -> str:
    return f"project.evidence|{evidence_uid}"


SEALED = (
    SealedColumn(ProjectEvidence, "sealed", lambda row: evidence_place(evidence_uid=row.uid), at_once=4),
)
