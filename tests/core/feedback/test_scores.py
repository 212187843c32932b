"""Means and counts: moderation cannot move them, floods do not, and few are not shown."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.demo import Town
from server.feedback import actions, queries
from server.feedback.actions import Ruling
from server.feedback.models import ModerationDecision, Rating
from server.feedback.rules import Capacity, RatingEvent, ReasonCode
from server.kit.errors import Forbidden
from tests.core.feedback import given

Ask = Callable[[str], Awaitable[Actor]]
HIDE = Ruling(RatingEvent.WITHHOLD, 1, reason_code=ReasonCode.ABUSE)
SHOW = Ruling(RatingEvent.PUBLISH, 1)


class TestScores:
    async def test_moderating_a_thousand_texts_changes_no_score(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """T12, I41, I42; slow because it really decides a thousand times."""
        rows = await given.many(
            town, "second_hospital", (place % 5 + 1 for place in range(1000)), text="还行", now=clock()
        )
        shen = await actor("shen")
        before = await queries.tallies_of([rows[0].subject_id], now=clock())

        for place, row in enumerate(rows):
            await actions.moderate(actor=shen, uid=row.uid, ruling=HIDE if place % 2 else SHOW, now=clock())

        assert await ModerationDecision.all().count() >= 1000
        assert await queries.tallies_of([rows[0].subject_id], now=clock()) == before
        assert before[rows[0].subject_id]["ranked"].count == 1000

    async def test_four_scores_are_not_shown_and_five_are(self, town: Town, actor: Ask, clock: Any) -> None:
        """I45."""
        daughter = await actor("daughter")
        await given.many(town, "songhe", [5, 4, 3, 2], now=clock())

        four = await queries.scores_of(actor=daughter, institution_uid=town.alliance.songhe, now=clock())
        await given.many(town, "songhe", [1], now=clock())
        five = await queries.scores_of(actor=daughter, institution_uid=town.alliance.songhe, now=clock())

        assert (four.scores.ranked.hidden, four.scores.ranked.count, four.scores.everyone.count) == (
            True,
            None,
            None,
        )
        assert (five.scores.ranked.mean, five.scores.ranked.count) == (3.0, 5)

    async def test_assisted_and_own_staff_are_shown_apart_and_not_ranked(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """I44."""
        await given.many(town, "songhe", [2] * 6, now=clock())
        await given.many(town, "songhe", [5] * 50, capacity=Capacity.ASSISTED, now=clock())
        await given.many(town, "songhe", [5] * 50, own_staff=True, now=clock())

        card = await queries.scores_of(
            actor=await actor("daughter"), institution_uid=town.alliance.songhe, now=clock()
        )

        assert (card.scores.ranked.mean, card.scores.ranked.count) == (2.0, 6)
        assert (card.scores.assisted.mean, card.scores.assisted.count) == (5.0, 50)
        assert (card.scores.own_staff.mean, card.scores.own_staff.count) == (5.0, 50)

    async def test_a_flood_of_fives_by_its_own_people_does_not_move_the_rank(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """B06."""
        await given.many(town, "songhe", [3] * 8, now=clock())
        await given.many(town, "yihe", [4] * 8, now=clock())
        await given.many(town, "songhe", [5] * 300, capacity=Capacity.ASSISTED, own_staff=True, now=clock())

        board = await queries.satisfaction_board(actor=await actor("qian"), now=clock())

        ranked = [card.institution_uid for card in board if card.ranked]
        assert ranked.index(town.alliance.yihe) < ranked.index(town.alliance.songhe)

    async def test_three_hundred_friendly_voices_stand_above_five(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        await given.many(town, "songhe", [5] * 5, now=clock())
        await given.many(town, "yihe", [5] * 290 + [2] * 10, now=clock())

        board = await queries.satisfaction_board(actor=await actor("qian"), now=clock())

        assert [card.institution_uid for card in board if card.ranked] == [
            town.alliance.yihe,
            town.alliance.songhe,
        ]
        assert board[0].ranked is not None
        assert (board[0].ranked.part, board[0].ranked.whole) == (290, 300)

    async def test_a_quarter_is_told_apart_from_the_one_before(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        rows = await given.many(town, "songhe", [2] * 6 + [5] * 6, now=clock())
        last_quarter = clock() - timedelta(days=80)
        await Rating.filter(id__in=[row.id for row in rows[:6]]).update(created_at=last_quarter)
        await given.many(town, "songhe", [1] * 30, capacity=Capacity.ASSISTED, now=clock())

        trend = await queries.satisfaction_trend(
            actor=await actor("tang"), institution_uid=town.alliance.songhe, now=clock()
        )

        *earlier, before, now = trend.quarters
        assert all(each.share is None for each in earlier)
        assert before.share is not None
        assert now.share is not None
        assert ((before.year, before.quarter), before.share.part, before.share.whole) == ((2025, 4), 0, 6)
        assert ((now.year, now.quarter), now.share.part, now.share.whole) == ((2026, 1), 6, 6)

    @pytest.mark.parametrize("who", ["feng", "he", "xu", "zheng"])
    async def test_the_board_is_for_those_who_oversee(
        self, town: Town, actor: Ask, clock: Any, who: str
    ) -> None:
        with pytest.raises(Forbidden):
            await queries.satisfaction_board(actor=await actor(who), now=clock())

    async def test_what_may_still_be_taken_back_counts_nowhere(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        songhe = await Institution.get(uid=town.alliance.songhe)
        await given.rating(town, await actor("daughter"), "wang", "songhe", score=1, now=clock())

        early = await queries.tallies_of([songhe.id], now=clock() + given.UNDO - timedelta(seconds=1))
        later = await queries.tallies_of([songhe.id], now=clock() + given.UNDO)

        assert early.get(songhe.id) is None
        assert later[songhe.id]["ranked"].count == 1

    async def test_a_voided_score_is_out_and_a_withheld_text_is_not(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """I42."""
        rows = await given.many(town, "songhe", [1, 5, 5, 5, 5, 5], text="还行", now=clock())
        await actions.moderate(actor=await actor("shen"), uid=rows[1].uid, ruling=HIDE, now=clock())

        void = await actions.propose_void(
            actor=await actor("qian"), rating_uid=rows[0].uid, reason="查实为冒名", now=clock()
        )
        await actions.decide_void(
            actor=await actor("tang"), uid=void.uid, approve=True, reason="同意", now=clock()
        )

        card = await queries.scores_of(
            actor=await actor("daughter"), institution_uid=town.alliance.songhe, now=clock()
        )
        assert (card.scores.ranked.mean, card.scores.ranked.count) == (5.0, 5)
