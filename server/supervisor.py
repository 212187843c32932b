"""Keep the processes of one machine alive: web processes on one socket, the worker, the WeChat stand-in.

Sanic's own manager does not restart a web process that crashed: the socket goes on accepting and nobody
answers (sanic#3062). Here every child that ends is started again, and a SIGTERM lets all of them finish.
"""

import asyncio
import contextlib
import ctypes
import hashlib
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BACKLOG = 1024
SUPERVISED = "SUPERVISED"  # in the environment of its children
PR_SET_PDEATHSIG = 1
QUICK = 5.0  # a child that lives shorter is started again more slowly
LONGEST_PAUSE = 10.0
MEMORY = Path("/dev/shm")  # noqa: S108  the folder in it is ours alone


def end_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the supervisor ends: killed outright, it must leave nobody who holds its port."""
    if os.environ.get(SUPERVISED):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    fds: Sequence[int] = ()
    early: bool = False  # started while the data are made ready


class Gate:
    """Shut until the data are ready: who loads its modules meanwhile waits here before it serves."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0)

    def open(self) -> None:
        """Let everybody through, also who comes later."""
        os.eventfd_write(self.fd, 1)


def wait_at(gate: int) -> None:
    """Wait until it is open. Nobody takes the count away, and it is not opened by the supervisor's death."""
    select.select([gate], [], [])


class Supervisor:
    """Start children, start them again when they end, and stop them all together.

    It loads nothing of the product: what makes the data ready (`first`) is a child, too, and its end opens the gate.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        patience: float,
        listener: socket.socket | None = None,
        first: Child | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._children = children
        self._first = first
        self._gate = gate
        self._listener = listener  # what the children accept from
        self._patience = patience  # seconds to finish after SIGTERM
        self._stopping = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> int:
        """Return 0, or how making the data ready went wrong."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        keepers = [self._keeper(child) for child in self._children if child.early]
        status = await self._prepare()
        if status:
            self._stopping.set()
        if not self._stopping.is_set():
            if self._listener:
                self._listener.listen(BACKLOG)
            if self._gate:
                self._gate.open()
            keepers += [self._keeper(child) for child in self._children if not child.early]
        await self._stopping.wait()
        if self._listener:
            # The children close theirs when they stop accepting. Held open here, the port would take in people whom nobody
            # answers until the last request in hand is done; refused, a proxy says at once what there is to say.
            self._listener.close()
        await self._stop_children()
        if keepers:
            await asyncio.wait(keepers, timeout=self._patience)
        return status

    async def _prepare(self) -> int:
        """Run what comes first to its end, and return its status; told to stop meanwhile, have it end."""
        if self._first is None:
            return 0
        process = await self._start(self._first)
        ended = asyncio.create_task(process.wait())
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if self._stopping.is_set() and not ended.done():
            process.terminate()
            await ended
            return 0
        return await ended

    def _keeper(self, child: Child) -> asyncio.Task[None]:
        return asyncio.create_task(self._keep(child))

    async def _start(self, child: Child) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *child.command,
            env={**os.environ, **child.env},
            stdin=asyncio.subprocess.PIPE,  # closed when we are gone, however we went: a child may watch it
            pass_fds=child.fds,
            start_new_session=True,
        )

    async def _keep(self, child: Child) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            began = time.monotonic()
            process = await self._start(child)
            self._running[child.name] = process
            code = await process.wait()
            _forget_metrics(process.pid)
            if self._stopping.is_set():
                return
            pause = 0.1 if time.monotonic() - began > QUICK else min(pause * 2, LONGEST_PAUSE)
            print(
                f"{child.name} ended with {code}; starting it again in {pause:.1f} s",
                file=sys.stderr,
                flush=True,
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _stop_children(self) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        waits = [asyncio.create_task(process.wait()) for process in self._running.values()]
        if waits:
            _, late = await asyncio.wait(waits, timeout=self._patience)
            for process in self._running.values() if late else ():
                with contextlib.suppress(ProcessLookupError):
                    process.kill()


def listening_socket(host: str, port: int) -> socket.socket:
    """Open the port."""
    listener = bound_socket(host, port)
    listener.listen(BACKLOG)
    return listener


def bound_socket(host: str, port: int) -> socket.socket:
    """Take the port once, for whoever listens later; all web processes accept from it, and it outlasts their restarts."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.set_inheritable(True)
    return listener


def metrics_place(data_dir: Path) -> Path:
    """Return where the processes on this data keep their figures: in memory, not beside the data.

    The figures are files mapped into memory. One that finds no room on a full disk ends its process (SIGBUS): the city
    would lose its server for the sake of a count.
    """
    named = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    return (MEMORY if os.access(MEMORY, os.W_OK) else data_dir) / f"care-metrics-{named}"


def metrics_folder(data_dir: Path, *, begins_anew: bool) -> Path:
    """Return where this machine's processes keep their figures, rid of what the dead have left there.

    One that joins others forgets only how the dead were: without what they have counted, sums would fall.
    """
    folder = metrics_place(data_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob("*.db" if begins_anew else "gauge_live*.db"):
        if not Path("/proc", left.stem.rsplit("_", 1)[-1]).exists():
            left.unlink(missing_ok=True)
    return folder


def leave_metrics(data_dir: Path) -> None:
    """Forget at the end the figures of those that ended with us; a worker that runs beside us keeps its own."""
    folder = metrics_folder(data_dir, begins_anew=True)
    for own in folder.glob(f"*_{os.getpid()}.db"):
        own.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty
        folder.rmdir()


def _forget_metrics(pid: int) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415  reads its folder from the environment at import

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
