"""What the bench of growth says of its rounds, and that a city left half-way is not taken for one."""

import argparse
import contextlib
import json
from pathlib import Path

import pytest

from bench import grown, growth
from bench.grown import Grown
from bench.growth import NEXT, Read
from bench.measuring import Variant

NAMES = ("cpu_us", "database_us", "statements", "p50_ms", "p99_ms", "load")


def variant(*per_second: float) -> Variant:
    made = Variant("a list", 0, [], [])
    made.rounds = [{"per_second": each, **dict.fromkeys(NAMES, 1.0)} for each in per_second]
    return made


class TestCosts:
    def test_are_times_a_read_by_the_smallest_of_the_same_round(self) -> None:
        small, large = variant(100, 200, 50), variant(50, 200, 40)
        assert Read("a list", [small, large]).costs(large) == [1, 1.25, 2]
        assert Read("a list", [small, large]).costs(small) == [1, 1, 1]

    @pytest.mark.parametrize(("per_second", "status"), [(80, 0), (70, 1)])
    def test_above_the_limit_end_it_with_a_fault(
        self, per_second: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bench.measuring.RESULTS", tmp_path)
        cities = [Grown(entries, "", tmp_path, 1, 1) for entries in (10, 100)]
        given = argparse.Namespace(rounds=1, seconds=1.0, connections=1)
        read = Read("a list", [variant(100), variant(per_second)])
        assert growth._tell([read], cities, given, "durable") == status
        assert len(json.loads((tmp_path / "growth.json").read_text())["slower"]) == status


def test_the_second_page_is_found_in_the_first() -> None:
    shown = '<a href="/admin/beds">床位</a> <a class="next" rel="next" href="/admin/residents?bed=1&amp;after=MTc3_x-4">下一页</a>'
    found = NEXT.search(shown)
    assert found
    assert found[1] == "MTc3_x-4"


def test_a_city_that_was_left_half_way_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def build(cursor: str, residents: int) -> None:
        begun.append((cursor, residents))
        if len(begun) == 1:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def ours(folder: Path, **_: str):
        folder.mkdir(parents=True)  # fails where an earlier city's keys still lie
        yield None

    monkeypatch.setattr(grown.processes, "ours", ours)
    monkeypatch.setattr(grown.processes, "sign_in", lambda _: None)
    monkeypatch.setattr(grown, "new_schema", lambda url, _: url)
    monkeypatch.setattr(grown, "_in_haste", contextlib.nullcontext)
    monkeypatch.setattr(grown, "build", build)
    monkeypatch.setattr(grown, "_bytes", lambda *_: 7)
    monkeypatch.setattr(grown, "_forget_reads", lambda _: None)

    def made() -> Grown:
        return grown._one_size("mysql://root@127.0.0.1:1/care", tmp_path / "entries-400", 400)

    with pytest.raises(KeyboardInterrupt):
        made()
    assert made().bytes == 7
    assert made().residents == 10
    assert begun == [("mysql://root@127.0.0.1:1/entries_400", 10)] * 2
