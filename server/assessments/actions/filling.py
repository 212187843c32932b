"""Begin a sheet, write on it, throw it away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.assessments.access import MAKE, RELATIONS, sheet_to_fill
from server.assessments.actions.moving import move, noted, still
from server.assessments.errors import AlreadyBegun
from server.assessments.models import Assessment
from server.assessments.queries.cards import WorkCard, work_card
from server.assessments.rules import (
    AssessmentEvent,
    AssessmentReason,
    AssessmentStatus,
    checked,
    current,
    version_of,
)
from server.authority.actor import Actor
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident


@action
async def begin_assessment(
    *,
    actor: Actor,
    resident_uid: str,
    questionnaire: str,
    reason: AssessmentReason,
    institution_uid: str | None = None,
    now: datetime,
) -> WorkCard:
    """Begin a sheet; of a resident and a questionnaire one is under work at a time.

    Refusals: NotFound; NoSuchQuestionnaire; AlreadyBegun.
    """
    resident = await resident_for(actor=actor, uid=resident_uid, permission=MAKE, now=now)
    institution = await _assessing(actor, resident, institution_uid)
    sheet = current(questionnaire)
    row = Assessment(
        resident=resident,
        institution=institution,
        questionnaire=sheet.code,
        version=sheet.version,
        category=sheet.category,
        reason=reason,
        live_key=f"{resident.id}/{sheet.code}",
        begun_by_id=actor.account_id,
        changed_at=now,
        created_at=now,
    )
    async with refusing_duplicates(AlreadyBegun):
        await row.save()
    await noted(actor, "assessments.begun", row, now=now, why=reason)
    return await work_of(row)


@action
async def save_answers(*, actor: Actor, uid: str, answers: Mapping[str, Any], now: datetime) -> WorkCard:
    """Put these answers in the place of those that stand there; what is open may stay open until it is signed."""
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    kept = checked(version_of(row.questionnaire, row.version), answers, whole=False)
    await still(row, AssessmentStatus.DRAFT, now=now, answers=kept)
    await noted(actor, "assessments.written", row, now=now, answered=len(kept))
    return await work_of(row)


@action
async def discard_assessment(*, actor: Actor, uid: str, now: datetime) -> None:
    """Throw an unsigned sheet away: it stays, with what was written on it, and counts nowhere."""
    row = await sheet_to_fill(actor=actor, uid=uid, now=now)
    await move(row, AssessmentEvent.DISCARD, now=now, live_key=None)
    await noted(actor, "assessments.discarded", row, now=now)


async def work_of(row: Assessment) -> WorkCard:
    return work_card(await Assessment.get(id=row.id).select_related(*RELATIONS))


async def _assessing(actor: Actor, resident: Resident, uid: str | None) -> Institution:
    """Return for which of their institutions the actor assesses: the resident's own home if it is among them."""
    own = Q(id__in=sorted(actor.institutions_with(MAKE)))
    if uid is not None:
        own &= Q(uid=uid)
    found = await Institution.filter(own).order_by("id")
    at_home = [each for each in found if each.id == resident.home_id]
    if not found:
        raise NotFound
    return (at_home or found)[0]
