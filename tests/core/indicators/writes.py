"""Freezing, reopening and reporting, made ready to be stopped at any of their statements."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.demo.indicators import PAGE
from server.indicators import actions
from server.indicators.rules import Level
from tests.core.indicators.test_figures import APRIL, freeze_homes, march_is_over, report_of, reports
from tests.crashes import Flow, flow
from tests.stage import Stage


@dataclass
class Counted:
    """March is over and everything was counted."""

    stage: Stage
    now: datetime = APRIL


async def set_the_scene(stage: Stage) -> Counted:
    await march_is_over()
    return Counted(stage)


async def freeze_a_home(town: Counted) -> Flow:
    row = await report_of(town.stage.town.alliance.yihe)
    return flow(await town.stage.actor("he"), actions.freeze_report, uid=row.uid, now=APRIL)


async def freeze_for_a_home_that_is_late(town: Counted) -> Flow:
    row, late = await report_of(town.stage.town.alliance.yihe), APRIL + timedelta(days=20)
    qian = await town.stage.actor("qian")
    return flow(qian, actions.freeze_report, uid=row.uid, reason="催过两次", now=late)


async def freeze_the_county(town: Counted) -> Flow:
    await freeze_homes(town.stage.actor)
    (county,) = await reports(Level.COUNTY)
    return flow(await town.stage.actor("qian"), actions.freeze_report, uid=county.uid, now=APRIL)


async def reopen_a_home(town: Counted) -> Flow:
    frozen = await freeze_a_home(town)
    await frozen.run()
    qian = await town.stage.actor("qian")
    return flow(qian, actions.reopen_report, uid=frozen.said["uid"], reason="漏了一次巡诊", now=APRIL)


async def report(town: Counted) -> Flow:
    qian = await town.stage.actor("qian")
    return flow(qian, actions.report_on_task, task="sign", percent=100, words="都已签", now=APRIL)


async def add_a_file(town: Counted) -> Flow:
    uid = await (await report(town)).run()
    qian = await town.stage.actor("qian")
    return flow(qian, actions.add_evidence, report_uid=uid, scan=PAGE, now=APRIL)


WRITES = (
    freeze_a_home, freeze_for_a_home_that_is_late, freeze_the_county, reopen_a_home, report, add_a_file,
)  # fmt: skip
