"""A month's statement, out of what both confirmed and nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.alliance import actions as alliance
from server.alliance.models import ServiceAgreement
from server.alliance.rules import AgreementStatus, Funding
from server.people.models import Resident
from server.settlement import actions, queries
from server.settlement.errors import LinesUncounted, ReversalStands
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import Flag, LineKind, LineStatus, StatementStatus
from server.visits.models import Visit, VisitItem
from server.visits.rules import Outcome, VisitStatus
from tests.core.settlement.conftest import FEBRUARY, MARCH, WORKER, Desk

APRIL = datetime(2026, 4, 4, 1, 0, tzinfo=UTC)


async def amended(desk: Desk, filed: datetime, fees: list[dict[str, Any]]) -> None:
    """File a new version with other fees, that begins by its text on the same first day."""
    old = desk.agreement
    await ServiceAgreement.filter(id=old.id).update(
        status=AgreementStatus.SUPERSEDED, ended_at=filed, binding_key=None
    )
    await ServiceAgreement(
        home_id=old.home_id,
        provider_id=old.provider_id,
        drafted_by=old.drafted_by,
        version=old.version + 1,
        supersedes_id=old.id,
        status=AgreementStatus.ACTIVE,
        content={**old.content, "fees": fees},
        content_hash=old.content_hash,
        first_day=old.first_day,
        last_day=old.last_day,
        filed_at=filed,
        created_at=filed,
    ).save()


class TestDrawing:
    async def test_takes_what_both_confirmed_and_the_fee_of_the_month(self, desk: Desk) -> None:
        """I36: Li's visit of the 27th waits for the home's word, and stands on no statement."""
        statement = await desk.draw()
        lines = await desk.lines(statement)
        assert [(line.kind, line.on_day, line.amount) for line in lines] == [
            (LineKind.SERVICE, date(2026, 2, 23), 0),
            (LineKind.FEE, date(2026, 2, 28), 3000),
        ]
        assert (statement.status, statement.month) == (StatementStatus.OPEN, FEBRUARY)
        assert (await desk.card()).fen == 3000

    async def test_asks_no_fee_for_what_was_filed_and_never_came_to_bind(self, desk: Desk) -> None:
        """I20: the two were bound by another agreement all the time; no day is paid twice."""
        first = await ServiceAgreement.get(id=desk.agreement.id)
        second = ServiceAgreement(
            home_id=first.home_id, provider_id=first.provider_id, status=AgreementStatus.FILED,
            drafted_by=first.drafted_by, first_day=date(2026, 2, 1), last_day=date(2026, 12, 31), content=first.content,
            content_hash=first.content_hash, filing_number="B1", filed_at=first.filed_at, created_at=first.created_at,
        )  # fmt: skip
        await second.save()
        fees = await desk.lines(await desk.draw(), kind=LineKind.FEE)
        assert [line.agreement_id for line in fees] == [first.id]

        ended = {"uid": second.uid, "reason": "不再需要", "now": APRIL - timedelta(days=10)}
        await alliance.terminate_agreement(actor=desk.he, **ended)
        fees = await desk.lines(await desk.draw(APRIL), kind=LineKind.FEE)
        assert [line.agreement_id for line in fees] == [first.id]

    async def test_waits_for_the_days_of_grace_and_happens_once(self, desk: Desk) -> None:
        assert await actions.sweep_statements(actor=WORKER, now=MARCH - timedelta(days=1)) == 0
        assert await actions.sweep_statements(actor=WORKER, now=MARCH) > 0
        assert await actions.sweep_statements(actor=WORKER, now=MARCH) == 0

    async def test_counts_the_free_ones_of_the_year_over_the_months(self, desk: Desk) -> None:
        """A04: four a year are free; the fifth and the sixth are paid by the home, by the catalogue."""
        for day in (
            date(2026, 1, 5),
            date(2026, 1, 12),
            date(2026, 2, 2),
            date(2026, 2, 9),
            date(2026, 2, 16),
        ):
            await desk.served(day=day)
        statement = await desk.draw()
        lines = await desk.lines(statement, service="follow_up")
        assert [(line.payer, line.amount) for line in lines] == [(Funding.PUBLIC_HEALTH, 0)] * 4 + [
            (Funding.AGREEMENT, 2000)
        ]
        assert [line.flag for line in lines][:3] == [Flag.LATE, Flag.LATE, None]
        await desk.served(day=date(2026, 3, 2))
        await desk.served("li", day=date(2026, 3, 2))
        later = {
            line.resident_id: line for line in await desk.lines(await desk.draw(APRIL), service="follow_up")
        }
        assert sorted(line.amount for line in later.values()) == [0, 2000]

    async def test_begins_the_quota_anew_with_the_year(self, desk: Desk) -> None:
        for day in range(1, 6):
            await desk.served(day=date(2025, 12, day))
        await desk.served(day=date(2026, 2, 2))
        lines = await desk.lines(await desk.draw(), service="follow_up")
        assert [line.amount for line in lines] == [0, 0, 0, 0, 2000, 0]

    async def test_bills_by_the_price_of_the_version_under_which_it_was_given(self, desk: Desk) -> None:
        """I20."""
        await desk.priced(patrol=900)
        lines = await desk.lines(await desk.draw(), service="patrol")
        assert [(line.amount, line.payer) for line in lines] == [(900, Funding.AGREEMENT)]

    async def test_shows_but_does_not_bill_what_was_never_agreed(self, desk: Desk) -> None:
        """A03."""
        await desk.served(service="dressing")  # in the catalogue
        await desk.served(service="massage")
        lines = await desk.lines(await desk.draw(), payer=None)
        assert [(line.service, line.amount) for line in lines] == [("dressing", 0), ("massage", 0)]
        assert [line.steps[0]["words"][:2] for line in lines] == ["协议", "不在"]

    async def test_finds_who_is_billed_twice_for_one_day(self, desk: Desk) -> None:
        await desk.served()
        await desk.served()
        statement = await desk.draw()
        first, second = await desk.lines(statement, service="follow_up")
        assert (first.flag, first.status) == (None, LineStatus.CLAIMED)
        assert (second.flag, second.status) == (Flag.TWICE, LineStatus.DISPUTED)
        assert statement.in_dispute == 1

    async def test_knows_a_merged_row_as_its_person(self, desk: Desk) -> None:
        """One quota a person, and one service a day, on whichever row it was written."""
        await desk.served("wang", day=date(2026, 2, 10))
        await desk.served("li", day=date(2026, 2, 10))
        wang = await Resident.get(uid=desk.town.people.wang)
        await Resident.filter(uid=desk.town.people.li).update(merged_into_id=wang.id)
        lines = await desk.lines(await desk.draw(), service="follow_up")
        assert [line.flag for line in lines] == [None, Flag.TWICE]

    async def test_finds_it_also_when_the_other_one_came_a_month_later(self, desk: Desk) -> None:
        await desk.served()
        await desk.draw()
        await desk.served()
        (again,) = await desk.lines(await desk.draw(APRIL), service="follow_up")
        assert again.flag is Flag.TWICE

    async def test_says_that_there_was_nothing(self, desk: Desk) -> None:
        await Visit.all().update(status=VisitStatus.VOID)
        await ServiceAgreement.filter(id=desk.agreement.id).update(
            content={**desk.agreement.content, "fees": []}
        )
        statement = await desk.draw()
        assert (statement.status, await desk.lines(statement)) == (StatementStatus.EMPTY, [])

    async def test_pays_no_day_under_two_versions(self, desk: Desk) -> None:
        """I20: the one before until the day before the other's filing, though both begin by their text on the first."""
        once = {"kind": "home_pays", "amount": 50000, "cycle": "once", "note": ""}
        await amended(desk, datetime(2026, 2, 15, 2, 0, tzinfo=UTC), [*desk.agreement.content["fees"], once])
        fees = await desk.lines(await desk.draw(), kind=LineKind.FEE)
        assert [line.amount for line in fees] == [1500, 1500]

    @pytest.mark.parametrize("filed", [None, (1, 20), (2, 10), (3, 15), (4, 1)])
    async def test_pays_each_quarter_once_whenever_it_is_amended(
        self, filed: tuple[int, int] | None, desk: Desk
    ) -> None:
        """I20: quarters run on from the first version's start, and who is in force at their end bills them."""
        january = date(2026, 1, 1)
        fees = [{"kind": "home_pays", "amount": 90000, "cycle": "quarterly", "note": ""}]
        await ServiceAgreement.filter(id=desk.agreement.id).update(
            first_day=january,
            filed_at=datetime(2026, 1, 1, 2, 0, tzinfo=UTC),
            content={**desk.agreement.content, "fees": fees},
        )
        await desk.agreement.refresh_from_db()
        if filed is not None:
            raised = [{**fees[0], "amount": 120000}]
            await amended(desk, datetime(2026, *filed, 2, 0, tzinfo=UTC), raised)
        billed = {}
        for month in range(2, 8):  # drawn in the month after
            statement = await desk.draw(datetime(2026, month, 4, 1, 0, tzinfo=UTC))
            if lines := await desk.lines(statement, service_name__contains="季度"):
                billed[month - 1] = [line.amount for line in lines]
        first, second = {None: (90000, 90000), (4, 1): (90000, 120000)}.get(filed, (120000, 120000))
        assert billed == {3: [first], 6: [second]}

    async def test_makes_up_for_a_month_that_was_left_out(self, desk: Desk) -> None:
        await desk.draw()
        await desk.draw(datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
        march = await Statement.get(
            home_id=desk.agreement.home_id, provider_id=desk.agreement.provider_id, month=date(2026, 3, 1)
        )
        assert [line.amount for line in await desk.lines(march)] == [3000]

    async def test_of_one_pair_that_fails_stops_no_other(self, desk: Desk) -> None:
        others = await Statement.filter(month=FEBRUARY).count()
        await Visit.filter(home_id=desk.agreement.home_id, provider_id=desk.agreement.provider_id).update(
            performer_id=None
        )
        with pytest.raises(ExceptionGroup):
            await actions.sweep_statements(actor=WORKER, now=MARCH)
        assert await Statement.filter(month=FEBRUARY).count() > others
        assert not await Statement.exists(
            home_id=desk.agreement.home_id, provider_id=desk.agreement.provider_id, month=FEBRUARY
        )

    async def test_goes_on_after_the_agreement_as_long_as_something_may_come_late(self, desk: Desk) -> None:
        await desk.draw()
        await ServiceAgreement.filter(id=desk.agreement.id).update(last_day=date(2026, 2, 28))
        await desk.served(day=date(2026, 2, 20))
        late = await desk.draw(datetime(2026, 7, 4, 1, 0, tzinfo=UTC))
        made_up = await StatementLine.filter(
            statement__provider_id=desk.agreement.provider_id, flag=Flag.LATE, service="follow_up"
        )
        assert (len(made_up), late.status) == (1, StatementStatus.EMPTY)

    async def test_leaves_nothing_broken(self, desk: Desk) -> None:
        await desk.served()
        await desk.served()
        await desk.draw()
        assert await queries.faults(now=MARCH) == []


class TestTakingBack:
    async def settled(self, desk: Desk) -> VisitItem:
        await desk.priced(follow_up=2000)
        for day in range(1, 6):
            item = await desk.served(day=date(2026, 2, day))
        statement = await desk.issued()
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        return item

    async def test_returns_in_the_next_month_what_was_found_void(self, desk: Desk) -> None:
        item = await self.settled(desk)
        await Visit.filter(id=item.visit_id).update(status=VisitStatus.VOID)
        later = await desk.draw(APRIL)
        (back,) = await desk.lines(later, kind=LineKind.REVERSAL)
        taken = await StatementLine.get(id=back.reverses_id)
        assert (back.amount, taken.amount, taken.claim_key) == (-2000, 2000, None)
        assert await actions.sweep_statements(actor=WORKER, now=APRIL) == 0

    async def test_leaves_alone_what_is_being_decided(self, desk: Desk) -> None:
        item = await self.settled(desk)
        await Visit.filter(id=item.visit_id).update(status=VisitStatus.CORRECTION_REQUESTED)
        assert await desk.lines(await desk.draw(APRIL), kind=LineKind.REVERSAL) == []

    async def test_claims_again_what_is_confirmed_again(self, desk: Desk) -> None:
        item = await self.settled(desk)
        await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)
        await desk.draw(APRIL)
        await VisitItem.filter(id=item.id).update(outcome=Outcome.SEEN)
        may = await desk.draw(datetime(2026, 5, 4, 1, 0, tzinfo=UTC))
        (line,) = await desk.lines(may, kind=LineKind.SERVICE)
        assert (line.claim_key, line.amount, line.flag) == (item.uid, 2000, Flag.LATE)

    async def test_of_what_was_not_accepted_yet_is_withdrawing(self, desk: Desk) -> None:
        """I36: between the drawing and the home's word a correction left the line without a service."""
        await desk.priced(follow_up=2000)
        for day in range(1, 6):
            item = await desk.served(day=date(2026, 2, day))
        statement = await desk.issued()
        (line,) = await desk.lines(statement, amount=2000)
        await actions.dispute_line(
            actor=desk.he, statement_uid=statement.uid, uid=line.uid, reason="没有来", now=MARCH
        )
        await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)
        visit = await Visit.get(id=item.visit_id)
        assert await actions.withdraw_uncounted(actor=WORKER, visit_uid=visit.uid, now=MARCH) == 1
        assert await actions.withdraw_uncounted(actor=WORKER, visit_uid=visit.uid, now=MARCH) == 0
        await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)
        assert (await desk.card()).fen == 3000
        assert await queries.faults(now=MARCH) == []

    async def test_is_waited_for_where_the_news_is_still_on_its_way(self, desk: Desk) -> None:
        item = await desk.served()
        statement = await desk.issued()
        await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)
        with pytest.raises(LinesUncounted):
            await actions.accept_statement(actor=desk.he, uid=statement.uid, now=MARCH)

    async def test_is_decided_by_the_visit_and_by_nobody_here(self, desk: Desk) -> None:
        item = await self.settled(desk)
        await VisitItem.filter(id=item.id).update(outcome=Outcome.ABSENT)
        later = await desk.draw(APRIL)
        (back,) = await desk.lines(later, kind=LineKind.REVERSAL)
        line = {"statement_uid": later.uid, "uid": back.uid, "now": APRIL}
        with pytest.raises(ReversalStands):
            await actions.withdraw_line(actor=desk.feng, answer="不退", **line)
        sheet = await queries.statement_line(actor=desk.feng, **line)
        taken = await StatementLine.get(id=back.reverses_id).select_related("statement")
        assert sheet.takes_back == (taken.statement.uid, taken.uid)
        assert (sheet.may_withdraw, sheet.may_answer, sheet.may_dispute) == (False, False, False)

    async def test_does_not_claim_again_what_was_withdrawn(self, desk: Desk) -> None:
        await desk.served()
        statement = await desk.draw()
        (line,) = await desk.lines(statement, service="follow_up")
        await actions.withdraw_line(
            actor=desk.feng, statement_uid=statement.uid, uid=line.uid, answer="记错了", now=MARCH
        )
        assert await desk.lines(await desk.draw(APRIL), service="follow_up") == []
