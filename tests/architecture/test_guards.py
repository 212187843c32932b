"""Every route says who may call it, and for what purpose when it shows or writes records."""

import pytest
from sanic import Sanic

from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.web.asking import Open
from tests.architecture.faces import ROUTES

# Served beside the faces: no person asks, nothing personal is answered.
OPERATIONS = {
    "healthz", "readyz", "metrics", "openapi", "push_check", "push_take", "static",
    "front", "directory", "verify",
}  # fmt: skip
# These say in their names that they deal in records: an answer to them must know its purpose.
ABOUT_RECORDS = {
    Permission.RECORD_READ, Permission.RECORD_WRITE, Permission.RECORD_EMERGENCY, Permission.RECORD_OBJECT,
    Permission.CONSENT_DECIDE, Permission.CONSENT_REQUEST, Permission.CONSENT_WITNESS,
}  # fmt: skip
OPEN_TO_ANYONE = {
    "miniprogram_api.session.sign_in",
    "miniprogram_api.public.trail_checkpoint",
    "admin.session.sign_in_page",
    "admin.session.sign_in",
    *(
        f"admin.public.{page}"
        for page in ("institutions", "institution", "guide", "privacy", "accessibility")
    ),
    *(f"admin.documents.{page}" for page in ("verify_typed", "verify", "compare")),
}
# They write nothing but the line that they were asked: pressed again, they answer again.
KEYLESS = {
    "admin.find.find",
    "admin.referrals.look_up",
    "miniprogram_api.privacy.copy_file",
    *(
        f"admin.documents.{page}"
        for page in (
            "health_summary",
            "visit_sheet",
            "referral_slip",
            "consent_statement",
            "consent_form",
            "settlement",
        )
    ),
}


class TestEveryRoute:
    def test_declares_a_permission_or_says_that_it_is_open(self) -> None:
        for _, route in ROUTES:
            assert isinstance(route.needs, Permission | Open), route.name

    def test_is_open_to_anyone_only_where_this_list_says_so(self) -> None:
        assert {route.name for _, route in ROUTES if route.needs is Open.ANYONE} == OPEN_TO_ANYONE

    def test_about_records_states_its_purpose(self) -> None:
        silent = [route.name for _, route in ROUTES if route.needs in ABOUT_RECORDS and route.purpose is None]
        assert silent == []

    def test_that_writes_takes_an_idempotency_key(self) -> None:
        keyless = {
            route.name
            for _, route in ROUTES
            if route.method != "GET" and not route.keyed and route.needs is not Open.ANYONE
        }
        assert keyless == KEYLESS

    def test_is_served_and_nothing_else_is(self, address: str) -> None:
        app = Sanic.get_app("tests")
        served = {
            route.name.rsplit(".", 1)[-1] if route.name.count(".") == 1 else route.name
            for route in app.router.routes
        }
        listed = {
            f"tests.{face.name}.{route.handler.__module__.rsplit('.', 1)[-1]}.{route.handler.__name__}"
            for face, route in ROUTES
        }
        assert {name for name in served if name.count(".") > 1} == listed
        assert {name for name in served if name.count(".") <= 1} <= OPERATIONS


class TestEveryPermission:
    @pytest.mark.parametrize("permission", list(Permission))
    def test_is_held_by_somebody(self, permission: Permission) -> None:
        assert any(permission in held for held in ROLE_PERMISSIONS.values())

    def test_guards_some_route(self) -> None:
        guarding = {route.needs for _, route in ROUTES}
        assert set(Permission) - guarding - UNGUARDED == set()


# Asked for inside the core, together with a route's own permission, never as the door itself.
UNGUARDED: set[Permission] = set()
