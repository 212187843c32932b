"""The clock of a serving machine jumps: work goes on, nothing is counted wrongly, and no session lives longer for it.

The clock is the one the server is given; timers and time-outs go by the kernel's monotonic one, which does not jump.
libfaketime was tried on a whole server: Python's `time.sleep` fails under it (EINVAL), so that it proved nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server import invariants
from server.audit.verification import verify_trails
from server.demo import Town, cast
from server.identity.models import Session
from tests.conftest import ApiClient, Clock

Api = Callable[[str], Awaitable[ApiClient]]
HOUR = timedelta(hours=1)
JUMPS = [timedelta(seconds=seconds) for seconds in (0, -30, 30, -240, 3600, 86400, 0)]


async def test_work_goes_on_and_the_trail_keeps_its_order(town: Town, api: Api, clock: Clock) -> None:
    daughter = await api("daughter")
    before = await invariants.faults(now=clock())
    query = {"day": "2026-03-04", "resident": town.people.wang, "department": town.alliance.geriatrics}
    slots = await daughter.get(f"/institutions/{town.alliance.first_hospital}/slots", params=query)
    slot = next(each["uid"] for each in slots.json()["items"] if each["for_you"] and each["free"])

    statuses = []
    for jump in JUMPS:
        clock.set(cast.TOWN_NOW + jump)
        wish = {"resident": town.people.wang, "reason": "复查"}
        booked = await daughter.post(f"/slots/{slot}/appointments", json=wish)
        cancelled = await daughter.post(f"/appointments/{booked.json()['uid']}/cancel", json={})
        looked = await daughter.get(f"/residents/{town.people.wang}/record/summary")
        statuses.append((booked.status_code, cancelled.status_code, looked.status_code))

    assert statuses == [(201, 200, 200)] * len(JUMPS)
    assert (await verify_trails(None)).sound
    assert await invariants.faults(now=clock()) == before


@pytest.mark.parametrize("persona", ["nurse", "daughter"])
async def test_no_session_lives_longer_for_it(town: Town, api: Api, clock: Clock, persona: str) -> None:
    client = await api(persona)
    account = {"account__uid": town.identity.accounts[persona], "revoked_at": None}
    row = await Session.filter(**account).order_by("-id").first()
    assert row is not None

    statuses = []
    for instant in (
        cast.TOWN_NOW - timedelta(seconds=30),
        cast.TOWN_NOW - HOUR,  # before it was made: a clock that is so wrong lets nobody in
        cast.TOWN_NOW,
        row.expires_at + timedelta(minutes=1),
    ):
        clock.set(instant)
        statuses.append((await client.get("/residents")).status_code)

    assert statuses == [200, 401, 200, 401]
    after = await Session.get(id=row.id)
    assert (after.expires_at, after.last_seen_at) == (row.expires_at, row.last_seen_at)
