"""Clients that hang up, send rubbish, or only sit there, against a server as an operator starts it."""

import contextlib
import os
import random
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from server.kit.ids import new_uid
from tests.faults.machine import memory, open_files
from tests.load.ward import SignedIn, signed_in_nurse
from tests.rings import rows_of
from tests.running import Running

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]  # it is the connections to clients that are tried
MIB = 1024 * 1024
HANG_UPS = int(os.environ.get("HANG_UPS", "40"))  # at each moment
IDLE = 10_000
SPARE = 500  # files for everything else
NOW = struct.pack("ii", 1, 0)  # SO_LINGER: hang up with a reset
PATIENCE = 10.0
BOOKED = "SELECT resident_id, slot_id FROM appointment WHERE reason='挂断' AND status='booked'"
HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
MOMENTS: dict[str, bytes] = {
    "at once": b"",
    "within the request line": b"GET /api/v1/sess",
    "within the headers": HEAD,
    "before the body": HEAD + b"Content-Length: 40\r\n\r\n",
    "within the body": HEAD + b'Content-Length: 40\r\n\r\n{"code":',
    "within a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n20\r\n{",
    "before the answer": b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n",
    "of many requests": b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
}
RUBBISH: dict[str, bytes] = {
    "no words": b"\r\n\r\n\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 40 + b"\r\n\r\n",
    "no such method": b"FROB /api/v1/session HTTP/1.1\r\nHost: x\r\n\r\n",
    "no such version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "a line without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a NUL": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "letters beyond ASCII": "GET /健康 HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a percent alone": b"GET /api/v1/residents/%/record HTTP/1.1\r\nHost: x\r\n\r\n",
    "a huge header": b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "a huge address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "length and chunks": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "no number as length": HEAD + b"Content-Length: \xd9\xa3\r\n\r\n",
    "a length beyond all": HEAD + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "no number as chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a chunk beyond all": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{}",
    "a wish for what nobody has": HEAD + b"Expect: the-moon\r\nContent-Length: 2\r\n\r\n{}",
    "nesting without end": HEAD + b"Content-Length: 40000\r\n\r\n" + b"[" * 40_000,
    "no UTF-8": HEAD + b"Content-Length: 12\r\n\r\n" + b'{"code":"\xff"}',
    "half a surrogate": HEAD + b"Content-Length: 17\r\n\r\n" + b'{"code":"\\ud800"}',
}


def connected(served: Running) -> socket.socket:
    address = urlsplit(served.base)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


def hang_up(line: socket.socket, *, rudely: bool) -> None:
    if rudely:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NOW)
    line.close()


def settled(measure: Callable[[], int], most: int) -> int:
    """Wait until it has come down, and return what it is then."""
    until = time.monotonic() + PATIENCE
    while (found := measure()) > most and time.monotonic() < until:
        time.sleep(0.1)
    return found


def failures(served: Running) -> list[str]:
    """Return the counters of answers that were our fault."""
    figures = httpx.get(f"{served.base}/metrics", timeout=PATIENCE).text.splitlines()
    return [line for line in figures if 'status="5' in line and not line.endswith(" 0.0")]


@pytest.fixture
def unharmed(served: Running) -> Iterator[Running]:
    """See to it that the same process still answers at once, and has given back what it held."""
    [pid] = served.processes("web")
    before = open_files(pid)
    yield served
    with httpx.Client(base_url=served.base, timeout=PATIENCE) as honest:
        assert {honest.get("/readyz").status_code for _ in range(20)} == {200}
    assert served.processes("web") == [pid]
    assert settled(lambda: open_files(pid), before + 5) <= before + 5
    assert failures(served) == []
    assert served.log().count("Traceback") == 0


class TestHangingUp:
    @pytest.mark.parametrize("moment", MOMENTS)
    def test_at_any_moment_harms_nobody(self, unharmed: Running, moment: str) -> None:
        for number in range(HANG_UPS):
            line = connected(unharmed)
            line.sendall(MOMENTS[moment])
            time.sleep(random.random() / 100)
            hang_up(line, rudely=bool(number % 2))

    def test_while_a_place_is_booked_leaves_all_of_it_or_nothing(self, unharmed: Running) -> None:
        """Who repeats the request with its key has one appointment, whatever became of the first copy."""
        with signed_in_nurse(unharmed.base) as nurse:
            for number, (resident, slot) in enumerate(zip(nurse.residents, nurse.slots, strict=False)):
                path, key = f"/slots/{slot}/appointments", new_uid()
                body = {"resident": resident, "reason": "挂断"}
                _send_and_hang_up(unharmed, nurse, path, body, key, rudely=bool(number % 2))
                answer = nurse.client.post(path, json=body, headers={"Idempotency-Key": key})
                assert answer.status_code in {201, 409}, answer.text
        rows = rows_of(unharmed.database, BOOKED)
        assert len(rows) == len(set(rows)) > 5
        assert unharmed.command("check").returncode == 0


class TestRubbish:
    @pytest.mark.parametrize("kind", RUBBISH)
    def test_is_refused_and_never_our_fault(self, unharmed: Running, kind: str) -> None:
        with contextlib.closing(connected(unharmed)) as line, contextlib.suppress(ConnectionError):
            line.sendall(RUBBISH[kind])
            with contextlib.suppress(OSError):  # ENOTCONN: they have hung up already
                line.shutdown(socket.SHUT_WR)
            answer = line.recv(1024)
            assert answer == b"" or 300 <= int(answer.split()[1]) < 500, answer

    @pytest.mark.parametrize("framing", [b"Content-Length: 62914560", b"Transfer-Encoding: chunked"])
    def test_of_sixty_megabytes_is_not_taken_in(self, unharmed: Running, framing: bytes) -> None:
        [pid] = unharmed.processes("web")
        before = memory(pid)
        piece = bytes(MIB) if b"Length" in framing else b"100000\r\n" + bytes(MIB) + b"\r\n"
        with contextlib.closing(connected(unharmed)) as line:
            line.sendall(HEAD + framing + b"\r\n\r\n")
            with contextlib.suppress(ConnectionError, TimeoutError):
                for _ in range(60):
                    line.sendall(piece)
        assert memory(pid) - before < 24 * MIB


class TestIdling:
    def test_ten_thousand_who_say_nothing_keep_nobody_waiting(self, unharmed: Running) -> None:
        most = min(IDLE, _as_many_files_as_allowed() - SPARE)
        [pid] = unharmed.processes("web")
        before = memory(pid)
        with contextlib.ExitStack() as lines:
            for _ in range(most):
                lines.enter_context(contextlib.closing(connected(unharmed)))
            began = time.monotonic()
            statuses = [httpx.get(f"{unharmed.base}/readyz", timeout=PATIENCE).status_code for _ in range(5)]
            waited = (time.monotonic() - began) / 5
            held = open_files(pid)
            each = (memory(pid) - before) / most

        assert statuses == [200] * 5
        assert waited < 2
        assert held > most / 2  # the first have had their minute, where a machine has other work
        assert each < 24 * 1024
        if most < IDLE:
            print(f"only {most} idle connections: this machine allows no more open files (ulimit -Hn)")


def _as_many_files_as_allowed() -> int:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _send_and_hang_up(
    served: Running, nurse: SignedIn, path: str, body: dict[str, str], key: str, *, rudely: bool
) -> None:
    request = nurse.client.build_request("POST", path, json=body, headers={"Idempotency-Key": key})
    head = f"POST {request.url.raw_path.decode()} HTTP/1.1\r\n".encode()
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in request.headers.raw)
    line = connected(served)
    line.sendall(head + lines + b"\r\n" + request.read())
    time.sleep(random.random() / 20)
    hang_up(line, rudely=rudely)
