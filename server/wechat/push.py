"""What the platform sends us unasked. Knows no HTTP framework.

wechatpy has the cipher and the signer; it compares signatures in non-constant time, believes any padding,
any timestamp and any repetition, so those checks are made here.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import xmltodict
from wechatpy.crypto.base import WeChatCipher
from wechatpy.utils import WeChatSigner

FirstSeen = Callable[[str, int], Awaitable[bool]]

FRESH_SECONDS = 300
REMEMBERED_SECONDS = 2 * FRESH_SECONDS  # a timestamp may lie as far ahead as behind
LONGEST_BODY = 256_000
LONGEST_ECHO = 128
PADDING_BLOCK = 32
CIPHER_BLOCK = 16
NOISE_AND_LENGTH = 20

TIMESTAMP = re.compile(r"[0-9]{1,12}")
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
KEY = re.compile(r"[A-Za-z0-9+/]{43}")
ECHO = re.compile(r"[A-Za-z0-9_-]+")

# The platform writes these as numbers or as text, depending on format and mood.
NUMBERS = frozenset(
    {"CreateTime", "PopupScene", "ErrorCode", "errcode", "label", "level", "prob", "version", "SessionFrom"}
)
IDENTIFIERS = frozenset({"MsgId", "MsgID", "trace_id"})
LISTS = frozenset({"List", "detail"})
XML_WRAPPERS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")


class Reason(StrEnum):
    UNSIGNED = "unsigned"
    SIGNATURE = "signature"
    STALE = "stale"
    REPLAYED = "replayed"
    PLAIN = "plain"
    PADDING = "padding"
    APPID = "appid"
    UNPARSABLE = "unparsable"
    TOO_LARGE = "too_large"


class PushRefused(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PushMessage:
    """`payload` in one shape: lists are lists, numbers numbers, ids text. `dedup_key` fits a unique index."""

    kind: str
    event: str
    openid: str = field(repr=False)
    dedup_key: str
    payload: dict[str, Any] = field(repr=False)


class PushReceiver:
    """`first_seen(signature, ttl)` answers whether it meets this signature for the first time.

    It is asked last, about messages that are genuine. The platform repeats a push that was not answered with
    success; should storing a message fail, the caller must let its signature be forgotten.
    """

    def __init__(
        self, token: str, encoding_key: str, appid: str, *, first_seen: FirstSeen, production: bool
    ) -> None:
        if not token or not KEY.fullmatch(encoding_key):
            message = "the push token must be set, and EncodingAESKey be 43 letters and digits"
            raise ValueError(message)
        self._token = token
        self._key = base64.b64decode(encoding_key + "=")
        self._appid = appid
        self._first_seen = first_seen
        self._production = production

    def verify(self, query: Mapping[str, str], *, now: float) -> str:
        """The text to answer when the platform checks that the address is ours (GET)."""
        self._ensure_signed(query, "signature", now=now)
        echo = query.get("echostr", "")
        # Answered as it came, so it must not be able to hold markup.
        if len(echo) > LONGEST_ECHO or not ECHO.fullmatch(echo):
            raise PushRefused(Reason.UNPARSABLE)
        return echo

    async def open(self, query: Mapping[str, str], body: bytes, *, now: float) -> PushMessage:
        if len(body) > LONGEST_BODY:
            raise PushRefused(Reason.TOO_LARGE)
        outer = _parsed(body)
        sealed = outer.get("Encrypt")
        if isinstance(sealed, str):
            signature = self._ensure_signed(query, "msg_signature", sealed, now=now)
            message = read(self._unsealed(sealed))
        else:
            # The plain signature covers no byte of the body: anybody who saw one could forge messages.
            if self._production:
                raise PushRefused(Reason.PLAIN)
            signature = self._ensure_signed(query, "signature", now=now)
            signature += hashlib.sha256(body).hexdigest()
            message = read(body)
        if not await self._first_seen(signature, REMEMBERED_SECONDS):
            raise PushRefused(Reason.REPLAYED)
        return message

    def _ensure_signed(self, query: Mapping[str, str], name: str, *sealed: str, now: float) -> str:
        given, timestamp, nonce = (query.get(key, "") for key in (name, "timestamp", "nonce"))
        if not given or not nonce or not TIMESTAMP.fullmatch(timestamp):
            raise PushRefused(Reason.UNSIGNED)
        signer = WeChatSigner()
        signer.add_data(self._token, timestamp, nonce, *sealed)
        if not hmac.compare_digest(str(signer.signature).encode(), given.encode("utf-8", "replace")):
            raise PushRefused(Reason.SIGNATURE)
        if abs(now - int(timestamp)) > FRESH_SECONDS:
            raise PushRefused(Reason.STALE)
        return given

    def _unsealed(self, sealed: str) -> bytes:
        try:
            secret = base64.b64decode(sealed, validate=True)
        except ValueError:
            secret = b""
        if not secret or len(secret) % CIPHER_BLOCK:
            raise PushRefused(Reason.PADDING)
        plain: bytes = WeChatCipher(self._key).decrypt(secret)
        filled = plain[-1]
        honest = 1 <= filled <= PADDING_BLOCK and plain.endswith(bytes([filled]) * filled)
        content = plain[:-filled] if honest else b""
        length = int.from_bytes(content[CIPHER_BLOCK:NOISE_AND_LENGTH], "big")
        if len(content) < NOISE_AND_LENGTH + length:
            raise PushRefused(Reason.PADDING)
        if not hmac.compare_digest(content[NOISE_AND_LENGTH + length :], self._appid.encode()):
            raise PushRefused(Reason.APPID)
        return content[NOISE_AND_LENGTH : NOISE_AND_LENGTH + length]


def read(body: bytes) -> PushMessage:
    """A message in the clear, JSON or XML."""
    raw = _parsed(body)
    for wrapper in XML_WRAPPERS:
        if isinstance(inner := raw.get(wrapper), dict):
            del raw[wrapper]
            raw |= inner
    payload = _shallow(raw)
    kind, openid = payload.get("MsgType"), payload.get("FromUserName")
    if not isinstance(kind, str) or not isinstance(openid, str) or not kind or not openid:
        raise PushRefused(Reason.UNPARSABLE)
    event = payload.get("Event")
    return PushMessage(
        kind=kind,
        event=event if isinstance(event, str) else "",
        openid=openid,
        dedup_key=_dedup_key(payload),
        payload=payload,
    )


def _shallow(raw: dict[str, Any]) -> dict[str, Any]:
    try:
        return {key: _normal(key, value) for key, value in raw.items()}
    except RecursionError:
        pass
    raise PushRefused(Reason.UNPARSABLE)


def _dedup_key(payload: Mapping[str, Any]) -> str:
    if isinstance(found := payload.get("MsgId"), str) and found:
        return f"message:{found[:64]}"
    # Two messages to one person are sent within a second, and both report it: the documented three fields
    # are the same for both, their lists are not.
    apart = {key: payload.get(key) for key in ("FromUserName", "CreateTime", "Event", "List", "trace_id")}
    # Hashed, because the key may be logged and the openid may not.
    return "event:" + hashlib.sha256(json.dumps(apart, sort_keys=True).encode()).hexdigest()


def _normal(key: str, value: Any) -> Any:
    if key in LISTS:
        entries = value if isinstance(value, list) else [] if value in (None, "") else [value]
        return [_inside(entry) for entry in entries]
    if key in IDENTIFIERS and isinstance(value, int):
        return str(value)
    if key in NUMBERS and isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return _inside(value)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inside(inner) for inner in value]
    return "" if value is None else value  # an empty XML element


def _parsed(body: bytes) -> dict[str, Any]:
    found: Any = None
    try:
        if body.lstrip()[:1] == b"{":
            found = json.loads(body)
        else:
            found = xmltodict.parse(body, disable_entities=True).get("xml")
    except (ValueError, RecursionError, xmltodict.ParsingInterrupted, xmltodict.expat.ExpatError):
        found = None
    if not isinstance(found, dict):
        raise PushRefused(Reason.UNPARSABLE)
    return found
