"""Ratings and cases: nothing in them tells who rated."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, one_of, yes
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.feedback.queries import CaseCard, CaseWish, InstitutionRating, cases, ratings_of_subject
from server.feedback.rules import CAPACITY_WORDS, CASE_WORDS, RATING_WORDS, CaseStatus
from server.kit.pages import Page, PageWish


async def _ratings(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[InstitutionRating]:  # noqa: ARG001  one form for all
    return await ratings_of_subject(actor=actor, wish=wish, now=now)


async def _cases(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[CaseCard]:
    asked = CaseWish(
        status=filters.get("status"),
        institution_uid=filters.get("institution"),
        overdue=filters.get("overdue", False),
        ended=filters.get("ended", False),
    )
    return await cases(actor=actor, asked=asked, wish=wish, now=now)


RATINGS: Sheet[InstitutionRating] = Sheet(
    kind=SheetKind.RATINGS,
    needs=Permission.RATING_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("机构", "被评价的机构。", lambda card: card.institution, 26),
        Column("月份", "哪个月评的；不给到哪一天，免得认出是谁。", lambda card: card.month, 10),
        Column("分数", "1 到 5 分，5 分最满意。", lambda card: card.score, 8),
        Column(
            "谁评的",
            "本人、家属，或协助代记；协助代记的不参加排名。",
            lambda card: CAPACITY_WORDS[card.capacity],
        ),
        Column(
            "本院员工",
            "评的人在这家机构工作；不计入得分。",
            lambda card: "是" if card.own_staff else "否",
            10,
        ),
        Column("文字", "审核后公开的文字；没有公开的为空。", lambda card: card.text, 50),
        Column("文字状态", "文字的审核状态；分数不受审核影响。", lambda card: RATING_WORDS[card.status]),
        Column("立案", "差评是否立了案。", lambda card: "是" if card.has_case else "否", 8),
        Column("回复", "机构的回复。", lambda card: card.reply.text if card.reply else None, 50),
    ),
    conditions={},
    page=_ratings,
)
CASES: Sheet[CaseCard] = Sheet(
    kind=SheetKind.CASES,
    needs=Permission.CASE_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: card.resident),
        Column("机构", "被投诉或差评的机构。", lambda card: card.institution, 26),
        Column("该谁办", "下一步由谁办。", lambda card: card.owner, 26),
        Column("状态", "写表那一刻的状态。", lambda card: CASE_WORDS[card.status]),
        Column("分数", "背后评价的分数；投诉没有分数。", lambda card: card.score, 8),
        Column("立案时间", "立案的时间。", lambda card: card.opened_at, 18),
        Column("办理期限", "下一步的期限。", lambda card: card.next_deadline, 18),
        Column("超期", "过了期限还没有办。", lambda card: "是" if card.overdue else "否", 8),
        Column("轮次", "家属退回重办过几次，加一。", lambda card: card.rounds, 8),
    ),
    conditions={
        "status": one_of("状态", CaseStatus, CASE_WORDS),
        "institution": chosen("机构"),
        "overdue": yes("只看超期"),
        "ended": yes("已办结的"),
    },
    page=_cases,
)
