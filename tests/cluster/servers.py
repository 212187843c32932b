"""A server that may be killed, frozen and started again at the same place, configured by the files under deploy/."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.rings import Needs, launch, servers_or_reason, wait_for

DEPLOY = Path(__file__).parents[2] / "deploy"
NEEDS = Needs(
    "cluster",
    ("mariadbd", "mariadb-install-db", "mariadb", "/usr/lib/galera/libgalera_smm.so", "rsync", "redis-server", "haproxy", "nginx"),
    ("mariadb-server", "galera-4", "rsync", "redis-server", "haproxy", "nginx-light"),
)  # fmt: skip


def deployed(name: str, here: Mapping[str, str]) -> str:
    """Read a file that is deployed, with the addresses of the example replaced by those of this machine."""
    text = (DEPLOY / name).read_text()
    # The longest first: an address without its port is a part of the one with it.
    for theirs in sorted(here, key=len, reverse=True):
        if theirs not in text:
            message = f"deploy/{name} does not say {theirs!r}"
            raise ValueError(message)
        text = text.replace(theirs, here[theirs])
    return text


@dataclass
class Server:
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


def until(seconds: float, what: str) -> Iterator[None]:
    """Let a loop look ten times a second, and fail with a sentence when what it looks for does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)
    message = f"{what} took longer than {seconds:.0f} s"
    raise AssertionError(message)


if __name__ == "__main__":  # by deploy/run-tests: two test processes must not install at the same time
    here, why = servers_or_reason(NEEDS)
    if not here:
        print(why)
