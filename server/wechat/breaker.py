"""While the platform is down, people must be told at once instead of waiting eight seconds each."""

import time
from collections import deque
from collections.abc import Callable

FAILURES = 3
WITHIN_SECONDS = 10.0
OPEN_SECONDS = 5.0


class CircuitBreaker:
    """Opens after three failures in ten seconds; after five seconds lets a single call try."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._opened_at: float | None = None
        self._trying = False

    def may_pass(self) -> bool:
        if self._opened_at is None:
            return True
        if self._trying or self._clock() - self._opened_at < OPEN_SECONDS:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        # Three lost answers among thousands are no outage, so an answer in between starts the count anew.
        self._failures.clear()
        self._opened_at = None
        self._trying = False

    def failed(self) -> bool:
        """True if this failure opened it."""
        now = self._clock()
        self._failures.append(now)
        crowded = len(self._failures) == FAILURES and now - self._failures[0] <= WITHIN_SECONDS
        opens = self._trying or (crowded and self._opened_at is None)
        if opens:
            self._opened_at = now
        self._trying = False
        return opens

    def gave_up(self) -> None:
        """The caller went away before an answer: nothing learned, and the next may try."""
        self._trying = False
