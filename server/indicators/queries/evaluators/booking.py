"""How long residents of homes wait for a green seat."""

from server.booking.models import Appointment
from server.booking.rules import BOOKED_STATUSES, Pool
from server.indicators.queries.evaluators.indicator import Indicator, bounds, homes_of, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, met, unmet
from server.kit.clock import local_date

DAYS = "indicators.green_days"
GREEN = Definition(
    code="green_wait",
    version=1,
    name="绿色通道及时率",
    subject=Subject.APPOINTMENT,
    cadence=Cadence.MONTH,
    numerator="从约成到就诊不超过约定天数的（天数为参数）",
    denominator="本月就诊的绿色号，长者住在养老机构",
    exclusions="取消的；还在预留的",
    clause="①②⑤ 绿色通道；时限自拟",
    confidence="low",
    target=target("green_wait", 90, "自拟", "assumed"),
    numbers=(DAYS,),
    reasons={"late": Reason("等候超过约定天数", "请医院增加绿色号，或改约较早的号")},
    happens=True,
)


async def green(scope: Scope) -> list[Fact]:
    start, end = bounds(scope)
    rows = await Appointment.filter(
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
        slot__pool=Pool.GREEN,
        status__in=sorted(BOOKED_STATUSES),
    ).values_list("id", "uid", "resident_id", "created_at", "slot__starts_at", "slot__institution_id")
    lives = await homes_of(resident for _, _, resident, *_ in rows)
    homes, most = frozenset(scope.homes), scope.numbers[DAYS]
    found = []
    for number, uid, resident, booked, seen, keeper in rows:
        home = lives.get(resident)
        if home not in homes or home is None:
            continue
        soon = (local_date(seen) - local_date(booked)).days <= most
        made = met if soon else unmet
        found.append(
            made(home, (number, uid), "" if soon else "late", keeper_id=keeper, resident_id=resident)
        )
    return found


INDICATORS = (Indicator(GREEN, green),)
