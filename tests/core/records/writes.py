"""The writes of the record, each made ready to be stopped at any of its statements."""

from dataclasses import dataclass
from typing import Any

from server.consent.rules import RecordCategory
from server.kit.clock import local_date
from server.records import actions
from server.records.actions import NewEntry
from server.records.actions.keyed import write_keyed
from server.records.rules import EmergencyReason, EntryKind
from tests.crashes import Flow, flow
from tests.stage import Stage

CODE, HIGH = "85354-9", {"systolic": 152, "diastolic": 88}


@dataclass(frozen=True)
class Said:
    key: str
    body: dict[str, Any]
    kind: EntryKind = EntryKind.OBSERVATION
    code: str = CODE
    category: RecordCategory = RecordCategory.CHRONIC


def pressure(stage: Stage) -> NewEntry:
    return NewEntry(EntryKind.OBSERVATION, CODE, stage.now, HIGH, RecordCategory.CHRONIC)


async def write(stage: Stage) -> Flow:
    return flow(
        await stage.actor("nurse"), actions.write_entries, resident_uid=stage.town.people.wang,
        entries=[pressure(stage), pressure(stage)], now=stage.now,
    )  # fmt: skip


async def correct(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.correct_entry, uid=stage.town.records.wang_pressure,
        resident_uid=stage.town.people.wang, new=pressure(stage), reason="抄错", now=stage.now,
    )  # fmt: skip


async def correct_some_and_write_the_rest(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), write_keyed, resident_uid=stage.town.people.wang,
        institution_uid=stage.town.alliance.health_center, entries=[Said("morning", HIGH), Said("evening", HIGH)],
        day=local_date(stage.now), over={"morning": stage.town.records.wang_pressure}, reason="抄错", now=stage.now,
    )  # fmt: skip


async def object_to_it(stage: Stage) -> Flow:
    return flow(
        await stage.actor("wang"), actions.object_to_entry, uid=stage.town.records.wang_pressure,
        resident_uid=stage.town.people.wang, text="那天没有量过", now=stage.now,
    )  # fmt: skip


async def read_in_emergency(stage: Stage) -> Flow:
    return flow(
        await stage.actor("nurse"), actions.read_in_emergency, resident_uid=stage.town.people.wang,
        reason=EmergencyReason.UNCONSCIOUS, explanation="晕倒在走廊", now=stage.now,
    )  # fmt: skip


async def read_packet_in_emergency(stage: Stage) -> Flow:
    return flow(
        await stage.actor("doctor"), actions.read_packet_in_emergency, resident_uid=stage.town.people.wang,
        institution_uid=stage.town.alliance.health_center, entry_uids=[stage.town.records.wang_penicillin],
        reason=EmergencyReason.UNCONSCIOUS, explanation="转来时昏迷", now=stage.now,
    )  # fmt: skip


async def review(stage: Stage) -> Flow:
    page = await (await read_in_emergency(stage)).run()
    return flow(
        await stage.actor("tang"), actions.review_emergency, uid=page.uid, justified=True, remark="属实", now=stage.now
    )  # fmt: skip


WRITES = (
    write, correct, correct_some_and_write_the_rest, object_to_it, read_in_emergency, read_packet_in_emergency, review,
)  # fmt: skip
