"""How the core refuses: a kind for the edge, a stable code for programs, a sentence for the person."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of refusal it is; the web layer maps each to one HTTP status."""

    INVALID = "invalid"  # 422
    SIGN_IN = "sign_in"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404
    CONFLICT = "conflict"  # 409
    TOO_MANY = "too_many"  # 429
    BUSY = "busy"  # 503


class DomainError(Exception):
    """A refusal. Subclasses state `code`, `kind` and `message` (Chinese: what to do next)."""

    code: str
    kind: Kind
    message: ClassVar[str]

    def __init__(self, message: str | None = None, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(self.code)
        self.sentence = message or self.message
        self.fields: Mapping[str, str] = fields or {}


class NotFound(DomainError):
    """What an actor may not see does not exist for them: the same answer for both."""

    code = "kit.not_found"
    kind = Kind.NOT_FOUND
    message = "没有找到这一项，或者它不归您看。请返回上一页；要是觉得不对，请问问养老院或医院的工作人员。"


class Forbidden(DomainError):
    code = "kit.forbidden"
    kind = Kind.FORBIDDEN
    message = "您的账号不能做这件事。如果工作需要，请联系本机构管理员开通。"


class SignInNeeded(DomainError):
    code = "kit.sign_in_needed"
    kind = Kind.SIGN_IN
    message = "登录已失效，请重新登录。"


class Invalid(DomainError):
    code = "kit.invalid"
    kind = Kind.INVALID
    message = "有几处填写不对，请按提示修改后再提交。"


class Busy(DomainError):
    code = "kit.busy"
    kind = Kind.BUSY
    message = "现在使用的人较多，请过几秒钟再试一次。您填写的内容没有丢失。"


class TooMany(DomainError):
    code = "kit.too_many"
    kind = Kind.TOO_MANY
    message = "操作太频繁了，请稍等一分钟再试。"


class KeyReused(DomainError):
    """The same idempotency key came with another request."""

    code = "kit.key_reused"
    kind = Kind.INVALID
    message = "这次提交与上一次的内容不一致，请返回重新填写后提交。"


class RefusedBefore(DomainError):
    """The same request was refused before: `code`, `kind` and sentence are what was said then."""

    def __init__(self, *, code: str, kind: Kind, sentence: str, fields: Mapping[str, str]) -> None:
        self.code, self.kind = code, kind
        super().__init__(sentence, fields=fields)


class IllegalMove(DomainError):
    """A state change that the table of moves does not list."""

    code = "kit.illegal_move"
    kind = Kind.CONFLICT
    message = "状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"
