"""Whose home beds somebody reaches, which institution may open one, and that a step is refused out of its turn."""

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.alliance.models import Institution, ServiceAgreement
from server.authority.permissions import Permission
from server.home_beds import access
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.home_beds.flows import BedWay

READ = Permission.HOME_BED_READ


@pytest_asyncio.fixture
async def way(town: Any, actor: Any, clock: Any) -> BedWay:
    return BedWay(town, actor, clock)


async def reached(way: BedWay, key: str) -> bool:
    who, now = await way.actor(key), way.clock()
    seen = access.beds_visible_to(actor=who, permission=READ, now=now)
    listed = await HomeBed.filter(seen, uid=way.uid).exists()
    try:
        await access.bed_for(actor=who, uid=way.uid, permission=READ, now=now)
    except NotFound:
        assert not listed
        return False
    return listed


async def test_both_institutions_and_the_family_reach_it_and_nobody_elsewhere(way: BedWay) -> None:
    await way.applied()
    assert [await reached(way, key) for key in ("he", "feng", "daughter", "wang")] == [True] * 4
    assert [await reached(way, key) for key in ("song", "zhao", "guardian", "stranger")] == [False] * 4


async def test_only_whose_agreement_is_in_force_may_open_one(way: BedWay) -> None:
    resident, now = await Resident.get(uid=way.town.people.wang), way.clock()
    bound = Institution.filter(access.providers_for(resident, now=now), uid=way.town.alliance.health_center)
    assert await bound.exists()
    rows = ServiceAgreement.filter(home_id=resident.home_id, provider__uid=way.town.alliance.health_center)
    ids = await rows.values_list("id", flat=True)
    await ServiceAgreement.filter(id__in=ids).update(last_day=local_date(now) - timedelta(days=1))
    assert not await bound.exists()


async def test_no_step_is_taken_twice(way: BedWay) -> None:
    await way.opened()
    with pytest.raises(NotThisNow):
        await way.open()
    with pytest.raises(NotThisNow):
        await way.assessed()
