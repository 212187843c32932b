"""What was done, by whom, on what: written once, never changed."""

from typing import Any

from tortoise import fields

from server.kit.tables import Table, TokenField


class AuditEntry(Table):
    """One line per state change, in the transaction that made the change (R2)."""

    account_id = fields.BigIntField(null=True)  # None: the system itself
    institution_id = fields.BigIntField(null=True)  # where the actor's authority came from
    resident_id = fields.BigIntField(null=True)  # on whose behalf, or about whom
    channel = fields.CharField(max_length=16)
    request_id = TokenField(max_length=36, null=True)
    action = fields.CharField(max_length=64)  # "booking.booked"
    subject_kind = fields.CharField(max_length=32)  # "appointment"
    subject_uid = TokenField(max_length=26)
    reason = fields.CharField(max_length=200, null=True)
    detail: Any = fields.JSONField(default=dict)  # words and uids only: no names, numbers or record text

    class Meta:
        table = "audit_entry"
        indexes = (
            ("subject_uid", "id"),
            ("account_id", "id"),
            ("resident_id", "id"),
            ("institution_id", "id", "account_id", "action"),
        )
