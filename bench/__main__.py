"""`make bench`: ratios against a bare Sanic handler and a raw driver query, all in one run, interleaved.

Machines are shared and noisy: read the ratios, not the figures. Our list does sign-in, consent and access trail;
the raw handler does none of the three. Every connection has a session of its own, and each of 32 residents a record
of 200 entries.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pymysql

from bench.town import families
from tests import rings
from tests.running import INHERITED, free_port, running

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Variant:
    name: str
    port: int
    requests: list[bytes]
    pids: list[int]
    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # microseconds of the server's processes for one answer
    database: list[float] = field(default_factory=list)  # microseconds of MariaDB for one answer
    statements: list[float] = field(default_factory=list)  # for one answer, BEGIN and COMMIT included

    def measure(self, *, connections: int, seconds: float, mariadb: "MariaDb") -> None:
        before, asked, worked = sum(_cpu_seconds(pid) for pid in self.pids), mariadb.asked(), mariadb.worked()
        command = [
            sys.executable,
            "-m",
            "bench.load",
            "--port",
            str(self.port),
            "--connections",
            str(connections),
            "--seconds",
            str(seconds),
        ]
        done = subprocess.run(command, input=b"\0".join(self.requests), capture_output=True, check=True)
        figures = json.loads(done.stdout)
        if set(figures["statuses"]) != {"200"}:
            message = f"{self.name} answered {figures['statuses']}"
            raise SystemExit(message)
        spent = sum(_cpu_seconds(pid) for pid in self.pids) - before
        self.per_second.append(figures["per_second"])
        self.p50.append(figures["p50_ms"])
        self.p99.append(figures["p99_ms"])
        self.cpu.append(spent / figures["answers"] * 1_000_000)
        self.database.append((mariadb.worked() - worked) / figures["answers"] * 1_000_000)
        self.statements.append((mariadb.asked() - asked) / figures["answers"])


class MariaDb:
    """What the database has done so far."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        listed = subprocess.run(
            ["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True
        ).stdout
        self._pid = next(
            int(line.split()[0])
            for line in listed.splitlines()
            if "mariadbd" in line and f"--port={parts.port}" in line
        )
        self._connection = pymysql.connect(
            host=parts.hostname, port=parts.port or 3306, user=parts.username, password=parts.password or ""
        )

    def worked(self) -> float:
        return _cpu_seconds(self._pid)

    def asked(self) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
            return int(cursor.fetchone()[1])


def _cpu_seconds(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / TICKS


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _asking(path: str, token: str = "") -> bytes:
    credentials = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{credentials}\r\n".encode()


def _web_pids(supervisor: int) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(supervisor)], capture_output=True, text=True, check=True
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if "server web" in line]


@contextlib.contextmanager
def _rivals(url: str, answer: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    command = [
        sys.executable,
        "-m",
        "bench.rivals",
        "--port",
        str(port),
        "--url",
        url,
        "--answer",
        str(answer),
    ]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/bare")
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--booking-rounds", type=int, default=2)
    said = parser.parse_args()
    here, reason = rings.servers_or_reason()
    if not here:
        print(reason)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        maria, redis = folder / "maria", folder / "redis"
        maria.mkdir()
        redis.mkdir()
        with rings.private_mariadb(maria, flush=1) as server, rings.private_redis(redis) as shared:
            url = rings.new_schema(server, "alliance")
            settings = {"DATABASE_URL": url, "REDIS_URL": shared, "RATE_FACTOR": "1000000"}
            with running(folder / "ours", **settings) as town:
                _compare(said, url, town.base, town.process.pid, folder)
            began = time.monotonic()
            with running(folder / "ours", **settings):
                print(f"start with data in place: {time.monotonic() - began:.1f} s")
            _book(said, rings.new_schema(server, "booking"), folder)
    return 0


def _compare(said: argparse.Namespace, url: str, base: str, supervisor: int, folder: Path) -> None:
    token = httpx.post(f"{base}/api/v1/session", json={"code": f"sim:daughter:{time.time_ns()}"}).json()[
        "token"
    ]
    client = httpx.Client(base_url=f"{base}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    mother = client.get("/residents").json()[0]["uid"]
    readers = families(url, resident_uid=mother, token=token, sessions=said.connections)
    lists = [_asking(f"/api/v1/residents/{uid}/record/entries", each) for each, uid, _ in readers]
    answer = httpx.get(
        f"{base}/api/v1/residents/{readers[0][1]}/record/entries",
        headers={"Authorization": f"Bearer {readers[0][0]}"},
    )
    kept = folder / "answer.json"
    kept.write_bytes(answer.content)
    port = int(base.rsplit(":", 1)[1])
    with _rivals(url, kept) as (rival, pid):
        rows = httpx.get(f"http://127.0.0.1:{rival}/rows/{readers[0][2]}").json()
        if [row["uid"] for row in rows] != [item["uid"] for item in answer.json()["items"]]:
            message = "the raw query and ours do not read the same rows"
            raise SystemExit(message)
        ours, mariadb = _web_pids(supervisor), MariaDb(url)
        variants = [
            Variant(
                "raw aiomysql, same 20 rows, none of the three",
                rival,
                [_asking(f"/rows/{number}") for *_, number in readers],
                [pid],
            ),
            Variant("ours: sign-in + consent + access trail + 20 rows", port, lists, ours),
            Variant(
                "ours: who am I (sign-in only)",
                port,
                [_asking("/api/v1/session", each) for each, *_ in readers],
                ours,
            ),
            Variant("ours: the process answers", port, [_asking("/healthz")], ours),
            Variant("bare Sanic, the same bytes from memory", rival, [_asking("/bare")], [pid]),
        ]
        for variant in variants:
            variant.measure(connections=8, seconds=1, mariadb=mariadb)
            for figures in (
                variant.per_second,
                variant.p50,
                variant.p99,
                variant.cpu,
                variant.database,
                variant.statements,
            ):
                figures.clear()
        for _ in range(said.rounds):
            for variant in variants:
                variant.measure(connections=said.connections, seconds=said.seconds, mariadb=mariadb)
        _print(variants, said, len(answer.content))
        print(f"memory of one web process: {', '.join(f'{_resident_mib(each):.0f} MiB' for each in ours)}")


def _print(variants: list[Variant], said: argparse.Namespace, size: int) -> None:
    raw = variants[0]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}; MariaDB flushed at every commit; one web process"
    )
    print(
        f"{said.rounds} rounds of {said.seconds:g} s, {said.connections} connections, answer of {size} bytes; medians (min to max over rounds)"
    )
    print(
        f"{'variant':<60} {'× raw':>20} {'CPU µs':>8} {'CPU × raw':>9} {'DB µs':>6} {'stmts':>6} {'p50 ms':>7} {'p99 ms':>7}"
    )
    for variant in variants:
        ratios = sorted(own / base for own, base in zip(variant.per_second, raw.per_second, strict=True))
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        cpu = statistics.median(variant.cpu)
        print(
            f"{variant.name:<60} {spread:>20} {cpu:>8.0f} {cpu / statistics.median(raw.cpu):>9.2f}"
            f" {statistics.median(variant.database):>6.0f} {statistics.median(variant.statements):>6.2f}"
            f" {statistics.median(variant.p50):>7.1f} {statistics.median(variant.p99):>7.1f}"
        )


def _book(said: argparse.Namespace, url: str, folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "bench.booking",
        "--url",
        url,
        "--folder",
        str(folder),
        "--rounds",
        str(said.booking_rounds),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found = json.loads(done.stdout)
    print(
        f"200 people at once for one slot, one process, {said.booking_rounds} rounds; served per second, booked or refused"
    )
    names = {
        "guarded": "raw aiomysql: guarded UPDATE and INSERT, no more",
        "each": "ours: a transaction each",
        "together": "ours: those who wait together",
    }
    print(f"{'variant':<60} {'× a transaction each':>20} {'CPU µs':>8} {'per s':>9} {'p99 ms':>7}")
    for name, words in names.items():
        for seats in (50, 20):
            figures, base = found[f"{name}.{seats}"], found[f"each.{seats}"]
            ratios = sorted(
                one["per_second"] / other["per_second"] for one, other in zip(figures, base, strict=True)
            )
            spread = f"{statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
            middle = {key: statistics.median(each[key] for each in figures) for key in figures[0]}
            print(
                f"{f'{words}, {seats} seats':<60} {spread:>20} {middle['cpu_us']:>8.0f}"
                f" {middle['per_second']:>9.0f} {middle['p99_ms']:>7.0f}"
            )


if __name__ == "__main__":
    sys.exit(main())
