"""How a call of the platform is declared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.wire import Request
from server.wechat.simulator.world import World


@dataclass(frozen=True)
class ApiCall:
    request: Request
    fields: Mapping[str, Any]
    pause: float = 0.0

    async def dawdle(self) -> None:
        if self.pause:
            await asyncio.sleep(self.pause)


Answer = dict[str, Any] | bytes
Endpoint = Callable[[World, ApiCall], Awaitable[Answer]]


@dataclass(frozen=True)
class Declaration:
    answer: Endpoint
    method: str
    fields: frozenset[str]
    needs_token: bool = True
    limits: tuple[str, ...] = ()
    paces_itself: bool = False
    bad_body: int = 47001
    comma: str = field(default="")  # the sns family writes ", rid:"


ENDPOINTS: dict[str, Declaration] = {}


def endpoint(path: str, method: str, fields: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
    def declared(answer: Endpoint) -> Endpoint:
        ENDPOINTS[path] = Declaration(answer, method, frozenset(fields.split()), **more)
        return answer

    return declared


def text_of(call: ApiCall, name: str, code: int) -> str:
    value = call.fields.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal(code)
    return value


OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
