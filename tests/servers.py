"""Servers of other people that tests start at ports of this machine, and waiting for whatever takes its time."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

READY_WITHIN = 20.0  # seconds
PAUSE = 0.1  # between two looks
PR_SET_PDEATHSIG = 1
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], Found], what: str, *, within: float, pause: float = PAUSE) -> Found:
    """Look again and again, and return what is found; fail with a sentence when nothing is."""
    deadline = time.monotonic() + within
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(_too_long(what, within))
        time.sleep(pause)
    return found


async def until_meanwhile(look: Callable[[], Any], what: str, *, within: float) -> Any:
    """Do what `until` does, and let others go on; what is looked at may itself be waited for."""
    deadline = time.monotonic() + within
    while True:
        looked = look()
        found = await looked if isinstance(looked, Awaitable) else looked
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(_too_long(what, within))
        await asyncio.sleep(PAUSE)


def _too_long(what: str, within: float) -> str:
    return f"{what} took longer than {within:g} s"


@dataclass
class Server:
    """A server that may be killed, frozen and started again at the same place."""

    name: str
    command: Sequence[str]
    port: int
    log: Path
    user: str | None = None
    env: Mapping[str, str] | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        self.process = launch(list(self.command), user=self.user, env=self.env, output=self.log)

    def wait_until_it_listens(self) -> None:
        assert self.process is not None
        wait_for(self.process, self.port, self.log)

    def kill(self) -> None:
        """End it and all its children at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        self._signal(signal.SIGTERM)
        self._gone()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def _gone(self) -> None:
        if self.process is not None:
            self.process.wait(30)


@contextlib.contextmanager
def all_killed(servers: Sequence[Server]) -> Iterator[None]:
    """Leave nothing behind, not even what is frozen."""
    try:
        yield
    finally:
        for server in servers:
            server.kill()


def launch(
    command: list[str],
    *,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    output: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a server in a process group of its own, which ends when this process does."""
    with Path(output or os.devnull).open("ab") as said:
        return subprocess.Popen(
            command, user=user, env=env, start_new_session=True, preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509  prctl only
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip


def _die_with(parent: int) -> Callable[[], None]:
    """Have the kernel kill the server when pytest dies, even by SIGKILL, when no fixture is torn down."""
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-2000:] if log.exists() else "it wrote no log"
                msg = f"{process.args!r} did not start:\n{tail}"
                raise RuntimeError(msg) from None
            time.sleep(0.05)
        else:
            return
