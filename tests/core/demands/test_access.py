"""Whose demands and answers somebody reaches, and that choosing for one home touches no other's."""

from typing import Any

import pytest

from server.authority.actor import system_actor
from server.demands import access, actions
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import AnswerStatus, DemandStatus, Need
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from tests.core.demands.test_demands import Desk
from tests.overtaken import EACH, overtaken


@pytest.fixture
def desk(town: Any, actor: Any, clock: Any) -> Desk:
    return Desk(town, actor, clock)


async def at_two_homes(desk: Desk) -> list[str]:
    """Return what Songhe and Hele need, the same of both."""
    await desk.published()
    await desk.published("hele")
    rows = Demand.filter(need=Need.ROUNDS, live_key__isnull=False).order_by("id")
    return list(await rows.values_list("uid", flat=True))


async def test_one_hospital_does_not_reach_what_another_offered(desk: Desk) -> None:
    uid, _ = await at_two_homes(desk)
    offered, demand = await desk.answered(uid), await Demand.get(uid=uid)
    for key in ("feng", "song", "qian"):
        reached = await access.answer_for(actor=await desk.actors(key), demand=demand, uid=offered)
        assert reached.uid == offered
    for key in ("zhao", "he"):
        with pytest.raises(NotFound):
            await access.answer_for(actor=await desk.actors(key), demand=demand, uid=offered)


async def test_an_answer_to_one_home_is_not_chosen_for_another(desk: Desk) -> None:
    uid, other = await at_two_homes(desk)
    offered = await desk.answered(other)
    with pytest.raises(NotFound):
        await desk.chosen(uid, offered, by="qian")
    assert (await Demand.get(uid=uid)).status is DemandStatus.OPEN
    assert (await DemandAnswer.get(uid=offered)).status is AnswerStatus.OFFERED


async def test_nobody_chooses_settles_or_withdraws_for_a_home_that_is_not_theirs(desk: Desk) -> None:
    uid, _ = await at_two_homes(desk)
    offered = await desk.answered(uid)
    for key in ("he", "feng", "tang"):
        who = {"actor": await desk.actors(key), "uid": uid, "now": desk.clock()}
        for step in (
            actions.choose_answer(answer_uid=offered, **who),
            actions.settle_demand(how="来了", **who),
            actions.withdraw_demand(reason="已有人接", **who),
        ):
            with pytest.raises(NotFound):
                await step
    with pytest.raises(NotFound):
        await actions.withdraw_demand(
            actor=await desk.actors("song"), uid=uid, reason="已有人接", now=desk.clock()
        )
    assert (await Demand.get(uid=uid)).status is DemandStatus.OPEN


async def test_choosing_and_stepping_back_leave_the_answers_of_another_home(desk: Desk) -> None:
    here, there = await at_two_homes(desk)
    chosen, waits = await desk.answered(here), await desk.answered(there, "zhao", 10)
    await desk.chosen(here, chosen)
    assert (await DemandAnswer.get(uid=waits)).status is AnswerStatus.OFFERED

    await desk.chosen(there, await desk.answered(there), by="qian")
    await actions.withdraw_answer(
        actor=await desk.actors("feng"), uid=here, answer_uid=chosen, reason="人手不够", now=desk.clock()
    )
    assert (await DemandAnswer.get(uid=waits)).status is AnswerStatus.PASSED


@pytest.mark.parametrize("matched", [False, True])
async def test_a_worker_that_comes_second_counts_and_tells_nothing(desk: Desk, matched: bool) -> None:
    uid, _ = await at_two_homes(desk)
    if matched:
        await desk.chosen(uid, await desk.answered(uid))
    later, told = desk.clock.advance(days=40), await OutboxMessage.all().count()
    with overtaken(EACH):
        assert await actions.sweep_demands(actor=system_actor("worker"), now=later) == 0
    assert await OutboxMessage.all().count() == told
