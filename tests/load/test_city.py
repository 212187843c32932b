"""The city of the benches is copied out of the town; when the town changed, it was found by a bench that no longer ran."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bench import town as city
from tests.conftest import ApiClient

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
