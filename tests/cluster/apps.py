"""Nodes of the product, each `python -m server serve` at a port of its own, with the same secrets and database."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from server.settings import SECRETS_FILE
from tests.running import Running, children_of, inherited
from tests.servers import Server, all_killed, until

READY_WITHIN = 90.0  # seconds


class App(Server):
    folder: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200
        return False

    def wait_until_ready(self) -> None:
        try:
            until(lambda: self.is_ready, f"{self.name}'s start", within=READY_WITHIN)
        except AssertionError as slow:
            slow.add_note(self.log.read_text(errors="replace")[-3000:])
            raise

    def command_line(self) -> Running:
        """Give what runs other commands of the product on the same data."""
        assert self.process is not None
        assert self.env is not None
        return Running(self.base, self.process, self.folder, self.env)

    def _signal(self, number: signal.Signals) -> None:
        # Its processes lead groups of their own; only SIGTERM is passed on by the first of them.
        children = list(children_of(self.process.pid)) if self.process else []
        super()._signal(number)
        for child in children if number != signal.SIGTERM else ():
            with suppress(ProcessLookupError):
                os.kill(child, number)


@contextmanager
def apps(
    folder: Path, ports: Sequence[int], said: Mapping[str, str], *, clients: int
) -> Iterator[tuple[list[App], dict[str, Any]]]:
    """Lay in what the clients need and start all nodes; the first has the worker."""
    first = _first(folder / "app1", ports[0], said)
    given = json.loads(_laid_in(first, clients))
    nodes = [first, *(beside(first, f"app{number}", port) for number, port in enumerate(ports[1:], 2))]
    with all_killed(nodes):
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait_until_ready()
        yield nodes, given


def beside(app: App, name: str, port: int, **said: str) -> App:
    """Make one more node with the secrets of another, for the caller to start."""
    folder = app.folder.with_name(name)
    (folder / "data").mkdir(parents=True)
    shutil.copy(app.folder / "data" / SECRETS_FILE, folder / "data")
    return _app(folder, port, {**(app.env or {}), "WITH_WORKER": "0", **said})


def _first(folder: Path, port: int, said: Mapping[str, str]) -> App:
    folder.mkdir(parents=True)
    ours = {"ARGON2_MEMORY_KIB": "64", "RATE_FACTOR": "1000", "DRAIN_SECONDS": "2", "PROXIES_COUNT": "1"}
    return _app(folder, port, inherited() | ours | dict(said))


def _app(folder: Path, port: int, said: Mapping[str, str]) -> App:
    env = {**said, "PORT": str(port), "DATA_DIR": str(folder / "data")}
    node = App(folder.name, [sys.executable, "-m", "server", "serve"], port, folder / "server.log", env=env)
    node.folder = folder
    return node


def _laid_in(node: App, clients: int) -> str:
    command = [sys.executable, "-m", "tests.cluster.given", str(clients)]
    with node.log.open("ab") as log:
        return subprocess.run(
            command, env=node.env, check=True, stdout=subprocess.PIPE, stderr=log, text=True
        ).stdout
