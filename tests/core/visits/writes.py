"""The writes of a visit, each made ready to be stopped at any of its statements."""

from typing import Any

from server.visits import actions
from server.visits.actions import ItemResult
from server.visits.models import Plate, VisitCorrection
from server.visits.rules import Outcome, Verdict
from tests.conftest import Clock
from tests.core.visits.conftest import Round, round_of
from tests.crashes import Flow, flow
from tests.stage import Stage

REASON = "当天老人外出"


async def set_the_scene(stage: Stage) -> Any:
    return await round_of(stage.town, Clock(), stage.actor)


async def start(morning: Round) -> Flow:
    scan = await morning.scan()
    return flow(morning.doctor, actions.start_visit, visit_uid=morning.uid, scanned=scan, now=morning.now)


async def write_findings(morning: Round) -> Flow:
    await morning.start()
    seen = [ItemResult(item_uid=morning.town.visits.today_wang, outcome=Outcome.SEEN)]
    return flow(morning.doctor, actions.record_results, visit_uid=morning.uid, results=seen, now=morning.now)


async def finish(morning: Round) -> Flow:
    await morning.start()
    await morning.see_everybody()
    morning.clock.advance(minutes=30)
    return flow(morning.doctor, actions.finish_visit, visit_uid=morning.uid, now=morning.now)


async def attest_first(morning: Round) -> Flow:
    await morning.finish()
    return flow(morning.doctor, actions.attest, visit_uid=morning.uid, now=morning.now)


async def attest_second_so_that_it_counts(morning: Round) -> Flow:
    first = await attest_first(morning)
    await first.run()
    return flow(morning.nurse, actions.attest, visit_uid=morning.uid, now=morning.now)


async def dispute(morning: Round) -> Flow:
    await morning.finish()
    return flow(morning.nurse, actions.dispute, visit_uid=morning.uid, reason=REASON, now=morning.now)


async def cancel(morning: Round) -> Flow:
    return flow(morning.feng, actions.cancel_visit, visit_uid=morning.uid, reason=REASON, now=morning.now)


async def resolve(morning: Round) -> Flow:
    """The home said that it was not so, and now both say that it was."""
    await (await dispute(morning)).run()
    said = {"visit_uid": morning.uid, "verdict": Verdict.CONFIRMED, "reason": REASON, "now": morning.now}
    await actions.resolve(actor=morning.feng, **said)
    return flow(morning.he, actions.resolve, **said)


async def request_correction(morning: Round) -> Flow:
    await morning.confirm()
    wrong = {morning.town.visits.today_li: Outcome.ABSENT}
    return flow(
        morning.he, actions.request_correction, visit_uid=morning.uid, reason=REASON, outcomes=wrong, now=morning.now
    )  # fmt: skip


async def requested(morning: Round) -> str:
    await (await request_correction(morning)).run()
    return str((await VisitCorrection.get(visit__uid=morning.uid)).uid)


async def approve_correction(morning: Round) -> Flow:
    uid = await requested(morning)
    return flow(morning.feng, actions.approve_correction, correction_uid=uid, now=morning.now)


async def refuse_correction(morning: Round) -> Flow:
    uid = await requested(morning)
    return flow(
        morning.feng, actions.refuse_correction, correction_uid=uid, reason="记录无误", now=morning.now
    )


async def abandon(morning: Round) -> Flow:
    await morning.start()
    return await cancel(morning)


async def retire_plate(morning: Round) -> Flow:
    plate = await Plate.filter(home__uid=morning.town.alliance.yihe, valid_to=None).order_by("id").first()
    assert plate is not None
    return flow(morning.he, actions.retire_plate, plate_uid=plate.uid, now=morning.now)


WRITES = (
    start, write_findings, finish, attest_first, attest_second_so_that_it_counts, dispute, cancel, resolve,
    request_correction, approve_correction, refuse_correction, abandon, retire_plate,
)  # fmt: skip
