"""How an agreement between a home and a medical institution lives (machine ④)."""

from enum import StrEnum

from server.kit.moves import Moves


class AgreementStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED_BY_ONE = "signed_by_one"
    SIGNED = "signed"
    FILED = "filed"
    ACTIVE = "active"
    EXPIRING = "expiring"  # still in force
    EXPIRED = "expired"
    RENEWED = "renewed"  # its successor took over when it ran out
    SUPERSEDED = "superseded"  # its successor took over earlier: an amendment (I20)
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"


AGREEMENT_WORDS = {
    AgreementStatus.DRAFT: "草稿",
    AgreementStatus.PROPOSED: "待双方签署",
    AgreementStatus.SIGNED_BY_ONE: "待另一方签署",
    AgreementStatus.SIGNED: "待备案",
    AgreementStatus.FILED: "已备案，未到开始日",
    AgreementStatus.ACTIVE: "生效中",
    AgreementStatus.EXPIRING: "快到期",
    AgreementStatus.EXPIRED: "已到期",
    AgreementStatus.RENEWED: "已续签",
    AgreementStatus.SUPERSEDED: "已被新版本替代",
    AgreementStatus.SUSPENDED: "已暂停",
    AgreementStatus.TERMINATED: "已终止",
    AgreementStatus.WITHDRAWN: "已撤回",
}
IN_FORCE = frozenset({AgreementStatus.ACTIVE, AgreementStatus.EXPIRING})
ON_THE_WAY = (  # to being in force, the nearest last; one that ran out is where a renewal begins
    AgreementStatus.EXPIRED,
    AgreementStatus.DRAFT,
    AgreementStatus.PROPOSED,
    AgreementStatus.SIGNED_BY_ONE,
    AgreementStatus.SIGNED,
    AgreementStatus.SUSPENDED,
    AgreementStatus.FILED,
)


class AgreementEvent(StrEnum):
    PROPOSE = "propose"
    SIGN = "sign"
    FILE = "file"
    ACTIVATE = "activate"
    EXPIRE_SOON = "expire_soon"
    EXPIRE = "expire"
    RENEW = "renew"
    SUPERSEDE = "supersede"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    WITHDRAW = "withdraw"


_S = AgreementStatus
_E = AgreementEvent

AGREEMENT_MOVES: Moves[AgreementStatus, AgreementEvent] = Moves(
    {
        (_S.DRAFT, _E.PROPOSE): _S.PROPOSED,
        (_S.DRAFT, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.PROPOSED, _E.SIGN): _S.SIGNED_BY_ONE,
        (_S.PROPOSED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.SIGNED_BY_ONE, _E.SIGN): _S.SIGNED,
        (_S.SIGNED_BY_ONE, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.SIGNED, _E.FILE): _S.FILED,
        (_S.SIGNED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.FILED, _E.ACTIVATE): _S.ACTIVE,
        (_S.FILED, _E.TERMINATE): _S.TERMINATED,
        (_S.FILED, _E.EXPIRE): _S.EXPIRED,  # filed too late, or the pair was bound otherwise all the time
        (_S.ACTIVE, _E.EXPIRE_SOON): _S.EXPIRING,
        (_S.ACTIVE, _E.SUSPEND): _S.SUSPENDED,
        (_S.ACTIVE, _E.TERMINATE): _S.TERMINATED,
        (_S.ACTIVE, _E.SUPERSEDE): _S.SUPERSEDED,
        (_S.ACTIVE, _E.EXPIRE): _S.EXPIRED,
        (_S.EXPIRING, _E.EXPIRE): _S.EXPIRED,
        (_S.EXPIRING, _E.RENEW): _S.RENEWED,
        (_S.EXPIRING, _E.SUPERSEDE): _S.SUPERSEDED,
        (_S.EXPIRING, _E.TERMINATE): _S.TERMINATED,
        (_S.SUSPENDED, _E.RESUME): _S.ACTIVE,
        (_S.SUSPENDED, _E.TERMINATE): _S.TERMINATED,
        (_S.SUSPENDED, _E.EXPIRE): _S.EXPIRED,
    }
)


class AgreementSide(StrEnum):
    HOME = "home"  # 甲方
    PROVIDER = "provider"  # 乙方
