"""What agreements promise by the year, and how much of it both sides have confirmed so far (履约率)."""

from collections import Counter
from datetime import date

from tortoise.functions import Count

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.alliance.rules import content_of
from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, State, Subject, left_out
from server.kit.clock import start_of_day
from server.people.models import Resident
from server.visits.models import VisitItem
from server.visits.queries.due import by_the_year
from server.visits.rules import Outcome, VisitStatus

KEPT = Definition(
    code="promises_kept",
    version=1,
    name="履约率",
    subject=Subject.AGREEMENT,
    cadence=Cadence.YEAR,
    numerator="今年双方确认、见到了人的服务次数，超过约定的不多计",
    denominator="协议按年约定的次数乘在院人数，按今年已过的整月折算",
    exclusions="没有按年约定次数的；还不满一个月的",
    clause="①⑤ 按协议服务；比率和目标为自拟（facts/domain.md §8 履约率）",
    confidence="low",
    target=target("promises_kept", 90, "自拟", "assumed"),
    reasons={
        "behind": Reason("服务次数还没有达到约定", "医疗机构按到期名单补排巡诊"),
        "nothing_due": Reason("没有按年约定的次数，或还不满一个月"),
    },
)


async def kept(scope: Scope) -> list[Fact]:
    homes = list(scope.homes)
    living = Resident.filter(home_id__in=homes, merged_into_id=None, died_at=None)
    people = Counter(
        dict(await living.annotate(n=Count("id")).group_by("home_id").values_list("home_id", "n"))
    )
    items = VisitItem.filter(
        visit__home_id__in=homes,
        visit__status=VisitStatus.CONFIRMED,
        visit__starts_at__gte=start_of_day(scope.period.first),
        visit__starts_at__lt=start_of_day(scope.period.after),
        outcome=Outcome.SEEN,
    )
    grouped = items.annotate(n=Count("id")).group_by("visit__home_id", "visit__provider_id", "service")
    seen = {
        (home, provider, service): int(times)
        for home, provider, service, times in await grouped.values_list(
            "visit__home_id", "visit__provider_id", "service", "n"
        )
    }
    rows = ServiceAgreement.filter(in_force(start_of_day(scope.today)), home_id__in=homes).order_by("id")
    return [
        _fact(
            row,
            seen,
            people[row.home_id],
            months=_months(max(row.first_day, scope.period.first), scope.over_before),
        )
        for row in await rows
    ]


def _fact(row: ServiceAgreement, seen: dict[tuple[int, int, str], int], people: int, *, months: int) -> Fact:
    owed = done = 0
    for item in by_the_year(content_of(row.content)):
        wanted = (item.times_a_year or 0) * people * months // 12
        owed += wanted
        done += min(wanted, seen.get((row.home_id, row.provider_id, item.code), 0))
    if not owed:
        return left_out(row.home_id, (row.id, row.uid), "nothing_due", keeper_id=row.provider_id)
    state, reason = (State.MET, "") if done == owed else (State.UNMET, "behind")
    return Fact(
        row.home_id, row.id, row.uid, state, reason, counted=owed, met=done, keeper_id=row.provider_id
    )


def _months(since: date, until: date) -> int:
    """Return how many whole months have passed."""
    passed = (until.year - since.year) * 12 + until.month - since.month
    return max(0, passed - (until.day < since.day))


INDICATORS = (Indicator(KEPT, kept),)
