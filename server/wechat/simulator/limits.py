"""How often something may be asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from server.wechat.simulator.refusals import Refusal

MINUTE, DAY, EVER = 60, 86_400, 10**12


@dataclass(frozen=True)
class Limit:
    most: int
    seconds: int
    code: int


DEFAULTS = {
    "token_daily": Limit(2000, DAY, 45009),
    "stable_token_minute": Limit(10_000, MINUTE, 45011),
    "stable_token_daily": Limit(500_000, DAY, 45009),
    "login_minute_each": Limit(100, MINUTE, 45011),
    "subscribe_daily": Limit(10_000_000, DAY, 45009),
    "text_check_minute": Limit(4000, MINUTE, 44991),
    "text_check_daily": Limit(2_000_000, DAY, 45009),
    "media_check_minute": Limit(2000, MINUTE, 44991),
    "media_check_daily": Limit(200_000, DAY, 45009),
    "mini_code_minute": Limit(5000, MINUTE, 45009),
    "mini_code_unchecked": Limit(60_000, EVER, 45029),
    "link_second": Limit(100, 1, 44990),
    "link_daily": Limit(500_000, DAY, 45009),
    "clear_quota_month": Limit(10, 30 * DAY, 48006),
}


@dataclass
class Limits:
    now: Callable[[], float]
    _limits: dict[str, Limit] = field(default_factory=lambda: dict(DEFAULTS))
    _used: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def change(self, name: str, most: int) -> None:
        known = self._limits[name]
        self._limits[name] = Limit(most, known.seconds, known.code)

    def count(self, name: str, whose: str = "") -> None:
        limit = self._limits[name]
        window = (name, whose, int(self.now() // limit.seconds))
        used = self._used.get(window, 0)
        if used >= limit.most:
            raise Refusal(limit.code)
        self._used[window] = used + 1

    def used(self, name: str) -> tuple[int, int]:
        """Used in the present window, and the most that may be."""
        limit = self._limits[name]
        return self._used.get((name, "", int(self.now() // limit.seconds)), 0), limit.most

    def clear(self) -> None:
        self._used = {window: used for window, used in self._used.items() if window[0] == "clear_quota_month"}
