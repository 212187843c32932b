"""Reads the platform's answers. A field of the wrong type is an answer that nobody can use."""

import json
import re
from collections.abc import Mapping
from typing import Any

from server.wechat.gateway import Outage, PhoneNumber, Suggest, TextVerdict, WeChatIdentity, WeChatUnavailable
from server.wechat.tokens import HeldToken

Answer = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{6,128}")
_KEY = re.compile(r"[!-~]{1,128}")
_TOKEN = re.compile(r"[!-~]{1,512}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_TRACE = re.compile(r"[!-~]{1,128}")
_LINK = re.compile(r"https://[!-~]{4,500}")
_RID = re.compile(r"rid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})")
_BOM = b"\xef\xbb\xbf"
_IMAGES = (b"\xff\xd8", b"\x89PNG\r\n\x1a\n")
HIGHEST_RANK = 4
LONGEST_LIFE = 7200


def is_image(body: bytes) -> bool:
    """By the first bytes: the platform's Content-Type has been seen wrong."""
    return body.startswith(_IMAGES)


def json_object(body: bytes, path: str) -> dict[str, Any]:
    try:
        found = json.loads(body.removeprefix(_BOM).decode("utf-8"), strict=False)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return found


def rid(errmsg: object) -> str:
    found = _RID.search(str(errmsg))
    return found[1] if found else "-"


def _text(value: object, shape: re.Pattern[str], path: str) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return value


def _integer(value: object, path: str) -> int:
    # Numbers have been seen as text in several answers and events.
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return value


def _object(value: object, path: str) -> Answer:
    if not isinstance(value, dict):
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return value


def held_token(answer: Answer, path: str, *, now: float) -> HeldToken:
    seconds = _integer(answer.get("expires_in"), path)
    if not 0 < seconds <= LONGEST_LIFE:
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return HeldToken(_text(answer.get("access_token"), _TOKEN, path), now + seconds)


def identity(answer: Answer, path: str) -> WeChatIdentity:
    unionid = answer.get("unionid")
    return WeChatIdentity(
        openid=_text(answer.get("openid"), _NAME, path),
        unionid=None if unionid in {None, ""} else _text(unionid, _NAME, path),
        session_key=_text(answer.get("session_key"), _KEY, path),
    )


def phone_number(answer: Answer, path: str, *, appid: str) -> PhoneNumber:
    info = _object(answer.get("phone_info"), path)
    # A number issued to another mini-program is none of ours.
    if _object(info.get("watermark"), path).get("appid") != appid:
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return PhoneNumber(
        number=_text(info.get("purePhoneNumber"), _DIGITS, path),
        country_code=str(_integer(info.get("countryCode"), path)),
    )


def message_id(answer: Answer, path: str) -> str | None:
    """As text: it exceeds 2^53, and whoever passes it through JavaScript would change it."""
    found = answer.get("msgid")
    return None if found is None else str(_integer(found, path))


def text_verdict(answer: Answer, path: str) -> TextVerdict:
    result = _object(answer.get("result"), path)
    suggest = result.get("suggest")
    if not isinstance(suggest, str) or suggest not in set(Suggest):
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return TextVerdict(Suggest(suggest), _integer(result.get("label"), path))


def trace_id(answer: Answer, path: str) -> str:
    return _text(answer.get("trace_id"), _TRACE, path)


def link(answer: Answer, path: str) -> str:
    return _text(answer.get("url_link"), _LINK, path)


def rank(answer: Answer, path: str) -> int:
    found = _integer(answer.get("risk_rank"), path)
    if not 0 <= found <= HIGHEST_RANK:
        raise WeChatUnavailable(Outage.UNPARSABLE, path)
    return found
