"""Who of a home is to be assessed. No result stands in it: only whether one still holds."""

from datetime import datetime

from server.assessments.queries import WorkLine, WorkWish, work_list
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, typed
from server.documents.queries.sheets.people import MASKED, UID
from server.documents.rules import SheetKind
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish


async def _due(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[WorkLine]:
    wanted = WorkWish(
        home_uid=filters.get("home"),
        questionnaire=filters.get("questionnaire") or WorkWish.questionnaire,
        bed=filters.get("bed"),
    )
    return (await work_list(actor=actor, wish=wanted, page=wish, now=now)).page


ASSESSMENTS: Sheet[WorkLine] = Sheet(
    kind=SheetKind.ASSESSMENTS,
    needs=Permission.ASSESSMENT_MAKE,
    columns=(
        Column("编号", UID, lambda line: line.resident_uid, 28),
        Column("姓名", MASKED, lambda line: masked_name(line.resident)),
        Column("年龄", "写表那天的周岁。", lambda line: line.age, 8),
        Column("床位", "现在的床位。", lambda line: line.bed),
        Column("情况", "写表那一刻在待评估名单上的原因。", lambda line: line.state_words, 18),
        Column("上次评估", "本机构知道的最近一次；空白表示没有。", lambda line: line.assessed_on),
        Column("有效期到", "最近一次结果的最后一天。", lambda line: line.valid_until),
    ),
    conditions={
        "home": chosen("机构"),
        "questionnaire": typed("评估表"),
        "bed": typed("床位"),
    },
    page=_due,
)
