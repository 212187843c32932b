"""What is asked of me, and my answer, over HTTP (C04)."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.demo import Town
from server.kit.ids import new_uid

Api = Callable[[str], Awaitable[httpx.AsyncClient]]


async def grant(client: httpx.AsyncClient, uid: str, **says: Any) -> httpx.Response:
    sheet = (await client.get(f"/consents/{uid}")).json()
    return await client.post(f"/consents/{uid}/grant", json={"text_hash": sheet["text_hash"], **says})


class TestWhatIsAsked:
    async def test_waits_for_the_resident_with_its_text(self, town: Town, api: Api) -> None:
        wang = await api("wang")

        waiting = (await wang.get("/consent-requests")).json()
        sheet = (await wang.get(f"/consents/{town.consent.wang_pending}")).json()

        assert [each["uid"] for each in waiting] == [town.consent.wang_pending]
        assert [each["heading"] for each in sheet["sections"]][:2] == ["谁想看", "为了什么、怎么看"]
        assert len(sheet["text_hash"]) == 64

    async def test_can_be_looked_at_beforehand(self, town: Town, api: Api) -> None:
        wang = await api("wang")

        whole = (await wang.get(f"/consents/{town.consent.wang_pending}/preview")).json()
        part = (
            await wang.get(f"/consents/{town.consent.wang_pending}/preview?categories=ability,exam")
        ).json()

        assert [each["category"] for each in whole["groups"]] == ["ability", "homebed"]
        assert [each["category"] for each in part["groups"]] == ["ability"]

    async def test_lists_by_status(self, town: Town, api: Api) -> None:
        page = (
            await (await api("daughter")).get(f"/consents?resident={town.people.wang}&status=granted")
        ).json()

        assert {each["uid"] for each in page["items"]} == {
            town.consent.wang_yihe,
            town.consent.wang_health_center,
        }

    @pytest.mark.parametrize("persona", ["stranger", "nephew", "other_nurse", "guardian"])
    async def test_not_yours_is_like_not_there(self, town: Town, api: Api, persona: str) -> None:
        client = await api(persona)

        real, none = [(await client.get(f"/consents/{uid}")) for uid in (town.consent.wang_yihe, new_uid())]

        assert real.status_code == none.status_code == 404
        assert real.json()["code"] == none.json()["code"]


class TestGrant:
    async def test_part_of_it(self, town: Town, api: Api) -> None:
        answer = await grant(await api("wang"), town.consent.wang_pending, categories=["ability"])

        assert answer.status_code == 200, answer.text
        verdicts = {each["category"]: each["verdict"] for each in answer.json()["provisions"]}
        assert verdicts == {"ability": "permit", "homebed": "deny"}

    async def test_never_more_than_was_asked(self, town: Town, api: Api) -> None:
        answer = await grant(await api("wang"), town.consent.wang_pending, categories=["ability", "labs"])

        assert (answer.status_code, answer.json()["code"]) == (422, "consent.more_than_asked")

    async def test_what_is_sensitive_has_its_own_line(self, town: Town, api: Api) -> None:
        answer = await grant(await api("wang"), town.consent.wang_pending, categories=["restricted_mental"])

        assert (answer.status_code, answer.json()["code"]) == (422, "consent.sensitive_needs_own_line")

    async def test_needs_the_text_that_was_read(self, town: Town, api: Api) -> None:
        body = {"text_hash": "0" * 64, "categories": ["ability"]}

        answer = await (await api("wang")).post(f"/consents/{town.consent.wang_pending}/grant", json=body)

        assert (answer.status_code, answer.json()["code"]) == (409, "consent.text_changed")

    async def test_is_not_for_staff(self, town: Town, api: Api) -> None:
        body = {"text_hash": "0" * 64, "categories": ["ability"]}

        answer = await (await api("nurse")).post(f"/consents/{town.consent.wang_pending}/grant", json=body)

        assert answer.status_code in {403, 404}


class TestDeny:
    async def test_closes_the_request(self, town: Town, api: Api) -> None:
        wang = await api("wang")

        answer = await wang.post(f"/consents/{town.consent.wang_pending}/denial")

        assert answer.json()["status"] == "denied"
        assert (await wang.get("/consent-requests")).json() == []


class TestWithdraw:
    async def test_the_next_read_obeys(self, town: Town, api: Api) -> None:
        """T7."""
        wang, nurse = await api("wang"), await api("nurse")
        path = f"/residents/{town.people.wang}/record/entries?purpose=care&limit=100"
        assert len((await nurse.get(path)).json()["items"]) > 1

        answer = await wang.post(f"/consents/{town.consent.wang_yihe}/withdrawal")

        assert answer.json()["status"] == "withdrawn"
        assert [each["uid"] for each in (await nurse.get(path)).json()["items"]] == [
            town.records.wang_yihe_note
        ]

    async def test_is_as_near_as_granting(self, town: Town, api: Api) -> None:
        """PIPL 15: one call each, the same permission, no reason asked."""
        answer = await (await api("daughter")).post(f"/consents/{town.consent.wang_health_center}/withdrawal")

        assert answer.status_code == 200, answer.text

    async def test_sent_twice_is_one_withdrawal(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        headers = {"Idempotency-Key": new_uid()}

        answers = [
            await wang.post(f"/consents/{town.consent.wang_yihe}/withdrawal", headers=headers)
            for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [200, 200]
        again = await wang.post(f"/consents/{town.consent.wang_yihe}/withdrawal")
        assert again.json()["code"] == "consent.not_in_force"


class TestWitness:
    async def test_lists_and_witnesses_for_a_resident_without_a_phone(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        body = {"evidence": "录音 2026-03-02-1", "second": town.identity.accounts["he"]}

        answer = await nurse.post(
            f"/consents/{town.consent.li_health_center}/witnessed-withdrawal", json=body
        )

        assert (await nurse.get("/consent-requests/to-witness")).json() == []
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "withdrawn"

    async def test_is_not_for_a_resident_who_can_decide(self, town: Town, api: Api) -> None:
        body = {"evidence": "录音", "second": town.identity.accounts["he"]}

        answer = await (await api("nurse")).post(
            f"/consents/{town.consent.wang_yihe}/witnessed-withdrawal", json=body
        )

        assert answer.json()["code"] == "consent.witness_not_needed"

    async def test_is_not_for_another_home(self, town: Town, api: Api) -> None:
        body = {"evidence": "录音", "second": town.identity.accounts["he"]}

        answer = await (await api("other_nurse")).post(
            f"/consents/{town.consent.li_health_center}/witnessed-withdrawal", json=body
        )

        assert answer.status_code == 404


class TestSignature:
    NAME = {"width": 300, "height": 120, "strokes": [[[10 + step, 20] for step in range(14)]]}

    async def test_comes_with_the_grant_and_shows_on_the_sheet(self, town: Town, api: Api) -> None:
        wang, uid = await api("wang"), town.consent.wang_pending

        answer = await grant(wang, uid, categories=["ability"], signature=self.NAME)

        assert (answer.status_code, answer.json()["signed"]) == (200, True)
        assert (await wang.get(f"/consents/{uid}")).json()["card"]["signed"]
        listed = {each["uid"]: each["signed"] for each in (await wang.get("/consents")).json()["items"]}
        assert [each for each, signed in listed.items() if signed] == [uid]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"strokes": [[[1, 1]]]}, "consent.signature_too_short"),
            ({"strokes": []}, "consent.signature_too_short"),
            ({"width": 15}, "consent.signature_outside"),
            ({"strokes": [[[1, 1]]] * 121}, "consent.signature_too_long"),
            ({"width": 0}, "web.invalid"),
            ({"strokes": [[[1, 1.5]]]}, "web.invalid"),
            ({"strokes": [[[1, 1, 1]]]}, "web.invalid"),
        ],
    )
    async def test_must_be_somebodys_name_within_the_box(
        self, town: Town, api: Api, change: dict[str, Any], code: str
    ) -> None:
        says = {"categories": ["ability"], "signature": {**self.NAME, **change}}

        answer = await grant(await api("wang"), town.consent.wang_pending, **says)

        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == code or code == "web.invalid"
        assert answer.json()["detail"].endswith("。")
