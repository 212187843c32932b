"""One server, one town and one database per test process; every test finds the town as it was."""

import asyncio
import contextlib
import itertools
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pyotp
import pytest
import pytest_asyncio
from sanic import Sanic

from server import demo, worker
from server.app import create_app
from server.authority.actor import Actor
from server.configuration import configure_core
from server.demo import cast
from server.kit.database import close_database, open_database
from server.kit.engines import built_once
from server.kit.ids import new_uid
from server.kit.schema import migrate_up
from server.kit.shared import InProcessShared, RedisShared, Shared
from server.settings import MODEL_MODULES, Settings
from server.supervisor import listening_socket
from server.web.asking import Services
from server.web.connections import Connection
from server.web.faces import finish_all
from server.web.services import services_for
from server.wechat.simulator.config import Config
from server.wechat.simulator.server import Simulator
from tests import rings
from tests.stage import Stage

RING = os.environ.get("RING", "sqlite")
CHECKS = 30  # of each shape of a query
codes = itertools.count(1)

# How long an example takes says how busy the machine is, and nothing about the rule that is tried.
hypothesis.settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy machine")


class Clock:
    """The server's time, moved by the test."""

    def __init__(self) -> None:
        self.instant = cast.TOWN_NOW

    def __call__(self) -> datetime:
        return self.instant.astimezone(UTC)

    def advance(self, **amount: float) -> datetime:
        self.instant += timedelta(**amount)
        return self()

    def set(self, instant: datetime) -> None:
        self.instant = instant


class ApiClient(httpx.AsyncClient):
    """Sends an idempotency key of its own with every write, unless the test brings one."""

    async def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", None) or {})
        if method != "GET":
            headers.setdefault("Idempotency-Key", new_uid())
        return await super().request(method, url, headers=headers, **options)


class ConsolePage(httpx.AsyncClient):
    """A browser's session in the console: posts the hidden fields that the server's forms carry."""

    csrf = ""
    proof_code = ""  # a one-time code that has not been used yet, for routes with `proof=True`

    async def submit(self, url: str, fields: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Post a form the way a page of ours would."""
        data = {"csrf": self.csrf, "key": options.pop("key", None) or new_uid(), **(fields or {})}
        return await self.post(url, data=data, **options)


PERSONAL_NUMBER = re.compile(r"\d{17}|(?<!\d)1[3-9]\d{9}(?!\d)")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep identity numbers and phones out of the names of tests, though ours are nobody's."""
    return argname if isinstance(val, str) and PERSONAL_NUMBER.search(val) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    other = "sqlite" if RING == "mysql" else "mysql"
    left = [item for item in items if item.get_closest_marker(other)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker(other)]


@pytest.fixture(scope="session", autouse=True)
def _statements_checked() -> Iterator[None]:
    """Build each query nevertheless, often enough for values of every kind to have come by, and compare it with what was kept."""
    with built_once.checking(times=CHECKS):
        yield


@pytest.fixture(scope="session")
def ring_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give an empty database of this process's own: a file, or a schema on a private MariaDB."""
    folder = tmp_path_factory.mktemp("ring")
    if RING == "mysql":
        with rings.private_mariadb(folder) as server:
            yield rings.new_schema(server, "alliance")
    else:
        yield f"sqlite://{folder / 'alliance.db'}?synchronous=off"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a private Redis on the MariaDB ring, and none on the embedded one."""
    if RING != "mysql":
        yield ""
        return
    with rings.private_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def simulator() -> AsyncIterator[Simulator]:
    config = Config(appid=Settings().wechat_appid, secret=Settings().wechat_secret, open_subscriptions=True)
    async with Simulator(config) as standing:
        yield standing


@pytest.fixture(scope="session")
def settings(
    tmp_path_factory: pytest.TempPathFactory, ring_url: str, redis_url: str, simulator: Simulator
) -> Settings:
    folder: Path = tmp_path_factory.mktemp("data")
    return Settings.from_env(
        {
            "DATA_DIR": str(folder),
            "DATABASE_URL": ring_url,
            "REDIS_URL": redis_url,
            "WECHAT_API_BASE": simulator.base_url,
            "ARGON2_MEMORY_KIB": "64",
            "RATE_FACTOR": "1000",
        }
    )


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@dataclass
class _Standing:
    town: demo.Town
    snapshot: rings.Snapshot
    services: Services
    simulator: Simulator


@pytest_asyncio.fixture(scope="session")
async def _standing(settings: Settings, simulator: Simulator) -> AsyncIterator[_Standing]:
    configure_core(settings)
    await migrate_up(settings.database, modules=MODEL_MODULES)
    await open_database(settings.database, modules=MODEL_MODULES)
    town = await demo.load(now=cast.TOWN_NOW, appid=settings.wechat_appid)
    snapshot = rings.take_snapshot(settings.database)
    services = services_for(settings)
    yield _Standing(town, snapshot, services, simulator)
    snapshot.close()
    await services.wechat.close()
    await services.shared.close()
    await close_database()


@pytest_asyncio.fixture
async def town(_standing: _Standing, clock: Clock) -> AsyncIterator[demo.Town]:
    """The town, untouched: whatever the test changes is put back afterwards."""
    clock.set(cast.TOWN_NOW)
    yield _standing.town
    await (
        finish_all()
    )  # of requests whose phone was put away: their writes would hold the file, or come after
    _standing.snapshot.restore()
    await _forget_what_was_counted(_standing.services.shared)
    _standing.simulator.world.limits.clear()  # a fast machine signs in more often in a minute than a person may
    clock.set(cast.TOWN_NOW)


async def _forget_what_was_counted(shared: Shared) -> None:
    if isinstance(shared, RedisShared):
        await shared.redis.flushdb()
        shared._own._counts.clear()  # what was counted here while Redis was slow to answer
    elif isinstance(shared, InProcessShared):
        shared._counts.clear()


@pytest.fixture
def services(_standing: _Standing) -> Services:
    return _standing.services


@contextlib.asynccontextmanager
async def serving(
    app: Sanic[Any, Any], *, protocol: type[asyncio.Protocol] = Connection
) -> AsyncIterator[str]:
    """Serve in this process's own loop, on a free port, with all its listeners."""
    server: Any = await app.create_server(
        sock=listening_socket("127.0.0.1", 0),
        protocol=protocol,
        return_asyncio_server=True,
        asyncio_server_kwargs={"start_serving": False},
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    yield f"http://127.0.0.1:{server.server.sockets[0].getsockname()[1]}"
    await server.before_stop()
    await server.close()
    await server.after_stop()


@pytest_asyncio.fixture(scope="session")
async def address(_standing: _Standing, settings: Settings, clock: Clock) -> AsyncIterator[str]:
    """Serve on a real socket: the ASGI way would skip every size limit and time-out."""
    app = create_app(settings, clock=clock, manage_database=False, services=_standing.services, name="tests")
    async with serving(app) as base:
        yield base
    Sanic.unregister_app(app)


@dataclass
class _Opened:
    clients: list[httpx.AsyncClient] = field(default_factory=list)


@pytest_asyncio.fixture
async def _opened() -> AsyncIterator[_Opened]:
    opened = _Opened()
    yield opened
    for client in opened.clients:
        await client.aclose()


@pytest_asyncio.fixture
async def anonymous(town: demo.Town, address: str, _opened: _Opened) -> ApiClient:
    client = ApiClient(base_url=f"{address}/api/v1", timeout=30)
    _opened.clients.append(client)
    return client


@pytest_asyncio.fixture
async def api(town: demo.Town, address: str, _opened: _Opened) -> Callable[[str], Awaitable[ApiClient]]:
    """Sign a person of the town in to the mini-program's API, through the stand-in, as a phone would."""

    async def sign_in(persona: str) -> ApiClient:
        client = ApiClient(base_url=f"{address}/api/v1", timeout=30)
        _opened.clients.append(client)
        device = getattr(town.identity, "devices", {}).get(persona)
        body = {"code": f"sim:{persona}:{next(codes)}", **({"device_id": device} if device else {})}
        answer = await client.post("/session", json=body)
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return client

    return sign_in


@pytest_asyncio.fixture
async def console(
    town: demo.Town, address: str, clock: Clock, _opened: _Opened
) -> Callable[[str], Awaitable[ConsolePage]]:
    """Sign somebody in to the console with password and second factor."""

    async def sign_in(login: str) -> ConsolePage:
        from server.web import sessions

        page = ConsolePage(base_url=address, timeout=30, follow_redirects=False)
        _opened.clients.append(page)
        form = {
            "login": login,
            "password": cast.CONSOLE_PASSWORD,
            "code": pyotp.TOTP(cast.TOTP_SECRET).at(clock()),
        }
        answer = await page.post("/admin/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        page.csrf = sessions.csrf_token(page.cookies[sessions.COOKIE])
        page.proof_code = pyotp.TOTP(cast.TOTP_SECRET).at(clock() + timedelta(seconds=30))
        return page

    return sign_in


@pytest.fixture
def stage(town: demo.Town, clock: Clock) -> Stage:
    return Stage(town, clock())


@pytest.fixture
def actor(town: demo.Town, clock: Clock) -> Callable[[str], Awaitable[Actor]]:
    """Make the core's actor of somebody in the cast, by key."""

    async def make(key: str) -> Actor:
        return await Stage(town, clock()).actor(key)

    return make


@pytest.fixture
def worker_pass(town: demo.Town, services: Services, clock: Clock) -> Callable[[], Awaitable[int]]:
    """Do once what the worker does all day."""

    async def once() -> int:
        return await worker.work_once(services, now=clock())

    return once
