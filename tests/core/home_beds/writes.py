"""The writes around a home bed, each made ready to be stopped at any of its statements."""

from server.home_beds import actions
from server.home_beds.rules import CURRENT, BedKind, EndReason
from server.people.rules import CareEvent
from tests.conftest import Clock
from tests.core.home_beds.flows import NOTE, OPENING, TICKED, BedWay
from tests.crashes import Flow, flow
from tests.stage import Stage


async def set_the_scene(stage: Stage) -> BedWay:
    return BedWay(stage.town, stage.actor, Clock())


async def apply(way: BedWay) -> Flow:
    return flow(
        await way.actor("he"), actions.apply_for_bed, resident_uid=way.town.people.wang,
        institution_uid=way.town.alliance.health_center, now=way.clock(),
    )  # fmt: skip


async def withdraw(way: BedWay) -> Flow:
    uid = await way.applied()
    return flow(await way.actor("he"), actions.withdraw_bed, uid=uid, reason="住院了", now=way.clock())


async def decline(way: BedWay) -> Flow:
    uid = await way.applied()
    return flow(await way.actor("feng"), actions.decline_bed, uid=uid, reason="不符合", now=way.clock())


async def assess(way: BedWay) -> Flow:
    uid, accounts = await way.applied(), way.town.identity.accounts
    return flow(
        await way.actor("feng"), actions.assess_bed, uid=uid, version=CURRENT.version, ticked=TICKED,
        kind=BedKind.NURSING, doctor_uid=accounts["doctor"], nurse_uid=accounts["feng"], findings="长期卧床",
        now=way.clock(),
    )  # fmt: skip


async def open_it(way: BedWay) -> Flow:
    uid = await way.assessed()
    return flow(await way.actor("feng"), actions.open_bed, uid=uid, opening=OPENING, now=way.clock())


async def write_a_round(way: BedWay) -> Flow:
    uid = await way.opened()
    return flow(await way.actor("feng"), actions.write_round, uid=uid, note=NOTE, now=way.clock())


async def mark_an_emergency(way: BedWay) -> Flow:
    uid, happened_at = await way.opened(), way.clock()
    return flow(
        await way.actor("he"), actions.mark_emergency, uid=uid, happened_at=happened_at, taken_to="市一院",
        now=way.clock.advance(hours=1),
    )  # fmt: skip


async def follow_into_hospital(way: BedWay) -> Flow:
    """Follow the news, as the worker does."""
    await way.opened()
    way.clock.advance(days=1)
    await way.care(CareEvent.HOSPITALIZE)
    return flow(
        await way.actor("feng"), actions.follow_care_state, resident_uid=way.town.people.wang, now=way.clock()
    )


async def follow_back_home(way: BedWay) -> Flow:
    await (await follow_into_hospital(way)).run()
    way.clock.advance(days=1)
    await way.care(CareEvent.RETURN)
    return flow(
        await way.actor("feng"), actions.follow_care_state, resident_uid=way.town.people.wang, now=way.clock()
    )


async def close(way: BedWay) -> Flow:
    uid = await way.opened()
    way.clock.advance(days=1)
    return flow(
        await way.actor("feng"), actions.close_bed, uid=uid, why=EndReason.STABLE, summary="好转",
        now=way.clock(),
    )  # fmt: skip


WRITES = (
    apply, withdraw, decline, assess, open_it, write_a_round, mark_an_emergency, follow_into_hospital,
    follow_back_home, close,
)  # fmt: skip
