"""The writes around what a home needs, each made ready to be stopped at any of its statements."""

from datetime import timedelta

from server.demands import actions
from server.demands.actions import Line
from server.demands.rules import Need, Offer
from server.kit.clock import local_date
from tests.conftest import Clock
from tests.core.demands.test_demands import Desk
from tests.crashes import Flow, flow
from tests.stage import Stage


async def set_the_scene(stage: Stage) -> Desk:
    return Desk(stage.town, stage.actor, Clock())


async def open_one(desk: Desk, home: str = "songhe") -> str:
    return (await desk.published(home))[Need.ROUNDS]


async def matched(desk: Desk, home: str = "songhe") -> tuple[str, str]:
    """Choose one of two answers, and return the demand and the answer."""
    uid = await open_one(desk, home)
    chosen, _ = await desk.answered(uid), await desk.answered(uid, "zhao", 10)
    await desk.chosen(uid, chosen, by="qian")
    return uid, chosen


async def publish(desk: Desk) -> Flow:
    return flow(
        await desk.actors("qian"), actions.publish_list, home_uid=desk.town.alliance.songhe,
        lines=[Line(Need.ROUNDS, 30), Line(Need.MOOD, 9)], now=desk.clock(),
    )  # fmt: skip


async def answer(desk: Desk) -> Flow:
    uid, offer = await open_one(desk), Offer(40, (2, 5), local_date(desk.clock()) + timedelta(days=2))
    return flow(await desk.actors("feng"), actions.answer_demand, uid=uid, offer=offer, now=desk.clock())


async def choose(desk: Desk) -> Flow:
    uid = await open_one(desk)
    chosen, _ = await desk.answered(uid), await desk.answered(uid, "zhao", 10)
    return flow(
        await desk.actors("song"), actions.choose_answer, uid=uid, answer_uid=chosen, now=desk.clock()
    )


async def take_an_offer_back(desk: Desk) -> Flow:
    uid = await open_one(desk)
    offered = await desk.answered(uid)
    return flow(
        await desk.actors("feng"), actions.withdraw_answer, uid=uid, answer_uid=offered, reason="人手不够",
        now=desk.clock(),
    )  # fmt: skip


async def step_back_when_chosen(desk: Desk) -> Flow:
    uid, chosen = await matched(desk)
    return flow(
        await desk.actors("feng"), actions.withdraw_answer, uid=uid, answer_uid=chosen, reason="人手不够",
        now=desk.clock(),
    )  # fmt: skip


async def draft(desk: Desk) -> Flow:
    uid, _ = await matched(desk)
    return flow(await desk.actors("feng"), actions.draft_from_demand, uid=uid, now=desk.clock())


async def settle(desk: Desk) -> Flow:
    uid, _ = await matched(desk, "yihe")
    return flow(
        await desk.actors("he"), actions.settle_demand, uid=uid, how="周二来了第一次", now=desk.clock()
    )


async def withdraw(desk: Desk) -> Flow:
    uid, _ = await matched(desk)
    return flow(
        await desk.actors("qian"), actions.withdraw_demand, uid=uid, reason="已有人接", now=desk.clock()
    )


WRITES = (publish, answer, choose, take_an_offer_back, step_back_when_chosen, draft, settle, withdraw)
