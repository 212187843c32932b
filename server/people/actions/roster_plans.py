"""Who of a roster is new and who is known, and what stands in the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from server.kit import sealing
from server.kit.masking import masked_national_id
from server.people.actions.rows import bed_key
from server.people.models import Resident
from server.people.queries import NATIONAL_ID
from server.people.rules import RosterFault, RosterLine

CHUNK = 400
Item = TypeVar("Item")


@dataclass
class Plan:
    """Who is new and who is known, for lines whose home is known."""

    new: list[tuple[RosterLine, int]] = field(default_factory=list)
    known: list[tuple[RosterLine, int, Resident]] = field(default_factory=list)
    faults: list[RosterFault] = field(default_factory=list)


async def planned(lines: Sequence[RosterLine], homes: Mapping[str | None, int]) -> Plan:
    plan = Plan()
    placed = [(line, homes[line.home]) for line in lines if line.home in homes]
    by_number = await _by_number([line.national_id for line, _ in placed if line.national_id])
    unnumbered = await _unnumbered(sorted(set(homes.values())))
    for line, home_id in placed:
        row = (
            by_number.get(line.national_id)
            if line.national_id
            else unnumbered.get((home_id, line.name, line.birth_date))
        )
        if row is None:
            plan.new.append((line, home_id))
        elif fault := _misfit(line, row, frozenset(homes.values())):
            plan.faults.append(fault)
        else:
            plan.known.append((line, home_id, row))
    return plan


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


async def bed_faults(plan: Plan) -> list[RosterFault]:
    """A bed is free when nobody has it, or when whoever has it gets another one in this very file."""
    wanted = {bed_key(home_id, line.bed): line.row for line, home_id in plan.new if line.bed}
    wanted |= {bed_key(home_id, line.bed): line.row for line, home_id, _ in plan.known if line.bed}
    going = {
        row.id for line, home_id, row in plan.known if line.bed and row.bed_key != bed_key(home_id, line.bed)
    }
    keeping = {row.id for _, _, row in plan.known} - going
    faults: list[RosterFault] = []
    for chunk in chunks(sorted(key for key in wanted if key)):
        for row in await Resident.filter(bed_key__in=chunk):
            if row.id in going or (row.id in keeping and _same_line(plan, row)):
                continue
            faults.append(RosterFault(wanted[row.bed_key], "床位", "这张床位已有别的长者入住，请核对。"))
    return faults


def _same_line(plan: Plan, holder: Resident) -> bool:
    return any(
        row.id == holder.id and bed_key(home_id, line.bed) == holder.bed_key
        for line, home_id, row in plan.known
    )


def chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    left = iter(items)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
