"""The writes around a long prescription, each made ready to be stopped at any of its statements."""

from server.kit.clock import local_date
from server.prescriptions import actions
from server.prescriptions.models import Refill
from server.prescriptions.rules import Receiver, StopReason
from tests.core.prescriptions.test_actions import packed, prescribed
from tests.core.prescriptions.written import written
from tests.crashes import Flow, flow
from tests.stage import Stage


async def running(stage: Stage) -> str:
    return await prescribed(stage.town, stage.actor, lambda: stage.now)


async def refill_of(stage: Stage) -> str:
    return (await Refill.get(prescription__uid=await running(stage))).uid


async def on_its_way(stage: Stage) -> str:
    return await packed(stage.town, stage.actor, lambda: stage.now, await running(stage))


async def prescribe(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.prescribe, resident_uid=stage.town.people.wang, written=written(),
        now=stage.now,
    )  # fmt: skip


async def stop_while_medicines_are_on_their_way(stage: Stage) -> Flow:
    uid = await running(stage)
    await packed(stage.town, stage.actor, lambda: stage.now, uid)
    return flow(
        await stage.actor("doctor"), actions.stop_prescription, uid=uid, reason=StopReason.CHANGED, text="换药",
        now=stage.now,
    )  # fmt: skip


async def refill(stage: Stage) -> Flow:
    task = await refill_of(stage)
    return flow(
        await stage.actor("doctor"), actions.refill, refill_uid=task, written=written(), now=stage.now
    )


async def waive(stage: Stage) -> Flow:
    task = await refill_of(stage)
    return flow(
        await stage.actor("doctor"), actions.waive_refill, refill_uid=task, text="血压稳定", now=stage.now
    )


async def take_over(stage: Stage) -> Flow:
    task = await refill_of(stage)
    return flow(await stage.actor("feng"), actions.take_refill, refill_uid=task, now=stage.now)


async def ask(stage: Stage) -> Flow:
    uid = await running(stage)
    return flow(
        await stage.actor("daughter"), actions.ask_refill, resident_uid=stage.town.people.wang,
        prescription_uid=uid, now=stage.now,
    )  # fmt: skip


async def pack_all(stage: Stage) -> Flow:
    uid = await running(stage)
    return flow(
        await stage.actor("feng"), actions.assign_delivery, prescription_uid=uid, due_on=local_date(stage.now),
        carrier="中心药房", quantities=None, now=stage.now,
    )  # fmt: skip


async def hand_over(stage: Stage) -> Flow:
    uid = await on_its_way(stage)
    return flow(
        await stage.actor("feng"), actions.hand_over, uid=uid, receiver=Receiver.RELATIVE, slip="0312",
        identities_checked=True, now=stage.now,
    )  # fmt: skip


async def receive(stage: Stage) -> Flow:
    uid = await on_its_way(stage)
    return flow(await stage.actor("nurse"), actions.receive_delivery, uid=uid, now=stage.now)


async def close(stage: Stage) -> Flow:
    came = await receive(stage)
    await came.run()
    return flow(
        await stage.actor("feng"), actions.close_delivery, uid=came.said["uid"], text="", now=stage.now
    )


async def call_off(stage: Stage) -> Flow:
    uid = await on_its_way(stage)
    return flow(await stage.actor("feng"), actions.cancel_delivery, uid=uid, text="路上坏了", now=stage.now)


async def end_right(stage: Stage) -> Flow:
    uid = stage.town.prescriptions.doctor
    return flow(await stage.actor("feng"), actions.end_right, uid=uid, now=stage.now)


WRITES = (
    prescribe, stop_while_medicines_are_on_their_way, refill, waive, take_over, ask, pack_all, hand_over, receive,
    close, call_off, end_right,
)  # fmt: skip
