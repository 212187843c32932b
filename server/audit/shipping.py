"""The mark of every line of the trail, sent to a second place as soon as it is committed.

A line that was written and removed between two checkpoints is noticed by nothing in the database. What went to a place
that the database's administrator does not reach still tells of it. An answer never waits for that place: marks queue
up in memory, a thread sends them, and what cannot be sent is counted and said, not tried again.

To a host, syslog goes by UDP: what the network drops is neither noticed nor counted here. Where that matters, send to
the socket of a syslog daemon on this machine, which forwards by TCP and keeps what it cannot send.
"""

import atexit
import json
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging.handlers import SysLogHandler, WatchedFileHandler
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LOG = logging.getLogger(__name__)
MOST_WAITING: Final = 100_000
SYSLOG_PORT: Final = 514
PATIENCE: Final = 5.0  # seconds, at the end of the process

_lost = 0


@dataclass(frozen=True)
class Mark:
    """One line by its place and digest: nothing of what it says."""

    resident_id: int
    seq: int
    mac: str

    def record(self) -> logging.LogRecord:
        said = json.dumps({"trail": self.resident_id, "seq": self.seq, "mac": self.mac})
        return logging.LogRecord(__name__, logging.INFO, "", 0, said, None, None)


def ship(marks: Sequence[Mark]) -> None:
    for sender in _senders:
        for mark in marks:
            sender.send(mark)


def ship_to(target: str) -> None:
    """Send from now on to a file, to syslog://host:514 or to syslog:///a/socket; an empty word sends nothing."""
    stop()
    if target:
        _senders.append(_Sender(_destination(target)))


def stop() -> None:
    """Send what waits, and no more."""
    while _senders:
        _senders.pop().end()


def shipped(path: Path) -> Iterator[Mark]:
    """Read what was sent, from our own file or from a syslog's, which puts words of its own before each line."""
    with path.open(errors="replace") as lines:
        for line in lines:
            try:
                said = json.loads(line[line.index("{") :])
                yield Mark(said["trail"], said["seq"], said["mac"])
            except (ValueError, KeyError, TypeError):
                continue  # somebody else's line


def lost() -> int:
    """Return how many marks this process could not send."""
    return _lost


class _Sender(threading.Thread):
    def __init__(self, destination: logging.Handler) -> None:
        super().__init__(name="trail shipping", daemon=True)
        self._waiting: queue.Queue[Mark | None] = queue.Queue(MOST_WAITING)
        self._destination = destination
        destination.handleError = _count_as_lost  # type: ignore[method-assign]
        self.start()

    def send(self, mark: Mark) -> None:
        try:
            self._waiting.put_nowait(mark)
        except queue.Full:
            _count_as_lost(mark.record())

    def run(self) -> None:
        while (mark := self._waiting.get()) is not None:
            self._destination.handle(mark.record())
        self._destination.close()

    def end(self) -> None:
        with suppress(queue.Full):
            self._waiting.put(None, timeout=PATIENCE)
        self.join(PATIENCE)
        if (
            self.is_alive()
        ):  # the target takes nothing, or not fast enough: what still waits will never be sent
            _count_lost(self._thrown_away())
            self._waiting.put_nowait(None)

    def _thrown_away(self) -> int:
        marks = 0
        with suppress(queue.Empty):
            while True:
                marks += self._waiting.get_nowait() is not None
        return marks


_senders: list[_Sender] = []
atexit.register(stop)


def _destination(target: str) -> logging.Handler:
    parts = urlsplit(target)
    if parts.scheme != "syslog":
        return WatchedFileHandler(target)
    syslog = SysLogHandler((parts.hostname, parts.port or SYSLOG_PORT) if parts.hostname else parts.path)
    syslog.ident = "care-trail: "
    return syslog


def _count_as_lost(record: logging.LogRecord) -> None:  # noqa: ARG001  the handlers' signature
    _count_lost(1)


def _count_lost(marks: int) -> None:
    global _lost
    before, _lost = _lost, _lost + marks
    if before.bit_length() < _lost.bit_length():  # 1, 2, 4, 8 …: a target that is gone must not fill the log
        LOG.error("marks of the access trail could not be sent: %d so far", _lost)
