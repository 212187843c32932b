"""What somebody booked, for the copy of what is held about them as an account: where and when, not what for."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.booking.models import Appointment
from server.booking.queries.cards import APPOINTMENT_RELATIONS, STATUS_WORDS
from server.kit.masking import masked_name
from server.kit.pages import Newest, newest_of


@dataclass(frozen=True)
class Booked:
    uid: str
    resident: str  # masked: what ails another person is not the account's to copy
    institution: str
    department: str
    starts_at: datetime
    status_words: str
    booked_at: datetime


async def booked_by(*, actor: Actor, most: int, now: datetime) -> Newest[Booked]:  # noqa: ARG001  one form for all queries
    rows = Appointment.filter(booked_by_id=actor.account_id).select_related(*APPOINTMENT_RELATIONS)
    found = await newest_of(rows, by="created_at", most=most)
    return found.of(_booked(row) for row in found.items)


def _booked(row: Appointment) -> Booked:
    return Booked(
        uid=row.uid,
        resident=masked_name(row.resident.name),
        institution=row.slot.institution.name,
        department=row.slot.department.name,
        starts_at=row.slot.starts_at,
        status_words=STATUS_WORDS[row.status],
        booked_at=row.created_at,
    )
