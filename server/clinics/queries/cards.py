"""One clinic, one step, one designation, as they leave the core."""

from dataclasses import dataclass
from datetime import date, datetime

from server.clinics.models import ClinicStep, InHouseClinic, InsuranceDesignation
from server.clinics.rules import (
    COMMISSION_EVENTS,
    DESIGNATION_WORDS,
    EVENT_WORDS,
    HOME_EVENTS,
    KIND_WORDS,
    LIVE,
    STATUS_WORDS,
    TURN,
    ClinicEvent,
    ClinicKind,
    ClinicStatus,
    Designated,
    DesignationKind,
    Turn,
    steps_for,
)


@dataclass(frozen=True)
class ClinicCard:
    uid: str
    home_uid: str
    home_name: str
    kind: ClinicKind
    kind_words: str
    partner_name: str
    status: ClinicStatus
    status_words: str
    live: bool
    turn: Turn | None
    due_on: date | None
    late: bool
    licence_number: str
    licence_until: date | None
    reason: str
    home_steps: tuple[ClinicEvent, ...]
    commission_steps: tuple[ClinicEvent, ...]


@dataclass(frozen=True)
class StepCard:
    event: ClinicEvent
    event_words: str
    after_words: str
    paper_number: str
    paper_on: date | None
    note: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True)
class DesignationCard:
    uid: str
    institution_uid: str
    institution_name: str
    kind: DesignationKind
    kind_words: str
    filing_number: str
    first_day: date
    last_day: date | None
    ended_on: date | None
    end_reason: str
    holds: bool
    may_end: bool


def clinic_card(row: InHouseClinic, *, today: date) -> ClinicCard:
    """Make the card; `row` has its home and partner with it."""
    return ClinicCard(
        uid=row.uid,
        home_uid=row.home.uid,
        home_name=row.home.name,
        kind=row.kind,
        kind_words=KIND_WORDS[row.kind],
        partner_name=row.partner.name if row.partner else "",
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        live=row.status in LIVE,
        turn=TURN.get(row.status),
        due_on=row.due_on,
        late=row.due_on is not None and row.due_on < today,
        licence_number=row.licence_number,
        licence_until=row.licence_until,
        reason=row.reason,
        home_steps=steps_for(row.status, HOME_EVENTS),
        commission_steps=steps_for(row.status, COMMISSION_EVENTS),
    )


def step_card(row: ClinicStep) -> StepCard:
    return StepCard(
        event=row.event,
        event_words=EVENT_WORDS[row.event],
        after_words=STATUS_WORDS[row.after],
        paper_number=row.paper_number,
        paper_on=row.paper_on,
        note=row.note,
        made_by=row.made_by.name if row.made_by else "系统",
        made_at=row.created_at,
    )


def designated(row: InsuranceDesignation) -> Designated:
    return Designated(row.institution_id, row.kind, row.first_day, row.last_day, row.ended_on)


def designation_card(row: InsuranceDesignation, *, today: date) -> DesignationCard:
    return DesignationCard(
        uid=row.uid,
        institution_uid=row.institution.uid,
        institution_name=row.institution.name,
        kind=row.kind,
        kind_words=DESIGNATION_WORDS[row.kind],
        filing_number=row.filing_number,
        first_day=row.first_day,
        last_day=row.last_day,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        holds=designated(row).holds_on(today),
        may_end=row.ended_on is None and (row.last_day is None or row.last_day >= today),
    )
