"""The inbox, the subscription dialog and quiet hours in the mini-program."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.demo import Town
from server.kit.ids import new_uid

Api = Callable[[str], Awaitable[Any]]


class TestInbox:
    async def test_shows_one_s_own_newest_first(self, town: Town, api: Api) -> None:
        answer = await (await api("daughter")).get("/inbox")

        assert [card["uid"] for card in answer.json()["items"]] == [
            town.notifications.unread,
            town.notifications.read,
        ]
        assert [card["read"] for card in answer.json()["items"]] == [False, True]

    async def test_turns_pages(self, town: Town, api: Api) -> None:
        daughter = await api("daughter")

        first = (await daughter.get("/inbox?limit=1")).json()
        second = (await daughter.get(f"/inbox?limit=1&after={first['next']}")).json()

        assert [page["items"][0]["uid"] for page in (first, second)] == [
            town.notifications.unread,
            town.notifications.read,
        ]
        assert second["next"] is None

    async def test_shows_only_the_unread_when_asked(self, town: Town, api: Api) -> None:
        items = (await (await api("daughter")).get("/inbox?unread=true")).json()["items"]

        assert [card["uid"] for card in items] == [town.notifications.unread]

    async def test_is_empty_for_a_stranger(self, town: Town, api: Api) -> None:
        assert (await (await api("stranger")).get("/inbox")).json() == {"items": [], "next": None}

    async def test_needs_a_sign_in(self, town: Town, anonymous: Any) -> None:
        assert (await anonymous.get("/inbox")).status_code == 401


class TestReading:
    async def test_marks_one_and_counts_the_rest(self, town: Town, api: Api) -> None:
        daughter = await api("daughter")
        assert (await daughter.get("/inbox/unread")).json() == {"count": 1}

        answer = await daughter.post(f"/inbox/{town.notifications.unread}/read")

        assert (answer.status_code, answer.json()) == (200, {"count": 0})

    async def test_marks_all(self, town: Town, api: Api) -> None:
        assert (await (await api("daughter")).post("/inbox/read")).json() == {"count": 0}

    async def test_not_somebody_else_s(self, town: Town, api: Api) -> None:
        wang = await api("wang")

        theirs = await wang.post(f"/inbox/{town.notifications.unread}/read")
        nobodys = await wang.post(f"/inbox/{new_uid()}/read")

        assert theirs.status_code == nobodys.status_code == 404


class TestSubscriptions:
    async def test_a_yes_adds_one(self, town: Town, api: Api) -> None:
        stranger = await api("stranger")
        before = {card["kind"]: card["remaining"] for card in (await stranger.get("/subscriptions")).json()}

        answer = await stranger.post(
            "/subscriptions",
            json={"choices": {"tmpl_visit_report": "accept", "tmpl_consent_asked": "reject"}},
        )

        after = {card["kind"]: card["remaining"] for card in answer.json()}
        assert answer.status_code == 200
        assert after == {**before, "tmpl_visit_report": before["tmpl_visit_report"] + 1}

    async def test_nonsense_is_refused(self, town: Town, api: Api) -> None:
        stranger = await api("stranger")
        too_many = {f"tmpl_{place}": "accept" for place in range(6)}
        for choices in ({}, {"tmpl_visit_report": "maybe"}, {"a b": "accept"}, too_many):
            answer = await stranger.post("/subscriptions", json={"choices": choices})
            assert answer.status_code == 422, choices

    async def test_an_unknown_template_is_refused(self, town: Town, api: Api) -> None:
        answer = await (await api("stranger")).post(
            "/subscriptions", json={"choices": {"tmpl_unknown": "accept"}}
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "notifications.unknown_template")


class TestQuietHours:
    async def test_are_the_citys_until_somebody_chooses_their_own(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        assert (await wang.get("/quiet-hours")).json() == {"starts": "21:00", "ends": "07:00", "own": False}

        answer = await wang.put("/quiet-hours", json={"starts": "20:00", "ends": "08:30"})

        assert answer.json() == {"starts": "20:00", "ends": "08:30", "own": True}
        assert (await wang.put("/quiet-hours", json={"starts": "22:00", "ends": "06:00"})).json()[
            "starts"
        ] == "22:00"

    async def test_nonsense_is_refused(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        for body in (
            {"starts": "24:00", "ends": "07:00"},
            {"starts": "7:00", "ends": "08:00"},
            {"starts": "07:00"},
        ):
            assert (await wang.put("/quiet-hours", json=body)).status_code == 422, body

    async def test_no_length_is_refused(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).put("/quiet-hours", json={"starts": "07:00", "ends": "07:00"})

        assert (answer.status_code, answer.json()["code"]) == (422, "notifications.bad_quiet_hours")
