"""Inbox, credits, deliveries, and the calls to make where WeChat does not reach."""

from typing import Any

from tortoise import fields

from server.identity.models import Account
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word
from server.notifications.rules import (
    CallOutcome,
    CallReason,
    CallStatus,
    CreditKind,
    CreditSource,
    DeliveryChannel,
    DeliveryStatus,
)
from server.people.models import Resident


class InboxMessage(Table):
    """What the inbox shows, whether or not WeChat brought it; shown only after sign-in, and free of findings."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    message_uid = TokenField(max_length=64)  # of the outbox message that it came from
    topic = fields.CharField(max_length=64)
    title = fields.CharField(max_length=40)
    text = fields.CharField(max_length=200)
    target = fields.CharField(max_length=120)  # a page of the mini-program or console
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    resident_id: int | None
    critical = fields.BooleanField(default=False)  # somebody calls when WeChat cannot tell them
    read_at = UtcDatetimeField(null=True)

    class Meta:
        table = "inbox_message"
        unique_together = (("message_uid", "account"),)
        indexes = (("account_id", "created_at"), ("account_id", "read_at"), ("resident_id",))


class SubscriptionCredit(Table):
    """How many messages of one template an account will still accept: the guarded sum of its entries."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    template = TokenField(max_length=64)  # a key of templates.WECHAT
    balance = fields.IntField(default=0)

    class Meta:
        table = "subscription_credit"
        unique_together = (("account", "template"),)


class CreditEntry(Table):
    """One change of a balance; written once, never changed."""

    credit: fields.ForeignKeyRelation[SubscriptionCredit] = belongs_to("care.SubscriptionCredit")
    credit_id: int
    kind = word(CreditKind, max_length=16)
    amount = fields.IntField()
    source = word(CreditSource, max_length=16)
    matched = fields.BooleanField(default=False)  # the other source told of the same yes
    once_key = TokenField(max_length=200, null=True, unique=True)  # a push that comes twice counts once

    class Meta:
        table = "credit_entry"
        indexes = (("credit_id", "id"),)


class Delivery(Table):
    """One inbox message on its way through WeChat, at most once."""

    inbox_message: fields.ForeignKeyRelation[InboxMessage] = belongs_to("care.InboxMessage")
    inbox_message_id: int
    channel = word(DeliveryChannel, max_length=16)
    template = TokenField(max_length=64)
    data: Any = fields.JSONField(default=dict)  # the template's fields, already cut to size
    status = word(DeliveryStatus, max_length=16, default=DeliveryStatus.WAITING)
    urgent = fields.BooleanField(default=False)  # passes through quiet hours
    attempts = fields.SmallIntField(default=0)
    credit_spent = fields.BooleanField(default=False)
    began_at = UtcDatetimeField(null=True)
    ended_at = UtcDatetimeField(null=True)
    fault = TokenField(max_length=32, null=True)  # the platform's code or the kind of outage
    platform_uid = TokenField(max_length=64, null=True)  # the platform's message id

    class Meta:
        table = "delivery"
        unique_together = (("inbox_message", "channel"),)
        indexes = (("status", "began_at"), ("platform_uid",))


class QuietPreference(Table):
    """Somebody's own quiet hours; without a row the city's parameters hold. Minutes of the day, city time."""

    account: fields.OneToOneRelation[Account] = fields.OneToOneField(
        "care.Account", on_delete=fields.OnDelete.RESTRICT, related_name=False
    )
    account_id: int
    starts_minute = fields.SmallIntField()
    ends_minute = fields.SmallIntField()

    class Meta:
        table = "quiet_preference"


class CallListEntry(Table):
    """Somebody whom the hotline should call, because WeChat cannot tell them something that matters."""

    once_key = TokenField(max_length=120, unique=True)  # one call per message and person
    resident: fields.ForeignKeyNullableRelation[Resident] = belongs_to("care.Resident", null=True)
    resident_id: int | None
    account: fields.ForeignKeyNullableRelation[Account] = belongs_to(
        "care.Account", null=True
    )  # NULL: the resident
    account_id: int | None
    topic = fields.CharField(max_length=64)
    text = fields.CharField(max_length=200)  # what to say
    reason = word(CallReason, max_length=16)
    status = word(CallStatus, max_length=16, default=CallStatus.WAITING)
    claimed_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    claimed_by_id: int | None
    claimed_at = UtcDatetimeField(null=True)
    done_at = UtcDatetimeField(null=True)
    outcome = word(CallOutcome, max_length=16, null=True)
    note = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "call_list_entry"
        indexes = (("status", "created_at"), ("resident_id",), ("account_id",), ("claimed_by_id",))
