"""The drill's own judgment: a loss that is planted must be noticed."""

import pytest

from tests.faults.loading import Ledger, Row, Told

BOOKED: Row = ("booked", "slot", "resident")
CANCELLED: Row = ("cancelled", "slot", "resident")


@pytest.fixture
def ledger() -> Ledger:
    """One booked before the moment 10 and cancelled after it, one booked after it."""
    return Ledger(
        told=[Told("early", BOOKED, 1, 2), Told("early", CANCELLED, 11, 12), Told("late", BOOKED, 11, 13)]
    )


@pytest.mark.parametrize(
    "rows", [{"early": BOOKED}, {"early": CANCELLED}, {"early": CANCELLED, "late": BOOKED}]
)
def test_every_state_since_the_moment_is_right(ledger: Ledger, rows: dict[str, Row]) -> None:
    found = ledger.compare(rows, at=10)

    assert (found.missing, found.different, found.untold) == ([], [], [])


def test_at_the_end_only_the_last_word_is_right(ledger: Ledger) -> None:
    found = ledger.compare({"early": BOOKED})

    assert (found.missing, found.different) == (["late"], ["early"])


def test_what_was_told_before_must_be_there(ledger: Ledger) -> None:
    assert ledger.compare({}, at=10).missing == ["early"]


def test_another_slot_is_a_difference(ledger: Ledger) -> None:
    rows = {"early": ("booked", "another slot", "resident")}

    assert ledger.compare(rows, at=10).different == ["early"]


def test_what_nobody_was_told_of_is_named(ledger: Ledger) -> None:
    assert ledger.compare({"early": BOOKED, "ghost": BOOKED}, at=10).untold == ["ghost"]
