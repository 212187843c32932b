"""All invariants that must hold after every event, asked of the tables themselves."""

from datetime import datetime

from server.alliance import queries as alliance
from server.assessments import queries as assessments
from server.audit import queries as audit
from server.booking import queries as booking
from server.checkups import queries as checkups
from server.clinics import queries as clinics
from server.consent import queries as consent
from server.demands import queries as demands
from server.enrolments import queries as enrolments
from server.feedback import queries as feedback
from server.followups import queries as followups
from server.home_beds import queries as home_beds
from server.identity import queries as identity
from server.indicators import queries as indicators
from server.notifications import queries as notifications
from server.people import queries as people
from server.prescriptions import queries as prescriptions
from server.records import queries as records
from server.referrals import queries as referrals
from server.settlement import queries as settlement
from server.training import queries as training
from server.visits import queries as visits
from server.workload import queries as workload

ASKED = (
    alliance.faults,
    identity.faults,
    people.faults,
    consent.faults,
    audit.faults,
    records.faults,
    demands.faults,
    assessments.faults,
    clinics.faults,
    home_beds.faults,
    booking.faults,
    visits.faults,
    settlement.faults,
    referrals.faults,
    followups.faults,
    checkups.faults,
    enrolments.faults,
    prescriptions.faults,
    feedback.faults,
    indicators.faults,
    notifications.faults,
    training.faults,
    workload.faults,
)


async def faults(*, now: datetime) -> list[str]:
    """Return one line per broken invariant, named by its number; an empty list is good news."""
    found: list[str] = []
    for ask in ASKED:
        found += await ask(now=now)
    return found
