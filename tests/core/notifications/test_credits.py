"""The ledger: what was earned is spent once, and the balance is the sum of its entries."""

import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.kit.ids import new_uid
from server.notifications import actions, queries
from server.notifications.actions.credits import CHANGE, POPUP, SENT, give_back, spend, zero
from server.notifications.errors import BadQuietHours, UnknownTemplate
from server.notifications.models import Delivery, InboxMessage, SubscriptionCredit
from server.notifications.rules import Choice, CreditSource, DeliveryChannel, DeliveryStatus
from server.notifications.templates import name_templates

Ask = Callable[[str], Awaitable[Actor]]
SYSTEM = system_actor("tests")
T = "tmpl_consent_asked"


async def balance(who: Actor, template: str = T) -> int:
    row = await SubscriptionCredit.get_or_none(account_id=who.account_id, template=template)
    return row.balance if row else 0


async def push(who: Actor, event: str, *, said: str, key: str, now: Any) -> None:
    await actions.note_subscription_event(
        actor=SYSTEM, account_uid=who.account_uid, event=event, dedup_key=key, now=now,
        entries=[{"TemplateId": T, "SubscribeStatusString": said, "PopupScene": 0}],
    )  # fmt: skip


class TestEarning:
    async def test_each_yes_is_one_message_and_they_add_up(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")
        for minutes in (0, 5, 10):
            await actions.report_choices(
                actor=wang, choices={T: Choice.ACCEPT}, now=clock() + timedelta(minutes=minutes)
            )

        assert await balance(wang) == 3

    async def test_phone_and_platform_tell_of_the_same_yes(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")
        await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=clock())
        await push(wang, POPUP, said="accept", key="first", now=clock() + timedelta(seconds=2))
        await push(wang, POPUP, said="accept", key="first", now=clock() + timedelta(seconds=4))
        assert await balance(wang) == 1

        await push(wang, POPUP, said="accept", key="second", now=clock() + timedelta(minutes=5))
        await actions.report_choices(
            actor=wang, choices={T: Choice.ACCEPT}, now=clock() + timedelta(minutes=5, seconds=1)
        )

        assert await balance(wang) == 2
        assert await queries.faults(now=clock()) == []

    async def test_the_platform_alone_is_believed_too(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")

        await push(wang, POPUP, said="accept", key="only", now=clock())

        assert await balance(wang) == 1

    async def test_a_no_earns_nothing_and_takes_nothing(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")
        await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=clock())

        await actions.report_choices(actor=wang, choices={T: Choice.REJECT}, now=clock())

        assert await balance(wang) == 1

    async def test_switching_it_off_in_the_settings_empties_the_ledger(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        wang = await actor("wang")
        await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=clock())

        await push(wang, CHANGE, said="reject", key="off", now=clock())

        assert await balance(wang) == 0
        assert await queries.faults(now=clock()) == []

    async def test_an_unknown_template_is_refused(self, town: Town, actor: Ask, clock: Any) -> None:
        with pytest.raises(UnknownTemplate):
            await actions.report_choices(
                actor=await actor("wang"), choices={"tmpl_x": Choice.ACCEPT}, now=clock()
            )


@pytest.fixture
def named() -> Iterator[str]:
    """Let the platform call one template by a name of its own."""
    theirs = "bXkgdGVtcGxhdGUgaWQgb2YgNDMgbGV0dGVycw"
    name_templates({T: theirs})
    yield theirs
    name_templates({})


class TestThePlatformsOwnIds:
    async def test_are_told_to_the_phone_and_understood_from_it(
        self, town: Town, actor: Ask, clock: Any, named: str
    ) -> None:
        wang = await actor("wang")

        cards = await actions.report_choices(actor=wang, choices={named: Choice.ACCEPT}, now=clock())

        card = next(each for each in cards if each.kind == T)
        assert (card.template, card.remaining) == (named, 1)
        with pytest.raises(UnknownTemplate):
            await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=clock())

    def test_only_templates_of_ours_are_named(self) -> None:
        with pytest.raises(ValueError, match="tmpl_x"):
            name_templates({"tmpl_x": "x"})


class TestSpending:
    async def test_the_last_credit_is_spent_once(self, town: Town, actor: Ask, clock: Any) -> None:
        wang = await actor("wang")
        await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=clock())
        assert wang.account_id is not None

        spent = [await spend(account_id=wang.account_id, template=T, now=clock()) for _ in range(3)]

        assert spent == [True, False, False]

    async def test_after_any_history_the_balance_is_the_sum_and_not_below_zero(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        dice, wang = random.Random(7), await actor("wang")
        assert wang.account_id is not None
        for step in range(120):
            now = clock() + timedelta(minutes=3 * step)
            match dice.randrange(6):
                case 0 | 1:
                    await actions.report_choices(actor=wang, choices={T: Choice.ACCEPT}, now=now)
                case 2:
                    await push(wang, POPUP, said="accept", key=f"push{step}", now=now)
                case 3 | 4:
                    if await spend(account_id=wang.account_id, template=T, now=now) and dice.random() < 0.3:
                        await give_back(account_id=wang.account_id, template=T, now=now)
                case _:
                    await zero(account_id=wang.account_id, template=T, source=CreditSource.PLATFORM, now=now)
            assert await queries.faults(now=clock()) == []


class TestWhatBecameOfIt:
    async def test_a_message_that_failed_later_is_no_longer_sent(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        wang = await actor("wang")
        message = InboxMessage(
            account_id=wang.account_id,
            message_uid=new_uid(),
            topic="x",
            title="x",
            text="x",
            target="x",
            created_at=clock(),
        )
        await message.save()
        delivery = Delivery(
            inbox_message_id=message.id, channel=DeliveryChannel.SUBSCRIPTION, template=T, status=DeliveryStatus.SENT,
            credit_spent=True, platform_uid="1864", created_at=clock(),
        )  # fmt: skip
        await delivery.save()

        await actions.note_subscription_event(
            actor=SYSTEM, account_uid=wang.account_uid, event=SENT, dedup_key="s", now=clock(),
            entries=[{"TemplateId": T, "MsgID": "1864", "ErrorCode": 2, "ErrorStatus": "failed"}],
        )  # fmt: skip

        assert (await Delivery.get(id=delivery.id)).status is DeliveryStatus.REFUSED


async def test_quiet_hours_of_no_length_are_refused(town: Town, actor: Ask, clock: Any) -> None:
    with pytest.raises(BadQuietHours):
        await actions.set_quiet_hours(
            actor=await actor("wang"), starts_minute=60, ends_minute=60, now=clock()
        )
