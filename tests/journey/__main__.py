"""`make journey`: start the product freshly, walk through the whole main job over HTTP, on both engines."""

import sys
import tempfile
import time
from pathlib import Path

from tests import rings
from tests.journey.rosters import faulty_roster, whole_roster
from tests.journey.steps import STEPS, Journey, WrongAnswer
from tests.running import Running, running


def walk(town: Running) -> bool:
    journey = Journey(town)
    journey.known |= {"roster": whole_roster(), "faulty_roster": faulty_roster()}
    for number, step in enumerate(STEPS, 1):
        name = step.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            told = step(journey)
        except WrongAnswer as wrong:
            print(f"  ✗ {number:>2} {name}\n{wrong}\n--- server log\n{town.log()[-3000:]}")
            return False
        print(f"  ✓ {number:>2} {name}  ({time.monotonic() - began:.1f} s)\n       {told}", flush=True)
    return True


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        print("SQLite, two web processes, one worker, no Redis", flush=True)
        with running(folder / "sqlite", WEB_WORKERS="2") as town:
            fine = walk(town)
        here, reason = rings.servers_or_reason()
        if not here:
            print(reason)
            return 1
        print("MariaDB and Redis, two web processes, one worker", flush=True)
        maria, redis = folder / "maria", folder / "redis"
        maria.mkdir()
        redis.mkdir()
        with rings.private_mariadb(maria, flush=1) as server, rings.private_redis(redis) as shared:
            url = rings.new_schema(server, "alliance")
            with running(folder / "mysql", WEB_WORKERS="2", DATABASE_URL=url, REDIS_URL=shared) as town:
                fine = walk(town) and fine
    print("the whole main job works on both engines" if fine else "the journey ended early")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
