"""What may be told of residents and of those who act for them."""

from server.people.queries.beds import BedBoard, BedCensus, BedSheet, BedSpot, Room, beds
from server.people.queries.census import CensusBoard, CensusPoint, HomeCensus, census_board
from server.people.queries.choices import (
    LIVING,
    ResidentChoice,
    ResidentChoices,
    choices_of,
    count_resident_choices,
    resident_choices,
)
from server.people.queries.invariants import faults
from server.people.queries.invitations import InvitationCard, invitation_card, invitations
from server.people.queries.persons import (
    ids_of_person,
    merged_into,
    person_of,
    persons_of,
    resident_name,
    same_person_ids,
)
from server.people.queries.proxies import (
    ProxyCard,
    family_account_ids,
    grants_held,
    my_grants,
    proxies_of,
    proxies_waiting_for_me,
    proxy_card,
)
from server.people.queries.proxy_cases import ProxyCase, count_proxy_cases, proxy_case, proxy_cases
from server.people.queries.residents import (
    EmergencyLine,
    FoundResident,
    MyResidentCard,
    ResidentCard,
    emergency_of,
    find_residents,
    my_residents,
    resident_by_national_id,
    resident_card,
    residents,
)
from server.people.queries.roster_previews import PreviewLine, RosterPreview, roster_preview
from server.people.queries.sheets import CareStateCard, KinCard, ResidentSheet, StayCard, resident_sheet

__all__ = [
    "LIVING",
    "BedBoard",
    "BedCensus",
    "BedSheet",
    "BedSpot",
    "CareStateCard",
    "CensusBoard",
    "CensusPoint",
    "EmergencyLine",
    "FoundResident",
    "HomeCensus",
    "InvitationCard",
    "KinCard",
    "MyResidentCard",
    "PreviewLine",
    "ProxyCard",
    "ProxyCase",
    "ResidentCard",
    "ResidentChoice",
    "ResidentChoices",
    "ResidentSheet",
    "Room",
    "RosterPreview",
    "StayCard",
    "beds",
    "census_board",
    "choices_of",
    "count_proxy_cases",
    "count_resident_choices",
    "emergency_of",
    "family_account_ids",
    "faults",
    "find_residents",
    "grants_held",
    "ids_of_person",
    "invitation_card",
    "invitations",
    "merged_into",
    "my_grants",
    "my_residents",
    "person_of",
    "persons_of",
    "proxies_of",
    "proxies_waiting_for_me",
    "proxy_card",
    "proxy_case",
    "proxy_cases",
    "resident_by_national_id",
    "resident_card",
    "resident_choices",
    "resident_name",
    "resident_sheet",
    "residents",
    "roster_preview",
    "same_person_ids",
]
