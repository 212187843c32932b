"""The mark of a line leaves when the line is committed, and nobody waits for where it goes."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from server.audit import shipping, trail
from server.audit.shipping import Mark
from server.audit.trail_models import AccessEntry
from server.configuration import configure_core
from server.demo.cast import TOWN_NOW
from server.kit.transactions import action
from server.settings import Settings
from tests.core.audit.test_group_commit import FIRST, look, seen_and_then


@pytest.fixture(autouse=True)
def _put_back(settings: Settings) -> Iterator[None]:
    yield
    configure_core(settings)


def shipped(path: Path) -> list[Mark]:
    shipping.stop()  # what waits is sent
    return list(shipping.shipped(path))


def emptied(reader: int, *, by: threading.Thread) -> bytes:
    """Return all that `by` writes until it ends: its last line may be in the pipe before or after it is seen to live."""
    os.set_blocking(reader, False)
    got = b""
    while True:
        ended = not by.is_alive()
        with suppress(BlockingIOError):
            while part := os.read(reader, 1 << 16):
                got += part
        if ended:
            return got
        by.join(0.01)


class TestAMark:
    async def test_is_the_place_and_the_digest_of_a_line_and_no_more(
        self, town: object, tmp_path: Path
    ) -> None:
        path = tmp_path / "marks"
        shipping.ship_to(str(path))

        await trail.record([look(FIRST), look(FIRST + 1)], now=TOWN_NOW)

        rows = await AccessEntry.filter(resident_id__in=[FIRST, FIRST + 1]).order_by("resident_id")
        assert shipped(path) == [Mark(row.resident_id, row.seq, row.mac) for row in rows]
        assert set(json.loads(path.read_text().splitlines()[0])) == {"trail", "seq", "mac"}

    async def test_of_a_line_that_was_rolled_back_is_not_sent(self, town: object, tmp_path: Path) -> None:
        path = tmp_path / "marks"
        shipping.ship_to(str(path))

        with pytest.raises(ZeroDivisionError):
            await seen_and_then(resident=FIRST, failing=True)
        await seen_and_then(resident=FIRST + 1, failing=False)

        assert [mark.resident_id for mark in shipped(path)] == [FIRST + 1]

    async def test_is_sent_when_the_outermost_action_has_committed(
        self, town: object, tmp_path: Path
    ) -> None:
        path = tmp_path / "marks"
        shipping.ship_to(str(path))

        @action
        async def around(*, resident: int) -> None:
            await seen_and_then(resident=resident, failing=False)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await around(resident=FIRST)

        assert shipped(path) == []

    async def test_goes_to_syslog_by_its_socket_or_over_the_network(
        self, town: object, tmp_path: Path
    ) -> None:
        local, remote = (
            socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_UNIX, socket.AF_INET)
        )
        with local, remote:
            local.bind(str(tmp_path / "log"))
            remote.bind(("127.0.0.1", 0))
            for number, (receiver, target) in enumerate(
                (
                    (local, f"syslog://{tmp_path / 'log'}"),
                    (remote, f"syslog://127.0.0.1:{remote.getsockname()[1]}"),
                )
            ):
                shipping.ship_to(target)
                await trail.record([look(FIRST + number)], now=TOWN_NOW)
                shipping.stop()
                receiver.settimeout(5)
                kept = tmp_path / f"kept-{number}"
                kept.write_bytes(b"Mar  2 09:00:00 care " + receiver.recv(4096).rstrip(b"\0") + b"\n")

                assert [mark.resident_id for mark in shipping.shipped(kept)] == [FIRST + number]
                assert b"care-trail: " in kept.read_bytes()


class TestATargetThatIsGone:
    async def test_holds_up_no_answer_and_is_counted(self, town: object, tmp_path: Path) -> None:
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        receiver.bind(str(tmp_path / "log"))
        shipping.ship_to(f"syslog://{tmp_path / 'log'}")
        receiver.close()
        (tmp_path / "log").unlink()
        before = shipping.lost()

        await trail.record([look(FIRST)], now=TOWN_NOW)
        shipping.stop()

        assert await AccessEntry.filter(resident_id=FIRST).count() == 1
        assert shipping.lost() == before + 1

    async def test_that_takes_nothing_holds_up_no_answer_either(self, town: object, tmp_path: Path) -> None:
        """A pipe that nobody empties blocks whoever writes to it: the thread, and nobody else."""
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDWR)
        shipping.ship_to(str(pipe))
        shipping.ship([Mark(FIRST, number, "0" * 64) for number in range(1500)])  # more than a pipe holds

        async with asyncio.timeout(5):
            await trail.record([look(FIRST)], now=TOWN_NOW)

        assert await AccessEntry.filter(resident_id=FIRST).count() == 1
        while shipping._senders[0]._waiting.qsize():
            os.read(reader, 1 << 16)
        shipping.stop()
        os.close(reader)

    def test_what_still_waits_when_the_process_ends_is_counted_and_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(shipping, "PATIENCE", 0.1)
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDWR)
        before = shipping.lost()
        shipping.ship_to(str(pipe))
        sender = shipping._senders[0]
        shipping.ship([Mark(FIRST, number, "0" * 64) for number in range(1500)])  # more than a pipe holds

        shipping.stop()

        lost = shipping.lost() - before
        got = emptied(reader, by=sender)
        os.close(reader)
        assert lost
        assert lost + got.count(b"\n") == 1500
        assert any(f"{before + lost} so far" in said for said in caplog.messages)
