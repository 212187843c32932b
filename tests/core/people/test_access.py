"""Whose rows a deed of the register reaches: one person's alone, and nothing that was over before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.alliance.models import Institution, PolicyParameter
from server.authority.permissions import Permission
from server.kit.errors import NotFound
from server.people import actions, queries
from server.people.access import narrowed_grants, own_row_of
from server.people.actions.invitations import Offered, invite
from server.people.errors import BedTaken, InvitationNotValid, TooManyApplications, TooManyProxies
from server.people.models import CareStateChange, Kinship, ProxyGrant, ProxyInvitation, Resident, ResidentStay
from server.people.rules import CareCause, CareEvent, ProxyScope, Relation
from tests.core.people import writes


async def invited(stage):
    who, offered = await stage.actor("wang"), Offered(Relation.FRIEND, (ProxyScope.PROFILE,))
    await invite(actor=who, resident_uid=stage.town.people.wang, offered=offered, now=stage.now)
    return await ProxyInvitation.all().order_by("-id").first()


class TestOnesOwnRow:
    async def test_is_nobodys_for_who_is_no_resident(self, stage):
        assert (await own_row_of(actor=await stage.actor("wang"))).uid == stage.town.people.wang
        assert await own_row_of(actor=await stage.actor("stranger")) is None


async def test_a_narrowed_grant_narrows_whoever_was_merged_and_nobody_else(stage):
    await (await writes.merge(stage)).run()
    await ProxyGrant.filter(uid=stage.town.people.daughter_grant).update(categories=["exam"])
    held = await narrowed_grants(
        actor=await stage.actor("daughter"), permission=Permission.RECORD_READ, now=stage.now
    )
    wang = await Resident.get(uid=stage.town.people.wang)
    assert held == {frozenset({"exam"}): [wang.merged_into_id, wang.id]}


class TestAnInvitation:
    @pytest.mark.parametrize("over", ["redeemed_at", "revoked_at", "expires_at"])
    async def test_that_is_over_is_good_for_nothing(self, stage, over):
        redeem, revoke = await writes.redeem(stage), await writes.revoke_invitation(stage)
        await ProxyInvitation.all().update(**{over: stage.now})
        with pytest.raises(InvitationNotValid):
            await redeem.run()
        with pytest.raises(NotFound):
            await revoke.run()

    async def test_is_for_nobody_with_too_many_applications(self, stage):
        redeem = await writes.redeem(stage)
        await PolicyParameter.filter(code="people.open_applications").update(value=0)
        with pytest.raises(TooManyApplications):
            await redeem.run()

    async def test_of_others_and_what_is_over_stays_when_somebody_lets_go(self, stage):
        ready = await writes.let_go(stage)
        daughter = (await stage.actor("daughter")).account_id
        theirs, spent = await invited(stage), await invited(stage)
        await ProxyInvitation.filter(id=theirs.id).update(issued_by_id=daughter)
        await ProxyInvitation.filter(id=spent.id).update(redeemed_at=stage.now)
        kin = await Kinship.all().order_by("id").first()
        await Kinship.filter(id=kin.id).update(relative_id=daughter)
        await ready.run()
        left = ProxyInvitation.filter(revoked_at=None).order_by("id")
        assert await left.values_list("id", flat=True) == [theirs.id, spent.id]
        assert (await Kinship.get(id=kin.id)).relative_id == daughter


class TestAStay:
    @pytest.mark.parametrize("write", [writes.discharge, writes.change_bed], ids=lambda each: each.__name__)
    async def test_that_had_ended_keeps_its_end(self, stage, write):
        wang = await Resident.get(uid=stage.town.people.wang)
        earlier = ResidentStay(
            resident_id=wang.id, home_id=wang.home_id, started_at=stage.now - timedelta(days=999),
            ended_at=stage.now - timedelta(days=900), end_reason="went_home", created_at=stage.now,
        )  # fmt: skip
        await earlier.save()
        before = await ResidentStay.filter(id=earlier.id).values()
        await (await write(stage)).run()
        assert await ResidentStay.filter(id=earlier.id).values() == before

    async def test_gives_back_ones_own_nursing_bed_alone(self, stage):
        others = CareStateChange.filter(resident__uid=stage.town.people.li, ended_at=None)
        await others.update(nursing_key="1/1")
        await (await writes.discharge(stage)).run()
        assert await others.values_list("nursing_key", flat=True) == ["1/1"]

    async def test_takes_a_nursing_bed_along_for_the_state_of_today_alone(self, stage):
        he, wang = await stage.actor("he"), stage.town.people.wang
        for event in (CareEvent.HOSPITALIZE, CareEvent.CONVALESCE):
            await actions.transition(
                actor=he, resident_uid=wang, event=event, cause=CareCause.REPORTED, now=stage.now
            )
        await Institution.filter(uid=stage.town.alliance.songhe).update(nursing_beds=1)
        await (await writes.transfer(stage)).run()
        keys = CareStateChange.filter(resident__uid=wang).order_by("id").values_list("nursing_key", flat=True)
        *earlier, today = await keys
        assert today
        assert earlier == [None] * len(earlier)


class TestABed:
    @pytest.mark.parametrize(
        "write", [writes.change_bed, writes.admit, writes.transfer], ids=lambda each: each.__name__
    )
    async def test_that_is_taken_is_said_at_its_field(self, stage, write):
        ready = await write(stage)
        taken = await Resident.get(
            uid=stage.town.people.zhao_yun if write is writes.transfer else stage.town.people.li
        )
        with pytest.raises(BedTaken) as refused:
            await replace(ready, said={**ready.said, "bed": taken.bed}).run()
        assert set(refused.value.fields) == {"bed"}

    async def test_of_another_home_is_not_shown(self, stage):
        he = await stage.actor("he")
        assert await queries.beds(actor=he, home_uid=stage.town.alliance.yihe, now=stage.now)
        with pytest.raises(NotFound):
            await queries.beds(actor=he, home_uid=stage.town.alliance.songhe, now=stage.now)


class TestAnApplication:
    @pytest.mark.parametrize(
        ("write", "others"),
        [
            (writes.withdraw, ("wang", "he", "daughter")),
            (writes.decline, ("he", "nurse", "daughter")),
            (writes.witness_first, ("wang", "daughter", "doctor")),
        ],
        ids=lambda each: getattr(each, "__name__", ""),
    )
    async def test_is_answered_by_whose_answer_it_is(self, stage, write, others):
        ready = await write(stage)
        before = await ProxyGrant.filter(uid=stage.town.people.nephew_grant).values()
        for key in others:
            with pytest.raises(NotFound):
                await replace(ready, actor=await stage.actor(key)).run()
        assert await ProxyGrant.filter(uid=stage.town.people.nephew_grant).values() == before


async def test_a_resident_is_no_witness_to_themselves(stage):
    await (await writes.verify(stage)).run()
    with pytest.raises(NotFound):
        await actions.witness_proxy(
            actor=await stage.actor("wang"), uid=stage.town.people.nephew_grant, document_ref=writes.SHEET, now=stage.now
        )  # fmt: skip


async def test_a_grant_is_not_given_back_when_as_many_as_may_act_for_the_resident(stage):
    ready = await writes.resume(stage)
    await PolicyParameter.filter(code="people.proxies_per_resident").update(value=0)
    with pytest.raises(TooManyProxies):
        await ready.run()


async def test_an_unmerge_gives_back_one_row_and_leaves_the_others_merged(stage):
    ready = await writes.unmerge(stage)
    survivor = (await Resident.get(uid=stage.town.people.wang)).merged_into_id
    other = Resident.filter(uid=stage.town.people.zhao_yun)
    await other.update(merged_into_id=survivor, home_id=None, bed=None, bed_key=None)
    await ready.run()
    assert (await other.get()).merged_into_id == survivor
    assert (await Resident.get(uid=stage.town.people.wang)).merged_into_id is None
