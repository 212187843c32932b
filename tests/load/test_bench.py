"""What the benches' own parts say when something breaks: a figure that hides it would be worse than none."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from bench import __main__ as parts
from bench import database, processes, rush, settled
from bench.load import load

pytestmark = pytest.mark.sqlite  # no database is asked
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def answering(*, times: int) -> AsyncIterator[int]:
    """Answer each line so many times, and then close it politely with an answer owed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(times):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class TestTheLoad:
    async def test_counts_an_answer_that_never_came_as_cut(self) -> None:
        async with answering(times=3) as port:
            found = await load(port, [REQUEST], connections=2, seconds=5)

        assert found["statuses"] == Counter({"200": 6, "cut": 2})

    async def test_says_so_when_there_was_no_answer_at_all(self) -> None:
        async with answering(times=0) as port:
            found = await load(port, [REQUEST], connections=1, seconds=5)

        assert (found["answers"], found["p99_ms"], found["statuses"]) == (0, 0, Counter({"cut": 1}))


class TestTheRush:
    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rush, "READY_WITHIN", 0.5)
        monkeypatch.setattr(rush, "IN_A_ROW", 3)

    def test_does_not_begin_with_processes_that_are_not_ready(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rush, "_is_ready", lambda _: False)
        began = time.monotonic()

        with pytest.raises(SystemExit, match="did not become ready"):
            rush._wait_for(9)
        assert time.monotonic() - began < 5

    def test_counts_readiness_in_a_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = iter([True, True, False, True, True, True])
        monkeypatch.setattr(rush, "_is_ready", lambda _: next(said))

        rush._wait_for(9)

        assert list(said) == []


class TestTheCity:
    @pytest.fixture
    def built(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Build nothing, and write down what would have been done."""
        done: list[str] = []

        @contextmanager
        def database_of(home: Path) -> Iterator[str]:
            done.append("of an old one" if home.exists() else "on a new database")
            home.mkdir(parents=True, exist_ok=True)
            yield "url"

        @contextmanager
        def nothing(*_: object, **__: object) -> Iterator[None]:
            yield

        monkeypatch.setattr(settled, "RESULTS", tmp_path)
        monkeypatch.setattr(settled, "durable_mariadb", database_of)
        monkeypatch.setattr(settled, "private_redis", nothing)
        monkeypatch.setattr(processes, "ours", nothing)
        monkeypatch.setattr(processes, "sign_in", lambda _: None)
        monkeypatch.setattr(settled, "build", lambda _: done.append("built"))
        monkeypatch.setattr(settled, "forget", lambda _: done.append("forgot"))
        return done

    def test_is_built_once(self, built: list[str]) -> None:
        for _ in range(2):
            with settled.settled():
                pass

        assert built == ["on a new database", "built", "forgot", "of an old one", "forgot"]

    def test_that_was_broken_off_half_way_is_begun_anew(
        self, built: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken_off(_: str) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(settled, "build", broken_off)
            with pytest.raises(KeyboardInterrupt), settled.settled():
                pass
        with settled.settled():
            pass

        assert built == ["on a new database", "on a new database", "built", "forgot"]


def test_a_database_that_was_broken_off_half_way_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "mariadb"
    (home / "data").mkdir(parents=True)
    asked: list[bool] = []
    _stop_at(monkeypatch, lambda place: asked.append(place.exists()))

    with pytest.raises(KeyboardInterrupt), database.durable_mariadb(home):
        pass

    assert asked == [False], "what was left of it lay in the way"


def _stop_at(monkeypatch: pytest.MonkeyPatch, look: Callable[[Path], None]) -> None:
    def stopped(home: Path) -> None:
        look(home)
        raise KeyboardInterrupt

    monkeypatch.setattr(database, "servers_or_reason", lambda: (True, ""))
    monkeypatch.setattr(database, "copy_of_new_data", stopped)


def test_a_part_that_is_only_tried_hears_its_own_words_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []

    def hear(_: str, arguments: list[str]) -> int:
        told.append(arguments)
        return 0

    monkeypatch.setattr(parts, "_run", hear)
    monkeypatch.setattr("sys.argv", ["bench", "rush", "--short", "--people", "50"])

    parts.main()

    assert told == [[*parts.PARTS["rush"], "--people", "50"]]
