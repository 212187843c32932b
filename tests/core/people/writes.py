"""The writes around proxies and stays, each made ready to be stopped at any of its statements."""

from server.demo.people import WANG_NUMBER
from server.people import actions
from server.people.actions.invitations import Offered, invite
from server.people.rules import Basis, EndReason, ProxyScope, Relation, StayEnd
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


WRITES = (apply, verify, confirm, end, redeem, discharge)
