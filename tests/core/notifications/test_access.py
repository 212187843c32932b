"""Whose messages, calls and credits a deed reaches: its own alone; and what was settled already stays as it was."""

from datetime import timedelta

import pytest
import pytest_asyncio

from server.authority.actor import system_actor
from server.kit.errors import NotFound
from server.kit.ids import new_uid
from server.notifications import actions
from server.notifications.access import call_for
from server.notifications.actions.calls import _put_back
from server.notifications.actions.credits import SENT
from server.notifications.actions.sending import _move
from server.notifications.models import (
    CallListEntry,
    CreditEntry,
    Delivery,
    InboxMessage,
    QuietPreference,
    SubscriptionCredit,
)
from server.notifications.rules import (
    CallReason,
    CallStatus,
    Choice,
    DeliveryChannel,
    DeliveryEvent,
    DeliveryStatus,
)
from tests.core.notifications import writes

SYSTEM = system_actor("tests")
OF_AN_ACCOUNT = (
    (InboxMessage, "account_id"), (Delivery, "inbox_message__account_id"), (QuietPreference, "account_id"),
    (SubscriptionCredit, "account_id"), (CreditEntry, "credit__account_id"), (CallListEntry, "account_id"),
)  # fmt: skip


async def sent_to(who, now):
    """Give somebody a row in every table of this room; return the delivery."""
    message = InboxMessage(
        account_id=who.account_id, message_uid=new_uid(), topic="consent.requested", title="有一份授权请您决定",
        text="请点开看清楚后再决定。", target="pages/consent/consent", created_at=now,
    )  # fmt: skip
    await message.save()
    delivery = Delivery(
        inbox_message_id=message.id, channel=DeliveryChannel.SUBSCRIPTION, template=writes.T, platform_uid=new_uid(),
        status=DeliveryStatus.SENT, created_at=now,
    )  # fmt: skip
    await delivery.save()
    await actions.report_choices(actor=who, choices={writes.T: Choice.ACCEPT}, now=now)
    await actions.set_quiet_hours(actor=who, starts_minute=0, ends_minute=60, now=now)
    await CallListEntry(
        once_key=new_uid(), account_id=who.account_id, topic="consent.requested", text="有一份授权请您决定",
        reason=CallReason.LOST, created_at=now,
    ).save()  # fmt: skip
    return delivery


@pytest_asyncio.fixture
async def delivery(stage):
    return await sent_to(await stage.actor("wang"), stage.now)


class TestNobodyElseIsTouched:
    @pytest.mark.parametrize(
        "write",
        [writes.read_one, writes.read_all, writes.say_when_not_to_be_disturbed, writes.forget],
        ids=lambda each: each.__name__,
    )
    async def test_by_what_the_daughter_does_with_her_own(self, stage, delivery, write):
        ready = await write(stage)
        await sent_to(ready.actor, stage.now)
        wang = (await stage.actor("wang")).account_id
        before = [
            await table.filter(**{whose: wang}).order_by("id").values() for table, whose in OF_AN_ACCOUNT
        ]
        assert all(before)
        await ready.run()
        assert [
            await table.filter(**{whose: wang}).order_by("id").values() for table, whose in OF_AN_ACCOUNT
        ] == before


class TestReading:
    async def test_is_of_the_first_time(self, stage):
        for write in (writes.read_one, writes.read_all):
            await (await write(stage)).run()
        later = {"actor": await stage.actor("daughter"), "now": stage.now + timedelta(hours=1)}
        await actions.mark_read(uid=stage.town.notifications.unread, **later)
        await actions.mark_all_read(**later)
        assert (await InboxMessage.get(uid=stage.town.notifications.unread)).read_at == stage.now

    async def test_everything_leaves_what_came_after_one_looked(self, stage):
        coming = InboxMessage.filter(uid=stage.town.notifications.unread)
        await coming.update(created_at=stage.now + timedelta(seconds=1))
        await (await writes.read_all(stage)).run()
        assert (await coming.get()).read_at is None


class TestACall:
    async def test_is_there_for_the_hotline_alone(self, stage):
        uid = stage.town.notifications.call
        assert (await call_for(actor=await stage.actor("xu"), uid=uid)).uid == uid
        for login in ("he", "root", "zheng", "daughter"):
            with pytest.raises(NotFound):
                await call_for(actor=await stage.actor(login), uid=uid)

    @pytest.mark.parametrize(
        "since", [{"status": CallStatus.DONE}, {"claimed_at": None}], ids=["finished", "taken_anew"]
    )
    async def test_is_not_put_back_by_who_looked_before_it_went_on(self, stage, since):
        await (await writes.claim(stage)).run()
        rows = CallListEntry.filter(uid=stage.town.notifications.call)
        looked_at = await rows.get()
        await rows.update(**since)
        assert not await _put_back(looked_at)
        assert await rows.values(*since) == [since]


class TestADelivery:
    async def test_that_was_refused_is_not_refused_again(self, stage, delivery):
        for code, later in ((2, 0), (3, 1)):
            await actions.note_subscription_event(
                actor=SYSTEM, account_uid=stage.town.identity.accounts["wang"], event=SENT, dedup_key=str(code),
                entries=[{"TemplateId": writes.T, "MsgID": delivery.platform_uid, "ErrorCode": code}],
                now=stage.now + timedelta(hours=later),
            )  # fmt: skip
        row = await Delivery.get(id=delivery.id)
        assert (row.status, row.fault, row.ended_at) == (DeliveryStatus.REFUSED, "2", stage.now)

    async def test_is_begun_by_one_of_two_who_found_it_waiting(self, stage, delivery):
        delivery.status = DeliveryStatus.WAITING
        await delivery.save(update_fields=["status"])
        assert await _move(delivery, DeliveryEvent.BEGIN, stage.now)
        assert not await _move(delivery, DeliveryEvent.BEGIN, stage.now)
