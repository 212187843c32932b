"""The body of every kind: which fields, how long, how large. What does not fit is refused, field by field."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from server.records.errors import ImplausibleValue
from server.records.rules.kinds import EntryKind
from server.records.rules.measures import BLOOD_PRESSURE, MEASURES, Measure

FUTURE_TOLERANCE = timedelta(minutes=5)  # a phone's clock may be ahead
EARLIEST = date(1900, 1, 1)

Check = Callable[[Any], Any]  # returns the value as it is kept; raises ValueError with a sentence


def text(most: int) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= most:
            message = f"请填写 1 到 {most} 个字。"
            raise ValueError(message)
        # Control characters break screen readers, lone surrogates cannot be stored.
        if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} and letter != "\n" for letter in value):
            message = "含有不能识别的符号，请删去后再试。"
            raise ValueError(message)
        return value.strip()

    return check


def one_of(*words: str) -> Check:
    def check(value: Any) -> str:
        if value not in words:
            message = "请从列出的选项中选择一个。"
            raise ValueError(message)
        return str(value)

    return check


def day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        message = "请填写正确的日期。"
        raise ValueError(message) from None


def lines(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 50:  # noqa: PLR2004  a report of more is not one report
        message = "最多填写 50 条。"
        raise ValueError(message)
    return [text(200)(line) for line in value]


def number(low: float, high: float, refusal: str, decimals: int = 0) -> Check:
    def check(value: Any) -> float | int:
        # True is an int to Python, and NaN compares false with everything.
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise ValueError(refusal)
        return round(float(value), decimals) if decimals else round(value)

    return check


def _measure(measure: Measure) -> Check:
    return number(measure.low, measure.high, measure.refusal, measure.decimals)


_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_ICD_10 = re.compile(r"[A-Z][0-9]{2}(\.[0-9]{1,3})?")
CODES: Mapping[EntryKind, tuple[re.Pattern[str], str]] = {
    EntryKind.OBSERVATION: (re.compile("|".join(map(re.escape, MEASURES))), "请从列出的测量项目中选择一个。"),
    EntryKind.CONDITION: (_ICD_10, "疾病编码应为 ICD-10，例如 I10。"),
}

REQUIRED: Mapping[EntryKind, Mapping[str, Check]] = {
    EntryKind.OBSERVATION: {},
    EntryKind.CONDITION: {"name": text(80), "status": one_of("active", "inactive")},
    EntryKind.ALLERGY: {"substance": text(80)},
    EntryKind.MEDICATION: {"name": text(80), "status": one_of("taking", "stopped")},
    EntryKind.DIAGNOSTIC_REPORT: {"title": text(80), "conclusion": text(1000)},
    EntryKind.FOLLOW_UP: {"subject": text(40), "outcome": one_of("good", "poor", "reaction", "complication")},
    EntryKind.ASSESSMENT: {"scale": text(80), "result": text(200)},
    EntryKind.NOTE: {"text": text(2000)},
    EntryKind.REFERRAL: {"form": one_of("out", "back"), "version": text(16)},
}
OPTIONAL: Mapping[EntryKind, Mapping[str, Check]] = {
    EntryKind.OBSERVATION: {"place": text(40)},
    EntryKind.CONDITION: {"since": day, "remark": text(200)},
    EntryKind.ALLERGY: {"reaction": text(200), "severity": one_of("mild", "moderate", "severe")},
    EntryKind.MEDICATION: {
        "dose": text(80),
        "frequency": text(80),
        "adherence": one_of("regular", "irregular", "none"),
    },
    EntryKind.DIAGNOSTIC_REPORT: {"abnormal": lines, "advice": text(500)},
    EntryKind.FOLLOW_UP: {"remark": text(500), "next_on": day},
    EntryKind.ASSESSMENT: {"score": number(0, 1000, "得分应在 0 到 1000 之间。"), "valid_until": day},
    EntryKind.NOTE: {},
    # Which of them must be there is the form's own business (server.referrals.rules).
    EntryKind.REFERRAL: {
        "impression": text(200),
        "present": text(500),
        "past": text(500),
        "diagnosis": text(200),
        "admission_number": text(40),
        "findings": text(500),
        "course": text(500),
        "advice": text(500),
    },
}


def checked_body(kind: EntryKind, code: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body as it is kept, or refuse with `ImplausibleValue` naming every fault."""
    pattern, refusal = CODES.get(kind, (_TOKEN, "编码只能用字母、数字、点和横线。"))
    if not pattern.fullmatch(code):
        raise ImplausibleValue(fields={"code": refusal})
    required: dict[str, Check] = {**REQUIRED[kind]} | {
        measure.field: _measure(measure) for measure in _measures(kind, code)
    }
    known = {**required, **OPTIONAL[kind]}
    faults = {name: "这一项不能填写。" for name in body if name not in known}
    faults |= {name: "这一项必须填写。" for name in required if body.get(name) is None}
    kept: dict[str, Any] = {}
    for name, check in known.items():
        if name in faults or body.get(name) is None:
            continue
        try:
            kept[name] = check(body[name])
        except ValueError as fault:
            faults[name] = str(fault)
    if not faults and code == BLOOD_PRESSURE and kept["systolic"] <= kept["diastolic"]:
        faults["diastolic"] = "低压应比高压低，请看看是不是填反了。"
    if faults:
        raise ImplausibleValue(
            next(iter(faults.values())), fields={f"body.{name}": said for name, said in faults.items()}
        )
    return kept


def _measures(kind: EntryKind, code: str) -> tuple[Measure, ...]:
    return MEASURES[code] if kind is EntryKind.OBSERVATION else ()
