"""Patrol visits through the mini-program: the clinician's phone, the home's phone, the family's."""

from typing import Any

import pytest

from server.audit.trail_models import AccessEntry
from server.kit.ids import new_uid
from server.outbox.models import MessageStatus, OutboxMessage
from server.visits.models import Scan, Visit
from server.visits.rules import VisitStatus

Api = Any


async def scan_body(town: Any, clock: Any, doctor: Any, nurse: Any, **otherwise: Any) -> dict[str, Any]:
    """Get ready, look at the home's screen, and scan, as three requests."""
    nonce = (await doctor.post("/visits/nonces", json={})).json()["nonces"][0]
    code = (await nurse.get(f"/visits/{town.visits.today}/rotating-code")).json()["text"]
    right = {
        "client_uid": new_uid(),
        "plate": town.visits.plate_code("201-1"),
        "nonce": nonce,
        "code": code,
        "device_time": clock().isoformat(),
    }
    return {**right, **otherwise}


def seen(item: str, **measured: Any) -> dict[str, Any]:
    return {"item": item, "outcome": "seen", **measured}


class TestRound:
    async def test_goes_from_the_plan_to_both_confirmations(self, town: Any, clock: Any, api: Api) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        url = f"/visits/{town.visits.today}"

        (planned,) = (await doctor.get("/visits/round")).json()
        assert [(item["resident_name"], item["bed"]) for item in planned["items"]] == [
            ("王桂兰", "201-1"),
            ("李福生", "202-1"),
        ]

        started = await doctor.post(f"{url}/scans", json=await scan_body(town, clock, doctor, nurse))
        assert (started.status_code, started.json()["result"]) == (201, "accepted")

        rows = [
            seen(town.visits.today_wang, systolic=152, diastolic=88, glucose=7, text="头晕减轻"),
            seen(town.visits.today_li, systolic=186, diastolic=112, urgent=True),
        ]
        written = await doctor.post(f"{url}/results", json={"results": rows})
        assert [item["findings"] for item in written.json()["items"]] == [3, 1]

        clock.advance(minutes=25)
        assert (await doctor.post(f"{url}/finish")).json()["status"] == "finished"
        assert (await doctor.post(f"{url}/attestation", json={})).json()["status"] == "attested_provider"
        waiting = (await nurse.get("/visits/waiting")).json()["items"]
        assert town.visits.today in {card["uid"] for card in waiting}
        assert (await nurse.post(f"{url}/attestation", json={})).json()["status"] == "confirmed"

        daughter = await api("daughter")
        family = (await daughter.get(url)).json()
        assert [item["resident_name"] for item in family["items"]] == ["王桂兰"]
        found = (await daughter.get(f"{url}/residents/{town.people.wang}/findings")).json()
        assert [entry["words"] for entry in found] == ["血压 152/88 mmHg", "空腹血糖 7.0 mmol/L", "头晕减轻"]

    async def test_is_refused_in_words_and_kept(self, town: Any, clock: Any, api: Api) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        body = await scan_body(town, clock, doctor, nurse, plate="https://example.com/phishing")
        answer = await doctor.post(f"/visits/{town.visits.today}/scans", json=body)

        assert answer.status_code == 201  # the attempt is on record
        assert answer.json()["result"] == "refused"
        assert answer.json()["reasons"] == ["plate_malformed"]
        assert answer.json()["message"] == "这不是本平台的床牌。请扫床头或门口的牌子。"
        assert await Scan.filter(client_uid=body["client_uid"]).count() == 1

    async def test_survives_a_double_tap_with_one_key_and_with_two(
        self, town: Any, clock: Any, api: Api
    ) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        url = f"/visits/{town.visits.today}/scans"
        body = await scan_body(town, clock, doctor, nurse)
        key = {"Idempotency-Key": new_uid()}
        answers = [
            await doctor.post(url, json=body, headers=key),
            await doctor.post(url, json=body, headers=key),
            await doctor.post(url, json=body),
        ]
        assert [answer.status_code for answer in answers] == [201, 201, 201]
        assert answers[0].json() == answers[1].json() == answers[2].json()
        assert await Scan.filter(visit__uid=town.visits.today).count() == 1

    async def test_says_which_column_was_mistyped(self, town: Any, clock: Any, api: Api) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        url = f"/visits/{town.visits.today}"
        await doctor.post(f"{url}/scans", json=await scan_body(town, clock, doctor, nurse))
        rows = [seen(town.visits.today_wang), seen(town.visits.today_li, temperature=365)]
        answer = await doctor.post(f"{url}/results", json={"results": rows})

        assert answer.status_code == 422
        assert answer.json()["fields"] == {
            "results.1.temperature": "体温应在 30 到 44 ℃ 之间，请核对后重新填写。"
        }

    async def test_a_nonce_belongs_to_its_session(self, town: Any, clock: Any, api: Api) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        body = await scan_body(town, clock, doctor, nurse)
        other_session = await api("doctor")
        answer = await other_session.post(f"/visits/{town.visits.today}/scans", json=body)
        assert answer.json()["reasons"] == ["nonce_unknown"]

    @pytest.mark.parametrize("persona", ["daughter", "nephew", "stranger", "wang"])
    async def test_is_not_for_families(self, town: Any, api: Api, persona: str) -> None:
        client = await api(persona)
        for method, path in (
            ("GET", "/visits/round"),
            ("GET", f"/visits/{town.visits.today}/rotating-code"),
            ("POST", "/visits/nonces"),
            ("POST", f"/visits/{town.visits.today}/finish"),
        ):
            answer = await client.request(method, path, json={} if method == "POST" else None)
            assert answer.status_code == 403, path

    async def test_needs_a_sign_in(self, town: Any, anonymous: Any) -> None:
        assert (await anonymous.get("/visits/round")).status_code == 401

    @pytest.mark.parametrize("persona", ["other_nurse", "nephew", "stranger"])
    async def test_does_not_admit_that_it_exists(self, town: Any, api: Api, persona: str) -> None:
        client = await api(persona)
        real = await client.get(f"/visits/{town.visits.today}")
        made_up = await client.get(f"/visits/{new_uid()}")
        assert real.status_code == made_up.status_code == 404
        assert {**real.json(), "request_id": ""} == {**made_up.json(), "request_id": ""}


class TestOfflineBatch:
    async def test_is_taken_in_twice_with_one_verdict(self, town: Any, clock: Any, api: Api) -> None:
        doctor, nurse = await api("doctor"), await api("nurse")
        nonces = (await doctor.post("/visits/nonces", json={"offline": 2})).json()
        assert (len(nonces["nonces"]), nonces["offline"]) == (2, True)
        scan = await scan_body(town, clock, doctor, nurse, nonce=nonces["nonces"][0])
        visit, at = town.visits.today, clock().isoformat()
        finished = clock.advance(minutes=20).isoformat()
        events = [
            {"client_uid": new_uid(), "kind": "start", "visit": visit, "device_time": at, "scan": scan},
            {
                "client_uid": new_uid(),
                "kind": "findings",
                "visit": visit,
                "device_time": finished,
                "results": [seen(town.visits.today_wang, pulse=70), seen(town.visits.today_li, pulse=66)],
            },
            {"client_uid": new_uid(), "kind": "finish", "visit": visit, "device_time": finished},
            {"client_uid": new_uid(), "kind": "finish", "visit": new_uid(), "device_time": finished},
        ]
        clock.advance(hours=3)

        first = (await doctor.post("/visits/offline-batch", json={"events": events})).json()
        second = (await doctor.post("/visits/offline-batch", json={"events": events})).json()

        assert [v["result"] for v in first["verdicts"]] == [
            "accepted_late",
            "accepted",
            "accepted_late",
            "refused",
        ]
        assert [(v["client_uid"], v["result"], v["message"]) for v in second["verdicts"]] == [
            (v["client_uid"], v["result"], v["message"]) for v in first["verdicts"]
        ]
        assert (second["accepted"], second["accepted_late"], second["refused"]) == (1, 2, 1)
        assert (await Visit.get(uid=visit)).status is VisitStatus.FINISHED

    @pytest.mark.parametrize(
        "event",
        [
            {"client_uid": "1", "kind": "finish"},
            {"client_uid": new_uid(), "kind": "explode"},
            {"client_uid": new_uid(), "kind": "finish", "device_time": "2026-03-02T09:00:00"},
        ],
    )
    async def test_refuses_what_has_no_shape(
        self, town: Any, clock: Any, api: Api, event: dict[str, Any]
    ) -> None:
        doctor = await api("doctor")
        whole = {"visit": town.visits.today, "device_time": clock().isoformat(), **event}
        assert (await doctor.post("/visits/offline-batch", json={"events": [whole]})).status_code == 422


class TestFamily:
    async def test_sees_the_visits_of_its_resident(self, town: Any, api: Api) -> None:
        guardian = await api("guardian")
        page = (await guardian.get(f"/residents/{town.people.li}/visits")).json()
        assert {card["uid"] for card in page["items"]} == {town.visits.today, town.visits.waiting}
        assert page["next"] is None

    async def test_pages(self, town: Any, api: Api) -> None:
        guardian = await api("guardian")
        first = (await guardian.get(f"/residents/{town.people.li}/visits?limit=1")).json()
        second = (
            await guardian.get(f"/residents/{town.people.li}/visits?limit=1&after={first['next']}")
        ).json()
        assert [first["items"][0]["uid"], second["items"][0]["uid"]] == [
            town.visits.today,
            town.visits.waiting,
        ]

    async def test_leaves_a_line_in_the_trail_when_it_reads_findings(self, town: Any, api: Api) -> None:
        before = await AccessEntry.all().count()
        daughter = await api("daughter")
        await daughter.get(f"/visits/{town.visits.confirmed}/residents/{town.people.wang}/findings")
        assert await AccessEntry.all().count() == before + 1


class TestDispute:
    async def test_is_said_by_the_home(self, town: Any, api: Api) -> None:
        nurse = await api("nurse")
        answer = await nurse.post(f"/visits/{town.visits.waiting}/dispute", json={"reason": "那天没有来"})
        assert (answer.status_code, answer.json()["status"]) == (201, "disputed")

    async def test_of_a_confirmed_visit_is_refused(self, town: Any, api: Api) -> None:
        nurse = await api("nurse")
        answer = await nurse.post(f"/visits/{town.visits.confirmed}/dispute", json={"reason": "那天没有来"})
        assert (answer.status_code, answer.json()["code"]) == (409, "visits.not_this_now")


class TestWorker:
    async def test_takes_all_news_of_visits(self, town: Any, worker_pass: Any) -> None:
        await worker_pass()
        left = OutboxMessage.filter(topic__startswith="visits.").exclude(status=MessageStatus.DONE)
        assert await left.values_list("topic", "status", "fault") == []
