"""What `python -m server check` finds when a row is bent by hand."""

from datetime import timedelta
from typing import Any

import pytest

from server.demo import Town
from server.feedback import queries
from server.feedback.models import FeedbackCase, Rating, RatingToken
from server.notifications import queries as notifications
from server.notifications.models import SubscriptionCredit


class TestFaults:
    async def test_the_town_is_sound(self, town: Town, clock: Any) -> None:
        assert await queries.faults(now=clock()) == []
        assert await notifications.faults(now=clock()) == []

    @pytest.mark.parametrize(
        ("row", "bent", "says"),
        [
            ("waiting", {"score": 6}, "I41"),
            ("waiting", {"token_key": None}, "I40"),
            ("praised", {"status": "withheld"}, "I43"),
            ("praised", {"settled_at": None}, "consequences"),
        ],
    )
    async def test_a_bent_rating_is_found(
        self, town: Town, clock: Any, row: str, bent: dict[str, Any], says: str
    ) -> None:
        await Rating.filter(uid=getattr(town.feedback, row)).update(**bent)

        assert any(says in line for line in await queries.faults(now=clock()))

    async def test_a_score_that_nobody_voided_is_missed(self, town: Town, clock: Any) -> None:
        await Rating.filter(uid=town.feedback.low).update(voided_at=clock())

        assert any("I42" in line for line in await queries.faults(now=clock()))

    async def test_a_token_that_could_be_used_twice_is_found(self, town: Town, clock: Any) -> None:
        rating = await Rating.get(uid=town.feedback.low)
        await RatingToken.filter(id=rating.token_id).update(status="open")

        assert any("I40" in line for line in await queries.faults(now=clock()))

    async def test_a_case_without_a_clock_is_found(self, town: Town, clock: Any) -> None:
        await FeedbackCase.filter(uid=town.feedback.case).update(next_deadline=None)

        assert any("no deadline" in line for line in await queries.faults(now=clock()))

    @pytest.mark.parametrize("balance", [-1, 99])
    async def test_a_balance_that_is_not_the_sum_is_found(self, town: Town, clock: Any, balance: int) -> None:
        row = await SubscriptionCredit.all().first()
        assert row is not None
        await SubscriptionCredit.filter(id=row.id).update(balance=balance)

        assert any(row.uid in line for line in await notifications.faults(now=clock() + timedelta(days=1)))
