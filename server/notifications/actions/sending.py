"""Handing a message to the platform, at most once: two transactions with the call between them.

The first marks it as being sent and spends the credit; a lost answer may be a delivered message, so from there on it is
never sent again unless the platform says for certain that nothing went out. Locks: delivery, credit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor, system_actor
from server.identity.queries import openid_of
from server.kit.transactions import action
from server.notifications.actions.credits import give_back, spend, zero
from server.notifications.actions.fallback import fall_back
from server.notifications.models import Delivery
from server.notifications.queries import quiet_hours_of
from server.notifications.rules import (
    ANSWER_WITHIN,
    DELIVERY_MOVES,
    RETRY_PAUSE,
    CallReason,
    CreditSource,
    DeliveryChannel,
    DeliveryEvent,
    DeliveryStatus,
    SendOutcome,
    event_of,
)
from server.notifications.templates import platform_ids
from server.outbox.actions import Message, enqueue, mark_done
from server.wechat.gateway import (
    Errcode,
    MiniProgramState,
    WeChatGateway,
    WeChatRefused,
    WeChatUnavailable,
)

STATES: Mapping[str, MiniProgramState] = {"release": "formal", "trial": "trial", "develop": "developer"}
REASONS = {
    DeliveryEvent.NOT_SUBSCRIBED: CallReason.NO_CREDIT,
    DeliveryEvent.REFUSE: CallReason.REFUSED,
    DeliveryEvent.LOSE: CallReason.LOST,
}


class Configuration(Protocol):
    @property
    def wechat_env_version(self) -> str: ...


class Edge(Protocol):
    """What is needed of the process's services."""

    @property
    def wechat(self) -> WeChatGateway: ...

    @property
    def settings(self) -> Configuration: ...


@dataclass(frozen=True)
class Sending:
    """What the platform is told; the openid stays out of every log."""

    delivery_uid: str
    openid: str
    template: str
    data: Mapping[str, str]
    page: str
    channel: DeliveryChannel

    def __repr__(self) -> str:
        return f"Sending({self.delivery_uid})"


async def send_wechat(message: Message, services: Edge, now: datetime) -> None:
    """Carry out one `wechat.send` message of the outbox."""
    actor = system_actor("wechat sender")
    uid = str(message.payload["delivery"])
    sending = await begin_send(actor=actor, delivery_uid=uid, now=now)
    if sending is not None:
        outcome = await _handed_over(sending, services)
        await finish_send(actor=actor, delivery_uid=uid, outcome=outcome, now=now)
    await mark_done(message)


async def _handed_over(sending: Sending, services: Edge) -> SendOutcome:
    wechat = services.wechat
    try:
        if sending.channel is DeliveryChannel.EMPLOYEE:
            await wechat.send_employee_message(
                sending.openid, sending.template, sending.data, page=sending.page
            )
            return SendOutcome()
        state = STATES.get(services.settings.wechat_env_version, "formal")
        platform_uid = await wechat.send_subscribe_message(
            sending.openid, sending.template, sending.data, page=sending.page, state=state
        )
    except WeChatRefused as refusal:
        return SendOutcome(refused=refusal.code)
    except WeChatUnavailable as outage:
        return SendOutcome(outage=outage.kind)
    return SendOutcome(platform_uid=platform_uid)


@action
async def begin_send(*, actor: Actor, delivery_uid: str, now: datetime) -> Sending | None:
    """Mark a delivery as being sent and spend its credit; None when it is not to be sent (now)."""
    delivery = (
        await Delivery.filter(uid=delivery_uid, status=DeliveryStatus.WAITING)
        .select_related("inbox_message")
        .first()
    )
    if delivery is None:
        return None
    message = delivery.inbox_message
    if message.read_at is not None:
        await _move(delivery, DeliveryEvent.DROP, now, ended_at=now)
        return None
    if await _put_off(delivery, message.account_id, now):
        return None
    if not await _move(delivery, DeliveryEvent.BEGIN, now, attempts=F("attempts") + 1, began_at=now):
        return None  # another worker has it
    delivery.status = DeliveryStatus.SENDING
    openid = await openid_of(message.account_id)
    if openid is None or not await _paid(delivery, message.account_id, now):
        await _end(actor, delivery, DeliveryEvent.NOT_SUBSCRIBED, None, now)
        return None
    return Sending(
        delivery_uid=delivery_uid,
        openid=openid,
        template=platform_ids()[delivery.template],
        data=delivery.data,
        page=message.target,
        channel=delivery.channel,
    )


async def _put_off(delivery: Delivery, account_id: int, now: datetime) -> bool:
    """Wait for the morning: the worker may come to a message later than it was meant to."""
    if delivery.urgent:
        return False
    hours, _ = await quiet_hours_of(account_id=account_id, now=now)
    due_at = hours.due_at(now)
    if due_at == now:
        return False
    await _ask_again(delivery, due_at, now)
    return True


async def _ask_again(delivery: Delivery, due_at: datetime, now: datetime) -> None:
    await enqueue(
        "wechat.send",
        {"delivery": delivery.uid},
        now=now,
        due_at=due_at,
        once_key=f"wechat.send:{delivery.uid}:{delivery.attempts}:{int(due_at.timestamp())}",
    )


async def _paid(delivery: Delivery, account_id: int, now: datetime) -> bool:
    if delivery.channel is DeliveryChannel.EMPLOYEE or delivery.credit_spent:
        return True
    if not await spend(account_id=account_id, template=delivery.template, now=now):
        return False
    await Delivery.filter(id=delivery.id).update(credit_spent=True)
    return True


@action
async def finish_send(*, actor: Actor, delivery_uid: str, outcome: SendOutcome, now: datetime) -> None:
    """Take down what the platform answered. An answer to a delivery that was given up is too late and changes nothing."""
    delivery = (
        await Delivery.filter(uid=delivery_uid, status=DeliveryStatus.SENDING)
        .select_related("inbox_message")
        .first()
    )
    if delivery is None:
        return
    event = event_of(outcome, attempts=delivery.attempts)
    fault = str(outcome.refused) if outcome.refused is not None else outcome.outage
    if event is DeliveryEvent.RETRY:
        if await _move(delivery, event, now, fault=fault):
            await _ask_again(delivery, now + RETRY_PAUSE * 2**delivery.attempts, now)
        return
    if event is DeliveryEvent.ACCEPTED:
        await _move(delivery, event, now, platform_uid=outcome.platform_uid, ended_at=now, fault=None)
        return
    await _end(actor, delivery, event, fault, now)


async def _end(
    actor: Actor, delivery: Delivery, event: DeliveryEvent, fault: str | None, now: datetime
) -> None:
    """End a delivery that did not arrive, or may not have; settle its credit; let a person call if it matters."""
    if not await _move(delivery, event, now, fault=fault, ended_at=now):
        return
    message = delivery.inbox_message
    if fault == str(int(Errcode.NOT_SUBSCRIBED)):
        await zero(
            account_id=message.account_id, template=delivery.template, source=CreditSource.PLATFORM, now=now
        )
    elif event is DeliveryEvent.REFUSE and delivery.credit_spent:
        await give_back(account_id=message.account_id, template=delivery.template, now=now)
        await Delivery.filter(id=delivery.id).update(credit_spent=False)
    await note(
        actor,
        f"notifications.{event}",
        subject_kind="delivery",
        subject_uid=delivery.uid,
        reason=fault,
        now=now,
    )
    await fall_back(message, REASONS[event], now=now)


async def _move(delivery: Delivery, event: DeliveryEvent, now: datetime, **changes: Any) -> bool:  # noqa: ARG001
    reached = DELIVERY_MOVES.after(delivery.status, event)
    changed = await Delivery.filter(id=delivery.id, status=delivery.status).update(status=reached, **changes)
    return changed == 1


@action
async def sweep_lost_sends(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Give up on messages whose sender died between the platform and the answer: they may have arrived."""
    lost = (
        await Delivery.filter(status=DeliveryStatus.SENDING, began_at__lte=now - ANSWER_WITHIN)
        .order_by("began_at")
        .limit(limit)
        .select_related("inbox_message")
    )
    for delivery in lost:
        await _end(actor, delivery, DeliveryEvent.LOSE, "crash", now)
    return len(lost)
