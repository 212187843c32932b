"""What nothing but one missing condition would change: found by taking each of them out (tests/mutation)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from server.alliance.models import ServiceAgreement
from server.alliance.rules import AgreementStatus
from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import ROLE_PERMISSIONS, Permission, Role
from server.demo import Town
from server.kit.errors import NotFound
from server.people.access import BUREAU_PERMISSIONS, Way, own_row_for, resident_for, standing_of
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import ProxyScope, ProxyStatus

ActorOf = Callable[[str], Awaitable[Actor]]
READ, BOOK = Permission.RESIDENT_READ, Permission.APPOINTMENT_BOOK


async def reaches(actor: Actor, uid: str, permission: Permission, now: Any) -> bool:
    try:
        await resident_for(actor=actor, uid=uid, permission=permission, now=now)
    except NotFound:
        return False
    return True


async def stands(actor: Actor, uid: str, permission: Permission, now: Any) -> bool:
    """Tell whether the actor has a standing, asked about a row that somebody else has found already."""
    row = await Resident.get(uid=uid)
    try:
        await standing_of(actor=actor, resident=row, permission=permission, now=now)
    except NotFound:
        return False
    return True


ASKED = (reaches, stands)


@pytest.mark.parametrize("asked", ASKED, ids=lambda each: each.__name__)
class TestNobody:
    async def test_acts_beyond_the_scopes_of_a_grant(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        daughter, wang = await actor("daughter"), town.people.wang
        assert await asked(daughter, wang, BOOK, clock())

        await (
            ProxyGrantScope.filter(grant__uid=town.people.daughter_grant)
            .exclude(scope=ProxyScope.PROFILE)
            .delete()
        )

        assert await asked(daughter, wang, READ, clock())
        assert not await asked(daughter, wang, BOOK, clock())

    async def test_acts_for_one_resident_by_the_grant_of_another(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        assert not await asked(await actor("daughter"), town.people.li, READ, clock())

    async def test_acts_by_a_grant_that_is_paused(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        daughter = await actor("daughter")
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(status=ProxyStatus.SUSPENDED)

        assert not await asked(daughter, town.people.wang, READ, clock())

    async def test_of_another_homes_partner_reaches_anybody_here(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        sun = await actor("sun")

        assert await asked(sun, town.people.zhao_yun, READ, clock())
        assert not await asked(sun, town.people.wang, READ, clock())

    async def test_is_themselves_or_a_proxy_while_at_work(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        for person in ("wang", "daughter"):
            at_work = replace(await actor(person), grants=())

            assert not await asked(at_work, town.people.wang, READ, clock())

    async def test_without_an_account_is_a_resident_without_one(
        self, town: Town, clock: Any, asked: Any
    ) -> None:
        nobody = Actor(None, "", "", (Grant(Role.PERSON),), Channel.WORKER)

        assert not await asked(nobody, town.people.li, READ, clock())

    async def test_at_the_bureau_reaches_residents_beyond_the_registers_business(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        qian = await actor("qian")
        for permission in ROLE_PERMISSIONS[Role.CIVIL_AFFAIRS]:
            expected = permission in BUREAU_PERMISSIONS
            assert await asked(qian, town.people.wang, permission, clock()) == expected, permission

    async def test_of_a_partner_reaches_the_record_by_the_agreement(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        doctor = await actor("doctor")

        assert await asked(doctor, town.people.wang, READ, clock())
        assert not await asked(doctor, town.people.wang, Permission.RECORD_READ, clock())

    async def test_of_a_partner_reaches_anything_once_the_agreement_rests(
        self, town: Town, actor: ActorOf, clock: Any, asked: Any
    ) -> None:
        resting = {"status": AgreementStatus.SUSPENDED}
        await ServiceAgreement.filter(uid=town.alliance.yihe_health_center).update(**resting)

        assert not await asked(await actor("doctor"), town.people.wang, READ, clock())


class TestOnesOwnRow:
    async def test_is_for_nobody_who_acts_in_ones_place(self, town: Town, actor: ActorOf, clock: Any) -> None:
        own = {"uid": town.people.wang, "permission": READ, "now": clock()}

        assert (await own_row_for(actor=await actor("wang"), **own)).uid == town.people.wang
        for other in ("daughter", "nurse", "he"):
            with pytest.raises(NotFound):
                await own_row_for(actor=await actor(other), **own)

    async def test_is_said_to_be_ones_own(self, town: Town, actor: ActorOf, clock: Any) -> None:
        row = await Resident.get(uid=town.people.wang)

        found = await standing_of(actor=await actor("wang"), resident=row, permission=READ, now=clock())

        assert found.way is Way.SELF
