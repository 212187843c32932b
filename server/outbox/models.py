"""Messages to be acted on after commit."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.kit.tables import Table, TokenField, UtcDatetimeField, word


class MessageStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    DEAD = "dead"  # given up after the last attempt; a person must look


class OutboxMessage(Table):
    topic = fields.CharField(max_length=64)  # "booking.booked"
    payload: Any = fields.JSONField(default=dict)  # uids and times only: no names, numbers or record text
    once_key = TokenField(max_length=120, null=True, unique=True)  # the same effect is never asked for twice
    status = word(MessageStatus, max_length=16, default=MessageStatus.WAITING)
    due_at = UtcDatetimeField()
    attempts = fields.SmallIntField(default=0)
    claim = TokenField(max_length=26, null=True)  # who works on it
    claimed_until = UtcDatetimeField(null=True)  # a worker that died loses it then
    fault = fields.CharField(max_length=64, null=True)  # the kind of the last failure, never its text

    class Meta:
        table = "outbox_message"
        indexes = (("status", "due_at"), ("claim",))
