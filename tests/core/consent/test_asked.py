"""How many were asked and answered: few are not told to a bureau, and the whole does not give them away."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.alliance.rules import Days, months_asked_for
from server.authority.actor import system_actor
from server.consent.actions import sweep_asked
from server.consent.models import Consent
from server.consent.queries import Asked, asked_by_institution
from server.consent.queries.asked import board_of
from server.consent.rules import ConsentStatus
from server.demo import Town
from server.kit.clock import local_date
from tests.core.consent.conftest import ActorOf

LEAST = 5
NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
YEARS = Days(date(2025, 1, 1), date(2026, 12, 31))
numbers = st.integers(min_value=1, max_value=12).flatmap(
    lambda asked: st.builds(
        lambda answered, no: Asked(asked, answered, max(0, answered - no)),
        st.integers(0, asked),
        st.integers(0, asked),
    )
)


class TestWhatMayBeTold:
    @given(st.lists(numbers, max_size=8))
    def test_no_difference_tells_on_fewer_than_five(self, listed: list[Asked]) -> None:
        board = board_of(
            [(str(place), "", each) for place, each in enumerate(listed)], least=LEAST, counted_at=NOON
        )

        shown = sum((card.numbers for card in board.cards if card.numbers), Asked())
        assert all(card.numbers is None or card.numbers.asked >= LEAST for card in board.cards)
        rest = board.whole.asked - shown.asked
        assert rest == 0 or rest >= LEAST

    def test_what_is_answered_least_comes_first_and_what_is_hidden_last(self) -> None:
        board = board_of(
            [("few", "", Asked(2, 2, 2)), ("good", "", Asked(10, 10, 4)), ("slow", "", Asked(10, 3, 3))],
            least=LEAST,
            counted_at=NOON,
        )

        assert [card.institution_uid for card in board.cards] == ["slow", "good", "few"]


class TestTheTown:
    async def test_a_bureau_is_not_told_of_a_few(self, town: Town, actor: ActorOf, clock: Any) -> None:
        board = await asked_by_institution(actor=await actor("qian"), days=YEARS, now=clock())

        assert board.cards
        assert all(card.numbers is None for card in board.cards)

    async def test_an_institution_sees_its_own_numbers_and_no_others(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        board = await asked_by_institution(actor=await actor("he"), days=YEARS, now=clock())

        assert [card.institution_uid for card in board.cards] == [town.alliance.yihe]
        assert board.cards[0].numbers == board.whole
        assert board.whole.asked > 0

    async def test_a_no_is_an_answer_and_silence_is_not(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        mine = Consent.filter(recipient__uid=town.alliance.yihe)
        ids = await mine.values_list("id", flat=True)
        await Consent.filter(id__in=list(ids)).update(granted_key=None, asked_key=None)
        for status, answered, granted in [
            (ConsentStatus.DENIED, len(ids), 0),
            (ConsentStatus.LAPSED, 0, 0),
            (ConsentStatus.WITHDRAWN, len(ids), len(ids)),
        ]:
            await Consent.filter(id__in=list(ids)).update(status=status)
            whole = (await asked_by_institution(actor=he, days=YEARS, now=clock())).whole
            assert whole == Asked(len(ids), answered, granted)

    async def test_a_bureau_reads_what_was_counted_beforehand(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        qian = await actor("qian")
        months = [days for days in months_asked_for(local_date(clock())) if days.months]
        afresh = [(await asked_by_institution(actor=qian, days=days, now=clock())).cards for days in months]

        assert await sweep_asked(actor=system_actor("worker"), now=clock()) == len(months)
        await Consent.filter(granted_key=None).update(status=ConsentStatus.DENIED)

        boards = [await asked_by_institution(actor=qian, days=days, now=clock()) for days in months]
        assert [board.cards for board in boards] == afresh
        assert any(afresh)
