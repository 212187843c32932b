"""Whose contracts and teams somebody reaches, who may sign for whom, and what came in between."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor, system_actor
from server.authority.permissions import Permission
from server.enrolments import access, actions
from server.enrolments.errors import CapacityTooSmall, NotThisNow, TeamFull, TeamInUse
from server.enrolments.models import Enrolment, FamilyTeam
from server.enrolments.rules import SignedHow
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import ProxyScope, ProxyStatus
from tests.core.enrolments.test_actions import SCAN, near_its_end, renewed
from tests.overtaken import EACH, overtaken

DAY = timedelta(days=1)


SIDES, OTHERS = ("wang", "daughter", "he", "feng"), ("guardian", "stranger", "song", "zhao")


@pytest.mark.parametrize("key", [*SIDES, *OTHERS])
async def test_a_contract_is_reached_by_its_sides_alone(town: Any, actor: Any, clock: Any, key: str) -> None:
    who, uid = await actor(key), town.enrolments.wang
    needs = Permission.ENROLMENT_READ
    try:
        found = await access.enrolment_for(actor=who, uid=uid, permission=needs, now=clock())
    except NotFound:
        assert key in OTHERS
    else:
        assert (key in SIDES, found.uid) == (True, uid)


async def at_the_second_center(town: Any, actor: Any) -> Actor:
    """Return Feng as if the second hospital, a center too, were where he works."""
    center = await Institution.get(uid=town.alliance.second_hospital)
    await Institution.filter(id=center.id).update(kind="community_health_center")
    feng: Actor = await actor("feng")
    return replace(feng, grants=tuple(replace(grant, institution_id=center.id) for grant in feng.grants))


async def test_another_center_ends_no_contract_and_changes_no_team(town: Any, actor: Any, clock: Any) -> None:
    other = await at_the_second_center(town, actor)
    for step in (
        access.enrolment_of_our_team(actor=other, uid=town.enrolments.wang),
        access.team_of_ours(actor=other, uid=town.enrolments.team),
    ):
        with pytest.raises(NotFound):
            await step
    with pytest.raises(NotFound):
        await actions.close_team(actor=other, uid=town.enrolments.team, now=clock())
    assert (await FamilyTeam.get()).closed_at is None


class TestTeamsOffered:
    async def offered(self, resident_uid: str, now: Any) -> bool:
        resident = await Resident.get(uid=resident_uid)
        return await FamilyTeam.filter(access.teams_offered_to(resident=resident, now=now)).exists()

    async def test_are_of_who_serves_the_home_today(self, town: Any, clock: Any) -> None:
        now, wang = clock(), await Resident.get(uid=town.people.wang)
        assert await self.offered(wang.uid, now)
        bound = ServiceAgreement.filter(home_id=wang.home_id, provider__uid=town.alliance.health_center)
        ids = await bound.values_list("id", flat=True)
        await ServiceAgreement.filter(id__in=ids).update(last_day=local_date(now) - DAY)
        assert not await self.offered(wang.uid, now)

    async def test_are_not_those_of_another_home_but_of_the_city_to_who_lives_in_none(
        self, town: Any, clock: Any
    ) -> None:
        resident = await Resident.get(uid=town.people.wang)
        unserved = await Institution.get(uid=town.alliance.yihe)
        elsewhere = Institution(
            name="云桥市新院", kind=unserved.kind, uscc="52330281MJ8700099X", created_at=clock()
        )
        await elsewhere.save()
        for home, offered in ((elsewhere.id, False), (None, True)):
            await Resident.filter(id=resident.id).update(home_id=home)
            assert await self.offered(resident.uid, clock()) is offered

    async def test_are_of_primary_care_and_open(self, town: Any, clock: Any) -> None:
        wang = town.people.wang
        await Institution.filter(uid=town.alliance.health_center).update(kind="hospital")
        assert not await self.offered(wang, clock())
        await Institution.filter(uid=town.alliance.health_center).update(kind="community_health_center")
        await FamilyTeam.all().update(closed_at=clock())
        assert not await self.offered(wang, clock())


class TestSigners:
    @pytest.fixture
    def guardians(self, town: Any) -> Any:
        return ProxyGrant.filter(uid=town.people.guardian_grant)

    async def test_are_whose_grant_for_this_resident_covers_it_today(
        self, town: Any, clock: Any, guardians: Any
    ) -> None:
        grant = await guardians.get()
        assert await self.signs(town, clock) == [True, True]
        for changed, back in (
            ({"resident_id": (await Resident.get(uid=town.people.wang)).id}, {"resident_id": grant.resident_id}),
            ({"status": ProxyStatus.SUSPENDED}, {"status": grant.status}),
        ):  # fmt: skip
            await guardians.update(**changed)
            assert await self.signs(town, clock) == [False, False]
            await guardians.update(**back)
        await ProxyGrantScope.filter(grant_id=grant.id, scope=ProxyScope.CONSENT).delete()
        assert await self.signs(town, clock) == [False, False]

    async def signs(self, town: Any, clock: Any) -> list[bool]:
        """Tell whether Li's guardian may sign for Li on paper, and stands on the list of who may."""
        li, uid = await Resident.get(uid=town.people.li), town.people.guardian_grant
        listed = await access.signers_of(resident=li, now=clock())
        return [
            await access.may_sign_for(grant_uid=uid, resident=li, now=clock()),
            uid in {grant for grant, _ in listed},
        ]


async def test_who_has_signed_is_not_signed_over(town: Any, actor: Any, clock: Any) -> None:
    """While the team has not said yes, the contract is still applied for."""
    uid, guardian = town.enrolments.li, await actor("guardian")
    await Enrolment.filter(uid=uid).update(accepted_at=None, accepted_by_id=None)
    shown = (await Enrolment.get(uid=uid)).text_hash
    await actions.sign_enrolment(actor=guardian, uid=uid, text_hash=shown, now=clock())
    with pytest.raises(NotThisNow):
        await actions.sign_enrolment(actor=guardian, uid=uid, text_hash=shown, now=clock.advance(hours=1))
    with pytest.raises(NotThisNow):
        await actions.sign_on_paper(
            actor=await actor("he"), uid=uid, grant_uid=None, evidence="柜", scan=SCAN, now=clock()
        )
    assert (await Enrolment.get(uid=uid)).signed_how is SignedHow.PROXY


class TestTeams:
    async def test_that_were_closed_in_between_take_nobody(self, town: Any, actor: Any, clock: Any) -> None:
        await FamilyTeam.all().update(closed_at=clock())
        with pytest.raises(TeamFull):
            await actions.sign_on_paper(
                actor=await actor("he"), uid=town.enrolments.li, grant_uid=None, evidence="柜", scan=SCAN,
                now=clock(),
            )  # fmt: skip
        assert (await FamilyTeam.get()).taken == 1

    async def test_stay_as_large_as_they_have_contracts_and_no_larger_than_the_rule(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        about = {"actor": await actor("feng"), "uid": town.enrolments.team, "member_uids": [], "now": clock()}
        await FamilyTeam.all().update(taken=3)
        for capacity in (0, 2, 5000):
            with pytest.raises(CapacityTooSmall):
                await actions.change_team(**about, capacity=capacity)
        await actions.change_team(**about, capacity=3)
        assert (await FamilyTeam.get()).capacity == 3

    async def test_that_are_closed_are_not_changed(self, town: Any, actor: Any, clock: Any) -> None:
        await FamilyTeam.all().update(closed_at=clock())
        with pytest.raises(CapacityTooSmall):
            await actions.change_team(
                actor=await actor("feng"), uid=town.enrolments.team, member_uids=[], capacity=9, now=clock()
            )

    async def test_are_closed_once_and_not_where_somebody_came_in_between(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        feng, led_by = await actor("feng"), town.identity.accounts["feng"]
        team = {"actor": feng, "leader_uid": led_by, "member_uids": [], "capacity": 10, "now": clock()}
        taken, empty = [await actions.form_team(name=name, **team) for name in ("二组", "三组")]
        await FamilyTeam.filter(uid=taken).update(taken=1)
        await actions.close_team(actor=feng, uid=empty, now=clock())
        for uid in (taken, empty):
            with pytest.raises(TeamInUse):
                await actions.close_team(actor=feng, uid=uid, now=clock())


@pytest.mark.parametrize("missed", ["a merge", "a notice", "its end"])
async def test_a_worker_that_comes_second_counts_and_tells_nothing(
    town: Any, actor: Any, clock: Any, missed: str
) -> None:
    match missed:
        case "a merge":
            wang = await Resident.get(uid=town.people.wang)
            await Enrolment.filter(resident_id=wang.id).update(open_key=None, live_key=None, status="ended")
            await Resident.filter(uid=town.people.li).update(merged_into_id=wang.id)
        case "a notice":
            await near_its_end(town, clock)
        case "its end":
            await near_its_end(town, clock)
            await renewed(town, actor, clock)
            clock.advance(days=30)
    told = await OutboxMessage.all().count()
    with overtaken(EACH):
        assert await actions.sweep_enrolments(actor=system_actor("worker"), now=clock()) == 0
    assert await OutboxMessage.all().count() == told
