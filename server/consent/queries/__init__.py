"""What is told about consents."""

from server.consent.queries.consents import (
    ChoiceCard,
    ConsentCard,
    ConsentSheet,
    ProvisionCard,
    ResidentChoice,
    SectionCard,
    card_of,
    category_choices,
    consent_sheet,
    consents,
    count_waiting_for_witness,
    purpose_choices,
    recipients_for,
    residents_to_ask,
    sheet_of,
    status_at,
    waiting_for_me,
    waiting_for_witness,
)
from server.consent.queries.exports import Decided, decided_by
from server.consent.queries.faults import faults

__all__ = [
    "ChoiceCard",
    "ConsentCard",
    "ConsentSheet",
    "Decided",
    "ProvisionCard",
    "ResidentChoice",
    "SectionCard",
    "card_of",
    "category_choices",
    "consent_sheet",
    "consents",
    "count_waiting_for_witness",
    "decided_by",
    "faults",
    "purpose_choices",
    "recipients_for",
    "residents_to_ask",
    "sheet_of",
    "status_at",
    "waiting_for_me",
    "waiting_for_witness",
]
