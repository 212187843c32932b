"""Over the phone: a copy with a fresh proof, what closing will do, and what is said to be wrong."""

import base64
import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.demo import Town
from server.identity.models import Account
from server.identity.rules import AccountStatus
from server.kit.idempotency import AnsweredRequest
from server.people.models import ProxyGrant, Resident
from server.people.rules import ProxyStatus
from tests.miniprogram_api.signing_in import login_code

Api = Callable[[str], Awaitable[httpx.AsyncClient]]
Worker = Callable[[], Awaitable[int]]


async def copied(client: httpx.AsyncClient, worker_pass: Worker, resident: str | None = None) -> str:
    answer = await client.post("/copies", json={"resident": resident} if resident else {})
    assert answer.status_code == 202, answer.text
    await worker_pass()
    return answer.json()["job"]["uid"]


class TestACopy:
    async def test_is_asked_for_written_and_fetched_as_a_zip(
        self, town: Town, api: Api, worker_pass: Worker
    ) -> None:
        wang = await api("wang")
        uid = await copied(wang, worker_pass)

        listed = (await wang.get("/copies")).json()
        answer = await wang.post(f"/copies/{uid}/file", json={"code": login_code("wang")})

        assert [(each["about"], each["job"]["status"]) for each in listed] == [("", "ready")]
        assert answer.json()["name"].endswith(".zip")
        book = zipfile.ZipFile(io.BytesIO(base64.b64decode(answer.json()["content"])))
        assert {"index.html", "manifest.json", "resident/record.json"} <= set(book.namelist())

    async def test_is_kept_in_no_stored_answer(self, town: Town, api: Api, worker_pass: Worker) -> None:
        wang = await api("wang")
        uid = await copied(wang, worker_pass)

        content = (await wang.post(f"/copies/{uid}/file", json={"code": login_code("wang")})).json()[
            "content"
        ]

        assert content[:40] not in repr(await AnsweredRequest.all().values())

    @pytest.mark.parametrize("persona", ["daughter", "stranger"])
    async def test_needs_the_very_same_wechat(
        self, town: Town, api: Api, worker_pass: Worker, persona: str
    ) -> None:
        wang = await api("wang")
        uid = await copied(wang, worker_pass)

        answer = await wang.post(f"/copies/{uid}/file", json={"code": login_code(persona)})

        assert (answer.status_code, answer.json()["code"]) == (403, "identity.not_the_same_person")

    async def test_needs_a_fresh_code_each_time(self, town: Town, api: Api, worker_pass: Worker) -> None:
        wang, code = await api("wang"), login_code("wang")
        uid = await copied(wang, worker_pass)
        await wang.post(f"/copies/{uid}/file", json={"code": code})

        again = await wang.post(f"/copies/{uid}/file", json={"code": code})

        assert again.json()["code"] == "identity.login_code_seen"

    async def test_of_a_mother_says_whose_it_is(self, town: Town, api: Api, worker_pass: Worker) -> None:
        daughter = await api("daughter")
        await copied(daughter, worker_pass, town.people.wang)

        assert [each["about"] for each in (await daughter.get("/copies")).json()] == ["王桂兰"]

    async def test_of_a_stranger_is_not_found(self, town: Town, api: Api) -> None:
        answer = await (await api("stranger")).post("/copies", json={"resident": town.people.wang})

        assert answer.status_code == 404

    async def test_is_for_those_who_signed_in(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.post("/copies", json={})).status_code == 401


class TestClosing:
    async def test_is_said_before_it_is_done(self, town: Town, api: Api) -> None:
        told = (await (await api("daughter")).get("/account/closure")).json()

        assert (told["grants"], told["blocked"]) == (1, 0)
        assert told["deleted"]
        assert all(each["why"] and each["until"] for each in told["kept"])

    async def test_waits_for_a_booking_that_nobody_else_could_cancel(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        slots = await wang.get(
            f"/institutions/{town.alliance.first_hospital}/slots", params={"resident": town.people.wang}
        )
        slot = next(each["uid"] for each in slots.json()["items"] if each["free"] and each["for_you"])
        booked = await wang.post(
            f"/slots/{slot}/appointments", json={"resident": town.people.wang, "reason": "复查"}
        )
        await Resident.filter(uid=town.people.wang).update(home_id=None)
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(status=ProxyStatus.ENDED)

        answer = await wang.post("/account/closure", json={"code": login_code("wang")})

        assert booked.status_code == 201, booked.text
        assert (answer.status_code, answer.json()["code"]) == (409, "privacy.bookings_open")
        row = await Account.get(uid=town.identity.accounts["wang"])
        assert row.status is AccountStatus.ACTIVE


class TestARectification:
    async def test_is_asked_listed_and_taken_back(self, town: Town, api: Api) -> None:
        daughter = await api("daughter")
        asked = await daughter.post(
            f"/residents/{town.people.wang}/rectifications", json={"text": "床位写错了"}
        )

        listed = (await daughter.get("/rectifications")).json()
        back = await daughter.post(f"/rectifications/{asked.json()['uid']}/withdrawal")

        assert asked.status_code == 201, asked.text
        assert [(each["text"], each["status"], each["mine"]) for each in listed] == [
            ("床位写错了", "open", True)
        ]
        assert back.status_code == 204
        assert (await daughter.get("/rectifications")).json()[0]["status"] == "withdrawn"

    async def test_of_an_entry_stands_beside_it_at_once(self, town: Town, api: Api) -> None:
        wang, entry = await api("wang"), town.records.wang_checkup
        path = f"/residents/{town.people.wang}"

        await wang.post(f"{path}/rectifications", json={"text": "我没有贫血", "entry": entry})

        (newest, *_) = (await wang.get(f"{path}/record/entries/{entry}/history")).json()
        assert [each["text"] for each in newest["objections"]] == ["我没有贫血"]

    async def test_of_an_entry_that_is_not_theirs_is_not_found(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(
            f"/residents/{town.people.wang}/rectifications",
            json={"text": "不对", "entry": town.records.li_diabetes},
        )

        assert answer.status_code == 404
        assert (await (await api("wang")).get("/rectifications")).json() == []

    async def test_has_words(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(
            f"/residents/{town.people.wang}/rectifications", json={"text": "  "}
        )

        assert answer.status_code == 422

    async def test_is_not_for_staff_in_their_work(self, town: Town, api: Api) -> None:
        answer: Any = await (await api("nurse")).post(
            f"/residents/{town.people.wang}/rectifications", json={"text": "床位写错了"}
        )

        assert answer.status_code == 404
