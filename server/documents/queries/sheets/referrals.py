"""Referrals between an institution and others."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, one_of, yes
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.referrals.queries import Box, ReferralCard, ReferralFilter, referrals
from server.referrals.rules import STATUS_WORDS, URGENCY_WORDS, ReferralStatus, Urgency

BOX_WORDS = {Box.MINE: "等我们处理的", Box.IN: "转来的", Box.OUT: "转出的"}


async def _referrals(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[ReferralCard]:
    wanted = ReferralFilter(
        box=filters.get("box"),
        status=filters.get("status"),
        urgency=filters.get("urgency"),
        late=bool(filters.get("late")),
    )
    return await referrals(actor=actor, wanted=wanted, wish=wish, now=now)


REFERRALS: Sheet[ReferralCard] = Sheet(
    kind=SheetKind.REFERRALS,
    needs=Permission.REFERRAL_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("方向", "上转：转到能治的地方；下转：转回来继续照护。", lambda card: card.direction_text, 8),
        Column("缓急", "紧急的 24 小时内要答复。", lambda card: card.urgency_text, 8),
        Column("长者", MASKED, lambda card: masked_name(card.resident_name)),
        Column("近处的机构", "养老院或社区卫生服务中心。", lambda card: card.lower_name, 26),
        Column("治疗的机构", "医院或卫生服务中心。", lambda card: card.upper_name, 26),
        Column("写下", "转诊写下的时间。", lambda card: card.created_at, 18),
        Column("发出", "对方从这时起看得到。", lambda card: card.sent_at, 18),
        Column("约定时间", "约来的时间。", lambda card: card.come_at, 18),
        Column("轮到谁", "现在该由哪家处理。", lambda card: card.owner_name or "", 26),
        Column("时限", "处理的最后时间，过后报主管部门。", lambda card: card.next_deadline, 18),
        Column("超时", "写表那一刻是否已过时限。", lambda card: "是" if card.late else "否", 8),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_text),
    ),
    conditions={
        "box": one_of("哪一边", Box, BOX_WORDS),
        "status": one_of("状态", ReferralStatus, STATUS_WORDS),
        "urgency": one_of("缓急", Urgency, URGENCY_WORDS),
        "late": yes("只看超时的"),
    },
    page=_referrals,
)
