"""Public-health services for the old in homes: managed in a year, and by traditional medicine, with either denominator.

The field divides traditional medicine by all of age, some systems by those who are managed: both stand here.
"""

from dataclasses import dataclass

from server.assessments.models import Assessment
from server.assessments.rules import COUNTS, constitution
from server.checkups.models import CheckupReport
from server.checkups.queries.standing import missing_of
from server.consent.rules import RecordCategory
from server.indicators.queries.evaluators.health import shared_with_homes
from server.indicators.queries.evaluators.indicator import Indicator, in_parts, residents_of, target
from server.indicators.rules import Cadence, Definition, Fact, Reason, Scope, Subject, left_out, met, unmet
from server.kit.clock import born_by
from server.people.models import Resident
from server.records.queries.dossiers import dossiers_kept_by

AGE = "indicators.managed_age"
YOUNG = Reason("不到年龄")
NO_TCM = Reason("今年没有可用的中医体质辨识", "安排体质辨识；在别处做过的，征得同意后使用")
REASONS = {
    "no_dossier": Reason("本机构还没有为其写过档案", "录入基本情况和第一次测量"),
    "no_checkup": Reason("今年还没有体检报告", "排进体检日程"),
    "partly": Reason("体检表没有填完整", "补查、补录还差的项目"),
    "no_advice": Reason("体检报告没有写健康指导", "请体检医生写健康指导"),
}


def _definition(
    code: str, name: str, *, words: tuple[str, str], percent: int, reasons: dict[str, Reason]
) -> Definition:
    return Definition(
        code=code,
        version=1,
        name=name,
        subject=Subject.RESIDENT,
        cadence=Cadence.YEAR,
        numerator=words[0],
        denominator=words[1],
        exclusions="不到年龄的；去世、迁出按期末状态剔除",
        clause="国家基本公共卫生服务规范（第三版）；facts/domain.md §8",
        confidence="medium",
        target=target(code, percent, "facts/domain.md §8 某省 2023"),
        numbers=(AGE,),
        reasons={"young": YOUNG, **reasons},
    )


MANAGED = _definition(
    "elder_managed",
    "老年人健康管理率",
    words=("今年建档、体检、健康指导都有，体检表填写完整的", "在院 65 岁及以上的长者（年龄为参数）"),
    percent=62,
    reasons=REASONS,
)
TCM = _definition(
    "tcm_all",
    "老年人中医药健康管理率",
    words=(
        "今年做过中医体质辨识的：所住机构做的，或长者同意其使用的",
        "在院 65 岁及以上的长者（年龄为参数）",
    ),
    percent=70,
    reasons={"none": NO_TCM},
)
TCM_OF_MANAGED = _definition(
    "tcm_managed",
    "中医药健康管理率（按已管理的）",
    words=("今年做过中医体质辨识的：所住机构做的，或长者同意其使用的", "今年接受健康管理的 65 岁及以上长者"),
    percent=70,
    reasons={"none": NO_TCM, "unmanaged": Reason("今年还没有接受健康管理")},
)


@dataclass(frozen=True)
class _Elder:
    row: Resident
    home: int
    old: bool
    lacks: str  # what keeps them from being managed; empty where nothing does

    @property
    def subject(self) -> tuple[int, str]:
        return (self.row.id, self.row.uid)

    def young(self) -> Fact:
        return left_out(self.home, self.subject, "young", resident_id=self.row.id)

    def counted(self, reason: str) -> Fact:
        if reason:
            return unmet(self.home, self.subject, reason, resident_id=self.row.id)
        return met(self.home, self.subject, resident_id=self.row.id)


async def _elders(scope: Scope) -> list[_Elder]:
    old = born_by(scope.today, scope.numbers[AGE])
    kept = await dossiers_kept_by(institution_ids=scope.homes)
    found: list[_Elder] = []
    for some in in_parts(await residents_of(scope)):
        keys = [f"{row.id}/{scope.period.first.year}" for row in some]
        reports = {row.resident_id: row for row in await CheckupReport.filter(year_key__in=keys)}
        found += [
            _Elder(
                row,
                row.home_id,
                row.birth_date <= old,
                _lacks(row, reports.get(row.id), kept=(row.home_id, row.id) in kept),
            )
            for row in some
            if row.home_id is not None
        ]
    return found


def _lacks(row: Resident, report: CheckupReport | None, *, kept: bool) -> str:
    if not kept:
        return "no_dossier"
    if report is None:
        return "no_checkup"
    if missing_of(report, row.birth_date):
        return "partly"
    return "" if report.advice else "no_advice"


async def managed(scope: Scope) -> list[Fact]:
    return [each.counted(each.lacks) if each.old else each.young() for each in await _elders(scope)]


async def tcm(scope: Scope) -> list[Fact]:
    elders = await _elders(scope)
    done = await _identified(scope, elders)
    return [
        each.counted("" if each.row.id in done else "none") if each.old else each.young() for each in elders
    ]


async def tcm_of_managed(scope: Scope) -> list[Fact]:
    elders = await _elders(scope)
    done = await _identified(scope, elders)
    return [
        each.young()
        if not each.old
        else left_out(each.home, each.subject, "unmanaged", resident_id=each.row.id)
        if each.lacks
        else each.counted("" if each.row.id in done else "none")
        for each in elders
    ]


async def _identified(scope: Scope, elders: list[_Elder]) -> set[int]:
    """Return whose constitution the home may know to have been identified this year."""
    homes = {each.row.id: each.home for each in elders if each.old}
    shared = await shared_with_homes(scope, RecordCategory.TCM)
    found: set[int] = set()
    for some in in_parts(sorted(homes)):
        rows = Assessment.filter(
            resident_id__in=some,
            questionnaire=constitution.CODE,
            status__in=sorted(COUNTS),
            assessed_on__gte=scope.period.first,
            assessed_on__lt=scope.period.after,
        )
        found |= {
            who
            for who, by in await rows.values_list("resident_id", "institution_id")
            if by == homes[who] or (who, homes[who]) in shared
        }
    return found


INDICATORS = (Indicator(MANAGED, managed), Indicator(TCM, tcm), Indicator(TCM_OF_MANAGED, tcm_of_managed))
