"""What a home's residents have booked: listed, cancelled and moved for them with a reason."""

from typing import Any

from server.audit.models import AuditEntry
from server.booking.models import Appointment

BOOKINGS = "/admin/bookings"


class TestBookings:
    async def test_list_what_is_to_come_and_what_is_past(self, town: Any, console: Any) -> None:
        page = await console("he")

        coming = (await page.get(BOOKINGS)).text
        past = (await page.get(BOOKINGS, params={"when": "past"})).text

        assert "血压复查，配药" in coming
        assert "膝关节疼痛复查" not in coming
        assert "膝关节疼痛复查" in past

    async def test_narrow_to_one_resident(self, town: Any, console: Any) -> None:
        page = await console("he")

        shown = (await page.get(BOOKINGS, params={"resident": town.people.wang})).text

        assert "血压复查，配药" not in shown

    async def test_show_another_home_nothing(self, town: Any, console: Any) -> None:
        assert "血压复查，配药" not in (await (await console("song")).get(BOOKINGS)).text
        assert (await (await console("zhao")).get(BOOKINGS)).status_code == 403

    async def test_cancel_with_a_reason(self, town: Any, console: Any) -> None:
        page = await console("he")
        url = f"{BOOKINGS}/{town.booking.li_tomorrow}/cancel"

        without = await page.submit(url, {"reason": ""})
        answer = await page.submit(url, {"reason": "老人发热"})

        assert [without.status_code, answer.status_code] == [422, 303]
        row = await Appointment.get(uid=town.booking.li_tomorrow)
        assert (row.status, row.cancelled_by, row.ended_reason) == ("cancelled", "resident", "老人发热")

    async def test_move_to_another_day_with_a_reason(self, town: Any, console: Any) -> None:
        page = await console("he")
        url = f"{BOOKINGS}/{town.booking.li_tomorrow}/move"
        shown = (await page.get(url, params={"day": "2026-03-04"})).text
        assert town.booking.green_slot in shown

        answer = await page.submit(url, {"slot": town.booking.green_slot, "reason": "家属那天能来"})

        new = await Appointment.get(uid=answer.headers["location"].rsplit("/", 1)[-1])
        assert (new.status, (await Appointment.get(uid=town.booking.li_tomorrow)).status) == (
            "booked",
            "rescheduled",
        )
        assert (
            await AuditEntry.get(action="booking.rescheduled", subject_uid=new.uid)
        ).reason == "家属那天能来"

    async def test_are_moved_and_cancelled_by_their_own_home_only(self, town: Any, console: Any) -> None:
        other = await console("song")
        url = f"{BOOKINGS}/{town.booking.li_tomorrow}"

        assert (await other.get(f"{url}/move")).status_code == 404
        assert (await other.submit(f"{url}/cancel", {"reason": "试试"})).status_code == 404
