"""The data are made ready by a child, while the web processes load; nobody serves before."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.running import environment, running
from tests.servers import until

# A supervisor of small children: one that makes ready, one that loads meanwhile, one that is started afterwards.
PARENT = """
import asyncio, sys
from server.supervisor import Child, Gate, Supervisor, bound_socket
folder, first = sys.argv[1:]
with bound_socket("127.0.0.1", 0) as listener:
    gate = Gate()
    open(folder + "/port", "w").write(str(listener.getsockname()[1]))
    write = "import sys, time; open(sys.argv[1] + '/' + sys.argv[2], 'x'); "
    wait = "from server.supervisor import wait_at; wait_at(int(sys.argv[3])); open(sys.argv[1] + '/served', 'x'); "
    children = [
        Child("late", ["-c", write + "time.sleep(60)", folder, "late"]),
        Child("early", ["-c", write + wait + "time.sleep(60)", folder, "early", str(gate.fd)], fds=[gate.fd], early=True),
    ]
    supervisor = Supervisor(children, patience=5, listener=listener, first=Child("first", ["-c", first, folder]), gate=gate)
    sys.exit(asyncio.run(supervisor.run()))
"""
WHEN_TOLD = "import os, sys, time\nwhile not os.path.exists(sys.argv[1] + '/go'): time.sleep(0.01)"


def begun(folder: Path, first: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", PARENT, str(folder), first], stdin=subprocess.DEVNULL)


def refused(folder: Path) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int((folder / "port").read_text())), 1).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.sqlite
@pytest.mark.timeout(60)
class TestTheGate:
    def test_who_loads_meanwhile_serves_only_when_the_data_are_ready(self, tmp_path: Path) -> None:
        parent = begun(tmp_path, WHEN_TOLD)
        until((tmp_path / "early").exists, "loading", within=20)
        time.sleep(0.3)
        assert not (tmp_path / "served").exists()
        assert not (tmp_path / "late").exists()
        assert refused(tmp_path), "a proxy sends nobody here yet"

        (tmp_path / "go").touch()

        until((tmp_path / "served").exists, "serving", within=20)
        until((tmp_path / "late").exists, "the others' start", within=20)
        assert not refused(tmp_path)
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(20) == 0

    def test_data_that_cannot_be_made_ready_end_it_all(self, tmp_path: Path) -> None:
        parent = begun(tmp_path, "import sys; sys.exit(3)")

        assert parent.wait(20) == 3
        assert not (tmp_path / "served").exists()
        assert not (tmp_path / "late").exists()

    def test_told_to_stop_meanwhile_it_does(self, tmp_path: Path) -> None:
        parent = begun(tmp_path, WHEN_TOLD)
        until((tmp_path / "early").exists, "loading", within=20)

        parent.send_signal(signal.SIGTERM)

        assert parent.wait(20) == 0
        assert not (tmp_path / "served").exists()

    def test_the_death_of_who_should_open_it_does_not(self, tmp_path: Path) -> None:
        reading, writing = os.pipe()
        child = "import os, sys; from server.supervisor import wait_at; print('.', flush=True); wait_at(int(sys.argv[1])); print('open', flush=True)"
        parent = f"import subprocess, sys; from server.supervisor import Gate; gate = Gate(); p = subprocess.Popen([sys.executable, '-c', {child!r}, str(gate.fd)], pass_fds=[gate.fd]); print(p.pid, flush=True); p.wait()"
        process = subprocess.Popen([sys.executable, "-c", parent], stdout=writing)
        os.close(writing)
        with os.fdopen(reading) as said:
            first, second = said.readline().strip(), said.readline().strip()
            pid = int(first if first != "." else second)
            process.kill()
            process.wait()
            time.sleep(0.3)
            os.kill(pid, signal.SIGTERM)
            assert "open" not in said.read()


@pytest.mark.sqlite
@pytest.mark.timeout(180)
def test_its_own_process_holds_nothing_of_the_product(tmp_path: Path) -> None:
    with running(tmp_path, WITH_WORKER="0") as server:
        own = Path(f"/proc/{server.process.pid}/status").read_text()
        assert httpx.get(f"{server.base}/readyz").status_code == 200

    assert int(own.split("VmRSS:")[1].split()[0]) < 40_000, (
        "KiB: it was 105 MiB when it brought the tables up itself"
    )


@pytest.mark.sqlite
@pytest.mark.timeout(120)
def test_a_database_that_cannot_be_opened_is_said_and_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    env = environment(tmp_path) | {"DATABASE_URL": f"sqlite://{tmp_path}/nowhere/alliance.db"}

    done = subprocess.run(
        [sys.executable, "-m", "server", "serve"],
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.returncode != 0
    assert "nowhere" in done.stderr or "unable to open" in done.stderr
