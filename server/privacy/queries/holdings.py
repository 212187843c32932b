# ruff: noqa: SLF001  Tortoise has no public names for what a table is made of
"""Everything that is held about a person, table by table, as it stands (PIPL art. 45)."""

import base64
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.fields.data import BigIntField, BinaryField

from server.alliance.models import Department, Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.models import SEALED as SEALED_IN_CONSENTS
from server.consent.rules import RecordCategory
from server.enrolments.models import SEALED as SEALED_IN_ENROLMENTS
from server.identity.models import SEALED as SEALED_IN_ACCOUNTS
from server.identity.models import Account
from server.kit.errors import NotFound
from server.kit.sealed_columns import SealedColumn
from server.kit.sealing import open_sealed_bytes
from server.kit.tables import Table
from server.people.access import Standing, Way, own_row_of, resident_for, standing_of
from server.people.models import SEALED as SEALED_IN_PEOPLE
from server.people.models import Resident
from server.privacy.rules import OF_ACCOUNT, OF_RESIDENT, Holding, is_told

AT_ONCE = 500  # rows
SELF, SOMEBODY = "本人", "他人"
SELF_TOO = "self"  # one's own sealed numbers are opened
NAMED: tuple[type[Table], ...] = (Institution, Department)

Told = dict[str, Any]


@dataclass(frozen=True)
class Whose:
    """About whom a copy tells, and to whom: a person to themselves, or a resident to a proxy."""

    reader: Actor
    account_id: int | None  # None: a proxy is told of the resident alone
    resident: Resident | None  # None: an account that is no resident
    resident_ids: tuple[int, ...]  # with the rows that were merged into it
    standing: Standing

    @property
    def is_self(self) -> bool:
        return self.standing.way is Way.SELF

    def is_about(self, row: Account | Resident | None) -> bool:
        if isinstance(row, Account):  # to a proxy, the proxy is somebody else as well
            return row.id in {self.account_id, self.resident.account_id if self.resident else None}
        return row is not None and row.id in self.resident_ids


@dataclass(frozen=True)
class Part:
    """One table of a copy."""

    name: str  # of its file: "resident/appointment"
    holding: Holding
    persons: tuple[int, ...]

    @property
    def table(self) -> type[Table]:
        return table_of(self.holding.table)


def table_of(name: str) -> type[Table]:
    return next(each for each in Table.__subclasses__() if each._meta.db_table == name)


async def whose_copy(*, actor: Actor, resident_uid: str | None, now: datetime) -> Whose:
    """Return about whom the actor may have a copy: without a uid themselves, account and own record in one."""
    reader = as_family(actor)
    own = await own_row_of(actor=reader)
    if resident_uid is None or (own is not None and own.uid == resident_uid):
        return Whose(reader, reader.account_id, own, await _rows_of(own), Standing(Way.SELF))
    needs = Permission.RECORD_READ
    resident = await resident_for(actor=reader, uid=resident_uid, permission=needs, now=now)
    standing = await standing_of(actor=reader, resident=resident, permission=needs, now=now)
    return Whose(reader, None, resident, await _rows_of(resident), standing)


async def rights_of(whose: Whose, *, now: datetime) -> frozenset[str]:
    """Return all that decides what a copy holds: what may be told, of which categories, and whether to themselves."""
    categories = whose.standing.categories
    told = frozenset(RecordCategory) if categories is None else categories
    itself = {SELF_TOO} if whose.is_self else set[str]()
    return frozenset({*await _allowed(whose, now), *(f"category:{each}" for each in told), *itself})


def parts_of(whose: Whose, allowed: Collection[str]) -> list[Part]:
    """List the tables of a copy; a proxy is told what their grant covers."""
    found = []
    if whose.account_id is not None:
        found += [Part(f"account/{each.table}", each, (whose.account_id,)) for each in OF_ACCOUNT]
    if whose.resident is not None:
        found += [
            Part(f"resident/{each.table}", each, whose.resident_ids)
            for each in OF_RESIDENT
            if each.needs in allowed
        ]
    return found


def left_out(whose: Whose, allowed: Collection[str]) -> tuple[str, ...]:
    """Name what a proxy's copy does not hold of the resident, because their grant does not cover it."""
    beyond = [each.title for each in OF_RESIDENT if each.needs not in allowed]
    narrowed = [] if whose.standing.categories is None else ["没有授权给您的几类健康档案"]
    return tuple(dict.fromkeys([*beyond, *narrowed]))


async def rows_of(part: Part, whose: Whose) -> AsyncIterator[list[Told]]:
    """Give the rows of a table in the order in which they were written, a few hundred at once."""
    condition: dict[str, Any] = {f"{part.holding.by}__in": list(part.persons)}
    if part.holding.category and whose.standing.categories is not None:
        condition[f"{part.holding.category}__in"] = sorted(whose.standing.categories)
    parents = sorted({parent for each in _sealed_in(part.table).values() for parent in each.parents})
    last = 0
    while True:
        rows = part.table.filter(**condition, id__gt=last).select_related(*parents).distinct()
        batch = await rows.order_by("id").limit(AT_ONCE)
        if not batch:
            return
        names = await _names(part.table, batch, whose)
        yield [_told(row, part, whose, names) for row in batch]
        last = batch[-1].id


async def _rows_of(resident: Resident | None) -> tuple[int, ...]:
    if resident is None:
        return ()
    merged = await Resident.filter(merged_into_id=resident.id).values_list("id", flat=True)
    return (resident.id, *(int(str(each)) for each in merged))


async def _allowed(whose: Whose, now: datetime) -> Collection[Permission]:
    wanted = {each.needs for each in OF_RESIDENT}
    if whose.is_self or whose.resident is None:
        return wanted
    return [each for each in wanted if await _covers(whose.reader, whose.resident, each, now)]


async def _covers(reader: Actor, resident: Resident, permission: Permission, now: datetime) -> bool:
    try:
        await standing_of(actor=reader, resident=resident, permission=permission, now=now)
    except NotFound:
        return False
    return True


Names = Mapping[str, Mapping[int, str]]  # by the column that points at them


async def _names(table: type[Table], rows: Sequence[Table], whose: Whose) -> Names:
    """Say whom and what the rows point at: institutions by name, things by uid, people as oneself or somebody else."""
    found: dict[str, Mapping[int, str]] = {}
    for name, pointed in _pointers(table).items():
        ids = {getattr(row, name) for row in rows} - {None}
        # Not the whole row: a resident's sealed numbers and a consent's text are not needed to say who it is.
        needed = ("id", "uid", "name") if issubclass(pointed, NAMED) else ("id", "uid")
        rows_there = await pointed.filter(id__in=sorted(ids)).only(*needed)
        found[name] = {each.id: _name(each, whose) for each in rows_there}
    return found


def _name(row: Table, whose: Whose) -> str:
    if isinstance(row, Account | Resident):
        return SELF if whose.is_about(row) else SOMEBODY
    return str(getattr(row, "name", row.uid)) if isinstance(row, NAMED) else str(row.uid)


def _pointers(table: type[Table]) -> dict[str, type[Table]]:
    """Return the columns that point at other tables."""
    fields = table._meta.fields_map
    relations: dict[str, Any] = {
        name: fields[name] for name in sorted(table._meta.fk_fields | table._meta.o2o_fields)
    }
    return {str(each.source_field): each.related_model for each in relations.values() if each.source_field}


def _told(row: Table, part: Part, whose: Whose, names: Names) -> Told:
    told: Told = {}
    for name, field in part.table._meta.fields_map.items():
        if name not in part.table._meta.db_fields or not is_told(name):
            continue
        value = getattr(row, name)
        if name in names:
            told[name.removesuffix("_id")] = names[name].get(value)
        elif isinstance(field, BinaryField):
            if part.holding.opened and whose.is_self:
                told |= _opened(row, name, value)
        elif not (isinstance(field, BigIntField) and name.endswith("_id")):
            told[name] = value
    return told


def _opened(row: Table, name: str, token: bytes | None) -> Told:
    sealed = _sealed_in(type(row)).get(name)
    if token is None or sealed is None:
        return {}
    content = open_sealed_bytes(token, place=sealed.place(row))
    return {name.removesuffix("_sealed"): _as_text(content)}


def _as_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:  # a scan
        return base64.b64encode(content).decode()


def _sealed_in(table: type[Table]) -> dict[str, SealedColumn]:
    known = (*SEALED_IN_ACCOUNTS, *SEALED_IN_PEOPLE, *SEALED_IN_CONSENTS, *SEALED_IN_ENROLMENTS)
    return {each.column: each for each in known if each.table is table}
