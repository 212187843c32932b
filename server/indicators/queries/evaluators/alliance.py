"""Homes: whether they are signed with primary care, and their beds."""

from collections import Counter, defaultdict

from tortoise.functions import Count

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import ON_THE_WAY, AgreementStatus, InstitutionKind
from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Reason,
    Scope,
    State,
    Subject,
    Wanted,
    left_out,
    met,
    unmet,
)
from server.kit.clock import start_of_day
from server.people.models import Resident

AGREEMENTS = Definition(
    code="agreements",
    version=1,
    name="机构签约率",
    subject=Subject.HOME,
    cadence=Cadence.MONTH,
    numerator="有正在生效的协议，其中至少一家是基层医疗机构（I19）",
    denominator="备案养老机构",
    exclusions="没有备案的养老机构",
    clause="①③ 签约全覆盖；⑤ 未设内设医疗机构的 100%",
    confidence="high",
    target=target("agreements", 100, "①③ 全覆盖；⑤ 100%", "high"),
    reasons={
        "none": Reason("没有任何协议", "与一家基层医疗机构起草协议"),
        "no_primary": Reason("只与医院签了约，没有基层医疗机构", "再与社区卫生服务中心或卫生院签约"),
        "on_the_way": Reason("协议还在签署或备案", "催办签署和备案"),
        "expired": Reason("协议已到期", "办理续签"),
    },
)
NURSING_BEDS = Definition(
    code="nursing_beds",
    version=1,
    name="护理型床位占比",
    subject=Subject.BED,
    cadence=Cadence.MONTH,
    numerator="登记的护理型床位",
    denominator="登记的床位总数",
    exclusions="没有登记床位数的机构",
    clause="② 40→60%；③ 40% 为基数；2025 年全国 ≥55%",
    confidence="medium",
    target=target("nursing_beds", 40, "③ 40% 基数；② 目标 60%"),
    reasons={
        "few": Reason("护理型床位不到目标", "改造普通床位，或登记已改造的护理型床位"),
        "no_beds": Reason("没有登记床位数", "在机构资料里补登床位数"),
    },
    numbers=("indicators.target.nursing_beds",),
)
BED_USE = Definition(
    code="bed_use",
    version=1,
    name="床位利用率",
    subject=Subject.BED,
    cadence=Cadence.MONTH,
    numerator="住着人的床位（住院的保留床位，也算）",
    denominator="登记的床位总数",
    exclusions="没有登记床位数的机构",
    clause="③ 床位利用率；没有规定目标",
    confidence="medium",
    wanted=Wanted.HIGH,
    reasons={
        "free": Reason("有空床", "核对床位登记，安排候住的长者"),
        "no_beds": Reason("没有登记床位数", "在机构资料里补登床位数"),
    },
)


async def _homes(scope: Scope) -> list[Institution]:
    return await Institution.filter(id__in=list(scope.homes)).order_by("id")


async def signed(scope: Scope) -> list[Fact]:
    kinds: dict[int, list[InstitutionKind]] = defaultdict(list)
    rows = ServiceAgreement.filter(in_force(start_of_day(scope.today)), home_id__in=list(scope.homes))
    for home, kind in await rows.values_list("home_id", "provider__kind"):
        kinds[home].append(InstitutionKind(kind))
    waiting = ServiceAgreement.filter(
        home_id__in=list(scope.homes),
        provider__kind__in=[kind for kind in InstitutionKind if kind.is_primary_care],
        status__in=list(ON_THE_WAY),
    )
    pending: dict[int, set[AgreementStatus]] = defaultdict(set)
    for home, status in await waiting.values_list("home_id", "status"):
        pending[home].add(AgreementStatus(status))
    return [_signed(home, kinds[home.id], pending[home.id]) for home in await _homes(scope)]


def _signed(home: Institution, kinds: list[InstitutionKind], pending: set[AgreementStatus]) -> Fact:
    subject = (home.id, home.uid)
    if any(kind.is_primary_care for kind in kinds):
        return met(home.id, subject)
    if pending - {AgreementStatus.EXPIRED}:
        return unmet(home.id, subject, "on_the_way")
    if pending:
        return unmet(home.id, subject, "expired")
    return unmet(home.id, subject, "no_primary" if kinds else "none")


async def nursing_beds(scope: Scope) -> list[Fact]:
    wanted = scope.numbers["indicators.target.nursing_beds"]
    return [
        _beds(
            home,
            min(home.nursing_beds, home.beds),
            "few" if 100 * home.nursing_beds < wanted * home.beds else "",
        )
        for home in await _homes(scope)
    ]


async def bed_use(scope: Scope) -> list[Fact]:
    living = Resident.filter(home_id__in=list(scope.homes), merged_into_id=None, died_at=None)
    taken = Counter(
        dict(await living.annotate(n=Count("id")).group_by("home_id").values_list("home_id", "n"))
    )
    return [
        _beds(home, min(taken[home.id], home.beds), "free" if taken[home.id] < home.beds else "")
        for home in await _homes(scope)
    ]


def _beds(home: Institution, number: int, reason: str) -> Fact:
    """Weigh a home by its beds: one row, so many in the denominator."""
    if not home.beds:
        return left_out(home.id, (home.id, home.uid), "no_beds")
    state = State.UNMET if reason else State.MET
    return Fact(home.id, home.id, home.uid, state, reason, counted=home.beds, met=number)


INDICATORS = (
    Indicator(AGREEMENTS, signed),
    Indicator(NURSING_BEDS, nursing_beds),
    Indicator(BED_USE, bed_use),
)
