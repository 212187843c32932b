"""Monthly statements, and the lines of one."""

from datetime import date, datetime

from server.alliance.rules import FUNDING_WORDS, Funding
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, day, one_of
from server.documents.queries.sheets.people import UID
from server.documents.rules import SheetKind
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.settlement.queries import (
    LineCard,
    StatementCard,
    StatementWish,
    statement_lines,
    statements,
)
from server.settlement.rules import LINE_WORDS, STATEMENT_WORDS, LineStatus, StatementStatus

FEN = "整数，单位是分，可以直接相加。"


async def _statements(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[StatementCard]:
    month: date | None = filters.get("month")
    wished = StatementWish(filters.get("status"), month)
    return await statements(actor=actor, wished=wished, wish=wish, now=now)


async def _lines(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[LineCard]:
    return await statement_lines(
        actor=actor,
        uid=filters.get("statement"),
        status=filters.get("status"),
        payer=filters.get("payer"),
        wish=wish,
        now=now,
    )


STATEMENTS: Sheet[StatementCard] = Sheet(
    kind=SheetKind.STATEMENTS,
    needs=Permission.STATEMENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("月份", "结算的月份，写作那个月的第一天。", lambda card: card.month),
        Column("养老机构", "付款的一方。", lambda card: card.home, 26),
        Column("医疗机构", "提供服务的一方。", lambda card: card.provider, 26),
        Column("养老机构应付（分）", FEN, lambda card: card.fen, 18),
        Column(
            "其他来源应付（分）", f"医保、长护险和长者自付的合计。{FEN}", lambda card: card.others_fen, 18
        ),
        Column("行数", "撤下的不算。", lambda card: card.lines, 8),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words, 18),
    ),
    conditions={"status": one_of("状态", StatementStatus, STATEMENT_WORDS), "month": day("月份")},
    page=_statements,
)
STATEMENT_LINES: Sheet[LineCard] = Sheet(
    kind=SheetKind.STATEMENT_LINES,
    needs=Permission.STATEMENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("哪一天", "服务的日子；固定费用写当月最后一天。", lambda card: card.on_day),
        Column(
            "长者",
            "姓名脱敏；固定费用没有长者。",
            lambda card: masked_name(card.resident) if card.resident else None,
            12,
        ),
        Column("项目", "协议里的名称。", lambda card: card.service, 26),
        Column("谁付", "按资金来源的先后，第一个能付的。", lambda card: card.payer_words, 20),
        Column("金额（分）", f"退回的是负数。{FEN}", lambda card: card.fen),
        Column("状态", "写表那一刻的状态；撤下的不计费。", lambda card: card.status_words, 20),
        Column("异议", "养老机构写的原因。", lambda card: card.reason or None, 30),
    ),
    conditions={
        "statement": chosen("结算单"),
        "status": one_of("状态", LineStatus, LINE_WORDS),
        "payer": one_of("资金来源", Funding, FUNDING_WORDS),
    },
    page=_lines,
)
