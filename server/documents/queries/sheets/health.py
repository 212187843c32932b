"""Chronic follow-up and check-ups: who, and how it stands, without anything that was measured."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.queries import CoverageLine, coverage_page
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, one_of
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.followups.queries import WORK_WORDS, EpisodeCard, Work, WorkFilter, work_rows
from server.followups.rules import DISEASE_WORDS, Disease
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish


async def _episodes(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[EpisodeCard]:
    wanted = WorkFilter(filters.get("work", Work.LIVE), filters.get("disease"), filters.get("home"))
    return await work_rows(actor=actor, wanted=wanted, wish=wish, now=now)


def _referred(card: EpisodeCard) -> str:
    if card.check_back_by is None:
        return ""
    return "已超期" if card.check_back_late else "待回访"


FOLLOW_UPS: Sheet[EpisodeCard] = Sheet(
    kind=SheetKind.FOLLOW_UPS,
    needs=Permission.FOLLOW_UP_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: masked_name(card.resident_name)),
        Column("年龄", "写表那天的周岁。", lambda card: card.age, 8),
        Column("养老机构", "现在住在哪里。", lambda card: card.home_name, 26),
        Column("病种", "管理的慢病。", lambda card: card.disease_words),
        Column("纳入日期", "由本机构纳入管理的日期。", lambda card: card.enrolled_on, 12),
        Column("上次随访", "最近一次随访的日期；空着是还没有随访。", lambda card: card.last_on, 12),
        Column("上次分类", "最近一次随访的分类，按规范的决策表。", lambda card: card.last_words),
        Column("下次不晚于", "下次随访的期限。", lambda card: card.next_on, 12),
        Column("逾期天数", "写表那天超过期限几天，0 是没有逾期。", lambda card: card.overdue_days, 10),
        Column("转诊回访", "转诊后还没有回访的。", _referred, 10),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words),
    ),
    conditions={
        "work": one_of("看哪些", Work, WORK_WORDS),
        "disease": one_of("病种", Disease, DISEASE_WORDS),
        "home": chosen("养老机构"),
    },
    page=_episodes,
)


async def _coverage(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[CoverageLine]:
    campaign = filters.get("campaign")
    if campaign is None:
        return Page((), None)  # the list is one campaign's: of none there is nothing
    return await coverage_page(actor=actor, campaign_uid=campaign, wish=wish, now=now)


CHECKUPS: Sheet[CoverageLine] = Sheet(
    kind=SheetKind.CHECKUPS,
    needs=Permission.CHECKUP_READ,
    columns=(
        Column("编号", UID, lambda line: line.resident_uid, 28),
        Column("长者", MASKED, lambda line: masked_name(line.name)),
        Column("年龄", "写表那天的周岁。", lambda line: line.age, 8),
        Column("床位", "现在的床位。", lambda line: line.bed, 10),
        Column("情况", "今年体检的情况，按写表那一刻。", lambda line: line.standing_words, 14),
        Column("为什么", "该查或不查的原因，就是告诉长者的那句话。", lambda line: line.sentence, 48),
        Column("下一步", "没有查到的，接着做什么。", lambda line: line.next_step, 24),
        Column("日期", "排在哪一天。", lambda line: line.day, 12),
        Column("时间", "排在几点。", lambda line: line.time, 8),
    ),
    conditions={"campaign": chosen("体检计划")},
    page=_coverage,
)
