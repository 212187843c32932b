from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest

from server.kit.pages import Page
from server.kit.plain import dumps, loads


@dataclass(frozen=True)
class Card:
    name: str
    at: datetime
    day: date
    words: frozenset[str]


class TestWireForm:
    def test_tells_instants_in_the_city_s_zone_and_days_as_they_are(self) -> None:
        card = Card(
            "王", datetime(2026, 3, 1, 16, 0, 0, 999, tzinfo=UTC), date(2026, 3, 2), frozenset({"b", "a"})
        )

        assert loads(dumps(Page(items=(card,), next=None))) == {
            "items": [
                {"name": "王", "at": "2026-03-02T00:00:00+08:00", "day": "2026-03-02", "words": ["a", "b"]}
            ],
            "next": None,
        }
        assert loads(dumps(time(9, 30))) == "09:30:00"

    def test_does_not_guess_at_what_it_does_not_know(self) -> None:
        with pytest.raises(TypeError):
            dumps(object())
