"""Months, their lines, and up to which version of a visit they are booked.

Lock order: the visit, its booking, the month, then lines (only ever added), then audit and outbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tortoise import fields

from server.authority.permissions import Role
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.workload.rules import LineKind, MonthStatus

if TYPE_CHECKING:
    from server.alliance.models import Institution
    from server.identity.models import Account


class WorkloadMonth(Table):
    """One institution's month; what is booked after it was closed stands in a later one."""

    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    month = fields.DateField()  # its first day
    status = word(MonthStatus, default=MonthStatus.OPEN)
    points = fields.BigIntField(null=True)  # hundredths, as closed
    closed_by_id: int | None
    closed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    closed_at = UtcDatetimeField(null=True)
    reminded_at = UtcDatetimeField(null=True)

    class Meta:
        table = "workload_month"
        unique_together = (("institution", "month"),)
        indexes = (("status", "month"), ("institution", "created_at"), ("closed_by",))


class WorkloadVisit(Table):
    """Up to which version a confirmed visit stands in the ledger."""

    visit_uid = TokenField(max_length=26, unique=True)
    version = fields.SmallIntField()

    class Meta:
        table = "workload_visit"


class WorkloadLine(Table):
    """One service of one resident, confirmed by both institutions; or the line that takes one back. Never changed."""

    kind = word(LineKind)
    month_id: int
    month: fields.ForeignKeyRelation[WorkloadMonth] = belongs_to(
        "care.WorkloadMonth"
    )  # in which it is booked
    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")  # where
    visit_uid = TokenField(max_length=26)
    item_uid = TokenField(max_length=26)
    service = TokenField(max_length=40)
    service_name = fields.CharField(max_length=80)
    on_day = fields.DateField()
    role = word(Role)
    item_weight = fields.SmallIntField()  # per cent, as of the day of the service
    role_weight = fields.SmallIntField()
    place_weight = fields.SmallIntField()
    points = fields.IntField()  # hundredths of a service; negative when it takes back
    # "<item uid>:<version>" of a credit: a version of a service is credited once.
    credit_key = TokenField(max_length=40, null=True, unique=True)
    # The credit that this one takes back; each once.
    reverses_id: int | None
    reverses: fields.OneToOneNullableRelation[WorkloadLine] = fields.OneToOneField(
        "care.WorkloadLine", null=True, on_delete=fields.OnDelete.RESTRICT, related_name="taken_back"
    )

    class Meta:
        table = "workload_line"
        indexes = (
            ("month", "account"),
            ("month", "created_at"),
            ("account", "created_at"),
            ("visit_uid",),
            ("home",),
        )
