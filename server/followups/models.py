"""Who is followed up for which disease by whom, and every follow-up in every version.

What a follow-up found is health record text: it is written into the record entry by entry, and read here only after
`records.access` has shown the entry that it stands behind.
"""

from typing import Any

from tortoise import fields

from server.alliance.models import Institution
from server.followups.rules import Course, Disease, EndReason, Enrolled, EpisodeStatus, Outcome
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class ChronicEpisode(Table):
    """One resident's disease in the hands of one institution; at most one is live (`live_key`)."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    disease = word(Disease)
    status = word(EpisodeStatus, default=EpisodeStatus.ENROLLED)
    enrolled_how = word(Enrolled)
    enrolled_on = fields.DateField()
    enrolled_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    enrolled_by_id: int
    diagnosis_uid = TokenField(max_length=26, null=True)  # the entry of the record that says so
    evidence = fields.CharField(max_length=200, default="")  # the paper that says so
    # What the newest follow-up came to.
    last_on = fields.DateField(null=True)
    last_outcome = word(Outcome, null=True)
    last_controlled = fields.BooleanField(null=True)
    next_on = fields.DateField()  # by when to come again
    check_back_by = fields.DateField(null=True)  # the oldest referral of which nobody has asked yet
    overdue_said = fields.DateField(null=True)  # the day that has passed, once it was said
    unasked_said = fields.DateField(null=True)
    ended_on = fields.DateField(null=True)
    end_reason = word(EndReason, null=True)
    end_note = fields.CharField(max_length=200, default="")
    ended_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_by_id: int | None
    touched = fields.BigIntField(default=0)  # raised by every follow-up: a decision is made on what was read
    live_key = TokenField(max_length=60, null=True, unique=True)  # "<resident id>/<disease>" while live

    class Meta:
        table = "chronic_episode"
        indexes = (
            ("institution_id", "status", "next_on"),
            ("institution_id", "disease", "enrolled_on"),
            ("resident_id", "disease"),
            ("disease", "enrolled_on"),
            # What nobody has said yet, for the sweep of every second.
            ("status", "overdue_said", "next_on"),
            ("status", "unasked_said", "check_back_by"),
            ("status", "last_on", "enrolled_on"),
            ("enrolled_by_id",),
        )


class FollowUp(Table):
    """One version of one follow-up. A correction is a new row; the old one stays and is no longer current."""

    episode: fields.ForeignKeyRelation[ChronicEpisode] = belongs_to("care.ChronicEpisode")
    episode_id: int
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    happened_on = fields.DateField()
    form_code = fields.CharField(max_length=40)
    form_version = fields.CharField(max_length=16)
    answers: Any = fields.JSONField()
    age = fields.SmallIntField()  # on that day
    numbers: Any = fields.JSONField()  # the policy numbers that decided
    controlled = fields.BooleanField()
    outcome = word(Outcome)
    course = word(Course)
    why: Any = fields.JSONField()  # sentences
    face_to_face = fields.BooleanField()
    latest_next_on = fields.DateField()  # what the rule says
    next_on = fields.DateField()  # what was agreed on, never later
    check_back_by = fields.DateField(null=True)  # of a referral
    checked_back_at = UtcDatetimeField(null=True)
    checked_back_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    checked_back_by_id: int | None
    checked_back_note = fields.CharField(max_length=300, default="")
    entry_uid = TokenField(max_length=26)  # the follow-up's own entry in the record
    entries: Any = fields.JSONField()  # what it is -> uid, of all entries that it made
    version = fields.IntField(default=1)
    supersedes: "fields.ForeignKeyNullableRelation[FollowUp]" = belongs_to("care.FollowUp", null=True)
    supersedes_id: int | None
    reason = fields.CharField(max_length=200, default="")  # why it was corrected
    is_current = fields.BooleanField(default=True)
    day_key = TokenField(max_length=40, null=True, unique=True)  # "<episode id>/<day>" while current

    class Meta:
        table = "follow_up"
        indexes = (
            ("episode_id", "is_current", "happened_on"),
            ("resident_id", "happened_on"),
            ("entry_uid",),
            ("author_id",),
            ("is_current", "happened_on"),
            ("checked_back_by_id",),
        )
