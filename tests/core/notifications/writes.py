"""The writes around the inbox, credits and calls, each made ready to be stopped at any of its statements."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.notifications import actions
from server.notifications.actions.credits import POPUP
from server.notifications.rules import CallOutcome, Choice
from tests.crashes import Flow, flow
from tests.stage import Stage

T = "tmpl_consent_asked"
LATER = timedelta(minutes=5)


async def claim(stage: Stage) -> Flow:
    return flow(await stage.actor("xu"), actions.claim_call, uid=stage.town.notifications.call, now=stage.now)


async def release(stage: Stage) -> Flow:
    taken = await claim(stage)
    await taken.run()
    return flow(taken.actor, actions.release_call, **taken.said)


async def finish(stage: Stage) -> Flow:
    taken = await claim(stage)
    await taken.run()
    return flow(taken.actor, actions.finish_call, outcome=CallOutcome.TOLD, remark="护士接的", **taken.said)


async def read_one(stage: Stage) -> Flow:
    uid = stage.town.notifications.unread
    return flow(await stage.actor("daughter"), actions.mark_read, uid=uid, now=stage.now)


async def read_all(stage: Stage) -> Flow:
    return flow(await stage.actor("daughter"), actions.mark_all_read, now=stage.now)


async def say_when_not_to_be_disturbed(stage: Stage) -> Flow:
    return flow(
        await stage.actor("daughter"), actions.set_quiet_hours, starts_minute=60, ends_minute=120, now=stage.now
    )  # fmt: skip


async def agree(stage: Stage) -> Flow:
    return flow(await stage.actor("wang"), actions.report_choices, choices={T: Choice.ACCEPT}, now=stage.now)


async def agree_as_the_platform_told_already(stage: Stage) -> Flow:
    said = await agree(stage)
    await actions.note_subscription_event(
        actor=system_actor("tests"), account_uid=said.actor.account_uid, event=POPUP, dedup_key="first",
        entries=[{"TemplateId": T, "SubscribeStatusString": "accept"}], now=stage.now,
    )  # fmt: skip
    return said


async def switch_off(stage: Stage) -> Flow:
    said = await agree(stage)
    await said.run()
    return flow(said.actor, actions.report_choices, choices={T: Choice.BAN}, now=stage.now + LATER)


async def forget(stage: Stage) -> Flow:
    return flow(await stage.actor("daughter"), actions.forget_messages, now=stage.now)


WRITES = (
    claim, release, finish, read_one, read_all, say_when_not_to_be_disturbed, agree,
    agree_as_the_platform_told_already, switch_off, forget,
)  # fmt: skip
