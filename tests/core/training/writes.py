"""Every write of training, made ready to be stopped at any of its statements."""

from datetime import date, datetime, timedelta

from server.kit.clock import SHANGHAI
from server.training import actions
from server.training.actions import Planned
from server.training.codes import shown_code
from server.training.models import TrainingSession
from tests.crashes import Flow, flow
from tests.stage import Stage

AFTERNOON = datetime(2026, 3, 2, 14, 40, tzinfo=SHANGHAI)  # the town's session has begun


def planned(stage: Stage) -> Planned:
    begins = stage.now - timedelta(minutes=5)
    return Planned("care_annual", "活动室", "周老师", begins, begins + timedelta(hours=2), 2)


async def plan(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.plan_session, institution_uid=stage.town.alliance.yihe,
        planned=planned(stage), now=stage.now,
    )  # fmt: skip


async def cancel(stage: Stage) -> Flow:
    uid = stage.town.training.session
    return flow(await stage.actor("feng"), actions.cancel_session, uid=uid, reason="讲师病了", now=stage.now)


async def attend(stage: Stage) -> Flow:
    row = await TrainingSession.get(uid=stage.town.training.session)
    code = shown_code(session_id=row.id, now=AFTERNOON)
    return flow(await stage.actor("doctor"), actions.attend, code=code, now=AFTERNOON)


async def enter_from_paper(stage: Stage) -> Flow:
    uid = await (await plan(stage)).run()
    return flow(
        await stage.actor("he"), actions.enter_attendance, session_uid=uid,
        account_uid=stage.town.identity.accounts["nurse"], reason="手机没电", now=stage.now,
    )  # fmt: skip


async def finish(stage: Stage) -> Flow:
    await (await attend(stage)).run()
    uid = stage.town.training.session
    return flow(await stage.actor("feng"), actions.finish_session, uid=uid, now=AFTERNOON)


async def record_a_certificate(stage: Stage) -> Flow:
    return flow(
        await stage.actor("feng"), actions.record_certificate,
        account_uid=stage.town.identity.accounts["doctor"], institution_uid=stage.town.alliance.health_center,
        course="emergency", completed_on=date(2026, 2, 1), now=stage.now,
    )  # fmt: skip


WRITES = (plan, cancel, attend, enter_from_paper, finish, record_a_certificate)
