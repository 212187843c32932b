"""What a result does: it stands in the record, decides the care level, and ends the dispute that it was made for."""

from datetime import datetime

from server.assessments.actions.moving import tell, try_move
from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.rules import (
    CARE_VERSION,
    AbilityLevel,
    AssessmentEvent,
    AssessmentReason,
    AssessmentStatus,
    DisputeStatus,
    Score,
    care_rule,
    lasting,
    version_of,
)
from server.assessments.rules import gbt42195 as gbt
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.records.actions import NewEntry, write_entries
from server.records.rules import EntryKind

LONGEST_RESULT = 200  # records' own limit


async def put_into_the_record(actor: Actor, row: Assessment, score: Score, now: datetime) -> None:
    body: dict[str, str | int] = {
        "scale": version_of(row.questionnaire, row.version).title,
        "result": score.result[:LONGEST_RESULT],
    }
    if score.total is not None:
        body |= {"score": score.total}
    if row.valid_until is not None:
        body |= {"valid_until": row.valid_until.isoformat()}
    (card,) = await write_entries(
        actor=actor,
        resident_uid=row.resident.uid,
        entries=[NewEntry(EntryKind.ASSESSMENT, row.questionnaire, now, body, row.category)],
        institution_uid=row.institution.uid,
        now=now,
    )
    await Assessment.filter(id=row.id).update(entry_uid=card.uid)


async def replace_disputed(actor: Actor, row: Assessment, now: datetime) -> None:
    """End the dispute about an older result, if this one is a re-assessment; nobody may have disputed anything."""
    if row.reason is not AssessmentReason.REVIEW:
        return
    doubted = Assessment.filter(
        resident_id=row.resident_id, questionnaire=row.questionnaire, status=AssessmentStatus.DISPUTED
    )
    for old in await doubted.order_by("id").select_related("resident", "institution"):
        if not await try_move(old, AssessmentEvent.SUPERSEDE, now=now, replaced_by_id=row.id):
            continue  # somebody upheld it a moment ago
        await AssessmentDispute.filter(assessment_id=old.id).update(  # there is one: it is answered once
            status=DisputeStatus.REPLACED, decided_by_id=actor.account_id, decided_at=now
        )
        await tell(actor, "assessments.superseded", old, now=now, by=row.uid)


async def set_care_level(actor: Actor, row: Assessment, now: datetime) -> None:
    """Put the care level that follows from an ability assessment in the place of the one before."""
    if row.questionnaire != gbt.CODE or row.level is None:
        return
    diagnoses = lasting(row.answers["A-4-1"])
    rule = care_rule(AbilityLevel(row.level), diagnoses)
    key, today = str(row.resident_id), local_date(now)
    await CareLevel.filter(current_key=key).update(current_key=None, until=today)
    level = CareLevel(
        resident_id=row.resident_id,
        assessment_id=row.id,
        grade=rule.grade,
        package=rule.package,
        visits_a_month=rule.visits_a_month,
        diagnoses=list(diagnoses),
        rules_version=CARE_VERSION,
        since=today,
        current_key=key,
        created_at=now,
    )
    await level.save()
    await note(
        actor,
        "assessments.care_level_set",
        subject_kind="care_level",
        subject_uid=level.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        detail={"assessment": row.uid, "rules": CARE_VERSION, "visits_a_month": rule.visits_a_month},
        now=now,
    )
