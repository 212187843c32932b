"""From one piece of news to everybody whom it concerns, exactly once."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.authority.actor import system_actor
from server.booking import actions as booking
from server.booking.models import Appointment
from server.demo import Town
from server.kit.clock import SHANGHAI, local_date
from server.kit.ids import new_uid
from server.notifications import actions
from server.notifications.models import CallListEntry, Delivery, InboxMessage
from server.notifications.rules import CallReason, CallStatus
from server.outbox.models import OutboxMessage

SYSTEM = system_actor("tests")


async def news_of_the_visit(town: Town, *, now: datetime, message_uid: str | None = None) -> int:
    return await actions.announce(
        actor=SYSTEM, topic="visits.confirmed", payload={"visit": town.visits.confirmed, "residents": [town.people.wang]},
        message_uid=message_uid or new_uid(), now=now,
    )  # fmt: skip


async def told(message_uid: str) -> set[str]:
    rows = await InboxMessage.filter(message_uid__startswith=message_uid).select_related("account")
    return {row.account.name for row in rows}


class TestAnnounce:
    async def test_reaches_the_resident_and_who_may_read_it(self, town: Town, clock: Any) -> None:
        uid = new_uid()

        assert await news_of_the_visit(town, now=clock(), message_uid=uid) == 2

        assert await told(uid) == {"王桂兰", "陈晓敏"}

    async def test_says_the_same_thing_once_however_often_it_is_delivered(
        self, town: Town, clock: Any
    ) -> None:
        uid = new_uid()

        counts = [await news_of_the_visit(town, now=clock(), message_uid=uid) for _ in range(3)]

        assert counts == [2, 0, 0]
        messages = await InboxMessage.filter(message_uid=uid).values_list("id", flat=True)
        deliveries = await Delivery.filter(inbox_message_id__in=list(messages))
        assert len(deliveries) == 2
        assert (
            await OutboxMessage.filter(
                topic="wechat.send", once_key__in=[f"wechat.send:{each.uid}" for each in deliveries]
            ).count()
            == 2
        )

    async def test_tells_no_finding_and_masks_the_name_on_the_lock_screen(
        self, town: Town, clock: Any
    ) -> None:
        uid = new_uid()
        await news_of_the_visit(town, now=clock(), message_uid=uid)

        message = await InboxMessage.filter(message_uid=uid).first()
        assert message is not None
        assert message.text == "云桥市河东社区卫生服务中心的医生来看过王桂兰，两家机构都已确认。请点开查看。"
        delivery = await Delivery.filter(inbox_message_id=message.id).first()
        assert delivery is not None
        assert delivery.data["thing1"] == "王**"
        assert "王桂兰" not in str(delivery.data)

    async def test_tells_who_answers_for_two_residents_of_each(self, town: Town, clock: Any) -> None:
        uid = new_uid()

        await actions.announce(
            actor=SYSTEM, topic="visits.confirmed", message_uid=uid, now=clock(),
            payload={"visit": town.visits.today, "residents": [town.people.wang, town.people.li]},
        )  # fmt: skip

        assert await told(uid) == {"王桂兰", "陈晓敏", "周正"}

    async def test_tells_the_staff_of_the_right_house(self, town: Town, clock: Any) -> None:
        uid = new_uid()

        await actions.announce(
            actor=SYSTEM, topic="visits.finished", message_uid=uid, now=clock(),
            payload={"visit": town.visits.waiting, "residents": [town.people.li]},
        )  # fmt: skip

        assert await told(uid) == {"何静", "金萍", "冯远"}

    async def test_tells_a_proxy_whose_authority_has_ended(self, town: Town, clock: Any) -> None:
        uid, stranger = new_uid(), town.identity.accounts["stranger"]

        await actions.announce(
            actor=SYSTEM,
            topic="people.proxy_ended",
            message_uid=uid,
            now=clock(),
            payload={"grant": new_uid(), "resident": town.people.wang, "proxy": stranger},
        )

        assert await told(uid) == {"王桂兰", "陈晓敏", "陈大勇"}

    async def test_passes_over_a_topic_that_nobody_waits_for(self, town: Town, clock: Any) -> None:
        assert (
            await actions.announce(
                actor=SYSTEM,
                topic="booking.held",
                payload={"resident": town.people.wang},
                message_uid=new_uid(),
                now=clock(),
            )
            == 0
        )

    async def test_tells_the_city_what_waits_for_its_review(self, town: Town, clock: Any) -> None:
        uid = new_uid()

        await actions.announce(
            actor=SYSTEM, topic="records.emergency_overdue", message_uid=uid, now=clock(),
            payload={"emergency": new_uid(), "resident": town.people.wang, "institution": town.alliance.first_hospital},
        )  # fmt: skip

        assert await told(uid) == {"钱明", "唐慧"}
        message = await InboxMessage.filter(message_uid=uid).first()
        assert message is not None
        assert message.text == "云桥市第一人民医院的一次紧急查看已超过复核期限，请马上处理。"

    async def test_tells_the_home_of_an_application_beside_the_resident(self, town: Town, clock: Any) -> None:
        uid = new_uid()

        await actions.announce(
            actor=SYSTEM, topic="people.proxy_applied", message_uid=uid, now=clock(),
            payload={"grant": town.people.nephew_grant, "resident": town.people.wang},
        )  # fmt: skip

        assert await told(uid) == {"王桂兰", "何静", "金萍"}

    async def test_names_what_somebody_waits_for(self, town: Town, actor: Any, clock: Any) -> None:
        card = await booking.join_waitlist(
            actor=await actor("daughter"), resident_uid=town.people.wang, department_uid=town.alliance.rehabilitation,
            first_day=local_date(clock()), last_day=local_date(clock()), reason="复查", now=clock(),
        )  # fmt: skip
        uid = new_uid()

        await actions.announce(
            actor=SYSTEM, topic="booking.waiting", message_uid=uid, now=clock(),
            payload={"entry": card.uid, "resident": town.people.wang},
        )  # fmt: skip

        message = await InboxMessage.filter(message_uid=uid).first()
        assert message is not None
        assert message.text.startswith("王桂兰在等云桥市第二人民医院康复医学科的号")
        assert "复查" not in message.text

    async def test_leads_to_the_appointment_that_came_of_an_offer(self, town: Town, clock: Any) -> None:
        uid, appointment = new_uid(), await Appointment.all().first()
        assert appointment is not None

        await actions.announce(
            actor=SYSTEM, topic="booking.booked", message_uid=uid, now=clock(),
            payload={"appointment": appointment.uid, "resident": town.people.wang, "offer": new_uid()},
        )  # fmt: skip

        message = await InboxMessage.filter(message_uid=uid).first()
        assert message is not None
        assert message.target.endswith(appointment.uid)

    async def test_a_uid_that_leads_nowhere_stops_nothing(self, town: Town, clock: Any) -> None:
        payload = {"visit": new_uid(), "residents": [town.people.wang]}

        assert (
            await actions.announce(
                actor=SYSTEM, topic="visits.confirmed", payload=payload, message_uid=new_uid(), now=clock()
            )
            == 2
        )


class TestQuietHours:
    @pytest.mark.parametrize(
        ("hour", "minute", "due"),
        [
            (20, 59, datetime(2026, 3, 2, 20, 59, tzinfo=SHANGHAI)),
            (21, 0, datetime(2026, 3, 3, 7, 0, tzinfo=SHANGHAI)),
            (6, 59, datetime(2026, 3, 2, 7, 0, tzinfo=SHANGHAI)),
            (7, 0, datetime(2026, 3, 2, 7, 0, tzinfo=SHANGHAI)),
        ],
    )
    async def test_what_can_wait_waits_for_the_morning(
        self, town: Town, hour: int, minute: int, due: datetime
    ) -> None:
        uid = new_uid()
        await news_of_the_visit(
            town, now=datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI), message_uid=uid
        )

        delivery = await Delivery.filter(inbox_message__message_uid=uid).first()
        assert delivery is not None
        assert (await OutboxMessage.get(once_key=f"wechat.send:{delivery.uid}")).due_at == due

    async def test_what_is_urgent_does_not_wait(self, town: Town, clock: Any) -> None:
        night, uid = clock() + timedelta(hours=14), new_uid()
        await actions.announce(
            actor=SYSTEM, topic="records.emergency_read", message_uid=uid, now=night,
            payload={"resident": town.people.wang, "institution": town.alliance.first_hospital},
        )  # fmt: skip

        deliveries = await Delivery.filter(inbox_message__message_uid=uid)
        assert deliveries
        for delivery in deliveries:
            assert (await OutboxMessage.get(once_key=f"wechat.send:{delivery.uid}")).due_at == night

    async def test_one_s_own_hours_come_first(self, town: Town, actor: Any, clock: Any) -> None:
        daughter, uid = await actor("daughter"), new_uid()
        await actions.set_quiet_hours(actor=daughter, starts_minute=8 * 60, ends_minute=10 * 60, now=clock())

        await news_of_the_visit(town, now=clock(), message_uid=uid)  # at nine

        hers = await Delivery.get(
            inbox_message__message_uid=uid, inbox_message__account_id=daughter.account_id
        )
        assert (await OutboxMessage.get(once_key=f"wechat.send:{hers.uid}")).due_at == clock() + timedelta(
            hours=1
        )


class TestTheCallList:
    async def test_who_has_no_wechat_and_nobody_is_called_once(self, town: Town, clock: Any) -> None:
        uid = new_uid()
        for _ in range(2):
            await actions.announce(
                actor=SYSTEM, topic="consent.requested", message_uid=uid, now=clock(),
                payload={"resident": town.people.zhao_yun, "recipient": town.alliance.second_hospital},
            )  # fmt: skip

        entry = await CallListEntry.get(once_key__startswith=uid)
        assert (entry.reason, entry.status) == (CallReason.NO_ACCOUNT, CallStatus.WAITING)
        assert entry.text.startswith("云桥市第二人民医院想查看赵云珍的部分健康档案")

    async def test_nobody_is_called_about_what_does_not_matter_so_much(self, town: Town, clock: Any) -> None:
        before = await CallListEntry.all().count()
        await actions.announce(
            actor=SYSTEM, topic="consent.expired", message_uid=new_uid(), now=clock(),
            payload={"resident": town.people.zhao_yun, "recipient": town.alliance.second_hospital},
        )  # fmt: skip

        assert await CallListEntry.all().count() == before


class TestTheWorker:
    async def test_leaves_nothing_undelivered_and_nothing_given_up(
        self, town: Town, clock: Any, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        for _ in range(3):
            await worker_pass()

        assert await OutboxMessage.filter(status="waiting", due_at__lte=clock()).count() == 0
        assert await OutboxMessage.filter(status="dead").count() == 0
        assert await InboxMessage.filter(topic="feedback.case_verifying").count() == 1
