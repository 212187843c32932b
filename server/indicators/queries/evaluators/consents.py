"""Requests for consent: asked, granted, refused. A no is an answer as good as a yes and costs nobody anything (I11)."""

from server.consent.models import Consent
from server.consent.rules import ConsentStatus
from server.indicators.queries.evaluators.indicator import Indicator, bounds, homes_of
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

REASONS = {
    "denied": Reason("本人不同意", "尊重本人意愿，不影响任何服务；情况变了再征求"),
    "lapsed": Reason("过了期限没有答复", "当面说明后重新征求"),
    "waiting": Reason("还在答复期内", "提醒本人或代办人答复"),
}
GRANTED = Definition(
    code="consents",
    version=1,
    name="共享同意率",
    subject=Subject.CONSENT,
    cadence=Cadence.MONTH,
    numerator="得到同意的（后来撤回的仍算当时同意）",
    denominator="本月发起的征求",
    exclusions="还在答复期内的；长者不住在养老机构的",
    clause="②③ 档案共享；同意覆盖率（自拟）",
    confidence="low",
    wanted=Wanted.HIGH,
    reasons=REASONS,
    happens=True,
    home_knows=False,
)
DENIED = Definition(
    code="refusals",
    version=1,
    name="拒绝率",
    subject=Subject.CONSENT,
    cadence=Cadence.MONTH,
    numerator="本人表示不同意的",
    denominator="本月发起、已经答复或过期的征求",
    exclusions="还在答复期内的",
    clause="②③；只说明情况，不作考核（I11：拒绝不影响任何服务）",
    confidence="low",
    wanted=Wanted.TOLD,
    reasons=REASONS,
    happens=True,
    home_knows=False,
)


async def _asked(scope: Scope) -> list[tuple[int, str, int, int, int, ConsentStatus]]:
    """Return requests of the period: id, uid, home, recipient, resident, status."""
    start, end = bounds(scope)
    rows = await Consent.filter(created_at__gte=start, created_at__lt=end).values_list(
        "id", "uid", "home_id", "recipient_id", "resident_id", "status"
    )
    lives = await homes_of(resident for *_, resident, _ in rows)
    homes = frozenset(scope.homes)
    placed = ((each, each[2] or lives.get(each[4])) for each in rows)
    return [
        (each[0], each[1], home, each[3], each[4], ConsentStatus(each[5]))
        for each, home in placed
        if home is not None and home in homes
    ]


async def granted(scope: Scope) -> list[Fact]:
    found = []
    for number, uid, home, keeper, resident, status in await _asked(scope):
        subject = (number, uid)
        if status is ConsentStatus.REQUESTED:
            found.append(left_out(home, subject, "waiting", keeper_id=keeper, resident_id=resident))
        elif status in {ConsentStatus.DENIED, ConsentStatus.LAPSED}:
            found.append(unmet(home, subject, status, keeper_id=keeper, resident_id=resident))
        else:
            found.append(met(home, subject, keeper_id=keeper, resident_id=resident))
    return found


async def denied(scope: Scope) -> list[Fact]:
    found = []
    for number, uid, home, keeper, resident, status in await _asked(scope):
        subject = (number, uid)
        if status is ConsentStatus.REQUESTED:
            found.append(left_out(home, subject, "waiting", keeper_id=keeper, resident_id=resident))
        elif status is ConsentStatus.DENIED:
            found.append(met(home, subject, "denied", keeper_id=keeper, resident_id=resident))
        else:
            found.append(unmet(home, subject, "", keeper_id=keeper, resident_id=resident))
    return found


INDICATORS = (Indicator(GRANTED, granted), Indicator(DENIED, denied))
