"""`python -m bench.growth`: what a read costs when the record holds 50 000, 500 000 and 5 000 000 entries.

Three schemas on one MariaDB that writes every commit to the disk, each served by a process of its own, asked in turn. Through the
product over HTTP, so with sign-in, consent and access trail. Ratios to the smallest are what is to be read. What the same 500
families ask for lies in the database's memory after the first round: this is how the work grows, not how fast the disk is.
"""

import argparse
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyotp

from bench import processes
from bench.database import Work
from bench.grown import Asking, Grown, askings, grown
from bench.measuring import Variant, machine, written
from server.demo import cast
from tests.rings import private_redis

SIZES, SHORT = (50_000, 500_000, 5_000_000), (5_000, 50_000, 500_000)
MOST = 1.3  # times the smallest
FAMILIES = 500  # who ask; the short city has just 125
MANAGER = "he"  # of the town's own home
RECORD = "/api/v1/residents/{0.resident_uid}/record/entries"
ROSTER, NEXT = "/admin/residents", re.compile(r'href="[^"]*[?&;]after=([\w-]+)')


@dataclass(frozen=True)
class Read:
    """One kind of read at every size, the smallest first."""

    name: str
    variants: Sequence[Variant]

    def costs(self, variant: Variant) -> list[float]:
        """Return how many times the smallest's time a read takes here, round by round, in order of size."""
        return sorted(1 / ratio for ratio in variant.ratios(self.variants[0]))


@dataclass(frozen=True)
class Place:
    """One size, served."""

    city: Grown
    served: processes.Served

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.served.port}", timeout=60)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench growth")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--short", action="store_true", help="smaller cities and few rounds, to see whether it runs"
    )
    given = parser.parse_args()
    if given.short:
        given.rounds, given.seconds = 2, 1.0
    with ExitStack() as stack:
        cities = stack.enter_context(grown(SHORT if given.short else SIZES))
        for city in cities:
            print(
                f"{city.entries:>9} entries: built in {city.seconds:.0f} s, {city.bytes / 1e9:.2f} GB",
                flush=True,
            )
        work = Work(cities[0].url)
        scratch = stack.enter_context(tempfile.TemporaryDirectory())
        redis = stack.enter_context(private_redis(Path(scratch)))
        places = [
            Place(city, stack.enter_context(_served(city, redis.replace("/0", f"/{number}"))))
            for number, city in enumerate(cities)
        ]
        reads = _reads(places)
        for number in range(given.rounds + 1):
            for read in reads:
                for variant in read.variants:
                    variant.measure(work, connections=given.connections, seconds=given.seconds)
                    if not number:
                        variant.rounds.clear()  # the first is to warm
        return _tell(reads, cities, given, work.settings())


def _served(city: Grown, redis: str) -> AbstractContextManager[processes.Served]:
    return processes.ours(city.folder / "ours", DATABASE_URL=city.url, REDIS_URL=redis)


def _reads(places: Sequence[Place]) -> list[Read]:
    """Prepare each kind of read at each size, and see that it shows as much everywhere."""
    made: dict[str, list[Variant]] = {}
    shown: dict[str, list[int]] = {}
    for place in places:
        families = askings(place.city, FAMILIES)
        with place.client() as client:
            console, first, second = _roster(client)
            for name, path_of in (
                ("20 latest records of a resident", RECORD.format),
                ("their next page", _next_page(client)),
                ("a family's appointments", lambda _: "/api/v1/appointments"),
            ):
                requests = [
                    _request(path_of(family), f"Authorization: Bearer {family.token}") for family in families
                ]
                made.setdefault(name, []).append(_variant(name, place, requests))
                shown.setdefault(name, []).append(_items(client, path_of(families[-1]), families[-1]))
        for name, path, rows in (
            ("the console's roster", ROSTER, first[1]),
            ("its next page", first[0], second),
        ):
            made.setdefault(name, []).append(_variant(name, place, [_request(path, f"Cookie: {console}")]))
            shown.setdefault(name, []).append(rows)
    for name, counts in shown.items():
        if len(set(counts)) > 1 or not counts[0]:
            message = f"{name}: {counts} rows at the sizes asked, not the same"
            raise SystemExit(message)
        print(f"{name}: {counts[0]} rows at every size")
    return [Read(name, variants) for name, variants in made.items()]


def _variant(name: str, place: Place, requests: Sequence[bytes]) -> Variant:
    return Variant(f"{name}, {place.city.entries}", place.served.port, requests, place.served.pids)


def _request(path: str, header: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{header}\r\n\r\n".encode()


def _next_page(client: httpx.Client) -> Callable[[Asking], str]:
    """Return how a family comes to its second page: by the cursor that the first one gave."""

    def path_of(family: Asking) -> str:
        first = _answer(client, RECORD.format(family), family).json()
        return f"{RECORD.format(family)}?after={first['next']}"

    return path_of


def _items(client: httpx.Client, path: str, family: Asking) -> int:
    return len(_answer(client, path, family).json()["items"])


def _answer(client: httpx.Client, path: str, family: Asking) -> httpx.Response:
    answer = client.get(path, headers={"Authorization": f"Bearer {family.token}"})
    answer.raise_for_status()
    return answer


def _roster(client: httpx.Client) -> tuple[str, tuple[str, int], int]:
    """Sign the manager in; return her cookie, where the second page is, and how many rows both have."""
    code = pyotp.TOTP(cast.TOTP_SECRET).now()
    client.post("/admin/sign-in", data={"login": MANAGER, "password": cast.CONSOLE_PASSWORD, "code": code})
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    first = client.get(ROSTER).raise_for_status().text
    found = NEXT.search(first)
    if found is None:
        message = "the roster has no second page"
        raise SystemExit(message)
    after = f"{ROSTER}?after={found[1]}"
    return cookie, (after, _rows(first)), _rows(client.get(after).raise_for_status().text)


def _rows(page: str) -> int:
    return page.count('<th scope="row"')


def _tell(reads: Sequence[Read], cities: Sequence[Grown], given: argparse.Namespace, durability: str) -> int:
    print(f"{machine()}; {durability}; one web process each, {given.connections} connections")
    print(
        f"{given.rounds} rounds of {given.seconds:g} s, {FAMILIES} families in turn at most; medians;"
        f" × is time a read, by the smallest of the same round (least to most), limit {MOST:g}"
    )
    heads = ("per s", "CPU µs", "DB µs", "stmts", "p50 ms", "p99 ms", "load")
    print(f"{'':<34}{'entries':>10} {'×':>22}" + "".join(f"{head:>9}" for head in heads))
    slower, kept = [], dict[str, object]()
    for read in reads:
        for city, variant in zip(cities, read.variants, strict=True):
            costs = read.costs(variant)
            middle = statistics.median(costs)
            names = ("per_second", "cpu_us", "database_us", "statements", "p50_ms", "p99_ms", "load")
            figures = "".join(
                f"{variant.middle(name):>9.{n}f}"
                for name, n in zip(names, (0, 0, 0, 2, 1, 1, 1), strict=True)
            )
            over = middle > MOST
            slower += [f"{variant.name}: {middle:.2f}"] if over else []
            spread = f"{middle:.2f} ({costs[0]:.2f} to {costs[-1]:.2f}){' !' if over else ''}"
            print(f"{read.name:<34}{city.entries:>10} {spread:>22}{figures}")
            kept[variant.name] = {"times_the_smallest": middle, "rounds": variant.rounds}
    built = [{"entries": city.entries, "seconds": city.seconds, "bytes": city.bytes} for city in cities]
    found = {"durability": durability, "most": MOST, "built": built, "slower": slower, "reads": kept}
    print(f"written to {written('growth', found)}")
    return int(bool(slower))


if __name__ == "__main__":
    sys.exit(main())
