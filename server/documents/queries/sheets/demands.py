"""What homes need, which are without cover, and their beds: institutions and numbers, no resident."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.queries import Candidate, DemandCard, DemandWish, GapCard, demands, gaps
from server.demands.rules import DEMAND_WORDS, NEED_WORDS, DemandStatus, Need
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, one_of, yes
from server.documents.queries.sheets.people import UID
from server.documents.rules import SheetKind
from server.kit.pages import Page, PageWish
from server.people.queries import HomeCensus, census_board
from server.people.rules import CensusSpan


async def _demands(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[DemandCard]:
    asked = DemandWish(
        status=filters.get("status"),
        need=filters.get("need"),
        home_uid=filters.get("home"),
        overdue=filters.get("overdue", False),
    )
    return await demands(actor=actor, asked=asked, wish=wish, now=now)


async def _gaps(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[GapCard]:  # noqa: ARG001  one form for all
    return Page(items=await gaps(actor=actor, now=now), next=None)


async def _census(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[HomeCensus]:  # noqa: ARG001  one form for all
    board = await census_board(actor=actor, home_uid=None, span=CensusSpan.MONTH, now=now)
    return Page(items=board.homes, next=None)


def _said(candidate: Candidate) -> str:
    far = "同区县" if candidate.kilometres is None else f"{candidate.kilometres:.1f} 公里"
    return f"{candidate.name}（{far}，还能承接 {candidate.spare} 家）"


def _share(part: float | None) -> str | None:
    return None if part is None else f"{part * 100:.2f}%"


DEMANDS: Sheet[DemandCard] = Sheet(
    kind=SheetKind.DEMANDS,
    needs=Permission.DEMAND_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("养老机构", "需要服务的养老机构。", lambda card: card.home, 26),
        Column("需求", "需要什么服务。", lambda card: card.need_words, 18),
        Column("人数", "需要的人数；人太少的只写“少于几位”。", lambda card: card.people, 12),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words, 16),
        Column("轮到谁", "下一步由谁办。", lambda card: card.owner, 26),
        Column("期限", "下一步的期限。", lambda card: card.due_at, 18),
        Column("超期", "过了期限没有办，或已经上报。", lambda card: "是" if card.overdue or card.escalated else "否", 8),
        Column("答复", "您看得到的答复份数，撤回的不算。", lambda card: card.answers, 8),
        Column("选定", "选定的医疗机构。", lambda card: card.provider, 26),
        Column("公布时间", "公布的时间。", lambda card: card.published_at, 18),
    ),
    conditions={
        "status": one_of("状态", DemandStatus, DEMAND_WORDS),
        "need": one_of("需求", Need, NEED_WORDS),
        "home": chosen("机构"),
        "overdue": yes("只看超期"),
    },
    page=_demands,
)  # fmt: skip
COVERAGE_GAPS: Sheet[GapCard] = Sheet(
    kind=SheetKind.COVERAGE_GAPS,
    needs=Permission.BOARD_READ,
    columns=(
        Column("编号", UID, lambda card: card.home.home_uid, 28),
        Column("养老机构", "没有基层医疗机构协议正在生效的备案养老机构。", lambda card: card.home.home, 26),
        Column("已签医疗机构", "协议正在生效的医疗机构数。", lambda card: card.home.providers),
        Column(
            "就近能承接的",
            "基层医疗机构，按直线距离由近到远；还能承接几家 = 每名医护能带的份数 × 在岗医护 − 已有协议。",
            lambda card: "；".join(_said(each) for each in card.candidates),
            60,
        ),
    ),
    conditions={},
    page=_gaps,
)
BED_CENSUS: Sheet[HomeCensus] = Sheet(
    kind=SheetKind.BED_CENSUS,
    needs=Permission.BOARD_READ,
    columns=(
        Column("编号", UID, lambda card: card.home_uid, 28),
        Column("养老机构", "已备案的养老机构。", lambda card: card.home, 26),
        Column("日期", "当天 24 时的数字，含以后的更正。", lambda card: card.day, 12),
        Column("床位", "登记的床位数。", lambda card: card.figures.beds if card.figures else None),
        Column("护理型床位", "登记的护理型床位数。", lambda card: card.figures.nursing_beds if card.figures else None),
        Column("护理型占比", "护理型床位 ÷ 床位。", lambda card: _share(card.figures.nursing_share) if card.figures else None),
        Column("住着", "当天 24 时住着的人数；人太少的不向主管部门显示。", lambda card: card.figures.residents if card.figures else None),
        Column("利用率", "住着 ÷ 床位。", lambda card: _share(card.figures.utilisation) if card.figures else None),
    ),
    conditions={},
    page=_census,
)  # fmt: skip
