"""Clinics inside homes, and home beds: who, and how it stands, without anything that was found."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.queries import STANDING_WORDS, HomeLine, Standing, clinic_board
from server.documents.queries.sheets.columns import Column, Filters, Sheet, one_of
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.home_beds.queries import WORK_WORDS, BedCard, BedFilter, Work, bed_rows
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish


async def _clinics(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[HomeLine]:
    if wish.after is not None:
        return Page((), None)  # all of them are one page
    board = await clinic_board(actor=actor, standing=filters.get("standing", Standing.ALL), now=now)
    return Page(board.lines, None)


CLINICS: Sheet[HomeLine] = Sheet(
    kind=SheetKind.CLINICS,
    needs=Permission.CLINIC_READ,
    columns=(
        Column("养老机构", "机构登记的名称。", lambda line: line.home_name, 26),
        Column("入住人数", "写表那一刻在住的人数。", lambda line: line.found.residents, 10),
        Column("床位", "机构登记的床位数。", lambda line: line.found.beds, 8),
        Column("符合条件", "入住或床位达到政策的数。", lambda line: "是" if line.found.eligible else "否", 10),
        Column("依据", "达到了哪一条，或还差多少。", lambda line: line.found.words, 40),
        Column("种类", "最接近运行的那一个。", lambda line: line.clinic.kind_words if line.clinic else ""),
        Column("进展", "写表那一刻的状态。", lambda line: line.clinic.status_words if line.clinic else "", 16),
        Column("许可编号", "许可或备案凭证的编号。", lambda line: line.clinic.licence_number if line.clinic else "", 24),
        Column("有效期到", "许可的最后一天；备案没有截止日的空着。", lambda line: line.clinic.licence_until if line.clinic else None, 12),
        Column("医保定点", "写表那天是不是医保定点。", lambda line: "是" if line.insured else "否", 10),
        Column("为什么没有", "符合条件而没有的原因。", lambda line: line.why, 36),
        Column("下一步", "接着做什么。", lambda line: line.next_step, 40),
    ),
    conditions={"standing": one_of("看哪些", Standing, STANDING_WORDS)},
    page=_clinics,
)  # fmt: skip


async def _beds(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[BedCard]:
    return await bed_rows(actor=actor, wanted=BedFilter(filters.get("work", Work.LIVE)), wish=wish, now=now)


HOME_BEDS: Sheet[BedCard] = Sheet(
    kind=SheetKind.HOME_BEDS,
    needs=Permission.HOME_BED_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: masked_name(card.resident_name)),
        Column("养老机构", "病床所在的机构。", lambda card: card.home_name, 26),
        Column("医疗机构", "开床的机构。", lambda card: card.institution_name, 26),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words),
        Column("类型", "治疗、护理、康复或安宁。", lambda card: card.kind_words, 10),
        Column("申请时间", "申请的时间。", lambda card: card.applied_at, 18),
        Column("建床时间", "开始计床日的时间。", lambda card: card.opened_at, 18),
        Column("最晚到", "在床的最后一天。", lambda card: card.last_day, 12),
        Column("每周查床", "约定的次数。", lambda card: card.rounds_a_week, 10),
        Column("下一步", "轮到医疗机构做什么。", lambda card: card.next_words, 20),
        Column("期限", "在什么时候前做。", lambda card: card.next_deadline, 18),
        Column("撤床时间", "结束的时间。", lambda card: card.ended_at, 18),
        Column("撤床原因", "结束的原因。", lambda card: card.end_words, 18),
    ),
    conditions={"work": one_of("看哪些", Work, WORK_WORDS)},
    page=_beds,
)
