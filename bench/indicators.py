"""`python -m bench.indicators`: the bureau's board over 500 000 facts, beside a page of an ordinary list.

The evaluators run over a running town with 200 more homes; then facts are written beside theirs, their sums laid down as a
sweep adds them up, and compared with what the database makes of all facts. On MariaDB where it is installed, on SQLite with `--embedded`.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp

from bench.exports import _town as town_of
from bench.measuring import RESULTS
from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.authority.actor import system_actor
from server.configuration import configure_core
from server.demo import cast
from server.indicators.actions.counting import _row, sweep_indicators
from server.indicators.models import IndicatorFact
from server.indicators.queries.counts import sums_known, sums_of, tile_of
from server.indicators.queries.evaluators.registry import INDICATORS
from server.indicators.rules import Fact, met, period_of, unmet
from server.kit.clock import local_date
from server.kit.database import close_database, open_database
from server.kit.rollups import lay_down, rolled_up
from server.kit.transactions import action
from server.settings import MODEL_MODULES, Settings
from tests.running import Running

HOMES, BATCH, MOST = 200, 2000, 1.5  # the board's time in that of a list page
LIST, BOARD, SHEET = "/admin/feedback", "/admin/indicators", "/admin/indicators/dossiers"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--facts", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--embedded", action="store_true", help="SQLite and one web process")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, town_of(Path(scratch), embedded=said.embedded) as town:
        [worker] = town.processes("worker")
        os.kill(worker, 19)  # it would find that nothing of this happened, and say so in the tables
        differing, recount = asyncio.run(_fill(town, said.facts))
        taken = _read(town.base, said.rounds)
        os.kill(worker, 18)
    return _report(said, differing, recount, taken)


async def _fill(town: Running, facts: int) -> tuple[int, float]:
    """Write the facts and their sums; return how many sums differ from a count of all, and its seconds."""
    settings = Settings.from_env(town.env)
    configure_core(settings)
    await open_database(settings.database, modules=MODEL_MODULES)
    now = datetime.now(UTC)
    homes = [await _home(number, now) for number in range(HOMES)]
    await sweep_indicators(actor=system_actor("bench"), now=now)  # the evaluators, over the town's own rows
    each = facts // len(INDICATORS)
    laid = []
    for place, indicator in enumerate(INDICATORS):
        definition = indicator.definition
        since = period_of(definition.cadence, local_date(now)).first
        made = [_fact(homes[at % HOMES], 10**9 * (place + 1) + at) for at in range(each)]
        for start in range(0, each, BATCH):
            await IndicatorFact.bulk_create(
                [
                    _row(definition.code, definition.version, since, fact, now)
                    for fact in made[start : start + BATCH]
                ]
            )
        counted = await rolled_up(tile_of(definition), [since])
        sums = Counter(dict(counted.sums) if counted else {}) + Counter(sums_of(made))
        await _lay_down(tile=tile_of(definition), since=since, sums=sums, now=now)
        laid.append((definition, since))
    began, differing = time.perf_counter(), 0
    for definition, since in laid:
        kept = await rolled_up(tile_of(definition), [since])
        again = await sums_known(definition, since, moment=None)
        differing += kept is None or dict(kept.sums) != dict(again)
    recount = time.perf_counter() - began
    await close_database()
    return differing, recount


@action
async def _lay_down(*, tile: str, since: date, sums: Any, now: datetime) -> None:
    await lay_down(tile, since, sums, now=now)


async def _home(number: int, now: datetime) -> int:
    row = Institution(
        name=f"比较用养老院{number:03}",
        kind=InstitutionKind.NURSING_HOME,
        uscc=f"523302{number % 7:02}MJ{number:07}X",
        filed=True,
        beds=100,
        created_at=now,
    )
    await row.save()
    return int(row.id)


def _fact(home: int, subject: int) -> Fact:
    known = (subject, f"0{subject:025}")
    return met(home, known) if subject % 3 else unmet(home, known, "none")


def _read(base: str, rounds: int) -> dict[str, list[float]]:
    """Open the pages in turn, as the bureau; return the milliseconds of each answer."""
    client = httpx.Client(base_url=base, timeout=60)
    code = pyotp.TOTP(cast.TOTP_SECRET).now()
    client.post("/admin/sign-in", data={"login": "qian", "password": cast.CONSOLE_PASSWORD, "code": code})
    taken: dict[str, list[float]] = {path: [] for path in (LIST, BOARD, SHEET)}
    for _ in range(rounds):
        for path, times in taken.items():
            began = time.perf_counter()
            client.get(path).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    return taken


def _report(said: Any, differing: int, recount: float, taken: dict[str, list[float]]) -> int:
    middle = {path: statistics.median(times) for path, times in taken.items()}
    ratio = middle[BOARD] / middle[LIST]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    engine = "SQLite" if said.embedded else "MariaDB"
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}; {engine}; {said.facts} facts"
    )
    for path, times in taken.items():
        print(
            f"{path:<40} {statistics.median(times):>8.1f} ms (95 %: {statistics.quantiles(times, n=20)[-1]:.1f})"
        )
    print(f"{'board in list pages':<40} {ratio:>8.2f}, at most {MOST}")
    print(f"{'one indicator of 200 homes, in list pages':<40} {middle[SHEET] / middle[LIST]:>7.2f}")
    print(f"{'seconds to count all facts again':<40} {recount:>8.1f}")
    print(f"{'sums that differ from that count':<40} {differing:>8}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    found = {"facts": said.facts, "engine": engine, "ratio": ratio, "medians": middle, "differing": differing}
    (RESULTS / "indicators.json").write_text(json.dumps(found, indent=1))
    return int(ratio > MOST or differing > 0)


if __name__ == "__main__":
    sys.exit(main())
