"""The record over HTTP: what is shown, to whom, and that nothing shows through (C03, C05, C06, B02)."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.audit.trail_models import AccessEntry
from server.consent.rules import RecordCategory
from server.demo import Town
from server.kit.engines.counting import counted
from server.kit.ids import new_uid
from tests.core.records.worlds import writer

Api = Callable[[str], Awaitable[httpx.AsyncClient]]
SHARED = frozenset({RecordCategory.EXAM, RecordCategory.CHRONIC, RecordCategory.MEDS})
READS = (
    "summary", "entries", "entries?limit=3", "entries?category=labs", "entries?category=unlabeled", "categories", "missing",
    "trends/85354-9", "trends/1558-6?days=3660", "export", "access-trail",
)  # fmt: skip
PRESSURE = {
    "kind": "observation", "code": "85354-9", "effective_at": "2026-03-02T08:30:00+08:00", "category": "chronic",
    "body": {"systolic": 146, "diastolic": 82},
}  # fmt: skip


def record(uid: str, path: str) -> str:
    return f"/residents/{uid}/record/{path}"


def said(answer: httpx.Response) -> tuple[int, bytes, Any]:
    """Return all that a client can tell two answers apart by."""
    body = answer.content
    if answer.status_code >= 400:
        body = repr({name: value for name, value in answer.json().items() if name != "request_id"}).encode()
    headers = {
        name: value for name, value in answer.headers.items() if name.lower() not in {"date", "x-request-id"}
    }
    return answer.status_code, body, headers


class TestReads:
    @pytest.mark.parametrize("path", READS)
    async def test_answer_the_resident_and_the_daughter(self, town: Town, api: Api, path: str) -> None:
        for persona in ("wang", "daughter"):
            answer = await (await api(persona)).get(record(town.people.wang, path))

            assert answer.status_code == 200, answer.text

    async def test_the_summary_speaks_plainly(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).get(record(town.people.wang, "summary"))

        words = [each["words"] for each in answer.json()["sentences"]]
        assert any(
            each.startswith("血压 152/88 mmHg，比目标高一点，请告诉护士。（云桥市河东社区卫生服务中心，")
            for each in words
        )

    async def test_a_sentence_leads_to_its_trend(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        sentences = (await wang.get(record(town.people.wang, "summary"))).json()["sentences"]
        measured = [each for each in sentences if each["kind"] == "observation"]

        for each in measured:
            trend = (await wang.get(record(town.people.wang, f"trends/{each['code']}?days=3660"))).json()
            assert trend["points"][-1]["entry_uid"] == each["entry_uid"]
            assert each["words"].startswith(trend["title"])
        assert "85354-9" in {each["code"] for each in measured}

    @pytest.mark.parametrize(
        ("persona", "resident", "code"), [("wang", "wang", "85354-9"), ("guardian", "li", "1558-6")]
    )
    async def test_an_entry_says_what_its_number_means_as_the_trend_does(
        self, *, town: Town, api: Api, persona: str, resident: str, code: str
    ) -> None:
        client, uid = await api(persona), getattr(town.people, resident)
        entries = (await client.get(record(uid, "entries?limit=100"))).json()["items"]

        trend = (await client.get(record(uid, f"trends/{code}?days=3660"))).json()

        means = {each["uid"]: (each["sign"], each["verdict"]) for each in entries if each["code"] == code}
        assert means == {each["entry_uid"]: (each["sign"], each["verdict"]) for each in trend["points"]}
        assert all(words for _, words in means.values())
        assert means
        unjudged = [each for each in entries if each["kind"] != "observation"]
        assert {(each["sign"], each["verdict"]) for each in unjudged} == {("plain", "")}

    async def test_the_lines_are_fetched_once_a_page(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        counts = []
        for limit in (1, 100):
            with counted() as statements:
                page = (await wang.get(record(town.people.wang, f"entries?limit={limit}"))).json()
            asked = [sql for sql in statements if "policy_parameter" in sql]
            counts.append(len(asked))
            assert any(each["verdict"] for each in page["items"]) == bool(asked)
        assert counts[-1] == 1

    async def test_staff_read_for_the_purpose_that_was_agreed(self, town: Town, api: Api) -> None:
        doctor = await api("doctor")

        visit = (await doctor.get(record(town.people.wang, "summary?purpose=visit"))).json()
        care = (await doctor.get(record(town.people.wang, "missing?purpose=care"))).json()

        assert visit["due"]
        assert care == []

    async def test_every_page_of_the_entries_once(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        seen: list[str] = []
        after = ""
        while True:
            page = (await wang.get(record(town.people.wang, f"entries?limit=4{after}"))).json()
            seen += [each["uid"] for each in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"

        whole = (await wang.get(record(town.people.wang, "entries?limit=100"))).json()
        assert seen == [each["uid"] for each in whole["items"]]
        assert len(seen) > 8

    async def test_need_a_sign_in(self, town: Town, anonymous: httpx.AsyncClient) -> None:
        for path in READS:
            assert (await anonymous.get(record(town.people.wang, path))).status_code == 401

    @pytest.mark.parametrize(
        "path",
        [
            "trends/nothing",
            "entries?category=all",
            "entries?limit=0",
            "summary?purpose=fun",
            "trends/85354-9?days=0",
        ],
    )
    async def test_refuse_what_makes_no_sense(self, town: Town, api: Api, path: str) -> None:
        assert (await (await api("wang")).get(record(town.people.wang, path))).status_code == 422


class TestNothingShowsThrough:
    @pytest.mark.parametrize(
        ("persona", "purpose", "hidden"),
        [
            ("doctor", "visit", frozenset(RecordCategory) - SHARED),
            ("nurse", "care", frozenset(RecordCategory) - SHARED),
            ("nurse", "treatment", frozenset(RecordCategory)),
            ("other_nurse", "care", frozenset(RecordCategory)),
            ("stranger", "care", frozenset(RecordCategory)),
            ("nephew", "care", frozenset(RecordCategory)),
        ],
    )
    async def test_two_worlds_answer_alike(
        self,
        *,
        town: Town,
        api: Api,
        clock: Any,
        persona: str,
        purpose: str,
        hidden: frozenset[RecordCategory],
    ) -> None:
        client = await api(persona)

        async def all_said(entry: str) -> list[Any]:
            paths = [
                f"{path}{'&' if '?' in path else '?'}purpose={purpose}"
                for path in READS
                if path not in {"export", "access-trail"}
            ]
            paths += ["export", "access-trail", f"entries/{entry}/history?purpose={purpose}"]
            return [said(await client.get(record(town.people.wang, path))) for path in paths]

        before = await all_said(new_uid())
        rows = await (await writer(town, clock())).write_all(hidden)

        assert await all_said(rows[0].uid) == before

    async def test_not_yours_is_like_not_there(self, town: Town, api: Api) -> None:
        for persona in ("stranger", "nephew", "other_nurse"):
            client = await api(persona)
            for path in READS:
                real = said(await client.get(record(town.people.wang, path)))
                assert real == said(await client.get(record(new_uid(), path)))
                assert real[0] in {403, 404}


class TestWrite:
    async def test_and_it_is_there(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")

        answer = await nurse.post(record(town.people.wang, "entries"), json={"entries": [PRESSURE]})

        assert answer.status_code == 201, answer.text
        uid = answer.json()[0]["uid"]
        page = (await nurse.get(record(town.people.wang, "entries?purpose=care&limit=100"))).json()
        assert uid in {each["uid"] for each in page["items"]}

    async def test_sent_twice_is_written_once(self, town: Town, api: Api) -> None:
        nurse = await api("nurse")
        headers = {"Idempotency-Key": new_uid()}

        answers = [
            (
                await nurse.post(
                    record(town.people.wang, "entries"), json={"entries": [PRESSURE]}, headers=headers
                )
            ).json()
            for _ in range(2)
        ]

        assert answers[0] == answers[1]

    async def test_what_cannot_be_is_refused_by_field(self, town: Town, api: Api) -> None:
        wrong = {**PRESSURE, "body": {"systolic": 1460, "diastolic": 82}}

        answer = await (await api("nurse")).post(
            record(town.people.wang, "entries"), json={"entries": [wrong]}
        )

        assert answer.status_code == 422
        assert "entries.0.body.systolic" in str(answer.json())

    async def test_is_not_for_a_family(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(
            record(town.people.wang, "entries"), json={"entries": [PRESSURE]}
        )

        assert answer.status_code == 403

    async def test_a_correction_asks_for_a_reason(self, town: Town, api: Api) -> None:
        doctor = await api("doctor")
        path = record(town.people.wang, f"entries/{town.records.wang_pressure}/correction")

        assert (await doctor.post(path, json={"entry": PRESSURE, "reason": ""})).status_code == 422
        answer = await doctor.post(path, json={"entry": PRESSURE, "reason": "抄错一位"})

        assert answer.status_code == 201, answer.text
        assert answer.json()["version"] == 2


class TestObject:
    async def test_stands_beside_the_entry(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        path = record(town.people.wang, f"entries/{town.records.wang_pressure}")

        answer = await wang.post(f"{path}/objections", json={"text": "那天刚走完路"})

        assert answer.status_code == 201, answer.text
        history = (await wang.get(f"{path}/history")).json()
        assert history[0]["objections"][0]["text"] == "那天刚走完路"
        (asked,) = (await wang.get("/rectifications")).json()
        assert (asked["entry_uid"], asked["status"]) == (
            town.records.wang_pressure,
            "open",
        ), "a mini-program of before asks by this address: it is answered in time as well"


class TestEmergency:
    async def test_opens_and_is_told(self, town: Town, api: Api) -> None:
        body = {"reason": "unconscious", "explanation": "呼之不应"}

        answer = await (await api("nurse")).post(record(town.people.wang, "emergency-reads"), json=body)

        assert answer.status_code == 201, answer.text
        looks = (
            await (await api("wang")).get(record(town.people.wang, "access-trail?others_only=true"))
        ).json()
        assert looks["items"][0]["basis"] == "emergency"
        assert looks["items"][0]["basis_uid"] == answer.json()["uid"]

    async def test_asks_why(self, town: Town, api: Api) -> None:
        answer = await (await api("nurse")).post(
            record(town.people.wang, "emergency-reads"), json={"reason": "unconscious"}
        )

        assert answer.status_code == 422


class TestTheLineNamesTheRequest:
    async def test_so_that_both_trails_meet(self, town: Town, api: Api) -> None:
        await (await api("wang")).get(record(town.people.wang, "summary"))

        line = await AccessEntry.all().order_by("-id").first()
        assert line is not None
        assert line.request_id
        assert line.channel == "mini_program"
