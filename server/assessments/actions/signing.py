"""Signatures: one assessor proposes, another one agrees or gives back; with the last of them the sheet is a result.

A result is an entry of the record, decides the care level, and replaces the one in dispute that it was made to settle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.alliance.queries import parameters
from server.assessments.access import is_clinical, sheet_to_fill
from server.assessments.actions.filling import work_of
from server.assessments.actions.moving import move, tell
from server.assessments.actions.settling import put_into_the_record, replace_disputed, set_care_level
from server.assessments.errors import (
    AssessedBefore,
    ClinicianMustSign,
    ClinicianNeeded,
    NotThisNow,
    ReasonNeeded,
    SameAssessor,
)
from server.assessments.models import Assessment
from server.assessments.queries.cards import WorkCard
from server.assessments.rules import (
    HABITS,
    NUMBERS,
    AssessmentEvent,
    AssessmentReason,
    AssessmentStatus,
    Score,
    assessors_needed,
    checked,
    clinicians_needed,
    scored,
    valid_until,
    version_of,
)
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.transactions import action


@dataclass(frozen=True)
class SignedSheet:
    """What a signature made of the sheet."""

    uid: str
    status: AssessmentStatus
    result: str  # in words


@action
async def sign_assessment(
    *, actor: Actor, uid: str, answers: Mapping[str, Any] | None = None, now: datetime
) -> SignedSheet:
    """Sign a whole sheet as its first assessor, with these answers or those that were saved.

    Where one is enough, it is a result at once. Refusals: NotFound; AnswersInvalid with every cell; AssessedBefore;
    ClinicianMustSign; NotThisNow.
    """
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    await _ensure_fresh_eyes(actor, row)
    questionnaire = version_of(row.questionnaire, row.version)
    row.answers = checked(questionnaire, row.answers if answers is None else answers, whole=True)
    numbers = await parameters(NUMBERS, on=now)
    score = scored(questionnaire, row.answers, numbers)
    row.first_by_id, row.assessed_on = actor.account_id, local_date(now)
    row.first_clinical = is_clinical(actor, row.institution_id)
    signed = {
        "answers": row.answers,
        "score": score.as_json(),
        "first_by_id": actor.account_id,
        "first_at": now,
        "first_clinical": row.first_clinical,
        "assessed_on": row.assessed_on,
        "returned": "",
    }
    if assessors_needed(row.questionnaire, numbers) > 1:
        await move(row, AssessmentEvent.PROPOSE, now=now, **signed)
        await tell(actor, "assessments.proposed", row, now=now)
        return SignedSheet(row.uid, AssessmentStatus.PROPOSED, score.result)
    if clinicians_needed(row.questionnaire, numbers) > row.first_clinical:
        raise ClinicianMustSign
    return await _settled(actor, row, _Signature(AssessmentEvent.SETTLE, score, signed), now)


@action
async def agree_to_assessment(*, actor: Actor, uid: str, edits: int, now: datetime) -> SignedSheet:
    """Sign as the second assessor, another person than the first, what stood there when it was read (`edits`).

    Refusals: NotFound; NotThisNow; SameAssessor; ClinicianNeeded; AssessedBefore.
    """
    row = await _to_sign_second(actor, uid, edits, now)
    numbers = await parameters(NUMBERS, on=now)
    clinicians = int(row.first_clinical) + is_clinical(actor, row.institution_id)
    if clinicians < clinicians_needed(row.questionnaire, numbers):
        raise ClinicianNeeded
    await _ensure_fresh_eyes(actor, row)
    score = scored(version_of(row.questionnaire, row.version), row.answers, numbers)
    signed = {"second_by_id": actor.account_id, "second_at": now, "score": score.as_json()}
    return await _settled(actor, row, _Signature(AssessmentEvent.AGREE, score, signed), now)


@action
async def return_assessment(*, actor: Actor, uid: str, reason: str, now: datetime) -> WorkCard:
    """Give a proposed sheet back to be looked at again, as the second assessor, and say why.

    The first may take their own back, too: then nobody's signature stands on it.
    """
    if not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    changes = {"first_by_id": None, "first_at": None, "first_clinical": False, "score": None}
    await move(row, AssessmentEvent.RETURN, now=now, returned=reason.strip(), **changes)
    await tell(actor, "assessments.returned", row, now=now, reason=reason.strip())
    return await work_of(row)


async def _to_sign_second(actor: Actor, uid: str, edits: int, now: datetime) -> Assessment:
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    if row.status is not AssessmentStatus.PROPOSED or row.edits != edits:
        raise NotThisNow
    if row.first_by_id == actor.account_id:
        raise SameAssessor
    return row


async def _ensure_fresh_eyes(actor: Actor, row: Assessment) -> None:
    """Refuse whoever signed a result that is in dispute, when this sheet is to settle it."""
    if row.reason is not AssessmentReason.REVIEW:
        return
    doubted = Assessment.filter(
        resident_id=row.resident_id,
        questionnaire=row.questionnaire,
        status=AssessmentStatus.DISPUTED,
    )
    for first, second in await doubted.values_list("first_by_id", "second_by_id"):
        if actor.account_id in {first, second}:
            raise AssessedBefore


@dataclass(frozen=True)
class _Signature:
    """The last signature that a sheet needs."""

    event: AssessmentEvent
    score: Score
    changes: Mapping[str, Any]


async def _settled(actor: Actor, row: Assessment, signature: _Signature, now: datetime) -> SignedSheet:
    score = signature.score
    months = (await parameters((HABITS[row.questionnaire].months,), on=now))[HABITS[row.questionnaire].months]
    day = row.assessed_on or local_date(now)
    row.level, row.valid_until, row.final_at = score.level, valid_until(day, months), now
    changes = {"final_at": now, "level": row.level, "valid_until": row.valid_until, "live_key": None}
    await move(row, signature.event, now=now, **changes, **signature.changes)
    await replace_disputed(actor, row, now)
    await set_care_level(actor, row, now)
    await put_into_the_record(actor, row, score, now)
    await tell(actor, "assessments.final", row, now=now)
    return SignedSheet(row.uid, AssessmentStatus.FINAL, score.result)
