"""What the town has put right, and the one thing that it lost: both over, so that nobody waits for anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.identity.queries import actor_of
from server.privacy.actions import (
    Incident,
    Wrong,
    ask_for_rectification,
    close_breach,
    decide_rectification,
    note_breach_notice,
    record_breach,
)
from server.privacy.rules import BreachAudience, DataKind, RectificationEvent


@dataclass(frozen=True)
class PrivacyTown:
    corrected: str  # what Li's guardian asked of Yihe
    breach: str  # a sheet of paper, found again


async def load(town: Any, *, now: datetime) -> PrivacyTown:
    async def acting(key: str, channel: Channel, at: datetime) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=at)

    asked, answered = now - timedelta(days=12), now - timedelta(days=10)
    card = await ask_for_rectification(
        actor=await acting("guardian", Channel.MINI_PROGRAM, asked),
        resident_uid=town.people.li,
        wrong=Wrong("联系电话是旧的，已经停机了。"),
        now=asked,
    )
    await decide_rectification(
        actor=await acting("he", Channel.CONSOLE, answered),
        uid=card.uid,
        event=RectificationEvent.CORRECT,
        answer="已经改成监护人的电话，谢谢提醒。",
        now=answered,
    )
    return PrivacyTown(
        corrected=card.uid, breach=await _lost_sheet(await acting("qian", Channel.CONSOLE, now), now)
    )


async def _lost_sheet(keeper: Actor, now: datetime) -> str:
    known = now - timedelta(days=30)
    incident = Incident(
        what="巡诊时一张打印的名单落在走廊，当天由保洁员拾到交回。",
        known_at=known,
        happened_at=known - timedelta(hours=3),
        kinds=(DataKind.IDENTITY, DataKind.WHEREABOUTS),
        people=18,
        harm="名单上只有姓氏和床位，可能被院内其他人看到。",
        measures="名单当场收回销毁；改用手机查看，不再打印。",
    )
    uid = await record_breach(actor=keeper, incident=incident, now=known)
    told = {
        BreachAudience.AUTHORITY: "电话报告市网信部门，并补交书面说明。",
        BreachAudience.PEOPLE: "由养老院当面告知名单上的长者或家属。",
    }
    for hours, (audience, how) in enumerate(told.items(), start=2):
        at = known + timedelta(hours=hours)
        await note_breach_notice(actor=keeper, uid=uid, audience=audience, told_at=at, how=how, now=at)
    conclusion = "没有流出院外。已经停止打印名单，并对巡诊人员重新培训。"
    await close_breach(actor=keeper, uid=uid, conclusion=conclusion, now=known + timedelta(days=2))
    return uid
