"""The desk of the day, and the counter."""

from datetime import timedelta
from typing import Any

from server.booking.models import Appointment, Slot, WaitlistEntry
from server.demo import cast
from server.kit.engines.counting import counted

DESK = "/admin/appointments"


async def book_today(town: Any, console: Any) -> tuple[Any, str]:
    """Have the first hospital's own counter book Li for this afternoon, in an extra session."""
    page = await console("zhao")
    hours = {
        "department": town.alliance.cardiology, "day": "2026-03-02", "opens": "14:00", "closes": "14:30",
        "slot_minutes": "30", "capacity": "3", "reason": "下午加诊",
    }  # fmt: skip
    answer = await page.submit("/admin/schedules/extra", hours)
    assert answer.status_code == 303, answer.text
    slot = await Slot.filter(department__uid=town.alliance.cardiology).order_by("starts_at").first()
    answer = await page.submit(DESK, {"resident": town.people.li, "slot": slot.uid, "reason": "胸闷"})
    assert answer.status_code == 303, answer.text
    return page, answer.headers["location"].rsplit("/", 1)[-1]


class TestDesk:
    async def test_registers_arrival_by_code_and_then_completion(self, town: Any, console: Any) -> None:
        page, uid = await book_today(town, console)
        row = await Appointment.get(uid=uid)
        slip = (await page.get(f"/admin/bookings/{uid}")).text
        assert row.arrival_code[:4] in slip

        arrived = await page.submit(f"{DESK}/arrivals", {"code": row.arrival_code.lower()})
        listed = (await page.get(DESK)).text
        done = await page.submit(f"{DESK}/{uid}/fulfil")

        assert [arrived.status_code, done.status_code] == [303, 303]
        assert "李福生" in listed
        assert "已到诊" in listed
        assert (await Appointment.get(uid=uid)).status == "fulfilled"
        assert "胸闷" in (await page.get(DESK)).text

    async def test_knows_no_code_of_another_hospital(self, town: Any, console: Any) -> None:
        _, uid = await book_today(town, console)
        row = await Appointment.get(uid=uid)
        other = await console("sun")

        by_code = await other.submit(f"{DESK}/arrivals", {"code": row.arrival_code})
        by_uid = await other.submit(f"{DESK}/{uid}/arrive")
        cancelled = await other.submit(f"{DESK}/{uid}/cancel", {"reason": "试试"})

        assert [by_code.status_code, by_uid.status_code, cancelled.status_code] == [404, 404, 404]
        assert "李福生" not in (await other.get(DESK)).text
        assert (await Appointment.get(uid=uid)).status == "booked"

    async def test_cancelling_takes_a_reason_and_puts_the_resident_first_in_line(
        self, town: Any, console: Any
    ) -> None:
        """I27."""
        page, uid = await book_today(town, console)

        without = await page.submit(f"{DESK}/{uid}/cancel", {"reason": ""})
        await page.submit(f"{DESK}/{uid}/cancel", {"reason": "医生临时出诊"})

        assert without.status_code == 422
        row = await Appointment.get(uid=uid)
        assert (row.status, row.cancelled_by) == ("cancelled", "provider")
        assert (await WaitlistEntry.get(resident_id=row.resident_id)).urgency == "displaced"

    async def test_striking_out_takes_a_second_person(self, town: Any, console: Any) -> None:
        page, uid = await book_today(town, console)
        await page.submit(f"{DESK}/{uid}/error", {"reason": "同名登记错"})

        alone = await page.submit(f"{DESK}/{uid}/strike-out")

        assert alone.status_code == 409
        assert "待第二人核对" in (await page.get(DESK)).text

    async def test_shows_the_home_who_goes_out_without_any_button(self, town: Any, console: Any) -> None:
        page = await console("he")

        shown = (await page.get(DESK, params={"day": "2026-03-03"})).text

        assert "李福生" in shown
        assert "院方取消" not in shown
        assert "登记到诊" not in shown

    async def test_takes_the_same_queries_for_one_as_for_many(self, town: Any, console: Any) -> None:
        page = await console("zhao")
        await page.get(DESK, params={"day": "2026-03-03"})
        with counted() as few:
            await page.get(DESK, params={"day": "2026-03-03"})
        tomorrow = cast.TOWN_NOW + timedelta(hours=23)
        slots = await Slot.filter(
            starts_at__gte=tomorrow, starts_at__lt=tomorrow + timedelta(hours=8), pool="public"
        )
        for slot, resident in zip(slots[:2], (town.people.wang, town.people.li), strict=True):
            await page.submit(
                DESK, {"resident": resident, "slot": slot.uid, "reason": "复查", "overlap_reason": "会诊"}
            )
        with counted() as many:
            await page.get(DESK, params={"day": "2026-03-03"})

        assert len(many) == len(few) <= 6


class TestCounter:
    async def test_books_for_a_resident_of_the_home_without_a_phone(self, town: Any, console: Any) -> None:
        page = await console("he")
        chosen = {
            "resident": town.people.li,
            "institution": town.alliance.first_hospital,
            "day": "2026-03-04",
        }
        shown = (await page.get("/admin/bookings/new", params=chosen)).text
        assert "绿色通道" in shown
        assert town.booking.green_slot in shown

        booked = await page.submit(
            "/admin/bookings", {"resident": town.people.li, "slot": town.booking.green_slot, "reason": "配药"}
        )

        uid = booked.headers["location"].rsplit("/", 1)[-1]
        row = await Appointment.get(uid=uid)
        assert (row.status, row.source, row.on_behalf_basis) == ("booked", "counter", "home_staff")

    async def test_offers_a_home_without_an_agreement_no_green_seat(self, town: Any, console: Any) -> None:
        page = await console("song")
        chosen = {
            "resident": town.people.zhao_yun,
            "institution": town.alliance.first_hospital,
            "day": "2026-03-04",
        }

        shown = (await page.get("/admin/bookings/new", params=chosen)).text

        assert town.booking.green_slot not in shown
        assert town.booking.public_slot in shown

    async def test_is_closed_to_who_does_not_book(self, town: Any, console: Any) -> None:
        for login in ("qian", "zheng", "root"):
            page = await console(login)
            assert (await page.get("/admin/bookings/new")).status_code == 403
            assert (await page.get(DESK)).status_code == 403
