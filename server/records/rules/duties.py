"""What is due for whom, and who owes it. Ages and intervals are parameters."""

from dataclasses import dataclass

from server.consent.rules import RecordCategory
from server.records.rules.kinds import EntryKind


@dataclass(frozen=True)
class Duty:
    """Something that must come round again; done when a fresh entry of this category and kind is there."""

    code: str
    words: str
    owed_by: str
    category: RecordCategory
    kind: EntryKind
    days: str  # the parameter with the longest interval
    from_age: str | None = None  # the parameter with the age from which it is due
    condition: str | None = None  # only with this diagnosis: the beginning of an ICD-10 code
    subject: str | None = None  # the entry must be about this
    other_codes: frozenset[str] = frozenset()  # entries of the same category and kind that are something else


DUTIES: tuple[Duty, ...] = (
    Duty(
        "checkup", "一年一次的健康体检", "签约的医疗机构", RecordCategory.EXAM, EntryKind.DIAGNOSTIC_REPORT,
        days="records.checkup_days", from_age="records.checkup_age",
    ),
    Duty(
        "hypertension_follow_up", "高血压随访（三个月一次）", "签约的社区卫生服务中心", RecordCategory.CHRONIC,
        EntryKind.FOLLOW_UP, days="records.follow_up_days", condition="I10", subject="高血压",
    ),
    Duty(
        "diabetes_follow_up", "糖尿病随访（三个月一次）", "签约的社区卫生服务中心", RecordCategory.CHRONIC,
        EntryKind.FOLLOW_UP, days="records.follow_up_days", condition="E11", subject="糖尿病",
    ),
    Duty(
        "ability", "一年一次的能力评估", "养老机构请评估机构上门", RecordCategory.ABILITY, EntryKind.ASSESSMENT,
        days="records.ability_days", from_age="records.ability_age", other_codes=frozenset({"ltc"}),
    ),
)  # fmt: skip
