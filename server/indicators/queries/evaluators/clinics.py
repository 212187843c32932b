"""Clinics inside homes: who should have one, and has one that is licensed or filed."""

from collections import Counter

from tortoise.functions import Count

from server.alliance.models import Institution
from server.clinics.models import InHouseClinic
from server.clinics.rules import LICENSED, ClinicStatus, eligibility
from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, left_out, met, unmet
from server.people.models import Resident

RESIDENTS, BEDS = "clinics.residents_from", "clinics.beds_from"
IN_HOUSE = Definition(
    code="in_house",
    version=1,
    name="内设医疗机构覆盖率",
    subject=Subject.HOME,
    cadence=Cadence.MONTH,
    numerator="有已取得许可或备案的内设医疗机构的",
    denominator="按在院人数或床位数够条件的养老机构（参数），和已经有的",
    exclusions="不够条件、也没有的",
    clause="③ 医务室 3、护理中心 2；覆盖率和目标为自拟",
    confidence="low",
    target=target("in_house", 50, "自拟", "assumed"),
    numbers=(RESIDENTS, BEDS),
    reasons={
        "none": Reason("够条件，还没有开始办", "选一种内设医疗机构，登记意向"),
        ClinicStatus.INTENDED: Reason("有意向，还没有申办", "备齐材料，提交申办"),
        ClinicStatus.APPLIED: Reason("正在申办", "向卫生健康局催办许可或备案"),
        ClinicStatus.LAPSED: Reason("许可到期", "办理延续"),
        "not_eligible": Reason("不够条件"),
    },
)
ON_THE_WAY = (ClinicStatus.APPLIED, ClinicStatus.INTENDED, ClinicStatus.LAPSED)  # the nearest first


async def in_house(scope: Scope) -> list[Fact]:
    living = Resident.filter(home_id__in=list(scope.homes), merged_into_id=None, died_at=None)
    people = Counter(
        dict(await living.annotate(n=Count("id")).group_by("home_id").values_list("home_id", "n"))
    )
    stands: dict[int, set[ClinicStatus]] = {}
    rows = InHouseClinic.filter(home_id__in=list(scope.homes))
    for home, status in await rows.values_list("home_id", "status"):
        stands.setdefault(home, set()).add(ClinicStatus(status))
    found = []
    for row in await Institution.filter(id__in=list(scope.homes)).order_by("id"):
        judged = eligibility(
            residents=people[row.id],
            beds=row.beds,
            residents_from=scope.numbers[RESIDENTS],
            beds_from=scope.numbers[BEDS],
        )
        found.append(_fact(row, stands.get(row.id, set()), eligible=judged.eligible))
    return found


def _fact(row: Institution, stands: set[ClinicStatus], *, eligible: bool) -> Fact:
    subject = (row.id, row.uid)
    if stands & set(LICENSED):
        return met(row.id, subject)
    if not eligible:
        return left_out(row.id, subject, "not_eligible")
    return unmet(row.id, subject, next((each for each in ON_THE_WAY if each in stands), "none"))


INDICATORS = (Indicator(IN_HOUSE, in_house),)
