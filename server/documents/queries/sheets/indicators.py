"""The figures of a period, with the definition of each beside it."""

from datetime import datetime

from server.alliance.rules import cited
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.queries.sheets.columns import Column, Filters, Sheet, chosen, day
from server.documents.rules import SheetKind
from server.indicators.queries import INDICATORS as ALL
from server.indicators.queries import FigureRow, figure_rows
from server.kit.pages import Page, PageWish

REACHED = {True: "达到", False: "没有达到", None: "—"}


async def _figures(actor: Actor, filters: Filters, wish: PageWish, now: datetime) -> Page[FigureRow]:
    return await figure_rows(
        actor=actor, month=filters.get("month"), home_uid=filters.get("home"), wish=wish, now=now
    )


def _definitions() -> tuple[tuple[str, str], ...]:
    """Say of each indicator what is counted: the second sheet carries it."""
    return tuple(
        (
            f"{each.name}（第 {each.version} 版）",
            cited(
                f"分子：{each.numerator}。分母：{each.denominator}。不计入：{each.exclusions}。依据：{each.clause}。"
            ),
        )
        for each in (indicator.definition for indicator in ALL)
    )


INDICATORS: Sheet[FigureRow] = Sheet(
    kind=SheetKind.INDICATORS,
    needs=Permission.INDICATOR_READ,
    columns=(
        Column("指标", "名称；口径在下面逐项写明。", lambda row: row.definition.name, 22),
        Column("版本", "口径的第几版。", lambda row: row.definition.version, 8),
        Column("统计期", "自然月或自然年。", lambda row: row.period.words, 14),
        Column("范围", "机构、县（市、区）的区划代码，或全市。", lambda row: row.place, 26),
        Column("县（市、区）", "机构登记所在的区划代码，取自统一社会信用代码。", lambda row: row.county, 12),
        Column("分子", "人数太少的写“不显示”。", lambda row: row.told.met, 10),
        Column("分母", "人数太少的写“不显示”。", lambda row: row.told.counted, 10),
        Column("比率", "百分比保留两位小数，四舍五入；分母为 0 写“—”。", lambda row: row.told.percent, 10),
        Column("不计入", "按口径不计入的。", lambda row: row.told.excluded, 10),
        Column("目标（%）", "政策参数；空着是没有规定。", lambda row: row.target, 10),
        Column("达到没有", "与目标相比；不显示的不比。", lambda row: REACHED[row.reached], 10),
    ),
    conditions={"month": day("月份"), "home": chosen("养老机构")},
    page=_figures,
    definitions=_definitions(),
)
