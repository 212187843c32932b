"""The product, opened for as long as a command needs it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from server import parameters
from server.configuration import configure_core
from server.kit.database import database_opened
from server.kit.schema import migrate_up
from server.settings import MODEL_MODULES, Settings
from server.web.faces import utc_now


@asynccontextmanager
async def core(settings: Settings) -> AsyncIterator[None]:
    configure_core(settings)
    async with database_opened(settings.database, modules=MODEL_MODULES, pool_size=settings.database_pool):
        yield


def within(settings: Settings, work: Callable[[], Awaitable[int]]) -> int:
    async def run() -> int:
        async with core(settings):
            return await work()

    return asyncio.run(run())


async def up(settings: Settings) -> list[str]:
    applied = await migrate_up(settings.database, modules=MODEL_MODULES)
    async with core(settings):
        await parameters.lay_down(now=utc_now())
    return applied
