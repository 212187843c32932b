"""What we are measured against: a handler that does nothing, and handlers that read the same rows by a raw driver.

The raw handlers ask for no session, no consent and leave no trail. `/rows` gives the columns as the driver does;
`/entries` gives the very answer that ours gives.
"""

import argparse
import importlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from sanic import HTTPResponse, Request, Sanic, raw

from bench.peers.wording import PAGE, POLICY, lines_of, local, said

ROWS = (
    "SELECT e.uid, e.category, e.kind, e.code, e.effective_at, e.body, e.version, i.name "
    "FROM record_entry e JOIN institution i ON i.id = e.source_id WHERE e.resident_id = %s AND e.is_current "
    f"ORDER BY e.effective_at DESC, e.id DESC LIMIT {PAGE}"
)
ENTRIES = (
    "SELECT e.uid, e.category, e.kind, e.code, e.effective_at, e.body, e.version, e.is_current, e.reason, "
    "i.name AS source, i.uid AS source_uid, a.name AS author, r.birth_date, "
    "EXISTS (SELECT 1 FROM entry_objection o WHERE o.entry_id = e.id) AS objected "
    "FROM record_entry e JOIN institution i ON i.id = e.source_id JOIN account a ON a.id = e.author_id "
    "JOIN resident r ON r.id = e.resident_id WHERE e.resident_id = %s AND e.is_current "
    f"ORDER BY e.effective_at DESC, e.id DESC LIMIT {PAGE + 1}"
)


def _shown(row: dict[str, Any], policy: dict[str, int]) -> dict[str, Any]:
    if row.pop("objected"):
        message = "No entry of this town has an objection"
        raise ValueError(message)
    body = orjson.loads(row["body"])
    lines = lines_of(policy, row.pop("birth_date"))
    row |= said(row["category"], row["kind"], row["code"], body, lines)
    row |= {
        "body": body,
        "effective_at": local(row["effective_at"]),
        "is_current": bool(row["is_current"]),
        "objections": [],
    }
    return row


def app(url: str, driver: Any, answer: bytes) -> Sanic[Any, Any]:
    made: Sanic[Any, Any] = Sanic("rivals", configure_logging=False)
    made.config.update({"ACCESS_LOG": False, "MOTD": False, "AUTO_EXTEND": False})
    policy: dict[str, int] = {}

    async def asked(sql: str, *values: int) -> list[dict[str, Any]]:
        async with (
            made.ctx.pool.acquire() as connection,
            connection.cursor(driver.cursors.DictCursor) as cursor,
        ):
            await cursor.execute(sql, values)
            return list(await cursor.fetchall())

    @made.before_server_start
    async def up(serving: Sanic[Any, Any]) -> None:
        parts = urlsplit(url)
        serving.ctx.pool = await driver.create_pool(
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            password=parts.password or "",
            db=parts.path[1:],
            charset="utf8mb4",
            maxsize=10,
            autocommit=True,
        )
        policy.update({row["code"]: row["value"] for row in await asked(POLICY)})

    @made.get("/bare")
    async def bare(_: Request) -> HTTPResponse:
        return raw(answer, content_type="application/json")

    @made.get("/rows/<resident:int>")
    async def rows(_: Request, resident: int) -> HTTPResponse:
        found = await asked(ROWS, resident)
        for row in found:
            row["body"] = orjson.loads(row["body"])
        return raw(orjson.dumps(found), content_type="application/json")

    @made.get("/entries/<resident:int>")
    async def entries(_: Request, resident: int) -> HTTPResponse:
        found = (await asked(ENTRIES, resident))[:PAGE]
        page = {"items": [_shown(row, policy) for row in found], "next": None}
        return raw(orjson.dumps(page), content_type="application/json")

    return made


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--driver", choices=("aiomysql", "asyncmy"), required=True)
    parser.add_argument("--answer", type=Path, required=True)
    given = parser.parse_args()
    made = app(given.url, importlib.import_module(given.driver), given.answer.read_bytes())
    made.run(host="127.0.0.1", port=given.port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
