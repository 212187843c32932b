"""The right to rate: given for a confirmed service, once, and only for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.booking.models import Appointment
from server.booking.rules import AppointmentStatus
from server.feedback.models import RatingToken
from server.feedback.rules import SourceKind, TokenStatus
from server.kit.clock import local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.visits.models import VisitItem
from server.visits.rules import Outcome, VisitStatus


@dataclass(frozen=True)
class Service:
    """What somebody received, as far as a rating needs to know."""

    resident_id: int
    subject_id: int
    department_id: int | None
    served_at: datetime


@action
async def issue_rating_tokens(
    *, actor: Actor, source: SourceKind | str, source_uid: str, now: datetime
) -> int:
    """Let each resident who was served rate it once; return how many tokens were new.

    Says nothing to a source that is not confirmed: news of a visit may be older than its dispute (I36).
    """
    kind = SourceKind(source)
    services = await _services(kind, source_uid)
    days = await parameter("feedback.rating_days", on=local_date(now))
    tokens = [
        RatingToken(
            source=kind,
            source_uid=source_uid,
            resident_id=service.resident_id,
            subject_id=service.subject_id,
            department_id=service.department_id,
            served_at=service.served_at,
            expires_at=now + timedelta(days=days),
            created_at=now,
        )
        for service in services
    ]
    if not tokens:
        return 0
    # The same news may come twice, from two workers: the unique pair of source and resident lets one of them in.
    await RatingToken.bulk_create(tokens, ignore_conflicts=True)
    new = await RatingToken.filter(uid__in=[token.uid for token in tokens]).select_related("resident")
    for token in new:
        await note(
            actor, "feedback.token_issued", subject_kind="rating_token", subject_uid=token.uid,
            resident_id=token.resident_id, institution_id=token.subject_id, now=now,
        )  # fmt: skip
        await enqueue(
            "feedback.token_issued",
            {"token": token.uid, "resident": token.resident.uid, kind.value: source_uid},
            now=now,
            once_key=f"feedback.token_issued:{token.uid}",
        )
    return len(new)


async def _services(kind: SourceKind, source_uid: str) -> list[Service]:
    return await (_of_visit(source_uid) if kind is SourceKind.VISIT else _of_appointment(source_uid))


async def _of_visit(uid: str) -> list[Service]:
    items = (
        await VisitItem.filter(
            visit__uid=uid,
            visit__status=VisitStatus.CONFIRMED,
            outcome=Outcome.SEEN,
            resident__died_at__isnull=True,
        )
        .select_related("visit__provider", "resident")
        .order_by("resident_id")
    )
    per_resident = {
        item.resident.id: item.visit for item in items
    }  # several services of one visit are rated once
    return [
        Service(resident_id, visit.provider.id, None, visit.finished_at or visit.starts_at)
        for resident_id, visit in per_resident.items()
    ]


async def _of_appointment(uid: str) -> list[Service]:
    rows = await Appointment.filter(
        uid=uid, status=AppointmentStatus.FULFILLED, resident__died_at__isnull=True
    ).select_related("slot__institution", "slot__department", "resident")
    return [
        Service(row.resident.id, row.slot.institution.id, row.slot.department.id, row.slot.starts_at)
        for row in rows
    ]


@action
async def sweep_expired_tokens(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001
    """Close tokens that nobody used in time. Their use is refused from that minute on, sweep or no sweep."""
    ids = (
        await RatingToken.filter(status=TokenStatus.OPEN, expires_at__lte=now)
        .order_by("expires_at")
        .limit(limit)
        .values_list("id", flat=True)
    )
    return await RatingToken.filter(id__in=list(ids), status=TokenStatus.OPEN).update(
        status=TokenStatus.EXPIRED
    )
