"""Who may have a home bed: the admission criteria as a check-list with a version (facts/domain.md §7.5). A row keeps both.

Every premise must hold, and at least one condition. They are one place's words (confidence: medium), the staff's two years are
Shanghai's of 2020 (high, one place); another place puts its own version beside this one, and old results keep theirs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Criterion:
    code: str
    words: str
    from_age: bool = False  # only for those who have reached home_beds.immobile_age


@dataclass(frozen=True)
class CheckList:
    version: str
    source: str
    premises: tuple[Criterion, ...]  # all of them
    conditions: tuple[Criterion, ...]  # at least one

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(each.code for each in (*self.premises, *self.conditions))

    def words_of(self, ticked: Collection[str]) -> tuple[str, ...]:
        return tuple(each.words for each in (*self.premises, *self.conditions) if each.code in ticked)


@dataclass(frozen=True)
class Judged:
    met: bool
    missing: tuple[str, ...]  # in words, for who ticked them


CHECKLISTS: tuple[CheckList, ...] = (
    CheckList(
        version="2026.1",
        source="各地收治条件的共同部分（地方规定，请按本地文件核定）；人员资质按上海 2020 年办法",
        premises=(
            Criterion("diagnosed", "诊断明确"),
            Criterion("stable", "病情稳定，适合在住处治疗"),
            Criterion("room", "房间的光线、清洁和安静适合治疗护理"),
            Criterion("willing", "本人或监护人知情并愿意"),
            Criterion("staff", "上门的医护有执业资质、2 年以上临床经历，能独立工作"),
        ),
        conditions=(
            Criterion("tumor", "晚期恶性肿瘤，行动不便"),
            Criterion("stroke", "脑血管病致瘫"),
            Criterion("weak", "肌力 3 级及以下"),
            Criterion("fracture", "骨折不能行动，或需卧床牵引"),
            Criterion("bedridden", "长期卧床"),
            Criterion("chronic", "慢性病需要连续治疗，行动不便（到年龄的）", from_age=True),
        ),
    ),
)
CURRENT = CHECKLISTS[-1]
_BY_VERSION: Mapping[str, CheckList] = {each.version: each for each in CHECKLISTS}


def checklist_of(version: str) -> CheckList | None:
    return _BY_VERSION.get(version)


def judge(checklist: CheckList, ticked: Collection[str], *, age: int, immobile_age: int) -> Judged:
    """Tell whether somebody may be taken in; a condition that asks for an age does not count below it."""
    missing = [each.words for each in checklist.premises if each.code not in ticked]
    holding = [
        each
        for each in checklist.conditions
        if each.code in ticked and (not each.from_age or age >= immobile_age)
    ]
    if not holding:
        young = any(each.from_age and each.code in ticked for each in checklist.conditions)
        missing.append(f"还不到 {immobile_age} 岁，不能只凭慢性病" if young else "收治情形至少要有一条")
    return Judged(not missing, tuple(missing))
