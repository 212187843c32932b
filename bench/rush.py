"""A morning's rush for seats, over HTTP: two web processes, every commit on the disk, 200 and 2 000 people, one slot or fifty.

Served together, as the product does, against the same program booking one by one. Afterwards the database is asked: nobody
sits where there is no seat, nobody who was told so is missing, and no seat stayed free while somebody was refused.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import count

import httpx

from bench.database import Work
from bench.measuring import machine, written
from bench.settled import City, settled
from bench.town import Family, families, new_slots
from server.supervisor import listening_socket
from tests.rings import connect_to
from tests.running import inherited
from tests.servers import free_port

WAYS = {"together": "server", "one by one": "bench.plainly"}  # the module that is a web process
SEATS = {1: 50, 50: 3}  # of each slot, by how many slots there are; for 200 people
FULL = "booking.slot_full"
WARMING = 50  # people
READY_WITHIN = 60.0  # seconds
IN_A_ROW = 20  # answers of "ready", so that both of them have given some
marks = count(time.time_ns() // 1_000_000)


@dataclass(frozen=True)
class Outcome:
    """What came of one rush."""

    way: str
    people: int
    slots: int
    per_second: float  # served: booked or told that the slot is full
    p50_ms: float
    p99_ms: float
    longest_by_median: float
    latest_seated: (
        int  # the last asker who still got a seat, counted from 1; the fewer beyond the seats, the fairer
    )
    booked: int
    refused: int
    failed: int  # 5xx, cut off
    failures: dict[str, int]
    oversold: int  # seats beyond the capacity
    lost: int  # told that they are booked, and not in the database
    unheard: int  # booked after they had been told to ask again; the same key finds it
    left_free: int  # seats, while somebody was refused
    load: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench rush")
    parser.add_argument(
        "--rounds", type=int, default=2
    )  # everybody books once: a third round needs more families
    parser.add_argument("--people", type=int, nargs="+", default=[200, 2000])
    given = parser.parse_args()
    with ExitStack() as stack:
        city = stack.enter_context(settled())
        ports = {way: stack.enter_context(_web(city, module)) for way, module in WAYS.items()}
        wanted = sum(given.people) * 4 * given.rounds + 4 * WARMING
        found = families(city.url, wanted)
        if len(found) < wanted:
            parser.error(
                f"{wanted} people are wanted, and the city has {len(found)} families: ask for fewer rounds"
            )
        crowd = iter(found)
        for port in ports.values():  # to warm up
            for slots in SEATS:
                _one(city, port, "", [next(crowd) for _ in range(WARMING)], slots)
        outcomes = [
            _one(city, port, way, [next(crowd) for _ in range(people)], slots)
            for _ in range(given.rounds)
            for people in given.people
            for slots in SEATS
            for way, port in ports.items()
        ]
        return _tell(outcomes, Work(city.url).settings())


@contextlib.contextmanager
def _web(city: City, module: str) -> Iterator[int]:
    """Run two web processes on one socket, as the supervisor does."""
    port = free_port()
    listener = listening_socket("127.0.0.1", port)
    env = inherited() | {
        "DATABASE_URL": city.url,
        "REDIS_URL": city.redis,
        "DATA_DIR": str(city.folder / "ours/data"),
        "RATE_FACTOR": "1000000",
    }
    arguments = [] if module.startswith("bench") else ["web"]
    command = [sys.executable, "-m", module, *arguments, "--fd", str(listener.fileno())]
    web = [
        subprocess.Popen(
            command,
            env=env,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    try:
        _wait_for(port)
        yield port
    finally:
        for process in web:
            process.terminate()
        for process in web:
            process.wait()
        listener.close()


def _wait_for(port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    in_a_row = 0
    while in_a_row < IN_A_ROW:
        if _is_ready(port):
            in_a_row += 1
            continue
        in_a_row = 0
        if time.monotonic() > until:
            message = f"the web processes did not become ready within {READY_WITHIN:.0f} s"
            raise SystemExit(message)
        time.sleep(0.2)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _one(city: City, port: int, way: str, people: Sequence[Family], slots: int) -> Outcome:
    capacity = SEATS[slots] * (1 if slots == 1 else max(1, len(people) // 200))
    uids = new_slots(city.url, f"{next(marks) % 10**11:011}", slots, capacity=capacity)
    asked = [uids[number % slots] for number in range(len(people))]
    requests = [
        booking_request(slot, person, number)
        for number, (slot, person) in enumerate(zip(asked, people, strict=True))
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bench.crowd", "--port", str(port)],
        input=b"\0".join(requests), capture_output=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    answers = list(zip(found["statuses"], found["bodies"], strict=True))
    told = {body["uid"] for status, body in answers if status == httpx.codes.CREATED}
    refused = sum(body.get("code") == FULL for _, body in answers)
    waits = sorted(found["waits"])
    taken, there = kept(city, uids)
    free = sum(capacity - taken[uid] for uid in uids if taken[uid] < min(capacity, asked.count(uid)))
    return Outcome(
        way=way,
        people=len(people),
        slots=slots,
        per_second=(len(told) + refused) / waits[-1],
        p50_ms=statistics.median(waits) * 1000,
        p99_ms=waits[int(len(waits) * 0.99) - 1] * 1000,
        longest_by_median=waits[-1] / statistics.median(waits),
        latest_seated=max(
            (place for place, (status, _) in enumerate(answers, 1) if status == httpx.codes.CREATED),
            default=0,
        ),
        booked=len(told),
        refused=refused,
        failed=len(people) - len(told) - refused,
        failures=dict(Counter(_failure(*each) for each in answers if _failure(*each))),
        oversold=sum(max(0, taken[uid] - capacity) for uid in uids),
        lost=len(told - there),
        unheard=len(there - told),
        left_free=free,
        load=os.getloadavg()[0],
    )


def _failure(status: int, body: dict[str, str]) -> str:
    fine = status == httpx.codes.CREATED or body.get("code") == FULL
    return "" if fine else f"{status} {body.get('code', '')}"


def booking_request(slot: str, person: Family, number: int) -> bytes:
    body = json.dumps({"resident": person.resident_uid, "reason": "复诊"}).encode()
    head = (
        f"POST /api/v1/slots/{slot}/appointments HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {person.token}\r\n"
        f"Idempotency-Key: {slot}-{number}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def kept(city: City, slots: Sequence[str]) -> tuple[Counter[str], set[str]]:
    """Return how many sit in each slot and their appointments, once the slots' own counts were found to agree."""
    with closing(connect_to(city.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.uid, a.uid FROM appointment a JOIN slot s ON s.id = a.slot_id WHERE a.status = 'booked' AND s.uid IN %s",
            (tuple(slots),),
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT uid, booked FROM slot WHERE uid IN %s", (tuple(slots),))
        counted = dict(cursor.fetchall())
    taken = Counter(slot for slot, _ in rows)
    if any(taken[slot] != counted[slot] for slot in slots):
        message = "a slot's count is not that of its appointments"
        raise SystemExit(message)
    return taken, {appointment for _, appointment in rows}


def _tell(outcomes: Sequence[Outcome], durability: str) -> int:
    print(f"{machine()}; {durability}; two web processes")
    heads = (
        "× one by one",
        "per s",
        "p50 ms",
        "p99 ms",
        "longest/p50",
        "last seated",
        "booked",
        "refused",
        "failed",
        "oversold",
        "lost",
        "unheard",
        "free",
    )
    print(f"{'':<34}" + "".join(f"{head:>13}" for head in heads))
    for people, slots in dict.fromkeys((each.people, each.slots) for each in outcomes):
        mine = {
            way: [e for e in outcomes if (e.way, e.people, e.slots) == (way, people, slots)] for way in WAYS
        }
        for way, rounds in mine.items():
            ratios = [
                own.per_second / other.per_second
                for own, other in zip(rounds, mine["one by one"], strict=True)
            ]
            middle = [
                statistics.median(ratios),
                *(
                    _middle(rounds, name)
                    for name in ("per_second", "p50_ms", "p99_ms", "longest_by_median", "latest_seated")
                ),
            ]
            sums = [
                sum(getattr(each, name) for each in rounds)
                for name in ("booked", "refused", "failed", "oversold", "lost", "unheard", "left_free")
            ]
            name = f"{people} people, {slots} slot{'s' * (slots > 1)}, {way}"
            print(
                f"{name:<34}"
                + "".join(f"{each:>13.1f}" for each in middle)
                + "".join(f"{each:>13}" for each in sums)
            )
    print(
        f"written to {written('rush', {'durability': durability, 'outcomes': [asdict(each) for each in outcomes]})}"
    )
    served = [each for each in outcomes if each.way == "together"]
    return int(any(each.failed or each.oversold or each.lost for each in served))


def _middle(rounds: Sequence[Outcome], name: str) -> float:
    return statistics.median(getattr(each, name) for each in rounds)


if __name__ == "__main__":
    sys.exit(main())
