"""The servers that are compared, each in processes of its own: raw handlers, peers in their own environments, ours."""

import contextlib
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.rings import Needs, servers_or_reason
from tests.running import children_of, inherited, running
from tests.servers import free_port

PEERS = Path(__file__).parent / "peers"
ENVIRONMENTS = Path("var/bench/environments")
READY_WITHIN = 30.0  # seconds
HEADERS = Needs("Django peer", ("mariadb_config", "gcc"), ("libmariadb-dev", "pkg-config", "gcc"))


@dataclass(frozen=True)
class Served:
    port: int
    pids: tuple[int, ...]  # whose work counts


@contextlib.contextmanager
def ours(folder: Path, **settings: str) -> Iterator[Served]:
    """Run the product on what may already be in the folder; its web processes count."""
    said = {"RATE_FACTOR": "1000000", "WITH_WORKER": "0", **settings}
    with running(folder, **said) as town:
        yield Served(urlsplit(town.base).port or 0, tuple(town.processes("web")))


def sign_in(served: Served) -> None:
    """Have somebody of the town sign in: of her session those of the city are copies."""
    code = {"code": f"sim:wang:{time.time_ns()}"}
    httpx.post(f"http://127.0.0.1:{served.port}/api/v1/session", json=code, timeout=30).raise_for_status()


@contextlib.contextmanager
def raw_handlers(url: str, driver: str, answer: Path) -> Iterator[Served]:
    command = [
        sys.executable,
        "-m",
        "bench.rivals",
        "--url",
        url,
        "--driver",
        driver,
        "--answer",
        str(answer),
    ]
    with _serving(command, "--port", "{port}") as served:
        yield served


@contextlib.contextmanager
def fastapi(url: str) -> Iterator[Served]:
    python = _environment("fastapi_sqlalchemy") / "bin/python"
    command = [str(python), "-m", "uvicorn", "bench.peers.fastapi_sqlalchemy.app:app", "--loop", "uvloop"]
    command += ["--http", "httptools", "--no-access-log", "--log-level", "error"]
    with _serving(command, "--port", "{port}", database=url.replace("mysql:", "mysql+asyncmy:")) as served:
        yield served


@contextlib.contextmanager
def django(url: str) -> Iterator[Served]:
    here, reason = servers_or_reason(HEADERS)
    if not here:
        raise SystemExit(reason)
    python = _environment("django_drf") / "bin/python"
    command = [str(python), "-m", "gunicorn", "bench.peers.django_drf.app:application", "--workers", "1"]
    command += ["--worker-class", "gthread", "--threads", "10", "--keep-alive", "60", "--log-level", "error"]
    with _serving(command, "--bind", "127.0.0.1:{port}", database=url) as served:
        yield served


@contextlib.contextmanager
def _serving(command: Sequence[str], *where: str, database: str = "") -> Iterator[Served]:
    port = free_port()
    env = inherited() | {"PEER_DATABASE": database, "PYTHONPATH": str(Path.cwd())}
    told = [*command, *(word.format(port=port) for word in where)]
    process = subprocess.Popen(told, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(process, port)
        yield Served(port, (process.pid, *children_of(process.pid)))
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
            return
        time.sleep(0.1)
    message = f"did not start: {process.args!r}"
    raise SystemExit(message)


def _environment(peer: str) -> Path:
    """Make the peer's own environment, anew when what it needs has changed."""
    needs = PEERS / peer / "requirements.txt"
    folder = ENVIRONMENTS.resolve() / f"{peer}-{hashlib.sha256(needs.read_bytes()).hexdigest()[:12]}"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(needs)], check=True)
        (folder / "complete").touch()
    return folder
