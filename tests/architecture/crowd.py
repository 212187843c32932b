"""The town grown large: thirty more rows of everything that is listed, without anybody else in it."""

from collections.abc import Mapping
from typing import Any

from tortoise.models import Model

from server.alliance.models import Department, Institution, ServiceAgreement, SigningAuthority
from server.assessments.models import Assessment, AssessmentDispute
from server.audit.models import AuditEntry
from server.booking.models import Appointment, Schedule, ScheduleException, WaitlistEntry, WaitlistOffer
from server.checkups.models import CheckupCampaign, CheckupDuty
from server.clinics.models import ClinicStep, InHouseClinic, InsuranceDesignation
from server.consent.models import Consent, ConsentProvision
from server.demands.models import Demand, DemandAnswer
from server.enrolments.models import Enrolment, FamilyTeam, PriorityGroup
from server.feedback.models import CaseStep, FeedbackCase, Rating, RatingToken, RatingVoid, TextRevision
from server.followups.models import ChronicEpisode, FollowUp
from server.home_beds.models import HomeBed, HomeBedRound, HomeBedSpan
from server.identity.models import Account, RoleGrant
from server.kit.ids import new_uid
from server.notifications.models import CallListEntry, InboxMessage
from server.people.models import ProxyGrant, ProxyGrantScope, Resident, ResidentStay
from server.prescriptions.models import (
    DispensingAgreement,
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    PrescriptionLine,
    Refill,
)
from server.records.models import EmergencyRead, EntryObjection, RecordEntry
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.visits.models import Plate, Visit, VisitCorrection, VisitItem

MORE = 30
# Each with the rows that hang on it, by the column that says on which.
LISTED: tuple[tuple[type[Model], tuple[tuple[type[Model], str], ...]], ...] = (
    (Institution, ()),
    (Department, ()),
    (ServiceAgreement, ()),
    (Account, ((RoleGrant, "account_id"),)),
    (Resident, ((ResidentStay, "resident_id"),)),
    (ProxyGrant, ((ProxyGrantScope, "grant_id"),)),
    (Consent, ((ConsentProvision, "consent_id"),)),
    (RecordEntry, ((EntryObjection, "entry_id"),)),
    (EmergencyRead, ()),
    (Assessment, ((AssessmentDispute, "assessment_id"),)),
    (Schedule, ()),
    (ScheduleException, ()),
    (Appointment, ()),
    (WaitlistEntry, ((WaitlistOffer, "entry_id"),)),
    (Plate, ()),
    (Visit, ((VisitItem, "visit_id"), (VisitCorrection, "visit_id"))),
    (Referral, ((ReferralEscalation, "referral_id"), (ReferralFollowUp, "referral_id"))),
    (RatingToken, ()),
    (Rating, ((TextRevision, "rating_id"),)),
    (FeedbackCase, ((CaseStep, "case_id"),)),
    (RatingVoid, ()),
    (InboxMessage, ()),
    (CallListEntry, ()),
    (AuditEntry, ()),
    (ChronicEpisode, ((FollowUp, "episode_id"),)),
    (CheckupCampaign, ()),
    (CheckupDuty, ()),
    (Demand, ((DemandAnswer, "demand_id"),)),
    (SigningAuthority, ()),
    (HomeBed, ((HomeBedSpan, "bed_id"), (HomeBedRound, "bed_id"))),
    (InHouseClinic, ((ClinicStep, "clinic_id"),)),
    (InsuranceDesignation, ()),
    (FamilyTeam, ()),
    (Enrolment, ()),
    (PriorityGroup, ()),
    (PrescribingRight, ()),
    (DispensingAgreement, ()),
    (LongPrescription, ((Refill, "prescription_id"), (PrescriptionLine, "prescription_id"))),
    (MedicineDelivery, ()),
)


async def grow() -> None:
    """Copy what is there until each list has thirty rows more."""
    for table, hanging in LISTED:
        rows = await table.all().order_by("-id").limit(MORE).values()
        for row in rows:
            for _ in range(max(1, MORE // len(rows))):
                await _copied(table, row, hanging)


async def _copied(
    table: type[Model], row: Mapping[str, Any], hanging: tuple[tuple[type[Model], str], ...]
) -> None:
    copy = copy_of(table, row)
    await copy.save()
    for child, column in hanging:
        for below in await child.filter(**{column: row["id"]}).values():
            await copy_of(child, {**below, column: copy.pk}).save()


def copy_of(table: type[Model], row: Mapping[str, Any], **changes: Any) -> Model:
    """Return a new row like this one, different where two rows must be."""
    values = {name: value for name, value in row.items() if name not in {"id", "uid"}}
    for name in values:
        if table._meta.fields_map[name].unique or name in _told_apart_by(table):
            values[name] = _another(table._meta.fields_map[name])
        elif name.endswith("_sealed"):
            values[name] = None  # sealed to the row it stands in
    return table(**{**values, **changes})


def _told_apart_by(table: type[Model]) -> set[str]:
    """Return the columns that must differ besides those that are unique alone; what hangs on a copy differs by that."""
    together = {name for names in table._meta.unique_together for name in names}
    return (together & {"name", "message_uid", "source_uid"}) | (
        {"account_id"} if together == {"account"} else set()
    )


def _another(field: Any) -> str | None:
    return None if field.null else new_uid()[-getattr(field, "max_length", 26) :]
