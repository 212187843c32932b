"""The ledger of subscription credits. A balance moves only by a guarded UPDATE with an entry beside it.

Locks: the credit row, then its entries.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.models import Account
from server.kit.transactions import action
from server.notifications.actions.fallback import fall_back
from server.notifications.errors import UnknownTemplate
from server.notifications.models import CreditEntry, Delivery, SubscriptionCredit
from server.notifications.queries import CreditCard, my_credits
from server.notifications.rules import (
    SAME_YES,
    CallReason,
    Choice,
    CreditKind,
    CreditSource,
    DeliveryStatus,
)
from server.notifications.templates import keys_by_platform_id

POPUP = "subscribe_msg_popup_event"
CHANGE = "subscribe_msg_change_event"
SENT = "subscribe_msg_sent_event"


async def _credit(account_id: int, template: str, now: datetime) -> SubscriptionCredit:
    """Return the account's row for a template, made if need be, and locked for this transaction."""
    fresh = SubscriptionCredit(account_id=account_id, template=template, created_at=now)
    await SubscriptionCredit.bulk_create([fresh], ignore_conflicts=True)
    return await SubscriptionCredit.filter(account_id=account_id, template=template).select_for_update().get()


async def spend(*, account_id: int, template: str, now: datetime) -> bool:
    """Take one credit; False when there is none. Two workers cannot both take the last one."""
    credit = await _credit(account_id, template, now)
    if not await SubscriptionCredit.filter(id=credit.id, balance__gte=1).update(balance=F("balance") - 1):
        return False
    await _enter(credit, CreditKind.SPENT, -1, CreditSource.SERVER, now)
    return True


async def give_back(*, account_id: int, template: str, now: datetime) -> None:
    """Undo a spending: the platform said that nothing was sent, so the credit is still there."""
    credit = await _credit(account_id, template, now)
    await SubscriptionCredit.filter(id=credit.id).update(balance=F("balance") + 1)
    await _enter(credit, CreditKind.RETURNED, 1, CreditSource.SERVER, now)


async def zero(*, account_id: int, template: str, source: CreditSource, now: datetime) -> None:
    """Believe the platform that nothing is left (43101), or the person that they switched it off."""
    credit = await _credit(account_id, template, now)
    if credit.balance and await SubscriptionCredit.filter(id=credit.id, balance=credit.balance).update(
        balance=0
    ):
        await _enter(credit, CreditKind.ZEROED, -credit.balance, source, now)


async def _earn(
    account_id: int, template: str, source: CreditSource, once_key: str | None, now: datetime
) -> None:
    """Add one credit for one yes, which the phone and the platform both tell of: it counts once."""
    credit = await _credit(account_id, template, now)
    if once_key is not None and await CreditEntry.exists(once_key=once_key):
        return
    told = (
        await CreditEntry.filter(
            credit_id=credit.id, kind=CreditKind.EARNED, matched=False, created_at__gte=now - SAME_YES
        )
        .exclude(source=source)
        .order_by("id")
        .first()
    )
    if told is not None and await CreditEntry.filter(id=told.id, matched=False).update(matched=True):
        # The entry of the yes stays as it is; this one remembers only that the push was seen.
        await _enter(credit, CreditKind.EARNED, 0, source, now, once_key=once_key, matched=True)
        return
    await SubscriptionCredit.filter(id=credit.id).update(balance=F("balance") + 1)
    await _enter(credit, CreditKind.EARNED, 1, source, now, once_key=once_key)


async def _enter(
    credit: SubscriptionCredit,
    kind: CreditKind,
    amount: int,
    source: CreditSource,
    now: datetime,
    *,
    once_key: str | None = None,
    matched: bool = False,
) -> None:
    await CreditEntry(
        credit_id=credit.id,
        kind=kind,
        amount=amount,
        source=source,
        once_key=once_key,
        matched=matched,
        created_at=now,
    ).save()


@action
async def report_choices(
    *, actor: Actor, choices: Mapping[str, Choice], now: datetime
) -> tuple[CreditCard, ...]:
    """Take down what somebody answered to the subscription dialog on their phone. Refuses: UnknownTemplate."""
    keys = keys_by_platform_id()
    if set(choices) - set(keys) or actor.account_id is None:
        raise UnknownTemplate
    for template_id, choice in sorted(choices.items()):
        await _take_down(
            actor.account_id, keys[template_id], choice, CreditSource.PHONE, once_key=None, now=now
        )
    await _note(actor, actor.account_uid, now)
    return await my_credits(actor=actor)


@action
async def note_subscription_event(
    *,
    actor: Actor,
    account_uid: str,
    event: str,
    entries: Sequence[Mapping[str, Any]],
    dedup_key: str,
    now: datetime,
) -> None:
    """Take down a push about subscriptions: answered, switched off, or what became of a message."""
    account = await Account.get_or_none(uid=account_uid)
    if account is None:
        return
    for entry in entries:
        if event == SENT:
            await _sent(entry, now)
        elif event in {POPUP, CHANGE}:
            await _answered(account.id, event, entry, dedup_key, now)
    await _note(actor, account_uid, now)


async def _answered(
    account_id: int, event: str, entry: Mapping[str, Any], dedup_key: str, now: datetime
) -> None:
    template = keys_by_platform_id().get(str(entry.get("TemplateId", "")))
    said = str(entry.get("SubscribeStatusString", ""))
    if template is None or said not in set(Choice):
        return  # a template of an older release: nothing of ours hangs on it
    if event == CHANGE:
        await zero(account_id=account_id, template=template, source=CreditSource.PLATFORM, now=now)
    else:
        once_key = f"{dedup_key}:{template}"
        await _take_down(
            account_id, template, Choice(said), CreditSource.PLATFORM, once_key=once_key, now=now
        )


async def _take_down(
    account_id: int,
    template: str,
    choice: Choice,
    source: CreditSource,
    *,
    once_key: str | None,
    now: datetime,
) -> None:
    if choice is Choice.ACCEPT:
        await _earn(account_id, template, source, once_key, now)
    elif choice is Choice.BAN:
        await zero(account_id=account_id, template=template, source=source, now=now)


async def _sent(entry: Mapping[str, Any], now: datetime) -> None:
    """Learn that a message which the platform had accepted did not arrive after all."""
    code, platform_uid = str(entry.get("ErrorCode", "0")), str(entry.get("MsgID", ""))
    if code == "0" or not platform_uid:
        return
    delivery = await Delivery.filter(platform_uid=platform_uid).select_related("inbox_message").first()
    if delivery is None:
        return
    if await Delivery.filter(id=delivery.id, status=DeliveryStatus.SENT).update(
        status=DeliveryStatus.REFUSED, fault=code[:32], ended_at=now
    ):
        await fall_back(delivery.inbox_message, CallReason.REFUSED, now=now)


async def _note(actor: Actor, account_uid: str, now: datetime) -> None:
    await note(
        actor, "notifications.subscription_noted", subject_kind="account", subject_uid=account_uid, now=now
    )
