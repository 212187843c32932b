"""`python -m bench.scale`: the console's lists in a city of 100 000 residents against the same lists in the town.

Both stand on SQLite, served by the same program at the same time and asked in turn, so that a busy machine is busy for
both: read the ratios. What is timed is the first byte, which the page's queries precede.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyotp

from bench import city
from server.demo import cast
from tests.console.walking import DOWNLOADS, PLAIN, route_of
from tests.running import inherited, running

MOST = 3.0  # times as long as in the town
# Who opens a page here: the first of these who may, those who reach most before those who reach less.
READERS = ("jin", "zhao", "qian", "shen", "xu", "zheng", "root")
WORDS = "长者"  # what is looked for in the command box
FIND = "/admin/find"
NOT_PAGES = {"/admin/sign-in", *(page for page in PLAIN if route_of(page) in DOWNLOADS)}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Visitor:
    """Somebody signed in to one of the two."""

    client: httpx.Client
    csrf: str = ""

    def first_byte(self, page: str) -> float:
        """Return the milliseconds until the page begins."""
        began = time.perf_counter()
        with self._asked(page) as answer:
            taken = time.perf_counter() - began
            answer.read()
        if answer.status_code != httpx.codes.OK:
            message = f"{page}: {answer.status_code}"
            raise SystemExit(message)
        return taken * 1000

    def may_open(self, page: str) -> bool:
        with self._asked(page) as answer:
            return answer.status_code == httpx.codes.OK

    def _asked(self, page: str) -> AbstractContextManager[httpx.Response]:
        if page != FIND:
            return self.client.stream("GET", page)
        said = {"csrf": self.csrf, "key": f"bench-{time.time_ns()}", "words": WORDS}
        return self.client.stream("POST", FIND, data=said)


@dataclass
class Place:
    base: str
    visitors: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, login: str) -> Visitor:
        if login not in self.visitors:
            client = httpx.Client(base_url=self.base, timeout=60)
            said = {
                "login": login,
                "password": cast.CONSOLE_PASSWORD,
                "code": pyotp.TOTP(cast.TOTP_SECRET).now(),
            }
            client.post("/admin/sign-in", data=said)
            found = CSRF.search(client.get("/admin").text)
            self.visitors[login] = Visitor(client, found[1] if found else "")
        return self.visitors[login]


@contextmanager
def both(*, analyze: bool) -> Iterator[tuple[Place, Place]]:
    """Build the town once, make a city of its copy, and serve the two side by side."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        small, large = Path(scratch, "town"), Path(scratch, "city")
        env = inherited() | {"DATA_DIR": str(small / "data"), "ARGON2_MEMORY_KIB": "64"}
        (small / "data").mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "server", "demo"], env=env, check=True, stdout=subprocess.DEVNULL
        )
        shutil.copytree(small, large)
        began = time.monotonic()
        city.load(large / "data" / "alliance.db", analyze=analyze)
        print(f"{city.RESIDENTS} residents in {city.HOMES} homes, loaded in {time.monotonic() - began:.0f} s")
        yield (
            Place(stack.enter_context(running(small)).base),
            Place(stack.enter_context(running(large)).base),
        )


def pages_of(place: Place, readers: Sequence[str], wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each page that needs nothing in its address, and the search, with somebody who may open it."""
    for page in wanted or [*PLAIN, FIND]:
        login = next((each for each in readers if place.visitor(each).may_open(page)), None)
        if login and page not in NOT_PAGES:
            yield login, page


def measured(
    places: tuple[Place, Place], pages: Iterable[tuple[str, str]], rounds: int
) -> dict[tuple[str, str], tuple[float, float]]:
    """Ask for each page in turn here and there, and return both medians."""
    taken: dict[tuple[str, str], tuple[list[float], list[float]]] = {each: ([], []) for each in pages}
    for number in range(rounds + 1):
        for (login, page), both_times in taken.items():
            for place, times in zip(places, both_times, strict=True):
                spent = place.visitor(login).first_byte(page)
                if number:  # the first answer of a process is nobody's
                    times.append(spent)
    return {
        page: (statistics.median(small), statistics.median(large)) for page, (small, large) in taken.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--analyze", action="store_true", help="let SQLite count its tables first")
    parser.add_argument("--readers", nargs="+", default=READERS, metavar="LOGIN", help="who opens a page")
    parser.add_argument("pages", nargs="*", help="only these: /admin/board …")
    said = parser.parse_args()
    rounds = said.rounds
    with both(analyze=said.analyze) as places:
        found = measured(places, pages_of(places[0], said.readers, said.pages), rounds)
    print(f"{rounds} rounds, medians of the first byte in ms, load {os.getloadavg()[0]:.1f}")
    print(f"{'page':<40} {'town':>8} {'city':>8} {'×':>6}")
    for (login, page), (small, large) in found.items():
        print(
            f"{f'{login} {page}':<40} {small:>8.1f} {large:>8.1f} {large / small:>6.2f}{' !' if large / small > MOST else ''}"
        )
    return int(any(large / small > MOST for small, large in found.values()))


if __name__ == "__main__":
    sys.exit(main())
