"""The waiting room in the console, the screen on its wall, and who waits for a seat."""

import re
from typing import Any

from server.booking.models import Appointment, WaitlistOffer
from tests.admin.test_booking import DESK, book_today

QUEUE = "/admin/queue"
WAITLIST = "/admin/waitlist"


async def arrived(town: Any, console: Any) -> tuple[Any, str, dict[str, str]]:
    page, uid = await book_today(town, console)
    await page.submit(f"{DESK}/{uid}/arrive")
    return page, uid, {"department": town.alliance.cardiology, "room": "3 诊室"}


class TestQueue:
    async def test_calls_the_next_one_and_then_is_done(self, town: Any, console: Any) -> None:
        page, uid, room = await arrived(town, console)
        assert "李福生" in (await page.get(QUEUE)).text

        called = await page.submit(f"{QUEUE}/next", room)
        shown = (await page.get(called.headers["location"])).text
        done = await page.submit(f"{QUEUE}/{uid}/done", room)

        assert "请 1 号李福生到3 诊室" in shown
        assert 'value="3 诊室"' in shown  # the room stays filled in for the next one
        assert done.status_code == 303
        assert (await Appointment.get(uid=uid)).status == "fulfilled"

    async def test_registers_an_arrival_and_stays_there_for_the_next(self, town: Any, console: Any) -> None:
        page, uid = await book_today(town, console)
        row = await Appointment.get(uid=uid)
        here = {"department": town.alliance.cardiology, "room": "3 诊室"}

        answer = await page.submit(f"{QUEUE}/arrivals", here | {"code": row.arrival_code})

        shown = (await page.get(answer.headers["location"])).text
        assert "李福生已登记到诊" in shown
        assert re.search(r'name="code"[^>]* autofocus', shown)

    async def test_calls_again_and_takes_back(self, town: Any, console: Any) -> None:
        page, uid, room = await arrived(town, console)
        await page.submit(f"{QUEUE}/call", room | {"appointment": uid})

        taken_back = await page.submit(f"{QUEUE}/{uid}/take-back", room)
        again = await page.submit(f"{QUEUE}/{uid}/take-back", room)

        assert [taken_back.status_code, again.status_code] == [303, 409]
        assert (await Appointment.get(uid=uid)).called_at is None

    async def test_says_so_when_nobody_waits(self, town: Any, console: Any) -> None:
        page, _ = await book_today(town, console)

        answer = await page.submit(
            f"{QUEUE}/next", {"department": town.alliance.cardiology, "room": "3 诊室"}
        )

        assert answer.status_code == 409
        assert "没有等着叫号的长者" in answer.text

    async def test_says_who_did_not_come_once_it_is_over(self, town: Any, console: Any, clock: Any) -> None:
        page, uid = await book_today(town, console)
        back = {"department": town.alliance.cardiology}

        early = await page.submit(f"{QUEUE}/{uid}/missed", back)
        clock.advance(hours=6)
        later = await console("zhao")
        late = await later.submit(f"{QUEUE}/{uid}/missed", back)

        assert [early.status_code, late.status_code] == [409, 303]
        assert (await Appointment.get(uid=uid)).status == "noshow"

    async def test_is_the_own_desks_only(self, town: Any, console: Any) -> None:
        _, uid, room = await arrived(town, console)
        other = await console("sun")

        assert (await other.submit(f"{QUEUE}/call", room | {"appointment": uid})).status_code == 404
        assert "李福生" not in (await other.get(QUEUE)).text
        assert (await (await console("he")).get(QUEUE)).status_code == 403


class TestScreen:
    async def test_shows_number_and_room_and_nobodys_name(self, town: Any, console: Any) -> None:
        page, _, room = await arrived(town, console)
        await page.submit(f"{QUEUE}/next", room)

        shown = (await page.get(f"{QUEUE}/screen")).text

        assert "请到 3 诊室" in shown
        assert "1 号" in shown
        assert "李福生" not in shown
        assert "胸闷" not in shown


class TestWaitlist:
    async def test_says_who_waits_and_why_in_that_order(self, town: Any, console: Any) -> None:
        page, uid = await book_today(town, console)
        await page.submit(f"{DESK}/{uid}/cancel", {"reason": "医生临时出诊"})

        shown = (await page.get(WAITLIST)).text

        assert "李福生" in shown
        assert "医院取消过" in shown
        assert "先登记的先得" in shown

    async def test_lets_the_home_answer_for_a_resident_without_a_phone(self, town: Any, console: Any) -> None:
        home, offer = await self.offered_to_li(town, console)
        assert "等您回话" in (await home.get("/admin")).text
        assert "等家里回话" in (await home.get(WAITLIST)).text

        answer = await home.submit(f"{WAITLIST}/{offer.uid}/accept")

        row = await Appointment.get(uid=answer.headers["location"].rsplit("/", 1)[-1])
        assert (row.status, row.slot_id) == ("booked", offer.slot_id)

    async def test_lets_the_home_decline_and_wait_on(self, town: Any, console: Any) -> None:
        home, offer = await self.offered_to_li(town, console)

        answer = await home.submit(f"{WAITLIST}/{offer.uid}/decline")
        again = await home.submit(f"{WAITLIST}/{offer.uid}/accept")

        assert [answer.status_code, again.status_code] == [303, 409]
        assert "第 1 位" in (await home.get(WAITLIST)).text

    async def test_is_answered_by_no_other_home(self, town: Any, console: Any) -> None:
        _, offer = await self.offered_to_li(town, console)

        assert (await (await console("song")).submit(f"{WAITLIST}/{offer.uid}/accept")).status_code == 404

    async def offered_to_li(self, town: Any, console: Any) -> tuple[Any, WaitlistOffer]:
        """Call Tuesday off and offer Li the first green seat of Wednesday instead."""
        move = f"{town.booking.li_tomorrow}:{town.booking.green_slot}"
        day = {"department": town.alliance.geriatrics, "day": "2026-03-03", "reason": "停电", "moves": [move]}
        await (await console("zhao")).submit("/admin/schedules/closed", day)
        return await console("he"), await WaitlistOffer.get(slot__uid=town.booking.green_slot)

    async def test_shows_another_hospital_nothing(self, town: Any, console: Any) -> None:
        page, uid = await book_today(town, console)
        await page.submit(f"{DESK}/{uid}/cancel", {"reason": "医生临时出诊"})

        assert "李福生" not in (await (await console("sun")).get(WAITLIST)).text


class TestDeskFilters:
    async def test_narrow_the_day_to_a_department_and_a_status(self, town: Any, console: Any) -> None:
        page, _ = await book_today(town, console)

        hits = await page.get(DESK, params={"department": town.alliance.cardiology, "status": "booked"})
        others = [
            await page.get(DESK, params={"department": town.alliance.geriatrics}),
            await page.get(DESK, params={"status": "arrived"}),
        ]

        assert "李福生" in hits.text
        assert "共 1 条" in hits.text
        assert all("李福生" not in other.text for other in others)
