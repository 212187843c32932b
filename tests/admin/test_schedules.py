"""Consultation hours in the console: the week, changing and copying it, and calling a day off."""

from typing import Any

from server.booking.models import Appointment, Schedule, Slot, WaitlistOffer
from server.demo import cast
from server.kit.clock import SHANGHAI

SCHEDULES = "/admin/schedules"
HOURS = {
    "opens": "08:00", "closes": "09:00", "slot_minutes": "30", "capacity": "4", "green_capacity": "1",
    "release_hours": "12",
}  # fmt: skip


async def tuesday(town: Any) -> Schedule:
    return await Schedule.get(department__uid=town.alliance.geriatrics, weekday=1)


class TestWeek:
    async def test_shows_a_department_as_a_grid_with_words_in_every_cell(
        self, town: Any, console: Any
    ) -> None:
        page = await console("zhao")

        shown = (await page.get(SCHEDULES, params={"department": town.alliance.geriatrics})).text

        assert shown.count("<strong>5 个号</strong> <small>每 30 分钟</small>") == 5
        assert "绿色通道 3" in shown
        assert "公共 2" in shown

    async def test_shows_the_days_that_differ(self, town: Any, console: Any) -> None:
        page = await console("zhao")

        shown = (await page.get(SCHEDULES, params={"department": town.alliance.cardiology})).text

        assert "周末加诊" in shown

    async def test_is_the_own_hospitals_only(self, town: Any, console: Any) -> None:
        other = await console("sun")
        card = await tuesday(town)

        assert town.alliance.geriatrics not in (await other.get(SCHEDULES)).text
        assert (await other.get(f"{SCHEDULES}/{card.uid}")).status_code == 404
        assert (await (await console("he")).get(SCHEDULES)).status_code == 403


class TestOpening:
    async def test_opens_hours_and_makes_their_slots(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        fields = HOURS | {"department": town.alliance.geriatrics, "weekday": "5", "starts_on": "2026-03-02"}

        answer = await page.submit(SCHEDULES, fields)

        assert answer.status_code == 303
        saturdays = await Slot.filter(department__uid=town.alliance.geriatrics, starts_at__gte=cast.TOWN_NOW)
        assert sum(slot.starts_at.astimezone(SHANGHAI).weekday() == 5 for slot in saturdays) == 8
        assert "8:00–9:00" in (await page.get(answer.headers["location"])).text

    async def test_says_what_is_wrong_with_hours_that_end_before_they_begin(
        self, town: Any, console: Any
    ) -> None:
        page = await console("zhao")
        fields = HOURS | {
            "department": town.alliance.geriatrics, "weekday": "5", "starts_on": "2026-03-02", "closes": "07:00",
        }  # fmt: skip

        answer = await page.submit(SCHEDULES, fields)

        assert answer.status_code == 422
        assert "结束要晚于开始" in answer.text


class TestChanging:
    async def test_replaces_hours_without_taking_a_booked_seat(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        card = await tuesday(town)

        answer = await page.submit(f"{SCHEDULES}/{card.uid}/replace", HOURS | {"first_day": "2026-03-02"})

        said = (await page.get(answer.headers["location"])).text
        assert "还有 1 位已约" in said
        assert "8:00–9:00" in said
        assert (await Appointment.get(uid=town.booking.li_tomorrow)).status == "booked"

    async def test_ends_hours_with_a_reason(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        card = await Schedule.get(department__uid=town.alliance.cardiology, weekday=4)
        url = f"{SCHEDULES}/{card.uid}/end"

        without = await page.submit(url, {"first_day": "2026-03-02"})
        answer = await page.submit(url, {"first_day": "2026-03-02", "reason": "医生进修"})

        assert [without.status_code, answer.status_code] == [422, 303]
        assert "没有已约的长者受影响" in (await page.get(answer.headers["location"])).text
        fridays = await Slot.filter(department__uid=town.alliance.cardiology, state="closed").count()
        assert fridays == 2 * 4 * 2  # two Fridays, four half-hours, two pools


class TestCopying:
    async def test_copies_a_day_to_the_weekend(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        fields = {
            "department": town.alliance.geriatrics, "weekday": "0", "to": ["5", "6"], "first_day": "2026-03-02",
        }  # fmt: skip

        answer = await page.submit(f"{SCHEDULES}/copy-day", fields)

        assert "已复制 2 段排班" in (await page.get(answer.headers["location"])).text

    async def test_refuses_an_overlap_and_says_which(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        fields = {
            "department": town.alliance.geriatrics, "source": town.alliance.cardiology, "first_day": "2026-03-02",
        }  # fmt: skip

        answer = await page.submit(f"{SCHEDULES}/copy-week", fields)

        assert answer.status_code == 409
        assert "星期一 9:00–11:00" in answer.text
        assert await Schedule.filter(department__uid=town.alliance.geriatrics).count() == 5


class TestClosing:
    async def test_shows_whom_it_concerns_and_keeps_the_proposed_seats_for_them(
        self, town: Any, console: Any
    ) -> None:
        page = await console("zhao")
        day = {"department": town.alliance.geriatrics, "day": "2026-03-03"}
        shown = (await page.get(f"{SCHEDULES}/closing", params=day)).text
        assert "李福生" in shown
        assert "3月4日 星期三 9:00" in shown
        move = f"{town.booking.li_tomorrow}:{town.booking.green_slot}"
        assert move in shown

        answer = await page.submit(f"{SCHEDULES}/closed", day | {"reason": "设备检修", "moves": [move]})

        assert "已为 1 位留好新号" in (await page.get(answer.headers["location"])).text
        row = await Appointment.get(uid=town.booking.li_tomorrow)
        assert (row.status, row.cancelled_by, row.ended_reason) == ("cancelled", "provider", "设备检修")
        offer = await WaitlistOffer.get(slot__uid=town.booking.green_slot)
        assert offer.status == "offered"

    async def test_closes_a_day_once(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        fields = {"department": town.alliance.geriatrics, "day": "2026-03-03", "reason": "设备检修"}

        answers = [await page.submit(f"{SCHEDULES}/closed", fields) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 409]
        assert "停诊" in (await page.get(SCHEDULES)).text

    async def test_is_the_own_hospitals_only(self, town: Any, console: Any) -> None:
        other = await console("sun")
        day = {"department": town.alliance.geriatrics, "day": "2026-03-03"}

        assert (await other.get(f"{SCHEDULES}/closing", params=day)).status_code == 404
        assert (await other.submit(f"{SCHEDULES}/closed", day | {"reason": "试试"})).status_code == 404
