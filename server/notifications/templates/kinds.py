"""What a template is, and which of the platform's templates carries it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.authority.permissions import Permission, Role

# The platform's templates and which fact fills each field. A field's kind is its key without the number.
WECHAT: Mapping[str, Mapping[str, str]] = {
    "tmpl_appointment_booked": {
        "thing1": "resident", "thing2": "institution", "thing3": "department", "time4": "when", "thing5": "hint",
    },
    "tmpl_appointment_cancelled": {"thing1": "resident", "thing2": "institution", "time3": "when", "thing4": "hint"},
    "tmpl_appointment_reminder": {
        "thing1": "resident", "thing2": "institution", "thing3": "department", "time4": "when", "thing5": "hint",
    },
    "tmpl_waitlist_offer": {"thing1": "resident", "thing2": "institution", "time3": "when", "time4": "until"},
    "tmpl_visit_report": {"thing1": "resident", "time2": "when", "name3": "staff", "thing4": "hint"},
    "tmpl_rating_request": {"thing1": "service", "time2": "when", "thing3": "hint"},
    "tmpl_consent_asked": {"thing1": "resident", "thing2": "institution", "thing3": "hint", "time4": "now"},
    "tmpl_case_answered": {"character_string1": "number", "phrase2": "state", "thing3": "hint", "time4": "now"},
    "tmpl_emergency_read": {"thing1": "resident", "thing2": "institution", "time3": "now", "thing4": "hint"},
    "tmpl_kinship_verified": {"thing1": "resident", "phrase2": "state", "time3": "now", "thing4": "hint"},
}  # fmt: skip

_named: dict[str, str] = {}


def name_templates(ids: Mapping[str, str]) -> None:
    """Take over the ids that the platform gave our templates; one without is called by its key, as at the stand-in.

    Called once when the process starts, from its settings.
    """
    unknown = sorted(set(ids) - set(WECHAT))
    if unknown:
        message = f"no template of ours is called {', '.join(unknown)}"
        raise ValueError(message)
    _named.clear()
    _named.update(ids)


def platform_ids() -> Mapping[str, str]:
    """Return the platform's id of every template of ours, by key."""
    return {key: _named.get(key, key) for key in WECHAT}


def keys_by_platform_id() -> Mapping[str, str]:
    return {template_id: key for key, template_id in platform_ids().items()}


class Audience(StrEnum):
    FAMILY = "family"  # the resident and their proxies whose scope covers the permission
    AUTHOR = "author"  # the account named in the message
    STAFF = "staff"  # roles at an institution


@dataclass(frozen=True)
class Template:
    title: str
    sentence: str  # {resident} {institution} {department} {when} {until} are filled in
    target: str  # a page of the mini-program, with {uid} of what it is about
    audience: Audience = Audience.FAMILY
    permission: Permission = Permission.RESIDENT_READ
    roles: tuple[Role, ...] = ()
    place: str = "institution"  # whose staff: institution, home, provider, both, owner, bureau, residence, lower, upper, city
    wechat: str | None = None
    hint: str = ""  # the short line of the WeChat template
    state: str = ""  # a phrase of at most five characters
    urgent: bool = False  # passes through quiet hours
    critical: bool = False  # the hotline calls whom WeChat cannot tell


MANAGERS = (Role.HOME_MANAGER, Role.HOSPITAL_MANAGER)
BUREAUS = (Role.CIVIL_AFFAIRS, Role.HEALTH_COMMISSION)
CITY = "city"  # whoever has the role, wherever


def for_staff(
    title: str, sentence: str, target: str, roles: tuple[Role, ...], place: str = "institution"
) -> Template:
    return Template(title, sentence, target, Audience.STAFF, roles=roles, place=place)
