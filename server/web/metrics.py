"""What operators watch: how many, how long, how it ended; labelled by words of ours, never by address or person."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.samples import Sample

from server.web.routes import Route

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)

REQUESTS = Counter("requests", "Answers by face, route and status", ["face", "route", "method", "status"])
SECONDS = Histogram(
    "request_seconds",
    "Time to answer",
    ["face", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REFUSALS = Counter("refusals", "Refusals by face and code (docs/errors.md)", ["face", "code"])

STATEMENTS = Histogram("statement_seconds", "Time of a database statement, COMMIT included", buckets=FAST)
SLOW_STATEMENTS = Counter("slow_statements", "Statements slower than SLOW_QUERY_MS")
BATCHES = Histogram(
    "together_size", "How many were served by one trip", ["place"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
WECHAT = Counter("wechat_calls", "Calls of the platform by path and outcome", ["path", "outcome"])

MARKS_LOST = Counter("trail_marks_lost", "Marks of the access trail that could not be sent (TRAIL_SHIP)")

# Of each process that lives, `part` being web or worker.
PROCESSES = Gauge("processes", "Processes that live", ["part"], multiprocess_mode="livesum")
MEMORY = Gauge("process_memory_bytes", "The largest process's memory", ["part"], multiprocess_mode="livemax")
FILES = Gauge(
    "process_open_files", "Open files of the process with most", ["part"], multiprocess_mode="livemax"
)
TASKS = Gauge("tasks", "Tasks of the event loops", ["part"], multiprocess_mode="livesum")
LAG = Histogram("loop_lag_seconds", "How late the event loop wakes up", ["part"], buckets=FAST)
POOL_SIZE = Gauge("pool_size", "Database connections allowed", ["part"], multiprocess_mode="livesum")
POOL_USED = Gauge("pool_used", "Database connections at work", ["part"], multiprocess_mode="livesum")
POOL_WAITING = Gauge("pool_waiting", "Who waits for a connection", ["part"], multiprocess_mode="livesum")
POOL_WAITED = Counter("pool_waited_seconds", "Time spent waiting for a connection", ["part"])

# Of the worker, wherever it runs; times are seconds since 1970.
WORKED = Gauge("work_done_timestamp_seconds", "Last success", ["work"], multiprocess_mode="mostrecent")
WRITING = "write_exports"
COMPARING = "compare_seats"
SIGNING = "sign_checkpoint"
# In `work`: tasks of their own. Alert rules leave them out as well, for none of them shows that the loop goes on.
BESIDE = frozenset({WRITING, COMPARING, SIGNING, "sweep_indicators"})
WORK_FAILED = Counter("work_failures", "Work that failed, to be done again", ["work"])
CHECKPOINT = Gauge(
    "trail_checkpoint_timestamp_seconds", "Last checkpoint of the trail", multiprocess_mode="mostrecent"
)
BROKEN = Gauge("invariants_broken", "Slots whose counters disagree", multiprocess_mode="mostrecent")
OUTBOX_WAITING = Gauge("outbox_waiting", "Messages due and not delivered", multiprocess_mode="mostrecent")
OUTBOX_OLDEST = Gauge(
    "outbox_oldest_seconds", "How long the first of them is due", multiprocess_mode="mostrecent"
)
OUTBOX_DEAD = Gauge("outbox_dead", "Messages laid aside for a person", multiprocess_mode="mostrecent")
EXPORTS_WAITING = Gauge("exports_waiting", "Tables asked for, not written", multiprocess_mode="mostrecent")


def observer(face: str, route: Route) -> Callable[[int, float], None]:
    """Return what counts an answer of one route: its labels are looked up once, not for every answer."""
    took = SECONDS.labels(face, route.path)
    counted = cache(lambda status: REQUESTS.labels(face, route.path, route.method, status))

    def observe(status: int, seconds: float) -> None:
        counted(status).inc()
        took.observe(seconds)

    return observe


def last_work(folder: Path) -> float | None:
    """Return when a worker of this machine last did something with success, by the figures it left.

    What is done beside the loop, tables looked for every second, says nothing of a delivery that hangs.
    """
    done = _samples(folder, "work_done_timestamp_seconds")
    return max((each.value for each in done if each.labels.get("work") not in BESIDE), default=None)


def marks_lost(folder: Path) -> float:
    """Return how many marks of the access trail the processes of this machine could not send."""
    return sum(each.value for each in _samples(folder, "trail_marks_lost") if each.name.endswith("_total"))


def _samples(folder: Path, name: str) -> list[Sample]:
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    return [sample for family in registry.collect() if family.name == name for sample in family.samples]


def exposition() -> tuple[bytes, str]:
    """Return the figures of all processes when PROMETHEUS_MULTIPROC_DIR is set, of this one otherwise."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
    return generate_latest(), CONTENT_TYPE_LATEST
