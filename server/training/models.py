"""Sessions of courses, and who was there. The certificates themselves are `identity.TrainingRecord`.

Lock order: the session, then its attendances, then certificates, then audit and outbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields

from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.training.rules import Means, OpenTo, SessionStatus

if TYPE_CHECKING:
    from server.alliance.models import Institution
    from server.identity.models import Account


class TrainingSession(Table):
    """One course on one day in one room."""

    course = TokenField(max_length=32)
    course_version = fields.SmallIntField()
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # who holds it
    open_to = word(OpenTo, default=OpenTo.OWN)
    place = fields.CharField(max_length=60)
    trainer = fields.CharField(max_length=40)  # may come from outside: a name, not an account
    starts_at = UtcDatetimeField()
    ends_at = UtcDatetimeField()
    seats = fields.SmallIntField()
    taken = fields.SmallIntField(default=0)
    status = word(SessionStatus, default=SessionStatus.PLANNED)
    reason = fields.CharField(max_length=200, null=True)  # why it was called off
    planned_by_id: int
    planned_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    told_at = UtcDatetimeField(null=True)  # the host was told that nobody has finished it

    class Meta:
        table = "training_session"
        indexes = (
            ("institution", "created_at"),
            ("institution", "starts_at"),
            ("status", "ends_at"),
            ("planned_by",),
        )


class TrainingAttendance(Table):
    """Somebody was there: by the trainer's code, or by the word of a second person."""

    session_id: int
    session: fields.ForeignKeyRelation[TrainingSession] = belongs_to("care.TrainingSession")
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # as whose staff
    means = word(Means)
    reason = fields.CharField(max_length=200, default="")  # why on paper
    entered_by_id: int
    entered_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")

    class Meta:
        table = "training_attendance"
        unique_together = (("session", "account"),)
        indexes = (("account", "session"), ("institution",), ("entered_by",))
