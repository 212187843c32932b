"""What takes away somebody's way to a record also refuses the read that is already under way (I2, I6, T7)."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.alliance import actions as alliance
from server.alliance.models import ServiceAgreement
from server.audit import trail
from server.audit.errors import RightsChanged
from server.audit.guards import rights_changed_at_home
from server.audit.trail_models import AccessChainHead
from server.authority.actor import Actor, system_actor
from server.authority.permissions import Permission, Role
from server.consent.rules import Purpose
from server.demo import Town
from server.identity.models import RoleGrant
from server.kit.clock import local_date
from server.kit.engines.counting import counted
from server.people import actions as people
from server.people.access import resident_for
from server.people.models import ProxyGrant, Resident
from server.people.rules import EndReason, Sex, StayEnd
from server.records import access

ActorOf = Callable[[str], Awaitable[Actor]]
Event = Callable[[Town, ActorOf, datetime], Awaitable[object]]
REASON = "核对后需要"


async def proxy_suspended(town: Town, actor: ActorOf, now: datetime) -> None:
    await people.suspend_proxy(
        actor=await actor("wang"), uid=town.people.daughter_grant, reason=EndReason.UNDER_REVIEW, now=now
    )


async def proxy_ended(town: Town, actor: ActorOf, now: datetime) -> None:
    await people.end_proxy(
        actor=await actor("wang"), uid=town.people.daughter_grant, reason=EndReason.RESIDENT_WISH, now=now
    )


async def proxy_ran_out(town: Town, actor: ActorOf, now: datetime) -> None:
    await ProxyGrant.filter(uid=town.people.daughter_grant).update(ends_at=now)
    await people.sweep_reviews(actor=system_actor("worker"), now=now)


async def proxy_came_to_work_there(town: Town, actor: ActorOf, now: datetime) -> None:
    wang = await Resident.get(uid=town.people.wang)
    daughter = (await actor("daughter")).account_id
    await RoleGrant(
        account_id=daughter, institution_id=wang.home_id, role=Role.NURSE, starts_at=now, created_at=now
    ).save()
    await people.sweep_reviews(actor=system_actor("worker"), now=now)


async def died(town: Town, actor: ActorOf, now: datetime) -> None:
    await people.record_death(actor=await actor("he"), resident_uid=town.people.wang, died_at=now, now=now)


async def discharged(town: Town, actor: ActorOf, now: datetime) -> None:
    await people.discharge(
        actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.OTHER, now=now
    )


async def moved(town: Town, actor: ActorOf, now: datetime) -> None:
    await people.transfer(
        actor=await actor("jin"),
        resident_uid=town.people.wang,
        home_uid=town.alliance.songhe,
        reason="离女儿家近",
        now=now,
    )


async def account_bound(town: Town, actor: ActorOf, now: datetime) -> None:
    await Resident.filter(uid=town.people.wang).update(account_id=None)
    await people.bind_account(
        actor=await actor("he"),
        resident_uid=town.people.wang,
        account_uid=town.identity.accounts["wang"],
        now=now,
    )


async def agreement_suspended(town: Town, actor: ActorOf, now: datetime) -> None:
    await alliance.suspend_agreement(
        actor=await actor("tang"), uid=town.alliance.yihe_health_center, reason=REASON, now=now
    )


async def agreement_terminated(town: Town, actor: ActorOf, now: datetime) -> None:
    await alliance.terminate_agreement(
        actor=await actor("tang"), uid=town.alliance.yihe_health_center, reason=REASON, now=now
    )


async def agreement_ran_out(town: Town, actor: ActorOf, now: datetime) -> None:
    yesterday = local_date(now) - timedelta(days=1)
    await ServiceAgreement.filter(uid=town.alliance.yihe_health_center).update(last_day=yesterday)
    await alliance.sweep_agreements(actor=system_actor("worker"), now=now)


CHANGES: tuple[Event, ...] = (
    proxy_suspended, proxy_ended, proxy_ran_out, proxy_came_to_work_there, died, discharged, moved, account_bound,
    agreement_suspended, agreement_terminated, agreement_ran_out,
)  # fmt: skip


async def under_way(reader: Actor, resident_uid: str, purpose: Purpose, now: datetime) -> access.View:
    """Begin to read, and stop before the line is written."""
    return await access.view_of(actor=reader, resident_uid=resident_uid, purpose=purpose, now=now)


async def finish(view: access.View, now: datetime) -> None:
    await trail.record([view.line("records.timeline", [])], now=now)


class TestAReadUnderWay:
    @pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
    @pytest.mark.parametrize(
        ("somebody", "purpose"),
        [("daughter", Purpose.SELF), ("nurse", Purpose.CARE), ("doctor", Purpose.VISIT)],
    )
    async def test_is_refused(
        self, *, town: Town, actor: ActorOf, clock: Any, change: Event, somebody: str, purpose: Purpose
    ) -> None:
        view = await under_way(await actor(somebody), town.people.wang, purpose, clock())

        await change(town, actor, clock())

        with pytest.raises(RightsChanged):
            await finish(view, clock())

    async def test_is_refused_when_the_row_is_merged_and_when_it_comes_back(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        now, qian, daughter = clock(), await actor("qian"), await actor("daughter")
        await discharged(town, actor, now)
        twin = await people.admit(
            actor=await actor("song"), home_uid=town.alliance.songhe, name="王桂兰", sex=Sex.FEMALE,
            birth_date=(await Resident.get(uid=town.people.wang)).birth_date, now=now,
        )  # fmt: skip
        before = await under_way(daughter, town.people.wang, Purpose.SELF, now)
        await people.merge_residents(
            actor=qian, survivor_uid=twin.uid, absorbed_uid=town.people.wang, reason=REASON, now=now
        )
        with pytest.raises(RightsChanged):
            await finish(before, now)

        merged = await under_way(daughter, town.people.wang, Purpose.SELF, now)
        await people.unmerge_residents(actor=qian, absorbed_uid=town.people.wang, reason=REASON, now=now)
        with pytest.raises(RightsChanged):
            await finish(merged, now)

    async def test_of_somebody_never_read_before_is_refused_too(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        """They have no chain yet: whoever ends the agreement founds it."""
        li = await resident_for(
            actor=await actor("he"), uid=town.people.li, permission=Permission.RESIDENT_READ, now=clock()
        )
        await AccessChainHead.filter(resident_id=li.id).delete()
        view = await under_way(await actor("doctor"), town.people.li, Purpose.VISIT, clock())

        await agreement_suspended(town, actor, clock())

        with pytest.raises(RightsChanged):
            await finish(view, clock())

    async def test_goes_on_when_another_home_loses_its_partner(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        view = await under_way(await actor("doctor"), town.people.wang, Purpose.VISIT, clock())

        await alliance.terminate_agreement(
            actor=await actor("tang"), uid=town.alliance.songhe_second_hospital, reason=REASON, now=clock()
        )

        await finish(view, clock())

    async def test_goes_on_when_an_application_is_turned_down(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        view = await under_way(await actor("daughter"), town.people.wang, Purpose.SELF, clock())

        await people.reject_proxy(
            actor=await actor("he"), uid=town.people.nephew_grant, reason=EndReason.NOT_VERIFIED, now=clock()
        )

        await finish(view, clock())


class TestOneChange:
    async def test_asks_as_much_for_a_full_home_as_for_a_small_one(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        home_id = (await Resident.get(uid=town.people.wang)).home_id
        assert home_id is not None
        async with counted() as few:
            await rights_changed_at_home(home_id, now=clock())
        for number in range(30):
            await people.admit(
                actor=await actor("he"), home_uid=town.alliance.yihe, name=f"长者{number}", sex=Sex.FEMALE,
                birth_date=(await Resident.get(uid=town.people.wang)).birth_date, now=clock(),
            )  # fmt: skip
        await rights_changed_at_home(home_id, now=clock())  # their chains are there now

        async with counted() as many:
            await rights_changed_at_home(home_id, now=clock())

        assert len(many) == len(few) == 3
