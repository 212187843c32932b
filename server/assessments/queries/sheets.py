"""One sheet in full, with every answer: under work for its own institution, as a result for whoever may see it in the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.alliance.queries import parameter, parameters
from server.assessments.access import (
    MAKE,
    last_dispute_of,
    note_look_at_work,
    result_for,
    sheet_to_fill,
)
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.queries.cards import (
    AssessmentScore,
    DisputeCard,
    ResultCard,
    WorkCard,
    answers_of,
    dispute_card,
    kept_score,
    result_card,
    work_card,
)
from server.assessments.queries.forms import QuestionnaireCard, questionnaire_card
from server.assessments.rules import (
    NUMBERS,
    AssessmentStatus,
    Questionnaire,
    assessors_needed,
    version_of,
)
from server.assessments.rules.lifecycle import disputable_until
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import local_date
from server.records.access import rereading


@dataclass(frozen=True)
class AnsweredItem:
    code: str
    number: str
    label: str
    answer: str  # as it is read out
    score: int | None


@dataclass(frozen=True)
class AnsweredSection:
    title: str
    score: int | None
    most: int | None
    items: tuple[AnsweredItem, ...]


@dataclass(frozen=True)
class WorkSheet:
    """A sheet under work: what is asked, and what has been answered."""

    card: WorkCard
    questionnaire: QuestionnaireCard
    answers: Mapping[str, Any]
    sections: tuple[AnsweredSection, ...]
    score: AssessmentScore | None  # as of the first signature
    assessors: int  # how many must sign
    mine: bool  # signed by the reader first: another one must sign now
    history: tuple[HistoryLine, ...] = ()


@dataclass(frozen=True)
class ResultSheet:
    card: ResultCard
    source: str
    sections: tuple[AnsweredSection, ...]
    dispute: DisputeCard | None
    replaced_by: str | None
    may_dispute: bool
    dispute_until: datetime | None  # after that nobody may; None: nobody may now
    may_decide: bool
    history: tuple[HistoryLine, ...] = ()


@rereading
async def work_sheet(*, actor: Actor, uid: str, now: datetime) -> WorkSheet:
    """Return a sheet of the actor's own institution that is filled in or waits for a signature."""
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    await note_look_at_work(actor=actor, row=row, now=now)
    questionnaire = version_of(row.questionnaire, row.version)
    needed = assessors_needed(row.questionnaire, await parameters(NUMBERS, on=now))
    return WorkSheet(
        card=work_card(row),
        questionnaire=questionnaire_card(questionnaire),
        answers=answers_of(row),
        sections=answered(questionnaire, answers_of(row)),
        score=kept_score(row),
        assessors=needed,
        mine=row.first_by_id is not None and row.first_by_id == actor.account_id,
        history=await history_of(subject_uid=row.uid),
    )


@rereading
async def result_sheet(*, actor: Actor, uid: str, purpose: Purpose, now: datetime) -> ResultSheet:
    """Return a result with every answer, and leave the line of this look."""
    row, view, entry = await result_for(actor=actor, uid=uid, purpose=purpose, now=now)
    await trail.record([view.line("assessments.result", [entry])], now=now)
    questionnaire = version_of(row.questionnaire, row.version)
    dispute = await last_dispute_of(row)
    at_home = row.resident.home_id in actor.institutions_with(MAKE)
    until = await _disputable_until(row, now) if dispute is None and (view.family or at_home) else None
    return ResultSheet(
        card=result_card(row, today=local_date(now)),
        source=questionnaire.source,
        sections=answered(questionnaire, answers_of(row)),
        dispute=await _told(dispute, row, now),
        replaced_by=row.replaced_by.uid if row.replaced_by else None,
        may_dispute=until is not None,
        dispute_until=until,
        may_decide=row.status is AssessmentStatus.DISPUTED
        and row.institution_id in actor.institutions_with(Permission.ASSESSMENT_DECIDE),
        history=() if view.family else await history_of(subject_uid=row.uid),
    )


async def _disputable_until(row: Assessment, now: datetime) -> datetime | None:
    days = timedelta(days=await parameter("assessments.dispute_days", on=now))
    until = disputable_until(row.status, row.final_at, days)
    return until if until is not None and now <= until else None


async def _told(dispute: AssessmentDispute | None, row: Assessment, now: datetime) -> DisputeCard | None:
    if dispute is None:
        return None
    dispute.assessment = row
    return dispute_card(dispute, now=now)


def answered(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> tuple[AnsweredSection, ...]:
    """Lay the answers beside their questions; what was asked and left open stands there too."""
    found = []
    for section in questionnaire.sections:
        items = tuple(
            AnsweredItem(
                item.code,
                item.number,
                item.label,
                item.label_of(answers.get(item.code)),
                item.by_value[answers[item.code]].score
                if section.scored and item.options and item.code in answers
                else None,
            )
            for item in section.items
        )
        scores = [item.score for item in items if item.score is not None]
        found.append(
            AnsweredSection(
                section.title,
                sum(scores) if section.scored and scores else None,
                section.most if section.scored else None,
                items,
            )
        )
    return tuple(found)
