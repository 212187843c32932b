"""What may be told of residents and of those who act for them."""

from server.people.queries.invariants import faults
from server.people.queries.persons import (
    NATIONAL_ID,
    PHONE,
    merged_into,
    person_of,
    resident_name,
    same_person_ids,
)
from server.people.queries.proxies import (
    ProxyCard,
    family_account_ids,
    my_grants,
    proxies_of,
    proxies_to_review,
    proxy_card,
)
from server.people.queries.residents import (
    CareStateCard,
    MyResidentCard,
    ResidentCard,
    ResidentSheet,
    StayCard,
    my_residents,
    resident_by_national_id,
    resident_card,
    resident_sheet,
    residents,
)

__all__ = [
    "NATIONAL_ID",
    "PHONE",
    "CareStateCard",
    "MyResidentCard",
    "ProxyCard",
    "ResidentCard",
    "ResidentSheet",
    "StayCard",
    "family_account_ids",
    "faults",
    "merged_into",
    "my_grants",
    "my_residents",
    "person_of",
    "proxies_of",
    "proxies_to_review",
    "proxy_card",
    "resident_by_national_id",
    "resident_card",
    "resident_name",
    "resident_sheet",
    "residents",
    "same_person_ids",
]
