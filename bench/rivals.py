"""What we are measured against: a handler that does nothing, and one that reads the same rows and does nothing else.

The raw handler has no session, no consent and no access trail; ours has all three.
"""

import argparse
from typing import Any
from urllib.parse import urlsplit

import aiomysql
import orjson
from sanic import HTTPResponse, Request, Sanic, raw

ROWS = (
    "SELECT e.uid, e.category, e.kind, e.code, e.effective_at, e.body, e.version, i.name "
    "FROM record_entry e JOIN institution i ON i.id = e.source_id WHERE e.resident_id = %s "
    "ORDER BY e.effective_at DESC, e.id DESC LIMIT 20"
)


def app(url: str, answer: bytes) -> Sanic[Any, Any]:
    made: Sanic[Any, Any] = Sanic("rivals", configure_logging=False)
    made.config.update({"ACCESS_LOG": False, "MOTD": False, "AUTO_EXTEND": False})

    @made.before_server_start
    async def up(serving: Sanic[Any, Any]) -> None:
        parts = urlsplit(url)
        serving.ctx.pool = await aiomysql.create_pool(
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            password=parts.password or "",
            db=parts.path[1:],
            maxsize=10,
        )

    @made.get("/bare")
    async def bare(_: Request) -> HTTPResponse:
        return raw(answer, content_type="application/json")

    @made.get("/rows/<resident:int>")
    async def rows(_: Request, resident: int) -> HTTPResponse:
        async with made.ctx.pool.acquire() as connection, connection.cursor(aiomysql.DictCursor) as cursor:
            await cursor.execute(ROWS, (resident,))
            found = await cursor.fetchall()
        for row in found:
            row["body"] = orjson.loads(row["body"])
        return raw(orjson.dumps(found), content_type="application/json")

    return made


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--answer", required=True)
    parsed = parser.parse_args()
    with open(parsed.answer, "rb") as file:  # noqa: PTH123
        answer = file.read()
    app(parsed.url, answer).run(
        host="127.0.0.1", port=parsed.port, single_process=True, access_log=False, motd=False
    )


if __name__ == "__main__":
    main()
