"""The writes of what the law gives a person, each made ready to be stopped at any of its statements."""

from datetime import timedelta

from server.privacy import actions
from server.privacy.actions import Incident, Wrong
from server.privacy.rules import BreachAudience, DataKind, RectificationEvent
from tests.crashes import Flow, flow
from tests.stage import Stage


async def ask_for_rectification(stage: Stage) -> Flow:
    return flow(
        await stage.actor("wang"), actions.ask_for_rectification, resident_uid=stage.town.people.wang,
        wrong=Wrong("血压抄错了", stage.town.records.wang_pressure), now=stage.now,
    )  # fmt: skip


async def asked(stage: Stage) -> str:
    wang, wrong = await stage.actor("wang"), Wrong("出生日期写错了")
    card = await actions.ask_for_rectification(
        actor=wang, resident_uid=stage.town.people.wang, wrong=wrong, now=stage.now
    )
    return card.uid


async def decide_rectification(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.decide_rectification, uid=await asked(stage),
        event=RectificationEvent.DECLINE, answer="核对过了", now=stage.now,
    )  # fmt: skip


async def withdraw_rectification(stage: Stage) -> Flow:
    uid = await asked(stage)
    return flow(await stage.actor("wang"), actions.withdraw_rectification, uid=uid, now=stage.now)


async def ask_for_copy(stage: Stage) -> Flow:
    wang = stage.town.people.wang
    return flow(await stage.actor("wang"), actions.ask_for_copy, resident_uid=wang, now=stage.now)


async def record_breach(stage: Stage) -> Flow:
    incident = Incident(
        what="一台电脑丢了", known_at=stage.now, happened_at=stage.now - timedelta(days=2), kinds=(DataKind.HEALTH,),
        people=120, harm="可能被骗", measures="已改密码",
    )  # fmt: skip
    return flow(await stage.actor("root"), actions.record_breach, incident=incident, now=stage.now)


async def note_breach_notice(stage: Stage) -> Flow:
    uid = await (await record_breach(stage)).run()
    return flow(
        await stage.actor("root"), actions.note_breach_notice, uid=uid, audience=BreachAudience.AUTHORITY,
        told_at=stage.now, how="当面报告", now=stage.now,
    )  # fmt: skip


async def close_breach(stage: Stage) -> Flow:
    told = await note_breach_notice(stage)
    for audience in BreachAudience:
        await actions.note_breach_notice(actor=told.actor, **{**told.said, "audience": audience})
    return flow(told.actor, actions.close_breach, uid=told.said["uid"], conclusion="找到了", now=stage.now)


async def close_own_account(stage: Stage) -> Flow:
    return flow(await stage.actor("daughter"), actions.close_own_account, now=stage.now)


WRITES = (
    ask_for_rectification, decide_rectification, withdraw_rectification, ask_for_copy, record_breach,
    note_breach_notice, close_breach, close_own_account,
)  # fmt: skip
