"""Booking as a phone does it."""

from typing import Any

from server.audit.models import AuditEntry
from server.booking.models import Appointment, Slot
from server.kit.engines.counting import counted
from server.kit.ids import new_uid
from server.outbox.models import OutboxMessage
from tests.conftest import ApiClient


async def book(client: ApiClient, slot: str, resident: str, **options: Any) -> Any:
    body = {"resident": resident, "reason": "膝盖复查", "companion_note": "女儿陪同"}
    return await client.post(f"/slots/{slot}/appointments", json=body, **options)


class TestOpenSlots:
    async def test_say_whose_seats_they_are(self, town: Any, api: Any) -> None:
        client = await api("daughter")

        answer = await client.get(
            f"/institutions/{town.alliance.first_hospital}/slots",
            params={
                "department": town.alliance.geriatrics,
                "day": "2026-03-04",
                "resident": town.people.wang,
            },
        )

        items = answer.json()["items"]
        assert {(item["pool"], item["free"], item["for_you"]) for item in items} == {
            ("public", 2, True),
            ("green", 3, True),
        }
        assert items[0]["starts_at"] == "2026-03-04T09:00:00+08:00"
        assert all(item["pool_note"].endswith("。") for item in items)

    async def test_green_seats_are_not_for_a_home_without_an_agreement(self, town: Any, api: Any) -> None:
        client = await api("other_nurse")

        answer = await client.get(
            f"/institutions/{town.alliance.first_hospital}/slots",
            params={"day": "2026-03-04", "resident": town.people.zhao_yun},
        )

        assert {(item["pool"], item["for_you"]) for item in answer.json()["items"]} == {
            ("public", True),
            ("green", False),
        }

    async def test_come_page_by_page_in_few_queries(self, town: Any, api: Any) -> None:
        client = await api("daughter")
        path = f"/institutions/{town.alliance.first_hospital}/slots"
        seen: list[str] = []
        after: dict[str, str] = {}
        while True:
            with counted() as statements:
                page = (await client.get(path, params={"limit": "50", **after})).json()
            assert len([sql for sql in statements if sql.startswith("SELECT")]) <= 9
            seen += [item["uid"] for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}

        assert len(seen) == len(set(seen)) > 100

    async def test_do_not_admit_that_a_strangers_resident_exists(self, town: Any, api: Any) -> None:
        client = await api("stranger")
        path = f"/institutions/{town.alliance.first_hospital}/slots"

        answers = [await client.get(path, params={"resident": uid}) for uid in (town.people.wang, new_uid())]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["code"] == answers[1].json()["code"]


class TestBookSlot:
    async def test_works_for_the_daughter(self, town: Any, api: Any) -> None:
        client = await api("daughter")

        answer = await book(client, town.booking.public_slot, town.people.wang)

        card = answer.json()
        assert answer.status_code == 201
        assert (card["status"], card["resident_uid"], card["on_behalf_basis"]) == (
            "booked",
            town.people.wang,
            "own_consent",
        )
        assert len(card["arrival_code"]) == 12
        assert card["department_uid"] == town.alliance.geriatrics
        row = await Appointment.get(uid=card["uid"])
        assert row.on_behalf_grant is not None
        news = await OutboxMessage.filter(topic="booking.booked").order_by("-id").first()
        assert news.payload["appointment"] == card["uid"]
        assert "膝盖" not in str(news.payload)

    async def test_works_for_the_resident_and_for_the_nurse_of_her_home(self, town: Any, api: Any) -> None:
        for persona, slot, basis in (
            ("wang", town.booking.green_slot, "self"),
            ("nurse", town.booking.later_slot, "home_staff"),
        ):
            answer = await book(await api(persona), slot, town.people.wang)
            assert (answer.status_code, answer.json()["on_behalf_basis"]) == (201, basis)

    async def test_does_not_admit_that_she_exists(self, town: Any, api: Any) -> None:
        for persona in ("stranger", "nephew", "other_nurse", "guardian"):
            answer = await book(await api(persona), town.booking.public_slot, town.people.wang)
            assert (answer.status_code, answer.json()["code"]) == (404, "kit.not_found")

    async def test_is_not_for_those_who_do_not_book(self, town: Any, api: Any, anonymous: ApiClient) -> None:
        doctor = await book(await api("doctor"), town.booking.public_slot, town.people.wang)
        assert doctor.status_code == 404
        assert (await book(anonymous, town.booking.public_slot, town.people.wang)).status_code == 401

    async def test_sent_twice_with_one_key_is_one_appointment(self, town: Any, api: Any) -> None:
        """T3."""
        client = await api("daughter")
        headers = {"Idempotency-Key": new_uid()}

        answers = [
            await book(client, town.booking.public_slot, town.people.wang, headers=headers) for _ in range(2)
        ]
        other = await book(client, town.booking.later_slot, town.people.wang, headers=headers)

        assert answers[0].json() == answers[1].json()
        assert (other.status_code, other.json()["code"]) == (422, "kit.key_reused")
        slot = await Slot.get(uid=town.booking.public_slot)
        assert slot.booked == 1

    async def test_refused_once_is_refused_to_every_copy_that_still_waits_somewhere(
        self, town: Any, api: Any
    ) -> None:
        """Or a crowded process would book, later, for somebody who has been told that there is no seat."""
        client, headers = await api("daughter"), {"Idempotency-Key": new_uid()}
        slot = Slot.filter(uid=town.booking.public_slot)
        seats = (await slot.get()).capacity
        await slot.update(capacity=0)
        refused = await book(client, town.booking.public_slot, town.people.wang, headers=headers)

        await slot.update(capacity=seats)
        copy = await book(client, town.booking.public_slot, town.people.wang, headers=headers)
        anew = await book(client, town.booking.public_slot, town.people.wang)

        assert (refused.status_code, refused.json()["code"]) == (409, "booking.slot_full")
        for word in ("status", "code", "detail"):
            assert copy.json()[word] == refused.json()[word]
        assert anew.status_code == 201
        assert (await slot.get()).booked == 1

    async def test_refuses_a_full_slot_and_a_double_tap_in_words(self, town: Any, api: Any) -> None:
        daughter, nurse = await api("daughter"), await api("nurse")
        await book(daughter, town.booking.almost_full_slot, town.people.wang)

        again = await book(daughter, town.booking.almost_full_slot, town.people.wang)
        full = await book(nurse, town.booking.almost_full_slot, town.people.li)

        assert (again.status_code, again.json()["code"]) == (409, "booking.already_booked")
        assert (full.status_code, full.json()["code"]) == (409, "booking.slot_full")
        assert "等别人退号" in full.json()["detail"]

    async def test_green_channel_refusal_says_what_to_do(self, town: Any, api: Any) -> None:
        answer = await book(await api("other_nurse"), town.booking.green_slot, town.people.zhao_yun)

        assert answer.json()["code"] == "booking.green_seats_reserved"
        assert "签约" in answer.json()["detail"]


class TestAppointment:
    async def test_can_be_kept_confirmed_moved_and_given_back(self, town: Any, api: Any) -> None:
        client = await api("daughter")
        body = {"resident": town.people.wang, "reason": "复查"}
        held = (await client.post(f"/slots/{town.booking.public_slot}/holds", json=body)).json()

        confirmed = await client.post(f"/appointments/{held['uid']}/confirm")
        moved = await client.post(
            f"/appointments/{held['uid']}/reschedule", json={"slot": town.booking.later_slot}
        )
        gone = await client.post(f"/appointments/{moved.json()['uid']}/cancel", json={"reason": "好了"})

        assert [held["status"], confirmed.json()["status"], moved.json()["status"], gone.json()["status"]] == [
            "held", "booked", "booked", "cancelled",
        ]  # fmt: skip
        assert gone.json()["cancelled_by"] == "resident"

    async def test_a_place_that_was_only_kept_leaves_no_trace_in_the_list_and_no_news(
        self, town: Any, api: Any, worker_pass: Any
    ) -> None:
        await worker_pass()
        client = await api("daughter")
        before = (await client.get("/appointments")).json()["items"]
        body = {"resident": town.people.wang, "reason": "复查"}
        held = (await client.post(f"/slots/{town.booking.public_slot}/holds", json=body)).json()
        news = len((await client.get("/inbox")).json()["items"])

        gone = await client.post(f"/appointments/{held['uid']}/cancel", json={})
        await worker_pass()

        assert (gone.json()["status"], gone.json()["may_cancel"]) == ("released", False)
        assert (await client.get("/appointments")).json()["items"] == before
        assert len((await client.get("/inbox")).json()["items"]) == news
        assert (await client.get(f"/appointments/{held['uid']}")).json()["status"] == "released"

    async def test_may_be_kept_before_it_is_said_what_for(self, town: Any, api: Any) -> None:
        client = await api("daughter")
        holds = f"/slots/{town.booking.public_slot}/holds"
        held = (await client.post(holds, json={"resident": town.people.wang})).json()
        path, said = f"/appointments/{held['uid']}", {"reason": "膝盖疼", "companion_note": "女儿陪"}

        early = await client.post(f"{path}/confirm")
        card = (await client.put(f"{path}/details", json=said)).json()
        confirmed = await client.post(f"{path}/confirm")

        assert (held["reason"], early.status_code, early.json()["code"]) == ("", 409, "booking.wish_missing")
        assert {name: card[name] for name in said} == said
        assert (confirmed.json()["status"], confirmed.json()["reason"]) == ("booked", "膝盖疼")
        assert not await OutboxMessage.filter(topic="booking.described").exists()
        assert "膝盖" not in str([row.detail for row in await AuditEntry.filter(subject_uid=held["uid"])])

    async def test_is_described_by_its_own_side_and_while_it_stands(self, town: Any, api: Any) -> None:
        client = await api("daughter")
        card = (await book(client, town.booking.public_slot, town.people.wang)).json()
        path = f"/appointments/{card['uid']}"

        others = [
            (await (await api(who)).put(f"{path}/details", json={"reason": "x"})).status_code
            for who in ("stranger", "nephew", "other_nurse")
        ]
        empty = await client.put(f"{path}/details", json={"reason": ""})
        await client.post(f"{path}/cancel", json={})
        late = await client.put(f"{path}/details", json={"reason": "膝盖疼"})

        assert (others, empty.status_code) == ([404, 404, 404], 422)
        assert (late.status_code, late.json()["code"]) == (409, "booking.wrong_status")

    async def test_list_is_my_own_and_those_i_look_after(self, town: Any, api: Any) -> None:
        daughter, guardian, stranger = await api("daughter"), await api("guardian"), await api("stranger")

        lists = [
            (await client.get("/appointments")).json()["items"] for client in (daughter, guardian, stranger)
        ]

        assert [[card["uid"] for card in cards] for cards in lists] == [
            [town.booking.wang_fulfilled], [town.booking.li_tomorrow], [],
        ]  # fmt: skip
        assert (await stranger.get(f"/appointments/{town.booking.li_tomorrow}")).status_code == 404
        live = await daughter.get("/appointments", params={"live": "true"})
        assert live.json()["items"] == []

    async def test_list_takes_the_same_queries_for_one_as_for_many(self, town: Any, api: Any) -> None:
        client = await api("nurse")
        await client.get("/appointments")
        with counted() as few:
            await client.get("/appointments", params={"limit": "1"})
        await book(client, town.booking.public_slot, town.people.wang)
        await book(client, town.booking.later_slot, town.people.li)
        with counted() as many:
            page = (await client.get("/appointments")).json()

        assert len(page["items"]) >= 4
        assert len(many) == len(few) <= 6

    async def test_receipt_stands_after_a_new_start(self, town: Any, api: Any) -> None:
        client = await api("daughter")
        card = (await book(client, town.booking.public_slot, town.people.wang)).json()
        kept = {
            "slot": card["slot_uid"],
            "resident": card["resident_uid"],
            "starts_at": card["starts_at"],
            "receipt": card["receipt"],
        }

        true = (await client.get(f"/appointments/{card['uid']}/receipt", params=kept)).json()
        forged = (
            await client.get(f"/appointments/{card['uid']}/receipt", params=kept | {"receipt": "0" * 64})
        ).json()

        assert (true["genuine"], true["found"]) == (True, True)
        assert (forged["genuine"], forged["found"]) == (False, False)


class TestWaitlist:
    async def test_from_joining_to_a_seat(self, town: Any, api: Any) -> None:
        daughter, other_nurse = await api("daughter"), await api("other_nurse")
        body = {
            "resident": town.people.wang, "department": town.alliance.cardiology, "first_day": "2026-03-07",
            "last_day": "2026-03-07", "reason": "心慌",
        }  # fmt: skip
        (sitting,) = (await other_nurse.get("/appointments")).json()["items"]
        await book(await api("nurse"), town.booking.almost_full_slot, town.people.li)
        entry = await daughter.post("/waitlist", json=body)
        assert (entry.status_code, entry.json()["ahead"]) == (201, 0)
        assert (await daughter.post("/waitlist", json=body)).json()["code"] == "booking.already_waiting"

        await other_nurse.post(f"/appointments/{sitting['uid']}/cancel", json={})

        (offer,) = (await daughter.get("/offers")).json()
        assert offer["slot_uid"] == town.booking.almost_full_slot
        taken = await daughter.post(f"/offers/{offer['uid']}/accept")
        assert (taken.status_code, taken.json()["status"]) == (201, "booked")
        assert (await daughter.get("/waitlist")).json() == []

    async def test_can_be_left_and_nobody_else_can_leave_it_for_me(self, town: Any, api: Any) -> None:
        daughter, stranger = await api("daughter"), await api("stranger")
        body = {
            "resident": town.people.wang, "department": town.alliance.cardiology, "first_day": "2026-03-03",
            "last_day": "2026-03-09", "reason": "心慌", "urgency": "routine",
        }  # fmt: skip
        entry = (await daughter.post("/waitlist", json=body)).json()

        assert (await stranger.delete(f"/waitlist/{entry['uid']}")).status_code == 404
        assert (await daughter.delete(f"/waitlist/{entry['uid']}")).status_code == 204
        assert (await daughter.post("/waitlist", json=body | {"urgency": "soon"})).status_code == 403
