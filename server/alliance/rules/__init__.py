"""What institutions are, how an agreement lives, and what its text says."""

from server.alliance.rules.agreements import (
    AGREEMENT_MOVES,
    IN_FORCE,
    AgreementEvent,
    AgreementSide,
    AgreementStatus,
)
from server.alliance.rules.content import (
    AgreementContent,
    Contact,
    Cooperation,
    Fee,
    FeeKind,
    PayCycle,
    ServiceItem,
    VisitDay,
    content_digest,
    content_faults,
    content_of,
    plain_content,
)
from server.alliance.rules.institutions import (
    USCC_ALPHABET,
    InstitutionKind,
    is_uscc,
    uscc_check_character,
)
from server.alliance.rules.parameters import PARAMETERS, Confidence, Parameter

__all__ = [
    "AGREEMENT_MOVES",
    "IN_FORCE",
    "PARAMETERS",
    "USCC_ALPHABET",
    "AgreementContent",
    "AgreementEvent",
    "AgreementSide",
    "AgreementStatus",
    "Confidence",
    "Contact",
    "Cooperation",
    "Fee",
    "FeeKind",
    "InstitutionKind",
    "Parameter",
    "PayCycle",
    "ServiceItem",
    "VisitDay",
    "content_digest",
    "content_faults",
    "content_of",
    "is_uscc",
    "plain_content",
    "uscc_check_character",
]
