"""What decides who is due, a home's campaign of a year, the reports, and what was found abnormal.

What a report says is health record text: it is written into the record, and read here only after `records.access` has
shown the entry that it stands behind.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.checkups.rules import CampaignStatus, DutyStatus, How, Insurance, PlaceStatus, Settled
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class CheckupFacts(Table):
    """What a home knows that decides who is due, with who said so and when; the newest holds, the older stay."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    insurance = word(Insurance)
    extreme_poverty = fields.BooleanField()
    employer_exam_on = fields.DateField(null=True)
    employer_exam_where = fields.CharField(max_length=60, default="")
    source = fields.CharField(max_length=100)  # the paper or the person that says so
    as_of = fields.DateField()
    stated_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    stated_by_id: int
    current_key = TokenField(max_length=20, null=True, unique=True)  # str(resident id) while it holds

    class Meta:
        table = "checkup_facts"
        indexes = (("resident_id", "id"), ("stated_by_id",))


class CheckupCampaign(Table):
    """One home's check-ups of one year, carried out by one institution."""

    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    home_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    provider_id: int
    year = fields.SmallIntField()
    edition = fields.CharField(max_length=16)
    status = word(CampaignStatus, default=CampaignStatus.PLANNED)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    planned_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    planned_by_id: int
    opened_at = UtcDatetimeField(null=True)
    closed_at = UtcDatetimeField(null=True)
    over_said = fields.DateField(null=True)  # the last day that has passed, once it was said
    year_key = TokenField(max_length=30, unique=True)  # "<home id>/<year>"

    class Meta:
        table = "checkup_campaign"
        indexes = (
            ("home_id", "year"),
            ("provider_id", "year"),
            ("planned_by_id",),
            ("status", "over_said", "ends_on"),
        )


class CheckupPlace(Table):
    """Somebody's place in a campaign: when they come, and what became of it."""

    campaign: fields.ForeignKeyRelation[CheckupCampaign] = belongs_to("care.CheckupCampaign")
    campaign_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    status = word(PlaceStatus, default=PlaceStatus.LISTED)
    day = fields.DateField(null=True)
    minute = fields.SmallIntField(null=True)  # of the day
    note = fields.CharField(max_length=200, default="")

    class Meta:
        table = "checkup_place"
        unique_together = (("campaign", "resident"),)
        indexes = (("resident_id", "id"), ("campaign_id", "day", "minute"))


class CheckupIntake(Table):
    """A file of reports that was taken in; the same file again is the same import."""

    campaign: fields.ForeignKeyRelation[CheckupCampaign] = belongs_to("care.CheckupCampaign")
    campaign_id: int
    account_id = fields.BigIntField(null=True)
    file_digest = TokenField(max_length=80)
    taken = fields.IntField()
    corrected = fields.IntField()
    unchanged = fields.IntField()
    left_out = fields.IntField()  # faulty rows, which the person was shown

    class Meta:
        table = "checkup_intake"
        indexes = (("campaign_id", "file_digest"),)


class CheckupReport(Table):
    """One version of somebody's report of a year."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    campaign: fields.ForeignKeyRelation[CheckupCampaign] = belongs_to("care.CheckupCampaign")
    campaign_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # that examined
    institution_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    examined_on = fields.DateField()
    edition = fields.CharField(max_length=16)
    references_version = fields.CharField(max_length=16)
    values: Any = fields.JSONField()
    abnormal: Any = fields.JSONField()  # [item, sentence, grave]
    conclusion = fields.CharField(max_length=500)
    advice = fields.CharField(max_length=500, default="")
    next_on = fields.DateField()
    how = word(How)
    entry_uid = TokenField(max_length=26)
    entries: Any = fields.JSONField()  # what it is -> uid
    version = fields.IntField(default=1)
    supersedes: "fields.ForeignKeyNullableRelation[CheckupReport]" = belongs_to(
        "care.CheckupReport", null=True
    )
    supersedes_id: int | None
    reason = fields.CharField(max_length=200, default="")
    is_current = fields.BooleanField(default=True)
    year_key = TokenField(max_length=30, null=True, unique=True)  # "<resident id>/<year>" while current

    class Meta:
        table = "checkup_report"
        indexes = (
            ("resident_id", "is_current", "examined_on"),
            ("campaign_id", "is_current"),
            ("institution_id", "examined_on"),
            ("entry_uid",),
            ("author_id",),
        )


class CheckupDuty(Table):
    """Something abnormal that somebody must do something about, by when, and what they did."""

    report: fields.ForeignKeyRelation[CheckupReport] = belongs_to("care.CheckupReport")
    report_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    owner: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    owner_id: int
    item = fields.CharField(max_length=32)
    sentence = fields.CharField(max_length=300)
    grave = fields.BooleanField()
    due_on = fields.DateField()
    status = word(DutyStatus, default=DutyStatus.OPEN)
    settled = word(Settled, null=True)
    note = fields.CharField(max_length=300, default="")
    done_at = UtcDatetimeField(null=True)
    done_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    done_by_id: int | None
    overdue_said = fields.DateField(null=True)
    open_key = TokenField(max_length=60, null=True, unique=True)  # "<resident id>/<year>/<item>" while open

    class Meta:
        table = "checkup_duty"
        indexes = (
            ("owner_id", "status", "due_on"),
            ("resident_id", "id"),
            ("report_id",),
            ("status", "overdue_said", "due_on"),
            ("done_by_id",),
        )
