"""The city of the benches is copied out of the town; when the town changed, it was found by a bench that no longer ran."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from bench import grown
from bench import town as city
from tests.conftest import ApiClient
from tests.rings import connect_to

pytestmark = pytest.mark.mysql  # copied by MariaDB's own sequences


@pytest.fixture(autouse=True)
def _whole_town(town: Any, _standing: Any) -> Iterator[None]:
    """Put back every table: those that the copying wrote are not seen from here."""
    yield
    _standing.snapshot.restore(everything=True)


async def test_every_family_reads_the_record_of_its_own_resident(
    api: Callable[[str], Awaitable[ApiClient]], ring_url: str
) -> None:
    copied = await api("wang")
    city.build(ring_url, residents=3)
    everybody = city.families(ring_url, 3)

    answers = [
        await copied.get(
            f"/residents/{family.resident_uid}/record/entries",
            headers={"Authorization": f"Bearer {reader.token}"},
        )
        for family in everybody
        for reader in everybody
    ]

    assert [answer.status_code for answer in answers] == [200, 404, 404, 404, 200, 404, 404, 404, 200]
    assert all(answer.json()["items"] for answer in answers[::4])


async def test_every_family_of_the_city_that_grows_reads_on(
    api: Callable[[str], Awaitable[ApiClient]], ring_url: str
) -> None:
    reader = await api("wang")
    with closing(connect_to(ring_url)) as connection, connection.cursor() as cursor:
        grown.build(cursor, residents=3)
    asking = grown.Asking(grown.FAMILY.format(number=3), f"01BENCH{3:019}")

    first = await reader.get(
        f"/residents/{asking.resident_uid}/record/entries",
        params={"limit": "20"},
        headers={"Authorization": f"Bearer {asking.token}"},
    )

    assert first.status_code == 200
    assert len(first.json()["items"]) == 20
