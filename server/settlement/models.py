"""Statements, their lines, and the ledger.

Lock order: the statement, then its lines, then the ledger, then audit and outbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields

from server.alliance.rules import Funding
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.settlement.rules import EntryKind, Flag, LedgerAccount, LineKind, LineStatus, StatementStatus

if TYPE_CHECKING:
    from server.alliance.models import Institution, ServiceAgreement
    from server.people.models import Resident


class Statement(Table):
    """What one provider asks of one home for one month, or has from others for its residents."""

    home_id: int
    home: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    provider_id: int
    provider: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    month = fields.DateField()  # its first day
    status = word(StatementStatus, default=StatementStatus.OPEN)
    in_dispute = fields.SmallIntField(default=0)  # lines in OPEN_LINES: the condition of accepting
    issued_at = UtcDatetimeField(null=True)
    answer_due_at = UtcDatetimeField(null=True)
    reminded_at = UtcDatetimeField(null=True)
    settled_at = UtcDatetimeField(null=True)
    paid_on = fields.DateField(null=True)
    bank_reference = fields.CharField(max_length=40, default="")

    class Meta:
        table = "statement"
        unique_together = (("home", "provider", "month"),)
        indexes = (("provider", "status"), ("month", "status"), ("status", "answer_due_at"))


class StatementLine(Table):
    """One fen's way back: to a service that two institutions attested, to a fee they signed, or to the line it takes back."""

    statement_id: int
    statement: fields.ForeignKeyRelation[Statement] = belongs_to("care.Statement")
    kind = word(LineKind)
    agreement_id: int
    agreement: fields.ForeignKeyRelation[ServiceAgreement] = belongs_to("care.ServiceAgreement")
    resident_id: int | None
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    visit_uid = TokenField(max_length=26, null=True)
    service = TokenField(max_length=40)
    service_name = fields.CharField(max_length=80)
    on_day = fields.DateField()
    payer = word(Funding, null=True)  # NULL: not billable, by the first of its steps
    amount = fields.BigIntField()  # fen; negative when it takes back
    steps: Any = fields.JSONField(default=list)  # what each fund said: rules.Step in plain form
    flag = word(Flag, null=True)
    status = word(LineStatus, default=LineStatus.CLAIMED)
    reason = fields.CharField(max_length=200, default="")  # why it is disputed
    disputed_at = UtcDatetimeField(null=True)
    answer = fields.CharField(max_length=200, default="")  # the provider's
    ruling = fields.CharField(max_length=200, default="")  # the bureau's
    # The visit's line, the agreement's fee of the month, or the line taken back: each is claimed once. NULL when it was
    # taken back, so that what is confirmed again may be claimed again.
    claim_key = TokenField(max_length=80, null=True, unique=True)
    reverses_id: int | None
    reverses: fields.ForeignKeyNullableRelation[StatementLine] = belongs_to("care.StatementLine", null=True)

    class Meta:
        table = "statement_line"
        indexes = (
            ("statement", "status"),
            ("resident", "service", "on_day"),
            ("statement", "on_day"),
            ("agreement",),
            ("reverses",),
        )


class LedgerEntry(Table):
    """One transaction: written once, never changed, taken back only by another."""

    kind = word(EntryKind)
    statement_id: int
    statement: fields.ForeignKeyRelation[Statement] = belongs_to("care.Statement")
    memo = fields.CharField(max_length=200)
    # The entry that this one takes back; each once.
    reverses_id: int | None
    reverses: fields.OneToOneNullableRelation[LedgerEntry] = fields.OneToOneField(
        "care.LedgerEntry", null=True, on_delete=fields.OnDelete.RESTRICT
    )

    class Meta:
        table = "ledger_entry"
        indexes = (("statement",),)


class LedgerPosting(Table):
    entry_id: int
    entry: fields.ForeignKeyRelation[LedgerEntry] = belongs_to("care.LedgerEntry", related_name="postings")
    institution_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    account = word(LedgerAccount)
    amount = fields.BigIntField()  # fen; debit positive, credit negative

    class Meta:
        table = "ledger_posting"
        indexes = (("institution", "account"), ("entry",))
