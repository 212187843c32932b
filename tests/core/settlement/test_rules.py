"""Who pays, what a month costs, and that every entry comes out even."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.alliance.rules import (
    CATALOGUE,
    AgreementContent,
    Cooperation,
    Fee,
    FeeKind,
    Funding,
    PayCycle,
    ServiceItem,
)
from server.kit.errors import IllegalMove
from server.kit.months import Month
from server.settlement.rules import (
    LINE_MOVES,
    STATEMENT_MOVES,
    LedgerAccount,
    LineEvent,
    LineStatus,
    Situation,
    StatementEvent,
    StatementStatus,
    Terms,
    fixed_fees,
    fund,
    is_balanced,
    payment,
    reversed_postings,
    settlement,
    terms_of,
)

F = Funding
ALL = frozenset(Funding)
FEBRUARY = Month(date(2026, 2, 1))
FOLLOW_UP = next(entry for entry in CATALOGUE if entry.code == "follow_up")


def terms(**otherwise: object) -> Terms:
    return Terms(
        **{"listed": True, "agreed": True, "funding": ALL, "price": 2000, "free_quota": 4, **otherwise}  # type: ignore[arg-type]
    )


class TestWaterfall:
    @pytest.mark.parametrize(
        ("used", "payer", "fen"), [(0, F.PUBLIC_HEALTH, 0), (3, F.PUBLIC_HEALTH, 0), (4, F.AGREEMENT, 2000)]
    )
    def test_is_free_within_the_quota_and_paid_by_the_home_beyond(
        self, used: int, payer: Funding, fen: int
    ) -> None:
        """A04, policy ①."""
        found = fund(terms(), Situation(used=used))
        assert (found.payer, found.amount) == (payer, fen)

    def test_asks_the_insurance_only_for_an_open_home_bed(self) -> None:
        assert fund(terms(free_quota=None), Situation(home_bed=True, insured_here=True)).payer is F.INSURANCE
        assert fund(terms(free_quota=None), Situation()).payer is F.AGREEMENT

    def test_asks_in_the_order_of_the_funds(self) -> None:
        everything = Situation(home_bed=True, insured_here=True, long_term_care=True, care_insured_here=True)
        assert fund(terms(), everything).payer is F.PUBLIC_HEALTH
        assert fund(terms(free_quota=0), everything).payer is F.INSURANCE
        assert fund(terms(funding=ALL - {F.INSURANCE}, free_quota=0), everything).payer is F.LONG_TERM_CARE

    def test_passes_on_to_the_resident_only_what_was_agreed(self) -> None:
        assert fund(terms(free_quota=None, resident_pays=True), Situation()).payer is F.RESIDENT
        nobody = fund(terms(free_quota=None, resident_pays=True, funding=frozenset()), Situation())
        assert (nobody.payer, nobody.amount) == (None, 0)

    def test_costs_nothing_by_the_time_where_no_price_was_agreed(self) -> None:
        found = fund(terms(price=None, free_quota=None), Situation())
        assert (found.payer, found.amount) == (F.AGREEMENT, 0)

    @pytest.mark.parametrize("missing", ["listed", "agreed"])
    def test_bills_only_what_stands_in_the_catalogue_and_in_the_agreement(self, missing: str) -> None:
        """A03."""
        found = fund(terms(**{missing: False}), Situation())
        assert (found.payer, found.amount, len(found.steps)) == (None, 0, 1)

    def test_says_of_every_fund_why_not_until_one_pays(self) -> None:
        steps = fund(terms(), Situation(used=4)).steps
        assert [step.funding for step in steps] == [
            F.PUBLIC_HEALTH,
            F.INSURANCE,
            F.LONG_TERM_CARE,
            F.AGREEMENT,
        ]
        assert [step.pays for step in steps] == [False, False, False, True]
        assert steps[0].words == "基本公共卫生：今年的 4 次免费已用完"


class TestTerms:
    def content(self, *fees: Fee, **item: int) -> AgreementContent:
        return AgreementContent((Cooperation.PATROL,), (ServiceItem("follow_up", "慢病随访", **item),), fees)

    def test_take_the_agreed_price_before_the_fee_by_the_time_before_the_catalogue(self) -> None:
        by_the_time = Fee(FeeKind.HOME_PAYS, 1500, PayCycle.PER_PERSON)
        assert terms_of("follow_up", self.content(by_the_time, price=900), FOLLOW_UP).price == 900
        assert terms_of("follow_up", self.content(by_the_time), FOLLOW_UP).price == 1500
        assert terms_of("follow_up", self.content(free_quota=4), FOLLOW_UP).price == FOLLOW_UP.price
        assert terms_of("follow_up", self.content(), FOLLOW_UP).price is None

    def test_know_no_price_in_money_for_sending_somebody(self) -> None:
        """九项准则六: it stands on a statement as itself, with its flag, or nowhere."""
        for_sending = Fee(FeeKind.REFERRAL_FEE, 777, PayCycle.PER_PERSON)
        assert terms_of("follow_up", self.content(for_sending), FOLLOW_UP).price is None

    def test_know_what_is_not_agreed_and_what_is_not_listed(self) -> None:
        assert not terms_of("patrol", self.content(), FOLLOW_UP).agreed
        assert not terms_of("follow_up", self.content(), None).listed


class TestFixedFees:
    def fees(self, cycle: PayCycle, month: Month, first: date, last: date) -> list[int]:
        content = AgreementContent((Cooperation.PATROL,), (), (Fee(FeeKind.HOME_PAYS, 3000, cycle),))
        return [fee.amount for fee in fixed_fees(content, month, first, last)]

    @pytest.mark.parametrize(
        ("first", "last", "fen"),
        [
            (date(2026, 1, 1), date(2026, 12, 31), [3000]),
            (date(2026, 2, 1), date(2026, 2, 28), [3000]),
            (date(2026, 2, 15), date(2026, 12, 31), [1500]),
            (date(2026, 2, 28), date(2026, 12, 31), [107]),  # 1/28 of 3000 is 107.14
            (date(2026, 1, 1), date(2026, 2, 1), [107]),
            (date(2026, 3, 1), date(2026, 12, 31), []),
            (date(2025, 1, 1), date(2026, 1, 31), []),
        ],
    )
    def test_of_a_month_go_by_its_days(self, first: date, last: date, fen: list[int]) -> None:
        assert self.fees(PayCycle.MONTHLY, FEBRUARY, first, last) == fen

    def test_of_a_quarter_come_in_its_last_month_counted_from_the_first_day(self) -> None:
        begun = date(2025, 12, 10)
        due = [
            number
            for number in range(1, 13)
            if self.fees(PayCycle.QUARTERLY, Month(date(2026, number, 1)), begun, date(2027, 1, 1))
        ]
        assert due == [2, 5, 8, 11]

    def test_once_come_in_the_first_month_only(self) -> None:
        assert self.fees(PayCycle.ONCE, FEBRUARY, date(2026, 2, 20), date(2027, 1, 1)) == [3000]
        assert self.fees(PayCycle.ONCE, FEBRUARY, date(2026, 1, 20), date(2027, 1, 1)) == []

    def test_a_month_is_named_by_its_first_day_and_knows_leap_years(self) -> None:
        assert (Month(date(2028, 2, 1)).days, Month(date(2026, 12, 1)).following.first) == (
            29,
            date(2027, 1, 1),
        )
        assert Month(date(2026, 1, 1)).before == Month(date(2025, 12, 1))
        with pytest.raises(ValueError, match="first day"):
            Month(date(2026, 2, 2))


class TestLedger:
    @given(st.dictionaries(st.sampled_from(Funding), st.integers(-(10**9), 10**9)))
    def test_comes_out_even_for_each_institution_whatever_was_owed(self, totals: dict[Funding, int]) -> None:
        """T13."""
        postings = settlement(home_id=1, provider_id=2, totals=totals)
        assert is_balanced(postings)
        assert is_balanced(reversed_postings(postings))
        assert is_balanced(payment(home_id=1, provider_id=2, amount=totals.get(F.AGREEMENT, 0)))

    def test_books_the_homes_part_on_both_sides_and_the_others_on_the_providers(self) -> None:
        postings = settlement(
            home_id=1, provider_id=2, totals={F.AGREEMENT: 5000, F.INSURANCE: 700, F.PUBLIC_HEALTH: 0}
        )
        books = {(each.institution_id, each.account): each.amount for each in postings}
        assert books == {
            (2, LedgerAccount.DUE_FROM_INSURANCE): 700,
            (2, LedgerAccount.DUE_FROM_HOME): 5000,
            (2, LedgerAccount.SERVICES_GIVEN): -5700,
            (1, LedgerAccount.SERVICES_BOUGHT): 5000,
            (1, LedgerAccount.OWED): -5000,
        }

    def test_posts_nothing_for_a_free_month(self) -> None:
        assert settlement(home_id=1, provider_id=2, totals={F.PUBLIC_HEALTH: 0}) == ()


class TestMoves:
    """T16: what is not listed is refused."""

    @pytest.mark.parametrize("status", StatementStatus)
    @pytest.mark.parametrize("event", StatementEvent)
    def test_of_statements(self, status: StatementStatus, event: StatementEvent) -> None:
        if STATEMENT_MOVES.allows(status, event):
            assert STATEMENT_MOVES.after(status, event) is not status
        else:
            with pytest.raises(IllegalMove):
                STATEMENT_MOVES.after(status, event)

    @pytest.mark.parametrize("status", LineStatus)
    @pytest.mark.parametrize("event", LineEvent)
    def test_of_lines(self, status: LineStatus, event: LineEvent) -> None:
        if LINE_MOVES.allows(status, event):
            assert LINE_MOVES.after(status, event) is not status
        else:
            with pytest.raises(IllegalMove):
                LINE_MOVES.after(status, event)

    def test_end_where_nothing_more_can_happen(self) -> None:
        by_people = set(LineEvent) - {LineEvent.UNCOUNT}
        ends = {
            status
            for status in LineStatus
            if not any(LINE_MOVES.allows(status, event) for event in by_people)
        }
        assert ends == {LineStatus.UPHELD, LineStatus.WITHDRAWN}

    def test_what_is_corrected_away_leaves_from_wherever_it_stands(self) -> None:
        """I36."""
        for status in set(LineStatus) - {LineStatus.WITHDRAWN}:
            assert LINE_MOVES.after(status, LineEvent.UNCOUNT) is LineStatus.WITHDRAWN
