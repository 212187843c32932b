"""A whole roster at once: every line is checked first, then all of it is taken in, or none of it.

The identity number says who is who, so the same file again changes nothing. Looked up and written in chunks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.audit.actions import note, noting_together
from server.authority.actor import Actor
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.outbox.actions import enqueuing_together
from server.people.actions.rows import (
    change_bed_of,
    lock,
    move_in,
    move_out,
    new_resident,
    noted,
    sealed_phone,
)
from server.people.errors import RosterOvertaken
from server.people.models import CareStateChange, Resident, ResidentStay, RosterImport
from server.people.queries.roster_plans import PlannedLine, RosterPlan, chunks, roster_plan
from server.people.queries.roster_previews import look_at, opened_ticket
from server.people.rules import CareCause, CareState, RosterFault, RosterLine, RosterStep, StayEnd, bed_key

MOVING = frozenset({RosterStep.ADMIT, RosterStep.TRANSFER, RosterStep.CHANGE_BED})


@dataclass(frozen=True)
class RosterReport:
    """What happened; with faults, nothing did."""

    sentence: str
    faults: tuple[RosterFault, ...]
    notes: tuple[RosterFault, ...]  # taken in, but a person should look
    admitted: int = 0
    moved: int = 0  # to another bed, or from another home of the same hands
    updated: int = 0
    unchanged: int = 0


@action
async def import_roster(
    *, actor: Actor, home_uid: str | None, rows: Sequence[Mapping[str, str]], file_digest: str, now: datetime
) -> RosterReport:
    """Take in a roster of one home, or with a column 养老机构 of several homes in which the actor admits."""
    plan = await roster_plan(actor=actor, home_uid=home_uid, rows=rows, now=now)
    return _refused(plan.faults) if plan.faults else await _taken_in(actor, plan, file_digest, now)


@action
async def import_previewed_roster(*, actor: Actor, ticket: str, now: datetime) -> RosterReport:
    """Do exactly what a preview showed, or refuse with `RosterOvertaken` when it would be something else by now."""
    shown = opened_ticket(ticket, actor=actor, now=now)
    plan = await roster_plan(actor=actor, home_uid=shown.home_uid, rows=shown.rows, now=now)
    if plan.faults or plan.mark != shown.mark:
        raise RosterOvertaken
    return await _taken_in(actor, plan, shown.file_digest, now)


async def _taken_in(actor: Actor, plan: RosterPlan, file_digest: str, now: datetime) -> RosterReport:
    async with refusing_duplicates(RosterOvertaken), noting_together(), enqueuing_together():
        await _change_all(actor, plan, now)  # first, so that beds are free for who is new
        await _admit_all([each for each in plan.lines if each.resident is None], now)
    counts = plan.counts
    report = RosterReport(
        sentence="",
        faults=(),
        notes=look_at(plan),
        admitted=counts[RosterStep.ADMIT],
        moved=counts[RosterStep.TRANSFER] + counts[RosterStep.CHANGE_BED],
        updated=counts[RosterStep.UPDATE],
        unchanged=counts[RosterStep.NOTHING],
    )
    await _recorded(actor, plan.homes, file_digest, report, now)
    return _told(report)


async def _admit_all(new: Sequence[PlannedLine], now: datetime) -> None:
    for chunk in chunks(new):
        rows = [_resident(each.line, each.home.id, now) for each in chunk]
        await Resident.bulk_create(rows)
        saved = await Resident.filter(uid__in=[row.uid for row in rows])  # bulk_create does not learn the ids
        stays = [
            ResidentStay(
                resident_id=row.id,
                home_id=row.home_id,
                bed=row.bed,
                started_at=now,
                open_key=str(row.id),
                created_at=now,
            )
            for row in saved
        ]
        await ResidentStay.bulk_create(stays)
        await CareStateChange.bulk_create(
            [
                CareStateChange(
                    resident_id=stay.resident_id,
                    state=CareState.RESIDENTIAL,
                    started_at=now,
                    cause=CareCause.ADMISSION,
                    cause_uid=stay.uid,
                    open_key=str(stay.resident_id),
                    created_at=now,
                )
                for stay in stays
            ]
        )


def _resident(line: RosterLine, home_id: int, now: datetime) -> Resident:
    row = new_resident(
        name=line.name,
        sex=line.sex,
        birth_date=line.birth_date,
        national_id=line.national_id,
        phone=line.phone,
        now=now,
    )
    row.home_id, row.bed, row.bed_key = home_id, line.bed, bed_key(home_id, line.bed)
    row.care_state = CareState.RESIDENTIAL
    return row


async def _change_all(actor: Actor, plan: RosterPlan, now: datetime) -> None:
    known = [(each, each.resident) for each in plan.lines if each.resident is not None]
    moving = sorted((pair for pair in known if pair[0].step in MOVING), key=lambda pair: pair[1].id)
    for chunk in chunks([row.id for _, row in moving]):
        await Resident.filter(id__in=chunk).update(
            bed_key=None
        )  # beds may be swapped: all are free before any is taken
    for each, row in moving:
        await _move(actor, each, row, now)
    for each, row in known:
        if each.new_phone and each.line.phone:
            await Resident.filter(id=row.id).update(**sealed_phone(row.uid, each.line.phone))
            await noted(actor, "people.phone_changed", row, now=now)


async def _move(actor: Actor, each: PlannedLine, planned: Resident, now: datetime) -> None:
    row = await Resident.get(id=planned.id)
    await lock(row)
    if row.home_id != planned.home_id:
        raise RosterOvertaken
    if each.step is RosterStep.CHANGE_BED:
        await change_bed_of(actor, row, each.line.bed, now=now)
        return
    if row.home_id is not None:
        await move_out(actor, row, StayEnd.MOVED, now=now)
    await move_in(actor, row, each.home.id, each.line.bed, now=now)


async def _recorded(
    actor: Actor, homes: frozenset[int], file_digest: str, report: RosterReport, now: datetime
) -> None:
    counts = {name: getattr(report, name) for name in ("admitted", "moved", "updated", "unchanged")}
    home_id = next(iter(homes)) if len(homes) == 1 else None
    row = RosterImport(
        home_id=home_id, account_id=actor.account_id, file_digest=file_digest[:80], created_at=now, **counts
    )
    await row.save()
    await note(
        actor,
        "people.roster_imported",
        subject_kind="roster_import",
        subject_uid=row.uid,
        institution_id=home_id,
        detail={**counts, "file": file_digest[:80]},
        now=now,
    )


def _refused(faults: Sequence[RosterFault]) -> RosterReport:
    lines = len({fault.row for fault in faults})
    return RosterReport(
        sentence=f"有 {lines} 行需要修改，一行也没有导入。请按提示改好后重新上传。",
        faults=tuple(faults),
        notes=(),
    )


def _told(report: RosterReport) -> RosterReport:
    sentence = (
        f"导入完成：新入住 {report.admitted} 人，换床或转院舍 {report.moved} 人，"
        f"更新 {report.updated} 人，没有变化 {report.unchanged} 人。"
    )
    return RosterReport(**{**vars(report), "sentence": sentence})
