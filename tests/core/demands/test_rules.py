"""How a demand lives, how few are told, and what text answers it, without a database."""

import itertools
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from server.alliance.rules import CATALOGUE, content_faults
from server.demands.rules import (
    DEMAND_MOVES,
    LIVE,
    SERVICES,
    DemandEvent,
    DemandStatus,
    Need,
    Offer,
    counted,
    is_late,
    offer_faults,
    people_words,
    terms_for,
)
from server.kit.errors import IllegalMove

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(("state", "event"), list(itertools.product(DemandStatus, DemandEvent)))
def test_a_demand_moves_only_as_listed(state: DemandStatus, event: DemandEvent) -> None:
    if DEMAND_MOVES.allows(state, event):
        assert state in LIVE
        assert DEMAND_MOVES.after(state, event) is not state
    else:
        with pytest.raises(IllegalMove):
            DEMAND_MOVES.after(state, event)


def test_nothing_is_settled_that_was_not_matched() -> None:
    assert DEMAND_MOVES.sources(DemandEvent.SETTLE) == {DemandStatus.MATCHED}


@pytest.mark.parametrize(
    ("people", "told", "words"),
    [(0, 0, "0 位"), (1, None, "少于 5 位"), (4, None, "少于 5 位"), (5, 5, "5 位")],
)
def test_few_are_told_as_few(people: int, told: int | None, words: str) -> None:
    assert counted(people, 5) == told
    assert people_words(told, 5) == words


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"people": 0}, "people"),
        ({"people": 100_001}, "people"),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (8,)}, "weekdays"),
        ({"from_day": DAY - timedelta(days=1)}, "from_day"),
    ],
)
def test_an_offer_says_how_many_and_when(changes: dict[str, Any], field: str | None) -> None:
    offer = Offer(**{"people": 1, "weekdays": (1, 7), "from_day": DAY, **changes})
    assert set(offer_faults(offer, DAY)) == ({field} if field else set())


def test_the_term_itself_is_past() -> None:
    assert is_late(DemandStatus.OPEN, NOW, NOW)
    assert not is_late(DemandStatus.MATCHED, NOW + timedelta(seconds=1), NOW)
    assert not is_late(DemandStatus.SETTLED, NOW, NOW)


@pytest.mark.parametrize("need", Need)
def test_every_need_is_answered_by_a_text_that_may_be_signed_and_billed(need: Need) -> None:
    content = terms_for(need, Offer(8, (5, 2, 2), DAY), "8 位")

    assert content_faults(content) == {}
    assert SERVICES[need][0] in {entry.code for entry in CATALOGUE}
    assert [day.weekday for day in content.visit_days] == [2, 5]
