"""What processes share goes on through the sentinels' primary, whichever that is, and nobody waits for Redis."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from server.kit.ids import new_uid
from server.kit.shared import Shared, shared_through
from tests import rings
from tests.cluster.sentinels import Sentinels, sentinels
from tests.cluster.servers import NEEDS
from tests.servers import until_meanwhile

pytestmark = [pytest.mark.mysql]

MANY = 60.0  # seconds: a window that does not end here


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sentinels]:
    here, why = rings.servers_or_reason(NEEDS)
    if not here:
        pytest.skip(why)
    with sentinels(tmp_path_factory.mktemp("sentinels")) as made:
        yield made


@pytest_asyncio.fixture
async def shared(standing: Sentinels) -> AsyncIterator[Shared]:
    made = shared_through(standing.url)
    yield made
    await made.close()


async def hits(shared: Shared, key: str, times: int) -> list[int]:
    return [await shared.hit(key, window=MANY) for _ in range(times)]


async def counted_by(shared: Shared, other: Shared) -> bool:
    """Tell whether what one process counts is known to another."""
    key = new_uid()
    await shared.hit(key, window=MANY)
    return await other.hit(key, window=MANY) == 2


async def test_many_at_once_share_a_bounded_number_of_connections(shared: Shared) -> None:
    key = new_uid()
    counts = await asyncio.gather(*(shared.hit(key, window=MANY) for _ in range(200)))

    assert sorted(counts) == list(range(1, 201))


async def test_a_frozen_primary_holds_nobody_up_and_another_is_found(
    standing: Sentinels, shared: Shared
) -> None:
    primary, other = standing.primary, shared_through(standing.url)
    assert await counted_by(shared, other)
    primary.freeze()
    try:
        began = time.monotonic()
        assert await hits(shared, new_uid(), 50) == list(range(1, 51))
        assert time.monotonic() - began < 2, "only the first one may wait, for half a second"
        await asyncio.to_thread(standing.wait_for_another, than=primary)
        await until_meanwhile(lambda: counted_by(shared, other), "finding the new primary", within=10)
    finally:
        primary.thaw()
        await other.close()


async def test_with_two_sentinels_gone_the_third_still_leads_to_the_primary(standing: Sentinels) -> None:
    await asyncio.to_thread(standing.wait_until_whole)
    for sentinel in standing.sentinels[:2]:
        sentinel.kill()
    one, other = shared_through(standing.url), shared_through(standing.url)

    assert await counted_by(one, other)
    await one.close()
    await other.close()
