"""Giving a score, once, for a confirmed service; taking it back in time; what becomes of its text."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.feedback import actions, queries
from server.feedback.actions import Opinion, Ruling
from server.feedback.errors import (
    AlreadyCounted,
    AlreadyDecided,
    HasOwnPhone,
    NotAwaitingEdit,
    ReasonNeeded,
    TokenExpired,
    TokenSpent,
)
from server.feedback.models import FeedbackCase, ModerationDecision, Rating, RatingToken, TextRevision
from server.feedback.rules import (
    MODERATOR_EVENTS,
    RATING_MOVES,
    Capacity,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Verdict,
)
from server.kit.errors import Forbidden, IllegalMove, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.visits.models import Visit, VisitItem
from tests.core.feedback import given

Ask = Callable[[str], Awaitable[Actor]]
SYSTEM = system_actor("tests")
ALL = PageWish(limit=100)


class TestRatingTokens:
    async def test_come_from_a_visit_that_both_sides_confirmed(self, town: Town) -> None:
        token = await RatingToken.get(uid=town.feedback.open_token).select_related("resident", "subject")

        assert token.source_uid == town.visits.confirmed
        assert (token.resident.uid, token.subject.uid) == (town.people.wang, town.alliance.health_center)

    async def test_do_not_come_from_a_visit_that_one_side_confirmed(self, town: Town, clock: Any) -> None:
        made = await actions.issue_rating_tokens(
            actor=SYSTEM, source="visit", source_uid=town.visits.waiting, now=clock()
        )

        assert made == 0

    async def test_do_not_come_from_a_visit_that_is_disputed_by_now(self, town: Town, clock: Any) -> None:
        await RatingToken.filter(source_uid=town.visits.confirmed).update(source_uid="elsewhere")
        await Visit.filter(uid=town.visits.confirmed).update(status="disputed")

        made = await actions.issue_rating_tokens(
            actor=SYSTEM, source="visit", source_uid=town.visits.confirmed, now=clock()
        )

        assert made == 0

    async def test_are_one_per_visit_and_resident_however_often_the_news_comes(
        self, town: Town, clock: Any
    ) -> None:
        made = await actions.issue_rating_tokens(
            actor=SYSTEM, source="visit", source_uid=town.visits.confirmed, now=clock()
        )

        assert made == 0
        assert await RatingToken.filter(source_uid=town.visits.confirmed).count() == 1

    async def test_are_not_for_those_who_were_not_seen(self, town: Town, clock: Any) -> None:
        await RatingToken.filter(source_uid=town.visits.confirmed).update(source_uid="elsewhere")
        await VisitItem.filter(uid=town.visits.confirmed_wang).update(outcome="absent")

        made = await actions.issue_rating_tokens(
            actor=SYSTEM, source="visit", source_uid=town.visits.confirmed, now=clock()
        )

        assert made == 0


class TestRate:
    async def test_works_for_the_resident_and_leaves_its_marks(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        card = await actions.rate(
            actor=await actor("wang"), token_uid=town.feedback.open_token, opinion=Opinion(5), now=clock()
        )

        assert (card.score, card.capacity, card.status) == (5, Capacity.SELF, RatingStatus.PUBLISHED)
        assert await AuditEntry.filter(action="feedback.rated", subject_uid=card.uid).count() == 1

    async def test_works_for_a_daughter_with_rating_scope(self, town: Town, actor: Ask, clock: Any) -> None:
        card = await actions.rate(
            actor=await actor("daughter"), token_uid=town.feedback.open_token, opinion=Opinion(4), now=clock()
        )

        assert card.capacity is Capacity.FAMILY

    @pytest.mark.parametrize("who", ["nephew", "stranger", "guardian", "nurse", "doctor"])
    async def test_does_not_admit_the_token_to_others(
        self, town: Town, actor: Ask, clock: Any, who: str
    ) -> None:
        with pytest.raises(NotFound):
            await actions.rate(
                actor=await actor(who), token_uid=town.feedback.open_token, opinion=Opinion(1), now=clock()
            )

    async def test_happens_once_per_token(self, town: Town, actor: Ask, clock: Any) -> None:
        """I40."""
        await actions.rate(
            actor=await actor("wang"), token_uid=town.feedback.open_token, opinion=Opinion(5), now=clock()
        )

        with pytest.raises(TokenSpent):
            await actions.rate(
                actor=await actor("daughter"),
                token_uid=town.feedback.open_token,
                opinion=Opinion(1),
                now=clock(),
            )

        assert await Rating.filter(token_key=town.feedback.open_token).count() == 1

    async def test_is_refused_from_the_minute_the_token_expires(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        token = await RatingToken.get(uid=town.feedback.open_token)
        wang = await actor("wang")

        with pytest.raises(TokenExpired):
            await actions.rate(actor=wang, token_uid=token.uid, opinion=Opinion(5), now=token.expires_at)

        last_moment = token.expires_at - timedelta(seconds=1)
        assert (
            await actions.rate(actor=wang, token_uid=token.uid, opinion=Opinion(5), now=last_moment)
        ).score == 5

    async def test_is_marked_when_the_author_works_there(self, town: Town, actor: Ask, clock: Any) -> None:
        """I44: a doctor of the center, who happens to be a proxy, is the center's own staff."""
        doctor, daughter = await actor("doctor"), await actor("daughter")
        both = Actor(
            daughter.account_id,
            daughter.account_uid,
            daughter.name,
            (*daughter.grants, *doctor.grants),
            daughter.channel,
        )

        card = await actions.rate(
            actor=both, token_uid=town.feedback.open_token, opinion=Opinion(5), now=clock()
        )

        assert (await Rating.get(uid=card.uid)).own_staff


class TestAssist:
    async def test_a_nurse_writes_down_what_a_resident_without_a_phone_says(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        card = await actions.assist_rating(
            actor=await actor("other_nurse"),
            token_uid=town.feedback.to_assist,
            opinion=Opinion(3),
            now=clock(),
        )

        assert card.capacity is Capacity.ASSISTED

    async def test_is_refused_where_the_resident_has_a_phone(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        with pytest.raises(HasOwnPhone):
            await actions.assist_rating(
                actor=await actor("nurse"),
                token_uid=town.feedback.open_token,
                opinion=Opinion(5),
                now=clock(),
            )

    @pytest.mark.parametrize("who", ["nurse", "doctor", "daughter"])
    async def test_is_only_for_staff_of_the_home_where_they_live(
        self, town: Town, actor: Ask, clock: Any, who: str
    ) -> None:
        with pytest.raises(NotFound):
            await actions.assist_rating(
                actor=await actor(who), token_uid=town.feedback.to_assist, opinion=Opinion(5), now=clock()
            )


class TestTakeBack:
    async def test_within_minutes_it_never_was_and_may_be_given_anew(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        wang = await actor("wang")
        first = await actions.rate(
            actor=wang, token_uid=town.feedback.open_token, opinion=Opinion(1), now=clock()
        )

        await actions.take_back(actor=wang, uid=first.uid, now=clock() + given.UNDO - timedelta(seconds=1))
        await actions.rate(
            actor=wang, token_uid=town.feedback.open_token, opinion=Opinion(5), now=clock() + given.UNDO
        )
        await actions.sweep_clocks(actor=SYSTEM, now=clock() + timedelta(hours=1))

        assert not await FeedbackCase.exists(origin_uid=first.uid)
        assert await queries.faults(now=clock() + timedelta(hours=1)) == []

    async def test_once_it_counts_it_stands(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")
        card = await actions.rate(
            actor=wang, token_uid=town.feedback.open_token, opinion=Opinion(1), now=clock()
        )

        with pytest.raises(AlreadyCounted):
            await actions.take_back(actor=wang, uid=card.uid, now=clock() + given.UNDO)

        assert (await RatingToken.get(uid=town.feedback.open_token)).status == "used"

    async def test_is_for_the_author_alone(self, town: Town, actor: Ask, clock: Any) -> None:
        card = await actions.rate(
            actor=await actor("daughter"), token_uid=town.feedback.open_token, opinion=Opinion(1), now=clock()
        )

        with pytest.raises(NotFound):
            await actions.take_back(actor=await actor("wang"), uid=card.uid, now=clock())


class TestScreening:
    async def test_a_pass_is_published_and_silence_waits_for_a_person(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        for verdict, status in (
            (Verdict.PASS, RatingStatus.PUBLISHED),
            (Verdict.REVIEW, RatingStatus.SCREENING),
            (Verdict.UNAVAILABLE, RatingStatus.SCREENING),
            (Verdict.RISKY, RatingStatus.RETURNED_FOR_EDIT),
        ):
            card = await given.rating(town, daughter, "wang", "health_center", text="医生很耐心", now=clock())
            await actions.apply_verdict(
                actor=SYSTEM, rating_uid=card.uid, revision=1, verdict=verdict, now=clock()
            )
            assert (await Rating.get(uid=card.uid)).status is status

    async def test_the_first_verdict_stays(self, town: Town, actor: Ask, clock: Any) -> None:
        card = await given.rating(
            town, await actor("daughter"), "wang", "health_center", text="医生很耐心", now=clock()
        )

        first = await actions.apply_verdict(
            actor=SYSTEM, rating_uid=card.uid, revision=1, verdict=Verdict.REVIEW, now=clock()
        )
        second = await actions.apply_verdict(
            actor=SYSTEM, rating_uid=card.uid, revision=1, verdict=Verdict.PASS, now=clock()
        )

        assert (first, second) == (True, False)
        assert (await Rating.get(uid=card.uid)).status is RatingStatus.SCREENING

    async def test_the_local_list_returns_at_once_and_the_author_learns_why(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """I43."""
        card = await given.rating(
            town, await actor("daughter"), "wang", "health_center", text="请打 13800138000 找我", now=clock()
        )

        assert card.status is RatingStatus.RETURNED_FOR_EDIT
        assert card.reason is not None
        assert "电话" in card.reason
        assert not await OutboxMessage.exists(once_key=f"feedback.check_text:{card.uid}:1")

    async def test_a_returned_text_is_rewritten_and_looked_at_again(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """I43."""
        daughter = await actor("daughter")
        card = await given.rating(town, daughter, "wang", "health_center", text="加微信领优惠", now=clock())

        again = await actions.edit_text(actor=daughter, uid=card.uid, text="医生很耐心", now=clock())

        assert (again.status, again.text, again.reason, again.score) == (
            RatingStatus.SCREENING,
            "医生很耐心",
            None,
            5,
        )
        assert await TextRevision.filter(rating__uid=card.uid).count() == 2
        assert await OutboxMessage.exists(once_key=f"feedback.check_text:{card.uid}:2")

    async def test_a_text_taken_out_leaves_the_score_alone_in_public(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        card = await given.rating(town, daughter, "wang", "health_center", text="加微信领优惠", now=clock())

        again = await actions.edit_text(actor=daughter, uid=card.uid, text="", now=clock())

        assert (again.status, again.text, again.score) == (RatingStatus.PUBLISHED, "", 5)

    async def test_a_published_text_is_not_rewritten(self, town: Town, actor: Ask, clock: Any) -> None:
        with pytest.raises(NotAwaitingEdit):
            await actions.edit_text(
                actor=await actor("daughter"), uid=town.feedback.praised, text="改一改", now=clock()
            )


class TestModerate:
    async def test_publishes_and_keeps_what_was_decided(self, town: Town, actor: Ask, clock: Any) -> None:
        await actions.moderate(
            actor=await actor("shen"),
            uid=town.feedback.waiting,
            ruling=Ruling(RatingEvent.PUBLISH, 1),
            now=clock(),
        )

        decision = await ModerationDecision.get(rating__uid=town.feedback.waiting)
        assert (decision.event, decision.before_digest == decision.after_digest) == (
            RatingEvent.PUBLISH,
            False,
        )
        assert (await Rating.get(uid=town.feedback.waiting)).status is RatingStatus.PUBLISHED

    @pytest.mark.parametrize("event", [RatingEvent.RETURN, RatingEvent.WITHHOLD, RatingEvent.ESCALATE])
    async def test_needs_a_reason_to_hide(
        self, town: Town, actor: Ask, clock: Any, event: RatingEvent
    ) -> None:
        """T16."""
        with pytest.raises(ReasonNeeded):
            await actions.moderate(
                actor=await actor("shen"), uid=town.feedback.waiting, ruling=Ruling(event, 1), now=clock()
            )

    @pytest.mark.parametrize("state", [each for each in RatingStatus if each is not RatingStatus.TOKEN])
    @pytest.mark.parametrize("event", list(RatingEvent))
    async def test_carries_out_what_is_listed_and_refuses_the_rest(
        self, town: Town, actor: Ask, clock: Any, state: RatingStatus, event: RatingEvent
    ) -> None:
        """T16: every pair, through the action."""
        await Rating.filter(uid=town.feedback.waiting).update(status=state)
        reason = ReasonCode.UNSURE if event is RatingEvent.ESCALATE else ReasonCode.ABUSE
        decide = actions.moderate(
            actor=await actor("qian"),
            uid=town.feedback.waiting,
            ruling=Ruling(event, 1, reason_code=reason),
            now=clock(),
        )

        if event in MODERATOR_EVENTS and RATING_MOVES.allows(state, event):
            await decide
            assert (await Rating.get(uid=town.feedback.waiting)).status is RATING_MOVES.after(state, event)
        else:
            with pytest.raises(IllegalMove):
                await decide

    async def test_what_was_escalated_is_for_the_bureau(self, town: Town, actor: Ask, clock: Any) -> None:
        shen, escalate = await actor("shen"), Ruling(RatingEvent.ESCALATE, 1, reason_code=ReasonCode.UNSURE)
        await actions.moderate(actor=shen, uid=town.feedback.waiting, ruling=escalate, now=clock())

        with pytest.raises(Forbidden):
            await actions.moderate(
                actor=shen, uid=town.feedback.waiting, ruling=Ruling(RatingEvent.PUBLISH, 1), now=clock()
            )

        await actions.moderate(
            actor=await actor("tang"),
            uid=town.feedback.waiting,
            ruling=Ruling(RatingEvent.PUBLISH, 1),
            now=clock(),
        )

    async def test_never_decides_on_a_text_that_nobody_has_read(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        await Rating.filter(uid=town.feedback.waiting).update(revision=2)

        with pytest.raises(AlreadyDecided):
            await actions.moderate(
                actor=await actor("shen"),
                uid=town.feedback.waiting,
                ruling=Ruling(RatingEvent.PUBLISH, 1),
                now=clock(),
            )

    @pytest.mark.parametrize("who", ["he", "zhao", "zheng", "xu", "daughter"])
    async def test_is_not_for_the_rated_nor_for_anybody_else(
        self, town: Town, actor: Ask, clock: Any, who: str
    ) -> None:
        with pytest.raises(NotFound):
            await actions.moderate(
                actor=await actor(who),
                uid=town.feedback.waiting,
                ruling=Ruling(RatingEvent.PUBLISH, 1),
                now=clock(),
            )


class TestWhoSees:
    async def test_the_institution_sees_no_name_and_no_day(self, town: Town, actor: Ask, clock: Any) -> None:
        page = await queries.ratings_of_subject(actor=await actor("feng"), wish=ALL, now=clock())

        assert {card.uid for card in page.items} == {town.feedback.praised, town.feedback.low}
        told = repr(page)
        assert not any(name in told for name in ("王桂兰", "李福生", "陈晓敏", "周正", "2026-02-16"))

    async def test_the_institution_does_not_read_what_is_not_published(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        page = await queries.ratings_of_subject(actor=await actor("zhao"), wish=ALL, now=clock())

        assert [(card.uid, card.text) for card in page.items] == [(town.feedback.waiting, None)]

    async def test_a_home_does_not_see_what_its_residents_said_of_others(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        page = await queries.ratings_of_subject(actor=await actor("he"), wish=ALL, now=clock())

        assert page.items == ()

    async def test_the_family_sees_its_own_and_nobody_elses(self, town: Town, actor: Ask, clock: Any) -> None:
        daughter = await queries.my_ratings(actor=await actor("daughter"), wish=ALL, now=clock())
        stranger = await queries.my_ratings(actor=await actor("stranger"), wish=ALL, now=clock())

        assert {card.uid for card in daughter.items} == {town.feedback.praised, town.feedback.waiting}
        assert stranger.items == ()
