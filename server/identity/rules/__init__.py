"""Who is signed in for how long, who may hold which role, and what a good secret is: pure."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import pyotp

from server.alliance.rules import InstitutionKind, Parameter
from server.authority.permissions import Role
from server.identity.errors import (
    ConflictingDuties,
    LoginNotUsable,
    PeriodBackwards,
    RoleDoesNotFit,
    TrainingInFuture,
    TrainingOver,
    WeakPassword,
)
from server.identity.rules.engagements import (
    ENGAGEMENT_WORDS,
    Engagement,
    Terms,
    ensure_not_lent_twice,
    ensure_terms,
)

__all__ = [
    "BIND_ALPHABET",
    "BIND_CODE_LENGTH",
    "BIND_CODE_LIVES",
    "BROWSER_KNOWN_FOR",
    "ENGAGEMENT_WORDS",
    "GIVEN_BY",
    "GUESSED",
    "LIFETIMES",
    "MINI_PROGRAM_ROLES",
    "MOST_TRIES",
    "PARAMETERS",
    "PLACES",
    "PROOF_LASTS",
    "SEEN_EVERY",
    "SEPARATED",
    "SHORTEST_PASSWORD",
    "SPELLED",
    "STAFF_ROLES",
    "TOTP_STEP",
    "TRIES_WINDOW",
    "UNNAMED",
    "AccountStatus",
    "Engagement",
    "Lifetime",
    "Need",
    "Revocation",
    "SessionKind",
    "Terms",
    "TrainingState",
    "digest",
    "ensure_duties_apart",
    "ensure_forward",
    "ensure_good_password",
    "ensure_login_usable",
    "ensure_not_lent_twice",
    "ensure_role_fits",
    "ensure_terms",
    "ensure_training_sound",
    "is_alive",
    "is_proved",
    "label_of",
    "matching_step",
    "new_bind_code",
    "new_password",
    "new_secret",
    "new_totp_secret",
    "provisioning_uri",
    "role_fits",
    "roles_carried",
    "training_state",
    "typed_code",
]

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "identity.training_notice_days",
        60,
        "days",
        "参数：证书到期前提醒的天数（自拟，留出报名和复训的时间；①②③ 培训与持证上岗）",
        "assumed",
    ),
    Parameter(
        "identity.workplace_first_notice",
        30,
        "days",
        "多点执业备案、挂职期满前第一次提醒的天数（自拟，同协议到期 30/7 日）",
        "assumed",
    ),
    Parameter(
        "identity.workplace_last_notice",
        7,
        "days",
        "多点执业备案、挂职期满前最后一次提醒的天数（自拟，同协议到期 30/7 日）",
        "assumed",
    ),
    Parameter("identity.idle_days", 90, "days", "GB/T 22239-2019 8.1.4.1 多余、过期账号应及时清理：天数自拟"),
)


class AccountStatus(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


class SessionKind(StrEnum):
    FAMILY = "family"
    STAFF = "staff"  # in the mini-program: one shift
    CONSOLE = "console"


class Revocation(StrEnum):
    """Why a session was ended before its time."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    REPLACED = "replaced"  # by a new sign-in in the same browser
    ROLES_CHANGED = "roles_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a reason, not a secret
    ACCOUNT_CLOSED = "account_closed"
    RESTORED = "restored"  # the tables were put back from a backup


class TrainingState(StrEnum):
    """How somebody stands with their certificates at one institution; the worst of them speaks."""

    EXPIRED = "expired"
    EXPIRING = "expiring"
    VALID = "valid"
    NONE = "none"


class Need(StrEnum):
    """What the person could still do to be served fully; none of them blocks reading."""

    NAME = "name"
    PHONE = "phone"
    DEVICE_APPROVAL = "device_approval"


@dataclass(frozen=True)
class Lifetime:
    idle: timedelta
    absolute: timedelta


LIFETIMES: Mapping[SessionKind, Lifetime] = {  # facts/wechat.md 2.2; GB/T 22239-2019 8.1.4: idle logout
    SessionKind.FAMILY: Lifetime(timedelta(days=30), timedelta(days=180)),
    SessionKind.STAFF: Lifetime(timedelta(hours=12), timedelta(hours=24)),
    SessionKind.CONSOLE: Lifetime(timedelta(minutes=30), timedelta(hours=8)),
}
PROOF_LASTS = timedelta(minutes=10)  # so long a one-time code stands for further grave steps of the session
SEEN_EVERY = timedelta(minutes=1)  # last_seen_at is written at most so often

MOST_TRIES = 5
TRIES_WINDOW = timedelta(minutes=15)
BROWSER_KNOWN_FOR = timedelta(days=180)  # since somebody last signed in there
BIND_CODE_LIVES = timedelta(minutes=10)
BIND_CODE_LENGTH = 8
BIND_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # read aloud and typed by hand: no 0 O 1 I L
TOTP_STEP = 30  # seconds, RFC 6238
SHORTEST_PASSWORD = 12
SPELLED = str.maketrans("@$0!", "asoi")  # "P@$$w0rd"
# What the lists of guessed passwords are made of, and what this house is called (ASVS 5.0: 6.2.4, 6.2.11).
GUESSED = re.compile(
    r"passwo?r?d|mima|admin|root|welcome|hello|letmein|login|master|test|demo|user|guest|iloveyou|woaini|dragon|monkey"
    r"|qwertyuiop|qwerty|qwer|asdfghjkl|asdf|zxcvbnm|zxcv|1qaz|2wsx|3edc|qazwsx|abcdef|abcd|abc|aaa|xxx"
    r"|5201314|520|1314|12345678|123456|123|321|111|666|888|(?:19|20)\d\d"
    r"|yanglao|yangyi|yiyang|lianheti|yiyuan|hospital|alliance|care|yunqiao"
)
UNNAMED = "微信来访者"  # WeChat tells no name; the person states it when it first matters

MINI_PROGRAM_ROLES = frozenset({Role.NURSE, Role.CLINICIAN, Role.HOME_MANAGER, Role.HOSPITAL_MANAGER})
STAFF_ROLES = tuple(role for role in Role if role is not Role.PERSON)
SEPARATED = frozenset(
    {Role.ADMINISTRATOR, Role.AUDITOR, Role.MODERATOR}
)  # GB/T 22239-2019: three administrators
GIVEN_BY: Mapping[Role, frozenset[Role]] = {
    Role.HOME_MANAGER: frozenset({Role.NURSE, Role.HOME_MANAGER}),
    Role.HOSPITAL_MANAGER: frozenset({Role.CLINICIAN, Role.HOSPITAL_MANAGER}),
    Role.ADMINISTRATOR: frozenset(STAFF_ROLES),
}
_K = InstitutionKind
_MEDICAL = frozenset(kind for kind in InstitutionKind if kind.is_medical)
_BUREAUS = frozenset({_K.CIVIL_AFFAIRS_BUREAU, _K.HEALTH_COMMISSION})
PLACES: Mapping[
    Role, frozenset[InstitutionKind | None]
] = {  # where a role exists; None is the system as a whole
    Role.NURSE: frozenset({_K.NURSING_HOME}),
    Role.HOME_MANAGER: frozenset({_K.NURSING_HOME}),
    Role.CLINICIAN: _MEDICAL,
    Role.HOSPITAL_MANAGER: _MEDICAL,
    Role.CIVIL_AFFAIRS: frozenset({_K.CIVIL_AFFAIRS_BUREAU}),
    Role.HEALTH_COMMISSION: frozenset({_K.HEALTH_COMMISSION}),
    Role.MODERATOR: _BUREAUS,
    Role.HOTLINE: _BUREAUS,
    Role.AUDITOR: _BUREAUS,
    Role.ADMINISTRATOR: _BUREAUS | {None},
}


def role_fits(role: Role, kind: InstitutionKind | None) -> bool:
    """Tell whether a role exists at this kind of institution; None is the system as a whole."""
    return kind in PLACES.get(role, frozenset())


def ensure_role_fits(role: Role, kind: InstitutionKind | None) -> None:
    if not role_fits(role, kind):
        raise RoleDoesNotFit


def ensure_duties_apart(held: Iterable[Role]) -> None:
    """Refuse two of administrator, auditor and moderator in one hand."""
    if len(SEPARATED & frozenset(held)) > 1:
        raise ConflictingDuties


def ensure_forward(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise PeriodBackwards


def is_alive(
    kind: SessionKind,
    *,
    created_at: datetime,
    last_seen_at: datetime,
    expires_at: datetime,
    revoked_at: datetime | None,
    now: datetime,
) -> bool:
    """Tell whether a session still counts.

    A clock that was set back does not revive one: nothing here grows when `now` shrinks below `created_at`.
    """
    if revoked_at is not None or now < created_at - timedelta(minutes=5):
        return False
    return now < min(expires_at, last_seen_at + LIFETIMES[kind].idle)


def digest(secret: str) -> str:
    """Return what is stored of a 256-bit random secret. Not for passwords or short codes."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_bind_code() -> str:
    return "".join(secrets.choice(BIND_ALPHABET) for _ in range(BIND_CODE_LENGTH))


def typed_code(text: str) -> str:
    """Forgive what people do to a code that they copy by hand: spaces, dashes, small letters."""
    return re.sub(r"[\s\-]", "", text).upper()


def new_password() -> str:
    """Return a first password, to be shown once and changed: four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(BIND_ALPHABET.lower()) for _ in range(4)) for _ in range(4))


def new_totp_secret() -> str:
    return pyotp.random_base32()


def provisioning_uri(secret: str, *, login: str) -> str:
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="养医联合体")


def matching_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step of which `code` is the one-time code, one step of drift allowed, or None."""
    totp = pyotp.TOTP(secret)
    current = int(now.timestamp()) // TOTP_STEP
    found = None
    for step in (current - 1, current, current + 1):  # all three every time: the time taken tells nothing
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def is_proved(proved_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a one-time code was given lately enough for a grave step (an export, a void, a merge)."""
    return proved_at is not None and now - PROOF_LASTS < proved_at <= now


def ensure_login_usable(login: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9.\-]{1,31}", login):
        raise LoginNotUsable(fields={"login": LoginNotUsable.message})


def ensure_good_password(password: str, *, login: str) -> None:
    """NIST SP 800-63B: length over composition; refuse what contains the login, and what little is left without
    the pieces that guessers begin with.
    """
    own = GUESSED.sub("", GUESSED.sub("", password.lower()).translate(SPELLED))
    varied = len(set(own)) >= 5  # noqa: PLR2004  "aaaaaaaaaaaa", "121212121212", "Passw0rd1234"
    names_itself = len(login) > 3 and login.lower() in password.lower()  # noqa: PLR2004  "he" is in every third word
    if len(password) < SHORTEST_PASSWORD or not varied or names_itself:
        raise WeakPassword(fields={"new_password": WeakPassword.message})


def roles_carried(kind: SessionKind, roles: Iterable[Role], *, device_approved: bool) -> frozenset[Role]:
    """Return which of the account's staff roles this session acts with.

    A phone that nobody approved is anybody's phone; the console's own roles never travel on a phone.
    """
    if kind is SessionKind.CONSOLE:
        return frozenset(roles) - {Role.PERSON}
    if kind is SessionKind.STAFF and device_approved:
        return frozenset(roles) & MINI_PROGRAM_ROLES
    return frozenset()


_SYSTEMS = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("harmony", "鸿蒙手机"),
    ("android", "安卓手机"),
    ("windows", "Windows 电脑"),
    ("mac os", "苹果电脑"),
    ("linux", "Linux 电脑"),
)
_PROGRAMS = (
    ("micromessenger", "微信"),
    ("edg/", "Edge"),
    ("firefox/", "Firefox"),
    ("chrome/", "Chrome"),
    ("safari/", "Safari"),
)


def label_of(agent: str) -> str:
    """Name a device so that its owner recognises it, from the User-Agent header; never the header itself."""
    said = agent.lower()
    system = next((name for mark, name in _SYSTEMS if mark in said), "未知设备")
    program = next((name for mark, name in _PROGRAMS if mark in said), None)
    return f"{system} · {program}" if program else system


def training_state(expires_on: date | None, *, today: date, notice_days: int) -> TrainingState:
    """Judge one certificate; `expires_on` is the first day on which it no longer holds."""
    if expires_on is None or expires_on > today + timedelta(days=notice_days):
        return TrainingState.VALID
    return TrainingState.EXPIRING if expires_on > today else TrainingState.EXPIRED


def ensure_training_sound(completed_on: date, expires_on: date | None, *, today: date) -> None:
    if completed_on > today:
        raise TrainingInFuture(fields={"completed_on": TrainingInFuture.message})
    if expires_on is not None and expires_on <= completed_on:
        raise TrainingOver(fields={"expires_on": TrainingOver.message})
