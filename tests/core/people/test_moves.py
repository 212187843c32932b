"""Every state and event of the register's machines, generated from the tables (T16)."""

import itertools

import pytest

from server.authority.permissions import Permission
from server.kit.errors import IllegalMove
from server.people.rules import (
    CARE_MOVES,
    LIVE_PROXY,
    PROXY_MOVES,
    SCOPE_PERMISSIONS,
    CareEvent,
    CareState,
    ProxyEvent,
    ProxyScope,
    ProxyStatus,
    scopes_covering,
)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(ProxyStatus, ProxyEvent)))
def test_a_proxy_moves_only_as_listed(state: ProxyStatus, event: ProxyEvent) -> None:
    if PROXY_MOVES.allows(state, event):
        assert PROXY_MOVES.after(state, event) is not state
    else:
        with pytest.raises(IllegalMove):
            PROXY_MOVES.after(state, event)


@pytest.mark.parametrize("state", [ProxyStatus.ENDED, ProxyStatus.REJECTED, ProxyStatus.WITHDRAWN])
def test_what_has_ended_stays_ended(state: ProxyStatus) -> None:
    """I2."""
    assert state not in LIVE_PROXY
    assert not any(PROXY_MOVES.allows(state, event) for event in ProxyEvent)


def test_nobody_becomes_active_without_identity_and_word() -> None:
    """I1: the only way to `active` leads through `id_verified` and `elder_confirmed`."""
    assert PROXY_MOVES.sources(ProxyEvent.ACTIVATE) == {ProxyStatus.ELDER_CONFIRMED}
    assert PROXY_MOVES.sources(ProxyEvent.CONFIRM) == {ProxyStatus.ID_VERIFIED}
    assert PROXY_MOVES.sources(ProxyEvent.VERIFY) == {ProxyStatus.APPLIED}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(CareState, CareEvent)))
def test_care_states_move_only_as_listed(state: CareState, event: CareEvent) -> None:
    if CARE_MOVES.allows(state, event):
        assert CARE_MOVES.after(state, event) is not state
    else:
        with pytest.raises(IllegalMove):
            CARE_MOVES.after(state, event)


def test_nothing_follows_death() -> None:
    assert not any(CARE_MOVES.allows(CareState.DECEASED, event) for event in CareEvent)


@pytest.mark.parametrize("scope", ProxyScope)
def test_every_scope_opens_something(scope: ProxyScope) -> None:
    assert SCOPE_PERMISSIONS[scope]
    assert all(scope in scopes_covering(permission) for permission in SCOPE_PERMISSIONS[scope])


@pytest.mark.parametrize(
    "permission",
    [
        Permission.PROXY_CONFIRM,
        Permission.PROXY_SUSPEND,
        Permission.PROXY_REVIEW,
        Permission.RESIDENT_ADMIT,
    ],
)
def test_no_scope_lets_a_proxy_rule_over_proxies(permission: Permission) -> None:
    assert scopes_covering(permission) == frozenset()
