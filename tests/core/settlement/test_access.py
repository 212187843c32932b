"""Whose lines are whose to change, and that nobody who was slower changes anything."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server.authority.actor import Actor
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.settlement import actions
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import LineStatus, StatementStatus
from server.visits.models import Visit, VisitItem
from server.visits.rules import Outcome
from tests.core.settlement.conftest import FEBRUARY, MARCH, WORKER, Desk
from tests.core.settlement.writes import done, escalate
from tests.overtaken import meanwhile

Actors = Callable[[str], Awaitable[Actor]]


async def test_only_the_bureau_rules_on_a_line(desk: Desk, actor: Actors) -> None:
    asked = (await done(desk, escalate)).said
    line = {name: asked[name] for name in ("statement_uid", "uid", "now")}
    for key in ("he", "feng", "zhao", "shen"):
        with pytest.raises(NotFound):
            await actions.rule_on_line(actor=await actor(key), stands=False, ruling="撤下", **line)
    assert (await StatementLine.get(uid=line["uid"])).status is LineStatus.ESCALATED


async def test_a_line_is_not_reached_by_the_statement_of_another_home(desk: Desk, actor: Actors) -> None:
    statement = await desk.issued()
    line = (await desk.lines(statement))[0]
    songhe = desk.town.alliance.songhe
    theirs = await Statement.filter(home__uid=songhe, provider_id=statement.provider_id, month=FEBRUARY).get()
    await Statement.filter(id=theirs.id).update(status=StatementStatus.ISSUED)
    with pytest.raises(NotFound):
        await actions.dispute_line(
            actor=await actor("song"), statement_uid=theirs.uid, uid=line.uid, reason="没有来", now=MARCH
        )
    assert (await StatementLine.get(id=line.id)).status is LineStatus.CLAIMED
    assert (await Statement.get(id=theirs.id)).in_dispute == 0


async def test_what_was_accepted_at_this_moment_is_left_to_the_next_statement(desk: Desk) -> None:
    item = await desk.served()
    statement = await desk.issued()
    visit = await Visit.get(id=item.visit_id)
    await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)

    async def accepted() -> None:
        await Statement.filter(id=statement.id).update(status=StatementStatus.SETTLED)

    with meanwhile("statement", accepted):
        assert await actions.withdraw_uncounted(actor=WORKER, visit_uid=visit.uid, now=MARCH) == 0
    (line,) = await desk.lines(statement, service="follow_up")
    assert (line.status, line.claim_key) == (LineStatus.CLAIMED, item.uid)


async def test_two_workers_remind_once(desk: Desk) -> None:
    await desk.issued()
    late = MARCH + timedelta(days=30)

    async def remind() -> int:
        return await actions.sweep_unanswered(actor=WORKER, now=late)

    with meanwhile("statement", remind):
        assert await remind() == 0
    assert await OutboxMessage.filter(topic="settlement.unanswered").count() == 2  # January's, and this one
