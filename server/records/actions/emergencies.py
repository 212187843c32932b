"""Read without consent to save a life; told to the family at once, judged by somebody else afterwards (C06)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.audit import trail
from server.audit.actions import note
from server.audit.chain import AccessBasis, AccessLine
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.consent.rules import RESTRICTED, Purpose, RecordCategory
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.models import Resident
from server.records.access import emergency_read_for
from server.records.errors import OwnRead, ReviewDone
from server.records.models import EmergencyRead, RecordEntry
from server.records.queries.cards import EntryCard, EntryRow, entry_cards, entry_rows
from server.records.queries.emergencies import EmergencyCard, emergency_card
from server.records.rules import EMERGENCY_KINDS, EmergencyReason, EmergencyStatus

MOST_SHOWN = 60
WITHHELD = RESTRICTED | {
    RecordCategory.UNLABELED
}  # not even then: no first aid needs them (least necessary, PIPL 6)


@dataclass(frozen=True)
class EmergencyPage:
    """The page for the ambulance: allergies, diagnoses, medicines, the latest measurements."""

    uid: str  # of the emergency read, for its review
    resident_uid: str
    name: str
    review_due: datetime
    entries: tuple[EntryCard, ...]


@action
async def read_in_emergency(
    *, actor: Actor, resident_uid: str, reason: EmergencyReason, explanation: str, now: datetime
) -> EmergencyPage:
    """Open the emergency page. The nurse of the home, or any clinician: an ambulance knows no agreements.

    The family is told, a review is due (I13), and the access line names this read; all in one transaction.
    """
    resident, institution = await _in_reach(actor, resident_uid)
    return await _opened(
        actor, resident, institution, await _essentials(resident), (reason, explanation), now=now
    )


@action
async def read_packet_in_emergency(
    *,
    actor: Actor,
    resident_uid: str,
    institution_uid: str,
    entry_uids: Collection[str],
    reason: EmergencyReason,
    explanation: str,
    now: datetime,
) -> EmergencyPage:
    """Open what was sent along with a referral, for the institution that has to treat at once (I32).

    The caller has made sure that these entries were sent to this institution and that it may still read them; the reader
    must work there in a role that reads in emergencies. Told and reviewed like any other; the same categories stay closed.
    """
    resident, institution = await _at_institution(actor, resident_uid, institution_uid)
    rows = await _sent_along(resident, entry_uids)
    return await _opened(actor, resident, institution, rows, (reason, explanation), now=now)


async def _opened(
    actor: Actor,
    resident: Resident,
    institution: Institution,
    rows: list[EntryRow],
    why: tuple[EmergencyReason, str],
    *,
    now: datetime,
) -> EmergencyPage:
    reason, explanation = why
    due = now + timedelta(hours=await parameter("records.emergency_review_hours", on=now))
    read = EmergencyRead(
        resident=resident,
        reader_id=actor.account_id,
        institution=institution,
        reason=reason,
        explanation=explanation,
        shown=len(rows),
        review_due=due,
        created_at=now,
    )
    await read.save()
    await trail.record([_line(actor, read, rows)], now=now)
    await note(
        actor,
        "records.emergency_read",
        subject_kind="emergency_read",
        subject_uid=read.uid,
        resident_id=resident.id,
        institution_id=institution.id,
        reason=str(reason),
        now=now,
    )
    payload = {"emergency": read.uid, "resident": resident.uid, "institution": institution.uid}
    await enqueue("records.emergency_read", payload, now=now, once_key=f"records.emergency_read:{read.uid}")
    cards = await entry_cards(rows, birth_date=resident.birth_date, now=now)
    return EmergencyPage(read.uid, resident.uid, resident.name, due, cards)


@action
async def review_emergency(
    *, actor: Actor, uid: str, justified: bool, remark: str, now: datetime
) -> EmergencyCard:
    """Judge an emergency read; never one's own, and once."""
    read = await emergency_read_for(actor=actor, uid=uid, permission=Permission.EMERGENCY_REVIEW, now=now)
    if read.reader_id == actor.account_id:
        raise OwnRead
    verdict = EmergencyStatus.JUSTIFIED if justified else EmergencyStatus.UNJUSTIFIED
    changed = await EmergencyRead.filter(id=read.id, status=EmergencyStatus.OPEN).update(
        status=verdict, reviewed_by_id=actor.account_id, reviewed_at=now, review_note=remark
    )
    if changed == 0:
        raise ReviewDone
    await note(
        actor,
        "records.emergency_reviewed",
        subject_kind="emergency_read",
        subject_uid=read.uid,
        resident_id=read.resident_id,
        institution_id=read.institution_id,
        reason=str(verdict),
        now=now,
    )
    await read.refresh_from_db(fields=["status", "reviewed_at", "review_note"])
    return emergency_card(read, now=now)


@action
async def sweep_emergencies(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Raise every read whose review is overdue, once."""
    late = EmergencyRead.filter(status=EmergencyStatus.OPEN, review_due__lte=now, overdue_at__isnull=True)
    done = 0
    for read in await late.order_by("id").limit(limit).select_related("resident", "institution"):
        if not await EmergencyRead.filter(id=read.id, overdue_at__isnull=True).update(overdue_at=now):
            continue
        await note(
            actor,
            "records.emergency_overdue",
            subject_kind="emergency_read",
            subject_uid=read.uid,
            resident_id=read.resident_id,
            institution_id=read.institution_id,
            now=now,
        )
        payload = {"emergency": read.uid, "resident": read.resident.uid, "institution": read.institution.uid}
        await enqueue(
            "records.emergency_overdue", payload, now=now, once_key=f"records.emergency_overdue:{read.uid}"
        )
        done += 1
    return done


async def _in_reach(actor: Actor, resident_uid: str) -> tuple[Resident, Institution]:
    found = await Resident.filter(uid=resident_uid).select_related("merged_into").first()
    own = sorted(actor.institutions_with(Permission.RECORD_EMERGENCY))
    if found is None or not own:
        raise NotFound
    resident: Resident = found.merged_into or found
    institutions = Q(id__in=own)
    if not actor.holds(Permission.RECORD_EMERGENCY, [Role.CLINICIAN]):
        institutions &= Q(id=resident.home_id or 0)
    institution = await Institution.filter(institutions).order_by("id").first()
    if institution is None:
        raise NotFound
    return resident, institution


async def _at_institution(
    actor: Actor, resident_uid: str, institution_uid: str
) -> tuple[Resident, Institution]:
    found = await Resident.filter(uid=resident_uid).select_related("merged_into").first()
    own = sorted(actor.institutions_with(Permission.RECORD_EMERGENCY))
    institution = await Institution.filter(id__in=own, uid=institution_uid).first()
    if found is None or institution is None:
        raise NotFound
    return found.merged_into or found, institution


async def _sent_along(resident: Resident, uids: Collection[str]) -> list[EntryRow]:
    sent = RecordEntry.filter(
        Q(resident_id=resident.id) | Q(resident__merged_into_id=resident.id),
        uid__in=sorted(uids),
        category__not_in=sorted(WITHHELD),
    )
    return await entry_rows(sent.order_by("-effective_at", "-id").limit(MOST_SHOWN))


async def _essentials(resident: Resident) -> list[EntryRow]:
    needed = RecordEntry.filter(
        Q(resident_id=resident.id) | Q(resident__merged_into_id=resident.id),
        is_current=True,
        kind__in=sorted(EMERGENCY_KINDS),
        category__not_in=sorted(WITHHELD),
    )
    return await entry_rows(needed.order_by("-effective_at", "-id").limit(MOST_SHOWN))


def _line(actor: Actor, read: EmergencyRead, rows: list[EntryRow]) -> AccessLine:
    return AccessLine(
        resident_id=read.resident_id,
        account_id=actor.account_id or 0,
        institution_id=read.institution_id,
        channel=actor.channel,
        request_id=actor.request_id or "",
        purpose=Purpose.EMERGENCY,
        basis=AccessBasis.EMERGENCY,
        basis_uid=read.uid,
        what="records.emergency",
        categories=tuple({str(row.category) for row in rows}),
        count=len(rows),
        rights=None,
    )
