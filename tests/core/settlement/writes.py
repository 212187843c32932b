"""Every step of a statement and of its lines, made ready to be stopped at any of its statements."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.settlement import actions
from server.visits.models import Visit, VisitItem
from server.visits.rules import Outcome
from tests.core.settlement.conftest import MARCH, Desk, desk_of
from tests.crashes import Flow, flow
from tests.stage import Stage

PAID = {"paid_on": MARCH.date(), "bank_reference": "回单 0001"}
Step = Callable[[Desk], Awaitable[Flow]]


async def set_the_scene(stage: Stage) -> Desk:
    return await desk_of(stage.town, stage.actor)


async def issue(desk: Desk) -> Flow:
    return flow(desk.feng, actions.issue_statement, uid=(await desk.draw()).uid, now=MARCH)


async def accept(desk: Desk) -> Flow:
    await desk.served()
    return flow(desk.he, actions.accept_statement, uid=(await desk.issued()).uid, now=MARCH)


async def pay(desk: Desk) -> Flow:
    accepted = await done(desk, accept)
    return flow(desk.feng, actions.record_payment, uid=accepted.said["uid"], **PAID, now=MARCH)


async def take_back_payment(desk: Desk) -> Flow:
    paid = await done(desk, pay)
    return flow(desk.feng, actions.take_back_payment, uid=paid.said["uid"], reason="登错了", now=MARCH)


async def dispute(desk: Desk) -> Flow:
    statement = await desk.issued()
    line = (await desk.lines(statement))[0]
    return flow(
        desk.he, actions.dispute_line, statement_uid=statement.uid, uid=line.uid, reason="没有来", now=MARCH
    )


async def keep(desk: Desk) -> Flow:
    return flow(desk.feng, actions.keep_line, **await line_after(desk, dispute), answer="来了")


async def withdraw(desk: Desk) -> Flow:
    return flow(desk.feng, actions.withdraw_line, **await line_after(desk, dispute), answer="记错了")


async def escalate(desk: Desk) -> Flow:
    return flow(desk.he, actions.escalate_line, **await line_after(desk, keep), reason="请裁定")


async def uphold(desk: Desk) -> Flow:
    return await ruled(desk, stands=True)


async def strike(desk: Desk) -> Flow:
    return await ruled(desk, stands=False)


async def ruled(desk: Desk, *, stands: bool) -> Flow:
    line = await line_after(desk, escalate)
    return flow(desk.qian, actions.rule_on_line, **line, stands=stands, ruling="看过影像")


async def withdraw_uncounted(desk: Desk) -> Flow:
    """Of the worker, who has no keys: here a person does it."""
    item = await desk.served()
    await desk.issued()
    await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)
    visit = await Visit.get(id=item.visit_id)
    return flow(desk.feng, actions.withdraw_uncounted, visit_uid=visit.uid, now=MARCH)


async def done(desk: Desk, step: Step) -> Flow:
    before = await step(desk)
    await before.run()
    return before


async def line_after(desk: Desk, step: Step) -> dict[str, Any]:
    said = (await done(desk, step)).said
    return {name: said[name] for name in ("statement_uid", "uid", "now")}


WRITES = (
    issue, accept, pay, take_back_payment, dispute, keep, withdraw, escalate, uphold, strike, withdraw_uncounted,
)  # fmt: skip
