"""Which ratings are there for whom: what counts, what waits for a second person, and for nobody else."""

from datetime import timedelta

import pytest

from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.feedback.access import published, rating_of_institution_for, rating_to_moderate
from server.feedback.errors import NotAwaitingEdit, ReasonNeeded
from server.feedback.models import Rating
from server.feedback.rules import RatingStatus, Verdict
from server.kit.errors import Forbidden, NotFound
from server.kit.pages import PageWish
from tests.core.feedback import writes

NOT_COUNTED = ("taken_back_at", "voided_at", "counts_from")


class TestARatingThatDoesNotCount:
    @pytest.mark.parametrize("why", NOT_COUNTED)
    async def test_is_not_public_and_not_there_for_whom_it_is_about(self, stage, why):
        rows = Rating.filter(uid=stage.town.feedback.praised)
        seen = {"uid": stage.town.feedback.praised, "permission": Permission.RATING_READ, "now": stage.now}
        askers = [await stage.actor(login) for login in ("feng", "tang")]
        assert await rows.filter(published(now=stage.now)).exists()
        for who in askers:
            assert await rating_of_institution_for(actor=who, **seen)
        await rows.update(**{why: stage.now + timedelta(seconds=1)})
        assert not await rows.filter(published(now=stage.now)).exists()
        for who in askers:
            with pytest.raises(NotFound):
                await rating_of_institution_for(actor=who, **seen)

    async def test_is_not_moderated_once_it_was_taken_back(self, stage):
        uid, shen = stage.town.feedback.waiting, await stage.actor("shen")
        assert await rating_to_moderate(actor=shen, uid=uid)
        await Rating.filter(uid=uid).update(taken_back_at=stage.now)
        with pytest.raises(NotFound):
            await rating_to_moderate(actor=shen, uid=uid)

    async def test_is_not_rewritten_once_it_was_taken_back(self, stage):
        ready = await writes.edit_a_text_that_came_back(stage)
        await Rating.filter(uid=stage.town.feedback.waiting).update(taken_back_at=stage.now)
        with pytest.raises(NotAwaitingEdit):
            await ready.run()


class TestAVerdict:
    @pytest.mark.parametrize(
        "since", [{"status": RatingStatus.WITHHELD}, {"revision": 2}], ids=["decided", "rewritten"]
    )
    async def test_that_comes_too_late_changes_nothing(self, stage, since):
        rows = Rating.filter(uid=stage.town.feedback.waiting)
        await rows.update(**{"status": RatingStatus.SCREENING, "revision": 1, "verdict": None} | since)
        before = await rows.values()
        late = {"rating_uid": stage.town.feedback.waiting, "revision": 1, "verdict": Verdict.PASS}
        assert not await actions.apply_verdict(actor=await stage.actor("shen"), **late, now=stage.now)
        assert await rows.values() == before


class TestAVoid:
    async def test_is_proposed_by_a_bureau_and_not_by_whom_the_case_is_about(self, stage):
        with pytest.raises(Forbidden):
            await actions.propose_case_void(
                actor=await stage.actor("feng"),
                case_uid=stage.town.feedback.case,
                reason="不实",
                now=stage.now,
            )

    async def test_is_decided_once_and_with_a_reason(self, stage):
        ready = await writes.reject_void(stage)
        with pytest.raises(ReasonNeeded):
            await actions.decide_void(actor=ready.actor, **{**ready.said, "reason": " "})
        await ready.run()
        with pytest.raises(NotFound):
            await ready.run()

    async def test_waits_for_a_bureau_alone(self, stage):
        await writes.approve_void(stage)
        assert (
            await queries.voids_waiting(actor=await stage.actor("qian"), wish=PageWish(), now=stage.now)
        ).items
        with pytest.raises(Forbidden):
            await queries.voids_waiting(actor=await stage.actor("feng"), wish=PageWish(), now=stage.now)


async def test_the_trend_of_an_institution_is_for_who_oversees(stage):
    with pytest.raises(Forbidden):
        await queries.satisfaction_trend(
            actor=await stage.actor("feng"), institution_uid=stage.town.alliance.health_center, now=stage.now
        )
