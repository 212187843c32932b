"""Pure rules of identity."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from server.alliance.rules import InstitutionKind
from server.authority.permissions import Role
from server.identity.errors import (
    ConflictingDuties,
    LoginNotUsable,
    PeriodBackwards,
    RoleDoesNotFit,
    WeakPassword,
)
from server.identity.rules import (
    BIND_ALPHABET,
    LIFETIMES,
    SEPARATED,
    STAFF_ROLES,
    SessionKind,
    ensure_duties_apart,
    ensure_forward,
    ensure_good_password,
    ensure_login_usable,
    ensure_role_fits,
    is_alive,
    label_of,
    matching_step,
    new_bind_code,
    new_password,
    new_secret,
    role_fits,
    roles_carried,
    typed_code,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECOND = timedelta(seconds=1)


class TestLifetime:
    @pytest.mark.parametrize("kind", SessionKind)
    def test_a_session_dies_at_its_idle_limit_and_not_a_second_before(self, kind):
        idle = LIFETIMES[kind].idle
        said = {
            "created_at": NOW,
            "last_seen_at": NOW,
            "expires_at": NOW + LIFETIMES[kind].absolute,
            "revoked_at": None,
        }

        assert is_alive(kind, **said, now=NOW + idle - SECOND)
        assert not is_alive(kind, **said, now=NOW + idle)

    @pytest.mark.parametrize("kind", SessionKind)
    def test_use_never_carries_it_past_its_absolute_limit(self, kind):
        end = NOW + LIFETIMES[kind].absolute
        said = {"created_at": NOW, "last_seen_at": end - SECOND, "expires_at": end, "revoked_at": None}

        assert is_alive(kind, **said, now=end - SECOND)
        assert not is_alive(kind, **said, now=end)

    def test_a_revoked_one_is_dead_though_young(self):
        assert not is_alive(
            SessionKind.FAMILY,
            created_at=NOW,
            last_seen_at=NOW,
            expires_at=NOW + SECOND,
            revoked_at=NOW,
            now=NOW,
        )

    def test_a_clock_set_back_by_an_hour_does_not_prolong_it(self):
        said = {
            "created_at": NOW,
            "last_seen_at": NOW,
            "expires_at": NOW + timedelta(hours=8),
            "revoked_at": None,
        }

        assert not is_alive(SessionKind.CONSOLE, **said, now=NOW - timedelta(hours=1))

    def test_staff_sessions_on_phones_are_shorter_than_those_of_families(self):
        staff, family = LIFETIMES[SessionKind.STAFF], LIFETIMES[SessionKind.FAMILY]

        assert staff.idle < family.idle
        assert staff.absolute < family.absolute


class TestOneTimeCodes:
    @pytest.mark.parametrize("drift", [-30, 0, 30])
    def test_one_step_of_drift_is_forgiven(self, drift):
        code = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=drift))

        assert matching_step(SECRET, code, now=NOW) == int(NOW.timestamp()) // 30 + drift // 30

    @pytest.mark.parametrize("drift", [-61, 61, 3600])
    def test_more_is_not(self, drift):
        assert matching_step(SECRET, pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=drift)), now=NOW) is None

    @pytest.mark.parametrize("code", ["", "000000000", "十二三四五六"])
    def test_what_is_no_code_matches_nothing(self, code):
        assert matching_step(SECRET, code, now=NOW) is None


class TestRolesAndPlaces:
    def test_every_staff_role_exists_at_some_kind_of_institution_or_at_none(self):
        for role in STAFF_ROLES:
            assert any(role_fits(role, kind) for kind in (None, *InstitutionKind)), role

    def test_nobody_is_employed_as_a_person(self):
        assert not any(role_fits(Role.PERSON, kind) for kind in (None, *InstitutionKind))

    @pytest.mark.parametrize(
        ("role", "kind"),
        [
            (Role.NURSE, InstitutionKind.HOSPITAL),
            (Role.CLINICIAN, InstitutionKind.NURSING_HOME),
            (Role.CIVIL_AFFAIRS, InstitutionKind.HEALTH_COMMISSION),
            (Role.HEALTH_COMMISSION, InstitutionKind.CIVIL_AFFAIRS_BUREAU),
            (Role.AUDITOR, InstitutionKind.NURSING_HOME),
            (Role.NURSE, None),
            (Role.ADMINISTRATOR, InstitutionKind.HOSPITAL),
        ],
    )
    def test_a_role_out_of_place_is_refused(self, role, kind):
        with pytest.raises(RoleDoesNotFit):
            ensure_role_fits(role, kind)

    def test_any_two_of_the_three_separated_duties_conflict(self):
        for one in SEPARATED:
            for other in SEPARATED - {one}:
                with pytest.raises(ConflictingDuties):
                    ensure_duties_apart([one, other, Role.NURSE])
            ensure_duties_apart([one, one, Role.HOTLINE])

    def test_a_phone_nobody_approved_carries_no_staff_role(self):
        held = {Role.NURSE, Role.AUDITOR}

        assert roles_carried(SessionKind.STAFF, held, device_approved=False) == frozenset()
        assert roles_carried(SessionKind.FAMILY, held, device_approved=True) == frozenset()
        assert roles_carried(SessionKind.STAFF, held, device_approved=True) == {Role.NURSE}
        assert roles_carried(SessionKind.CONSOLE, held, device_approved=False) == held

    def test_the_end_comes_after_the_start(self):
        ensure_forward(NOW, None)
        ensure_forward(NOW, NOW + SECOND)
        with pytest.raises(PeriodBackwards):
            ensure_forward(NOW, NOW)


class TestSecrets:
    def test_they_are_long_and_never_the_same(self):
        assert len({new_secret() for _ in range(50)}) == 50
        assert len(new_secret()) == 43  # 256 bits

    def test_a_bind_code_survives_being_read_aloud_and_typed(self):
        code = new_bind_code()

        assert len(code) == 8
        assert set(code) <= set(BIND_ALPHABET)
        assert not set("01OIL") & set(BIND_ALPHABET)
        assert typed_code(f" {code[:4].lower()}-{code[4:]} ") == code

    def test_a_first_password_would_pass_the_rule_for_passwords(self):
        ensure_good_password(new_password(), login="somebody")

    @pytest.mark.parametrize(
        "password",
        ["correct horse battery", "三个字也可以连着写成一句话", "x7#kQ9v!mT2p", "m" * 8 + "-nobody-else"],
    )
    def test_whatever_is_long_and_ones_own_is_good(self, password):
        ensure_good_password(password, login="feng")

    @pytest.mark.parametrize(
        "password",
        [
            "short-one-1", "aaaaaaaaaaaa", "121212121212", "he-is-called-feng!", "FENG-2026-feng",
            "Passw0rd1234", "qwertyuiop123456", "P@$$w0rd2026!!", "yangyi-admin-888", "woaini5201314",
        ],
    )  # fmt: skip
    def test_passwords_that_are_easy_to_guess_are_refused(self, password):
        with pytest.raises(WeakPassword):
            ensure_good_password(password, login="feng")

    @pytest.mark.parametrize("login", ["a", "9nine", "Upper", "with space", "x" * 33, "名字", "a\n", ""])
    def test_a_login_is_plain(self, login):
        with pytest.raises(LoginNotUsable):
            ensure_login_usable(login)

    def test_a_device_is_named_so_that_its_owner_knows_it(self):
        chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
        wechat = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 MicroMessenger/8.0.50"

        assert label_of(chrome) == "Windows 电脑 · Chrome"
        assert label_of(wechat) == "安卓手机 · 微信"
        assert label_of("curl/8") == "未知设备"
        assert len(label_of("x" * 9999)) < 80
