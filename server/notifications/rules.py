"""Credits, quiet hours and the ways a delivery can end."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from server.alliance.rules import Parameter
from server.kit.clock import SHANGHAI
from server.kit.moves import Moves
from server.wechat.gateway import Errcode, Outage


class CreditKind(StrEnum):
    """Why a balance of subscription credits changed."""

    EARNED = "earned"  # the account said yes once more
    SPENT = "spent"  # a message is being sent
    RETURNED = "returned"  # the platform refused it, so the credit is still there
    ZEROED = "zeroed"  # the platform says that there is none (43101), or it was switched off


class CreditSource(StrEnum):
    """Who told us. The phone and the platform both tell of the same yes."""

    PHONE = "phone"
    PLATFORM = "platform"
    SERVER = "server"  # we spent it, or gave it back


SAME_YES = timedelta(minutes=2)  # so far apart the phone's and the platform's word on one yes may come in


class Choice(StrEnum):
    """What somebody answered to a subscription dialog, in the platform's words."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


class DeliveryChannel(StrEnum):
    SUBSCRIPTION = "subscription"  # 订阅消息: costs a credit
    EMPLOYEE = "employee"  # 用工关系消息: staff, no credit


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # handed to the platform; from here on it may have arrived
    SENT = "sent"
    UNNEEDED = "unneeded"  # it was read in the inbox before WeChat could bring it
    NO_CREDIT = "no_credit"
    REFUSED = "refused"
    LOST = "lost"  # no answer: it may have arrived, and is never sent again


class DeliveryEvent(StrEnum):
    BEGIN = "begin"
    DROP = "drop"
    ACCEPTED = "accepted"
    NOT_SUBSCRIBED = "not_subscribed"
    REFUSE = "refuse"
    LOSE = "lose"
    RETRY = "retry"  # the platform says for certain that nothing was sent


DELIVERY_MOVES: Moves[DeliveryStatus, DeliveryEvent] = Moves(
    {
        (DeliveryStatus.WAITING, DeliveryEvent.BEGIN): DeliveryStatus.SENDING,
        (DeliveryStatus.WAITING, DeliveryEvent.DROP): DeliveryStatus.UNNEEDED,
        (DeliveryStatus.SENDING, DeliveryEvent.ACCEPTED): DeliveryStatus.SENT,
        (DeliveryStatus.SENDING, DeliveryEvent.NOT_SUBSCRIBED): DeliveryStatus.NO_CREDIT,
        (DeliveryStatus.SENDING, DeliveryEvent.REFUSE): DeliveryStatus.REFUSED,
        (DeliveryStatus.SENDING, DeliveryEvent.LOSE): DeliveryStatus.LOST,
        (DeliveryStatus.SENDING, DeliveryEvent.RETRY): DeliveryStatus.WAITING,
    }
)

MOST_ATTEMPTS = 5
RETRY_PAUSE = timedelta(
    seconds=2
)  # the platform wants at least one second between two messages to one person (43108)
ANSWER_WITHIN = timedelta(minutes=5)  # a sending without an answer by then was cut off by a crash


class CallStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"


class CallEvent(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    FINISH = "finish"


CALL_MOVES: Moves[CallStatus, CallEvent] = Moves(
    {
        (CallStatus.WAITING, CallEvent.CLAIM): CallStatus.CLAIMED,
        (CallStatus.CLAIMED, CallEvent.RELEASE): CallStatus.WAITING,
        (CallStatus.CLAIMED, CallEvent.FINISH): CallStatus.DONE,
    }
)


class CallReason(StrEnum):
    """Why WeChat could not tell them."""

    NO_ACCOUNT = "no_account"  # 没有微信
    NO_CREDIT = "no_credit"  # 没有订阅次数
    REFUSED = "refused"  # 微信拒发
    LOST = "lost"  # 不知道是否送达


class CallOutcome(StrEnum):
    TOLD = "told"  # 已告知
    NO_ANSWER = "no_answer"  # 无人接听
    WRONG_NUMBER = "wrong_number"  # 号码不对
    VISITED = "visited"  # 已请机构当面告知


@dataclass(frozen=True)
class QuietHours:
    """Minutes of the day in city time, from inclusive, until exclusive; may span midnight."""

    start: int
    end: int

    def cover(self, instant: datetime) -> bool:
        local = instant.astimezone(SHANGHAI)
        minute = local.hour * 60 + local.minute
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    def due_at(self, instant: datetime) -> datetime:
        """Return the instant itself, or the end of the quiet hours that it falls into."""
        if not self.cover(instant):
            return instant
        local = instant.astimezone(SHANGHAI)
        end = datetime.combine(local.date(), time(self.end // 60, self.end % 60), SHANGHAI)
        return end if end > local else end + timedelta(days=1)


THING = 20  # code points; one more and the platform refuses the whole message (47003)


def minute_of(clock: str) -> int:
    """Return the minute of the day of a time written as 21:00."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass(frozen=True)
class SendOutcome:
    """What came back from the platform: a message id or nothing, its refusal, or the kind of its silence."""

    platform_uid: str | None = None
    refused: int | None = None
    outage: str | None = None


# In these the request never left this machine; after any other silence the message may have arrived.
NEVER_LEFT = frozenset({Outage.CONNECT, Outage.POOL, Outage.CIRCUIT_OPEN})
NO_CREDIT_CODES = frozenset({Errcode.NOT_SUBSCRIBED, Errcode.NOT_AN_EMPLOYEE})


def event_of(outcome: SendOutcome, *, attempts: int) -> DeliveryEvent:
    """Return what an outcome does to a delivery. Only what certainly was not sent is ever tried again."""
    if outcome.refused in NO_CREDIT_CODES:
        return DeliveryEvent.NOT_SUBSCRIBED
    if outcome.refused == Errcode.SENT_CONCURRENTLY or outcome.outage in NEVER_LEFT:
        return DeliveryEvent.RETRY if attempts < MOST_ATTEMPTS else DeliveryEvent.REFUSE
    if outcome.refused is not None:
        return DeliveryEvent.REFUSE
    return DeliveryEvent.LOSE if outcome.outage is not None else DeliveryEvent.ACCEPTED


_CUT_OFF = {"thing": 20, "name": 10, "phrase": 5, "character_string": 32}
_NUMBER = re.compile(r"\d+$")


def fitted(key: str, value: str | datetime | None) -> str:
    """Cut a value to what the platform takes in the field `key` (thing1, time2 …); one code point more refuses it all."""
    kind = _NUMBER.sub("", key)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    most = _CUT_OFF[kind]
    flat = " ".join((value or "").split()) or ("-" if kind == "character_string" else "无")
    if len(flat) <= most:
        return flat
    return flat[: most - 1] + "…" if kind == "thing" else flat[:most]


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("notifications.quiet_from", 21 * 60, "minute_of_day", "免打扰开始 21:00（自拟，可由本人改）"),
    Parameter("notifications.quiet_until", 7 * 60, "minute_of_day", "免打扰结束 07:00（自拟，可由本人改）"),
    Parameter(
        "notifications.call_minutes", 30, "minutes", "坐席接手后未填结果、自动放回名单的分钟数（自拟）"
    ),
)
