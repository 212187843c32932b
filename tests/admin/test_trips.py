"""A bus of residents: seats found together in the console, booked together, printed, changed, cancelled."""

import re
from typing import Any

from server.booking.models import Appointment, GroupTrip

TRIPS = "/admin/trips"
RIDER = re.compile(r'name="rider" value="([^"]+)"')


def plan(town: Any, **other: str) -> dict[str, Any]:
    return {
        "provider": town.alliance.first_hospital, "day": "2026-03-04", "half": "morning", "bus_seats": "4",
        "remark": "李师傅，护士小王陪同", **other,
    }  # fmt: skip


def wishes(town: Any) -> list[str]:
    return [f"{town.people.li}:{town.alliance.cardiology}", f"{town.people.wang}:{town.alliance.geriatrics}"]


async def booked(town: Any, console: Any) -> tuple[Any, str]:
    page = await console("he")
    found = await page.submit(f"{TRIPS}/find", plan(town) | {"wish": wishes(town)})
    riders = RIDER.findall(found.text)
    answer = await page.submit(TRIPS, plan(town) | {"rider": riders, "reason": ["胸闷复查", "配药"]})
    assert answer.status_code == 303, answer.text
    return page, answer.headers["location"]


class TestPlanning:
    async def test_asks_for_hospital_half_day_and_who_goes_where(self, town: Any, console: Any) -> None:
        page = await console("he")

        shown = (await page.get(f"{TRIPS}/new", params={"provider": town.alliance.first_hospital})).text

        assert f"{town.people.li}:{town.alliance.cardiology}" in shown
        assert "李福生" in shown

    async def test_lists_only_the_beds_that_begin_so(self, town: Any, console: Any) -> None:
        page = await console("he")
        where = {"provider": town.alliance.first_hospital}

        first = (await page.get(f"{TRIPS}/new", params=where | {"bed": "201"})).text
        nobody = (await page.get(f"{TRIPS}/new", params=where | {"bed": "9"})).text

        assert [f'"{uid}:' in first for uid in (town.people.wang, town.people.li)] == [True, False]
        assert "没有找到这些床位的长者" in nobody

    async def test_proposes_a_seat_for_each_and_keeps_none(self, town: Any, console: Any) -> None:
        page = await console("he")

        found = await page.submit(f"{TRIPS}/find", plan(town) | {"wish": wishes(town)})

        assert found.status_code == 200
        assert "号都找到了" in found.text
        assert len(RIDER.findall(found.text)) == 2
        assert not await GroupTrip.all().exists()

    async def test_says_why_not_and_which_half_day_would_do(self, town: Any, console: Any) -> None:
        page = await console("he")
        saturday = plan(town, day="2026-03-07")

        found = await page.submit(f"{TRIPS}/find", saturday | {"wish": wishes(town)})

        assert "3月7日上午没有能约的号，还差 1 个" in found.text
        assert "2026年3月6日 星期五上午" in found.text
        assert RIDER.findall(found.text) == []

    async def test_is_not_for_residents_of_another_home(self, town: Any, console: Any) -> None:
        page = await console("song")

        found = await page.submit(f"{TRIPS}/find", plan(town) | {"wish": wishes(town)})

        assert found.status_code == 404
        assert (await (await console("zhao")).get(TRIPS)).status_code == 403


class TestBooking:
    async def test_books_all_and_prints_the_list_for_the_driver(self, town: Any, console: Any) -> None:
        page, url = await booked(town, console)

        sheet = (await page.get(url)).text

        codes = await Appointment.filter(trip__uid=url.rsplit("/", 1)[-1]).values_list(
            "arrival_code", flat=True
        )
        assert len(codes) == 2
        assert all(code[:4] in sheet for code in codes)
        assert "李师傅，护士小王陪同" in sheet
        assert "胸闷复查" not in sheet  # the driver need not know what ails whom
        assert "2 位，车上 4 座" in (await page.get(TRIPS)).text

    async def test_wants_a_reason_for_everybody(self, town: Any, console: Any) -> None:
        page = await console("he")
        found = await page.submit(f"{TRIPS}/find", plan(town) | {"wish": wishes(town)})

        answer = await page.submit(
            TRIPS, plan(town) | {"rider": RIDER.findall(found.text), "reason": ["胸闷复查", ""]}
        )

        assert answer.status_code == 422
        assert not await GroupTrip.all().exists()

    async def test_takes_one_more_along(self, town: Any, console: Any) -> None:
        page, url = await booked(town, console)
        await GroupTrip.filter(uid=url.rsplit("/", 1)[-1]).update(bus_seats=2)
        fields = {"resident": town.people.wang, "department": town.alliance.cardiology, "reason": "配药"}

        answer = await page.submit(f"{url}/riders", fields)

        assert answer.status_code == 409
        assert "车上坐不下" in answer.text

    async def test_cancels_the_whole_bus_with_a_reason(self, town: Any, console: Any) -> None:
        page, url = await booked(town, console)

        answer = await page.submit(f"{url}/cancel", {"reason": "车坏了"})

        assert answer.status_code == 303
        rows = await Appointment.filter(trip__uid=url.rsplit("/", 1)[-1])
        assert {(row.status, row.ended_reason) for row in rows} == {("cancelled", "车坏了")}
        assert "车坏了" in (await page.get(url)).text

    async def test_is_the_homes_own(self, town: Any, console: Any) -> None:
        _, url = await booked(town, console)
        other = await console("song")

        assert (await other.get(url)).status_code == 404
        assert (await other.submit(f"{url}/cancel", {"reason": "试试"})).status_code == 404
