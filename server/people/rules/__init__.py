"""The rules of the register, without a database."""

from server.people.rules.care import CARE_MOVES, CareCause, CareEvent, CareState, Sex, StayEnd
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
from server.people.rules.roster import RosterFault, RosterLine, read_lines

__all__ = [
    "CARE_MOVES",
    "EARLIEST_BIRTH",
    "LIVE_PROXY",
    "PARAMETERS",
    "PROXY_MOVES",
    "SCOPE_PERMISSIONS",
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
    "Sex",
    "StayEnd",
    "check_character",
    "parse_national_id",
    "permissions_of",
    "read_lines",
    "scopes_covering",
]
