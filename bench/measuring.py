"""One run, variants in turn: ratios of each round to a base, CPU from the processes' own counters, the load beside them."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.database import Work
from tests.running import cpu_seconds

RESULTS = Path("var/bench")


@dataclass
class Variant:
    """One way to answer: where it is asked, what it is asked, and what it took in each round."""

    name: str
    port: int
    requests: Sequence[bytes]
    pids: Sequence[int]
    rounds: list[dict[str, float]] = field(default_factory=list)

    def measure(self, work: Work, *, connections: int, seconds: float) -> None:
        spent, asked, worked = self._spent(), work.statements(), work.seconds()
        figures = _loaded(self.port, self.requests, connections, seconds)
        if set(figures["statuses"]) != {"200"}:
            message = f"{self.name} answered {figures['statuses']}"
            raise SystemExit(message)
        answers = figures["answers"]
        self.rounds.append(
            {
                "per_second": figures["per_second"],
                "p50_ms": figures["p50_ms"],
                "p99_ms": figures["p99_ms"],
                "cpu_us": (self._spent() - spent) / answers * 1e6,
                "database_us": (work.seconds() - worked) / answers * 1e6,
                "statements": (work.statements() - asked) / answers,
                "load": os.getloadavg()[0],
                "answers": answers,
            }
        )

    def middle(self, figure: str) -> float:
        return statistics.median(each[figure] for each in self.rounds)

    def ratios(self, base: "Variant") -> list[float]:
        """Return this variant's throughput by the base's, round by round, in order of size."""
        pairs = zip(self.rounds, base.rounds, strict=True)
        return sorted(own["per_second"] / other["per_second"] for own, other in pairs)

    def _spent(self) -> float:
        return sum(cpu_seconds(pid) for pid in self.pids)


def _loaded(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", "--port", str(port)]
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    done = subprocess.run(command, input=b"\0".join(requests), capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}"


def written(part: str, found: dict[str, Any]) -> Path:
    """Keep the figures as JSON beside the printed table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{part}.json"
    kept = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "machine": machine(), **found}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    return path
