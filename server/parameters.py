"""The policy numbers of all features, laid down with their citations whenever the tables are brought up."""

from datetime import datetime

from server.alliance import actions as alliance
from server.alliance import rules as alliance_rules
from server.authority.actor import Channel, system_actor
from server.booking import rules as booking
from server.checkups import rules as checkups
from server.consent import rules as consent
from server.documents import rules as documents
from server.feedback import rules as feedback
from server.followups import rules as followups
from server.identity import rules as identity
from server.notifications import rules as notifications
from server.people import rules as people
from server.privacy import rules as privacy
from server.records import rules as records
from server.visits import rules as visits

FEATURES = (
    alliance_rules,
    identity,
    people,
    consent,
    records,
    booking,
    visits,
    followups,
    checkups,
    feedback,
    notifications,
    documents,
    privacy,
)


async def lay_down(*, now: datetime) -> int:
    """Add the numbers that are not there yet and return how many; what the bureau has changed since stays."""
    actor = system_actor("migrate", Channel.COMMAND)
    listed = [parameter for rules in FEATURES for parameter in rules.PARAMETERS]
    return await alliance.load_parameters(actor=actor, parameters=listed, now=now)
