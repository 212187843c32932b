"""What the bench of starting reads from a process, and which parts there are."""

import argparse
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench import starting
from bench.__main__ import PARTS
from bench.starting import Found


def found(*, start: float, web: float, supervisor: float = 1) -> Found:
    mib = {
        name: {"rss": size, "pss": 1.0, "peak": size}
        for name, size in (("web", web), ("supervisor", supervisor))
    }
    times = {name: [1.0] for name in ("migrated", "nothing_to_do", "first", "hundredth")}
    return Found(**times, starts=[start], memory={"after the start": mib})


def test_memory_is_read_in_mebibytes() -> None:
    read = starting._mib(os.getpid())
    assert 5 < read["pss"] <= read["rss"] <= read["peak"] < 4000


@pytest.mark.parametrize(
    ("engine", "status"),
    [
        (found(start=2.9, web=119), 0),
        (found(start=3.1, web=119), 1),
        (found(start=2.9, web=121), 1),
        (found(start=2.9, web=119, supervisor=200), 0),  # nobody has said how large it may be
    ],
    ids=["within", "slow", "large", "a large supervisor"],
)
def test_what_is_over_its_limit_ends_it_with_a_fault(
    engine: Found, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.measuring.RESULTS", tmp_path)
    given = argparse.Namespace(rounds=1, requests=1000)
    assert starting._tell({"SQLite": engine, "MariaDB": engine}, given) == status


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_named_is_there(part: str) -> None:
    assert find_spec(f"bench.{part}")
