"""What the edge does with bad input: its proper 4xx, a sentence, and nothing of the input in it."""

import asyncio
import json
import logging
from urllib.parse import urlsplit

import httpx
import pytest

from server.web.requestlog import JsonLines
from tests.web.conftest import journal

JSON = {"Content-Type": "application/json"}


async def said(edge: httpx.AsyncClient, content: bytes | str, **headers: str) -> httpx.Response:
    return await edge.post("/wishes", content=content, headers={**JSON, **headers})


class TestBody:
    async def test_is_read_strictly(self, edge: httpx.AsyncClient) -> None:
        answer = await said(edge, json.dumps({"name": " 王 ", "count": 3.0, "at": "2026-03-02T01:00:00Z"}))

        assert answer.status_code == 201
        assert answer.json() == {"name": "王", "count": 3, "at": "2026-03-02T09:00:00+08:00"}
        assert "王".encode() in answer.content, "Chinese leaves unescaped"

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"{", b"[1", b"null garbage", b"\xff\xfe", b'{"name": "\xc3\x28"}', b'{"name": "\\ud800"}', b"{'name': 1}",
            b'{"name": "a"} {}', b"[" * 10_000,
        ],
    )  # fmt: skip
    async def test_that_is_not_json_is_malformed(self, edge: httpx.AsyncClient, content: bytes) -> None:
        answer = await said(edge, content)

        assert (answer.status_code, answer.json()["code"]) == (400, "web.malformed")

    @pytest.mark.parametrize(
        ("content", "field"),
        [
            ('{"name": ""}', "name"), ('{"name": "a", "ratio": NaN}', "ratio"), ('{"name": "   "}', "name"), ('{"name": 3}', "name"), ('{"name": null}', "name"),
            ('{"name": ["a"]}', "name"), ('{"name": {"a": 1}}', "name"), ("{}", "name"), (json.dumps({"name": "x" * 201}), "name"),
            ('{"name": "a\\u0000b"}', "name"), ('{"name": "a\\u001bb"}', "name"), ('{"name": "a", "count": true}', "count"),
            ('{"name": "a", "count": "3"}', "count"), ('{"name": "a", "count": 3.5}', "count"),
            ('{"name": "a", "count": 18446744073709551616}', "count"), ('{"name": "a", "count": -9223372036854775809}', "count"),
            ('{"name": "a", "ratio": 1e999}', "ratio"), ('{"name": "a", "score": 0}', "score"), ('{"name": "a", "score": 6}', "score"),
            ('{"name": "a", "born": "1935-02-29"}', "born"), ('{"name": "a", "born": 0}', "born"),
            ('{"name": "a", "at": "2026-03-02T09:00:00"}', "at"), ('{"name": "a", "at": 1}', "at"),
            ('{"name": "a", "nested": [{"name": ""}]}', "nested.0.name"), ('{"name": "a", "nested": {}}', "nested"),
            ('{"name": "a", "admin": true}', "_"), ("[]", "_"), ("null", "_"), ('"a"', "_"), ("3", "_"),
        ],
    )  # fmt: skip
    async def test_with_a_wrong_field_names_it_in_a_sentence(
        self, edge: httpx.AsyncClient, content: str, field: str
    ) -> None:
        answer = await said(edge, content)

        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "web.fields_invalid"
        assert answer.json()["fields"][field].endswith("。")

    async def test_is_never_echoed(self, edge: httpx.AsyncClient) -> None:
        answer = await said(
            edge, json.dumps({"name": 330299194001010014, "330299194001010014": "330299194001010014"})
        )

        assert answer.status_code == 422
        assert "330299" not in answer.text

    async def test_over_the_route_s_size_is_too_big(self, edge: httpx.AsyncClient) -> None:
        answer = await said(edge, json.dumps({"name": "x" * 70_000}))

        assert (answer.status_code, answer.json()["code"]) == (413, "web.too_big")

    async def test_over_the_server_s_size_is_too_big_before_it_is_read(self, edge: httpx.AsyncClient) -> None:
        answer = await said(edge, b"x" * 200_000)

        assert (answer.status_code, answer.json()["code"]) == (413, "web.too_big")

    async def test_of_another_kind_is_refused(self, edge: httpx.AsyncClient) -> None:
        answer = await edge.post(
            "/wishes", content=b"name=a", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )

        assert (answer.status_code, answer.json()["code"]) == (415, "web.not_json")


class TestQuery:
    async def test_is_converted(self, edge: httpx.AsyncClient) -> None:
        assert (await edge.get("/wishes?limit=50")).json()["count"] == 50

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "limit=1e3", "color=red", "home=1", "home=%27%20OR%201"]
    )
    async def test_with_a_wrong_value_is_refused(self, edge: httpx.AsyncClient, query: str) -> None:
        assert (await edge.get(f"/wishes?{query}")).status_code == 422

    @pytest.mark.parametrize(
        "query", ["limit=1&limit=2", "limit=%ff", "&".join(f"a{number}=1" for number in range(30)), "limit"]
    )
    async def test_that_can_be_read_in_two_ways_is_malformed(
        self, edge: httpx.AsyncClient, query: str
    ) -> None:
        assert (await edge.get(f"/wishes?{query}")).status_code == 400


class TestGuard:
    async def test_asks_to_sign_in(self, edge: httpx.AsyncClient) -> None:
        answer = await edge.get("/wishes", headers={"Authorization": "Bearer unknown"})

        assert (answer.status_code, answer.json()["code"]) == (401, "kit.sign_in_needed")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_refuses_those_who_may_do_so_nowhere(self, edge: httpx.AsyncClient) -> None:
        answer = await edge.get("/wishes", headers={"Authorization": "Bearer auditor"})

        assert (answer.status_code, answer.json()["code"]) == (403, "kit.forbidden")

    async def test_judges_before_it_reads_the_body(self, edge: httpx.AsyncClient) -> None:
        answer = await said(edge, b"{", Authorization="Bearer auditor")

        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "key", [None, "short", "x" * 65, "with\ttab-in-it", "with; other=signs", "with spaces"]
    )
    async def test_wants_an_idempotency_key_on_writes(self, edge: httpx.AsyncClient, key: str | None) -> None:
        headers = {"Authorization": "Bearer person", **({"Idempotency-Key": key} if key else {})}
        async with httpx.AsyncClient(base_url=edge.base_url) as bare:
            answer = await bare.post("/wishes", json={"name": "a"}, headers=headers)

        assert answer.status_code == 400

    @pytest.mark.parametrize(
        "uid",
        ["1", "x" * 26, "01J0000000000000000000000I", "%00", "..%2f..", "01J00000000000000000000000' OR 1=1"],
    )
    async def test_does_not_know_what_cannot_be_an_identifier(
        self, edge: httpx.AsyncClient, uid: str
    ) -> None:
        answer = await edge.get(f"/things/{uid}")

        assert answer.status_code == 404

    async def test_counts_and_says_when_it_is_too_often(self, edge: httpx.AsyncClient) -> None:
        answers = [await edge.get("/limited") for _ in range(7)]

        assert [answer.status_code for answer in answers] == [200] * 6 + [429]
        assert answers[-1].headers["retry-after"] == "60"


class TestElsewhere:
    async def test_an_unknown_address_has_the_same_shape(self, edge: httpx.AsyncClient) -> None:
        answer = await edge.get("/nowhere")

        assert (answer.status_code, answer.json()["code"]) == (404, "web.no_such_page")
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_wrong_method_has_the_same_shape(self, edge: httpx.AsyncClient) -> None:
        answer = await edge.delete("/wishes")

        assert (answer.status_code, answer.json()["code"]) == (405, "web.wrong_method")

    async def test_what_breaks_says_so_and_keeps_its_reasons(
        self, edge: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            answer = await edge.get("/broken")

        assert (answer.status_code, answer.json()["code"]) == (500, "web.broken")
        line = JsonLines().format(caplog.records[-1])
        assert "ValueError" in line
        assert answer.json()["request_id"] in line
        assert "330299" not in line + answer.text


class TestConnections:
    async def test_do_not_carry_context_from_one_request_to_the_next(self, edge: httpx.AsyncClient) -> None:
        first = await edge.get("/context/alice")
        second = await edge.get("/context/bob")

        assert (first.json()["name"], second.json()["name"]) == ("nobody", "nobody")

    async def test_that_hang_up_do_not_stop_what_they_asked_for(self, edge_address: str) -> None:
        place = urlsplit(edge_address)
        _, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(b"POST /edge/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        await asyncio.wait_for(journal.began.wait(), 5)
        writer.transport.abort()
        await asyncio.sleep(0.05)
        journal.go_on.set()
        for _ in range(100):
            if journal.finished:
                break
            await asyncio.sleep(0.01)

        assert journal.finished == ["slow"]

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"POST /edge/wishes HTTP/1.1\r\nHost: x\r\nContent-Le", b"408"),
            (b"POST /edge/wishes HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", b"408"),
            (b"GET /edge/wishes HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", b"413"),
            (
                b"POST /edge/wishes HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"400",
            ),
            (b"GARBAGE\r\n\r\n", b"400"),
        ],
        ids=["slow headers", "slow body", "headers too big", "two lengths", "no HTTP"],
    )
    async def test_that_are_slow_or_broken_get_their_proper_status(
        self, edge_address: str, sent: bytes, status: bytes
    ) -> None:
        place = urlsplit(edge_address)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(sent)
        answer = await asyncio.wait_for(reader.readline(), 10)
        writer.close()

        assert status in answer
