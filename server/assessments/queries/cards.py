"""What leaves of sheets, results, disputes and care levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.rules import (
    ABILITY_WORDS,
    CURRENT,
    DISPUTE_WORDS,
    GRADE_WORDS,
    PACKAGES,
    REASON_WORDS,
    STATUS_WORDS,
    TRIGGER_WORDS,
    AbilityLevel,
    AssessmentReason,
    AssessmentStatus,
    CareGrade,
    DisputeStatus,
    Score,
    ScorePart,
    score_of,
    selfcare,
    version_of,
)
from server.assessments.rules import gbt42195 as gbt
from server.assessments.rules.dictionary import DISEASES
from server.identity.models import Account

# What the family reads: the level in everyday words. A number alone frightens.
IN_PLAIN_WORDS: Mapping[tuple[str, int], str] = {
    (gbt.CODE, 0): "日常的事都能自己做。",
    (gbt.CODE, 1): "大部分事能自己做，有些事要人提醒或搭把手。",
    (gbt.CODE, 2): "不少日常的事需要别人帮忙。",
    (gbt.CODE, 3): "大部分日常的事需要别人帮忙。",
    (gbt.CODE, 4): "日常生活都需要别人照料。",
    (selfcare.CODE, 0): "日常生活能自己料理。",
    (selfcare.CODE, 1): "有一点事要人帮忙。",
    (selfcare.CODE, 2): "不少事要人帮忙。",
    (selfcare.CODE, 3): "日常生活都要人照料。",
}
DISEASE_WORDS = {value: words for value, words, _ in DISEASES}


@dataclass(frozen=True)
class AssessmentScore:
    """A score as it is told; of GB/T 42195 its table C."""

    result: str
    plain: str
    level: int | None
    total: int | None
    most: int | None
    parts: tuple[ScorePart, ...]
    preliminary_words: str
    level_words: str
    triggers: tuple[str, ...]  # as they are read out


@dataclass(frozen=True)
class ResultCard:
    """One result, as whoever may see it reads it."""

    uid: str
    resident: str
    resident_uid: str
    institution: str
    questionnaire: str
    title: str
    version: str
    reason_words: str
    status: AssessmentStatus
    status_words: str
    assessed_on: date | None
    valid_until: date | None
    is_valid: bool
    score: AssessmentScore
    assessors: tuple[str, ...]


@dataclass(frozen=True)
class WorkCard:
    """One sheet that somebody is still filling in or signing: no answer in it."""

    uid: str
    resident: str
    resident_uid: str
    bed: str
    institution: str
    questionnaire: str
    title: str
    short: str
    reason: AssessmentReason
    reason_words: str
    status: AssessmentStatus
    status_words: str
    begun_by: str
    first_by: str
    returned: str
    changed_at: datetime
    edits: int  # what a second signature is for


@dataclass(frozen=True)
class DisputeCard:
    uid: str
    assessment_uid: str
    resident: str
    title: str
    text: str
    status: DisputeStatus
    status_words: str
    raised_at: datetime
    due_at: datetime
    overdue: bool
    decided_at: datetime | None
    answer: str


@dataclass(frozen=True)
class CareCard:
    """医护分级, and why."""

    grade: CareGrade
    grade_words: str
    package: str
    visits_a_month: int
    since: date
    because: str
    rules_version: str
    assessment_uid: str


def result_card(row: Assessment, *, today: date) -> ResultCard:
    questionnaire = version_of(row.questionnaire, row.version)
    return ResultCard(
        uid=row.uid,
        resident=row.resident.name,
        resident_uid=row.resident.uid,
        institution=row.institution.name,
        questionnaire=row.questionnaire,
        title=questionnaire.title,
        version=row.version,
        reason_words=REASON_WORDS[row.reason],
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        assessed_on=row.assessed_on,
        valid_until=row.valid_until,
        is_valid=row.status is not AssessmentStatus.SUPERSEDED
        and row.valid_until is not None
        and row.valid_until >= today,
        score=score_card(row.questionnaire, score_of(row.score)),
        assessors=tuple(each.name for each in (row.first_by, row.second_by) if isinstance(each, Account)),
    )


def score_card(code: str, score: Score) -> AssessmentScore:
    return AssessmentScore(
        result=score.result,
        plain=IN_PLAIN_WORDS.get((code, -1 if score.level is None else score.level), ""),
        level=score.level,
        total=score.total,
        most=score.most,
        parts=score.parts,
        preliminary_words=_level_words(code, score.preliminary),
        level_words=_level_words(code, score.level),
        triggers=tuple(TRIGGER_WORDS[each] for each in score.triggers),
    )


def _level_words(code: str, level: int | None) -> str:
    if level is None:
        return ""
    if code == gbt.CODE:
        return f"{level} 级　{ABILITY_WORDS[AbilityLevel(level)]}"
    return selfcare.WORDS[level] if code == selfcare.CODE else ""


def work_card(row: Assessment) -> WorkCard:
    questionnaire = version_of(row.questionnaire, row.version)
    return WorkCard(
        uid=row.uid,
        resident=row.resident.name,
        resident_uid=row.resident.uid,
        bed=row.resident.bed or "",
        institution=row.institution.name,
        questionnaire=row.questionnaire,
        title=questionnaire.title,
        short=questionnaire.short,
        reason=row.reason,
        reason_words=REASON_WORDS[row.reason],
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        begun_by=row.begun_by.name,
        first_by=row.first_by.name if row.first_by else "",
        returned=row.returned,
        changed_at=row.changed_at,
        edits=row.edits,
    )


def dispute_card(row: AssessmentDispute, *, now: datetime) -> DisputeCard:
    is_open = row.status is DisputeStatus.OPEN
    return DisputeCard(
        uid=row.uid,
        assessment_uid=row.assessment.uid,
        resident=row.assessment.resident.name,
        title=CURRENT[row.assessment.questionnaire].title,
        text=row.text,
        status=row.status,
        status_words=DISPUTE_WORDS[row.status],
        raised_at=row.created_at,
        due_at=row.due_at,
        overdue=is_open and row.due_at <= now,
        decided_at=row.decided_at,
        answer=row.answer,
    )


def care_card(row: CareLevel) -> CareCard:
    found = "、".join(DISEASE_WORDS[each].partition(" ")[0] for each in row.diagnoses)
    level = ABILITY_WORDS[AbilityLevel(row.assessment.level or 0)]
    return CareCard(
        grade=row.grade,
        grade_words=GRADE_WORDS[row.grade],
        package=PACKAGES[row.package],
        visits_a_month=row.visits_a_month,
        since=row.since,
        because=f"{level}；慢性病 {len(row.diagnoses)} 种" + (f"（{found}）" if found else ""),
        rules_version=row.rules_version,
        assessment_uid=row.assessment.uid,
    )


def kept_score(row: Assessment) -> AssessmentScore | None:
    return score_card(row.questionnaire, score_of(row.score)) if row.score else None


def answers_of(row: Assessment) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row.answers
    return found
