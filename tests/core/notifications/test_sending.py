"""At most once over the platform: marked and paid before, settled after, never guessed in between."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.kit.ids import new_uid
from server.notifications import actions, queries
from server.notifications.models import CallListEntry, CreditEntry, Delivery, InboxMessage, SubscriptionCredit
from server.notifications.rules import CallReason, DeliveryChannel, DeliveryStatus, SendOutcome
from server.outbox.models import OutboxMessage
from server.wechat.gateway import Errcode, Outage

Ask = Callable[[str], Awaitable[Actor]]
SYSTEM = system_actor("tests")
TEMPLATE = "tmpl_consent_asked"


@dataclass
class Post:
    """One critical message for the daughter, on its way."""

    account_id: int
    delivery_uid: str
    clock: Any

    async def delivery(self) -> Delivery:
        return await Delivery.get(uid=self.delivery_uid).select_related("inbox_message")

    async def status(self) -> DeliveryStatus:
        found: DeliveryStatus = (await self.delivery()).status
        return found

    async def balance(self) -> int:
        row = await SubscriptionCredit.get_or_none(account_id=self.account_id, template=TEMPLATE)
        return row.balance if row else 0

    async def give(self, credits_given: int) -> None:
        row = SubscriptionCredit(
            account_id=self.account_id, template=TEMPLATE, balance=credits_given, created_at=self.clock()
        )
        await row.save()
        await CreditEntry(
            credit_id=row.id, kind="earned", amount=credits_given, source="phone", created_at=self.clock()
        ).save()

    async def begin(self, **later: float) -> Any:
        return await actions.begin_send(
            actor=SYSTEM, delivery_uid=self.delivery_uid, now=self.clock() + timedelta(**later)
        )

    async def finish(self, outcome: SendOutcome) -> None:
        await actions.finish_send(
            actor=SYSTEM, delivery_uid=self.delivery_uid, outcome=outcome, now=self.clock()
        )

    async def called(self) -> list[CallReason]:
        rows = await CallListEntry.filter(account_id=self.account_id)
        return [row.reason for row in rows]

    async def sound(self) -> bool:
        return await queries.faults(now=self.clock() + timedelta(days=1)) == []


@pytest_asyncio.fixture
async def post(town: Town, actor: Ask, clock: Any) -> Post:
    daughter = await actor("daughter")
    assert daughter.account_id is not None
    message = InboxMessage(
        account_id=daughter.account_id, message_uid=new_uid(), topic="consent.requested", title="有一份授权请您决定",
        text="请点开看清楚后再决定。", target="pages/consent/consent", critical=True, created_at=clock(),
    )  # fmt: skip
    await message.save()
    delivery = Delivery(
        inbox_message_id=message.id,
        channel=DeliveryChannel.SUBSCRIPTION,
        template=TEMPLATE,
        data={},
        created_at=clock(),
    )
    await delivery.save()
    return Post(daughter.account_id, delivery.uid, clock)


class TestBegin:
    async def test_marks_and_pays_before_anything_is_sent(self, post: Post) -> None:
        await post.give(1)

        sending = await post.begin()

        assert sending.template == TEMPLATE
        assert (await post.status(), await post.balance()) == (DeliveryStatus.SENDING, 0)
        assert sending.openid not in repr(sending)

    async def test_lets_one_worker_in(self, post: Post) -> None:
        await post.give(2)

        assert [await post.begin() is not None for _ in range(3)] == [True, False, False]
        assert await post.balance() == 1

    async def test_without_credit_somebody_calls(self, post: Post) -> None:
        assert await post.begin() is None

        assert (await post.status(), await post.called()) == (
            DeliveryStatus.NO_CREDIT,
            [CallReason.NO_CREDIT],
        )

    async def test_what_was_read_needs_no_sending(self, post: Post) -> None:
        await post.give(1)
        await InboxMessage.filter(id=(await post.delivery()).inbox_message_id).update(read_at=post.clock())

        assert await post.begin() is None

        assert (await post.status(), await post.balance()) == (DeliveryStatus.UNNEEDED, 1)

    async def test_a_worker_that_comes_late_waits_for_the_morning(self, post: Post) -> None:
        await post.give(1)

        assert await post.begin(hours=12) is None  # at nine in the evening

        assert (await post.status(), await post.balance()) == (DeliveryStatus.WAITING, 1)
        again = await OutboxMessage.get(once_key__startswith=f"wechat.send:{post.delivery_uid}:")
        assert again.due_at == post.clock() + timedelta(hours=22)


class TestFinish:
    async def test_an_accepted_message_is_sent(self, post: Post) -> None:
        await post.give(1)
        await post.begin()

        await post.finish(SendOutcome(platform_uid="9223372036854775808"))

        assert (await post.status(), (await post.delivery()).platform_uid) == (
            DeliveryStatus.SENT,
            "9223372036854775808",
        )
        assert await post.sound()

    async def test_43101_empties_the_ledger_and_somebody_calls(self, post: Post) -> None:
        await post.give(3)
        await post.begin()

        await post.finish(SendOutcome(refused=Errcode.NOT_SUBSCRIBED))

        assert (await post.status(), await post.balance()) == (DeliveryStatus.NO_CREDIT, 0)
        assert await post.called() == [CallReason.NO_CREDIT]
        assert await post.sound()

    async def test_43108_is_tried_again_later_and_paid_once(self, post: Post) -> None:
        await post.give(1)
        await post.begin()

        await post.finish(SendOutcome(refused=Errcode.SENT_CONCURRENTLY))

        assert await post.status() is DeliveryStatus.WAITING
        again = await OutboxMessage.get(once_key__startswith=f"wechat.send:{post.delivery_uid}:")
        assert again.due_at >= post.clock() + timedelta(seconds=1)
        assert await post.begin(seconds=10) is not None
        await post.finish(SendOutcome(platform_uid="1"))
        assert (await post.balance(), await post.sound()) == (0, True)

    @pytest.mark.parametrize("code", [40003, 40037, 41030, 47003, 43107, 45168])
    async def test_a_refusal_is_final_and_gives_the_credit_back(self, post: Post, code: int) -> None:
        await post.give(1)
        await post.begin()

        await post.finish(SendOutcome(refused=code))

        assert (await post.status(), await post.balance()) == (DeliveryStatus.REFUSED, 1)
        assert await post.called() == [CallReason.REFUSED]
        assert await post.sound()

    async def test_a_lost_answer_is_never_sent_again(self, post: Post) -> None:
        await post.give(2)
        await post.begin()

        await post.finish(SendOutcome(outage=Outage.TIMEOUT))

        assert await post.begin(hours=1) is None
        assert (await post.status(), await post.balance()) == (DeliveryStatus.LOST, 1)
        assert await post.called() == [CallReason.LOST]


class TestACrashInBetween:
    async def test_the_message_is_not_sent_twice_and_a_person_calls(self, post: Post) -> None:
        """The sender died between the platform and the answer: the message may lie on the phone already."""
        await post.give(2)
        await post.begin()
        later = post.clock() + timedelta(minutes=5)

        assert await post.begin(minutes=1) is None
        assert await actions.sweep_lost_sends(actor=SYSTEM, now=later - timedelta(seconds=1)) == 0
        assert await actions.sweep_lost_sends(actor=SYSTEM, now=later) == 1
        await post.finish(SendOutcome(platform_uid="1"))  # the dead come back

        assert (await post.status(), await post.balance()) == (DeliveryStatus.LOST, 1)
        assert await post.called() == [CallReason.LOST]
        assert await post.sound()


class TestWithThePlatform:
    @pytest.mark.parametrize(
        ("employed", "ends"), [(True, DeliveryStatus.SENT), (False, DeliveryStatus.NO_CREDIT)]
    )
    async def test_staff_are_written_to_as_employees_without_credit(
        self, town: Town, api: Any, clock: Any, simulator: Any, worker_pass: Callable[[], Awaitable[int]],
        *, employed: bool, ends: DeliveryStatus,
    ) -> None:  # fmt: skip
        await api("nurse")
        await simulator.control("employ", persona="nurse", employed=employed)
        uid = new_uid()
        await actions.announce(
            actor=SYSTEM, topic="visits.planned", message_uid=uid, now=clock(),
            payload={"visit": town.visits.today, "residents": [town.people.wang, town.people.li]},
        )  # fmt: skip
        await worker_pass()

        hers = await Delivery.get(inbox_message__message_uid=uid)
        assert (hers.channel, hers.status, hers.credit_spent) == (DeliveryChannel.EMPLOYEE, ends, False)
        assert await queries.faults(now=clock()) == []

    async def test_what_was_agreed_to_arrives_once(
        self, town: Town, api: Any, clock: Any, simulator: Any, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        await api("daughter")  # the platform knows only who has been in the mini-program
        uid = new_uid()
        await actions.announce(
            actor=SYSTEM, topic="visits.confirmed", message_uid=uid, now=clock(),
            payload={"visit": town.visits.confirmed, "residents": [town.people.wang]},
        )  # fmt: skip
        for _ in range(3):
            await worker_pass()
            # What certainly was not sent is tried again some seconds later; the town's clock does not run by itself.
            clock.advance(minutes=1)

        hers = await Delivery.get(
            inbox_message__message_uid=uid, inbox_message__account__uid=town.identity.accounts["daughter"]
        )
        assert hers.status is DeliveryStatus.SENT
        arrived = [
            each for each in simulator.world.journal.outbox if str(each.get("msgid")) == hers.platform_uid
        ]
        assert len(arrived) == 1
        assert await queries.faults(now=clock()) == []
