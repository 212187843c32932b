"""Several at once on MariaDB: one rating per token, one inbox row per news, one spending per credit, one void."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.feedback import actions as feedback
from server.feedback import queries as feedback_queries
from server.feedback.actions import Opinion, Ruling
from server.feedback.models import FeedbackCase, ModerationDecision, Rating, RatingToken
from server.feedback.rules import RatingEvent, ReasonCode
from server.kit.ids import new_uid
from server.notifications import actions, queries
from server.notifications.models import CreditEntry, Delivery, InboxMessage, SubscriptionCredit
from server.notifications.rules import Choice, SendOutcome
from tests.core.feedback import given

pytestmark = pytest.mark.mysql
Ask = Callable[[str], Awaitable[Actor]]
SYSTEM = system_actor("tests")


async def at_once(*work: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*work, return_exceptions=True))


async def test_twenty_taps_are_one_rating(town: Town, actor: Ask, clock: Any) -> None:
    """I40."""
    wang, daughter = await actor("wang"), await actor("daughter")

    answers = await at_once(
        *(
            feedback.rate(actor=who, token_uid=town.feedback.open_token, opinion=Opinion(score), now=clock())
            for who, score in [(wang, 5), (daughter, 1)] * 10
        )
    )

    assert len([each for each in answers if not isinstance(each, Exception)]) == 1
    assert {getattr(each, "code", "") for each in answers if isinstance(each, Exception)} == {
        "feedback.token_spent"
    }
    assert await Rating.filter(token_key=town.feedback.open_token).count() == 1


async def test_taking_back_and_counting_exclude_each_other(town: Town, actor: Ask, clock: Any) -> None:
    daughter = await actor("daughter")
    for _ in range(10):
        card = await given.rating(town, daughter, "wang", "health_center", score=1, now=clock())

        await at_once(
            feedback.take_back(actor=daughter, uid=card.uid, now=clock() + given.UNDO - timedelta(seconds=1)),
            feedback.sweep_counted_ratings(actor=SYSTEM, now=clock() + given.UNDO),
        )

        row = await Rating.get(uid=card.uid)
        assert (row.taken_back_at is None) != (row.settled_at is None)
        assert await FeedbackCase.exists(origin_uid=card.uid) == (row.settled_at is not None)
    assert await feedback_queries.faults(now=clock()) == []


async def test_eight_workers_open_each_case_once(town: Town, actor: Ask, clock: Any) -> None:
    daughter = await actor("daughter")
    cards = [
        await given.rating(town, daughter, "wang", "health_center", score=1, now=clock()) for _ in range(5)
    ]

    answers = await at_once(
        *(feedback.sweep_clocks(actor=SYSTEM, now=clock() + given.UNDO) for _ in range(8))
    )

    assert [each for each in answers if isinstance(each, Exception)] == []
    assert await FeedbackCase.filter(origin_uid__in=[card.uid for card in cards]).count() == 5


async def test_eight_workers_issue_one_token(town: Town, clock: Any) -> None:
    await RatingToken.filter(source_uid=town.visits.confirmed).update(source_uid="elsewhere")

    answers = await at_once(
        *(
            feedback.issue_rating_tokens(
                actor=SYSTEM, source="visit", source_uid=town.visits.confirmed, now=clock()
            )
            for _ in range(8)
        )
    )

    assert [each for each in answers if isinstance(each, Exception)] == []
    assert sum(answers) == 1
    assert await RatingToken.filter(source_uid=town.visits.confirmed).count() == 1


async def test_two_moderators_make_one_decision(town: Town, actor: Ask, clock: Any) -> None:
    shen, qian = await actor("shen"), await actor("qian")
    hide = Ruling(RatingEvent.RETURN, 1, reason_code=ReasonCode.ABUSE)

    answers = await at_once(
        feedback.moderate(
            actor=shen, uid=town.feedback.waiting, ruling=Ruling(RatingEvent.PUBLISH, 1), now=clock()
        ),
        feedback.moderate(actor=qian, uid=town.feedback.waiting, ruling=hide, now=clock()),
    )

    assert len([each for each in answers if each is None]) == 1
    assert await ModerationDecision.filter(rating__uid=town.feedback.waiting).count() == 1


async def test_eight_workers_tell_everybody_once(town: Town, clock: Any) -> None:
    uid = new_uid()

    answers = await at_once(
        *(
            actions.announce(
                actor=SYSTEM, topic="visits.confirmed", message_uid=uid, now=clock(),
                payload={"visit": town.visits.confirmed, "residents": [town.people.wang]},
            )
            for _ in range(8)
        )
    )  # fmt: skip

    assert [each for each in answers if isinstance(each, Exception)] == []
    assert sum(answers) == 2
    assert await InboxMessage.filter(message_uid=uid).count() == 2
    assert await Delivery.filter(inbox_message__message_uid=uid).count() == 2


async def test_eight_senders_spend_three_credits_three_times(town: Town, actor: Ask, clock: Any) -> None:
    wang = await actor("wang")
    for minutes in (0, 5, 10):
        await actions.report_choices(
            actor=wang, choices={"tmpl_visit_report": Choice.ACCEPT}, now=clock() - timedelta(minutes=minutes)
        )
    uids = []
    for place in range(8):
        message = InboxMessage(
            account_id=wang.account_id,
            message_uid=f"m{place}",
            topic="x",
            title="x",
            text="x",
            target="x",
            created_at=clock(),
        )
        await message.save()
        delivery = Delivery(
            inbox_message_id=message.id,
            channel="subscription",
            template="tmpl_visit_report",
            created_at=clock(),
        )
        await delivery.save()
        uids += [delivery.uid] * 2  # and each is picked up by two workers

    answers = await at_once(
        *(actions.begin_send(actor=SYSTEM, delivery_uid=uid, now=clock()) for uid in uids)
    )

    begun = [each for each in answers if each is not None]
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert len(begun) == 3
    for each in begun:
        await actions.finish_send(
            actor=SYSTEM,
            delivery_uid=each.delivery_uid,
            outcome=SendOutcome(platform_uid=each.delivery_uid),
            now=clock(),
        )
    assert (
        await SubscriptionCredit.get(account_id=wang.account_id, template="tmpl_visit_report")
    ).balance == 0
    assert await CreditEntry.filter(credit__account_id=wang.account_id, kind="spent").count() == 3
    assert await queries.faults(now=clock()) == []
