"""The rules of the register, without a database."""

from server.people.rules.beds import bed_key, in_house_order, plain_bed, room_of
from server.people.rules.care import (
    CARE_MOVES,
    WITHIN_A_STAY,
    CareCause,
    CareEvent,
    CareState,
    Sex,
    StayEnd,
)
from server.people.rules.national_id import (
    EARLIEST_BIRTH,
    IdKind,
    NationalId,
    check_character,
    parse_national_id,
)
from server.people.rules.parameters import PARAMETERS
from server.people.rules.proxies import (
    LIVE_PROXY,
    PROXY_MOVES,
    SCOPE_PERMISSIONS,
    Basis,
    ConfirmedHow,
    EndReason,
    ProxyEvent,
    ProxyScope,
    ProxyStatus,
    Relation,
    permissions_of,
    scopes_covering,
)
from server.people.rules.roster import PREVIEW_LASTS, RosterFault, RosterLine, RosterStep, read_lines

__all__ = [
    "CARE_MOVES",
    "EARLIEST_BIRTH",
    "LIVE_PROXY",
    "PARAMETERS",
    "PREVIEW_LASTS",
    "PROXY_MOVES",
    "SCOPE_PERMISSIONS",
    "WITHIN_A_STAY",
    "Basis",
    "CareCause",
    "CareEvent",
    "CareState",
    "ConfirmedHow",
    "EndReason",
    "IdKind",
    "NationalId",
    "ProxyEvent",
    "ProxyScope",
    "ProxyStatus",
    "Relation",
    "RosterFault",
    "RosterLine",
    "RosterStep",
    "Sex",
    "StayEnd",
    "bed_key",
    "check_character",
    "in_house_order",
    "parse_national_id",
    "permissions_of",
    "plain_bed",
    "read_lines",
    "room_of",
    "scopes_covering",
]
