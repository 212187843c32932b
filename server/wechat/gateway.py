"""What the server may ask of WeChat, and the one family of ways in which asking can fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal, Protocol

EnvVersion = Literal["release", "trial", "develop"]
MiniProgramState = Literal["formal", "trial", "developer"]


class Errcode(IntEnum):
    """The platform's codes that a caller has reason to tell apart. Their meaning depends on the call."""

    INVALID_OPENID = 40003
    INVALID_CODE = 40029
    INVALID_TEMPLATE = 40037
    CODE_USED = 40163
    HIGH_RISK_USER = 40226
    INVALID_PAGE = 41030
    NOT_SUBSCRIBED = 43101
    NOT_AN_EMPLOYEE = 43104
    MESSAGING_BANNED = 43107
    SENT_CONCURRENTLY = 43108
    DAILY_QUOTA_USED = 45009
    TOO_OFTEN = 45011
    SENSITIVE_WORD = 45168
    INVALID_ARGUMENT = 47003
    NOT_VISITED_LATELY = 61010
    SESSION_KEY_DEAD = 87009


class TextScene(IntEnum):
    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL_LOG = 4


class MediaType(IntEnum):
    AUDIO = 1
    IMAGE = 2


class RiskScene(IntEnum):
    REGISTER = 0
    MARKETING = 1
    USER_CONTENT = 2


class Suggest(StrEnum):
    PASS = "pass"  # noqa: S105 - the platform's word for "publish it"
    REVIEW = "review"
    RISKY = "risky"


class Outage(StrEnum):
    """The kinds of `WeChatUnavailable`, besides http<status>."""

    CONNECT = "connect"
    POOL = "pool"
    TIMEOUT = "timeout"
    TRANSPORT = "transport"
    REDIRECT = "redirect"
    TOO_LARGE = "too_large"
    UNPARSABLE = "unparsable"
    BUSY = "busy"
    CIRCUIT_OPEN = "circuit_open"


@dataclass(frozen=True)
class WeChatIdentity:
    """Printing one must not reveal who it is: identities end up in logs and tracebacks."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


@dataclass(frozen=True)
class PhoneNumber:
    """`number` has no country prefix."""

    number: str = field(repr=False)
    country_code: str


@dataclass(frozen=True)
class TextVerdict:
    suggest: Suggest
    label: int


class WeChatFailed(Exception):
    """Whatever goes wrong with the platform is one of its two subclasses.

    Neither ever carries a secret, an openid, a code or a full URL.
    """

    path: str


class WeChatRefused(WeChatFailed):
    """The platform understood and said no; trying again unchanged is pointless."""

    def __init__(self, code: int, path: str) -> None:
        super().__init__(code, path)
        self.code = code
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} refused with {self.code}"


class WeChatUnavailable(WeChatFailed):
    """No usable answer. What was asked may or may not have happened."""

    def __init__(self, kind: str, path: str) -> None:
        super().__init__(kind, path)
        self.kind = str(kind)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} unavailable: {self.kind}"


class WeChatGateway(Protocol):
    """Every call raises `WeChatRefused` or `WeChatUnavailable` and nothing else."""

    async def identity_by_code(self, code: str) -> WeChatIdentity:
        """Spend a login code. After a failure the client must run wx.login again: the code may be spent."""
        ...

    async def phone_number(self, code: str, openid: str) -> PhoneNumber:
        """Spend a phone code, which costs money and must belong to `openid`."""
        ...

    async def mini_code(
        self, scene: str, page: str, *, env_version: EnvVersion = "release", check_path: bool = True
    ) -> bytes:
        """A JPEG or PNG. `scene` has at most 32 characters, `page` no leading slash and no query."""
        ...

    async def send_subscribe_message(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        page: str | None = None,
        state: MiniProgramState = "formal",
    ) -> str | None:
        """The message id, if the platform names one. Never sent twice: a lost answer may mean it arrived."""
        ...

    async def send_employee_message(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str | None = None
    ) -> None:
        """To staff who bound their employment (用工关系); needs no subscription credit."""
        ...

    async def check_text(self, openid: str, content: str, scene: TextScene) -> TextVerdict:
        """Refused with NOT_VISITED_LATELY unless the author was in the mini-program within two hours."""
        ...

    async def check_media(self, openid: str, url: str, media_type: MediaType, scene: TextScene) -> str:
        """The trace id under which the verdict will be pushed, within half an hour or never."""
        ...

    async def url_link(self, path: str, query: str, *, days: int) -> str:
        """An https link for text messages. Anyone can open it: no names, ids or phones in `query`."""
        ...

    async def session_is_alive(self, openid: str, session_key: str) -> bool: ...

    async def risk_rank(self, openid: str, ip: str, scene: RiskScene) -> int:
        """From 0, harmless, to 4."""
        ...

    async def close(self) -> None:
        """Give back the connections; nothing may be asked afterwards."""
        ...
