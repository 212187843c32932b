"""Visits and appointments."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.queries import DeskCard, desk
from server.booking.queries.cards import STATUS_WORDS as APPOINTMENT_WORDS
from server.booking.rules import AppointmentStatus, Pool
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, day, one_of
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.kit.clock import local_date
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.visits.queries.cards import STATUS_WORDS
from server.visits.queries.lists import VisitFilter, VisitRow, visit_rows
from server.visits.queries.review import VERDICT_WORDS
from server.visits.rules import Verdict, VisitStatus


async def _visits(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[VisitRow]:
    wanted = VisitFilter(
        status=filters.get("status"),
        partner_uid=filters.get("partner"),
        first_day=filters.get("first"),
        last_day=filters.get("last"),
    )
    return await visit_rows(actor=actor, wanted=wanted, wish=wish, now=now)


async def _appointments(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[DeskCard]:
    return await desk(
        actor=actor,
        day=filters.get("day") or local_date(now),
        department_uid=filters.get("department"),
        status=filters.get("status"),
        wish=wish,
        now=now,
    )


def _minutes(row: VisitRow) -> int | None:
    began, ended = row.card.started_at, row.card.finished_at
    if began is None or ended is None:
        return None
    return round((ended - began).total_seconds() / 60)


def _said(verdict: Verdict | None) -> str:
    return VERDICT_WORDS[verdict] if verdict else ""


VISITS: Sheet[VisitRow] = Sheet(
    kind=SheetKind.VISITS,
    needs=Permission.VISIT_READ,
    columns=(
        Column("编号", UID, lambda row: row.card.uid, 28),
        Column("类别", "巡诊或随访。", lambda row: row.card.kind_text, 8),
        Column("养老机构", "去了哪里。", lambda row: row.card.home_name, 26),
        Column("医疗机构", "谁去的。", lambda row: row.card.provider_name, 26),
        Column("约定时间", "计划开始的时间。", lambda row: row.card.starts_at, 18),
        Column("开始", "扫码到场的时间。", lambda row: row.card.started_at, 18),
        Column("结束", "医护提交完成的时间。", lambda row: row.card.finished_at, 18),
        Column("分钟", "从开始到结束。", _minutes, 8),
        Column("长者人数", "计划里的人数。", lambda row: row.lines.residents, 10),
        Column(
            "已看人次",
            "结果为“已看”的项目数。",
            lambda row: row.lines.seen,
            10,
        ),
        Column("在场证明", "按扫到的码和时间判断。", lambda row: row.card.evidence_text, 16),
        Column("医疗机构确认", "医疗机构对这次巡诊的结论。", lambda row: _said(row.card.provider_verdict)),
        Column("养老机构确认", "养老机构对这次巡诊的结论。", lambda row: _said(row.card.host_verdict)),
        Column(
            "状态", "写表那一刻的状态；只有双方已确认的才计入各项统计。", lambda row: row.card.status_text, 24
        ),
    ),
    conditions={
        "status": one_of("状态", VisitStatus, STATUS_WORDS),
        "partner": chosen("机构"),
        "first": day("从哪天"),
        "last": day("到哪天"),
    },
    page=_visits,
)
APPOINTMENTS: Sheet[DeskCard] = Sheet(
    kind=SheetKind.APPOINTMENTS,
    needs=Permission.APPOINTMENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: masked_name(card.resident_name)),
        Column("科室", "约在哪个科室。", lambda card: card.department_name, 20),
        Column("时间", "号的开始时间。", lambda card: card.starts_at, 18),
        Column("号", "这个时段里的第几号。", lambda card: card.number, 8),
        Column(
            "绿色通道",
            "是否用了留给签约养老机构的号。",
            lambda card: "是" if card.pool is Pool.GREEN else "否",
            10,
        ),
        Column("到诊时间", "到窗口报到的时间。", lambda card: card.arrived_at, 18),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_text),
    ),
    conditions={
        "day": day("日期"),
        "department": chosen("科室"),
        "status": one_of("状态", AppointmentStatus, APPOINTMENT_WORDS),
    },
    page=_appointments,
)
