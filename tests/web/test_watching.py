"""What operators see of a request: its number, its line, its figures; and what they never see."""

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from sanic import Sanic

from server import worker
from server.app import create_app
from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.demo import Town
from server.kit.ids import new_uid
from server.settings import Settings
from server.web import watching
from server.web.asking import Services
from server.web.requestlog import JsonLines
from tests.conftest import ApiClient, Clock, ConsolePage, serving

SignIn = Callable[[str], Awaitable[ApiClient]]
Lines = Callable[[], list[dict[str, Any]]]
TOKEN = "a-token-of-the-monitoring-system"
IDENTITY = "330299194001010014"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """Read the log as an operator would: formatted, and line by line."""
    caplog.set_level(logging.INFO, logger="request")
    caplog.set_level(logging.INFO, logger="database")

    def read() -> list[dict[str, Any]]:
        return [
            json.loads(JsonLines().format(record))
            for record in caplog.records
            if record.name in {"request", "database"}
        ]

    return read


@pytest_asyncio.fixture(scope="module")
async def behind_proxy(_standing: Any, settings: Settings, clock: Clock, address: str) -> AsyncIterator[str]:
    """Serve the same town as it is served behind a proxy of ours."""
    placed = replace(settings, proxies_count=1, metrics_token=TOKEN)
    services = Services(placed, _standing.services.shared, _standing.services.wechat)
    app = create_app(placed, clock=clock, manage_database=False, services=services, name="behind_proxy")
    async with serving(app) as base:
        yield base
    Sanic.unregister_app(app)


class TestTheNumberOfARequest:
    async def test_reaches_the_trail_the_audit_line_and_the_answer(
        self, api: SignIn, town: Town, lines: Lines
    ) -> None:
        daughter = await api("daughter")
        looked = await daughter.get(f"/residents/{town.people.wang}/record/summary")
        ended = await daughter.delete("/session")

        assert (looked.status_code, ended.status_code) == (200, 204)
        seen = await AccessEntry.filter(request_id=looked.headers["x-request-id"])
        assert [each.what for each in seen] == ["records.summary"]
        noted = await AuditEntry.get(request_id=ended.headers["x-request-id"])
        assert noted.action == "identity.signed_out"
        assert lines()[-1]["request_id"] == ended.headers["x-request-id"]

    @pytest.mark.parametrize(
        "number",
        ["01JQ0000000000000000000000", "0123456789abcdef" * 2, "a3bb189e-8bf9-4888-9912-ace4e6543002"],
    )
    async def test_is_the_proxy_s_where_there_is_one(self, behind_proxy: str, number: str) -> None:
        answer = await _get(f"{behind_proxy}/api/v1/session", number)

        assert answer.headers["x-request-id"] == number
        assert answer.json()["request_id"] == number

    @pytest.mark.parametrize(
        "number",
        [IDENTITY, "13800001234", "王秀英".encode(), "x" * 26, "A\tB", ""],
        ids=["an identity number", "a phone", "a name", "not our letters", "a tab", "nothing"],
    )
    async def test_is_our_own_when_the_proxy_s_could_mean_somebody(
        self, behind_proxy: str, number: str | bytes
    ) -> None:
        answer = await _get(f"{behind_proxy}/api/v1/session", number)

        assert re.fullmatch("[0-9A-Z]{26}", answer.headers["x-request-id"])

    async def test_is_never_taken_from_a_stranger(self, address: str) -> None:
        number = new_uid()

        assert (await _get(f"{address}/api/v1/session", number)).headers["x-request-id"] != number

    async def test_is_told_by_addresses_that_do_not_exist_too(self, behind_proxy: str) -> None:
        number = new_uid()

        assert (await _get(f"{behind_proxy}/nowhere", number)).headers["x-request-id"] == number


class TestTheLineOfARequest:
    async def test_says_by_its_template_how_it_went(self, api: SignIn, town: Town, lines: Lines) -> None:
        daughter = await api("daughter")
        await daughter.get(f"/residents/{town.people.wang}/record/summary")

        line = lines()[-1]
        assert (line["message"], line["method"], line["status"]) == ("answered", "GET", 200)
        assert line["route"] == "/api/v1/residents/<resident_uid>/record/summary"
        assert line["statements"] > 0
        assert 0 < line["db_ms"] <= line["ms"]

    async def test_names_the_refusal(self, anonymous: ApiClient, lines: Lines) -> None:
        await anonymous.get("/session")

        assert (lines()[-1]["status"], lines()[-1]["code"]) == (401, "kit.sign_in_needed")

    async def test_says_who_was_refused_by_their_uid(self, api: SignIn, town: Town, lines: Lines) -> None:
        daughter = await api("daughter")
        await daughter.get(f"/residents/{new_uid()}/record/summary")

        line = lines()[-1]
        assert (line["code"], line["account"]) == ("kit.not_found", town.identity.accounts["daughter"])

    async def test_holds_no_address_that_somebody_made_up(self, anonymous: ApiClient, lines: Lines) -> None:
        await anonymous.get(f"/residents/{IDENTITY}?phone=13800001234")

        line = lines()[-1]
        assert line["status"] == 404
        assert IDENTITY not in json.dumps(line)
        assert "13800001234" not in json.dumps(line)

    async def test_is_written_for_bodies_that_are_refused_unread(
        self, anonymous: ApiClient, lines: Lines
    ) -> None:
        await anonymous.post("/session", content=b"x" * 100_000)

        assert (lines()[-1]["status"], lines()[-1]["route"]) == (413, "/api/v1/session")


class TestSlowStatements:
    async def test_are_written_with_their_request_and_without_values(
        self,
        console: Callable[[str], Awaitable[ConsolePage]],
        lines: Lines,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        manager = await console("he")
        monkeypatch.setattr(watching, "_slow_from", [0.0])
        answer = await manager.submit("/admin/residents/search", {"national_id": IDENTITY})

        slow = [line for line in lines() if line["message"] == "slow statement"]
        assert answer.status_code in {303, 404}, answer.text
        assert {line["request_id"] for line in slow if "request_id" in line} == {
            answer.headers["x-request-id"]
        }
        assert any("resident" in line["sql"] for line in slow)
        assert IDENTITY not in json.dumps(lines())

    async def test_are_not_looked_for_when_that_is_turned_off(
        self, anonymous: ApiClient, lines: Lines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watching, "_slow_from", [watching.seconds_of(0)])
        await anonymous.get("/institutions")

        assert not [line for line in lines() if line["message"] == "slow statement"]


class TestFigures:
    async def test_count_requests_refusals_statements_and_trips(
        self, api: SignIn, town: Town, address: str
    ) -> None:
        daughter = await api("daughter")
        await daughter.get(f"/residents/{town.people.wang}/record/summary")
        await daughter.get(f"/residents/{town.people.wang}/record/summary", headers={"Authorization": "x"})

        found = _samples((await _get(f"{address}/metrics")).text)
        assert found["statement_seconds_count"] > 0
        assert found['refusals_total{code="kit.sign_in_needed",face="api"}'] > 0
        assert found['together_size_count{place="server.audit.trail"}'] > 0
        assert found['wechat_calls_total{outcome="ok",path="/sns/jscode2session"}'] > 0

    async def test_tell_every_second_how_the_process_is(self, town: Town, address: str) -> None:
        found = await _until(address, 'pool_size{part="web"}')

        assert found['process_memory_bytes{part="web"}'] > 30e6
        assert found['process_open_files{part="web"}'] > 5
        assert found['tasks{part="web"}'] >= 1
        assert found['loop_lag_seconds_count{part="web"}'] > 0
        assert found['pool_used{part="web"}'] <= found['pool_size{part="web"}']

    async def test_tell_what_the_worker_did_and_what_waits(
        self, town: Town, address: str, services: Services, clock: Clock
    ) -> None:
        stop, began = asyncio.Event(), time.time()
        at_work = asyncio.create_task(worker.run(services, clock, stop))
        found = await _until(address, "trail_checkpoint_timestamp_seconds", least=1)
        # Others in this process may have left figures: the last sweep of a pass is waited for.
        last = f'work_done_timestamp_seconds{{work="{worker.SWEEPS[-1].__name__}"}}'
        found = await _until(address, last, least=began)
        counts = f'work_done_timestamp_seconds{{work="{worker.COUNTS[-1].__name__}"}}'
        found = await _until(address, counts, least=began)
        stop.set()
        await at_work
        await asyncio.to_thread(services.settings.checkpoints.unlink)

        for sweep in (*worker.SWEEPS, *worker.COUNTS):
            assert found[f'work_done_timestamp_seconds{{work="{sweep.__name__}"}}'] > began
        for figure in ("outbox_oldest_seconds", "outbox_dead", "exports_waiting"):
            assert found[figure] >= 0

    async def test_carry_no_label_that_could_mean_somebody(
        self, api: SignIn, town: Town, address: str, anonymous: ApiClient
    ) -> None:
        daughter = await api("daughter")
        await daughter.get(f"/residents/{town.people.wang}/record/summary")
        await anonymous.get(f"/residents/{IDENTITY}")

        text = (await _get(f"{address}/metrics")).text
        values = {
            value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            for name, value in sample.labels.items()
            if name != "le"
        }
        strange = [value for value in values if not re.fullmatch(r"[A-Za-z0-9_./<>-]{0,120}", value)]
        assert not strange
        assert not [value for value in values if re.search(r"\d{6}|[0-9A-Z]{26}|\d+\.\d+\.\d+\.\d+", value)]

    @pytest.mark.parametrize(
        "headers",
        [{"X-Forwarded-For": "203.0.113.9"}, {"X-Real-IP": "203.0.113.9"}, {"Via": "1.1 nginx"}, {"Forwarded": "for=203.0.113.9"}],
    )  # fmt: skip
    async def test_are_not_for_those_beyond_the_proxy(
        self, behind_proxy: str, headers: dict[str, str]
    ) -> None:
        async with httpx.AsyncClient(headers=headers) as client:
            without = await client.get(f"{behind_proxy}/metrics")
            wrong = await client.get(f"{behind_proxy}/metrics", headers={"Authorization": "Bearer guessed"})
            right = await client.get(f"{behind_proxy}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            strange = await client.get(
                f"{behind_proxy}/metrics", headers={"Authorization": b"Bearer \xff\xed\xa0"}
            )

        assert (without.status_code, wrong.status_code, right.status_code) == (404, 404, 200)
        assert strange.status_code == 404


async def _get(url: str, number: str | bytes | None = None) -> httpx.Response:
    headers = {} if number is None else {"X-Request-Id": number}
    async with httpx.AsyncClient() as client:
        return await client.get(url, headers=headers)  # type: ignore[arg-type]


async def _until(address: str, figure: str, *, least: float = 0) -> dict[str, float]:
    for _ in range(120):
        found = _samples((await _get(f"{address}/metrics")).text)
        if found.get(figure, -1) >= least:
            return found
        await asyncio.sleep(0.5)
    raise AssertionError(figure)


def _samples(text: str) -> dict[str, float]:
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            found[name] = float(value)
    return found
