"""A whole roster at once: every line is checked first, then all of it is taken in, or none of it.

The identity number says who is who, so the same file again changes nothing. Looked up and written in chunks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import InstitutionKind
from server.audit.actions import note, noting_together
from server.authority.actor import Actor, Channel
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.outbox.actions import enqueuing_together
from server.people.actions.grants import end_conflicting
from server.people.actions.roster_plans import bed_faults, chunks, planned
from server.people.actions.rows import bed_key, lock, move_in, move_out, new_resident, noted, sealed_phone
from server.people.errors import RosterOvertaken
from server.people.models import CareStateChange, Resident, ResidentStay, RosterImport
from server.people.queries import PHONE
from server.people.rules import CareCause, CareState, RosterFault, RosterLine, StayEnd, read_lines


@dataclass(frozen=True)
class RosterReport:
    """What happened; with faults, nothing did."""

    sentence: str
    faults: tuple[RosterFault, ...]
    notes: tuple[RosterFault, ...]  # taken in, but a person should look
    admitted: int = 0
    moved: int = 0  # to another home or bed
    updated: int = 0
    unchanged: int = 0


@action
async def import_roster(
    *, actor: Actor, home_uid: str | None, rows: Sequence[Mapping[str, str]], file_digest: str, now: datetime
) -> RosterReport:
    """Take in a roster of one home, or with a column 养老机构 of several homes in which the actor admits.

    A command typed at the server itself may admit anywhere; through a face nobody may beyond their own homes.
    """
    most = await parameter("people.roster_rows", on=now)
    if len(rows) > most:
        return _refused([RosterFault(0, "", f"一次最多导入 {most} 行，请分成几个文件上传。")])
    lines, found = read_lines(rows, today=local_date(now))
    homes, missing = await _homes(actor, home_uid, lines, now)
    plan = await planned(lines, homes)
    faults = sorted([*found, *missing, *plan.faults, *await bed_faults(plan)], key=lambda fault: fault.row)
    if faults:
        return _refused(faults)
    async with refusing_duplicates(RosterOvertaken), noting_together(), enqueuing_together():
        moved, updated = await _change_all(
            actor, plan.known, now
        )  # first, so that beds are free for who is new
        admitted = await _admit_all(plan.new, now)
    report = RosterReport(
        sentence="",
        faults=(),
        notes=tuple(_look_at(line) for line in lines if line.upgraded),
        admitted=admitted,
        moved=moved,
        updated=updated,
        unchanged=len(plan.known) - moved - updated,
    )
    await _recorded(actor, homes, file_digest, report, now)
    return _told(report)


async def _homes(
    actor: Actor, home_uid: str | None, lines: Sequence[RosterLine], now: datetime
) -> tuple[dict[str | None, int], list[RosterFault]]:
    """Return the homes by what the column says, and a fault for each line that names another."""
    named = {line.home for line in lines}
    anywhere = actor.channel is Channel.COMMAND
    if home_uid is not None and not anywhere:
        home = await institution_for(actor=actor, uid=home_uid, permission=Permission.RESIDENT_ADMIT, now=now)
        homes: dict[str | None, int] = {None: home.id, home.name: home.id, home.uscc: home.id}
    else:
        rows = Institution.filter(kind=InstitutionKind.NURSING_HOME)
        if not anywhere:
            rows = rows.filter(id__in=sorted(actor.institutions_with(Permission.RESIDENT_ADMIT)))
        found = await rows
        homes = {key: row.id for row in found for key in (row.name, row.uscc)}
        homes |= {key: row.id for row in found if row.uid == home_uid for key in (None, row.name)}
    sentence = "没有找到这家养老机构，或者您不能为它导入名册。请填写机构全称或统一社会信用代码。"
    faults = [RosterFault(line.row, "养老机构", sentence) for line in lines if line.home not in homes]
    return {key: value for key, value in homes.items() if key in named}, faults


async def _admit_all(new: Sequence[tuple[RosterLine, int]], now: datetime) -> int:
    for chunk in chunks(new):
        rows = [_resident(line, home_id, now) for line, home_id in chunk]
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
    return len(new)


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


async def _change_all(
    actor: Actor, known: Sequence[tuple[RosterLine, int, Resident]], now: datetime
) -> tuple[int, int]:
    changed = sorted((each for each in known if _is_moved(*each)), key=lambda each: each[2].id)
    for chunk in chunks([row.id for _, _, row in changed]):
        await Resident.filter(id__in=chunk).update(
            bed_key=None
        )  # beds may be swapped: all are free before any is taken
    for line, home_id, row in changed:
        await _move(actor, row, home_id, line.bed or row.bed, now)
    updated = 0
    for line, home_id, row in known:
        if line.phone and not _has_phone(row, line.phone):
            await Resident.filter(id=row.id).update(**sealed_phone(row.uid, line.phone))
            await noted(actor, "people.phone_changed", row, now=now)
            updated += not _is_moved(line, home_id, row)
    return len(changed), updated


def _is_moved(line: RosterLine, home_id: int, row: Resident) -> bool:
    return row.home_id != home_id or (line.bed is not None and line.bed != row.bed)


def _has_phone(row: Resident, phone: str) -> bool:
    return row.phone_index in sealing.index_candidates(phone, column=PHONE)


async def _move(actor: Actor, old: Resident, home_id: int, bed: str | None, now: datetime) -> None:
    row = await Resident.get(id=old.id)
    await lock(row)
    if row.home_id is not None:
        same = row.home_id == home_id
        await move_out(actor, row, StayEnd.CHANGED_BED if same else StayEnd.MOVED, now=now)
    await move_in(actor, row, home_id, bed, now=now)
    await end_conflicting(actor, row, now=now)


def _look_at(line: RosterLine) -> RosterFault:
    return RosterFault(line.row, "身份证号", "这是 15 位旧号，已按规则升为 18 位，请对照新证件核对。")


async def _recorded(
    actor: Actor, homes: Mapping[str | None, int], file_digest: str, report: RosterReport, now: datetime
) -> None:
    counts = {name: getattr(report, name) for name in ("admitted", "moved", "updated", "unchanged")}
    only = set(homes.values())
    home_id = only.pop() if len(only) == 1 else None
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
