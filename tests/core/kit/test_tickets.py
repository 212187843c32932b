"""What travels in somebody's page is read back as it was, for them alone, and not for long."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from server.kit import sealing
from server.kit.sealing import Keyring
from server.kit.tickets import TicketOver, opened_ticket, sealed_ticket

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
PLACE = "somewhere|somebody"
SAID = {"rows": [{"name": "沈阿毛"}], "mark": "1"}


@pytest.fixture(autouse=True)
def _own_key() -> Iterator[None]:
    before = sealing._keyring
    sealing.configure(Keyring.from_words(data_keys=f"1:{'1' * 64}", index_keys=f"1:{'2' * 64}"))
    yield
    sealing._keyring = before
    sealing._derived.cache_clear()


def opened(text: str, *, place: str = PLACE, after: timedelta = timedelta(0)) -> dict[str, object]:
    return opened_ticket(text, place=place, lasts=HALF_AN_HOUR, now=NOON + after)


def test_is_read_back_as_it_was() -> None:
    said = opened(sealed_ticket(SAID, place=PLACE, now=NOON), after=timedelta(minutes=29, seconds=59))
    assert {name: said[name] for name in SAID} == SAID


@pytest.mark.parametrize("after", [HALF_AN_HOUR, timedelta(seconds=-1)])
def test_is_over_after_its_time_and_not_from_the_future(after: timedelta) -> None:
    with pytest.raises(TicketOver):
        opened(sealed_ticket(SAID, place=PLACE, now=NOON), after=after)


def test_is_nobody_elses() -> None:
    with pytest.raises(TicketOver):
        opened(sealed_ticket(SAID, place=PLACE, now=NOON), place="somewhere|somebody else")


@pytest.mark.parametrize(
    "text", ["", "not base64!", "aGVsbG8="], ids=["nothing", "no letters of ours", "not sealed"]
)
def test_of_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(TicketOver):
        opened(text)


def test_of_another_release_is_refused() -> None:
    with pytest.raises(TicketOver):
        opened(base64.b64encode(sealing.seal_bytes(b"not packed", place=PLACE)).decode())
