"""The desk of a moderator: which text opens next, what stands beside it, and what takes a decision back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor
from server.demo import Town
from server.feedback import actions, queries
from server.feedback.actions import Ruling
from server.feedback.models import Rating
from server.feedback.rules import RatingEvent, RatingStatus, ReasonCode
from server.kit.errors import Forbidden, NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from tests.core.feedback import given

Ask = Callable[[str], Awaitable[Actor]]
ALL = PageWish(limit=100)
WITHHOLD = Ruling(RatingEvent.WITHHOLD, 1, reason_code=ReasonCode.ABUSE)


class TestWhichOpens:
    async def test_the_oldest_and_after_a_decision_the_next(self, town: Town, actor: Ask, clock: Any) -> None:
        shen = await actor("shen")
        rows = await given.many(
            town, "songhe", [1, 2, 3], text="等了一上午", now=clock() + timedelta(hours=1)
        )

        first = await queries.moderation_desk(actor=shen, wish=ALL, now=clock())
        assert first.file is not None
        assert first.file.card.uid == town.feedback.waiting

        await actions.moderate(actor=shen, uid=rows[0].uid, ruling=WITHHOLD, now=clock())
        following = await queries.moderation_desk(actor=shen, decided_uid=rows[0].uid, wish=ALL, now=clock())

        assert following.file is not None
        assert (following.before, following.file.card.uid, following.after) == (
            town.feedback.waiting, rows[1].uid, rows[2].uid,
        )  # fmt: skip

    async def test_behind_the_last_one_begins_again_at_the_oldest(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        shen = await actor("shen")
        (row,) = await given.many(town, "songhe", [1], text="等了一上午", now=clock() + timedelta(days=2))
        await actions.moderate(actor=shen, uid=row.uid, ruling=WITHHOLD, now=clock())

        desk = await queries.moderation_desk(actor=shen, decided_uid=row.uid, wish=ALL, now=clock())

        assert desk.file is not None
        assert desk.file.card.uid == town.feedback.waiting

    async def test_nothing_when_all_is_decided(self, town: Town, actor: Ask, clock: Any) -> None:
        shen = await actor("shen")
        await actions.moderate(actor=shen, uid=town.feedback.waiting, ruling=WITHHOLD, now=clock())

        desk = await queries.moderation_desk(actor=shen, wish=ALL, now=clock())

        assert (desk.file, desk.page.items) == (None, ())

    @pytest.mark.parametrize("who", ["feng", "he", "xu", "zheng", "daughter"])
    async def test_for_nobody_else(self, town: Town, actor: Ask, clock: Any, who: str) -> None:
        with pytest.raises(Forbidden):
            await queries.moderation_desk(actor=await actor(who), wish=ALL, now=clock())

    async def test_a_text_that_is_not_there_is_not_found(self, town: Town, actor: Ask, clock: Any) -> None:
        with pytest.raises(NotFound):
            await queries.moderation_desk(actor=await actor("shen"), uid=new_uid(), wish=ALL, now=clock())


class TestTakingADecisionBack:
    @pytest.mark.parametrize(
        ("event", "undone_by", "status"),
        [
            (RatingEvent.PUBLISH, RatingEvent.WITHHOLD, RatingStatus.WITHHELD),
            (RatingEvent.WITHHOLD, RatingEvent.PUBLISH, RatingStatus.PUBLISHED),
            (RatingEvent.RETURN, RatingEvent.PUBLISH, RatingStatus.PUBLISHED),
        ],
    )
    async def test_is_the_opposite_decision_and_the_score_stays(
        self, town: Town, actor: Ask, clock: Any, *, event: Any, undone_by: Any, status: Any
    ) -> None:
        shen, uid = await actor("shen"), town.feedback.waiting
        ground = None if event is RatingEvent.PUBLISH else ReasonCode.ABUSE
        await actions.moderate(actor=shen, uid=uid, ruling=Ruling(event, 1, reason_code=ground), now=clock())

        desk = await queries.moderation_desk(actor=shen, decided_uid=uid, wish=ALL, now=clock())
        assert desk.decided is not None
        assert desk.decided.undone_by is undone_by
        await actions.moderate(
            actor=shen, uid=uid, ruling=Ruling(undone_by, 1, reason_code=ReasonCode.ABUSE), now=clock()
        )

        row = await Rating.get(uid=uid)
        assert (row.status, row.score) == (status, 4)

    async def test_is_the_bureaus_once_the_bureau_was_asked(self, town: Town, actor: Ask, clock: Any) -> None:
        shen, uid = await actor("shen"), town.feedback.waiting
        ruling = Ruling(RatingEvent.ESCALATE, 1, reason_code=ReasonCode.UNSURE)
        await actions.moderate(actor=shen, uid=uid, ruling=ruling, now=clock())

        desk = await queries.moderation_desk(actor=shen, decided_uid=uid, wish=ALL, now=clock())

        assert desk.decided is not None
        assert desk.decided.undone_by is None


class TestNeighbours:
    async def test_copies_come_first_wherever_they_were_said(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        await given.many(town, "first_hospital", [1], text="停车要走很远，门口也没有人指路。", now=clock())
        await given.many(town, "songhe", [1] * 3, text="看的好！就是那个挂号小伙子，说话冲。", now=clock())

        near = await _near(await actor("shen"), town.feedback.waiting, clock())

        assert (near.copies, near.same_institution) == (3, 1)
        assert [card.is_copy for card in near.items[:4]] == [True, True, True, False]
        assert near.items[3].same_institution

    async def test_the_same_author_is_marked_and_not_named(self, town: Town, actor: Ask, clock: Any) -> None:
        rows = await given.many(town, "songhe", [1, 1], text="等了一上午，没有人理", now=clock())

        near = await _near(await actor("shen"), rows[0].uid, clock())

        assert all(card.same_author for card in near.items if card.uid == rows[1].uid)
        assert "陈晓敏" not in repr(near)

    async def test_what_was_said_long_ago_is_not_looked_at(self, town: Town, actor: Ask, clock: Any) -> None:
        rows = await given.many(town, "songhe", [1, 1], text="等了一上午，没有人理", now=clock())
        await Rating.filter(id=rows[1].id).update(created_at=clock() - timedelta(days=31))

        near = await _near(await actor("shen"), rows[0].uid, clock())

        assert rows[1].uid not in [card.uid for card in near.items]


async def _near(actor: Actor, uid: str, now: Any) -> queries.Neighbours:
    desk = await queries.moderation_desk(actor=actor, uid=uid, wish=ALL, now=now)
    assert desk.file is not None
    return desk.file.neighbours
