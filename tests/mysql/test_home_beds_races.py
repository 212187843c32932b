"""Two desks, and the clock, act on one home bed at the same instant, on MariaDB."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest

from server import invariants
from server.authority.actor import system_actor
from server.clinics import actions as clinics
from server.clinics.rules import ClinicKind
from server.home_beds import actions
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import HomeBedStatus
from server.people.rules import CareEvent
from tests.core.home_beds.flows import OPENING, BedWay

pytestmark = pytest.mark.mysql
WORKER = system_actor("worker")


async def at_once(*steps: Awaitable[Any]) -> Counter[str]:
    answers = await asyncio.gather(*steps, return_exceptions=True)
    return Counter(
        (getattr(each, "code", None) or repr(each)) if isinstance(each, BaseException) else "done"
        for each in answers
    )


class TestOneWinner:
    async def test_applied_twice_is_there_once(self, town: Any, actor: Any, clock: Any) -> None:
        ways = [BedWay(town, actor, clock) for _ in range(4)]
        answers = await at_once(*(way.applied(who) for way, who in zip(ways, ("he", "daughter", "nurse", "doctor"), strict=True)))  # fmt: skip
        assert answers == {"done": 1, "home_beds.already_has_one": 3}
        assert await HomeBed.filter(live_key__isnull=False).count() == 1

    async def test_opened_twice_runs_once(self, town: Any, actor: Any, clock: Any) -> None:
        way = BedWay(town, actor, clock)
        await way.assessed()
        feng = await actor("feng")
        answers = await at_once(
            *(actions.open_bed(actor=feng, uid=way.uid, opening=OPENING, now=clock()) for _ in range(4))
        )
        assert answers == {"done": 1, "home_beds.not_this_now": 3}
        assert await HomeBedSpan.all().count() == 1

    async def test_into_hospital_while_it_is_closed(
        self, town: Any, actor: Any, clock: Any, worker_pass: Any
    ) -> None:
        way = BedWay(town, actor, clock)
        await way.opened()
        await way.care(CareEvent.HOSPITALIZE)
        follow = actions.follow_care_state(actor=WORKER, resident_uid=town.people.wang, now=clock())
        answers = await at_once(way.close(), follow, actions.sweep_home_beds(actor=WORKER, now=clock()))
        assert answers["done"] >= 1
        assert set(answers) <= {"done", "home_beds.not_this_now"}
        await worker_pass()
        row = await way.row()
        assert row.status in {HomeBedStatus.CLOSED, HomeBedStatus.SUSPENDED}
        assert await HomeBedSpan.filter(ended_at=None).count() == 0
        assert await invariants.faults(now=clock()) == []


async def test_a_clinic_of_a_kind_is_intended_once(town: Any, actor: Any, clock: Any) -> None:
    he = await actor("he")
    answers = await at_once(
        *(
            clinics.intend_clinic(
                actor=he, home_uid=town.alliance.yihe, kind=ClinicKind.NURSING_CENTER, now=clock()
            )
            for _ in range(4)
        )
    )
    assert answers == {"done": 1, "clinics.already_on_the_way": 3}
