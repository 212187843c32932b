"""Everything on one machine: nginx, HAProxy, nodes of the product, three databases, three Redis, a stand-in for WeChat."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.settings import Settings
from server.wechat.simulator.config import Config
from server.wechat.simulator.server import Simulator
from tests.cluster.apps import App, apps
from tests.cluster.galera import Galera, galera
from tests.cluster.proxies import Proxies, proxies
from tests.cluster.sentinels import Sentinels, sentinels
from tests.load.crowd import Crowd, Person
from tests.load.ledger import Ledger
from tests.servers import free_port

MOST_OPEN = 2  # of the three bookings that a resident may have: the third may be one whose answer was lost


@dataclass(frozen=True)
class Stack:
    databases: Galera
    redis: Sentinels
    proxies: Proxies
    apps: list[App]
    wechat: Simulator
    crowd: Crowd

    def wait_until_whole(self) -> None:
        self.databases.wait_until_whole()
        self.redis.wait_until_whole()
        for app in self.apps:
            app.wait_until_ready()


@asynccontextmanager
async def stack(folder: Path, *, nodes: int = 2, clients: int = 24) -> AsyncIterator[Stack]:
    config = Config(appid=Settings().wechat_appid, secret=Settings().wechat_secret, open_subscriptions=True)
    ports = [free_port() for _ in range(nodes)]
    async with Simulator(config) as wechat:
        with ExitStack() as opened:
            databases = opened.enter_context(galera(folder))
            redis = opened.enter_context(sentinels(folder))
            front = opened.enter_context(proxies(folder, databases.nodes, ports))
            said = {
                "DATABASE_URL": front.database,
                "REDIS_URL": redis.url,
                "WECHAT_API_BASE": wechat.base_url,
            }
            made, given = opened.enter_context(apps(folder, ports, said, clients=clients))
            yield Stack(databases, redis, front, made, wechat, _crowd(front.base, given))


def _crowd(base: str, given: dict[str, Any]) -> Crowd:
    ledger = Ledger()
    people = [
        Person(each["token"], each["resident"], given["slots"], ledger, MOST_OPEN)
        for each in given["clients"]
    ]
    return Crowd(base, people, ledger)
