"""`python -m bench.standing`: what people meet who use it all together: a working day, an opening, a flood, and hours of it.

Two web processes, MariaDB with every commit on the disk, Redis; no worker and no nginx, whose limits would hide the product's own.
Each figure of reliability.md 2.2 stands beside what was found. It asks for 600 requests a second on two cores; here the generator
and the database have the same two, so that its share of them is part of what is measured.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench import processes
from bench.arrivals import CUT, GAVE_UP, KEPT_OUT, Told
from bench.database import Work
from bench.measuring import machine, written
from bench.processes import Served
from bench.rush import FULL, booking_request, kept
from bench.settled import City, settled
from bench.town import Family, families, new_slots
from tests.rings import connect_to

PEOPLE, SEATS, PLACES = 5_000, 25, 20  # who come for how many seats at each of so many times
OPENS_FOR = 60.0  # seconds
EARLY = 10.0  # seconds in which half of them come
FLOOD, AFTERWARDS = 30.0, 30.0  # seconds
SLICE = 600.0  # seconds of a soak that one process of visitors is asked for
RESTING = 5.0  # seconds in which what is open may close before it is counted
WARMING = 10.0  # seconds
WORDS = {GAVE_UP: "gave up after 12 s", CUT: "cut off", KEPT_OUT: "no line free"}
REACH = {
    "mixed": {"per_second": 600, "p50_ms": 30, "p99_ms": 200, "failed": 0},
    "opening": {"booked": PLACES * SEATS, "unanswered": 0, "p99_ms": 2000, "not_seated": 0, "oversold": 0},
    "overload": {"refusal_ms": 1000, "without_pause": 0, "p99_ms": 500, "failed": 0, "normal_after": 10},
    "soak": {"memory_growth": 0.05, "files_more": 0, "pool_used": 0, "tasks_more": 0, "failed": 0},
}
SPEECH = {
    "per_second": "answers a second",
    "p50_ms": "p50, ms",
    "p99_ms": "p99, ms",
    "failed": "failed",
    "booked": "seats taken, by the table",
    "unanswered": "neither seated nor told that it is full",
    "not_seated": "told yes, and without a seat in the table",
    "oversold": "seated beyond the capacity",
    "refusal_ms": "429 or 503 said within, p99, ms",
    "without_pause": "429 or 503 without Retry-After",
    "normal_after": "normal after the flood, s",
    "memory_growth": "memory of the largest process, growth",
    "files_more": "open files more than at the start",
    "pool_used": "connections of the pool at work",
    "tasks_more": "tasks more than at the start",
}
LEAST = {"per_second"}  # wanted at least; the rest at most, and what follows exactly
EXACTLY = {"booked"}
WRONG = ("not_seated", "oversold")  # and not only slow


@dataclass(frozen=True)
class Found:
    part: str
    load: str  # under which it was found
    figures: dict[str, float | None]  # of those that are wanted; None is never
    besides: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, float] = field(default_factory=dict)  # wanted of fewer people than should come

    def wanted(self, name: str) -> float:
        return self.instead.get(name, REACH[self.part][name])

    def reached(self, name: str) -> bool:
        found, wanted = self.figures[name], self.wanted(name)
        if found is None:
            return False
        if name in LEAST:
            return found >= wanted
        return found == wanted if name in EXACTLY else found <= wanted


@dataclass
class Standing:
    """The product with its people, and what it served when it was asked as fast as it answered."""

    city: City
    served: Served
    booking: Sequence[Family]  # who come to the opening
    reading: Sequence[Family]
    slots: Sequence[str]
    connections: int
    per_second: float = 0.0

    def visited(self, **errand: Any) -> tuple[list[Told], float]:
        """Send visitors; return what they were told, and how late they themselves were (p99, ms)."""
        said = {"port": self.served.port, "mark": f"{time.time_ns()}", **errand}
        if "requests" not in said:
            said |= {
                "families": [(each.token, each.resident_uid) for each in self.reading],
                "slots": list(self.slots),
            }
            self._go_home()
            families(self.city.url, 1)  # whose sessions have then been seen just now: hours outlast them
        done = subprocess.run(
            [sys.executable, "-m", "bench.arrivals"],
            input=json.dumps(said).encode(), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        found = json.loads(done.stdout)
        return [Told(*each) for each in found["told"]], found["late_ms"]

    def _go_home(self) -> None:
        """Give back the seats that earlier visitors had not: those who come next know nothing of them."""
        with closing(connect_to(self.city.url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "DELETE a FROM appointment a JOIN slot s ON s.id = a.slot_id WHERE s.uid IN %s",
                (tuple(self.slots),),
            )
            cursor.execute("UPDATE slot SET booked = 0 WHERE uid IN %s", (tuple(self.slots),))
            connection.commit()

    def state(self) -> dict[str, float]:
        """Return what the web processes hold, by their own figures."""
        text = httpx.get(f"http://127.0.0.1:{self.served.port}/metrics", timeout=30).raise_for_status().text
        return {
            family.name: sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if family.name in ("process_memory_bytes", "process_open_files", "pool_used", "tasks")
            and sample.labels.get("part") == "web"
        }


def mixed(standing: Standing, given: argparse.Namespace) -> Found:
    seconds = given.minutes * 60 if given.minutes else given.seconds
    standing.visited(lines=standing.connections, seconds=WARMING)
    told, late = standing.visited(lines=standing.connections, seconds=seconds)
    standing.per_second = sum(each.is_fine for each in told) / seconds
    figures = {"per_second": standing.per_second, **_waits(told), "failed": len(_failed(told))}
    load = f"{standing.connections} connections in turn, nine reads to a write, {seconds:.0f} s"
    return Found("mixed", load, figures, {"late_ms": late, "statuses": _statuses(told)})


def opening(standing: Standing, given: argparse.Namespace) -> Found:
    """Half of them come in the first ten seconds, each for one time; nobody asks twice."""
    people = standing.booking[: given.people]
    mark = f"{time.time_ns() // 1_000_000 % 10**11:011}"
    seats = max(1, len(people) * SEATS // PEOPLE)
    uids = new_slots(standing.city.url, mark, PLACES, capacity=seats)
    chance = random.Random(2026)
    times = sorted(chance.uniform(0, EARLY if chance.random() < 0.5 else OPENS_FOR) for _ in people)
    requests = [
        (due, booking_request(uids[number % PLACES], person, number).decode())
        for number, (due, person) in enumerate(zip(times, people, strict=True))
    ]
    told, late = standing.visited(requests=requests)
    taken, there = kept(standing.city, uids)
    figures = {**seated(told, there, taken, seats), "p99_ms": _waits(told)["p99_ms"]}
    load = f"{len(people)} people within {OPENS_FOR:.0f} s, half of them in {EARLY:.0f}, for {PLACES} times of {seats} seats"
    besides = {"late_ms": late, "statuses": _statuses(told), "unheard": len(there) - len(_yes(told) & there)}
    return Found("opening", load, figures, besides, {"booked": seats * PLACES})


def seated(told: Sequence[Told], there: set[str], taken: Counter[str], seats: int) -> dict[str, float | None]:
    """Compare what people were told with the appointments that the table holds."""
    yes = [each.said for each in told if each.status == httpx.codes.CREATED]
    full = sum(each.said == FULL for each in told)
    return {
        "booked": sum(taken.values()),
        "unanswered": len(told) - len(yes) - full,
        # One seat told to two people is one told in vain.
        "not_seated": len(set(yes) - there) + len(yes) - len(set(yes)),
        "oversold": sum(max(0, count - seats) for count in taken.values()),
    }


def overload(standing: Standing, given: argparse.Namespace) -> Found:
    flood, after = given.flood, AFTERWARDS
    rates = [(3 * standing.per_second, flood), (standing.per_second / 2, after)]
    told, late = standing.visited(rates=rates)
    flooded = [each for each in told if each.due < flood]
    fine, refused = [e for e in flooded if e.is_fine], [e for e in flooded if e.is_refused]
    unserved = len(flooded) - len(fine)
    figures = {
        # Who is served needs no refusal; who is neither served nor refused was never told.
        "refusal_ms": _waits(refused)["p99_ms"] if refused else None if unserved else 0.0,
        "without_pause": sum(not each.pause for each in refused),
        "p99_ms": _waits(fine)["p99_ms"] if fine else None,
        "failed": unserved - len(refused),
        "normal_after": normal_after(told, flood, most_ms=REACH["overload"]["p99_ms"]),
    }
    besides = {
        "late_ms": late,
        "statuses": _statuses(flooded),
        "refused_share": len(refused) / len(flooded),
        "served_share": len(fine) / len(flooded),
    }
    load = f"{rates[0][0]:.0f} a second for {flood:.0f} s, then {rates[1][0]:.0f} for {after:.0f} s, in open loop"
    return Found("overload", load, figures, besides)


def normal_after(told: Sequence[Told], dropped: float, *, most_ms: float) -> float | None:
    """Return from which second after the load dropped on everybody was served in time; None if not even at the end.

    A second is in time when all who came in it were served and 99 of 100 within the limit.
    """
    seconds: dict[int, list[Told]] = {}
    for each in told:
        if each.due >= dropped:
            seconds.setdefault(int(each.due - dropped), []).append(each)
    bad = [second for second, came in seconds.items() if _failed(came) or _waits(came)["p99_ms"] > most_ms]
    normal = max(bad, default=-1) + 1
    return float(normal) if normal in seconds else None


def soak(standing: Standing, given: argparse.Namespace) -> Found:
    rate, left = standing.per_second / 2, given.soak_minutes * 60
    standing.visited(rates=[(rate, WARMING)])
    time.sleep(RESTING)
    before, statuses, late, failed = standing.state(), Counter[str](), 0.0, 0
    while left > 0:
        told, behind = standing.visited(rates=[(rate, min(SLICE, left))])
        statuses.update(_statuses(told))
        failed, late, left = failed + len(_failed(told)), max(late, behind), left - SLICE
    time.sleep(RESTING)
    after = standing.state()
    figures: dict[str, float | None] = {
        "memory_growth": after["process_memory_bytes"] / before["process_memory_bytes"] - 1,
        "files_more": after["process_open_files"] - before["process_open_files"],
        "pool_used": after["pool_used"],
        "tasks_more": after["tasks"] - before["tasks"],
        "failed": failed,
    }
    besides = {"late_ms": late, "statuses": dict(statuses), "before": before, "after": after}
    return Found(
        "soak", f"{rate:.0f} a second for {given.soak_minutes:g} minutes (24 hours wanted)", figures, besides
    )


PARTS: dict[str, Callable[[Standing, argparse.Namespace], Found]] = {
    "mixed": mixed,
    "opening": opening,
    "overload": overload,
    "soak": soak,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench standing")
    parser.add_argument("--seconds", type=float, default=60, help="of the mixed load")
    parser.add_argument("--minutes", type=float, default=0, help="the same in minutes; 30 are wanted")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--people", type=int, default=PEOPLE, help="who come to the opening; seats in proportion"
    )
    parser.add_argument("--flood", type=float, default=FLOOD, help="seconds of overload")
    parser.add_argument("--soak-minutes", type=float, default=3)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="mixed is always done first"
    )
    given = parser.parse_args()
    with ExitStack() as stack:
        city = stack.enter_context(settled())
        settings = {"DATABASE_URL": city.url, "REDIS_URL": city.redis, "WEB_WORKERS": "2"}
        served = stack.enter_context(processes.ours(city.folder / "ours", **settings))
        people = families(city.url, 25_000)
        mark = f"{time.time_ns() // 1_000_000 % 10**11:011}"
        slots = new_slots(city.url, mark, 200, capacity=1000)
        standing = Standing(city, served, people[:PEOPLE], people[PEOPLE:], slots, given.connections)
        found = [do(standing, given) for name, do in PARTS.items() if name == "mixed" or name in given.only]
        return _tell(found, Work(city.url).settings())


def _yes(told: Sequence[Told]) -> set[str]:
    return {each.said for each in told if each.status == httpx.codes.CREATED}


def _failed(told: Sequence[Told]) -> list[Told]:
    return [each for each in told if not each.is_fine]


def _waits(told: Sequence[Told]) -> dict[str, float]:
    waits = sorted(each.took for each in told)
    return {
        f"p{part}_ms": waits[math.ceil(len(waits) * part / 100) - 1] * 1000 if waits else 0.0
        for part in (50, 99)
    }


def _statuses(told: Sequence[Told]) -> dict[str, int]:
    return dict(
        Counter(
            WORDS.get(each.status, f"{each.status} {'' if each.is_fine else each.said}".strip())
            for each in told
        )
    )


def _tell(found: Sequence[Found], durability: str) -> int:
    print(f"{machine()}; {durability}; two web processes, no worker, no nginx")
    print(f"{'':<56}{'found':>12}{'wanted':>12}")
    missed = []
    for each in found:
        print(f"{each.part}: {each.load}")
        for name, value in each.figures.items():
            word = "reached" if each.reached(name) else "missed"
            missed += [f"{each.part}: {SPEECH[name]}"] if word == "missed" else []
            shown = (
                "never" if value is None else f"{value:.3f}" if name == "memory_growth" else f"{value:.0f}"
            )
            print(f"  {SPEECH[name]:<54}{shown:>12}{each.wanted(name):>12g}  {word}")
        print("  " + "; ".join(f"{key}: {_said(value)}" for key, value in each.besides.items()))
    kept_as = [
        {
            **vars(each),
            "wanted": REACH[each.part] | each.instead,
            "reached": {name: each.reached(name) for name in each.figures},
        }
        for each in found
    ]
    print(
        f"written to {written('standing', {'durability': durability, 'load': os.getloadavg(), 'parts': kept_as})}"
    )
    print("\n".join(f"missed: {each}" for each in missed) or "all reached")
    return int(any(each.part == "opening" and not each.reached(name) for each in found for name in WRONG))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count:g} × {word}" for word, count in value.items())
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
