"""`python -m server rotate-keys` while the register is being edited, killed half-way and started again."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.kit.sealing import HEADER, VERSION, Algorithm
from tests import rings
from tests.running import inherited

PEOPLE = 1500
OLD, NEW, OLD_INDEX, NEW_INDEX = ("1" * 64, "2" * 64, "3" * 64, "4" * 64)
BEFORE = {"SEALING_KEYS": f"1:{OLD},2:{NEW}", "INDEX_KEYS": f"1:{OLD_INDEX},2:{NEW_INDEX}"}
AFTER = {
    "SEALING_KEYS": f"2:{NEW},1:{OLD}",
    "INDEX_KEYS": f"2:{NEW_INDEX},1:{OLD_INDEX}",
    "SEALING_ALGORITHM": "SM4-GCM",
}
ALONE = {"SEALING_KEYS": f"2:{NEW}", "INDEX_KEYS": f"2:{NEW_INDEX}", "SEALING_ALGORITHM": "SM4-GCM"}
NEW_HEADER = HEADER.pack(VERSION, Algorithm.SM4_GCM, 2)


@dataclass(frozen=True)
class City:
    """A register of its own, beside the town, and what was acknowledged to whoever edits it."""

    url: str
    folder: Path

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    def run(self, keys: Mapping[str, str], *words: str, told: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", *words],
            env=self.env(keys),
            input=told,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def rotating(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "server", "rotate-keys"], env=self.env(AFTER), stdout=subprocess.DEVNULL
        )

    @contextlib.contextmanager
    def edited(self, keys: Mapping[str, str]) -> Iterator[None]:
        """Have somebody edit it meanwhile, with the keys that their server was started with."""
        with self.acknowledged.open("ab") as told:
            editor = subprocess.Popen(
                [sys.executable, "-m", "tests.keys.city", "edit"], env=self.env(keys), stdout=told
            )
        before = self.acknowledged.stat().st_size
        while self.acknowledged.stat().st_size == before:
            assert editor.poll() is None
            time.sleep(0.02)
        try:
            yield
        finally:
            editor.terminate()
            editor.wait(20)

    def resealed(self) -> int:
        """Count the numbers that carry the new key."""
        rows = rings.rows_of(self.url, "SELECT national_id_sealed FROM resident")
        return sum(bytes(token).startswith(NEW_HEADER) for (token,) in rows)

    def env(self, keys: Mapping[str, str]) -> dict[str, str]:
        return inherited() | {"DATABASE_URL": self.url, "DATA_DIR": str(self.folder / "data"), **keys}


@pytest.fixture
def city(ring_url: str, tmp_path: Path) -> City:
    made = City(rings.new_schema(ring_url, "rotation"), tmp_path)
    done = made.run(BEFORE, "tests.keys.city", "people", str(PEOPLE))
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.timeout(300)  # on a machine that is busy with other things
def test_killed_half_way_and_repeated_it_leaves_nothing_behind_and_nothing_wrong(city: City) -> None:
    """About ten seconds: fifteen hundred people, edited all the time, first by a server that still seals with the old key."""
    with city.edited(BEFORE):
        rotating = city.rotating()
        while city.resealed() < PEOPLE // 10:
            assert rotating.poll() is None
            time.sleep(0.01)
        rotating.send_signal(signal.SIGKILL)
        rotating.wait()
        half_way = city.resealed()
    with city.edited(AFTER):
        finished = city.run(AFTER, "server", "rotate-keys")

    assert 0 < half_way < PEOPLE
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "清点确认没有一个值还用旧密钥" in finished.stdout
    found = json.loads(city.run(ALONE, "tests.keys.city", "look", told=city.acknowledged.read_text()).stdout)
    assert found["rows"] == PEOPLE
    assert found["edits"] > 50
    assert found["wrong"] == []
    assert city.resealed() == PEOPLE
