"""`python -m bench.telling`: whether somebody can tell by the clock that what is refused exists (reliability 2.3 D).

A signed-in family asks in turn for another family's record and for one that nobody has. Both answers are the same words; here
the difference of their times is told, beside the difference between two who do not exist, which is the noise of this run.
"""

import argparse
import statistics
import sys
import time

import httpx

from bench import processes
from bench.measuring import machine, written
from bench.settled import settled
from bench.town import families
from server.kit.ids import new_uid

MOST_MS = 2.0
PATHS = (
    "/residents/{0}/record/entries",
    "/residents/{0}/record/summary",
    "/residents/{0}/visits",
    "/residents/{0}/home-beds",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench telling")
    parser.add_argument("--pairs", type=int, default=1000, help="at each door")
    given = parser.parse_args()
    with settled() as city:
        settings = {"DATABASE_URL": city.url, "REDIS_URL": city.redis}
        with processes.ours(city.folder / "ours", **settings) as served:
            own, *others = families(city.url, 200)
            with httpx.Client(base_url=f"http://127.0.0.1:{served.port}/api/v1", timeout=30) as client:
                client.headers["Authorization"] = f"Bearer {own.token}"
                found = {
                    path: _told(client, path, [each.resident_uid for each in others], given.pairs)
                    for path in PATHS
                }
    print(f"{machine()}; {given.pairs} pairs at each door, in turn")
    print(f"{'median difference, ms':<44}{'theirs by nobody’s':>20}{'two of nobody’s':>20}")
    for path, (theirs, noise) in found.items():
        word = "reached" if abs(theirs) < MOST_MS else "missed"
        print(f"{path.format('…'):<44}{theirs:>20.3f}{noise:>20.3f}  {word}, wanted below {MOST_MS:g}")
    print(f"written to {written('telling', {'pairs': given.pairs, 'median_ms': found, 'most_ms': MOST_MS})}")
    return int(any(abs(theirs) >= MOST_MS for theirs, _ in found.values()))


def _told(client: httpx.Client, path: str, others: list[str], pairs: int) -> tuple[float, float]:
    """Return the medians of what theirs took longer than nobody's, and nobody's than another nobody's."""
    theirs, noise = list[float](), list[float]()
    for number in range(pairs):
        uids = [others[number % len(others)], new_uid(), new_uid()]
        turn = number % 3  # whoever is asked first finds the process colder
        taken = {
            uids[place % 3]: _asked(client, path.format(uids[place % 3])) for place in range(turn, turn + 3)
        }
        theirs.append(taken[uids[0]] - taken[uids[1]])
        noise.append(taken[uids[2]] - taken[uids[1]])
    return statistics.median(theirs), statistics.median(noise)


def _asked(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code != httpx.codes.NOT_FOUND:
        message = f"{path}: {answer.status_code}, where nothing should be"
        raise SystemExit(message)
    return taken


if __name__ == "__main__":
    sys.exit(main())
