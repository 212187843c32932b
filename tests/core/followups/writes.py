"""Every write of follow-ups, made ready to be stopped at any of its statements."""

from datetime import timedelta
from typing import Any

from server.followups import actions
from server.followups.rules import Disease, EndReason
from tests.core.followups.filled import pressure
from tests.crashes import Flow, flow
from tests.stage import Stage

URGENT = pressure(systolic=185)


async def enroll(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.enroll, resident_uid=stage.town.people.wang,
        disease=Disease.DIABETES, evidence="2024 年出院小结", now=stage.now,
    )  # fmt: skip


async def record(stage: Stage) -> Flow:
    return await recording(stage, pressure())


async def record_an_urgent_one(stage: Stage) -> Flow:
    return await recording(stage, URGENT)


async def recording(stage: Stage, filled: Any) -> Flow:
    doctor, uid = await stage.actor("doctor"), stage.town.followups.wang
    return flow(doctor, actions.record_follow_up, episode_uid=uid, filled=filled, now=stage.now)


async def correct_the_newest(stage: Stage) -> Flow:
    card = await (await record_an_urgent_one(stage)).run()
    return await correcting(stage, card.uid)


async def correct_an_earlier_one(stage: Stage) -> Flow:
    yesterday = (stage.now - timedelta(days=1)).date()
    card = await (await recording(stage, pressure(systolic=185, happened_on=yesterday))).run()
    await (await record(stage)).run()
    return await correcting(stage, card.uid)


async def correcting(stage: Stage, uid: str) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.correct_follow_up, follow_up_uid=uid, filled=pressure(),
        reason="抄错了", now=stage.now,
    )  # fmt: skip


async def ask_what_came_of_a_referral(stage: Stage) -> Flow:
    card = await (await record_an_urgent_one(stage)).run()
    return flow(
        await stage.actor("doctor"), actions.check_back, follow_up_uid=card.uid, note="已住院", now=stage.now
    )


async def end(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.end_episode, episode_uid=stage.town.followups.wang,
        reason=EndReason.TRANSFERRED, now=stage.now,
    )  # fmt: skip


WRITES = (
    enroll, record, record_an_urgent_one, correct_the_newest, correct_an_earlier_one, ask_what_came_of_a_referral, end,
)  # fmt: skip
