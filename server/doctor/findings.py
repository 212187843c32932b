"""What the doctor says: one sentence about one thing, and what to do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Grade(IntEnum):
    """Also the exit status of the command."""

    FINE = 0
    ATTEND = 1  # it works, and somebody should see to it
    BROKEN = 2


SAID = {Grade.FINE: "正常", Grade.ATTEND: "注意", Grade.BROKEN: "故障"}


@dataclass(frozen=True)
class Finding:
    grade: Grade
    subject: str
    sentence: str
    remedy: str = ""


def fine(subject: str, sentence: str) -> Finding:
    return Finding(Grade.FINE, subject, sentence)


def attend(subject: str, sentence: str, remedy: str) -> Finding:
    return Finding(Grade.ATTEND, subject, sentence, remedy)


def broken(subject: str, sentence: str, remedy: str) -> Finding:
    return Finding(Grade.BROKEN, subject, sentence, remedy)


def worst(findings: Sequence[Finding]) -> Grade:
    return max((each.grade for each in findings), default=Grade.FINE)


def in_words(findings: Sequence[Finding]) -> str:
    """Put the worst first: whoever reads this is in a hurry."""
    lines = []
    for each in sorted(findings, key=lambda finding: -finding.grade):
        lines.append(f"[{SAID[each.grade]}] {each.subject}：{each.sentence}")
        if each.remedy:
            lines.append(f"       怎么办：{each.remedy}")
    counts = "，".join(
        f"{sum(each.grade is grade for each in findings)} 项{SAID[grade]}" for grade in reversed(Grade)
    )
    return "\n".join([*lines, f"共 {len(findings)} 项：{counts}。"])


def as_json(findings: Sequence[Finding]) -> str:
    told = [
        {
            "grade": each.grade.name.lower(),
            "subject": each.subject,
            "sentence": each.sentence,
            "remedy": each.remedy,
        }
        for each in findings
    ]
    return json.dumps({"grade": worst(findings).name.lower(), "findings": told}, ensure_ascii=False)


def ago(seconds: float) -> str:
    for size, unit in ((86_400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} 秒"
