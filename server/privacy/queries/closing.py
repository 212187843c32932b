"""What closing an account will do, said before it is done (PIPL art. 47)."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.booking.queries import count_to_come
from server.people.access import active_grants
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import LIVE_PROXY, ProxyScope

DELETED = (
    "您的称呼、手机号、微信登录标记",
    "所有手机和电脑上的登录",
    "收到的消息、订阅和免打扰设置",
    "存下的查询、导出的文件和副本",
)
KEPT_BY = (
    "privacy.keep_outpatient_years",
    "privacy.keep_inpatient_years",
    "privacy.keep_audit_days",
    "privacy.keep_consent_days",
)
DAYS_A_YEAR = 365


@dataclass(frozen=True)
class KeptPart:
    """What the law, or somebody else's right, keeps."""

    what: str
    why: str
    until: str


@dataclass(frozen=True)
class ClosurePreview:
    deleted: tuple[str, ...]
    kept: tuple[KeptPart, ...]
    grants: int  # for how many residents one stops acting
    bookings: int  # of one's own that go on: the home, or another proxy, looks after them
    blocked: int  # bookings that must be ended first, because nobody could any more


async def closure_preview(*, actor: Actor, now: datetime) -> ClosurePreview:
    own = await _own_row(actor)
    to_come = await count_to_come(resident_id=own.id, now=now) if own else 0
    blocked = await bookings_left_alone(actor=actor, now=now)
    held = ProxyGrant.filter(proxy_id=actor.account_id, status__in=sorted(LIVE_PROXY))
    return ClosurePreview(
        deleted=DELETED,
        kept=await _kept(now, is_resident=own is not None),
        grants=await held.count(),
        bookings=to_come - blocked,
        blocked=blocked,
    )


async def bookings_left_alone(*, actor: Actor, now: datetime) -> int:
    """Count what is booked for the actor's person that nobody could change or cancel once the account is closed."""
    own = await _own_row(actor)
    if own is None or own.home_id is not None:
        return 0
    others = ProxyGrantScope.filter(
        active_grants(now, "grant__"), scope=ProxyScope.BOOKING, grant__resident_id=own.id
    )
    return 0 if await others.exists() else await count_to_come(resident_id=own.id, now=now)


async def _own_row(actor: Actor) -> Resident | None:
    return await Resident.filter(account_id=actor.account_id, merged_into_id__isnull=True).first()


async def _kept(now: datetime, *, is_resident: bool) -> tuple[KeptPart, ...]:
    numbers = await parameters(KEPT_BY, on=now)
    outpatient, inpatient, audit, consents = (numbers[code] for code in KEPT_BY)
    record = KeptPart(
        "健康档案和登记信息",
        "病历依法保管；这个微信不能再看，养老院和医院照旧",
        f"最后一次看病起 {outpatient} 年，最后一次出院起 {inpatient} 年",
    )
    others = (
        KeptPart(
            "您办过的事、看过的档案", "法律要求留痕；只有编号，没有名字", f"{audit // DAYS_A_YEAR} 年以上"
        ),
        KeptPart(
            "您作过的同意决定和签名",
            "证明当时确实同意过",
            f"同意结束后 {consents // DAYS_A_YEAR} 年以上",
        ),
        KeptPart("您写过的评价、投诉和异议", "写的人显示成“已注销”", "随那次服务一起"),
        KeptPart("养老院登记的紧急联系人", "是老人的登记，由养老院写的；要删请向养老院提出", "老人住着期间"),
    )
    return (record, *others) if is_resident else others
