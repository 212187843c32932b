"""Everything the simulated platform remembers."""

import asyncio
import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from server.wechat.simulator.clock import VirtualClock
from server.wechat.simulator.config import Config
from server.wechat.simulator.faults import Faults
from server.wechat.simulator.limits import Limits
from server.wechat.simulator.people import People
from server.wechat.simulator.pushes import Pushes
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.templates import Template, demo_templates
from server.wechat.simulator.token_pools import TokenPools

RID_SECONDS = 7 * 86_400
KEPT_REQUESTS = 5000
FIRST_MESSAGE_ID = 2**53 + 1  # so that whoever reads it as a JavaScript number is found out


@dataclass
class Journal:
    """What was asked, and what the pages do not know of it."""

    seed: str
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    warnings: list[str] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    rids: dict[str, dict[str, Any]] = field(default_factory=dict)
    _numbered: int = 0

    def rid(self, now: float) -> str:
        self._numbered += 1
        made = hashlib.sha256(f"{self.seed}|rid|{self._numbered}".encode()).hexdigest()
        return f"{int(now):08x}-{made[:8]}-{made[8:16]}"


@dataclass
class Link:
    path: str
    query: str
    expires_at: float
    env_version: str
    made_at: float


class World:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = VirtualClock()
        now = self.clock.now
        self.people = People(config, now)
        self.tokens = TokenPools(config.seed, now, lenient=config.lenient_tokens)
        self.limits = Limits(now)
        self.faults = Faults(config.seed)
        self.journal = Journal(config.seed)
        self.pushes = Pushes(config, self.clock)
        listed = demo_templates() if config.lenient_templates else []
        self.templates: dict[str, Template] = {template.template_id: template for template in listed}
        self.credits: dict[tuple[str, str], int] = {}
        self.sending: set[str] = set()
        self.pages: dict[str, set[str]] = {}  # by env_version; empty: every page exists
        self.codes: dict[str, dict[str, str]] = {}  # sha256 of the image -> what scanning it opens
        self.links: dict[str, Link] = {}
        self.media_seen: set[str] = set()
        self.media_seconds: float | None = 1.0
        self.allowed_addresses: set[str] = set()
        self.is_frozen = False
        self.phone_calls_paid = 0
        self._messages = FIRST_MESSAGE_ID
        self._due: list[tuple[float, dict[str, Any]]] = []

    def template(self, template_id: object) -> Template:
        found = self.templates.get(template_id) if isinstance(template_id, str) else None
        if found is None:
            raise Refusal(40037)
        return found

    def next_message_id(self) -> int:
        self._messages += 1
        return self._messages

    def may_receive(self, openid: str, template: Template) -> bool:
        """Spends one acceptance, unless they last."""
        if self.config.open_subscriptions:
            return True
        left = self.credits.get((openid, template.template_id), 0)
        if left and not template.long_term:
            self.credits[openid, template.template_id] = left - 1
        return left > 0

    def page_exists(self, page: str, env_version: str = "release") -> bool:
        return not self.pages or page in self.pages.get(env_version, set())

    def schedule(self, seconds: float, event: dict[str, Any]) -> None:
        self._due.append((self.clock.now() + seconds, event))
        # Real time brings it too, for a demo in which nobody moves the clock.
        asyncio.get_running_loop().call_later(seconds, self.send_due)

    def send_due(self) -> None:
        now = self.clock.now()
        ready = [event for at, event in self._due if at <= now]
        self._due = [(at, event) for at, event in self._due if at > now]
        for event in ready:
            self.pushes.emit(event)

    def close_account(self, persona: str) -> None:
        person = self.people.named(persona)
        person.is_closed = True
        self.credits = {key: left for key, left in self.credits.items() if key[0] != person.openid}
        self.pushes.emit(
            self.pushes.event(
                person.openid,
                "user_authorization_cancellation",
                OpenID=person.openid,
                AppID=self.config.appid,
            )
        )
