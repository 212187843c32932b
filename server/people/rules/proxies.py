"""Who may speak for a resident, about what, and how that authority comes and goes (machine ①)."""

from collections.abc import Mapping
from enum import StrEnum

from server.authority.permissions import Permission
from server.kit.moves import Moves


class Basis(StrEnum):
    OWN_CONSENT = "own_consent"  # 本人同意
    DURABLE = "durable"  # 意定监护, Civil Code art. 33
    STATUTORY = "statutory"  # 法定监护, art. 28; includes 指定 art. 31
    INSTITUTION = "institution"  # 机构受托

    @property
    def needs_document(self) -> bool:
        """Tell whether a document, not the resident's own word, carries the authority."""
        return self is not Basis.OWN_CONSENT


class ProxyScope(StrEnum):
    PROFILE = "profile"  # who and where they are, visits, notices
    RECORD = "record"  # the health record and who has read it
    BOOKING = "booking"
    CONSENT = "consent"  # decide who else may see the record; sign with a family doctor
    RATING = "rating"


_P = Permission

SCOPE_PERMISSIONS: Mapping[ProxyScope, frozenset[Permission]] = {
    ProxyScope.PROFILE: frozenset(
        {
            _P.RESIDENT_READ,
            _P.PROXY_READ,
            _P.VISIT_READ,
            _P.INBOX_READ,
            _P.RECTIFICATION_ASK,
            _P.REFERRAL_READ,
            _P.HOME_BED_READ,
            _P.HOME_BED_APPLY,
            _P.ENROLMENT_READ,
        }
    ),
    ProxyScope.RECORD: frozenset({_P.RECORD_READ, _P.RECORD_OBJECT, _P.TRAIL_READ, _P.REFILL_ASK}),
    ProxyScope.BOOKING: frozenset({_P.APPOINTMENT_READ, _P.APPOINTMENT_BOOK}),
    ProxyScope.CONSENT: frozenset({_P.CONSENT_READ, _P.CONSENT_DECIDE, _P.ENROLMENT_SIGN}),
    ProxyScope.RATING: frozenset({_P.RATING_READ, _P.RATING_GIVE, _P.CASE_READ}),
}


def scopes_covering(permission: Permission) -> frozenset[ProxyScope]:
    """Return the scopes any one of which lets a proxy do it; empty when no proxy ever may.

    A proxy never confirms or suspends another proxy: that word is the resident's own.
    """
    return frozenset(scope for scope, covered in SCOPE_PERMISSIONS.items() if permission in covered)


class ProxyStatus(StrEnum):
    APPLIED = "applied"
    ID_VERIFIED = "id_verified"
    ELDER_CONFIRMED = "elder_confirmed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ProxyEvent(StrEnum):
    VERIFY = "verify"
    CONFIRM = "confirm"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    REJECT = "reject"
    WITHDRAW = "withdraw"


_S = ProxyStatus
_E = ProxyEvent

PROXY_MOVES: Moves[ProxyStatus, ProxyEvent] = Moves(
    {
        (_S.APPLIED, _E.VERIFY): _S.ID_VERIFIED,
        (_S.APPLIED, _E.REJECT): _S.REJECTED,
        (_S.APPLIED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ID_VERIFIED, _E.CONFIRM): _S.ELDER_CONFIRMED,
        (_S.ID_VERIFIED, _E.REJECT): _S.REJECTED,
        (_S.ID_VERIFIED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ELDER_CONFIRMED, _E.ACTIVATE): _S.ACTIVE,
        (_S.ELDER_CONFIRMED, _E.END): _S.ENDED,
        (_S.ACTIVE, _E.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _E.END): _S.ENDED,
        (_S.SUSPENDED, _E.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _E.END): _S.ENDED,
    }
)

LIVE_PROXY = frozenset({_S.APPLIED, _S.ID_VERIFIED, _S.ELDER_CONFIRMED, _S.ACTIVE, _S.SUSPENDED})


class EndReason(StrEnum):
    """Why a grant was suspended, ended or refused."""

    SAFEGUARDING = "safeguarding"  # 安全保护
    RESIDENT_WISH = "resident_wish"  # 本人要求
    PROXY_WISH = "proxy_wish"  # 代办人要求
    EXPIRED = "expired"
    UNUSED = "unused"  # 久未使用
    DEATH = "death"  # 一方去世
    RELATION_CHANGED = "relation_changed"
    PROXY_INCAPACITY = "proxy_incapacity"
    ABUSE = "abuse"
    MOVED_AWAY = "moved_away"
    UNDER_REVIEW = "under_review"  # 待复核
    NOT_VERIFIED = "not_verified"  # 身份或关系核对不上


class ConfirmedHow(StrEnum):
    IN_APP = "in_app"  # the resident, on their own phone
    WITNESSED = "witnessed"  # the resident's word and signature, before two members of staff
    DOCUMENT = "document"  # a guardian's document


class Relation(StrEnum):
    SPOUSE = "spouse"
    CHILD = "child"
    CHILD_IN_LAW = "child_in_law"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    NIECE_NEPHEW = "niece_nephew"
    FRIEND = "friend"
    NEIGHBOR = "neighbor"
    ORGANIZATION = "organization"
    OTHER = "other"
