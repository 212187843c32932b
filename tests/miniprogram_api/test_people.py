"""My residents, those who may act for me, and the residents of the home where I work."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER
from server.kit.ids import new_uid

Api = Callable[[str], Awaitable[Any]]
WISH = {
    "name": "王桂兰",
    "national_id": WANG_NUMBER,
    "basis": "own_consent",
    "relation": "friend",
    "scopes": ["profile", "booking"],
}


class TestMyResidents:
    @pytest.mark.parametrize(
        ("persona", "names"),
        [
            ("wang", ["王桂兰"]),
            ("daughter", ["王桂兰"]),
            ("guardian", ["李福生"]),
            ("nephew", []),
            ("stranger", []),
            ("nurse", []),
        ],
    )
    async def test_are_myself_and_those_who_let_me(
        self, town: Town, api: Api, persona: str, names: list[str]
    ) -> None:
        assert town
        answer = await (await api(persona)).get("/residents")

        assert answer.status_code == 200
        assert [card["name"] for card in answer.json()] == names

    async def test_say_whether_it_is_myself(self, town: Town, api: Api) -> None:
        mine = (await (await api("wang")).get("/residents")).json()[0]
        hers = (await (await api("daughter")).get("/residents")).json()[0]

        assert (mine["uid"], mine["myself"], hers["myself"], hers["age"]) == (
            town.people.wang,
            True,
            False,
            90,
        )


class TestResidentsOfAHome:
    async def test_are_shown_to_its_staff_by_bed(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")

        everyone = (await nurse.get(f"/institutions/{town.alliance.yihe}/residents")).json()
        one = (
            await nurse.get(f"/institutions/{town.alliance.yihe}/residents", params={"bed": "202-1"})
        ).json()

        assert {card["bed"] for card in everyone["items"]} == {"201-1", "202-1"}
        assert [card["name"] for card in one["items"]] == ["李福生"]
        assert WANG_NUMBER not in str(everyone)
        assert LI_NUMBER not in str(one)

    async def test_are_shown_to_nobody_else(self, town: Town, api: Api) -> None:
        for persona in ("other_nurse", "stranger"):
            answer = await (await api(persona)).get(f"/institutions/{town.alliance.yihe}/residents")
            assert answer.json()["items"] == []


class TestApply:
    async def test_until_the_resident_says_yes(self, town: Town, api: Api, console: Any) -> None:
        stranger, wang = await api("stranger"), await api("wang")

        applied = await stranger.post("/proxies", json=WISH)
        uid = applied.json()["uid"]
        early = await wang.post(f"/proxies/{uid}/confirm")
        await (await console("he")).submit(f"/admin/proxies/{uid}/verify")
        shown = [
            card
            for card in (await wang.get(f"/residents/{town.people.wang}/proxies")).json()
            if card["uid"] == uid
        ]
        confirmed = await wang.post(f"/proxies/{uid}/confirm")

        assert (applied.status_code, applied.json()["resident"], early.status_code) == (201, None, 409)
        assert [(card["proxy"], card["status"]) for card in shown] == [("陈大勇", "id_verified")]
        assert (confirmed.status_code, confirmed.json()["status"]) == (200, "active")
        assert [card["uid"] for card in (await stranger.get("/residents")).json()] == [town.people.wang]

    async def test_tells_nothing_about_who_exists(self, town: Town, api: Api) -> None:
        """T8."""
        assert town
        stranger = await api("stranger")

        known = await stranger.post("/proxies", json=WISH)
        unknown = await stranger.post("/proxies", json={**WISH, "national_id": "330299195507150211"})

        assert known.status_code == unknown.status_code == 201
        assert {**known.json(), "uid": ""} == {**unknown.json(), "uid": ""}

    async def test_sent_twice_is_one_application(self, town: Town, api: Api) -> None:
        assert town
        stranger, key = await api("stranger"), {"Idempotency-Key": new_uid()}

        first = await stranger.post("/proxies", json=WISH, headers=key)
        again = await stranger.post("/proxies", json=WISH, headers=key)

        assert first.json() == again.json()
        assert len((await stranger.get("/proxies")).json()) == 1

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"national_id": "33029919400101001X"}, 422),
            ({"scopes": []}, 422),
            ({"scopes": ["everything"]}, 422),
            ({"basis": "durable"}, 409),
            ({"basis": "institution", "scopes": ["rating"], "document_ref": "1"}, 422),
        ],
    )
    async def test_refuses_what_is_not_an_application(
        self, town: Town, api: Api, wrong: dict[str, Any], status: int
    ) -> None:
        assert town
        answer = await (await api("stranger")).post("/proxies", json={**WISH, **wrong})

        assert answer.status_code == status
        assert WANG_NUMBER not in answer.text

    async def test_can_be_taken_back_by_the_applicant_only(self, town: Town, api: Api) -> None:
        uid = town.people.nephew_grant

        other = await (await api("stranger")).post(f"/proxies/{uid}/withdraw")
        own = await (await api("nephew")).post(f"/proxies/{uid}/withdraw")

        assert (other.status_code, own.status_code, own.json()["status"]) == (404, 200, "withdrawn")


class TestTheResidentDecides:
    async def test_pause_and_give_back_and_end(self, town: Town, api: Api) -> None:
        wang, daughter, uid = await api("wang"), await api("daughter"), town.people.daughter_grant
        reason = {"reason": "resident_wish"}

        paused = await wang.post(f"/proxies/{uid}/suspend", json=reason)
        during = (await daughter.get("/residents")).json()
        resumed = await wang.post(f"/proxies/{uid}/resume")
        after = (await daughter.get("/residents")).json()
        ended = await wang.post(f"/proxies/{uid}/end", json=reason)

        assert [each.json()["status"] for each in (paused, resumed, ended)] == [
            "suspended",
            "active",
            "ended",
        ]
        assert (during, len(after)) == ([], 1)
        assert (await daughter.get("/residents")).json() == []

    async def test_says_no(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(f"/proxies/{town.people.nephew_grant}/decline")

        assert (answer.status_code, answer.json()["status"]) == (200, "rejected")

    @pytest.mark.parametrize("persona", ["stranger", "nephew", "guardian", "nurse", "doctor"])
    async def test_nobody_else_ends_it(self, town: Town, api: Api, persona: str) -> None:
        answer = await (await api(persona)).post(
            f"/proxies/{town.people.daughter_grant}/end", json={"reason": "resident_wish"}
        )

        assert answer.status_code in {403, 404}

    async def test_a_reason_is_asked_for(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(f"/proxies/{town.people.daughter_grant}/end", json={})

        assert answer.status_code == 422

    @pytest.mark.parametrize(
        ("persona", "status"),
        [
            ("wang", 200),
            ("daughter", 200),
            ("nurse", 200),
            ("nephew", 404),
            ("stranger", 404),
            ("guardian", 404),
            ("other_nurse", 404),
        ],
    )
    async def test_who_may_see_the_proxies(self, town: Town, api: Api, persona: str, status: int) -> None:
        answer = await (await api(persona)).get(f"/residents/{town.people.wang}/proxies")

        assert answer.status_code == status
