"""The alliance's directory."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.demo import Town
from server.kit.ids import new_uid

Api = Callable[[str], Awaitable[Any]]


class TestInstitutions:
    async def test_are_everybodys_to_see(self, town: Town, api: Api) -> None:
        stranger = await api("stranger")

        everyone = (await stranger.get("/institutions")).json()
        hospitals = (await stranger.get("/institutions", params={"kind": "hospital"})).json()

        assert len(everyone["items"]) == 11
        assert {card["uid"] for card in hospitals["items"]} == {
            town.alliance.first_hospital,
            town.alliance.second_hospital,
        }

    async def test_are_paged(self, town: Town, api: Api) -> None:
        assert town
        wang, seen, after = await api("wang"), [], None
        while True:
            page = (
                await wang.get("/institutions", params={"limit": 3, **({"after": after} if after else {})})
            ).json()
            seen += [card["uid"] for card in page["items"]]
            after = page["next"]
            if after is None:
                break

        assert len(seen) == len(set(seen)) == 11

    async def test_need_a_sign_in(self, anonymous: Any) -> None:
        assert (await anonymous.get("/institutions")).status_code == 401

    async def test_an_unknown_kind_is_refused(self, town: Town, api: Api) -> None:
        assert town
        assert (await (await api("wang")).get("/institutions", params={"kind": "hotel"})).status_code == 422


class TestDepartments:
    async def test_of_a_hospital(self, town: Town, api: Api) -> None:
        answer = await (await api("daughter")).get(
            f"/institutions/{town.alliance.first_hospital}/departments"
        )

        assert [card["name"] for card in answer.json()] == ["老年医学科", "心血管内科"]

    async def test_of_nothing(self, town: Town, api: Api) -> None:
        assert town
        assert (
            await (await api("daughter")).get(f"/institutions/{new_uid()}/departments")
        ).status_code == 404


class TestPartners:
    async def test_of_my_home_are_those_with_an_agreement_in_force(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")

        yihe = (await nurse.get(f"/institutions/{town.alliance.yihe}/partners")).json()
        songhe = (await nurse.get(f"/institutions/{town.alliance.songhe}/partners")).json()

        assert {card["uid"] for card in yihe} == {town.alliance.first_hospital, town.alliance.health_center}
        assert {card["uid"] for card in songhe} == {town.alliance.second_hospital}
