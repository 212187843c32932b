"""A client's connection, with a clock that a trickle of bytes does not set back."""

import resource
from time import monotonic
from typing import Any

from sanic.http.constants import Stage
from sanic.server.protocols.http_protocol import HttpProtocol


class Connection(HttpProtocol):
    """Sanic's own sets its clock back at every byte: of 400 clients that sent one a second all were there after 77 s.

    Here a header has its time from its first byte on, and what a client goes on sending after its answer, or instead of
    reading it, buys no more.
    """

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        since = self._time if self._clock_runs() else None
        super().data_received(data)
        if since is not None:
            self._time = since

    def check_timeouts(self) -> None:
        """Cut off who does not read: Sanic would write a 503, and wait for ever until that can be sent."""
        if not self._can_write.is_set() and monotonic() - self._time > self.response_timeout:
            self.abort()  # type: ignore[no-untyped-call]
        else:
            super().check_timeouts()  # type: ignore[no-untyped-call]

    def _clock_runs(self) -> bool:
        http: Any = self.http  # none before the task of this connection has begun
        if http is None:
            return False
        unread = http.stage is Stage.IDLE and http.request_body
        return http.stage is Stage.REQUEST or bool(unread) or not self._can_write.is_set()


def allow_many_connections() -> None:
    """Use every open file that this machine allows: systemd gives a service 1024 and lets it ask for more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
