"""The two planes on one port: the platform's calls, and `/__sim/`, which moves the world."""

import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any, Self

from server.wechat.simulator import (  # noqa: F401 - the call modules declare their endpoints when imported
    code_calls,
    content_calls,
    login_calls,
    message_calls,
    token_calls,
)
from server.wechat.simulator.calls import ENDPOINTS, ApiCall, Declaration
from server.wechat.simulator.config import Config
from server.wechat.simulator.control import CONTROLS
from server.wechat.simulator.faults import Fault, misbehave
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.wire import HttpServer, Reply, Request, json_reply, parsed
from server.wechat.simulator.world import World

CONTROL_PLANE = "/__sim/"
TOKEN_HEADER = "x-sim-token"  # noqa: S105 - a header's name
PNG = "image/png"


@dataclass(frozen=True)
class Outcome:
    reply: Reply
    code: int
    rid: str = ""


class Simulator:
    def __init__(self, config: Config | None = None, control_token: str | None = None) -> None:
        self.config = config or Config()
        self.world = World(self.config)
        self.control_token = control_token or secrets.token_urlsafe(24)
        self.port = 0
        self._http = HttpServer(self._answer)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        self.port = await self._http.start(port)

    async def stop(self) -> None:
        await self._http.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def control(self, name: str, /, **wish: Any) -> dict[str, Any]:
        """What `POST /__sim/<name>` does, for tests in the same process."""
        return await CONTROLS[name](self, wish)

    async def _answer(self, request: Request) -> Reply:
        if request.path.startswith(CONTROL_PLANE):
            return await self._controlled(request)
        declared = ENDPOINTS.get(request.path)
        if declared is None:
            self.world.journal.warnings.append(f"unknown path {request.path}")
            return json_reply({"errcode": 404, "errmsg": "no such call in the simulator"}, 404)
        started = time.perf_counter()
        outcome = await self._performed(declared, request)
        self._write_down(request, outcome, time.perf_counter() - started)
        return outcome.reply

    async def _performed(self, declared: Declaration, request: Request) -> Outcome:
        try:
            self._ensure_admitted(declared, request)
            searched = json.dumps(dict(request.query)) + request.body.decode("utf-8", "replace")
            fault = self.world.faults.next_for(request.path, searched)
            if fault is None:
                return Outcome(await self._processed(declared, request), 0)
            if not fault.after:
                return Outcome(misbehave(fault, None), 0)
            return await self._done_but_spoiled(declared, request, fault)
        except Refusal as refusal:
            return self._refused(declared, refusal)

    async def _done_but_spoiled(self, declared: Declaration, request: Request, fault: Fault) -> Outcome:
        try:
            done = Outcome(await self._processed(declared, request), 0)
        except Refusal as refusal:
            done = self._refused(declared, refusal)
        return Outcome(misbehave(fault, done.reply), done.code, done.rid)

    def _ensure_admitted(self, declared: Declaration, request: Request) -> None:
        if request.method not in declared.method.split():
            raise Refusal(43002)
        if declared.needs_token:
            token = request.query.get("access_token")
            if not token:
                raise Refusal(41001)
            self.world.tokens.ensure_alive(token)

    async def _processed(self, declared: Declaration, request: Request) -> Reply:
        world = self.world
        for limit in declared.limits:
            world.limits.count(limit)
        fields = self._fields(declared, request)
        undocumented = set(fields) - declared.fields
        if undocumented:
            world.journal.warnings.append(f"{request.path}: undocumented {sorted(undocumented)}")
        call = ApiCall(request, fields, world.faults.pause(request.path))
        if not declared.paces_itself:
            await call.dawdle()
        answer = await declared.answer(world, call)
        if isinstance(answer, bytes):
            return Reply(answer, 200, PNG)
        return json_reply(answer)

    @staticmethod
    def _fields(declared: Declaration, request: Request) -> dict[str, Any]:
        query = {name: value for name, value in request.query.items() if name != "access_token"}
        if request.method == "GET":
            # Where no token is needed, one that was sent all the same is worth a warning.
            return query if declared.needs_token else dict(request.query)
        if not request.body:
            raise Refusal(44002 if declared.bad_body == 47001 else declared.bad_body)  # noqa: PLR2004
        try:
            body = parsed(request.body)
        except ValueError:
            raise Refusal(declared.bad_body) from None
        if not isinstance(body, dict):
            raise Refusal(declared.bad_body)
        return {**query, **body}

    def _refused(self, declared: Declaration, refusal: Refusal) -> Outcome:
        rid = self.world.journal.rid(self.world.clock.now())
        body = {"errcode": refusal.code, "errmsg": f"{refusal.text}{declared.comma} rid: {rid}"}
        return Outcome(json_reply(body), refusal.code, rid)

    def _write_down(self, request: Request, outcome: Outcome, took: float) -> None:
        now = self.world.clock.now()
        body = request.body.decode("utf-8", "replace")
        self.world.journal.requests.append(
            {
                "at": now,
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "body": body,
                "errcode": outcome.code,
            }
        )
        if outcome.rid:
            self.world.journal.rids[outcome.rid] = {
                "invoke_time": int(now),
                "cost_in_ms": int(took * 1000),
                "request_url": request.path,
                "request_body": body,
                "response_body": outcome.reply.body.decode("utf-8", "replace"),
                "client_ip": request.peer,
            }

    async def _controlled(self, request: Request) -> Reply:
        name = request.path.removeprefix(CONTROL_PLANE)
        if name == "health":
            return json_reply({"ok": True})
        given = request.headers.get(TOKEN_HEADER) or request.query.get("token", "")
        if not hmac.compare_digest(given.encode(), self.control_token.encode()):
            return json_reply({"error": f"the {TOKEN_HEADER} header must hold the start-up token"}, 403)
        if name not in CONTROLS:
            return json_reply({"error": "unknown", "known": sorted(CONTROLS)}, 404)
        try:
            wish = parsed(request.body) if request.body else {}
            return json_reply(await CONTROLS[name](self, wish))
        except Refusal as refusal:
            return json_reply({"error": refusal.text, "errcode": refusal.code}, 400)
        except (KeyError, TypeError, ValueError) as wrong:
            return json_reply({"error": f"{type(wrong).__name__}: {wrong}"}, 400)
