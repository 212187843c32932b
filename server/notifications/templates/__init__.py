"""One warm, plain sentence per topic: who hears it, how urgent it is, and which WeChat template carries it.

The inbox is shown only after sign-in, yet phones are passed around: a sentence says that there is something to read,
never what was found.
"""

from collections.abc import Mapping

from server.notifications.templates import (
    agreements,
    assessments,
    beds,
    booking,
    demands,
    feedback,
    health,
    indicators,
    medicines,
    referrals,
    rights,
    settlement,
    staffing,
    visits,
)
from server.notifications.templates.kinds import (
    CITY,
    WECHAT,
    Audience,
    Template,
    keys_by_platform_id,
    name_templates,
    platform_ids,
)

TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    **booking.TEMPLATES,
    **visits.TEMPLATES,
    **referrals.TEMPLATES,
    **health.TEMPLATES,
    **beds.TEMPLATES,
    **rights.TEMPLATES,
    **assessments.TEMPLATES,
    **agreements.TEMPLATES,
    **settlement.TEMPLATES,
    **feedback.TEMPLATES,
    **demands.TEMPLATES,
    **indicators.TEMPLATES,
    **staffing.TEMPLATES,
    **medicines.TEMPLATES,
}

# News that reaches no inbox, and why.
TOLD_TO_NOBODY: Mapping[str, str] = {
    "booking.held": "whoever keeps the seat has it on their screen",
    "booking.arrived": "they stand at the desk",
    "booking.fulfilled": "feedback.token_issued follows and asks how it was",
    "booking.error_reported": "a colleague decides at the desk, where it is listed",
    "referrals.closed": "both have heard that they are home; nothing is to be done",
    "people.care_state_changed": "home beds follow it; who must hear of it hears of those and of referrals",
    "people.died": "whoever wrote it down knows; what was owed for them ends by it",
    "people.transferred": "whoever manages both homes has done it; home beds follow it",
    "clinics.intended": "the home's own word; the bureau sees it on its page",
    "clinics.operating": "the home's own word; the bureau sees it on its page",
    "clinics.withdrawn": "the home's own word; the bureau sees it on its page",
    "clinics.closed": "the home's own word; the bureau sees it on its page",
    "home_beds.round": "written down by who came; the record shows it",
    "visits.started": "both sides are in the room",
    "visits.attested": "visits.finished has asked both sides; visits.confirmed follows",
    "feedback.rated": "counted, not announced: a low score opens a case, which tells",
    "feedback.check_text": "a question to the platform",
    "indicators.frozen": "the page of whoever freezes next shows it",
    "wechat.send": "a delivery to the platform",
}

__all__ = [
    "CITY",
    "TEMPLATES",
    "TOLD_TO_NOBODY",
    "WECHAT",
    "Audience",
    "Template",
    "keys_by_platform_id",
    "name_templates",
    "platform_ids",
]
