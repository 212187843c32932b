"""Two workers draw, two people decide, at the same instant, on MariaDB: a month is claimed once, posted once, closed once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio

from server.settlement import actions, queries
from server.settlement.errors import LinesInDispute, StatementMoved
from server.settlement.models import LedgerEntry, Statement, StatementLine
from server.settlement.rules import LineStatus, StatementStatus
from tests.core.settlement.conftest import MARCH, WORKER, Desk, desk

pytestmark = pytest.mark.mysql
__all__ = ["desk"]  # the fixture
ROUNDS = 6


@pytest_asyncio.fixture(autouse=True)
async def _afterwards(desk: Desk) -> AsyncIterator[None]:
    yield
    assert await queries.faults(now=MARCH) == []


async def at_once(*steps: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*steps, return_exceptions=True)


class TestDrawing:
    async def test_by_several_workers_claims_everything_once(self, desk: Desk) -> None:
        for day in range(1, 8):
            await desk.served(day=desk.agreement.first_day.replace(month=2, day=day))
        before = await Statement.all().count()
        drawn = await at_once(*(actions.sweep_statements(actor=WORKER, now=MARCH) for _ in range(4)))
        assert not [each for each in drawn if isinstance(each, BaseException)]
        new = await Statement.all().count() - before
        assert sum(drawn) == new > 0
        keys = await StatementLine.filter(statement__month=MARCH.date().replace(month=2, day=1)).values_list(
            "claim_key", flat=True
        )
        assert len(keys) == len(set(keys)) == 9  # seven, the town's own visit, and the fee


class TestDeciding:
    async def test_accepting_and_doubting_at_once_never_leaves_a_closed_month_in_dispute(
        self, desk: Desk
    ) -> None:
        statement = await desk.issued()
        (line, *_) = await desk.lines(statement)
        for _ in range(ROUNDS):
            await Statement.filter(id=statement.id).update(status=StatementStatus.ISSUED, in_dispute=0)
            await StatementLine.filter(id=line.id).update(status=LineStatus.CLAIMED)
            wrong = {"statement_uid": statement.uid, "uid": line.uid, "now": MARCH}
            accepted, doubted = await at_once(
                actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH),
                actions.dispute_line(actor=desk.he, reason="没有来", **wrong),
            )
            assert (accepted is None) != (doubted is None)
            assert isinstance(accepted, LinesInDispute) or isinstance(doubted, StatementMoved)
            if accepted is None:
                break  # what was posted stays; a second round would post it again

    async def test_of_two_who_accept_one_does_and_it_is_posted_once(self, desk: Desk) -> None:
        statement = await desk.issued()
        answers = await at_once(
            *(actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH) for _ in range(4))
        )
        assert sorted(type(each).__name__ for each in answers) == ["NoneType"] + ["StatementMoved"] * 3
        assert await LedgerEntry.filter(statement_id=statement.id).count() == 1

    async def test_of_two_who_doubt_one_line_one_counts(self, desk: Desk) -> None:
        statement = await desk.issued()
        (line, *_) = await desk.lines(statement)
        wrong = {"statement_uid": statement.uid, "uid": line.uid, "now": MARCH}
        answers = await at_once(
            *(actions.dispute_line(actor=desk.he, reason="没有来", **wrong) for _ in range(4))
        )
        assert sum(each is None for each in answers) == 1
        assert (await Statement.get(id=statement.id)).in_dispute == 1
