"""What closing an account will do, said before it is done (PIPL art. 47)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from server.alliance.queries import cited
from server.authority.actor import Actor
from server.booking.queries import count_to_come
from server.people.access import active_grants, own_row_of
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import LIVE_PROXY, ProxyScope
from server.privacy.queries.retention import spelled

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
    blocked: int  # bookings, of those for whom one acts too, that must be ended first: nobody could any more


async def closure_preview(*, actor: Actor, now: datetime) -> ClosurePreview:
    own = await own_row_of(actor=actor)
    alone = await _left_alone(actor, own, now)
    goes_on = own is not None and own.id not in alone
    held = ProxyGrant.filter(proxy_id=actor.account_id, status__in=sorted(LIVE_PROXY))
    return ClosurePreview(
        deleted=DELETED,
        kept=await _kept(now, is_resident=own is not None),
        grants=await held.count(),
        bookings=await count_to_come(resident_id=own.id, now=now) if own and goes_on else 0,
        blocked=await _to_come(alone, now),
    )


async def bookings_left_alone(*, actor: Actor, now: datetime) -> int:
    """Count what is booked that nobody could change or cancel once the actor's account is closed."""
    return await _to_come(await _left_alone(actor, await own_row_of(actor=actor), now), now)


async def _left_alone(actor: Actor, own: Resident | None, now: datetime) -> set[int]:
    """Return the residents for whom nobody else books: no home, no other proxy, no account of their own."""
    booking = ProxyGrantScope.filter(active_grants(now, "grant__"), scope=ProxyScope.BOOKING)
    helpless: dict[str, Any] = {
        "grant__resident__home_id__isnull": True,
        "grant__resident__account_id__isnull": True,
    }
    held = booking.filter(grant__proxy_id=actor.account_id, **helpless)
    alone = set[int](await held.values_list("grant__resident_id", flat=True))  # type: ignore[arg-type]
    if own is not None and own.home_id is None:
        alone.add(own.id)
    if not alone:
        return alone
    others = booking.filter(~Q(grant__proxy_id=actor.account_id), grant__resident_id__in=sorted(alone))
    return alone.difference(await others.values_list("grant__resident_id", flat=True))


async def _to_come(residents: set[int], now: datetime) -> int:
    return sum([await count_to_come(resident_id=each, now=now) for each in sorted(residents)])


async def _kept(now: datetime, *, is_resident: bool) -> tuple[KeptPart, ...]:
    said = await cited(KEPT_BY, on=now)
    outpatient, inpatient, audit, consents = (spelled(said[code]) for code in KEPT_BY)
    record = KeptPart(
        "健康档案和登记信息",
        "病历依法保管；这个微信不能再看，养老院和医院照旧",
        f"最后一次看病起 {outpatient}，最后一次出院起 {inpatient}",
    )
    others = (
        KeptPart("您办过的事、看过的档案", "法律要求留痕；只有编号，没有名字", f"{audit}以上"),
        KeptPart(
            "您作过的同意决定和签名",
            "证明当时确实同意过",
            f"同意结束后 {consents}以上",
        ),
        KeptPart("您写过的评价、投诉和异议", "写的人显示成“已注销”", "随那次服务一起"),
        KeptPart("养老院登记的紧急联系人", "是老人的登记，由养老院写的；要删请向养老院提出", "老人住着期间"),
    )
    return (record, *others) if is_resident else others
