"""Who works with residents: trained before the first day, and certified. Somebody in two homes is counted in each."""

from collections import defaultdict

from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.indicators.queries.evaluators.indicator import Indicator, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, met, unmet
from server.kit.clock import start_of_day
from server.training.queries.standing import valid_courses
from server.training.rules import COUNTED_ROLES, CourseKind, required_of


def _definition(code: str, name: str, *, what: str, percent: int, lacking: Reason) -> Definition:
    return Definition(
        code=code,
        version=1,
        name=name,
        subject=Subject.STAFF,
        cadence=Cadence.MONTH,
        numerator=f"{what}都在有效期内的",
        denominator="养老机构在岗的医护人员，一人有两种岗位的两种都要",
        exclusions="没有",
        clause="② 岗前培训 90%→100%，持证 85%→95%；③ 持证 95%",
        confidence="medium",
        target=target(code, percent, "② 先期目标；③ 持证 95% 为完成目标"),
        reasons={"lacks": lacking},
    )


def _indicator(definition: Definition, kind: CourseKind) -> Indicator:
    async def evaluate(scope: Scope) -> list[Fact]:
        at_work = RoleGrant.filter(
            in_force(start_of_day(scope.today)), institution_id__in=list(scope.homes), role__in=COUNTED_ROLES
        )
        grants: dict[tuple[int, int], list[RoleGrant]] = defaultdict(list)
        for row in await at_work.order_by("id"):
            grants[row.institution_id or 0, row.account_id].append(row)
        held = await valid_courses({account for _, account in grants}, day=scope.today)
        found = []
        for (home, account), roles in grants.items():
            wanted = {course.code for row in roles for course in required_of(row.role, kind=kind)}
            subject = (roles[0].id, roles[0].uid)  # the first post stands for the person in this home
            has_all = wanted <= held.get(account, set())
            found.append(met(home, subject) if has_all else unmet(home, subject, "lacks"))
        return found

    return Indicator(definition, evaluate)


INDICATORS = (
    _indicator(
        _definition(
            "pre_service",
            "岗前培训率",
            what="本岗位的岗前培训",
            percent=90,
            lacking=Reason("缺岗前培训，或已过期", "报名最近一场岗前培训，签到后发证"),
        ),
        CourseKind.PRE_SERVICE,
    ),
    _indicator(
        _definition(
            "certified",
            "持证率",
            what="本岗位的证书",
            percent=85,
            lacking=Reason("缺本岗位的证书，或已过期", "参加课程取得证书，或把已有的证书登记进来"),
        ),
        CourseKind.CERTIFICATE,
    ),
)
