"""What stopping leaves: figures of those who still work, and time for those who finish."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.settings import GRACE, Settings
from server.supervisor import metrics_folder, metrics_place
from server.web.serving import LIMITS
from tests.running import running


@pytest.mark.sqlite
@pytest.mark.timeout(120)
def test_the_figures_of_a_worker_beside_it_outlive_the_server(tmp_path: Path) -> None:
    with running(tmp_path, WITH_WORKER="0") as server:
        data = Path(server.env["DATA_DIR"])
        worker = _counting(data)
        try:
            assert server.stop() == 0
            left = list(metrics_place(data).glob("*.db"))
        finally:
            worker.kill()
            worker.wait()

    assert {path.stem.rsplit("_", 1)[-1] for path in left} == {str(worker.pid)}


@pytest.mark.sqlite
@pytest.mark.timeout(120)
def test_nothing_is_left_in_memory_when_nobody_is(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        data = Path(server.env["DATA_DIR"])
        assert metrics_place(data).is_dir()
        assert server.stop() == 0

    assert not metrics_place(data).exists()


def test_nobody_is_killed_before_they_had_their_time() -> None:
    for drain in (0, 2, 30):
        assert Settings(drain_seconds=drain).patience > drain + LIMITS["GRACEFUL_SHUTDOWN_TIMEOUT"]
    assert LIMITS["GRACEFUL_SHUTDOWN_TIMEOUT"] == GRACE


@pytest.mark.timeout(60)
def test_a_child_that_takes_its_time_is_waited_for(tmp_path: Path) -> None:
    """The patience is the supervisor's own: one that is shorter than the child needs kills it, one that is longer does not."""
    child = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (time.sleep(2), open(sys.argv[1], 'w'), sys.exit())); signal.pause()"
    for patience, finished in ((0.5, False), (10.0, True)):
        done = tmp_path / f"done-{finished}"
        parent = (
            "import asyncio, sys; from server.supervisor import Child, Supervisor;"
            f"asyncio.run(Supervisor([Child('slow', ['-c', {child!r}, {str(done)!r}])], patience={patience}).run())"
        )
        process = subprocess.Popen([sys.executable, "-c", parent])
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert done.exists() is finished


@pytest.mark.sqlite
@pytest.mark.timeout(120)
def test_who_is_in_hand_is_answered_and_nobody_else_is_left_hanging(tmp_path: Path) -> None:
    form = b"login=nobody&password=a-password-of-nobody&code=000000"
    with running(tmp_path, WITH_WORKER="0") as server:
        there = ("127.0.0.1", int(server.env["PORT"]))
        with socket.create_connection(there) as slow:
            head = "POST /admin/sign-in HTTP/1.1\r\nHost: here\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            slow.sendall(f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form[:20])
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(2)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(there)
            assert server.process.poll() is None, "it waits for the one in hand"
            slow.sendall(form[20:])
            slow.settimeout(10)
            answer = slow.recv(65536).decode()
            began = time.monotonic()
            # The other end, as a proxy does, keeps its connection for the next request.
            assert server.process.wait(30) == 0
            took = time.monotonic() - began

    assert answer.startswith("HTTP/1.1 422")
    assert "connection: close" in answer.lower()
    assert took < GRACE / 2, "nothing was in hand any more"


def _counting(data: Path) -> "subprocess.Popen[bytes]":
    """Let a process count something and go on living."""
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(data, begins_anew=False))}
    command = "from server.web import metrics; metrics.WORKED.labels('sweep_holds').set(1); print('.', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", command], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process
