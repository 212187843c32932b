"""The first screen in one request: mine, what waits, whom to call, and what is to be done today."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
import zxingcpp

from miniprogram_api.next import NextCard, NextKind, Telling, due_now, in_order
from server.audit.trail_models import AccessEntry
from server.booking.actions import hold_slot
from server.demo import Town, cast
from server.identity.models import Device
from server.kit.ids import new_uid
from server.people.models import ProxyGrantScope, Resident
from server.people.rules import ProxyScope
from server.records.queries import DueCard

Api = Callable[[str], Awaitable[httpx.AsyncClient]]
NOW = cast.TOWN_NOW


async def home(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get("/home", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestHome:
    async def test_shows_a_resident_what_waits_in_whole_sentences(self, town: Town, api: Api) -> None:
        screen = await home(await api("wang"))

        assert screen["resident_uid"] == town.people.wang
        assert [each["myself"] for each in screen["residents"]] == [True]
        assert {each["kind"] for each in screen["next"]} >= {"consent", "visit", "due", "rating"}
        assert all(each["words"].endswith("。") for each in screen["next"])
        assert any("想看您的一部分健康档案" in each["words"] for each in screen["next"])
        assert screen["duties"] == []

    async def test_says_whom_to_call(self, town: Town, api: Api) -> None:
        her_own = (await home(await api("wang")))["emergency"]
        of_a_proxy = (await home(await api("daughter")))["emergency"]

        assert her_own == {
            "home": "云桥市颐和养老院", "home_phone": "0574-55500000", "family": "陈晓敏", "family_phone": "13900000003",
        }  # fmt: skip
        assert of_a_proxy == {**her_own, "family": None, "family_phone": None}

    @pytest.mark.parametrize("persona", ["stranger", "nephew"])
    async def test_of_somebody_who_is_nobodys_yet_is_empty(self, api: Api, persona: str) -> None:
        screen = await home(await api(persona))

        assert (screen["residents"], screen["resident_uid"], screen["next"]) == ([], None, [])
        assert set(screen["emergency"].values()) == {None}

    async def test_gives_way_to_the_first_when_the_chosen_one_is_not_mine(self, town: Town, api: Api) -> None:
        daughter = await api("daughter")

        neighbor = await home(daughter, resident=town.people.li)
        nobody = await home(daughter, resident=new_uid())

        assert neighbor == nobody
        assert neighbor["resident_uid"] == town.people.wang

    async def test_puts_what_is_urgent_first_and_counts_the_rest(
        self, town: Town, api: Api, actor: Any, clock: Any
    ) -> None:
        await hold_slot(
            actor=await actor("wang"),
            slot_uid=town.booking.public_slot,
            resident_uid=town.people.wang,
            reason="复查",
            now=clock(),
        )

        first = (await home(await api("wang")))["next"][0]

        assert (first["kind"], first["urgent"]) == ("appointment", True)
        assert "还没有确认" in first["words"]

    async def test_leaves_a_line_where_it_looked_at_the_record(self, town: Town, api: Api) -> None:
        wang = await Resident.get(uid=town.people.wang)
        before = await AccessEntry.filter(resident_id=wang.id).count()

        await home(await api("daughter"))

        assert await AccessEntry.filter(resident_id=wang.id).count() == before + 1

    async def test_asks_the_record_nothing_for_a_proxy_without_that_scope(self, town: Town, api: Api) -> None:
        await ProxyGrantScope.filter(
            grant__uid=town.people.daughter_grant, scope__in=[ProxyScope.RECORD, ProxyScope.PROFILE]
        ).delete()
        before = await AccessEntry.all().count()

        screen = await home(await api("daughter"))

        assert "due" not in {each["kind"] for each in screen["next"]}
        assert set(screen["emergency"].values()) == {None}
        assert await AccessEntry.all().count() == before

    async def test_holds_a_contract_that_waits_for_ones_word_until_it_is_said(
        self, town: Town, api: Api
    ) -> None:
        guardian = await api("guardian")
        (card,) = [each for each in (await home(guardian))["next"] if each["kind"] == "doctor"]
        assert "请李福生签约家庭医生" in card["words"]
        assert card["target"] == f"pages/doctor/doctor?resident={town.people.li}"
        assert "doctor" not in {each["kind"] for each in (await home(await api("wang")))["next"]}

        told = (await guardian.get(f"/residents/{town.people.li}/family-doctor")).json()
        body = {"text_hash": told["open_text_hash"]}
        await guardian.post(f"/family-doctor/{town.enrolments.li}/signature", json=body)

        assert "doctor" not in {each["kind"] for each in (await home(guardian))["next"]}

    async def test_asks_no_word_of_who_may_not_give_it(self, town: Town, api: Api) -> None:
        await ProxyGrantScope.filter(grant__resident__uid=town.people.li, scope=ProxyScope.CONSENT).delete()

        assert "doctor" not in {each["kind"] for each in (await home(await api("guardian")))["next"]}

    async def test_is_for_those_who_signed_in(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/home")).status_code == 401


class TestDuties:
    async def test_of_a_nurse_and_of_a_doctor(self, api: Api) -> None:
        nurse = {each["kind"]: each["count"] for each in (await home(await api("nurse")))["duties"]}
        doctor = {each["kind"]: each["count"] for each in (await home(await api("doctor")))["duties"]}

        assert nurse == {"round": 1, "attest": 1}
        assert doctor == {"round": 1}

    async def test_say_that_a_phone_is_not_approved(self, town: Town, api: Api) -> None:
        await Device.all().update(approved_at=None)

        (duty,) = (await home(await api("nurse")))["duties"]

        assert (duty["kind"], duty["count"]) == ("device", 1)


class TestWords:
    def card(self, kind: NextKind, *, urgent: bool = False, hours: int = 0) -> NextCard:
        return NextCard(kind, "", "", NOW + timedelta(hours=hours), urgent, "")

    def test_stand_in_order(self) -> None:
        kinds = [
            self.card(NextKind.RATING), self.card(NextKind.APPOINTMENT, urgent=True, hours=2), self.card(NextKind.CONSENT),
            self.card(NextKind.OFFER, urgent=True, hours=1),
        ]  # fmt: skip

        assert [each.kind for each in in_order(kinds)] == ["offer", "appointment", "consent", "rating"]

    @pytest.mark.parametrize(
        ("hours", "said"),
        [
            (0, "今天上午 9:00"), (3, "今天下午 12:00"), (5, "今天下午 2:00"), (10, "今天晚上 7:00"), (24, "明天上午 9:00"),
            (48, "后天上午 9:00"), (72, "3 月 5 日上午 9:00"),
        ],
    )  # fmt: skip
    def test_say_a_time_as_people_do(self, hours: int, said: str) -> None:
        assert Telling((), NOW).when(NOW + timedelta(hours=hours)) == said

    def test_leave_out_what_is_due_much_later(self) -> None:
        def due(days: int, *, overdue: bool = False) -> DueCard:
            return DueCard("checkup", "体检", "医院", None, NOW.date() + timedelta(days=days), overdue)

        kept = due_now([due(31), due(30), due(-5, overdue=True)], NOW)

        assert [each.due_day for each in kept] == [date(2026, 2, 25), date(2026, 4, 1)]


class TestColleagues:
    async def test_are_those_who_could_stand_by(self, town: Town, api: Api) -> None:
        found = (await (await api("nurse")).get(f"/institutions/{town.alliance.yihe}/colleagues")).json()

        assert {each["name"] for each in found} == {"何静", "金萍"}

    async def test_of_another_home_are_not_told(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")

        for uid in (town.alliance.songhe, new_uid()):
            assert (await nurse.get(f"/institutions/{uid}/colleagues")).status_code == 404

    @pytest.mark.parametrize("persona", ["wang", "doctor"])
    async def test_are_for_staff_who_witness(self, town: Town, api: Api, persona: str) -> None:
        answer = await (await api(persona)).get(f"/institutions/{town.alliance.yihe}/colleagues")

        assert answer.status_code == 403


class TestMeasures:
    async def test_come_in_the_order_of_the_form_with_the_lines_of_the_record(self, api: Api) -> None:
        found = (await (await api("doctor")).get("/visits/measures")).json()

        by_key = {each["key"]: each for each in found}
        assert list(by_key) == ["systolic", "diastolic", "pulse", "temperature", "glucose", "spo2", "weight"]
        systolic, sugar = by_key["systolic"], by_key["glucose"]
        assert (systolic["usual_high"], systolic["usual_high_senior"], systolic["senior_from"]) == (
            140,
            150,
            65,
        )
        assert (sugar["usual_low"], sugar["usual_high"], sugar["urgent_high"]) == (3.9, 7.0, 16.7)
        assert by_key["spo2"]["usual_low"] is None

    async def test_are_for_those_who_measure(self, api: Api) -> None:
        assert (await (await api("wang")).get("/visits/measures")).status_code == 403

    async def test_and_each_line_of_a_round_says_the_age(self, town: Town, api: Api) -> None:
        (visit,) = (await (await api("doctor")).get("/visits/round")).json()

        assert {each["resident_name"]: each["age"] for each in visit["items"]} == {"王桂兰": 90, "李福生": 86}


def read_back(rows: list[str], *, scale: int = 6, quiet: int = 4) -> str:
    """Draw the rows as a phone does, with the quiet zone, and read them as a camera does."""
    size = len(rows) + 2 * quiet
    light = "0" * quiet
    framed = ["0" * size] * quiet + [f"{light}{row}{light}" for row in rows] + ["0" * size] * quiet
    dots = b"".join(
        bytes(0 if each == "1" else 255 for each in row for _ in range(scale)) * scale for row in framed
    )
    side = size * scale
    return str(zxingcpp.read_barcodes(memoryview(dots).cast("B", shape=(side, side)))[0].text)


class TestCodesToDraw:
    async def test_of_an_appointment_hold_what_the_desk_scans(self, town: Town, api: Api) -> None:
        guardian = await api("guardian")

        sheet = (await guardian.get(f"/appointments/{town.booking.li_tomorrow}")).json()
        listed = (await guardian.get("/appointments")).json()["items"]

        assert read_back(sheet["arrival_modules"]) == sheet["arrival_code"]
        assert all("arrival_modules" not in each for each in listed)

    async def test_of_the_homes_phone_hold_its_rotating_code(self, town: Town, api: Api) -> None:
        screen = (await (await api("nurse")).get(f"/visits/{town.visits.today}/rotating-code")).json()

        assert read_back(screen["modules"]) == screen["text"]
        assert {len(row) for row in screen["modules"]} == {len(screen["modules"])}
