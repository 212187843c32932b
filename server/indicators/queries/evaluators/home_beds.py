"""Beds at home inside a home: whether somebody has come as often as was promised."""

from server.home_beds.models import HomeBed
from server.home_beds.rules import HomeBedStatus
from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, met, unmet
from server.kit.clock import start_of_day

ROUNDS = Definition(
    code="home_bed_rounds",
    version=1,
    name="家庭病床按期查床率",
    subject=Subject.HOME_BED,
    cadence=Cadence.MONTH,
    numerator="没有超过下次查床期限的",
    denominator="设在养老机构、正在开着的家庭病床",
    exclusions="没有开或暂停的",
    clause="① 家庭病床；facts/domain.md §7.5，比率和目标为自拟",
    confidence="low",
    target=target("home_bed_rounds", 95, "自拟", "assumed"),
    reasons={"late": Reason("过了期限没有查床", "医生或护士今天去查床并写下来")},
)


async def rounds(scope: Scope) -> list[Fact]:
    over = start_of_day(scope.over_before)  # who is due today is not late yet
    rows = HomeBed.filter(home_id__in=list(scope.homes), status=HomeBedStatus.OPENED)
    return [
        unmet(home, (number, uid), "late", keeper_id=keeper, resident_id=resident)
        if due_at is not None and due_at < over
        else met(home, (number, uid), keeper_id=keeper, resident_id=resident)
        for number, uid, home, keeper, resident, due_at in await rows.values_list(
            "id", "uid", "home_id", "institution_id", "resident_id", "next_deadline"
        )
    ]


INDICATORS = (Indicator(ROUNDS, rounds),)
