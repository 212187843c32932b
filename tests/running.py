"""The whole product as an operator starts it: `python -m server serve`, on a free port, in a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.backup.embedded import CHECKPOINTS
from tests.servers import free_port, until

READY_WITHIN = 90.0  # seconds, on a busy machine; the first start migrates and builds the town
TICKS = os.sysconf("SC_CLK_TCK")
INHERITED = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Running:
    base: str
    process: "subprocess.Popen[bytes]"
    folder: Path
    env: Mapping[str, str]

    @property
    def database(self) -> str:
        return self.env.get("DATABASE_URL") or f"sqlite://{self.env['DATA_DIR']}/alliance.db"

    def processes(self, work: str) -> list[int]:
        """Return its processes of one kind: web, worker."""
        return [pid for pid, line in children_of(self.process.pid).items() if f" server {work}" in line]

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def command(self, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
        """Run another command of the server on the same data."""
        return command(self.env, *arguments, text=text)

    def wait_until_it_has_signed(self) -> None:
        """Wait for the worker's first checkpoint: until then no trail is proved by anything kept outside the database."""
        until(
            Path(self.env["DATA_DIR"], CHECKPOINTS).exists,
            "the first checkpoint of the trails",
            within=READY_WITHIN,
        )

    def kill(self) -> None:
        """Kill every process of it at once, as a machine does that loses its power."""
        for pid in (self.process.pid, *children_of(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, *, patience: float = 30) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)


def command(env: Mapping[str, str], *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run one command of the server to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        env=dict(env),
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def own_faults(env: Mapping[str, str]) -> list[str]:
    """Ask the product itself: every invariant, every access trail."""
    asked = [command(env, "check"), command(env, "verify-audit")]
    return [line for said in asked if said.returncode for line in (said.stderr + said.stdout).splitlines()]


def inherited() -> dict[str, str]:
    """What a process of ours is told of the machine, and of nothing else."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def environment(folder: Path, **said: str) -> dict[str, str]:
    """Say all that a server in this folder is told; nothing of this process's own settings reaches it."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"DATA_DIR": str(folder / "data"), "ARGON2_MEMORY_KIB": "64", "RATE_FACTOR": "1000"}
    return {**inherited(), **own, "PORT": str(free_port()), **said}


def cpu_seconds(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / TICKS


def children_of(pid: int) -> dict[int, str]:
    """Read the children of a process and their commands from /proc: a bare Debian has no `ps`."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
    return found


@contextlib.contextmanager
def running(folder: Path, **said: str) -> Iterator[Running]:
    env = environment(folder, **said)
    with (folder / "server.log").open("ab") as log:
        # A session of its own: what kills a whole process group must not take the tests with it.
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"], env=env, stdout=log, stderr=log, start_new_session=True
        )
    started = Running(f"http://127.0.0.1:{env['PORT']}", process, folder, env)
    try:
        _wait_until_ready(started)
        yield started
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_until_ready(started: Running) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if started.process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{started.base}/readyz", timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    message = f"the server did not become ready:\n{started.log()[-4000:]}"
    raise AssertionError(message)
