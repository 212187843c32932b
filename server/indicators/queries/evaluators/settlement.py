"""Monthly statements: agreed on in time, and lines in dispute.

A month's statements are due in the next one: that month counts them, so that each is judged before its figures are frozen.
"""

from datetime import date, timedelta

from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Reason,
    Scope,
    Subject,
    Wanted,
    left_out,
    met,
    unmet,
)
from server.kit.clock import local_date
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import STATEMENT_WORDS, LineStatus, StatementStatus

DAYS = "indicators.settle_days"
ON_TIME = Definition(
    code="settled_on_time",
    version=1,
    name="月结按期率",
    subject=Subject.STATEMENT,
    cadence=Cadence.MONTH,
    numerator="本月期限内双方确认的（次月几日前，天数为参数）",
    denominator="本月到期的结算单，也就是上个月的",
    exclusions="没有要结算的；期限还没有到的",
    clause="⑤ 按月结算；期限和目标自拟",
    confidence="low",
    target=target("settled_on_time", 95, "自拟", "assumed"),
    numbers=(DAYS,),
    reasons={
        "empty": Reason("没有要结算的"),
        "not_due": Reason("期限还没有到"),
        "late": Reason("确认晚了", "下个月按期核对"),
        StatementStatus.OPEN: Reason(STATEMENT_WORDS[StatementStatus.OPEN], "医疗机构核对后出单"),
        StatementStatus.ISSUED: Reason(
            STATEMENT_WORDS[StatementStatus.ISSUED], "养老机构核对后确认，或逐行提出异议"
        ),
    },
    happens=True,
)
DISPUTED = Definition(
    code="lines_disputed",
    version=1,
    name="争议行占比",
    subject=Subject.LINE,
    cadence=Cadence.MONTH,
    numerator="提出过异议的明细行",
    denominator="本月结算单的明细行",
    exclusions="没有",
    clause="⑤ 按月结算（自拟）",
    confidence="low",
    wanted=Wanted.LOW,
    target=target("lines_disputed", 5, "自拟", "assumed"),
    reasons={"disputed": Reason("提出过异议", "双方核对，请主管部门裁定谈不拢的")},
    happens=True,
)
IN_DISPUTE = frozenset({LineStatus.DISPUTED, LineStatus.KEPT, LineStatus.ESCALATED, LineStatus.UPHELD})


async def on_time(scope: Scope) -> list[Fact]:
    month = scope.period.before.first
    rows = await Statement.filter(month=month, home_id__in=list(scope.homes)).order_by("id")
    last = min(scope.period.first + timedelta(days=scope.numbers[DAYS]), scope.period.after) - timedelta(
        days=1
    )
    return [_settled(row, over=scope.over_before > last, last=last) for row in rows]


def _settled(row: Statement, *, over: bool, last: date) -> Fact:
    subject, keeper = (row.id, row.uid), row.provider_id
    if row.status is StatementStatus.EMPTY:
        return left_out(row.home_id, subject, "empty", keeper_id=keeper)
    if row.settled_at is not None:
        late = local_date(row.settled_at) > last
        return (unmet if late else met)(row.home_id, subject, "late" if late else "", keeper_id=keeper)
    if not over:
        return left_out(row.home_id, subject, "not_due", keeper_id=keeper)
    return unmet(row.home_id, subject, row.status, keeper_id=keeper)


async def disputed(scope: Scope) -> list[Fact]:
    rows = StatementLine.filter(statement__month=scope.period.first, statement__home_id__in=list(scope.homes))
    columns = ("id", "uid", "statement__home_id", "statement__provider_id", "resident_id", "status", "reason")
    found = []
    for number, uid, home, keeper, resident, status, reason in await rows.values_list(*columns):
        said = status in IN_DISPUTE or bool(reason)
        made, why = (met, "disputed") if said else (unmet, "")
        found.append(made(home, (number, uid), why, keeper_id=keeper, resident_id=resident))
    return found


INDICATORS = (Indicator(ON_TIME, on_time), Indicator(DISPUTED, disputed))
