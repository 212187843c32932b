"""Who fills in a sheet, and who sees a result.

A sheet that is still worked on belongs to the institution whose assessors work on it; nobody else learns of it. A result is an
entry of the health record: whoever may see that entry, by right, grant or consent, may see the sheet behind it, and each look
leaves its line in the trail (I12). Looks at sheets under work leave one too: they say as much about somebody.
"""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import InstitutionKind
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.rules import LIVE, RESULTS
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.consent.access import as_family
from server.consent.models import ConsentProvision
from server.consent.rules import ConsentStatus, Purpose, RecordCategory, Tie, Verdict
from server.kit.errors import NotFound
from server.people.access import resident_for
from server.records.access import Shown, View, entry_for, view_of
from server.records.access.subjects import subject_and_family

MAKE = Permission.ASSESSMENT_MAKE
RELATIONS = ("resident", "institution", "begun_by", "first_by", "second_by", "replaced_by")
CLINICAL = frozenset({Role.NURSE, Role.CLINICIAN})


def is_clinical(actor: Actor, institution_id: int) -> bool:
    """Tell whether the actor signs for this institution as a nurse or clinician."""
    return any(grant.role in CLINICAL and grant.institution_id == institution_id for grant in actor.grants)


def worked_on_by(*, actor: Actor) -> Q:
    """Return the condition of sheets that the actor's institutions work on."""
    return Q(institution_id__in=sorted(actor.institutions_with(MAKE)), status__in=sorted(LIVE))


async def sheet_to_fill(*, actor: Actor, uid: str, now: datetime) -> Assessment:
    """Return a sheet under work; its resident must still be within the institution's reach."""
    row = await Assessment.filter(worked_on_by(actor=actor), uid=uid).select_related(*RELATIONS).first()
    if row is None:
        raise NotFound
    row.resident = await resident_for(actor=actor, uid=row.resident.uid, permission=MAKE, now=now)
    return row


async def own_result(*, actor: Actor, uid: str, permission: Permission) -> Assessment:
    """Return a result that the actor's institution answers for."""
    own = Q(institution_id__in=sorted(actor.institutions_with(permission)), status__in=sorted(RESULTS))
    row = await Assessment.filter(own, uid=uid).select_related(*RELATIONS).first()
    if row is None:
        raise NotFound
    return row


async def result_for(
    *, actor: Actor, uid: str, purpose: Purpose, now: datetime
) -> tuple[Assessment, View, Shown]:
    """Return a result, the reader's way to the record, and the entry that it stands in. The caller writes the line."""
    row = await Assessment.filter(uid=uid).select_related(*RELATIONS).first()
    if row is None or row.entry_uid is None:  # only a result stands in the record
        raise NotFound
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=purpose, now=now)
    return row, view, await entry_for(view, row.entry_uid)


async def result_to_dispute(*, actor: Actor, uid: str, now: datetime) -> Assessment:
    """Return a result to whoever may say that it is not right: the resident, who acts for them, the home where they live."""
    row, *_ = await result_for(actor=actor, uid=uid, purpose=Purpose.CARE, now=now)
    if row.resident.home_id in actor.institutions_with(MAKE):
        return row
    family = as_family(actor)
    row.resident = await resident_for(
        actor=family, uid=row.resident.uid, permission=Permission.RECORD_OBJECT, now=now
    )
    return row


@dataclass(frozen=True)
class _Work:
    """What a line has to know of a sheet under work."""

    category: RecordCategory
    source_id: int


async def note_look_at_work(*, actor: Actor, row: Assessment, now: datetime) -> None:
    """Leave the line of a look at a sheet of the reader's own institution, which is in nobody's record yet."""
    subject, _ = await subject_and_family(actor, row.resident.uid, now)
    view = View(
        actor=actor,
        resident=subject,
        ids=(subject.id,),
        purpose=Purpose.CARE,
        now=now,
        family=None,
        institutions=(row.institution_id,),
        consents=(),
    )
    await trail.record([view.line("assessments.work", [_Work(row.category, row.institution_id)])], now=now)


def homes_assessed_by(*, actor: Actor, now: datetime) -> Q:
    """Return the condition of homes whose residents the actor may assess: their own, and those of their agreements."""
    own = sorted(actor.institutions_with(MAKE))
    partners = ServiceAgreement.filter(in_force(now), provider_id__in=own).values("home_id")
    return Q(kind=InstitutionKind.NURSING_HOME) & (Q(id__in=own) | Q(id__in=Subquery(partners)))


def known_to(*, actor: Actor, home: Institution, category: RecordCategory, now: datetime) -> Q:
    """Return the condition of results about residents of this home of which the actor may know: theirs, or by consent.

    The home is the actor's, or a partner's with an agreement in force: what a consent hangs on besides (`Tie`) holds for
    everybody who lives there.
    """
    own = sorted(actor.institutions_with(MAKE))
    permitted = ConsentProvision.filter(
        Q(consent__tie=Tie.NOTHING) | Q(consent__home_id=home.id),
        verdict=Verdict.PERMIT,
        category=category,
        consent__recipient_id__in=own,
        consent__purpose=Purpose.CARE,
        consent__status=ConsentStatus.GRANTED,
        consent__decided_at__lte=now,
        consent__until__gt=now,
    )
    return Q(institution_id__in=own) | Q(resident_id__in=Subquery(permitted.values("consent__resident_id")))


def disputes_answered_by(*, actor: Actor) -> Q:
    own = sorted(actor.institutions_with(Permission.ASSESSMENT_DECIDE))
    return Q(assessment__institution_id__in=own)


async def last_dispute_of(assessment: Assessment) -> AssessmentDispute | None:
    return await AssessmentDispute.filter(assessment_id=assessment.id).order_by("-id").first()
