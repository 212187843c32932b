"""The lines of a month of work, and the rates of training."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen
from server.documents.queries.sheets.people import UID
from server.documents.rules import SheetKind
from server.kit.masking import masked_name
from server.kit.pages import Page, PageWish
from server.training.queries import RateCard, rates
from server.workload.queries import WorkLine, month_lines

PERCENT = "百分比保留两位小数，四舍五入；没有人可数写“—”。"


async def _lines(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[WorkLine]:
    month = filters.get("month")
    if month is None:
        return Page((), None)  # the list is one month's: of none there is nothing
    return await month_lines(actor=actor, uid=month, account_uid=filters.get("account"), wish=wish, now=now)


async def _rates(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[RateCard]:  # noqa: ARG001  one form for all
    return (await rates(actor=actor, wish=wish, now=now)).page


WORKLOAD_LINES: Sheet[WorkLine] = Sheet(
    kind=SheetKind.WORKLOAD_LINES,
    needs=Permission.WORKLOAD_READ,
    columns=(
        Column("编号", UID, lambda card: card.uid, 28),
        Column("哪一天", "服务的日子。", lambda card: card.on_day),
        Column(
            "谁做的",
            "开始这次巡诊的医护，姓名脱敏；是谁看巡诊编号。",
            lambda card: masked_name(card.name),
            12,
        ),
        Column("在哪里", "养老机构。", lambda card: card.home, 26),
        Column("项目", "协议里的名称。", lambda card: card.service, 26),
        Column("记入或冲回", "冲回的是以前记入、后来更正掉的。", lambda card: card.kind_words, 12),
        Column("项目系数（%）", "那一天的参数。", lambda card: card.item_weight, 14),
        Column("岗位系数（%）", "那一天的参数。", lambda card: card.role_weight, 14),
        Column("地点系数（%）", "在养老机构内的服务加倍。", lambda card: card.place_weight, 14),
        Column("服务量（百分之一）", "整数，可以直接相加；100 是一次。", lambda card: card.hundredths, 18),
        Column("巡诊编号", "双方确认的那一次。", lambda card: card.visit_uid, 28),
    ),
    conditions={"month": chosen("月份"), "account": chosen("医护")},
    page=_lines,
)
TRAINING_RATES: Sheet[RateCard] = Sheet(
    kind=SheetKind.TRAINING_RATES,
    needs=Permission.TRAINING_COUNT,
    columns=(
        Column("机构", "医疗机构和养老机构。", lambda card: card.institution, 26),
        Column("人数", "今天在岗、直接服务长者的医生护士和护理人员。", lambda card: card.staff, 8),
        Column("有岗前培训", "其中岗位要求的岗前培训都有的。", lambda card: card.pre_service.numerator, 12),
        Column("岗前培训率", PERCENT, lambda card: card.pre_service.percent, 12),
        Column("持证", "其中岗位要求的资格证书都有的。", lambda card: card.certificate.numerator, 8),
        Column("持证率", PERCENT, lambda card: card.certificate.percent, 10),
    ),
    conditions={},
    page=_rates,
)
