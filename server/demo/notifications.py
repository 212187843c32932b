"""What waits in the town's inboxes, and what the daughter has agreed to be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.identity.models import Account
from server.identity.queries import actor_of
from server.kit.ids import new_uid
from server.notifications.actions import report_choices
from server.notifications.models import CallListEntry, InboxMessage
from server.notifications.rules import CallReason, Choice
from server.people.models import Resident

AGREED = ("tmpl_visit_report", "tmpl_appointment_booked", "tmpl_appointment_reminder", "tmpl_rating_request")


@dataclass(frozen=True)
class NotificationsTown:
    unread: str  # the daughter's
    read: str  # the daughter's, of a week ago
    call: str  # Zhao Yun, who has no phone of her own, is to be told of a cancelled appointment


async def load(town: Any, *, now: datetime) -> NotificationsTown:
    daughter = await actor_of(
        account_uid=town.identity.accounts["daughter"], channel=Channel.MINI_PROGRAM, now=now
    )
    for days_ago in (3, 1):
        await report_choices(
            actor=daughter, choices=dict.fromkeys(AGREED, Choice.ACCEPT), now=now - timedelta(days=days_ago)
        )
    wang = await Resident.get(uid=town.people.wang)
    unread = await _message(
        town, "daughter", wang, "visits.confirmed", "有新的巡诊记录",
        f"云桥市河东社区卫生服务中心的医生来看过{wang.name}，两家机构都已确认。请点开查看。",
        f"pages/visits/visit?uid={town.visits.confirmed}&resident={wang.uid}", now - timedelta(days=6),
    )  # fmt: skip
    read = await _message(
        town, "daughter", wang, "booking.reminder", "就诊提醒",
        f"{wang.name}明天要去云桥市第一人民医院看病，请提前准备好证件和药单。", "pages/booking/appointments",
        now - timedelta(days=20), read_at=now - timedelta(days=20, hours=-1),
    )  # fmt: skip
    await _message(
        town, "wang", wang, "visits.confirmed", "有新的巡诊记录",
        "云桥市河东社区卫生服务中心的医生来看过您，两家机构都已确认。请点开查看。",
        f"pages/visits/visit?uid={town.visits.confirmed}&resident={wang.uid}", now - timedelta(days=6),
    )  # fmt: skip
    return NotificationsTown(unread=unread, read=read, call=await _call(town, now))


async def _message(  # noqa: PLR0917  one row of an inbox
    town: Any,
    key: str,
    resident: Resident,
    topic: str,
    title: str,
    text: str,
    target: str,
    at: datetime,
    *,
    read_at: datetime | None = None,
) -> str:
    account = await Account.get(uid=town.identity.accounts[key])
    row = InboxMessage(
        account_id=account.id, message_uid=new_uid(), topic=topic, title=title, text=text, target=target,
        resident_id=resident.id, read_at=read_at, created_at=at,
    )  # fmt: skip
    await row.save()
    return str(row.uid)


async def _call(town: Any, now: datetime) -> str:
    zhao_yun = await Resident.get(uid=town.people.zhao_yun)
    entry = CallListEntry(
        once_key=f"{new_uid()}:r{zhao_yun.id}",
        resident_id=zhao_yun.id,
        topic="booking.cancelled",
        text=f"{zhao_yun.name}在云桥市第二人民医院的号已取消。需要的话，我们现在就帮您重新预约。",
        reason=CallReason.NO_ACCOUNT,
        created_at=now - timedelta(hours=1),
    )
    await entry.save()
    return str(entry.uid)
