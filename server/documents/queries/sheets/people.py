"""Residents and consents. Whom a row is about is masked: the number leads back to the name inside the console."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.queries import ConsentCard, consents
from server.consent.rules import STATUS_WORDS, ConsentStatus, Verdict
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, one_of, typed
from server.documents.rules import SheetKind
from server.kit.clock import local_date
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.people.queries import ResidentCard, residents
from server.people.rules import CARE_WORDS, SEX_WORDS, CareState

UID = "系统给的编号，在管理台里可以找到是谁；编号本身不含个人信息。"
MASKED = "只留姓，其余用 * 代替。全名请在管理台里看。"


async def _residents(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[ResidentCard]:
    return await residents(
        actor=actor,
        home_uid=filters.get("home"),
        bed=filters.get("bed"),
        care_state=filters.get("care_state"),
        wish=wish,
        now=now,
    )


async def _consents(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[ConsentCard]:
    return await consents(
        actor=actor,
        resident_uid=filters.get("resident"),
        status=filters.get("status"),
        recipient_uid=filters.get("recipient"),
        bed=filters.get("bed"),
        wish=wish,
        now=now,
    )


def _permitted(card: ConsentCard) -> str:
    return "、".join(each.words for each in card.provisions if each.verdict is not Verdict.DENY)


RESIDENTS: Sheet[ResidentCard] = Sheet(
    kind=SheetKind.RESIDENTS,
    needs=Permission.RESIDENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("姓名", MASKED, lambda card: masked_name(card.name)),
        Column("性别", "身份证件上的性别。", lambda card: SEX_WORDS[card.sex], 8),
        Column("年龄", "写表那天的周岁。", lambda card: card.age, 8),
        Column("养老机构", "现在住的机构；空白表示没有入住。", lambda card: card.home, 26),
        Column("床位", "现在的床位。", lambda card: card.bed),
        Column(
            "照护状态",
            "、".join(CARE_WORDS.values()) + "中的一种。",
            lambda card: CARE_WORDS[card.care_state],
        ),
        Column("本人用小程序", "本人绑定了自己的微信。", lambda card: "是" if card.has_account else "否"),
    ),
    conditions={
        "home": chosen("机构"),
        "care_state": one_of("照护状态", CareState, CARE_WORDS),
        "bed": typed("床位"),
    },
    page=_residents,
)
CONSENTS: Sheet[ConsentCard] = Sheet(
    kind=SheetKind.CONSENTS,
    needs=Permission.CONSENT_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("长者", MASKED, lambda card: masked_name(card.resident)),
        Column("查看机构", "征求同意、要查看档案的机构。", lambda card: card.recipient, 26),
        Column("目的", "只能为这个目的查看。", lambda card: card.purpose_words),
        Column("内容", "征求或同意的类别，不含不同意的。", _permitted, 40),
        Column("状态", "写表那一刻的状态。", lambda card: card.status_words),
        Column("征求时间", "发出征求的时间。", lambda card: card.requested_at, 18),
        Column("决定时间", "同意或不同意的时间。", lambda card: card.decided_at, 18),
        Column(
            "看到哪天为止",
            "期限的最后一天。",
            lambda card: local_date(card.until - card.until.resolution),
        ),
    ),
    conditions={
        "status": one_of("状态", ConsentStatus, STATUS_WORDS),
        "resident": chosen("长者"),
        "recipient": chosen("查看机构"),
        "bed": typed("床位"),
    },
    page=_consents,
)
