"""Whose record it is, and whether the reader is family."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from tortoise.expressions import Q, RawSQL

from server.audit.chain import AccessBasis
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import RecordCategory
from server.kit.engines.listed import listed
from server.kit.engines.prepared import prepared
from server.kit.errors import NotFound
from server.kit.together import Together
from server.kit.transactions import inside_an_action
from server.people.access import active_grants
from server.people.models import ProxyGrantScope, Resident
from server.people.rules import scopes_covering

Basis = tuple[AccessBasis, str, int]  # by what right, the uid of what gives it, for which institution


class Subject(NamedTuple):
    """Whose record it is."""

    id: int
    uid: str
    name: str
    birth_date: date
    home_id: int | None
    account_id: int | None
    rights: int  # as of the moment when the reader began
    has_merged: int  # 0: nobody was merged into them


class _Found(NamedTuple):
    """A resident's row; one that was merged leads to its survivor."""

    id: int
    uid: str
    name: str
    birth_date: date
    home_id: int | None
    account_id: int | None
    rights: int
    has_merged: int
    merged_into_id: int | None


@dataclass(frozen=True)
class Family:
    """The resident, or a proxy whose grant covers the record."""

    grant_uid: str | None = None  # None: the resident
    categories: frozenset[RecordCategory] | None = None  # None: not narrowed

    @property
    def basis(self) -> Basis:
        if self.grant_uid is None:
            return AccessBasis.OWN, "", 0
        return AccessBasis.PROXY, self.grant_uid, 0


# The head's number is read in the statement that finds the resident: before anything that it guards.
RIGHTS = (
    "COALESCE((SELECT rights FROM access_chain_head WHERE access_chain_head.resident_id = resident.id), 0)"
)
HAS_MERGED = "EXISTS (SELECT 1 FROM resident absorbed WHERE absorbed.merged_into_id = resident.id)"
MOST_TOGETHER = 64


def _found(condition: Q) -> Any:
    rows = Resident.filter(condition).annotate(rights=RawSQL(RIGHTS), has_merged=RawSQL(HAS_MERGED))
    return rows.values(*_Found._fields)


by_uid = listed(lambda uids: _found(Q(uid__in=uids)), {"uids": str}, into=_Found)
by_id = listed(lambda ids: _found(Q(id__in=ids)), {"ids": int}, into=_Found)
merged_into = prepared(
    lambda resident: Resident.filter(merged_into_id=resident).order_by("id").values_list("id", flat=True),
    resident=int,
)
grants_held = listed(
    lambda proxies, residents, now: ProxyGrantScope.filter(
        active_grants(now, "grant__"),
        scope__in=sorted(scopes_covering(Permission.RECORD_READ)),
        grant__proxy_id__in=proxies,
        grant__resident_id__in=residents,
    ).values_list("grant__proxy_id", "grant__resident_id", "grant__uid", "grant__categories"),
    {"proxies": int, "residents": int},
    now=datetime,
)


async def subject_and_family(actor: Actor, uid: str, now: datetime) -> tuple[Subject, Family | None]:
    """Return whose record it is, and the first two of the four ways of `people.access`.

    Nobody is handed out yet: `view_of` lets nobody past without a way in.
    """
    account = actor.account_id if actor.is_person_with(Permission.RECORD_READ) else None
    approach = _Approach(uid, account, now)
    found = (await _met([approach]))[0] if inside_an_action() else await _meet(approach)
    if found is None:
        raise NotFound
    return found


async def subjects_and_families(
    actor: Actor, uids: Sequence[str], now: datetime
) -> dict[str, tuple[Subject, Family | None]]:
    """Do as `subject_and_family` for several residents at once; those that are not there are left out."""
    account = actor.account_id if actor.is_person_with(Permission.RECORD_READ) else None
    met = await _met([_Approach(uid, account, now) for uid in uids]) if uids else []
    return {uid: found for uid, found in zip(uids, met, strict=True) if found is not None}


@dataclass(frozen=True)
class _Approach:
    uid: str
    account: int | None  # None: not as a resident or relative
    now: datetime


_Met = tuple[Subject, Family | None] | None


async def _met(approaches: Sequence[_Approach]) -> list[_Met]:
    """Find many residents, and then what their readers are to them, in one statement each."""
    subjects = await _subjects(sorted({each.uid for each in approaches}))
    pairs = {
        (each.account, subject.id)
        for each in approaches
        if each.account is not None
        and (subject := subjects.get(each.uid)) is not None
        and subject.account_id != each.account
    }
    # All of them stand at the door at this moment; the latest of them tells what it is.
    families = await _families(pairs, max(each.now for each in approaches))
    met: list[_Met] = []
    for each in approaches:
        subject = subjects.get(each.uid)
        if subject is None:
            met.append(None)
        elif each.account is not None and subject.account_id == each.account:
            met.append((subject, Family()))
        else:
            met.append((subject, families.get((each.account, subject.id))))
    return met


async def _subjects(uids: Sequence[str]) -> dict[str, Subject]:
    found = {row.uid: row for row in await by_uid(uids=uids)}
    merged = sorted({row.merged_into_id for row in found.values() if row.merged_into_id is not None})
    survivors = {row.id: row for row in await by_id(ids=merged)} if merged else {}
    return {uid: Subject._make(survivors.get(row.merged_into_id, row)[:-1]) for uid, row in found.items()}


async def _families(
    pairs: AbstractSet[tuple[int | None, int]], now: datetime
) -> dict[tuple[int | None, int], Family]:
    if not pairs:
        return {}
    proxies, residents = (sorted(set(each)) for each in zip(*pairs, strict=True))
    rows = await grants_held(proxies=proxies, residents=residents, now=now)
    return {
        (proxy, resident): Family(uid, frozenset(RecordCategory(word) for word in narrowed) or None)
        for proxy, resident, uid, narrowed in rows
    }


_meet: Together[_Approach, _Met] = Together(_met, most=MOST_TOGETHER)
