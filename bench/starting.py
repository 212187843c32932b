"""`python -m bench.starting`: how soon it serves, what the first request waits for, and what its processes hold in memory.

As an operator has it: modules compiled, data in place, a process of each kind; on SQLite, and on MariaDB with Redis. What this
environment has besides what is shipped (httpx loads rich and pygments where it finds them) is held here too, and said.
"""

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from bench.measuring import RESULTS, machine, written
from bench.scale import NOT_PAGES, Place
from tests import rings
from tests.console.walking import PLAIN
from tests.running import Running, command, environment, running

START, MEMORY = 3.0, 120.0  # seconds, MiB: what performance.md asks for
MANAGER = "he"
HUNDREDTH = range(90, 110)  # the requests whose middle counts as the hundredth
SETTLED = 2.0  # seconds: the worker has then made its first pass
READS = (
    "/residents",
    "/home",
    "/appointments",
    "/residents/{resident}/record/entries",
    "/residents/{resident}/record/summary",
)


@dataclass
class Found:
    """What one engine was measured at."""

    migrated: list[float] = field(default_factory=list)  # seconds of `migrate up` on an empty database
    nothing_to_do: list[float] = field(
        default_factory=list
    )  # the same once more: what it takes but migrating
    starts: list[float] = field(default_factory=list)  # seconds until it is ready, the data in place
    first: list[float] = field(default_factory=list)  # ms of the first request after a start
    hundredth: list[float] = field(default_factory=list)
    memory: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)  # when, whose, what: MiB


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench starting")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000, help="before memory is looked at again")
    given = parser.parse_args()
    found = {name: Found() for name in ("SQLite", "MariaDB")}
    with tempfile.TemporaryDirectory() as scratch, _engines(Path(scratch)) as engines:
        folders = {name: Path(scratch, name) for name in found}
        for name, settings in engines.items():
            with running(folders[name], **settings):
                pass  # compiles the modules, builds the town
        for number in range(given.rounds):
            for name, settings in engines.items():
                _migrate(found[name], folders[name].with_name(f"{name}-{number}"), settings)
                _start(found[name], folders[name], settings, given.requests if number == 0 else 0)
    return _tell(found, given)


@contextmanager
def _engines(scratch: Path) -> Iterator[dict[str, Mapping[str, str]]]:
    """Yield the settings of each; what is written to the disk at every commit is so here too."""
    here, reason = rings.servers_or_reason()
    if not here:
        raise SystemExit(reason)
    # Whatever this shell says: compiled modules are kept, elsewhere than beside the source.
    compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(RESULTS.resolve() / "compiled")}
    for name in ("maria", "redis"):
        (scratch / name).mkdir()
    with ExitStack() as stack:
        maria = stack.enter_context(rings.private_mariadb(scratch / "maria", flush=1))
        redis = stack.enter_context(rings.private_redis(scratch / "redis"))
        town = {"DATABASE_URL": rings.new_schema(maria, "town"), "REDIS_URL": redis}
        yield {"SQLite": compiled, "MariaDB": {**compiled, **town}}


def _migrate(found: Found, folder: Path, settings: Mapping[str, str]) -> None:
    said = dict(settings)
    if "DATABASE_URL" in said:
        said["DATABASE_URL"] = rings.new_schema(said["DATABASE_URL"], "empty")
    env = environment(folder, **said)
    for times in (found.migrated, found.nothing_to_do):
        began = time.perf_counter()
        done = command(env, "migrate", "up")
        times.append(time.perf_counter() - began)
        if done.returncode:
            raise SystemExit(done.stderr)


def _start(found: Found, folder: Path, settings: Mapping[str, str], requests: int) -> None:
    began = time.perf_counter()
    with running(folder, **settings) as town:
        found.starts.append(time.perf_counter() - began)
        client = _reader(town, folder / "reader.txt")
        times = [_asked(client, READS[3]) for _ in range(HUNDREDTH.stop)]
        found.first.append(times[0])
        found.hundredth.append(statistics.median(times[HUNDREDTH.start :]))
    if not requests:
        return
    with running(folder, **settings) as town:
        time.sleep(SETTLED)
        found.memory["after the start"] = _memory(town)
        client = _reader(town, folder / "reader.txt")
        for number in range(requests):
            _asked(client, READS[number % len(READS)])
        found.memory[f"after {requests} requests"] = _memory(town)
        manager = Place(town.base).visitor(MANAGER)
        opened = sum(manager.may_open(page) for page in PLAIN if page not in NOT_PAGES)
        found.memory[f"and {opened} pages of the console"] = _memory(town)


def _reader(town: Running, kept: Path) -> httpx.Client:
    """Return who reads, signed in at an earlier start: the first request is then a read, and nothing else came before."""
    client = httpx.Client(base_url=f"{town.base}/api/v1", timeout=30)
    if not kept.exists():
        token = (
            client.post("/session", json={"code": f"sim:wang:{time.time_ns()}"})
            .raise_for_status()
            .json()["token"]
        )
        client.headers["Authorization"] = f"Bearer {token}"
        kept.write_text(f"{token} {client.get('/residents').raise_for_status().json()[0]['uid']}")
    token, resident = kept.read_text().split()
    client.headers.update({"Authorization": f"Bearer {token}", "X-Resident": resident})
    return client


def _asked(client: httpx.Client, path: str) -> float:
    """Return the milliseconds of one answer."""
    began = time.perf_counter()
    client.get(path.format(resident=client.headers["X-Resident"])).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _memory(town: Running) -> dict[str, dict[str, float]]:
    pids = {
        "web": town.processes("web"),
        "worker": town.processes("worker"),
        "supervisor": [town.process.pid],
    }
    return {name: _mib(pid) for name, found in pids.items() for pid in found}


def _mib(pid: int) -> dict[str, float]:
    """Return what is mapped (RSS), the same with shared pages counted by share (PSS), and the most there ever was."""
    rollup, status = (Path(f"/proc/{pid}/{name}").read_text() for name in ("smaps_rollup", "status"))
    places = {"rss": (rollup, "Rss"), "pss": (rollup, "Pss"), "peak": (status, "VmHWM")}
    found = {
        name: re.search(rf"^{line}:\s+(\d+) kB", text, re.MULTILINE) for name, (text, line) in places.items()
    }
    return {name: int(match[1]) / 1024 for name, match in found.items() if match}


def _tell(found: Mapping[str, Found], given: argparse.Namespace) -> int:
    besides = [name for name in ("rich", "pygments", "click") if find_spec(name)]
    print(f"{machine()}; {given.rounds} rounds, engines in turn, medians (least to most)")
    print(f"besides what is shipped: {', '.join(besides) or 'nothing'}")
    print(f"{'':<64}" + "".join(f"{name:>24}" for name in found))
    _row("`migrate up` on an empty database, s", [_spread(each.migrated) for each in found.values()])
    _row("the same with nothing to do, s", [_spread(each.nothing_to_do) for each in found.values()])
    _row("from the command to ready, s", [_spread(each.starts) for each in found.values()], START)
    _row("the first request, ms", [_spread(each.first, 1) for each in found.values()])
    _row("the hundredth, ms", [_spread(each.hundredth, 1) for each in found.values()])
    ratios = [
        [own / other for own, other in zip(each.first, each.hundredth, strict=True)]
        for each in found.values()
    ]
    _row("×", [_spread(each, 1) for each in ratios])
    looks = [list(each.memory.items()) for each in found.values()]
    for at_once in zip(*looks, strict=True):
        for name in at_once[0][1]:
            said = ["{rss:.1f} / {pss:.1f} / {peak:.1f}".format(**memory[name]) for _, memory in at_once]
            limit = MEMORY if name != "supervisor" else None
            _row(f"{name} {at_once[0][0]}, MiB RSS / PSS / peak", said, limit)
    over = [f"{name}: start" for name, each in found.items() if statistics.median(each.starts) > START]
    over += [
        f"{name}: {process} {when}"
        for name, each in found.items()
        for when, memory in each.memory.items()
        for process, mib in memory.items()
        if process != "supervisor" and mib["rss"] > MEMORY
    ]
    print("\n".join(f"over its limit: {each}" for each in over) or "all within their limits")
    kept: dict[str, Any] = {name: asdict(each) for name, each in found.items()}
    print(f"written to {written('starting', {'besides': besides, 'over': over, 'engines': kept})}")
    return int(bool(over))


def _row(name: str, said: Sequence[str], limit: float | None = None) -> None:
    print(f"{name:<64}" + "".join(f"{each:>24}" for each in said) + (f"   limit {limit:g}" if limit else ""))


def _spread(figures: Sequence[float], places: int = 2) -> str:
    return f"{statistics.median(figures):.{places}f} ({min(figures):.{places}f} to {max(figures):.{places}f})"


if __name__ == "__main__":
    sys.exit(main())
