"""What both institutions confirmed: the only thing that ratings, statements and indicators may read (I36)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from server.visits.models import Attestation, Visit, VisitItem
from server.visits.rules import Outcome, Side, Verdict, VisitStatus

AT_ONCE = 1000  # uids in one statement


@dataclass(frozen=True)
class ConfirmedItem:
    """One service that one resident received, for features of the core; it carries ids and never leaves the server."""

    item_uid: str
    visit_uid: str
    version: int
    resident_id: int
    resident_uid: str
    home_id: int
    provider_id: int
    agreement_id: int
    performer_id: int
    service: str
    service_name: str
    started_at: datetime
    finished_at: datetime
    confirmed_at: datetime


@dataclass(frozen=True)
class ConfirmedVisit:
    uid: str
    version: int
    home_id: int
    provider_id: int
    confirmed_at: datetime
    items: tuple[ConfirmedItem, ...]  # of residents who were seen


@dataclass(frozen=True)
class AttestedBy:
    side: Side
    institution: str
    at: datetime


async def confirmed_visit(uid: str) -> ConfirmedVisit | None:
    visit = await Visit.get_or_none(uid=uid, status=VisitStatus.CONFIRMED)
    if visit is None or visit.confirmed_at is None:
        return None
    rows = VisitItem.filter(visit_id=visit.id, outcome=Outcome.SEEN).select_related("visit", "resident")
    return ConfirmedVisit(
        uid=visit.uid,
        version=visit.version,
        home_id=visit.home_id,
        provider_id=visit.provider_id,
        confirmed_at=visit.confirmed_at,
        items=tuple(_item(row) for row in await rows.order_by("id")),
    )


async def confirmed_items(
    *, since: datetime, until: datetime, home_id: int | None = None, provider_id: int | None = None
) -> tuple[ConfirmedItem, ...]:
    """Return the services of confirmed visits that ended in the period (exclusive end)."""
    rows = VisitItem.filter(
        visit__status=VisitStatus.CONFIRMED,
        visit__finished_at__gte=since,
        visit__finished_at__lt=until,
        outcome=Outcome.SEEN,
    )
    if home_id is not None:
        rows = rows.filter(visit__home_id=home_id)
    if provider_id is not None:
        rows = rows.filter(visit__provider_id=provider_id)
    return tuple(_item(row) for row in await rows.select_related("visit", "resident").order_by("id"))


async def items_in_doubt(*, home_id: int, provider_id: int) -> frozenset[str]:
    """Return the services whose visit counts nowhere at the moment, because a correction of it is being decided."""
    rows = VisitItem.filter(
        visit__status=VisitStatus.CORRECTION_REQUESTED,
        visit__home_id=home_id,
        visit__provider_id=provider_id,
    )
    return frozenset(str(uid) for uid in await rows.values_list("uid", flat=True))


async def items_uncounted(*, item_uids: Sequence[str]) -> frozenset[str]:
    """Return those of these services that count no longer: their visit was corrected, and nobody was seen on it."""
    if not item_uids:
        return frozenset()
    counting = VisitItem.filter(
        uid__in=list(item_uids),
        visit__status__in=[VisitStatus.CONFIRMED, VisitStatus.CORRECTION_REQUESTED],
        outcome=Outcome.SEEN,
    )
    return frozenset(item_uids) - {str(uid) for uid in await counting.values_list("uid", flat=True)}


async def visits_that_counted(*, visit_uids: AbstractSet[str]) -> frozenset[str]:
    """Return those of these visits that both confirmed, a correction of which may be on its way."""
    found: set[str] = set()
    listed = sorted(visit_uids)
    for start in range(0, len(listed), AT_ONCE):
        rows = Visit.filter(uid__in=listed[start : start + AT_ONCE], confirmed_at__isnull=False)
        counting = rows.filter(status__in=[VisitStatus.CONFIRMED, VisitStatus.CORRECTION_REQUESTED])
        found.update(str(uid) for uid in await counting.values_list("uid", flat=True))
    return frozenset(found)


async def attested(*, visit_uid: str) -> tuple[AttestedBy, ...]:
    """Return which institution said when that a visit took place: behind every fen stand two of these (A05)."""
    rows = Attestation.filter(visit__uid=visit_uid, verdict=Verdict.CONFIRMED).select_related("institution")
    return tuple(
        AttestedBy(row.side, row.institution.name, row.created_at) for row in await rows.order_by("id")
    )


def _item(row: VisitItem) -> ConfirmedItem:
    visit = row.visit
    if not (visit.performer_id and visit.started_at and visit.finished_at and visit.confirmed_at):
        message = f"I34: confirmed visit {visit.uid} lacks an element"
        raise LookupError(message)
    return ConfirmedItem(
        item_uid=row.uid,
        visit_uid=visit.uid,
        version=visit.version,
        resident_id=row.resident.id,
        resident_uid=row.resident.uid,
        home_id=visit.home_id,
        provider_id=visit.provider_id,
        agreement_id=visit.agreement_id,
        performer_id=visit.performer_id,
        service=row.service,
        service_name=row.service_name,
        started_at=visit.started_at,
        finished_at=visit.finished_at,
        confirmed_at=visit.confirmed_at,
    )
