"""A process watches itself: its statements, its trips, its calls, and once a second its loop, memory and connections."""

import asyncio
import logging
import os
import resource
from pathlib import Path

from server.audit import shipping
from server.kit import together
from server.kit.database import pool_use
from server.kit.engines import counting
from server.web import metrics
from server.web.requestlog import now_doing
from server.wechat import platform

LOG = logging.getLogger("database")
EVERY = 1.0  # seconds
LONGEST_SQL = 2000  # characters in the log
PAGE = resource.getpagesize()


def seconds_of(slow_query_ms: int) -> float:
    """Return from how many seconds on a statement is slow; with 0 none ever is."""
    return slow_query_ms / 1000 if slow_query_ms else float("inf")


_slow_from = [seconds_of(0)]


def watch_process(*, slow_query_ms: int) -> None:
    """Listen to what the floors below tell, once per process however often it is asked."""
    _slow_from[0] = seconds_of(slow_query_ms)
    if _statement not in counting.timers:
        counting.timers.append(_statement)
        together.watchers.append(lambda place, size: metrics.BATCHES.labels(place).observe(size))
        platform.watchers.append(lambda path, outcome: metrics.WECHAT.labels(path, outcome).inc())


def _statement(text: str, seconds: float) -> None:
    metrics.STATEMENTS.observe(seconds)
    doing = now_doing()
    if doing is not None:
        doing.statements += 1
        doing.seconds += seconds
    if seconds >= _slow_from[0]:
        metrics.SLOW_STATEMENTS.inc()
        whose = {"route": doing.route, "request_id": doing.request_id} if doing else {}
        LOG.warning(
            "slow statement",
            extra={"sql": text[:LONGEST_SQL], "ms": round(seconds * 1000, 1), **whose},
        )


async def keep_watch(part: str) -> None:
    """Tell once a second how this process is, until cancelled."""
    loop, lag = asyncio.get_running_loop(), metrics.LAG.labels(part)
    metrics.PROCESSES.labels(part).set(1)
    waited, told = 0.0, 0
    while True:
        due = loop.time() + EVERY
        await asyncio.sleep(EVERY)
        lag.observe(max(0.0, loop.time() - due))
        metrics.MEMORY.labels(part).set(_memory())
        metrics.FILES.labels(part).set(len(os.listdir("/proc/self/fd")))  # noqa: PTH208  names only, every second
        metrics.TASKS.labels(part).set(len(asyncio.all_tasks()))
        waited = _tell_of_connections(part, waited)
        told = _tell_of_marks(told)


def _tell_of_connections(part: str, waited: float) -> float:
    use = pool_use()
    if use is None:
        return waited
    metrics.POOL_SIZE.labels(part).set(use.size)
    metrics.POOL_USED.labels(part).set(use.used)
    metrics.POOL_WAITING.labels(part).set(use.waiting)
    metrics.POOL_WAITED.labels(part).inc(max(0.0, use.waited - waited))
    return use.waited


def _tell_of_marks(told: int) -> int:
    lost = shipping.lost()
    metrics.MARKS_LOST.inc(lost - told)
    return lost


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
