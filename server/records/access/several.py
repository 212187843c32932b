"""The ways to several residents' records at once, for an answer that shows them side by side: a round's findings.

Each view is what `view_of` would give for that resident; the statements do not grow with the residents.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import effective_consents
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import Purpose, RecordCategory, Verdict
from server.kit.clock import local_date
from server.people.models import Resident
from server.records.access import Subject, View
from server.records.access.subjects import subjects_and_families
from server.records.models import RecordEntry

Held = tuple[str, int, RecordCategory]  # a consent's uid, its recipient, a category


async def views_of(
    *, actor: Actor, resident_uids: Sequence[str], purpose: Purpose, now: datetime
) -> dict[str, View]:
    """Return the reader's views by the residents' uids, without those with whom they have no business."""
    met = await subjects_and_families(actor, resident_uids, now)
    subjects = [subject for subject, _ in met.values()]
    institutions = tuple(sorted(actor.institutions_with(Permission.RECORD_READ)))
    merged = await _merged_into([each.id for each in subjects if each.has_merged])
    consents = await _consents_held(subjects, institutions, purpose, now) if institutions else {}
    views = {
        uid: View(
            actor=actor,
            resident=subject,
            ids=(subject.id, *merged.get(subject.id, ())),
            purpose=Purpose.SELF if family else purpose,
            now=now,
            family=family,
            institutions=() if family else institutions,
            consents=() if family else tuple(consents.get(subject.id, ())),
        )
        for uid, (subject, family) in met.items()
    }
    in_doubt = [view for view in views.values() if not _has_business(view)]
    wrote = await _written_about(in_doubt)
    return {
        uid: view for uid, view in views.items() if view not in in_doubt or not wrote.isdisjoint(view.ids)
    }


def entries_seen(views: Sequence[View]) -> QuerySet[RecordEntry]:
    """Return the current entries that the reader may see of any of these residents; there must be one view at least."""
    return versions_seen(views).filter(is_current=True)


def versions_seen(views: Sequence[View]) -> QuerySet[RecordEntry]:
    """Return every version that the reader may see: what is told of an old answer stands behind an old entry."""
    each = [Q(resident_id__in=view.ids) & view.condition() for view in views]
    return RecordEntry.filter(Q(*each, join_type=Q.OR))


def _has_business(view: View) -> bool:
    return bool(view.family or view.consents or view.resident.home_id in view.institutions)


async def _written_about(views: Sequence[View]) -> frozenset[int]:
    if not views or not views[0].institutions:
        return frozenset()
    ids = [row_id for view in views for row_id in view.ids]
    rows = RecordEntry.filter(resident_id__in=ids, source_id__in=list(views[0].institutions))
    return frozenset(resident for (resident,) in await rows.distinct().values_list("resident_id"))


async def _merged_into(survivors: Sequence[int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    if survivors:
        rows = Resident.filter(merged_into_id__in=list(survivors)).order_by("id")
        for survivor, row_id in await rows.values_list("merged_into_id", "id"):
            found.setdefault(survivor, []).append(row_id)
    return found


async def _consents_held(
    subjects: Sequence[Subject], institutions: Sequence[int], purpose: Purpose, now: datetime
) -> Mapping[int, list[Held]]:
    held = [
        effective_consents(
            resident_id=subject.id,
            institution_ids=institutions,
            purpose=purpose,
            now=now,
            today=local_date(now),
        )
        for subject in subjects
    ]
    found: dict[int, list[Held]] = {}
    if held:
        # The few consents first: asked through a join, SQLite looks at each provision of the city in the order wanted.
        consents = Subquery(Consent.filter(Q(*held, join_type=Q.OR)).values("id"))
        rows = ConsentProvision.filter(consent_id__in=consents, verdict=Verdict.PERMIT)
        columns = (
            "consent_id",
            "id",
            "consent__resident_id",
            "consent__uid",
            "consent__recipient_id",
            "category",
        )
        for *_, resident, uid, recipient, category in sorted(await rows.values_list(*columns)):
            found.setdefault(resident, []).append((uid, recipient, RecordCategory(category)))
    return found
