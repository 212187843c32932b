"""Agreements, and which homes they cover."""

from datetime import datetime

from server.alliance.queries import AgreementCard, CoverageCard, agreements, coverage
from server.alliance.rules import AGREEMENT_WORDS, AgreementStatus
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, one_of
from server.documents.queries.sheets.people import UID
from server.documents.rules import SheetKind
from server.kit.pages import Page, PageWish


async def _agreements(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[AgreementCard]:
    statuses = (filters["status"],) if "status" in filters else ()
    return await agreements(actor=actor, statuses=statuses, wish=wish, now=now)


async def _coverage(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[CoverageCard]:  # noqa: ARG001  one form for all
    return Page(items=await coverage(actor=actor, now=now), next=None)


AGREEMENTS: Sheet[AgreementCard] = Sheet(
    kind=SheetKind.AGREEMENTS,
    needs=Permission.AGREEMENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("养老机构", "协议的甲方。", lambda card: card.home, 26),
        Column("医疗机构", "协议的乙方。", lambda card: card.provider, 26),
        Column("版本", "同一份协议的第几版。", lambda card: card.version, 8),
        Column("状态", "写表那一刻的状态。", lambda card: AGREEMENT_WORDS[card.status], 16),
        Column("开始日", "协议开始的日子。", lambda card: card.first_day),
        Column("结束日", "协议最后一天。", lambda card: card.last_day),
        Column("备案号", "卫健部门的备案号。", lambda card: card.filing_number, 20),
    ),
    conditions={"status": one_of("状态", AgreementStatus, AGREEMENT_WORDS)},
    page=_agreements,
)
COVERAGE: Sheet[CoverageCard] = Sheet(
    kind=SheetKind.COVERAGE,
    needs=Permission.BOARD_READ,
    columns=(
        Column("编号", UID, lambda card: card.home_uid, 28),
        Column("养老机构", "已备案的养老机构。", lambda card: card.home, 26),
        Column("签约医疗机构", "协议正在生效的医疗机构数。", lambda card: card.providers),
        Column("其中基层", "其中社区卫生服务中心、卫生院等基层机构数。", lambda card: card.primary_care),
        Column(
            "已覆盖",
            "至少有一家基层医疗机构的协议正在生效。",
            lambda card: "是" if card.covered else "否",
            10,
        ),
    ),
    conditions={},
    page=_coverage,
)
