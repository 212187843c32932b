"""The city that the ladder and the rush share: a durable MariaDB with its tables filled, and a Redis. Kept between runs."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from bench.database import durable_mariadb
from bench.measuring import RESULTS
from bench.town import build, forget
from tests.rings import private_redis


@dataclass(frozen=True)
class City:
    url: str
    redis: str
    folder: Path


@contextmanager
def settled() -> Iterator[City]:
    folder = RESULTS.resolve() / f"city-{_version()}"
    complete = folder / "complete"  # written last: what was broken off half-way is no city, and is begun anew
    if not complete.exists():
        shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch, durable_mariadb(folder / "mariadb") as url:
        if not complete.exists():
            with processes.ours(folder / "ours", DATABASE_URL=url) as served:
                processes.sign_in(served)  # its tables, and the town of which the city is made
            build(url)
            complete.touch()
        forget(url)
        with private_redis(Path(scratch)) as redis:
            yield City(url, redis, folder)


def _version() -> str:
    """Change when the tables or the way they are filled do."""
    texts = [*sorted(Path("migrations").glob("*.py")), Path(__file__).with_name("town.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in texts)).hexdigest()[:12]
