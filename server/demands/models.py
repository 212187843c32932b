"""Lists of what homes need, line by line, and who answered. No resident stands in them: only numbers."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from server.alliance.models import Institution, ServiceAgreement
from server.demands.rules import AnswerStatus, DemandStatus, Need
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word


class Demand(Table):
    """One need of one home, published by civil affairs; lines of one list share its batch."""

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    publisher_id: int
    publisher: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    batch = TokenField(max_length=26)
    need = word(Need)
    people = fields.IntField(null=True)  # None: fewer than `least`
    least = fields.SmallIntField()  # of how many the number was told at all, when it was published
    note = fields.CharField(max_length=200, default="")
    status = word(DemandStatus, default=DemandStatus.OPEN)
    published_by_id = fields.BigIntField(null=True)
    # Whose turn it is, and by when: the publisher's, after that the health commission's; the chosen provider's.
    owner_id: int
    owner: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    due_at = UtcDatetimeField()
    escalated_at = UtcDatetimeField(null=True)  # in its present state
    provider_id: int | None
    provider: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    agreement_id: int | None
    agreement: fields.ForeignKeyNullableRelation[ServiceAgreement] = belongs_to(
        "care.ServiceAgreement", null=True
    )
    reason = fields.CharField(max_length=200, null=True)  # of the last step back, or how it was settled
    ended_at = UtcDatetimeField(null=True)
    live_key = TokenField(max_length=60, null=True, unique=True)  # "<home id>-<need>" until it has ended

    class Meta:
        table = "demand"
        indexes = (
            ("status", "due_at"),
            ("home_id", "created_at"),
            ("status", "created_at"),
            ("provider_id",),
            ("publisher_id",),
            ("owner_id",),
            ("agreement_id",),
        )


class DemandAnswer(Table):
    demand_id: int
    demand: fields.ForeignKeyRelation[Demand] = belongs_to("care.Demand")
    provider_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    people = fields.IntField()
    weekdays: Any = fields.JSONField()  # 1 Monday … 7 Sunday
    from_day = fields.DateField()
    note = fields.CharField(max_length=200, default="")
    status = word(AnswerStatus, default=AnswerStatus.OFFERED)
    answered_by_id = fields.BigIntField(null=True)
    reason = fields.CharField(max_length=200, null=True)  # of its withdrawal
    live_key = TokenField(
        max_length=60, null=True, unique=True
    )  # "<demand id>-<provider id>" until withdrawn

    class Meta:
        table = "demand_answer"
        indexes = (("demand_id", "id"), ("provider_id", "status"))
