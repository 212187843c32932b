"""A database that was killed is told where it stood; tests/cluster kills real ones."""

import subprocess
from pathlib import Path

import pytest

from tests.cluster.servers import DEPLOY

POSITION = "8bcf4a34-aedc-11ef-a19c-93a7d2b4c1b5:4711"
# Says what it was called with; asked where it stood, it answers as mariadbd does, on its error log.
DATABASE = """#!/bin/sh
case "$*" in
    *--wsrep-recover*) echo "2026-11-23 11:50:00 0 [Note] WSREP: {answer}" >&2; exit {status} ;;
esac
echo "$*"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def start(data: Path, answer: str = f"Recovered position: {POSITION}", status: int = 0) -> tuple[int, str]:
    database = data.parent / "mariadbd"
    database.write_text(DATABASE.format(answer=answer, status=status))
    database.chmod(0o755)
    done = subprocess.run(
        [DEPLOY / "mariadb/galera-start", database, f"--datadir={data}", "--port=1"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip()


def test_a_killed_one_joins_with_what_its_tables_say(data: Path) -> None:
    (data / "grastate.dat").write_text(f"uuid:    {POSITION[:36]}\nseqno:   -1\nsafe_to_bootstrap: 0\n")

    assert start(data) == (0, f"--datadir={data} --port=1 --wsrep-start-position={POSITION}")


@pytest.mark.parametrize("seqno", ["", "seqno:   4711\n"], ids=["new", "ended well"])
def test_one_that_knows_it_is_not_asked(data: Path, seqno: str) -> None:
    if seqno:
        (data / "grastate.dat").write_text(seqno)

    assert start(data, status=1) == (0, f"--datadir={data} --port=1")


@pytest.mark.parametrize(
    ("answer", "status"),
    [("Recovered position: lost", 1), ("nothing to recover", 0)],
    ids=["failed", "silent"],
)
def test_one_that_cannot_say_does_not_join(data: Path, answer: str, status: int) -> None:
    """Better one database less than one that is taken for as new as the others."""
    (data / "grastate.dat").write_text("seqno:   -1\n")

    assert start(data, answer, status) == (1, "")
