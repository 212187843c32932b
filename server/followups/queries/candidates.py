"""Who of a home has a diagnosis in the record and is followed up by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose, RecordCategory
from server.followups.models import ChronicEpisode
from server.followups.rules import DISEASE_WORDS, LIVE, Disease, diagnosis_of
from server.kit.clock import age_on, local_date
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident
from server.records.access import View, rereading
from server.records.access.several import entries_seen, views_of
from server.records.queries.cards import EntryRow, entry_rows
from server.records.rules import EntryKind

AT_ONCE = 20  # residents whose records are looked into by one page


@dataclass(frozen=True)
class Diagnosis:
    disease: Disease
    disease_words: str
    entry_uid: str
    words: str
    source: str
    taken: bool  # somebody follows it up already


@dataclass(frozen=True)
class Candidate:
    resident_uid: str
    name: str
    age: int
    bed: str
    diagnoses: tuple[Diagnosis, ...]
    taken: tuple[str, ...]  # diseases that are followed up already, in words


@dataclass(frozen=True)
class CandidateBoard:
    homes: tuple[tuple[str, str], ...]
    home_uid: str | None
    page: Page[Candidate]


@rereading
async def candidates(*, actor: Actor, home_uid: str | None, wish: PageWish, now: datetime) -> CandidateBoard:
    """Look into the records of a home's residents, page by page; each of them reads in their trail that it was done."""
    homes = await _homes(actor, now)
    wanted = home_uid or (homes[0][0] if homes else None)
    visible = residents_visible_to(actor=actor, permission=Permission.FOLLOW_UP_WRITE, now=now)
    living = Resident.filter(visible, home__uid=wanted or "", died_at=None)
    page = await rows_of(living, PageWish(wish.after, AT_ONCE, wish.counted), by="created_at")
    views = await views_of(
        actor=actor, resident_uids=[row.uid for row in page.items], purpose=Purpose.VISIT, now=now
    )
    found = await _diagnoses(list(views.values()))
    taken = await _taken([row.id for row in page.items])
    lines = [view.line("followups.candidates", _of(view, found)) for view in views.values()]
    await trail.record(lines, now=now)
    today = local_date(now)
    cards = [
        _candidate(row, views.get(row.uid), found, taken, age_on(row.birth_date, today)) for row in page.items
    ]
    return CandidateBoard(homes, wanted, page.of(cards))


def _candidate(
    row: Resident,
    view: View | None,
    found: Sequence[tuple[int, EntryRow]],
    taken: set[tuple[int, Disease]],
    age: int,
) -> Candidate:
    entries = _of(view, found) if view is not None else []
    diagnoses = [
        Diagnosis(
            disease, DISEASE_WORDS[disease], entry.uid, str(entry.body["name"]), entry.source_name,
            taken=(row.id, disease) in taken,
        )
        for disease in Disease
        for entry in [each for each in entries if each.code.startswith(diagnosis_of(disease))][:1]
    ]  # fmt: skip
    held = tuple(DISEASE_WORDS[disease] for disease in Disease if (row.id, disease) in taken)
    return Candidate(row.uid, row.name, age, row.bed or "", tuple(diagnoses), held)


async def _diagnoses(views: Sequence[View]) -> list[tuple[int, EntryRow]]:
    if not views:
        return []
    begins = Q(*(Q(code__startswith=diagnosis_of(disease)) for disease in Disease), join_type=Q.OR)
    entries = entries_seen(views).filter(begins, kind=EntryKind.CONDITION, category=RecordCategory.CHRONIC)
    uids = dict(await entries.values_list("uid", "resident_id"))
    rows = await entry_rows(entries.order_by("-effective_at", "-id"))
    return [(int(uids[row.uid]), row) for row in rows if row.uid in uids and row.body["status"] == "active"]


def _of(view: View, found: Sequence[tuple[int, EntryRow]]) -> list[EntryRow]:
    return [row for resident, row in found if resident in view.ids]


async def _taken(residents: Sequence[int]) -> set[tuple[int, Disease]]:
    rows = ChronicEpisode.filter(resident_id__in=list(residents), status__in=sorted(LIVE))
    return {
        (resident, Disease(disease)) for resident, disease in await rows.values_list("resident_id", "disease")
    }


async def _homes(actor: Actor, now: datetime) -> tuple[tuple[str, str], ...]:
    own = sorted(actor.institutions_with(Permission.FOLLOW_UP_WRITE))
    served = ServiceAgreement.filter(in_force(now), provider_id__in=own)
    ids = await served.distinct().values_list("home_id", flat=True)
    rows = await Institution.filter(id__in=list(ids)).order_by("id")
    return tuple((row.uid, row.name) for row in rows)
