"""Events to the developer's callback, in every form in which the platform has been seen to send them."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from server.wechat.simulator.clock import VirtualClock
from server.wechat.simulator.config import Config
from server.wechat.simulator.crypto import encrypted, signed
from server.wechat.simulator.wire import ask

ATTEMPTS = 4  # one, and three retries
OK = 200
STALE_SECONDS = 3600
XML_WRAPPERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


@dataclass(frozen=True)
class Manner:
    """How to send: the platform does all of this, some of it only when attacked."""

    mode: str = "secure"  # plain, compatible, secure
    format: str = "json"  # json, xml
    list_as: str = "auto"  # auto: an object when single, as observed; array: always
    numbers_as_strings: bool = False
    wrong_signature: bool = False
    stale: bool = False
    duplicates: int = 0


@dataclass(frozen=True)
class Envelope:
    query: dict[str, str]
    body: bytes
    content_type: str

    def url(self, base: str) -> str:
        return f"{base}{'&' if '?' in base else '?'}{urlencode(self.query)}"


@dataclass
class Pushes:
    config: Config
    clock: VirtualClock
    sent: list[dict[str, Any]] = field(default_factory=list)
    patience: float = 5.0
    _running: set[asyncio.Task[list[int]]] = field(default_factory=set)

    def event(self, openid: str, name: str, **more: Any) -> dict[str, Any]:
        return {
            "ToUserName": self.config.original_id,
            "FromUserName": openid,
            "CreateTime": int(self.clock.now()),
            "MsgType": "event",
            "Event": name,
            **more,
        }

    def emit(self, event: dict[str, Any]) -> None:
        """In the background, as the platform does, and only if a callback is configured."""
        self.sent.append(event)
        if self.config.push_url:
            manner = Manner(self.config.push_mode, self.config.push_format)
            task = asyncio.create_task(self.deliver(event, manner))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def drain(self) -> None:
        # Nothing transactional here: waiting for the deliveries' ends.
        await asyncio.gather(*self._running, return_exceptions=True)  # noqa: TID251

    async def deliver(self, event: dict[str, Any], manner: Manner) -> list[int]:
        """The status of each attempt; 0 for no answer."""
        statuses = []
        for _ in range(1 + manner.duplicates):
            statuses += await self._insist(self.envelope(event, manner))
        return statuses

    async def _insist(self, envelope: Envelope) -> list[int]:
        statuses: list[int] = []
        for _ in range(ATTEMPTS):
            try:
                status, body = await ask(
                    "POST",
                    envelope.url(self.config.push_url),
                    envelope.body,
                    content_type=envelope.content_type,
                    patience=self.patience,
                )
            except OSError:
                status, body = 0, b""
            statuses.append(status)
            if status == OK and body in {b"", b"success"}:
                break
        return statuses

    def envelope(self, event: dict[str, Any], manner: Manner) -> Envelope:
        timestamp = str(int(self.clock.now()) - (STALE_SECONDS if manner.stale else 0))
        nonce = str(secrets.randbelow(10**9))
        message = render(event, manner)
        query = {
            "signature": signed(self.config.push_token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": str(event.get("FromUserName", "")),
        }
        if manner.mode == "plain":
            if manner.wrong_signature:
                query["signature"] = "0" * 40
            return Envelope(query, message, _content_type(manner))
        sealed = encrypted(self.config.push_key, message, self.config.appid)
        signature = signed(self.config.push_token, timestamp, nonce, sealed)
        query |= {"encrypt_type": "aes", "msg_signature": "0" * 40 if manner.wrong_signature else signature}
        outer = {"ToUserName": event.get("ToUserName", ""), "Encrypt": sealed}
        if manner.mode == "compatible":
            outer = {**_shaped(event, manner), **outer}
        return Envelope(query, _rendered(outer, manner), _content_type(manner))


def render(event: dict[str, Any], manner: Manner) -> bytes:
    return _rendered(_shaped(event, manner), manner)


def _shaped(event: dict[str, Any], manner: Manner) -> dict[str, Any]:
    shaped = dict(event)
    if isinstance(entries := shaped.get("List"), list):
        shaped["List"] = entries[0] if manner.list_as == "auto" and len(entries) == 1 else entries
    if "List" in shaped and manner.format == "xml" and (wrapper := XML_WRAPPERS.get(shaped["Event"])):
        shaped[wrapper] = {"List": shaped.pop("List")}
    return _stringly(shaped) if manner.numbers_as_strings else shaped


def _stringly(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stringly(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_stringly(inner) for inner in value]
    return str(value) if isinstance(value, int) else value


def _rendered(shaped: dict[str, Any], manner: Manner) -> bytes:
    if manner.format == "json":
        return json.dumps(shaped, ensure_ascii=False).encode()
    return f"<xml>{_xml(shaped)}</xml>".encode()


def _xml(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value) if isinstance(value, int | float) else f"<![CDATA[{value}]]>"
    parts = []
    for key, inner in value.items():
        each = inner if isinstance(inner, list) else [inner]
        parts += [f"<{escape(key)}>{_xml(one)}</{escape(key)}>" for one in each]
    return "".join(parts)


def _content_type(manner: Manner) -> str:
    return "application/json" if manner.format == "json" else "text/xml"
