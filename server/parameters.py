"""The policy numbers of all features and the catalogue of services, laid down whenever the tables are brought up."""

from datetime import datetime

from server.alliance import actions as alliance
from server.alliance import rules as alliance_rules
from server.assessments import rules as assessments
from server.authority.actor import Channel, system_actor
from server.booking import rules as booking
from server.checkups import rules as checkups
from server.clinics import rules as clinics
from server.consent import rules as consent
from server.demands import rules as demands
from server.documents import rules as documents
from server.enrolments import rules as enrolments
from server.feedback import rules as feedback
from server.followups import rules as followups
from server.half_days import rules as half_days
from server.home_beds import rules as home_beds
from server.identity import rules as identity
from server.indicators import queries as indicators
from server.notifications import rules as notifications
from server.people import rules as people
from server.prescriptions import rules as prescriptions
from server.privacy import rules as privacy
from server.records import rules as records
from server.referrals import rules as referrals
from server.settlement import rules as settlement
from server.training import rules as training
from server.visits import rules as visits
from server.workload import rules as workload

FEATURES = (
    alliance_rules,
    identity,
    people,
    consent,
    records,
    demands,
    assessments,
    clinics,
    home_beds,
    booking,
    visits,
    settlement,
    referrals,
    followups,
    checkups,
    half_days,
    enrolments,
    prescriptions,
    feedback,
    indicators,
    notifications,
    documents,
    privacy,
    training,
    workload,
)


async def lay_down(*, now: datetime) -> int:
    """Add what is not there yet and return how much; what the bureau has changed since stays."""
    actor = system_actor("migrate", Channel.COMMAND)
    listed = [parameter for rules in FEATURES for parameter in rules.PARAMETERS]
    numbers = await alliance.load_parameters(actor=actor, parameters=listed, now=now)
    return numbers + await alliance.load_catalogue(actor=actor, entries=alliance_rules.CATALOGUE, now=now)
