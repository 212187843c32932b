"""What may be told of referrals."""

from server.referrals.queries.cards import (
    ReferralCard,
    StoryCard,
    referral_card,
    story_card,
)
from server.referrals.queries.escalations import (
    EscalationCard,
    count_open_escalations,
    escalation_card,
    escalations,
)
from server.referrals.queries.faults import (
    faults,
)
from server.referrals.queries.follow_ups import (
    FollowUpCard,
    count_owed,
    follow_up_card,
    follow_ups,
)
from server.referrals.queries.forms import (
    DraftSheet,
    FormsCard,
    NewReferral,
    draft_sheet,
    forms,
    new_referral,
)
from server.referrals.queries.lists import (
    MOST_FOUND,
    MOST_TOLD,
    Box,
    ExpectedCard,
    ReferralFilter,
    ReferralSheet,
    SentCard,
    count_in_turn,
    expected_on,
    find_referrals,
    open_stories,
    referral,
    referral_by_code,
    referral_sheet,
    referrals,
    stories,
)
from server.referrals.queries.packets import (
    MOST_OFFERED,
    PacketSheet,
    as_staff_of,
    choosable,
    packet_sheet,
)
from server.referrals.queries.slips import (
    SlipPart,
    SlipSheet,
    slip_sheet,
)

__all__ = [
    "MOST_FOUND",
    "MOST_OFFERED",
    "MOST_TOLD",
    "Box",
    "DraftSheet",
    "EscalationCard",
    "ExpectedCard",
    "FollowUpCard",
    "FormsCard",
    "NewReferral",
    "PacketSheet",
    "ReferralCard",
    "ReferralFilter",
    "ReferralSheet",
    "SentCard",
    "SlipPart",
    "SlipSheet",
    "StoryCard",
    "as_staff_of",
    "choosable",
    "count_in_turn",
    "count_open_escalations",
    "count_owed",
    "draft_sheet",
    "escalation_card",
    "escalations",
    "expected_on",
    "faults",
    "find_referrals",
    "follow_up_card",
    "follow_ups",
    "forms",
    "new_referral",
    "open_stories",
    "packet_sheet",
    "referral",
    "referral_by_code",
    "referral_card",
    "referral_sheet",
    "referrals",
    "slip_sheet",
    "stories",
    "story_card",
]
