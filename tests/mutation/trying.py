"""Runs, for each gate that is taken out, the tests that come by it, until one of them notices."""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

import pytest

from server.authority.permissions import Permission
from tests.architecture.faces import ROUTES
from tests.mutation.finding import Gate
from tests.mutation.swapping import forget_kept_sql, marking, unguarded, without

PATIENCE = 30.0  # seconds of tests that do not notice
TOO_LONG = 30.0  # seconds of one test


@dataclass(frozen=True)
class Verdict:
    gate: str
    killed_by: str  # "" for one that survived
    tried: int  # tests

    @property
    def gate_without_line(self) -> str:
        return re.sub(r"^([\w.]+):\d+ ", r"\1 ", self.gate)

    @property
    def survived(self) -> bool:
        return not self.killed_by


@dataclass(frozen=True)
class _Between:
    """Stands for the next test, of which only the session is known: what belongs to a module or class is put away."""

    session: pytest.Session

    def listchain(self) -> list[Any]:
        return [self.session]


@dataclass(eq=False)  # pytest puts its plugins into sets
class Trials:
    """A plugin that runs the collected tests once to learn which gates they pass, and then gate by gate."""

    gates: list[Gate]
    every: int  # how many-th gate is taken out
    routes: bool  # take out the permissions of routes, too
    verdicts: list[Verdict] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)  # tests that fail with all gates in place
    _failed: bool = False
    _took: float = 0.0
    _reached: set[str] = field(default_factory=set)
    _seconds: dict[pytest.Item, float] = field(default_factory=dict)
    _passing: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed
        if report.when == "call":
            self._took = report.duration  # without the town, which the first test of all waits for

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._learn(session.items)
        for name, out, items in list(self._wanted())[:: self.every]:
            verdict = self._tried(name, out, items)
            self.verdicts.append(verdict)
            print(f"{verdict.killed_by or 'SURVIVED':<100.100} {name}", flush=True)
        session.items[-1].config.hook.pytest_runtest_protocol(item=session.items[-1], nextitem=None)
        return True

    def _learn(self, items: list[pytest.Item]) -> None:
        with marking(self.gates, self._reached.add):
            for item in items:
                self._reached.clear()
                forget_kept_sql()
                if self._run(item):
                    self._seconds[item] = self._took
                    for name in self._reached:
                        self._passing[name].append(item)
                else:
                    self.unsound.append(item.nodeid)

    def _wanted(self) -> Iterator[tuple[str, AbstractContextManager[None], list[pytest.Item]]]:
        for gate in self.gates:
            yield str(gate), without(gate), self._passing[f"{gate.module}:{gate.function}"]
        for face, route in ROUTES if self.routes else ():
            rows = [item for item in self._seconds if _row_of(item) is route]
            if rows and isinstance(route.needs, Permission):
                yield f"{face.name} {route.method} {route.path}: needs", unguarded(route), rows

    def _tried(self, name: str, out: AbstractContextManager[None], items: list[pytest.Item]) -> Verdict:
        began, tried = time.perf_counter(), 0
        with out:
            for item in _in_turn(items, self._seconds):
                tried += 1
                if not self._run(item):
                    return Verdict(name, item.nodeid, tried)
                if time.perf_counter() - began > PATIENCE:
                    break
        return Verdict(name, "", tried)

    def _run(self, item: pytest.Item) -> bool:
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=_Between(item.session))
        return not self._failed


def _row_of(item: pytest.Item) -> Any:
    """Return the route whose verdicts a test compares."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("route") if callspec and "TestEveryRow" in item.nodeid else None


def _in_turn(items: Iterable[pytest.Item], seconds: dict[pytest.Item, float]) -> Iterator[pytest.Item]:
    """Yield the quickest tests first, one of each file in turn: what one file overlooks another notices."""
    files: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(items, key=lambda each: seconds[each]):
        if seconds[item] < TOO_LONG:
            files[item.nodeid.partition("::")[0]].append(item)
    yield from (item for item in chain(*zip_longest(*files.values())) if item is not None)
