"""The judgment that drills, faults and the cluster share: a loss that is planted must be noticed."""

import asyncio
from collections import Counter

import pytest

from tests.load.crowd import Crowd, Person
from tests.load.ledger import Ledger, Period, Row, Told

pytestmark = pytest.mark.sqlite  # no database is asked
BOOKED: Row = ("booked", "slot", "resident")
CANCELLED: Row = ("cancelled", "slot", "resident")


@pytest.fixture
def ledger() -> Ledger:
    """One booked before the moment 10 and cancelled after it, one booked after it."""
    return Ledger(
        told=[Told("early", BOOKED, 1, 2), Told("early", CANCELLED, 11, 12), Told("late", BOOKED, 11, 13)]
    )


class TestComparing:
    @pytest.mark.parametrize(
        "rows", [{"early": BOOKED}, {"early": CANCELLED}, {"early": CANCELLED, "late": BOOKED}]
    )
    def test_every_state_since_the_moment_is_right(self, ledger: Ledger, rows: dict[str, Row]) -> None:
        assert ledger.compare(rows, at=10).faults == []

    def test_at_the_end_only_the_last_word_is_right(self, ledger: Ledger) -> None:
        found = ledger.compare({"early": BOOKED})

        assert (found.missing, list(found.different)) == (["late"], ["early"])

    def test_what_was_told_before_must_be_there(self, ledger: Ledger) -> None:
        assert ledger.compare({}, at=10).faults == ["lost: early"]

    def test_another_slot_is_a_difference(self, ledger: Ledger) -> None:
        rows = {"early": ("booked", "another slot", "resident")}

        assert list(ledger.compare(rows, at=10).different) == ["early"]

    def test_what_nobody_was_told_of_is_named(self, ledger: Ledger) -> None:
        assert ledger.compare({"early": BOOKED, "ghost": BOOKED}, at=10).untold == ["ghost"]

    def test_a_full_slot_is_no_fault_and_any_other_refusal_is_one(self, ledger: Ledger) -> None:
        ledger.refused = Counter({"booking.slot_full": 3, "booking.wrong_status": 1})

        assert ledger.compare({"early": BOOKED}, at=10).faults == ["refused 1 times: booking.wrong_status"]

    def test_what_the_next_read_did_not_find_is_a_fault(self, ledger: Ledger) -> None:
        ledger.unseen = 1

        assert ledger.compare({"early": BOOKED}, at=10).faults != []


class TestAPeriod:
    def test_in_which_nobody_was_answered_is_one_long_stop(self) -> None:
        empty = Period(Ledger(), since=10, until=14)

        assert (empty.per_second, empty.quantile(0.99), empty.slowest) == (0, 0, 0)
        assert empty.longest_stop == 4
        assert not empty.met
        assert not empty.sentences

    def test_of_no_length_is_none(self) -> None:
        assert Period(Ledger(), since=10, until=10).per_second == 0

    def test_with_one_answer_has_its_figures(self) -> None:
        one = Period(Ledger(told=[Told("uid", BOOKED, 11, 12)]), since=10, until=14)

        assert (one.per_second, one.quantile(0.5), one.quantile(0.99), one.slowest) == (0.25, 1, 1, 1)

    @pytest.mark.parametrize("answered", [11, 13], ids=["at its end", "at its beginning"])
    def test_stops_at_its_edges_are_stops(self, answered: float) -> None:
        ledger = Ledger(told=[Told("uid", BOOKED, answered, answered)])

        assert Period(ledger, since=10, until=14).longest_stop == 3

    def test_counts_who_still_waits_when_it_ends_as_slow_and_not_as_answered(self) -> None:
        waiting = Period(Ledger(told=[Told("uid", BOOKED, 13, 20)]), since=10, until=14)

        assert (waiting.slowest, waiting.told) == (7, [])

    def test_tells_what_was_met_in_it_and_not_before(self) -> None:
        ledger = Ledger(met=[(9, "502", "502 before"), (11, "503", "503 busy"), (12, "ReadError", "")])
        period = Period(ledger, since=10, until=14)

        assert period.met == {"503": 1, "ReadError": 1}
        assert period.sentences == {"503 busy"}


class TestACrowd:
    async def test_is_heard_when_one_of_them_crashes(self) -> None:
        ledger = Ledger()
        crowd = Crowd("http://127.0.0.1:9", [Person("token", "resident", [], ledger, most_open=1)], ledger)

        with pytest.raises(ExceptionGroup) as heard:
            async with crowd.at_work():  # there is no slot to choose from
                await asyncio.sleep(60)

        assert heard.group_contains(IndexError)
