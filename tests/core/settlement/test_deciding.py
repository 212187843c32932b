"""Issue, doubt, explain, decide, accept, pay: who may, when, and what the ledger says afterwards."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from server.alliance.rules import Funding
from server.authority.actor import Actor
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.settlement import actions, queries
from server.settlement.errors import (
    LineMoved,
    LinesInDispute,
    NothingToPay,
    PaidInFuture,
    StatementMoved,
    StillToAnswer,
)
from server.settlement.models import LedgerEntry, Statement, StatementLine
from server.settlement.queries import StatementWish
from server.settlement.rules import EntryKind, LedgerAccount, LineStatus, StatementStatus
from server.visits.models import Visit
from server.visits.rules import VisitStatus
from server.web import PageWish
from tests.core.settlement.conftest import MARCH, WORKER, Desk

PAID = {"paid_on": date(2026, 3, 4), "bank_reference": "回单 0001", "now": MARCH}


async def balance(actor: Actor) -> dict[LedgerAccount, int]:
    return {each.account: each.fen for each in await queries.balances(actor=actor)}


class TestAccepting:
    async def test_posts_the_month_in_both_books(self, desk: Desk) -> None:
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        assert await balance(desk.he) == {LedgerAccount.SERVICES_BOUGHT: 3000, LedgerAccount.OWED: -3000}
        assert await balance(desk.feng) == {
            LedgerAccount.SERVICES_GIVEN: -3000,
            LedgerAccount.DUE_FROM_HOME: 3000,
        }
        assert (await Statement.get(id=statement.id)).status is StatementStatus.SETTLED
        assert await queries.faults(now=MARCH) == []

    async def test_happens_once(self, desk: Desk) -> None:
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        with pytest.raises(StatementMoved):
            await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        assert await LedgerEntry.all().count() == 1

    async def test_waits_for_the_provider_to_issue_it(self, desk: Desk) -> None:
        statement = await desk.draw()
        with pytest.raises(StatementMoved):
            await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)

    async def test_waits_for_lines_in_dispute(self, desk: Desk) -> None:
        statement = await desk.issued()
        line = (await desk.lines(statement))[0]
        wrong = {"statement_uid": statement.uid, "uid": line.uid, "now": MARCH}
        await actions.dispute_line(actor=desk.he, reason="那天没有来", **wrong)
        with pytest.raises(LinesInDispute):
            await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        await actions.keep_line(actor=desk.feng, answer="有双方扫码", **wrong)
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)

    async def test_is_the_homes_and_issuing_the_providers(self, desk: Desk) -> None:
        statement = await desk.draw()
        for wrong in (desk.he, desk.qian):
            with pytest.raises(NotFound):
                await actions.issue_statement(actor=wrong, uid=statement.uid, now=MARCH)
        await actions.issue_statement(actor=desk.feng, uid=statement.uid, now=MARCH)
        for wrong in (desk.feng, desk.qian):
            with pytest.raises(NotFound):
                await actions.accept_statement(actor=wrong, uid=statement.uid, now=MARCH)


class TestPaying:
    async def accepted(self, desk: Desk) -> Statement:
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        return statement

    async def test_empties_what_was_owed(self, desk: Desk) -> None:
        statement = await self.accepted(desk)
        await actions.record_payment(actor=desk.feng, uid=statement.uid, **PAID)
        home, provider = await balance(desk.he), await balance(desk.feng)
        assert (home[LedgerAccount.OWED], home[LedgerAccount.BANK]) == (0, -3000)
        assert (provider[LedgerAccount.DUE_FROM_HOME], provider[LedgerAccount.BANK]) == (0, 3000)
        with pytest.raises(StatementMoved):
            await actions.record_payment(actor=desk.feng, uid=statement.uid, **PAID)

    async def test_is_taken_back_by_an_entry_the_other_way_round(self, desk: Desk) -> None:
        """⑮: nothing is deleted, and what was posted stays."""
        statement = await self.accepted(desk)
        before = await balance(desk.he)
        await actions.record_payment(actor=desk.feng, uid=statement.uid, **PAID)
        await actions.take_back_payment(actor=desk.feng, uid=statement.uid, reason="错" * 200, now=MARCH)
        after = await balance(desk.he)
        assert {account: fen for account, fen in after.items() if fen} == before
        assert await OutboxMessage.filter(topic="settlement.payment_taken_back").count() == 1
        kinds = [entry.kind for entry in await LedgerEntry.all().order_by("id")]
        assert kinds == [EntryKind.SETTLEMENT, EntryKind.PAYMENT, EntryKind.REVERSAL]
        await actions.record_payment(actor=desk.feng, uid=statement.uid, **PAID)
        await actions.take_back_payment(actor=desk.feng, uid=statement.uid, reason="又登错了", now=MARCH)
        assert await queries.faults(now=MARCH) == []

    async def test_is_not_of_tomorrow_and_not_of_nothing(self, desk: Desk) -> None:
        statement = await self.accepted(desk)
        with pytest.raises(PaidInFuture):
            await actions.record_payment(
                actor=desk.feng, uid=statement.uid, **{**PAID, "paid_on": date(2026, 3, 5)}
            )
        await StatementLine.filter(statement_id=statement.id).update(amount=0)
        with pytest.raises(NothingToPay):
            await actions.record_payment(actor=desk.feng, uid=statement.uid, **PAID)


class TestChecking:
    """What `python -m server check` must find, each laid in by hand."""

    async def test_finds_what_the_ledger_does_not_know(self, desk: Desk) -> None:
        statement = await desk.issued()
        await Statement.filter(id=statement.id).update(status=StatementStatus.SETTLED)
        assert len(await queries.faults(now=MARCH)) == 1
        await Statement.filter(id=statement.id).update(status=StatementStatus.PAID)
        assert len(await queries.faults(now=MARCH)) == 2

    async def test_finds_a_sum_that_is_not_that_of_the_lines(self, desk: Desk) -> None:
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        await StatementLine.filter(statement_id=statement.id, amount=3000).update(amount=2999)
        assert len(await queries.faults(now=MARCH)) == 1

    async def test_finds_what_was_settled_and_never_confirmed(self, desk: Desk) -> None:
        """I36."""
        item = await desk.served()
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        await Visit.filter(id=item.visit_id).update(status=VisitStatus.VOID)
        (said,) = await queries.faults(now=MARCH)
        assert said.startswith("I36")


class TestOneLine:
    async def line(self, desk: Desk) -> dict[str, str]:
        await desk.priced(patrol=900)
        statement = await desk.issued()
        (line,) = await desk.lines(statement, service="patrol")
        return {"statement_uid": statement.uid, "uid": line.uid}

    async def test_may_go_up_to_the_bureau_and_be_struck(self, desk: Desk) -> None:
        line = await self.line(desk)
        await actions.dispute_line(actor=desk.he, reason="没有来", now=MARCH, **line)
        await actions.keep_line(actor=desk.feng, answer="来了", now=MARCH, **line)
        await actions.escalate_line(actor=desk.he, reason="请裁定", now=MARCH, **line)
        with pytest.raises(LinesInDispute):
            await actions.accept_statement(actor=desk.he, uid=line["statement_uid"], now=MARCH)
        await actions.rule_on_line(actor=desk.qian, stands=False, ruling="没有影像", now=MARCH, **line)
        card = await desk.card()
        assert (card.fen, card.in_dispute) == (3000, 0)
        sheet = await queries.statement_line(actor=desk.qian, now=MARCH, **line)
        assert (sheet.card.status, sheet.ruling) == (LineStatus.WITHDRAWN, "没有影像")

    async def test_or_be_upheld_and_stay_on_the_bill(self, desk: Desk) -> None:
        line = await self.line(desk)
        await actions.dispute_line(actor=desk.he, reason="没有来", now=MARCH, **line)
        await actions.keep_line(actor=desk.feng, answer="来了", now=MARCH, **line)
        await actions.escalate_line(actor=desk.he, reason="请裁定", now=MARCH, **line)
        await actions.rule_on_line(actor=desk.qian, stands=True, ruling="有双方扫码", now=MARCH, **line)
        with pytest.raises(LineMoved):
            await actions.withdraw_line(actor=desk.feng, answer="算了", now=MARCH, **line)
        await actions.accept_statement(actor=desk.he, uid=line["statement_uid"], now=MARCH)
        assert (await desk.card()).fen == 3900

    async def test_goes_to_the_bureau_when_the_provider_does_not_answer(self, desk: Desk) -> None:
        line = await self.line(desk)
        await actions.dispute_line(actor=desk.he, reason="没有来", now=MARCH, **line)
        due = MARCH + timedelta(days=5)
        with pytest.raises(StillToAnswer):
            await actions.escalate_line(
                actor=desk.he, reason="没有答复", now=due - timedelta(seconds=1), **line
            )
        assert not (await queries.statement_line(actor=desk.he, now=MARCH, **line)).may_escalate
        assert (await queries.statement_line(actor=desk.he, now=due, **line)).may_escalate
        await actions.escalate_line(actor=desk.he, reason="没有答复", now=due, **line)
        await actions.rule_on_line(actor=desk.qian, stands=False, ruling="撤下", now=due, **line)
        assert (await desk.card()).in_dispute == 0

    async def test_is_not_touched_once_the_month_is_closed(self, desk: Desk) -> None:
        line = await self.line(desk)
        await actions.accept_statement(actor=desk.he, uid=line["statement_uid"], now=MARCH)
        with pytest.raises(StatementMoved):
            await actions.dispute_line(actor=desk.he, reason="还是不对", now=MARCH, **line)
        with pytest.raises(StatementMoved):
            await actions.withdraw_line(actor=desk.feng, answer="撤下", now=MARCH, **line)

    async def test_is_disputed_by_the_home_and_only_once(self, desk: Desk) -> None:
        line = await self.line(desk)
        with pytest.raises(NotFound):
            await actions.dispute_line(actor=desk.feng, reason="没有来", now=MARCH, **line)
        await actions.dispute_line(actor=desk.he, reason="没有来", now=MARCH, **line)
        with pytest.raises(LineMoved):
            await actions.dispute_line(actor=desk.he, reason="没有来", now=MARCH, **line)
        assert await queries.faults(now=MARCH) == []

    async def test_opens_to_two_attestations_of_two_institutions(self, desk: Desk) -> None:
        """A05: every fen."""
        sheet = await queries.statement_line(actor=desk.he, now=MARCH, **await self.line(desk))
        assert {each.institution for each in sheet.attested} == {
            "云桥市颐和养老院",
            "云桥市河东社区卫生服务中心",
        }
        assert sheet.card.resident == "王桂兰"
        assert sheet.card.payer is Funding.AGREEMENT

    async def test_names_no_resident_to_the_bureau(self, desk: Desk) -> None:
        line = await self.line(desk)
        sheet = await queries.statement_line(actor=desk.qian, now=MARCH, **line)
        assert (sheet.card.resident, sheet.visit_uid) == (None, None)
        page = await queries.statement_lines(
            actor=desk.qian, uid=line["statement_uid"], wish=PageWish(), now=MARCH
        )
        assert {card.resident for card in page.items} == {None}


class TestSeeing:
    async def test_of_others_is_nobodys(self, desk: Desk, actor: Callable[[str], Awaitable[Actor]]) -> None:
        statement = await desk.draw()
        for login in ("zhao", "song"):
            other = await actor(login)
            with pytest.raises(NotFound):
                await queries.statement_sheet(actor=other, uid=statement.uid, now=MARCH)
            page = await queries.statements(actor=other, wished=StatementWish(), wish=PageWish(), now=MARCH)
            assert statement.uid not in {card.uid for card in page.items}
            assert await queries.balances(actor=other) == ()

    async def test_tells_everybody_whose_turn_it_is(self, desk: Desk) -> None:
        statement = await desk.draw()
        assert await queries.count_to_issue(actor=desk.feng) == 1
        await actions.issue_statement(actor=desk.feng, uid=statement.uid, now=MARCH)
        assert await queries.count_to_accept(actor=desk.he) == 2  # the town's own of January, and this one
        assert await queries.count_to_issue(actor=desk.feng) == 0

    async def test_reminds_once_when_the_answer_is_late(self, desk: Desk) -> None:
        await desk.issued()
        late = MARCH + timedelta(days=10)
        assert await actions.sweep_unanswered(actor=WORKER, now=late - timedelta(seconds=1)) == 1  # January's
        assert await actions.sweep_unanswered(actor=WORKER, now=late) == 1
        assert await actions.sweep_unanswered(actor=WORKER, now=late) == 0
        assert (await desk.card()).overdue is False
