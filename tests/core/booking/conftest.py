from typing import Any

import pytest_asyncio

from tests.core.booking.world import World, build


@pytest_asyncio.fixture
async def world(town: Any) -> World:
    return await build()
