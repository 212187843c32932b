"""Family doctors: who of age in a home has one, and who of a priority group."""

from datetime import date

from server.enrolments.models import Enrolment, PriorityGroup
from server.enrolments.rules import EnrolmentStatus
from server.indicators.queries.evaluators.indicator import Indicator, in_parts, residents_of, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, left_out, met, unmet
from server.kit.clock import born_by

AGE = "enrolments.from_age"
REASONS = {
    "none": Reason("没有签约家庭医生", "请签约的基层医疗机构安排团队，征得本人同意后签约"),
    EnrolmentStatus.APPLIED: Reason("已申请，还差一方同意", "提醒还没有答复的一方"),
    EnrolmentStatus.SIGNED: Reason("已签约，还没有生效", "到生效日自动计入"),
    EnrolmentStatus.ENDED: Reason("签约已结束", "问清原因，愿意的续签"),
    "young": Reason("不到年龄"),
}
# What stands nearest to a contract in force says why there is none yet.
NEAREST = (EnrolmentStatus.ACTIVE, EnrolmentStatus.SIGNED, EnrolmentStatus.APPLIED, EnrolmentStatus.ENDED)
ENROLLED = Definition(
    code="enrolled",
    version=1,
    name="家庭医生签约率",
    subject=Subject.RESIDENT,
    cadence=Cadence.MONTH,
    numerator="在有效签约期内的",
    denominator="在院 65 岁及以上的长者（年龄为参数）",
    exclusions="不到年龄的；去世、迁出按期末状态剔除",
    clause="③ 家庭医生签约率 60%",
    confidence="high",
    target=target("enrolled", 60, "③ 65 岁及以上家庭医生签约率不低于 60%", "high"),
    numbers=(AGE,),
    reasons=REASONS,
)
PRIORITY = Definition(
    code="enrolled_priority",
    version=1,
    name="重点人群家庭医生签约率",
    subject=Subject.RESIDENT,
    cadence=Cadence.MONTH,
    numerator="在有效签约期内的",
    denominator="在院、列入重点人群名册的长者，同一人只计一次",
    exclusions="没有列入名册的",
    clause="国卫基层发〔2022〕10 号；特殊困难老年人签约覆盖",
    confidence="medium",
    target=target("enrolled_priority", 80, "facts/domain.md §8：到 2027 年底不低于 80%"),
    reasons=REASONS,
    home_knows=False,
)


async def enrolled(scope: Scope) -> list[Fact]:
    old = born_by(scope.today, scope.numbers[AGE])
    people = await residents_of(scope)
    stands = await _standing([row.id for row in people], scope.today)
    return [
        left_out(row.home_id, (row.id, row.uid), "young", resident_id=row.id)
        if row.birth_date > old
        else _fact(row.home_id, (row.id, row.uid), stands.get(row.id), None)
        for row in people
        if row.home_id is not None
    ]


async def priority(scope: Scope) -> list[Fact]:
    people = {row.id: row for row in await residents_of(scope)}
    stated: dict[int, int] = {}
    for some in in_parts(sorted(people)):
        rows = PriorityGroup.filter(resident_id__in=some, ended_on__isnull=True).order_by("-id")
        stated |= dict(await rows.values_list("resident_id", "institution_id"))
    stands = await _standing(sorted(stated), scope.today)
    return [
        _fact(row.home_id, (row.id, row.uid), stands.get(row.id), keeper)
        for who, keeper in sorted(stated.items())
        for row in (people[who],)
        if row.home_id is not None
    ]


async def _standing(resident_ids: list[int], today: date) -> dict[int, EnrolmentStatus]:
    """Return of each the contract that stands nearest to one in force."""
    found: dict[int, EnrolmentStatus] = {}
    for some in in_parts(resident_ids):
        rows = Enrolment.filter(resident_id__in=some, status__in=list(NEAREST))
        for who, word, last_on in await rows.values_list("resident_id", "status", "last_on"):
            status = EnrolmentStatus(word)
            if status is EnrolmentStatus.ACTIVE and last_on is not None and last_on < today:
                status = EnrolmentStatus.ENDED
            found[who] = min(status, found.get(who, status), key=NEAREST.index)
    return found


def _fact(home: int, subject: tuple[int, str], status: EnrolmentStatus | None, keeper: int | None) -> Fact:
    if status is EnrolmentStatus.ACTIVE:
        return met(home, subject, keeper_id=keeper, resident_id=subject[0])
    return unmet(home, subject, status or "none", keeper_id=keeper, resident_id=subject[0])


INDICATORS = (Indicator(ENROLLED, enrolled), Indicator(PRIORITY, priority))
