"""The writes around proxies and stays, each made ready to be stopped at any of its statements."""

from datetime import date

from server.demo.people import WANG_NUMBER
from server.people import actions
from server.people.actions.invitations import Offered, invite
from server.people.models import ProxyInvitation, Resident
from server.people.rules import (
    Basis,
    CareCause,
    CareEvent,
    EndReason,
    ProxyScope,
    Relation,
    Sex,
    StayEnd,
)
from tests.crashes import Flow, flow
from tests.stage import Stage


async def apply(stage: Stage) -> Flow:
    return flow(
        await stage.actor("stranger"), actions.apply_for_proxy, name="王桂兰", national_id=WANG_NUMBER,
        basis=Basis.OWN_CONSENT, relation=Relation.FRIEND, scopes=[ProxyScope.PROFILE], now=stage.now,
    )  # fmt: skip


async def verify(stage: Stage) -> Flow:
    he = await stage.actor("he")
    return flow(he, actions.verify_proxy, uid=stage.town.people.nephew_grant, now=stage.now)


async def confirm(stage: Stage) -> Flow:
    await (await verify(stage)).run()
    wang = await stage.actor("wang")
    return flow(wang, actions.confirm_proxy, uid=stage.town.people.nephew_grant, now=stage.now)


async def end(stage: Stage) -> Flow:
    wang = await stage.actor("wang")
    return flow(
        wang,
        actions.end_proxy,
        uid=stage.town.people.daughter_grant,
        reason=EndReason.RESIDENT_WISH,
        now=stage.now,
    )


async def redeem(stage: Stage) -> Flow:
    offered = Offered(Relation.FRIEND, (ProxyScope.PROFILE,))
    invited = await (
        flow(
            await stage.actor("wang"),
            invite,
            resident_uid=stage.town.people.wang,
            offered=offered,
            now=stage.now,
        )
        .keyed("invitation")
        .run()
    )
    return flow(await stage.actor("stranger"), actions.redeem_invitation, code=invited.code, now=stage.now)


async def discharge(stage: Stage) -> Flow:
    he = await stage.actor("he")
    return flow(
        he, actions.discharge, resident_uid=stage.town.people.wang, reason=StayEnd.WENT_HOME, now=stage.now
    )


SHEET = "见证单 12 号"


async def admit(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.admit, home_uid=stage.town.alliance.yihe, name="王桂蓝", sex=Sex.FEMALE,
        birth_date=date(1936, 2, 29), phone="13800001111", bed="305-1", now=stage.now,
    )  # fmt: skip


async def admit_again(stage: Stage) -> Flow:
    await (await discharge(stage)).run()
    return flow(
        await stage.actor("he"), actions.admit, home_uid=stage.town.alliance.yihe, name="王桂兰", sex=Sex.FEMALE,
        birth_date=date(1936, 2, 29), national_id=WANG_NUMBER, bed="305-1", now=stage.now,
    )  # fmt: skip


async def change_bed(stage: Stage) -> Flow:
    he = await stage.actor("he")
    return flow(he, actions.change_bed, resident_uid=stage.town.people.wang, bed="305-1", now=stage.now)


async def transfer(stage: Stage) -> Flow:
    return flow(
        await stage.actor("jin"), actions.transfer, resident_uid=stage.town.people.wang,
        home_uid=stage.town.alliance.songhe, bed="305-1", reason="离女儿近", now=stage.now,
    )  # fmt: skip


async def to_hospital(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.transition, resident_uid=stage.town.people.wang,
        event=CareEvent.HOSPITALIZE, cause=CareCause.REPORTED, now=stage.now,
    )  # fmt: skip


async def record_death(stage: Stage) -> Flow:
    wang, he = stage.town.people.wang, await stage.actor("he")
    return flow(he, actions.record_death, resident_uid=wang, died_at=stage.now, now=stage.now)


async def merge(stage: Stage) -> Flow:
    """Wang had left, and was taken in under a second row."""
    await (await discharge(stage)).run()
    twin = await (await admit(stage)).run()
    return flow(
        await stage.actor("qian"), actions.merge_residents, survivor_uid=twin.uid,
        absorbed_uid=stage.town.people.wang, reason="同一人", now=stage.now,
    )  # fmt: skip


async def unmerge(stage: Stage) -> Flow:
    merged = await merge(stage)
    await merged.run()
    return flow(
        merged.actor, actions.unmerge_residents, absorbed_uid=stage.town.people.wang, reason="两个人", now=stage.now
    )  # fmt: skip


async def suspend(stage: Stage) -> Flow:
    return flow(
        await stage.actor("wang"), actions.suspend_proxy, uid=stage.town.people.daughter_grant,
        reason=EndReason.RESIDENT_WISH, now=stage.now,
    )  # fmt: skip


async def resume(stage: Stage) -> Flow:
    await (await suspend(stage)).run()
    wang = await stage.actor("wang")
    return flow(wang, actions.resume_proxy, uid=stage.town.people.daughter_grant, now=stage.now)


async def decline(stage: Stage) -> Flow:
    await (await verify(stage)).run()
    wang = await stage.actor("wang")
    return flow(wang, actions.decline_proxy, uid=stage.town.people.nephew_grant, now=stage.now)


async def withdraw(stage: Stage) -> Flow:
    nephew = await stage.actor("nephew")
    return flow(nephew, actions.withdraw_proxy, uid=stage.town.people.nephew_grant, now=stage.now)


async def witness_first(stage: Stage) -> Flow:
    await (await verify(stage)).run()
    await Resident.filter(uid=stage.town.people.wang).update(account_id=None)
    return flow(
        await stage.actor("nurse"), actions.witness_proxy, uid=stage.town.people.nephew_grant, document_ref=SHEET,
        now=stage.now,
    )  # fmt: skip


async def witness_second(stage: Stage) -> Flow:
    first = await witness_first(stage)
    await first.run()
    return flow(await stage.actor("he"), actions.witness_proxy, **first.said)


async def revoke_invitation(stage: Stage) -> Flow:
    await redeem(stage)
    row = await ProxyInvitation.all().order_by("-id").first()
    assert row is not None
    return flow(
        await stage.actor("wang"), actions.revoke_invitation, resident_uid=stage.town.people.wang,
        invitation_uid=row.uid, now=stage.now,
    )  # fmt: skip


async def bind_account(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.bind_account, resident_uid=stage.town.people.li,
        account_uid=stage.town.identity.accounts["stranger"], now=stage.now,
    )  # fmt: skip


async def let_go(stage: Stage) -> Flow:
    await redeem(stage)
    return flow(await stage.actor("wang"), actions.release_account, now=stage.now)


WRITES = (
    apply, verify, confirm, end, redeem, discharge, admit, admit_again, change_bed, transfer, to_hospital, record_death,
    merge, unmerge, suspend, resume, decline, withdraw, witness_first, witness_second, revoke_invitation, bind_account,
    let_go,
)  # fmt: skip
