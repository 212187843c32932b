"""What institutions are, how an agreement lives, and what its text says."""

from server.alliance.rules.agreements import (
    AGREEMENT_MOVES,
    AGREEMENT_WORDS,
    IN_FORCE,
    ON_THE_WAY,
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
    PUBLIC_KINDS,
    USCC_ALPHABET,
    InstitutionKind,
    is_uscc,
    uscc_check_character,
)
from server.alliance.rules.parameters import PARAMETERS, Confidence, Parameter
from server.alliance.rules.spans import Days, Span, days_of, months_asked_for

__all__ = [
    "AGREEMENT_MOVES",
    "AGREEMENT_WORDS",
    "IN_FORCE",
    "ON_THE_WAY",
    "PARAMETERS",
    "PUBLIC_KINDS",
    "USCC_ALPHABET",
    "AgreementContent",
    "AgreementEvent",
    "AgreementSide",
    "AgreementStatus",
    "Confidence",
    "Contact",
    "Cooperation",
    "Days",
    "Fee",
    "FeeKind",
    "InstitutionKind",
    "Parameter",
    "PayCycle",
    "ServiceItem",
    "Span",
    "VisitDay",
    "content_digest",
    "content_faults",
    "content_of",
    "days_of",
    "is_uscc",
    "months_asked_for",
    "plain_content",
    "uscc_check_character",
]
