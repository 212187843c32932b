"""What a roster would change: read only, so that the preview and the import itself decide alike."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor, Channel
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.masking import masked_national_id
from server.people.models import NATIONAL_ID, PHONE, Resident
from server.people.rules import RosterFault, RosterLine, RosterStep, bed_key, read_lines

CHUNK = 400
Item = TypeVar("Item")
Homes = Mapping[str | None, Institution]  # by what the column 养老机构 says


@dataclass(frozen=True, repr=False)
class PlannedLine:
    """A sound line, the home it belongs to, and whom it is about when we know them."""

    line: RosterLine
    home: Institution
    resident: Resident | None
    step: RosterStep
    new_phone: bool  # a number that we do not hold yet


@dataclass
class RosterPlan:
    """What each line comes to; with faults, nothing is to be done at all."""

    homes: frozenset[int] = frozenset()
    lines: list[PlannedLine] = field(default_factory=list)
    faults: list[RosterFault] = field(default_factory=list)

    @property
    def counts(self) -> Counter[RosterStep]:
        return Counter(each.step for each in self.lines)

    @property
    def mark(self) -> str:
        """Return a digest of all that would be done: another plan for the same file has another one."""
        said = [
            (each.line.row, each.step, each.new_phone, each.home.uid, each.line.bed, _whom(each.resident))
            for each in self.lines
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def _whom(row: Resident | None) -> tuple[object, ...]:
    return (row.uid, row.home_id, row.bed) if row else ()


async def roster_plan(
    *, actor: Actor, home_uid: str | None, rows: Sequence[Mapping[str, str]], now: datetime
) -> RosterPlan:
    """Decide about every line, or name every fault.

    A command typed at the server itself may admit anywhere; through a face nobody may beyond their own homes.
    """
    most = await parameter("people.roster_rows", on=now)
    if len(rows) > most:
        return RosterPlan(faults=[RosterFault(0, "", f"一次最多导入 {most} 行，请分成几个文件上传。")])
    lines, found = read_lines(rows, today=local_date(now))
    homes, missing = await _homes(actor, home_uid, lines, now)
    plan = await _planned(lines, homes)
    faults = [*found, *missing, *plan.faults, *await _bed_faults(plan)]
    plan.faults = sorted(faults, key=lambda fault: fault.row)
    return plan


async def _homes(
    actor: Actor, home_uid: str | None, lines: Sequence[RosterLine], now: datetime
) -> tuple[Homes, list[RosterFault]]:
    """Return the homes by what the column says, and a fault for each line that names another."""
    named = {line.home for line in lines}
    anywhere = actor.channel is Channel.COMMAND
    if home_uid is not None and not anywhere:
        home = await institution_for(actor=actor, uid=home_uid, permission=Permission.RESIDENT_ADMIT, now=now)
        homes: dict[str | None, Institution] = {None: home, home.name: home, home.uscc: home}
    else:
        rows = Institution.filter(kind=InstitutionKind.NURSING_HOME)
        if not anywhere:
            rows = rows.filter(id__in=sorted(actor.institutions_with(Permission.RESIDENT_ADMIT)))
        found = await rows
        homes = {key: row for row in found for key in (row.name, row.uscc)}
        homes |= {key: row for row in found if row.uid == home_uid for key in (None, row.name)}
    sentence = "没有找到这家养老机构，或者您不能为它导入名册。请填写机构全称或统一社会信用代码。"
    faults = [RosterFault(line.row, "养老机构", sentence) for line in lines if line.home not in homes]
    return {key: value for key, value in homes.items() if key in named}, faults


async def _planned(lines: Sequence[RosterLine], homes: Homes) -> RosterPlan:
    own = frozenset(home.id for home in homes.values())
    plan = RosterPlan(homes=own)
    placed = [(line, homes[line.home]) for line in lines if line.home in homes]
    by_number = await _by_number([line.national_id for line, _ in placed if line.national_id])
    unnumbered = await _unnumbered(sorted(own))
    for line, home in placed:
        row = (
            by_number.get(line.national_id)
            if line.national_id
            else unnumbered.get((home.id, line.name, line.birth_date))
        )
        if row is not None and (fault := _misfit(line, row, own)):
            plan.faults.append(fault)
        else:
            plan.lines.append(_decided(line, home, row))
    return plan


def _decided(line: RosterLine, home: Institution, row: Resident | None) -> PlannedLine:
    new_phone = line.phone is not None and not (row is not None and _has_phone(row, line.phone))
    return PlannedLine(line, home, row, _step(line, home, row, new_phone=new_phone), new_phone)


def _step(line: RosterLine, home: Institution, row: Resident | None, *, new_phone: bool) -> RosterStep:
    if row is None or row.home_id is None:
        return RosterStep.ADMIT
    if row.home_id != home.id:
        return RosterStep.TRANSFER
    if line.bed is not None and line.bed != row.bed:
        return RosterStep.CHANGE_BED
    return RosterStep.UPDATE if new_phone else RosterStep.NOTHING


def _has_phone(row: Resident, phone: str) -> bool:
    return row.phone_index in sealing.index_candidates(phone, column=PHONE)


async def _by_number(numbers: Sequence[str]) -> dict[str, Resident]:
    found: dict[str, Resident] = {}
    for chunk in chunks(numbers):
        marks = {
            mark: number for number in chunk for mark in sealing.index_candidates(number, column=NATIONAL_ID)
        }
        for row in await Resident.filter(national_id_index__in=list(marks)).select_related("merged_into"):
            found[marks[str(row.national_id_index)]] = row.merged_into or row
    return found


async def _unnumbered(home_ids: Sequence[int]) -> dict[tuple[int, str, Any], Resident]:
    rows = await Resident.filter(
        home_id__in=list(home_ids), national_id_index__isnull=True, merged_into_id__isnull=True
    )
    return {(row.home_id or 0, row.name, row.birth_date): row for row in rows}


def _misfit(line: RosterLine, row: Resident, own: frozenset[int]) -> RosterFault | None:
    shown = f"尾号 {masked_national_id(line.national_id)[-4:]}" if line.national_id else "该长者"
    if row.died_at is not None:
        return RosterFault(line.row, "姓名", f"{shown}已登记离世，请核对名册。")
    if row.home_id is not None and row.home_id not in own:
        return RosterFault(line.row, "身份证号", f"{shown}已在别的机构登记入住，请先由原机构办理退住。")
    if row.name != line.name:
        return RosterFault(line.row, "姓名", f"{shown}已登记的姓名与这里不同，请对照证件核对。")
    return None


async def _bed_faults(plan: RosterPlan) -> list[RosterFault]:
    """A bed is free when nobody has it, or when whoever has it is given one, or another home, in this very file."""
    wanted = {bed_key(each.home.id, each.line.bed): each.line.row for each in plan.lines if each.line.bed}
    settled = {
        each.resident.id
        for each in plan.lines
        if each.resident is not None and (each.line.bed or each.step is RosterStep.TRANSFER)
    }
    faults: list[RosterFault] = []
    for chunk in chunks(sorted(key for key in wanted if key)):
        faults += [
            RosterFault(wanted[key], "床位", "这张床位已有别的长者入住，请核对。")
            for row_id, key in await Resident.filter(bed_key__in=chunk).values_list("id", "bed_key")
            if row_id not in settled
        ]
    return faults


def chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
