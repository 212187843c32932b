"""Residents: dossier and its use, check-up of the year, ability at eighty. Each counts only what the home itself may know."""

from datetime import date, timedelta

from server.assessments.models import Assessment
from server.assessments.rules import COUNTS, LIVE, gbt42195
from server.checkups.queries.standing import ages_of, standings
from server.checkups.rules import AGE, COUNTED, NEXT_STEP, POLICY, STANDING_WORDS, Standing
from server.consent.models import ConsentProvision
from server.consent.rules import ConsentStatus, Purpose, RecordCategory, Verdict
from server.indicators.queries.evaluators.indicator import Indicator, in_parts, residents_of, target
from server.indicators.rules import (
    Cadence,
    Definition,
    Fact,
    Reason,
    Scope,
    State,
    Subject,
    left_out,
    met,
    unmet,
)
from server.kit.clock import born_by, start_of_day
from server.people.models import Resident
from server.records.queries.dossiers import dossiers_kept_by

ABILITY_AGE = "records.ability_age"
DOSSIER_AGE = "indicators.dossier_age"
DOSSIERS = Definition(
    code="dossiers",
    version=1,
    name="健康档案建档率",
    subject=Subject.RESIDENT,
    cadence=Cadence.MONTH,
    numerator="所住机构已为其写入健康档案（自拟口径：不因别处的档案泄露其存在）",
    denominator="在院的 60 岁及以上长者（年龄为参数）",
    exclusions="不到年龄的；去世、迁出按期末状态剔除",
    clause="②③ 95%→100%",
    confidence="medium",
    target=target("dossiers", 95, "③ 95%；② 100%"),
    numbers=(DOSSIER_AGE,),
    reasons={
        "none": Reason("本机构还没有为其写过档案", "录入基本情况和第一次测量"),
        "young": Reason("不到年龄"),
    },
)
DOSSIERS_USED = Definition(
    code="dossiers_used",
    version=1,
    name="健康档案使用率",
    subject=Subject.RESIDENT,
    cadence=Cadence.MONTH,
    numerator="所住机构一年内有动态记录的（随访、体检、测量等）",
    denominator="所住机构已建健康档案的在院长者，年龄同建档率",
    exclusions="还没有建档的；不到年龄的",
    clause="②③；facts/domain.md §8 动态使用率，目标为自拟",
    confidence="low",
    target=target("dossiers_used", 90, "自拟", "assumed"),
    numbers=(DOSSIER_AGE,),
    reasons={
        "unused": Reason("一年没有动态记录", "安排一次测量或随访，写进档案"),
        "none": Reason("本机构还没有为其写过档案"),
        "young": Reason("不到年龄"),
    },
)
CHECKUPS = Definition(
    code="checkups",
    version=1,
    name="年度体检覆盖率",
    subject=Subject.RESIDENT,
    cadence=Cadence.YEAR,
    numerator="今年的体检报告已录入",
    denominator="在院 60 岁及以上（特困供养不限年龄）、住满规定天数的长者；本人不愿意的、住院的仍在分母",
    exclusions="职工医保今年已在别处体检；刚入住；不到年龄；去世、迁出",
    clause="① 每年一次",
    confidence="high",
    target=target("checkups", 100, "① 每年一次"),
    numbers=(*POLICY, AGE),
    reasons={each: Reason(STANDING_WORDS[each], NEXT_STEP.get(each, "")) for each in Standing},
)
ABILITY = Definition(
    code="ability",
    version=1,
    name="80 岁及以上能力评估率",
    subject=Subject.RESIDENT,
    cadence=Cadence.MONTH,
    numerator="有在有效期内的能力评估结果：所住机构做的，或长者同意其使用的",
    denominator="在院 80 岁及以上的长者（年龄为参数）",
    exclusions="不到年龄的；去世、迁出按期末状态剔除",
    clause="①③ 80 岁以上老年人能力评估",
    confidence="high",
    target=target("ability", 100, "①③ 全覆盖"),
    numbers=(ABILITY_AGE,),
    reasons={
        "never": Reason("本机构没有可用的评估结果", "安排两位评估员评估；在别处评过的，征得同意后使用"),
        "lapsed": Reason("评估结果过了有效期", "安排复评"),
        "under_way": Reason("正在评估", "填完并请第二位评估员签名"),
        "young": Reason("不到年龄"),
    },
)


async def dossiers(scope: Scope) -> list[Fact]:
    old = born_by(scope.today, scope.numbers[DOSSIER_AGE])
    kept = await dossiers_kept_by(institution_ids=scope.homes)
    return [
        _dossier(row, row.home_id, old=row.birth_date <= old, there=(row.home_id, row.id) in kept)
        for row in await residents_of(scope)
        if row.home_id is not None
    ]


async def dossiers_used(scope: Scope) -> list[Fact]:
    year = start_of_day(scope.today - timedelta(days=365))
    used = await dossiers_kept_by(institution_ids=scope.homes, since=year)
    found = []
    for each in await dossiers(scope):
        subject = (each.subject_id, each.subject_uid)
        if each.state is not State.MET:
            found.append(left_out(each.home_id, subject, each.reason, resident_id=each.resident_id))
        elif (each.home_id, each.subject_id) in used:
            found.append(met(each.home_id, subject, resident_id=each.resident_id))
        else:
            found.append(unmet(each.home_id, subject, "unused", resident_id=each.resident_id))
    return found


def _dossier(row: Resident, home: int, *, old: bool, there: bool) -> Fact:
    subject = (row.id, row.uid)
    if not old:
        return left_out(home, subject, "young", resident_id=row.id)
    return (
        met(home, subject, resident_id=row.id) if there else unmet(home, subject, "none", resident_id=row.id)
    )


async def checkups(scope: Scope) -> list[Fact]:
    found: list[Fact] = []
    now = start_of_day(scope.today)
    for some in in_parts(await residents_of(scope)):
        stands = await standings(some, year=scope.period.first.year, now=now, ages=ages_of(scope.numbers))
        found += [
            _checkup(row, row.home_id, stands[row.id].standing) for row in some if row.home_id is not None
        ]
    return found


def _checkup(row: Resident, home: int, standing: Standing) -> Fact:
    subject = (row.id, row.uid)
    if standing not in COUNTED:
        return left_out(home, subject, standing, resident_id=row.id)
    if standing is Standing.EXAMINED:
        return met(home, subject, resident_id=row.id)
    return unmet(home, subject, standing, resident_id=row.id)


async def ability(scope: Scope) -> list[Fact]:
    old = born_by(scope.today, scope.numbers[ABILITY_AGE])
    people = [row for row in await residents_of(scope) if row.home_id is not None]
    shared = await shared_with_homes(scope, RecordCategory.ABILITY)
    until: dict[int, date] = {}
    begun: set[int] = set()
    homes = {row.id: row.home_id for row in people if row.birth_date <= old}
    sheets = Assessment.filter(questionnaire=gbt42195.CODE, status__in=sorted(COUNTS | LIVE))
    for some in in_parts(sorted(homes)):
        rows = sheets.filter(resident_id__in=some)
        for who, by, status, last in await rows.values_list(
            "resident_id", "institution_id", "status", "valid_until"
        ):
            home = homes[who]
            if status in LIVE:
                begun |= {who} if by == home else set()
            elif last is not None and (by == home or (who, home) in shared):
                until[who] = max(last, until.get(who, last))
    return [
        _assessed(row, row.home_id or 0, until.get(row.id), begun, old=old, today=scope.today)
        for row in people
    ]


async def shared_with_homes(scope: Scope, category: RecordCategory) -> frozenset[tuple[int, int]]:
    """Return (resident, home) where a consent lets the home know of results that others found."""
    at = start_of_day(scope.today)
    rows = ConsentProvision.filter(
        verdict=Verdict.PERMIT,
        category=category,
        consent__recipient_id__in=list(scope.homes),
        consent__purpose=Purpose.CARE,
        consent__status=ConsentStatus.GRANTED,
        consent__until__gt=at,
    )
    return frozenset(
        [(who, home) for who, home in await rows.values_list("consent__resident_id", "consent__recipient_id")]
    )


def _assessed(
    row: Resident, home: int, until: date | None, begun: set[int], *, old: date, today: date
) -> Fact:
    subject = (row.id, row.uid)
    if row.birth_date > old:
        return left_out(home, subject, "young", resident_id=row.id)
    if until is not None and until >= today:
        return met(home, subject, resident_id=row.id)
    reason = "under_way" if row.id in begun else "lapsed" if until is not None else "never"
    return unmet(home, subject, reason, resident_id=row.id)


INDICATORS = (
    Indicator(DOSSIERS, dossiers),
    Indicator(DOSSIERS_USED, dossiers_used),
    Indicator(CHECKUPS, checkups),
    Indicator(ABILITY, ability),
)
