"""Who has no family doctor, and refills: who and by when, without any drug or diagnosis."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, one_of
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.enrolments.queries import MissingLine, missing
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.prescriptions.queries import WORK_WORDS, PrescriptionCard, Work, prescription_rows


async def _missing(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[MissingLine]:
    return await missing(actor=actor, home_uid=filters.get("home"), wish=wish, now=now)


WITHOUT_DOCTOR: Sheet[MissingLine] = Sheet(
    kind=SheetKind.WITHOUT_DOCTOR,
    needs=Permission.ENROLMENT_OFFER,
    columns=(
        Column("编号", UID, lambda line: line.resident_uid, 28),
        Column("长者", MASKED, lambda line: masked_name(line.name)),
        Column("年龄", "写表那天的周岁。", lambda line: line.age, 8),
        Column("养老机构", "现在住在哪里。", lambda line: line.home_name, 26),
        Column("床位", "现在的床位。", lambda line: line.bed, 10),
        Column("为什么还没有", "按最近一份申请或签约。", lambda line: line.why_words, 24),
        Column("下一步", "接着做什么。", lambda line: line.next_step, 40),
    ),
    conditions={"home": chosen("养老机构")},
    page=_missing,
)


async def _prescriptions(
    actor: Actor, filters: Filters, wish: PageWish, now: datetime
) -> Page[PrescriptionCard]:
    return await prescription_rows(actor=actor, work=filters.get("work", Work.DUE), wish=wish, now=now)


PRESCRIPTIONS: Sheet[PrescriptionCard] = Sheet(
    kind=SheetKind.PRESCRIPTIONS,
    needs=Permission.PRESCRIPTION_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: masked_name(card.resident_name)),
        Column("养老机构", "现在住在哪里。", lambda card: card.home_name, 26),
        Column("几种药", "处方上药的种数，没有药名。", lambda card: card.kinds, 8),
        Column("天数", "从第一天到最后一天。", lambda card: card.days, 8),
        Column("吃到", "最后一天。", lambda card: card.last_on, 12),
        Column("开方", "开方的医生。", lambda card: card.prescriber_name, 12),
        Column("续方负责", "续方由谁负责。", lambda card: card.refill.owner_name if card.refill else "", 12),
        Column("续方期限", "最晚哪天续方。", lambda card: card.refill.due_on if card.refill else None, 12),
        Column(
            "逾期天数",
            "写表那天超过期限几天。",
            lambda card: card.refill.overdue_days if card.refill else 0,
            10,
        ),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words),
    ),
    conditions={"work": one_of("看哪些", Work, WORK_WORDS)},
    page=_prescriptions,
)
