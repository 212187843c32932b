"""An entry as it would be read out to an older adult."""

from collections.abc import Callable, Mapping
from typing import Any

from server.records.rules.kinds import KIND_WORDS, EntryKind
from server.records.rules.measures import MEASURES, sentence_of_value

Body = Mapping[str, Any]

_SEVERITY = {"mild": "，轻", "moderate": "，中等", "severe": "，严重"}
_OUTCOME = {
    "good": "控制满意",
    "poor": "控制不满意",
    "reaction": "药物有不良反应",
    "complication": "出现并发症",
}


def _medication(body: Body) -> str:
    use = "，".join(body[name] for name in ("dose", "frequency") if name in body)
    stopped = "（已停用）" if body["status"] == "stopped" else ""
    return f"药：{body['name']}{'，' + use if use else ''}{stopped}"


def _condition(body: Body) -> str:
    return f"疾病：{body['name']}{'（已好转）' if body['status'] == 'inactive' else ''}"


def _allergy(body: Body) -> str:
    reaction = f"，表现为{body['reaction']}" if "reaction" in body else ""
    return f"过敏：{body['substance']}{reaction}{_SEVERITY.get(body.get('severity', ''), '')}"


def _report(body: Body) -> str:
    return f"{body['title']}：{body['conclusion']}"


_SLIP = {
    "impression": "初步印象",
    "diagnosis": "诊断",
    "present": "转出原因",
    "past": "既往史",
    "admission_number": "病案号",
    "findings": "主要检查",
    "course": "治疗经过",
    "advice": "下一步与康复建议",
}


def _slip(body: Body) -> str:
    said = "；".join(f"{words}：{body[name].rstrip('。')}" for name, words in _SLIP.items() if name in body)
    return f"{said}。" if said else "转诊单"


_WORDS: Mapping[EntryKind, Callable[[Body], str]] = {
    EntryKind.CONDITION: _condition,
    EntryKind.ALLERGY: _allergy,
    EntryKind.MEDICATION: _medication,
    EntryKind.DIAGNOSTIC_REPORT: _report,
    EntryKind.FOLLOW_UP: lambda body: f"{body['subject']}随访：{_OUTCOME[body['outcome']]}",
    EntryKind.ASSESSMENT: lambda body: f"{body['scale']}：{body['result']}",
    EntryKind.NOTE: lambda body: str(body["text"]),
    EntryKind.REFERRAL: _slip,
}
_TITLES: Mapping[EntryKind, str] = {
    EntryKind.CONDITION: "name",
    EntryKind.ALLERGY: "substance",
    EntryKind.MEDICATION: "name",
    EntryKind.DIAGNOSTIC_REPORT: "title",
    EntryKind.FOLLOW_UP: "subject",
    EntryKind.ASSESSMENT: "scale",
}


def words_of_body(kind: EntryKind, code: str, body: Body) -> str:
    return sentence_of_value(code, body) if kind is EntryKind.OBSERVATION else _WORDS[kind](body)


def title_of(kind: EntryKind, code: str, body: Body) -> str:
    """Return the shortest name of an entry, for a list."""
    if kind is EntryKind.OBSERVATION:
        measures = MEASURES[code]
        return measures[0].words if len(measures) == 1 else "血压"
    if kind is EntryKind.REFERRAL:
        return "出院回转单" if body["form"] == "back" else "转诊单"
    return str(body[_TITLES[kind]]) if kind in _TITLES else KIND_WORDS[kind]
