"""The 20 latest records of one resident, with sign-in, consent and access trail: ours, raw handlers, and peers.

MariaDB writes every commit to the disk and holds 500 000 entries of 25 000 residents. Every request asks for another family's
record, by their own session. Before anything is timed all variants must give the same answer.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Any

import httpx

from bench import processes
from bench.database import Work
from bench.measuring import Variant, machine, written
from bench.processes import Served
from bench.settled import City, settled
from bench.town import Family, families
from tests.rings import connect_to

ASKING = 4096  # families in one round
PEER_TABLE = (
    "CREATE TABLE IF NOT EXISTS peer_access (id BIGINT AUTO_INCREMENT PRIMARY KEY, created_at DATETIME(6) NOT NULL,"
    " account_id BIGINT NOT NULL, resident_id BIGINT NOT NULL, categories VARCHAR(255) NOT NULL, entries INT NOT NULL,"
    " KEY (resident_id))"
)
OURS, PEER, RAW, COLUMNS = (
    "/api/v1/residents/{0.resident_uid}/record/entries",
    "/residents/{0.resident_uid}/record/entries",
    "/entries/{0.resident}",
    "/rows/{0.resident}",
)
BASES = {"aiomysql": "raw aiomysql, the same answer", "asyncmy": "raw asyncmy, the same answer"}
TARGETS = (
    ("ours on asyncmy", BASES["asyncmy"], 1.2),
    ("ours on aiomysql", BASES["aiomysql"], 1.0),
    ("ours on aiomysql", "FastAPI + SQLAlchemy ORM", 8.0),
    ("ours on aiomysql", "Django + DRF", 12.0),
)
P99_BY_P50 = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench ladder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--without-peers", action="store_true", help="raw handlers and ours only")
    given = parser.parse_args()
    with ExitStack() as stack:
        city = stack.enter_context(settled())
        url = city.url
        with closing(connect_to(url)) as connection, connection.cursor() as cursor:
            cursor.execute(PEER_TABLE)
        variants = _variants(stack, given, city)
        work = Work(url)
        _warm(variants, work, given.connections)
        for _ in range(given.rounds):
            for variant in variants:
                variant.measure(work, connections=given.connections, seconds=given.seconds)
        _tell(variants, given, work.settings())
    return 0


def _variants(stack: ExitStack, given: argparse.Namespace, city: City) -> list[Variant]:
    url = city.url
    asking = families(url, ASKING)
    servers: list[tuple[str, Served, str]] = []
    answer = city.folder / "answer.json"
    for driver in ("aiomysql", "asyncmy"):
        settings = {"DATABASE_URL": f"{url}?driver={driver}", "REDIS_URL": city.redis}
        served = stack.enter_context(processes.ours(city.folder / "ours", **settings))
        if not servers:
            answer.write_bytes(_answer(served, OURS, asking[0]).content)
        servers.append((f"ours on {driver}", served, OURS))
    for driver, name in BASES.items():
        served = stack.enter_context(processes.raw_handlers(url, driver, answer))
        servers += [(name, served, RAW), (f"raw {driver}, columns as they are", served, COLUMNS)]
    servers.append(("bare Sanic, the same bytes from memory", served, "/bare"))
    if not given.without_peers:
        servers.append(("FastAPI + SQLAlchemy ORM", stack.enter_context(processes.fastapi(url)), PEER))
        servers.append(("Django + DRF", stack.enter_context(processes.django(url)), PEER))
    for family in asking[:: ASKING // 4]:
        _ensure_same([(name, served, path) for name, served, path in servers], family)
    return [
        Variant(name, served.port, [_request(path, family) for family in asking], served.pids)
        for name, served, path in servers
    ]


def _ensure_same(servers: Sequence[tuple[str, Served, str]], family: Family) -> None:
    wanted = _answer(servers[0][1], servers[0][2], family).json()
    for name, served, path in servers:
        found = _answer(served, path, family).json()
        if path == COLUMNS:
            same = [row["uid"] for row in found] == [item["uid"] for item in wanted["items"]]
        else:
            same = path == "/bare" or found == wanted
        if not same:
            message = f"{name} does not answer what ours answers"
            raise SystemExit(message)


def _answer(served: Served, path: str, family: Family) -> httpx.Response:
    headers = {"Authorization": f"Bearer {family.token}"}
    return httpx.get(f"http://127.0.0.1:{served.port}{path.format(family)}", headers=headers, timeout=30)


def _request(path: str, family: Family) -> bytes:
    said = (
        f"GET {path.format(family)} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {family.token}\r\n\r\n"
    )
    return said.encode()


def _warm(variants: Sequence[Variant], work: Work, connections: int) -> None:
    for variant in variants:
        variant.measure(work, connections=connections, seconds=1.5)
        variant.rounds.clear()


def _tell(variants: Sequence[Variant], given: argparse.Namespace, durability: str) -> None:
    named = {variant.name: variant for variant in variants}
    bases = [named[name] for name in BASES.values()]
    print(f"{machine()}; {durability}; one web process each, pool of 10")
    print(
        f"{given.rounds} rounds of {given.seconds:g} s, {given.connections} connections, {ASKING} families in turn;"
        " medians, of ratios with (least to most)"
    )
    heads = (
        "× raw aiomysql",
        "× raw asyncmy",
        "per s",
        "CPU µs",
        "DB µs",
        "stmts",
        "p50 ms",
        "p99 ms",
        "p99/p50",
        "load",
    )
    print(f"{'':<40} {heads[0]:>20} {heads[1]:>20}" + "".join(f"{head:>8}" for head in heads[2:]))
    for variant in variants:
        ratios = "".join(f" {_spread(variant.ratios(base)):>20}" for base in bases)
        figures = [variant.middle(name) for name in ("per_second", "cpu_us", "database_us", "statements")]
        tail = sorted(each["p99_ms"] / each["p50_ms"] for each in variant.rounds)[len(variant.rounds) // 2]
        figures += [variant.middle("p50_ms"), variant.middle("p99_ms"), tail, variant.middle("load")]
        places = (0, 0, 0, 2, 1, 1, 1, 1)
        print(
            f"{variant.name:<40}{ratios}"
            + "".join(f"{each:>8.{n}f}" for each, n in zip(figures, places, strict=True))
        )
    reached = [_reached(named[own], named[base], least) for own, base, least in TARGETS if base in named]
    print("\n".join(reached))
    rounds: dict[str, Any] = {variant.name: variant.rounds for variant in variants}
    print(f"written to {written('ladder', {'durability': durability, 'reached': reached, 'rounds': rounds})}")


def _spread(ratios: Sequence[float]) -> str:
    return f"{ratios[len(ratios) // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def _reached(own: Variant, base: Variant, least: float) -> str:
    ratios = own.ratios(base)
    found = ratios[len(ratios) // 2]
    word = "reached" if found >= least else "missed"
    return f"{own.name} by {base.name}: {found:.2f}, wanted {least:g}: {word}"


if __name__ == "__main__":
    sys.exit(main())
