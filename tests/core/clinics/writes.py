"""The writes around a home's clinic, each made ready to be stopped at any of its statements."""

from datetime import date

from server.clinics import actions
from server.clinics.actions import Paper
from server.clinics.rules import ClinicEvent, ClinicKind, DesignationKind
from tests.conftest import Clock
from tests.core.clinics.test_actions import Way
from tests.crashes import Flow, flow
from tests.stage import Stage

PAPER = Paper("云卫备〔2026〕1", date(2026, 3, 2), date(2029, 3, 1))
E = ClinicEvent


async def set_the_scene(stage: Stage) -> Way:
    return Way(stage.town, stage.actor, Clock())


async def of_the_home(way: Way, event: ClinicEvent) -> Flow:
    return flow(
        await way.actor("he"), actions.move_clinic, uid=way.town.clinics.yihe, event=event, paper=PAPER,
        reason="没有医生", now=way.clock(),
    )  # fmt: skip


async def of_the_commission(way: Way, event: ClinicEvent) -> Flow:
    return flow(
        await way.actor("tang"), actions.decide_clinic, uid=way.town.clinics.yihe, event=event, paper=PAPER,
        reason="房间不合要求", now=way.clock(),
    )  # fmt: skip


async def intend(way: Way) -> Flow:
    return flow(
        await way.actor("song"), actions.intend_clinic, home_uid=way.town.alliance.songhe,
        kind=ClinicKind.NURSING_STATION, now=way.clock(),
    )  # fmt: skip


async def apply(way: Way) -> Flow:
    return await of_the_home(way, E.APPLY)


async def withdraw(way: Way) -> Flow:
    return await of_the_home(way, E.WITHDRAW)


async def refuse(way: Way) -> Flow:
    await (await apply(way)).run()
    return await of_the_commission(way, E.REFUSE)


async def license_it(way: Way) -> Flow:
    await (await apply(way)).run()
    return await of_the_commission(way, E.LICENSE)


async def operate(way: Way) -> Flow:
    await way.licensed()
    return await of_the_home(way, E.OPERATE)


async def renew(way: Way) -> Flow:
    await way.licensed()
    return await of_the_commission(way, E.RENEW)


async def close(way: Way) -> Flow:
    await way.licensed()
    return await of_the_home(way, E.CLOSE)


async def designate(way: Way) -> Flow:
    await way.licensed()
    return flow(
        await way.actor("tang"), actions.record_designation, institution_uid=way.town.alliance.yihe,
        kind=DesignationKind.MEDICAL, filing_number="云医保定〔2026〕7", first_day=PAPER.on, now=way.clock(),
    )  # fmt: skip


async def end_a_designation(way: Way) -> Flow:
    await way.licensed()
    paid = await way.designated()
    return flow(
        await way.actor("tang"), actions.end_designation, uid=paid.uid, ended_on=PAPER.on, reason="协议终止",
        now=way.clock(),
    )  # fmt: skip


WRITES = (
    intend, apply, withdraw, refuse, license_it, operate, renew, close, designate, end_a_designation,
)  # fmt: skip
