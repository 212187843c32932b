"""A platform in a process of its own, and ways to reach it."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from server.wechat.client import WeChatClientGateway
from server.wechat.gateway import RiskScene
from server.wechat.tokens import InProcessTokenStore
from server.wechat.transport import Timeouts

ROOT = Path(__file__).parents[2]
START_SECONDS = 20.0
HASTY = Timeouts(connect=1.0, read=0.3, image_read=0.3, pool=0.3, total=0.6, busy_pause=0.005, lock_wait=0.2)
CALM = Timeouts(busy_pause=0.005)


@dataclass
class Platform:
    """The simulator as a test sees it: an address, credentials, and the control plane."""

    base_url: str
    appid: str
    secret: str
    control_token: str
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=10))

    def control(self, name: str, /, **wish: Any) -> dict[str, Any]:
        answer = self._http.post(
            f"{self.base_url}/__sim/{name}", json=wish, headers={"X-Sim-Token": self.control_token}
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def asked(self, path: str) -> list[dict[str, Any]]:
        return [request for request in self.control("log")["requests"] if request["path"] == path]

    def openid(self, persona: str) -> str:
        """Of somebody who is in the mini-program right now."""
        return str(self.control("visit", persona=persona)["openid"])

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="session")
def platform_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    portfile = tmp_path_factory.mktemp("wechat") / "port.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "server.wechat.simulator", "--portfile", str(portfile), "--until-eof"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    wait_until(portfile.exists)
    facts = json.loads(portfile.read_text())
    platform = Platform(facts["base_url"], facts["appid"], facts["secret"], facts["control_token"])
    yield platform
    platform.close()
    process.communicate(timeout=START_SECONDS)  # closes its input, which ends it


@pytest.fixture
def platform(platform_process: Platform) -> Platform:
    platform_process.control("reset")
    return platform_process


Connect = Callable[..., WeChatClientGateway]


@pytest.fixture
async def connect(platform: Platform) -> AsyncIterator[Connect]:
    opened: list[WeChatClientGateway] = []

    def gateway(**wishes: Any) -> WeChatClientGateway:
        chosen = {
            "base_url": platform.base_url,
            "tokens": InProcessTokenStore(),
            "production": False,
            "timeouts": CALM,
        }
        opened.append(WeChatClientGateway(platform.appid, platform.secret, **{**chosen, **wishes}))
        return opened[-1]

    yield gateway
    for one in opened:
        await one.close()


@pytest.fixture
def gateway(connect: Connect) -> WeChatClientGateway:
    return connect()


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not on the PATH")
    port = free_port()
    settings = ["--port", str(port), "--save", "", "--dir", str(tmp_path_factory.mktemp("redis"))]
    process = subprocess.Popen([program, *settings, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
    wait_until(lambda: answers_at(port))
    yield port
    process.terminate()
    process.wait(START_SECONDS)


@pytest.fixture
async def redis(redis_port: int) -> AsyncIterator[Redis]:
    client = Redis(host="127.0.0.1", port=redis_port)
    await client.flushall()
    yield client
    await client.aclose()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(happened: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while not happened():
        assert time.monotonic() < give_up_at, "it never happened"
        time.sleep(0.02)


async def together(*coroutines: Any) -> list[Any]:
    return await asyncio.gather(*coroutines, return_exceptions=True)


class Clock:
    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def __call__(self) -> float:
        return self.time


async def a_look(gateway: WeChatClientGateway, openid: str) -> int:
    return await gateway.risk_rank(openid, "203.0.113.7", RiskScene.REGISTER)
