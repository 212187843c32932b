"""Kinds of refusal to HTTP statuses, once; and the one shape of an error in JSON (RFC 9457)."""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError
from sanic.exceptions import SanicException

from server.kit.database import PoolExhausted, is_full, is_transient
from server.kit.errors import Busy, DomainError, Kind
from server.web.sentences import field_sentences

STATUS: Mapping[Kind, int] = {
    Kind.INVALID: 422,
    Kind.SIGN_IN: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_MANY: 429,
    Kind.BUSY: 503,
}


class WebError(DomainError):
    """A refusal by the edge itself, before the core is asked."""

    kind = Kind.INVALID
    status: ClassVar[int]


class Malformed(WebError):
    code = "web.malformed"
    status = 400
    message = "提交的内容不完整或格式不对，请重试；如果一直这样，请更新小程序。"


class NoSuchPage(WebError):
    code = "web.no_such_page"
    status = 404
    message = "没有找到这个页面，请返回首页。"


class WrongMethod(WebError):
    code = "web.wrong_method"
    status = 405
    message = "这个地址不支持这样操作，请返回首页重试。"


class TooSlow(WebError):
    code = "web.too_slow"
    status = 408
    message = "网络太慢，没有收完您提交的内容。请换个信号好的地方再试一次。"


class TooBig(WebError):
    code = "web.too_big"
    status = 413
    message = "提交的内容太大，请减少内容后再试。"


class NotJson(WebError):
    code = "web.not_json"
    status = 415
    message = "请以 JSON 格式提交（Content-Type: application/json）。"


class KeyMissing(WebError):
    code = "web.key_missing"
    status = 400
    message = "缺少 Idempotency-Key，请更新小程序后再试。"


class FieldsInvalid(WebError):
    code = "web.fields_invalid"
    status = 422
    message = "有几处填写不对，请按提示修改后再提交。"


class NoRoom(WebError):
    code = "web.no_room"
    kind = Kind.BUSY
    status = 503
    message = "系统的存储空间满了，刚才的没有保存，我们正在处理。请过几分钟再试一次；急事请拨打服务热线。"


class Broken(WebError):
    code = "web.broken"
    status = 500
    message = "系统出了故障，我们已经记录下来。请稍后再试，或拨打服务热线。"


BY_STATUS: Mapping[int, type[WebError]] = {
    each.status: each for each in (Malformed, NoSuchPage, WrongMethod, TooSlow, TooBig, NotJson)
}


def status_of(error: DomainError) -> int:
    return error.status if isinstance(error, WebError) else STATUS[error.kind]


def pause_before(error: DomainError) -> dict[str, str]:
    """Return the header that says how many seconds to wait before asking again."""
    if error.kind is Kind.BUSY:
        return {"retry-after": "3"}
    if error.kind is Kind.TOO_MANY:
        return {"retry-after": str(getattr(error, "retry_after", 60))}
    return {}


def as_refusal(error: Exception) -> DomainError:
    """Give every exception the shape of a refusal; what nobody foresaw becomes `Broken`."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        broken_json = any(fault["type"] == "json_invalid" for fault in error.errors(include_input=False))
        return Malformed() if broken_json else FieldsInvalid(fields=field_sentences(error))
    if isinstance(error, SanicException):
        kind = BY_STATUS.get(error.status_code) or (Malformed if error.status_code < 500 else Broken)  # noqa: PLR2004
        return Busy() if error.status_code == 503 else kind()  # noqa: PLR2004  its own time-out
    if isinstance(error, PoolExhausted) or is_transient(error):
        return Busy()
    return NoRoom() if is_full(error) else Broken()


def problem(error: DomainError, *, request_id: str) -> dict[str, Any]:
    status = status_of(error)
    body: dict[str, Any] = {
        "type": f"urn:problem:{error.code}",
        "title": error.code,
        "status": status,
        "code": error.code,
        "detail": error.sentence,
        "request_id": request_id,
    }
    if error.fields:
        body["fields"] = dict(error.fields)
    return body


def places(error: BaseException) -> list[str]:
    """Say where it broke, without the exception's text: database errors quote the values they choke on."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno}:{frame.name}" for frame in frames]
