"""Access tokens: two pools that do not know each other."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from server.wechat.simulator.refusals import Refusal

LIFE = 7200
OVERLAP = 300
FORCE_PAUSE = 30
FORCES_A_DAY = 20
DAY = 86_400
DEAD, EXPIRED = 40001, 42001


@dataclass
class Token:
    text: str
    dies_at: float


@dataclass
class TokenPools:
    seed: str
    now: Callable[[], float]
    lenient: bool = False
    _known: dict[str, Token] = field(default_factory=dict)
    _classic: Token | None = None
    _stable: Token | None = None
    _forced: list[float] = field(default_factory=list)
    _minted: int = 0

    def classic(self) -> Token:
        if self._classic is not None:
            self._shorten(self._classic, OVERLAP)
        self._classic = self._mint()
        return self._classic

    def stable(self, *, force: bool) -> Token:
        current = self._stable
        if force and current is not None and self._may_force():
            self._shorten(current, OVERLAP if self.lenient else 0)
            current = None
        if current is None or current.dies_at - self.now() < OVERLAP:
            current = self._mint()
        self._stable = current
        return current

    def ensure_alive(self, text: str) -> None:
        token = self._known.get(text)
        if token is None:
            raise Refusal(DEAD)
        if self.now() >= token.dies_at:
            raise Refusal(EXPIRED if token in (self._classic, self._stable) else DEAD)

    def revoke(self) -> None:
        self._known.clear()
        self._classic = self._stable = None

    def _may_force(self) -> bool:
        now = self.now()
        if self._forced and now - self._forced[-1] < FORCE_PAUSE:
            return False  # the current one is answered
        self._forced = [at for at in self._forced if now - at < DAY]
        if len(self._forced) >= FORCES_A_DAY:
            raise Refusal(45009)
        self._forced.append(now)
        return True

    def _shorten(self, token: Token, seconds: float) -> None:
        token.dies_at = min(token.dies_at, self.now() + seconds)
        if seconds == 0:
            self._known.pop(token.text, None)

    def _mint(self) -> Token:
        self._minted += 1
        made = hashlib.shake_256(f"{self.seed}|token|{self._minted}".encode()).digest(102)
        token = Token("86_" + base64.urlsafe_b64encode(made).decode(), self.now() + LIFE)
        self._known[token.text] = token
        return token
