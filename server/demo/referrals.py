"""Referrals of the weeks before, at every step that a desk can meet: only the town of `make run` has them.

Fictional, like everybody in them. They lean on the neighbours of `season`, so that nobody whom a test knows is moved.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.booking.models import Slot
from server.booking.rules import Pool
from server.identity.queries import actor_of
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import Resident
from server.people.rules import CareEvent
from server.referrals import actions
from server.referrals.actions import Wish
from server.referrals.rules import Direction, ReferralEvent, Urgency

_E = ReferralEvent
CALL = "李秀英 0574-55500000"
CHEST = Wish(
    criteria=("chest", "critical"),
    urgency=Urgency.URGENT,
    department="心血管内科",
    contact=CALL,
    slip={
        "impression": "胸闷待查，不除外急性冠脉综合征",
        "present": "今晨起床后胸闷伴出汗约半小时，休息后略缓解，院内心电图条件有限，需急诊评估。",
        "past": "高血压十余年，否认药物过敏。",
        "course": "吸氧、平卧、监测血压，未用特殊药物。",
    },
)
PRESSURE = Wish(
    criteria=("pressure",),
    urgency=Urgency.URGENT,
    department="老年医学科",
    contact=CALL,
    slip={
        "impression": "血压急剧升高",
        "present": "晨间两次测血压 188/112、186/110，伴头晕，无肢体活动障碍。",
        "past": "高血压，规律服药。",
        "course": "安静休息后复测仍高，已电话联系医生。",
    },
)
KNEE = Wish(
    criteria=("examination",),
    department="老年医学科",
    contact=CALL,
    slip={
        "impression": "右膝骨关节炎，疼痛加重",
        "present": "右膝疼痛一周，上下楼明显，夜间影响睡眠，需进一步检查。",
    },
)
HOME_AGAIN = {
    "diagnosis": "高血压 3 级；血压已控制",
    "admission_number": "ZY2026-0217",
    "findings": "头颅 CT 未见新发病灶；心电图大致正常。",
    "course": "调整降压方案，血压稳定三天。",
    "advice": "每天早晚测血压并记录，低盐饮食；两周后门诊复查；下肢力量训练每天两次。",
}


@dataclass(frozen=True)
class ReferralsTown:
    late: str  # urgent, nobody has answered within a day
    waiting: str
    scheduled: str  # with a seat of the green channel
    treated: str
    home: str  # back on a nursing bed; its follow-up is still owed
    down: str  # sent down by the hospital, waits for the home


@dataclass(frozen=True)
class _Desks:
    nurse: Actor
    he: Actor
    zhao: Actor


async def load(town: Any, *, now: datetime) -> ReferralsTown:
    desks = _Desks(
        nurse=await _acting(town, "nurse", Channel.MINI_PROGRAM, now),
        he=await _acting(town, "he", Channel.CONSOLE, now),
        zhao=await _acting(town, "zhao", Channel.CONSOLE, now),
    )
    names = ("周阿英", "吴国庆", "郑桂芳", "孙德明", "马秀珍", "胡长福")
    rows = {row.name: row.uid for row in await Resident.filter(name__in=names).order_by("id")}
    late = await _sent(town, desks, rows["周阿英"], CHEST, now - timedelta(hours=30))
    waiting = await _sent(town, desks, rows["吴国庆"], KNEE, now - timedelta(hours=3))
    scheduled = await _sent(town, desks, rows["郑桂芳"], KNEE, now - timedelta(days=2))
    await _booked(town, desks, scheduled, now)
    treated = await _sent(town, desks, rows["孙德明"], PRESSURE, now - timedelta(days=5))
    await _received(desks, treated, now - timedelta(days=5))
    home = await _sent(town, desks, rows["马秀珍"], PRESSURE, now - timedelta(days=12))
    await _received(desks, home, now - timedelta(days=12))
    await _home_again(desks, home, now - timedelta(days=2))
    down = await _down(town, desks, rows["胡长福"], now - timedelta(hours=20))
    # All but the newest is old news.
    old = OutboxMessage.filter(topic__startswith="referrals.", created_at__lt=now - timedelta(days=1))
    await old.update(status=MessageStatus.DONE)
    return ReferralsTown(late, waiting, scheduled, treated, home, down)


async def _acting(town: Any, key: str, channel: Channel, now: datetime) -> Actor:
    return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)


async def _sent(town: Any, desks: _Desks, resident: str, wish: Wish, at: datetime) -> str:
    card = await actions.write_referral(
        actor=desks.nurse,
        resident_uid=resident,
        direction=Direction.UP,
        from_uid=town.alliance.yihe,
        to_uid=town.alliance.first_hospital,
        wish=wish,
        now=at,
    )
    await actions.move_referral(actor=desks.nurse, uid=card.uid, event=_E.SUBMIT, now=at)
    return card.uid


async def _booked(town: Any, desks: _Desks, uid: str, now: datetime) -> None:
    await actions.move_referral(actor=desks.zhao, uid=uid, event=_E.ACCEPT, now=now - timedelta(days=1))
    seats = Slot.filter(department__uid=town.alliance.geriatrics, pool=Pool.GREEN, starts_at__gt=now)
    slot = await seats.order_by("-starts_at").first()
    if slot is not None:
        await actions.book_seat(actor=desks.zhao, uid=uid, slot_uid=slot.uid, now=now - timedelta(hours=20))


async def _received(desks: _Desks, uid: str, at: datetime) -> None:
    zhao = desks.zhao
    await actions.move_referral(actor=zhao, uid=uid, event=_E.ACCEPT, now=at + timedelta(minutes=20))
    come = at + timedelta(hours=1)
    await actions.schedule_referral(
        actor=zhao, uid=uid, come_at=come, come_to="急诊大厅，找导医台", now=at + timedelta(minutes=25)
    )
    await actions.move_referral(actor=desks.nurse, uid=uid, event=_E.DEPART, now=at + timedelta(minutes=40))
    await actions.move_referral(actor=zhao, uid=uid, event=_E.RECEIVE, now=come)
    await actions.move_referral(actor=zhao, uid=uid, event=_E.TREAT, now=come + timedelta(hours=2))


async def _home_again(desks: _Desks, uid: str, at: datetime) -> None:
    await actions.move_referral(actor=desks.zhao, uid=uid, event=_E.PLAN_DISCHARGE, now=at)
    await actions.offer_back(actor=desks.zhao, uid=uid, slip=HOME_AGAIN, now=at + timedelta(hours=1))
    back = at + timedelta(hours=3)
    await actions.accept_back(actor=desks.he, uid=uid, care=CareEvent.CONVALESCE, now=back)
    await actions.move_referral(actor=desks.he, uid=uid, event=_E.ARRIVE_HOME, now=back + timedelta(hours=20))


async def _down(town: Any, desks: _Desks, resident: str, at: datetime) -> str:
    wish = Wish(criteria=("rehabilitation", "elder_care"), contact="赵国强 0574-55500002")
    card = await actions.write_referral(
        actor=desks.zhao,
        resident_uid=resident,
        direction=Direction.DOWN,
        from_uid=town.alliance.first_hospital,
        to_uid=town.alliance.yihe,
        wish=wish,
        now=at,
    )
    advice = {"diagnosis": "右髋部骨折术后", "advice": "助行器下练习行走，预防跌倒；四周后复查 X 光片。"}
    await actions.offer_back(actor=desks.zhao, uid=card.uid, slip=advice, now=at + timedelta(hours=1))
    return card.uid
