"""The only door to the record: who the reader is to the resident, what they may see, and the line that says they saw it.

One answer, one line per resident (I12): it lists the categories and the number of entries that the answer showed, is
committed before the answer leaves, and is written also when there was nothing to show. The reader takes the number of
the resident's rights first, asks what may be seen inside its own query, and hands the number in with the line; a
withdrawal that was acknowledged in between has raised it, so the line is refused and the question is asked anew. Hence
an answer is either ordered before the withdrawal, or does not contain what was withdrawn (T7), on any node.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.audit.chain import AccessBasis, AccessLine
from server.audit.errors import RightsChanged
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import effective_consents, permitted_categories
from server.consent.models import ConsentProvision
from server.consent.rules import Purpose, RecordCategory, Verdict
from server.kit.clock import local_date
from server.kit.engines.prepared import Prepared, prepared
from server.kit.errors import NotFound
from server.records.access.emergencies import emergency_read_for, emergency_reads_visible_to
from server.records.access.subjects import Basis, Family, Subject, merged_into, subject_and_family
from server.records.models import RecordEntry

__all__ = [
    "Family",
    "Shown",
    "Subject",
    "View",
    "consented",
    "emergency_read_for",
    "emergency_reads_visible_to",
    "entry_for",
    "rereading",
    "seen_by_staff",
    "view_of",
]

P = ParamSpec("P")
R = TypeVar("R")

REREADS = 3


class Shown(Protocol):
    """What a line has to know of an entry."""

    @property
    def category(self) -> RecordCategory: ...

    @property
    def source_id(self) -> int: ...


@dataclass(frozen=True)
class View:
    """One reader's way to one resident's record, for one purpose, at one instant."""

    actor: Actor
    resident: Subject
    ids: tuple[int, ...]  # the resident's rows: their own, and those merged into it
    purpose: Purpose
    now: datetime
    family: Family | None
    institutions: tuple[int, ...]  # for which the reader works here
    consents: tuple[tuple[str, int, RecordCategory], ...]  # what holds now: uid, recipient, category

    @property
    def categories(self) -> frozenset[RecordCategory] | None:
        """Return the categories seen as a whole; None when that is all of them."""
        if self.family is not None:
            return self.family.categories
        return frozenset(category for _, _, category in self.consents)

    @property
    def is_whole(self) -> bool:
        """Tell whether everything of one single row is seen: the common case, for which the SQL is kept."""
        return self.family is not None and self.family.categories is None and len(self.ids) == 1

    @property
    def is_of_one_house(self) -> bool:
        """Tell whether one institution reads one single row: the other common case."""
        return self.family is None and len(self.institutions) == len(self.ids) == 1

    def entries(self) -> QuerySet[RecordEntry]:
        """Return the current entries that this reader may see."""
        return RecordEntry.filter(Q(resident_id__in=self.ids, is_current=True) & self.condition())

    def versions(self) -> QuerySet[RecordEntry]:
        """Return every version that this reader may see."""
        return RecordEntry.filter(Q(resident_id__in=self.ids) & self.condition())

    def condition(self) -> Q:
        if self.family is not None:
            whole = self.categories
            return Q() if whole is None else Q(category__in=sorted(whole))
        return seen_by_staff(
            resident_id=self.resident.id,
            institutions=self.institutions,
            purpose=self.purpose,
            now=self.now,
            today=local_date(self.now),
        )

    def line(self, what: str, shown: Iterable[Shown]) -> AccessLine:
        """Return the line of an answer that shows these entries."""
        entries = tuple(shown)
        basis, uid, institution = self._basis(entries)
        return AccessLine(
            resident_id=self.resident.id,
            account_id=self.actor.account_id or 0,
            institution_id=institution,
            channel=self.actor.channel,
            request_id=self.actor.request_id or "",
            purpose=self.purpose,
            basis=basis,
            basis_uid=uid,
            what=what,
            categories=tuple({str(entry.category) for entry in entries}),
            count=len(entries),
            rights=self.resident.rights,
        )

    def _basis(self, entries: Sequence[Shown]) -> Basis:
        if self.family is not None:
            return self.family.basis
        borrowed = [entry.category for entry in entries if entry.source_id not in self.institutions]
        for uid, recipient, category in self.consents:
            if category in borrowed:
                return AccessBasis.CONSENT, uid, recipient
        if not entries and self.consents:
            uid, recipient, _ = self.consents[0]
            return AccessBasis.CONSENT, uid, recipient
        return AccessBasis.AUTHOR, "", self._own_institution(entries)

    def _own_institution(self, entries: Sequence[Shown]) -> int:
        written = [entry.source_id for entry in entries if entry.source_id in self.institutions]
        if written:
            return written[0]
        home = self.resident.home_id
        return home if home is not None and home in self.institutions else self.institutions[0]


def seen_by_staff(
    *, resident_id: int, institutions: Sequence[int], purpose: Purpose, now: datetime, today: date
) -> Q:
    """Return the condition on entries: what the institution wrote, and what it may see by consent."""
    written = Q(source_id__in=list(institutions))
    return written | consented(
        resident_id=resident_id, institution_ids=institutions, purpose=purpose, now=now, today=today
    )


def consented(**says: Any) -> Q:
    """Return the condition that consent holds for an entry, to be evaluated with the entries themselves (C04)."""
    return Q(category__in=permitted_categories(**says))


async def view_of(*, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime) -> View:
    """Return the reader's view, or `NotFound`, alike for a resident whom they have no business with and for nobody.

    Ways in: the resident; a proxy whose grant covers the record; the home where they live; an institution that holds
    a consent for this purpose; an institution that wrote something itself. The basics of care are no exception: what a
    home needs to know beyond what its own staff wrote, it asks for (facts/domain.md 3.4: nothing is shared unticked).
    """
    resident, family = await subject_and_family(actor, resident_uid, now)
    ids = (resident.id, *(await merged_into(resident=resident.id) if resident.has_merged else ()))
    institutions = () if family else tuple(sorted(actor.institutions_with(Permission.RECORD_READ)))
    consents = await _consents_held(resident, institutions, purpose, now) if institutions else ()
    view = View(
        actor=actor,
        resident=resident,
        ids=ids,
        purpose=Purpose.SELF if family else purpose,
        now=now,
        family=family,
        institutions=institutions,
        consents=consents,
    )
    if not (family or consents or resident.home_id in institutions or await _wrote_something(view)):
        raise NotFound
    return view


def rereading(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Ask again from the beginning when what the reader may see changed while they were reading."""

    @wraps(function)
    async def read(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(REREADS):
            try:
                return await function(*args, **kwargs)
            except RightsChanged:
                continue
        raise RightsChanged

    return read


async def entry_for(view: View, uid: str) -> RecordEntry:
    """Return one entry, in any of its versions, that this reader may see."""
    entry = await view.versions().filter(uid=uid).select_related("source", "author", "supersedes").first()
    if entry is None:
        raise NotFound
    return entry


async def _consents_held(
    resident: Subject, institutions: Sequence[int], purpose: Purpose, now: datetime
) -> tuple[tuple[str, int, RecordCategory], ...]:
    today = local_date(now)
    if len(institutions) == 1:
        rows = await _held_by_one(purpose)(
            resident=resident.id, institution=institutions[0], now=now, today=today
        )
    else:
        rows = await _held(resident.id, institutions, purpose, now, today)
    return tuple((uid, recipient, RecordCategory(category)) for uid, recipient, category in rows)


def _held(resident: int, institutions: Sequence[int], purpose: Purpose, now: datetime, today: date) -> Any:
    held = effective_consents(
        resident_id=resident,
        institution_ids=institutions,
        purpose=purpose,
        now=now,
        today=today,
        prefix="consent__",
    )
    rows = ConsentProvision.filter(Q(verdict=Verdict.PERMIT) & held).order_by("consent_id", "id")
    return rows.values_list("consent__uid", "consent__recipient_id", "category")


@cache
def _held_by_one(purpose: Purpose) -> Prepared:
    return prepared(
        lambda resident, institution, now, today: _held(resident, [institution], purpose, now, today),
        resident=int,
        institution=int,
        now=datetime,
        today=date,
    )


async def _wrote_something(view: View) -> bool:
    if not view.institutions:
        return False
    return await RecordEntry.filter(resident_id__in=view.ids, source_id__in=list(view.institutions)).exists()
