"""What stopping leaves: figures of those who still work, and time for those who finish."""

import os
import signal
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
