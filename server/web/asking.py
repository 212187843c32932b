"""What a handler is given, and what it may give back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.shared import Shared
from server.settings import Settings
from server.wechat.gateway import WeChatGateway


class Open(StrEnum):
    """Routes that need no permission."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class Services:
    """What the composition root made once for this process."""

    settings: Settings
    shared: Shared
    wechat: WeChatGateway


@dataclass(frozen=True)
class Ask:
    """One request as a handler sees it: who, when, and the few services of the edge."""

    actor: Actor
    now: datetime
    services: Services
    address: str
    headers: Mapping[str, str] = field(repr=False)
    token: str | None = field(default=None, repr=False)  # of the session that asks

    @property
    def settings(self) -> Settings:
        return self.services.settings

    @property
    def shared(self) -> Shared:
        return self.services.shared

    @property
    def wechat(self) -> WeChatGateway:
        return self.services.wechat


@dataclass(frozen=True)
class Cookie:
    """A cookie of the console, the session's or the browser's; an empty value takes it away."""

    value: str = field(repr=False)
    max_age: int  # seconds


@dataclass(frozen=True)
class Show:
    """Render a page of the console."""

    template: str
    status: int
    headers: Mapping[str, str]
    context: Mapping[str, Any]

    def __init__(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "status", status)
        object.__setattr__(self, "headers", headers or {})
        object.__setattr__(self, "context", context)

    def with_header(self, name: str, value: str) -> "Show":
        return Show(self.template, status=self.status, headers={**self.headers, name: value}, **self.context)


@dataclass(frozen=True)
class Go:
    """Go on to another page of the console, with a word about what was done."""

    href: str
    said: str = ""
    cookie: Cookie | None = None
    browser: Cookie | None = None  # by which it is known at the next sign-in


@dataclass(frozen=True)
class Download:
    name: str
    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True)
class Upload:
    """A file from a console form. The name comes from outside: show it escaped, never use it as a path."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class MenuEntry:
    title: str
    href: str
    needs: Permission
    order: int
