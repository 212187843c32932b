"""What operators watch: how many, how long, how it ended; labelled by route template, never by address or person."""

import os
from collections.abc import Callable
from functools import cache

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from server.web.routes import Route

REQUESTS = Counter("requests", "Answers by face, route and status", ["face", "route", "method", "status"])
SECONDS = Histogram(
    "request_seconds",
    "Time to answer",
    ["face", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
UNFINISHED = Gauge("outbox_waiting", "Messages due and not delivered", multiprocess_mode="mostrecent")
DEAD = Gauge("outbox_dead", "Messages laid aside for a person", multiprocess_mode="mostrecent")


def observer(face: str, route: Route) -> Callable[[int, float], None]:
    """Return what counts an answer of one route: its labels are looked up once, not for every answer."""
    took = SECONDS.labels(face, route.path)
    counted = cache(lambda status: REQUESTS.labels(face, route.path, route.method, status))

    def observe(status: int, seconds: float) -> None:
        counted(status).inc()
        took.observe(seconds)

    return observe


def exposition() -> tuple[bytes, str]:
    """Return the figures of all processes when PROMETHEUS_MULTIPROC_DIR is set, of this one otherwise."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
    return generate_latest(), CONTENT_TYPE_LATEST
