"""Check-lists and slips as versioned data: code and version stand with each row, so that old ones stay readable.

Sources: 浙江省分级诊疗服务规范（试行）, facts/domain.md §7.7 (fields: high confidence; criteria: medium to high), and the urgent
referral rules of 国家基本公共卫生服务规范（第三版）, facts/domain.md §2.5, §2.6 (high).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from server.referrals.errors import CriterionNeeded, SlipIncomplete
from server.referrals.rules.lifecycle import Direction


@dataclass(frozen=True)
class Criterion:
    code: str
    words: str
    urgent: bool = False  # with this one the referral is urgent, whatever was chosen


@dataclass(frozen=True)
class CheckList:
    code: str
    version: str
    direction: Direction
    citation: str
    items: tuple[Criterion, ...]


@dataclass(frozen=True)
class SlipField:
    name: str
    label: str
    required: bool = False
    longest: int = 500


@dataclass(frozen=True)
class SlipForm:
    code: str
    version: str
    title: str
    citation: str
    fields: tuple[SlipField, ...]


_ZJ = "浙江省分级诊疗服务规范（试行）"
_GW = "国家基本公共卫生服务规范（第三版）：高血压、2 型糖尿病患者的紧急转诊"

CHECK_LISTS: tuple[CheckList, ...] = (
    CheckList(
        "up",
        "2026-1",
        Direction.UP,
        f"{_ZJ}；{_GW}",
        (
            Criterion("critical", "急危重症，本机构难以救治", urgent=True),
            Criterion("unclear", "不能确诊的疑难病例"),
            Criterion("mass_casualty", "重大伤亡事件，处置能力受限", urgent=True),
            Criterion("beyond_scope", "超出核准的诊疗科目"),
            Criterion("examination", "需要上级机构检查才能明确诊断"),
            Criterion("equipment", "因技术、设备条件限制不能处理"),
            Criterion("pressure", "收缩压≥180 和/或舒张压≥110 毫米汞柱", urgent=True),
            Criterion("glucose", "血糖≥16.7 或≤3.9 毫摩尔/升", urgent=True),
            Criterion("consciousness", "意识或行为改变、剧烈头痛头晕、呕吐、视力模糊", urgent=True),
            Criterion("chest", "心悸胸闷、喘憋不能平卧、心前区疼痛", urgent=True),
            Criterion("tachycardia_fever", "心率持续超过 100 次/分，或体温超过 39℃", urgent=True),
            Criterion("twice_uncontrolled", "高血压或糖尿病连续两次随访控制不满意"),
            Criterion("reaction", "药物不良反应难以控制"),
            Criterion("complication", "出现新的并发症，或原有并发症加重"),
        ),
    ),
    CheckList(
        "down",
        "2026-1",
        Direction.DOWN,
        _ZJ,
        (
            Criterion("rehabilitation", "急性期后病情稳定，需要康复"),
            Criterion("no_special_treatment", "诊断明确，不需要特殊治疗"),
            Criterion("palliative", "晚期肿瘤，非手术治疗或临终关怀"),
            Criterion("chronic", "需要长期治疗的慢性病"),
            Criterion("elder_care", "老年护理"),
            Criterion("common", "一般常见病、多发病"),
        ),
    ),
)
SLIPS: tuple[SlipForm, ...] = (
    SlipForm(
        "out",
        "2026-1",
        "转诊单（转出）",
        _ZJ,
        (
            SlipField("impression", "初步印象", required=True, longest=200),
            SlipField("present", "主要现病史（转出原因）", required=True),
            SlipField("past", "主要既往史"),
            SlipField("course", "治疗经过"),
        ),
    ),
    SlipForm(
        "back",
        "2026-1",
        "转诊单（回转）",
        _ZJ,
        (
            SlipField("diagnosis", "诊断结果", required=True, longest=200),
            SlipField("admission_number", "住院病案号", longest=40),
            SlipField("findings", "主要检查结果"),
            SlipField("course", "治疗经过"),
            SlipField("advice", "下一步治疗方案与康复建议", required=True),
        ),
    ),
)
OUT, BACK = SLIPS


def check_list(direction: Direction, version: str | None = None) -> CheckList:
    """Return the list of one direction; without a version the one that is filled in today."""
    found = [each for each in CHECK_LISTS if each.direction is direction and version in (None, each.version)]
    return found[-1]


def checked_criteria(direction: Direction, ticked: Collection[str]) -> tuple[str, ...]:
    """Return what was ticked, in the order of the list; at least one, and nothing that is not on it."""
    known = [item.code for item in check_list(direction).items]
    if not ticked or not set(ticked) <= set(known):
        raise CriterionNeeded(fields={"criteria": CriterionNeeded.message})
    return tuple(code for code in known if code in set(ticked))


def makes_urgent(ticked: Collection[str]) -> bool:
    return any(item.urgent for item in check_list(Direction.UP).items if item.code in set(ticked))


def criteria_in_words(direction: Direction, version: str, ticked: Collection[str]) -> tuple[str, ...]:
    return tuple(item.words for item in check_list(direction, version).items if item.code in set(ticked))


def checked_slip(form: SlipForm, answers: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in, or refuse with `SlipIncomplete` naming every fault."""
    faults = {name: "这一项不在转诊单上。" for name in answers if name not in {f.name for f in form.fields}}
    kept: dict[str, str] = {}
    for field in form.fields:
        words = (answers.get(field.name) or "").strip()
        if field.required and not words:
            faults[field.name] = f"请填写{field.label}。"
        elif len(words) > field.longest:
            faults[field.name] = f"{field.label}最多 {field.longest} 个字。"
        elif words:
            kept[field.name] = words
    if faults:
        raise SlipIncomplete(fields=faults)
    return kept
