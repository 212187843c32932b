"""`python -m bench.exports`: a hundred thousand residents written out by the worker while people go on reading.

Prints what it costs: the worker's memory at its highest, rows in a second, and how long a read of the API takes before
and while the table is written. On MariaDB and Redis where they are installed, on SQLite with `--embedded`.
"""

import argparse
import contextlib
import os
import platform
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pymysql
import pyotp

from bench.measuring import written
from server.configuration import configure_core
from server.demo import cast
from server.kit.sealing import seal
from server.people.models import NATIONAL_ID
from server.settings import Settings
from tests import rings
from tests.running import Running, running

BATCH = 5000
READ_EVERY = 0.02  # seconds: people read, they do not hammer
MOST_MIB, MOST_SLOWER = 200, 2.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10, help="of reading before the table is asked for")
    parser.add_argument("--embedded", action="store_true", help="SQLite and one web process")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, _town(Path(scratch), embedded=said.embedded) as town:
        _fill(town, said.rows)
        reader = _reader(town.base)
        before = _read(reader, seconds=said.seconds)
        asked = _ask(town.base)
        began, during = time.monotonic(), list[float]()
        [worker] = town.processes("worker")
        idle = _mib(worker, "VmRSS")
        while (state := asked()) == "under way":
            during += _read(reader, seconds=1)
        seconds, peak = time.monotonic() - began, _mib(worker, "VmHWM")
        return _report(said, state, before, during, seconds=seconds, idle=idle, peak=peak)


def _report(
    said: Any,
    state: str,
    before: list[float],
    during: list[float],
    *,
    seconds: float,
    idle: float,
    peak: float,
) -> int:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    engine = "SQLite" if said.embedded else "MariaDB"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}; {engine}; table {state}")
    middle = [statistics.median(each) for each in (before, during)]
    high = [statistics.quantiles(each, n=100)[-1] for each in (before, during)]
    above, slower = peak - idle, high[1] / high[0]
    print(f"{'rows written':<44} {said.rows:>10}")
    print(f"{'seconds, from the request to the file':<44} {seconds:>10.1f}")
    print(f"{'rows in a second':<44} {said.rows / seconds:>10.0f}")
    print(f"{'worker before, MiB':<44} {idle:>10.0f}")
    print(f"{'worker at its highest, MiB above that':<44} {above:>10.0f}   limit {MOST_MIB}")
    print(f"{'a read of the API, p50 before, ms':<44} {middle[0]:>10.1f}   {len(before)} reads")
    print(f"{'a read of the API, p50 meanwhile, ms':<44} {middle[1]:>10.1f}   {len(during)} reads")
    print(f"{'p99 before and meanwhile, ms':<44} {high[0]:>10.1f}   {high[1]:.1f}")
    print(f"{'p99 meanwhile by p99 before':<44} {slower:>10.2f}   limit {MOST_SLOWER:g}")
    figures = {
        "rows": said.rows,
        "engine": engine,
        "state": state,
        "seconds": seconds,
        "mib_above_idle": above,
    }
    found = {
        **figures,
        "reads": [len(before), len(during)],
        "p50_ms": middle,
        "p99_ms": high,
        "p99_ratio": slower,
    }
    print(f"written to {written('exports', found)}")
    return 0 if state == "ready" and above < MOST_MIB and slower < MOST_SLOWER else 1


@contextlib.contextmanager
def _town(folder: Path, *, embedded: bool) -> Iterator[Running]:
    if embedded:
        with running(folder / "town") as town:
            yield town
        return
    here, reason = rings.servers_or_reason()
    if not here:
        raise SystemExit(reason)
    for name in ("maria", "redis"):
        (folder / name).mkdir()
    with rings.private_mariadb(folder / "maria") as server, rings.private_redis(folder / "redis") as shared:
        url = rings.new_schema(server, "alliance")
        with running(folder / "town", DATABASE_URL=url, REDIS_URL=shared, RATE_FACTOR="1000000") as town:
            yield town


def _fill(town: Running, rows: int) -> None:
    """Multiply one resident of Yihe, each with a sealed number of their own, as in a real register."""
    configure_core(Settings.from_env(town.env))
    with contextlib.closing(_connection(town)) as connection:
        cursor = connection.cursor()
        mark = "%s" if "DATABASE_URL" in town.env else "?"
        cursor.execute(f"SELECT * FROM resident WHERE uid = {mark}", (_uid_of_wang(town.base),))
        row = dict(zip([each[0] for each in cursor.description], cursor.fetchone(), strict=True))
        row = {
            **row,
            **dict.fromkeys(("account_id", "national_id_index", "phone_index", "phone_sealed", "bed_key")),
        }
        names = [name for name in row if name != "id"]
        statement = f"INSERT INTO resident ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
        for start in range(0, rows, BATCH):
            copies = [_copy(row, number) for number in range(start, min(start + BATCH, rows))]
            cursor.executemany(statement, [[copy[name] for name in names] for copy in copies])
            connection.commit()


def _copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    uid = f"0{number:025}"
    sealed = seal(f"330299{number:012}", place=f"{NATIONAL_ID}|{uid}")
    return {**row, "uid": uid, "bed": f"{number // 900}-{number % 900}", "national_id_sealed": sealed}


def _connection(town: Running) -> Any:
    if "DATABASE_URL" not in town.env:
        return sqlite3.connect(town.folder / "data" / "alliance.db", timeout=30)
    parts = urlsplit(town.env["DATABASE_URL"])
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=parts.username,
        password=parts.password or "",
        database=parts.path[1:],
        charset="utf8mb4",
    )


def _uid_of_wang(base: str) -> str:
    return str(_reader(base).get("/residents").json()[0]["uid"])


def _reader(base: str) -> httpx.Client:
    client = httpx.Client(base_url=f"{base}/api/v1", timeout=30)
    token = client.post("/session", json={"code": f"sim:wang:{time.time_ns()}"}).json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def _read(reader: httpx.Client, *, seconds: float) -> list[float]:
    """Read one's own record at a person's pace; return the milliseconds of each answer."""
    uid = reader.get("/residents").json()[0]["uid"]
    until, taken = time.monotonic() + seconds, []
    while time.monotonic() < until:
        began = time.perf_counter()
        answer = reader.get(f"/residents/{uid}/record/entries")
        taken.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
        time.sleep(READ_EVERY)
    return taken


def _ask(base: str) -> Any:
    """Ask for the table as the home's manager would, and return how to see what has become of it."""
    client = httpx.Client(base_url=base, timeout=60)
    code = pyotp.TOTP(cast.TOTP_SECRET)
    client.post("/admin/sign-in", data={"login": "he", "password": cast.CONSOLE_PASSWORD, "code": code.now()})
    page = client.get("/admin/exports").text
    keys = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf", "key")}
    said = {"kind": "residents", "reason": "bench", "proof_code": code.at(time.time() + 30), **keys}
    answer = client.post("/admin/exports", data=said)
    if answer.status_code != 303:
        message = f"the table was refused: {answer.status_code}"
        raise SystemExit(message)

    def state() -> str:
        page = client.get("/admin/exports").text
        return "ready" if "写好了" in page else "failed" if "没有写成" in page else "under way"

    return state


def _mib(pid: int, line: str) -> float:
    found = re.search(rf"{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
