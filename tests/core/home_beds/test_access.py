"""Whose home beds somebody reaches, which institution may open one, and that a step is refused out of its turn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import system_actor
from server.authority.permissions import Permission
from server.home_beds import access, actions, queries
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.people.models import Resident
from server.people.rules import CareEvent
from tests.core.home_beds.flows import OPENING, BedWay
from tests.overtaken import EACH, overtaken

READ = Permission.HOME_BED_READ
DAY = timedelta(days=1)


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
    else:
        assert listed
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


async def test_a_step_out_of_its_turn_is_refused_as_that_whatever_else_is_wrong(way: BedWay) -> None:
    await way.opened()
    with pytest.raises(NotThisNow):
        await way.open(replace(OPENING, rounds_a_week=0))
    with pytest.raises(NotThisNow):
        await way.assessed(version="of another year")


async def test_a_hospital_is_told_the_numbers_of_its_own_beds(way: BedWay) -> None:
    await way.opened()
    for key, beds in (("feng", 1), ("zhao", 0)):
        own = await queries.bed_counts(actor=await way.actor(key), now=way.clock())
        assert (own.whole.open_now, len(own.lines)) == (beds, beds)


@pytest.mark.parametrize("missed", ["its last days", "its round", "its end", "the hospital"])
async def test_a_worker_that_comes_second_counts_and_tells_nothing(way: BedWay, missed: str) -> None:
    await way.opened()
    last_day = (await way.row()).last_day
    assert last_day
    match missed:
        case "its last days":
            day = local_date(way.clock())
            await HomeBed.filter(uid=way.uid).update(last_day=day, next_deadline=way.clock.instant + DAY)
        case "its round":
            way.clock.advance(days=9)
        case "its end":
            way.clock.set(way.clock.instant + (last_day - local_date(way.clock()) + DAY))
        case "the hospital":
            await way.care(CareEvent.HOSPITALIZE)
    told = await OutboxMessage.all().count()
    with overtaken(EACH):
        assert await actions.sweep_home_beds(actor=system_actor("worker"), now=way.clock()) == 0
    assert await OutboxMessage.all().count() == told
