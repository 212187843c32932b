"""Ratings, their texts, what was decided about them, and the cases that low ones open."""

from typing import Any

from tortoise import fields

from server.alliance.models import Department, Institution
from server.feedback.rules import (
    Capacity,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    SourceKind,
    TokenStatus,
    Verdict,
    VoidStatus,
)
from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.people.models import Resident


class RatingToken(Table):
    """The right to rate one confirmed service once (I40)."""

    source = word(SourceKind, max_length=16)
    source_uid = TokenField(max_length=26)  # the visit or the appointment
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    subject: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # who gave the service
    subject_id: int
    department: fields.ForeignKeyNullableRelation[Department] = belongs_to("care.Department", null=True)
    department_id: int | None
    served_at = UtcDatetimeField()
    status = word(TokenStatus, max_length=16, default=TokenStatus.OPEN)
    expires_at = UtcDatetimeField()

    class Meta:
        table = "rating_token"
        unique_together = (("source_uid", "resident"),)
        indexes = (
            ("resident_id", "status", "expires_at"),
            ("status", "expires_at"),
            ("subject_id",),
            ("department_id",),
        )


class Rating(Table):
    """A score, which never changes, and a text, whose visibility may (I41)."""

    token: fields.ForeignKeyRelation[RatingToken] = belongs_to("care.RatingToken")
    token_id: int
    token_key = TokenField(max_length=26, null=True, unique=True)  # the token's uid; NULL once taken back
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    subject: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    subject_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    capacity = word(Capacity, max_length=16)
    own_staff = fields.BooleanField(
        default=False
    )  # the author worked for the subject or the home when rating
    score = fields.SmallIntField()  # 1–5
    tags: Any = fields.JSONField(default=list)  # words of rules.Dimension
    status = word(RatingStatus)
    revision = fields.SmallIntField(default=0)  # the number of the latest text; 0: no text
    reason_code = word(ReasonCode, null=True)  # why the text is not shown, for its author
    verdict = word(Verdict, max_length=16, null=True)  # of the machine on the latest text
    counts_from = UtcDatetimeField()  # until then the author may take it back, and it counts nowhere
    settled_at = UtcDatetimeField(null=True)  # its consequences (case, news) have been drawn
    taken_back_at = UtcDatetimeField(null=True)
    voided_at = UtcDatetimeField(null=True)

    class Meta:
        table = "rating"
        indexes = (
            ("subject_id", "status", "created_at"),
            # What a score is made of, from the index alone.
            ("subject_id", "capacity", "own_staff", "score", "counts_from", "taken_back_at", "voided_at"),
            ("status", "created_at"),
            ("created_at",),
            ("author_id", "created_at"),
            ("resident_id", "created_at"),
            ("settled_at", "counts_from"),
            ("token_id",),
        )


class TextRevision(Table):
    """What the author wrote, each time."""

    rating: fields.ForeignKeyRelation[Rating] = belongs_to("care.Rating")
    rating_id: int
    number = fields.SmallIntField()
    text = fields.CharField(max_length=500)
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int

    class Meta:
        table = "text_revision"
        unique_together = (("rating", "number"),)
        indexes = (("author_id",),)


class ModerationDecision(Table):
    """One decision on the visibility of a text; written once, never changed."""

    rating: fields.ForeignKeyRelation[Rating] = belongs_to("care.Rating")
    rating_id: int
    revision = fields.SmallIntField()
    event = word(RatingEvent)
    reason_code = word(ReasonCode, null=True)
    note = fields.CharField(max_length=200, null=True)
    verdict = word(Verdict, max_length=16, null=True)  # when the machine decided
    moderator: fields.ForeignKeyNullableRelation[Account] = belongs_to(
        "care.Account", null=True
    )  # NULL: the machine
    moderator_id: int | None
    before_digest = TokenField(max_length=64)
    after_digest = TokenField(max_length=64)

    class Meta:
        table = "moderation_decision"
        indexes = (("rating_id", "id"), ("moderator_id",))


class RatingReply(Table):
    """What the institution answers in public, once."""

    rating: fields.OneToOneRelation[Rating] = fields.OneToOneField(
        "care.Rating", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    rating_id: int
    text = fields.CharField(max_length=500)
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int

    class Meta:
        table = "rating_reply"
        indexes = (("author_id",),)


class Complaint(Table):
    """What somebody says went wrong, outside of a rating; never shown in public."""

    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    subject: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    subject_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    capacity = word(Capacity, max_length=16)
    kind = word(ComplaintKind, max_length=16)
    text = fields.CharField(max_length=1000)

    class Meta:
        table = "complaint"
        indexes = (("author_id", "created_at"), ("subject_id", "created_at"), ("resident_id",))


class FeedbackCase(Table):
    """A low rating or a complaint on its way to being put right; always with an owner and a clock while open."""

    rating: fields.ForeignKeyNullableRelation[Rating] = belongs_to("care.Rating", null=True)
    rating_id: int | None
    complaint: fields.ForeignKeyNullableRelation[Complaint] = belongs_to("care.Complaint", null=True)
    complaint_id: int | None
    origin_uid = TokenField(max_length=26, unique=True)  # of the rating or the complaint: one case each
    resident: fields.ForeignKeyRelation[Resident] = belongs_to("care.Resident")
    resident_id: int
    author: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    author_id: int
    subject: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    subject_id: int
    owner: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # who must move next
    owner_id: int
    status = word(CaseStatus, default=CaseStatus.OPENED)
    next_deadline = UtcDatetimeField(null=True)  # NULL only when closed or voided
    escalated_at = UtcDatetimeField(null=True)  # the bureau was told that this step is overdue
    called_back_at = UtcDatetimeField(null=True)
    closed_at = UtcDatetimeField(null=True)
    rounds = fields.SmallIntField(default=0)  # how often it was reopened

    class Meta:
        table = "feedback_case"
        indexes = (
            ("owner_id", "status", "created_at"),
            ("subject_id", "created_at"),
            ("author_id", "created_at"),
            ("next_deadline", "escalated_at"),
            ("rating_id",),
            ("complaint_id",),
            ("resident_id",),
        )


class RatingVoid(Table):
    """Two persons take a rating out of the count, or a complaint off the list, with a reason."""

    rating: fields.ForeignKeyNullableRelation[Rating] = belongs_to("care.Rating", null=True)
    rating_id: int | None
    case: fields.ForeignKeyNullableRelation[FeedbackCase] = belongs_to("care.FeedbackCase", null=True)
    case_id: int | None
    live_key = TokenField(
        max_length=26, null=True, unique=True
    )  # uid of the rating or complaint while proposed
    status = word(VoidStatus, max_length=16, default=VoidStatus.PROPOSED)
    reason = fields.CharField(max_length=500)
    proposed_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    proposed_by_id: int
    decided_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    decided_by_id: int | None
    decided_at = UtcDatetimeField(null=True)
    decision_reason = fields.CharField(max_length=500, null=True)

    class Meta:
        table = "rating_void"
        indexes = (
            ("rating_id", "id"),
            ("case_id",),
            ("status", "created_at"),
            ("proposed_by_id",),
            ("decided_by_id",),
        )


class CaseStep(Table):
    """One step of a case; written once, never changed."""

    case: fields.ForeignKeyRelation[FeedbackCase] = belongs_to("care.FeedbackCase")
    case_id: int
    event = word(CaseEvent, null=True)  # NULL: the opening
    status = word(CaseStatus)  # reached by it
    by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    by_id: int | None
    reason = fields.CharField(max_length=500, null=True)
    deadline = UtcDatetimeField(null=True)

    class Meta:
        table = "case_step"
        indexes = (("case_id", "id"), ("by_id",))
