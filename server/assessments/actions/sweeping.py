"""What time does: drafts that nobody touches are thrown away, results that end are told, answers that are late, too."""

from datetime import datetime, timedelta

from server.alliance.queries import parameters
from server.assessments.actions.moving import noted, tell, try_move
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.rules import LIVE, AssessmentEvent, AssessmentStatus, DisputeStatus
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.transactions import action

BATCH = 200
RELATED = ("resident__home", "institution")


@action
async def sweep_assessments(*, actor: Actor, now: datetime) -> int:
    """Do all three, a batch each; what is left is done in the next pass."""
    numbers = await parameters(("assessments.draft_days", "assessments.expiring_days"), on=now)
    done = await _drop_drafts(actor, timedelta(days=numbers["assessments.draft_days"]), now)
    done += await _tell_of_endings(actor, timedelta(days=numbers["assessments.expiring_days"]), now)
    return done + await _tell_of_late_answers(actor, now)


async def _drop_drafts(actor: Actor, days: timedelta, now: datetime) -> int:
    """Free the resident for a new sheet: of one that was signed once, whoever answers for the assessors is told."""
    old = Assessment.filter(status__in=sorted(LIVE), changed_at__lte=now - days).order_by("id")
    done = 0
    for row in await old.limit(BATCH).select_related(*RELATED):
        if not await try_move(row, AssessmentEvent.LAPSE, now=now, live_key=None):
            continue
        done += 1
        if row.status is AssessmentStatus.PROPOSED:
            await tell(actor, "assessments.lapsed", row, now=now)
        else:
            await noted(actor, "assessments.draft_lapsed", row, now=now)
    return done


async def _tell_of_endings(actor: Actor, notice: timedelta, now: datetime) -> int:
    ending = Assessment.filter(
        status=AssessmentStatus.FINAL,
        expiring_told_at=None,
        valid_until__lte=local_date(now) + notice,
        resident__died_at=None,
    )
    done = 0
    for row in await ending.order_by("id").limit(BATCH).select_related(*RELATED):
        told = Assessment.filter(id=row.id, expiring_told_at=None)
        if not await told.update(expiring_told_at=now):
            continue
        done += 1
        if not await _assessed_since(row):
            await tell(actor, "assessments.expiring", row, now=now)
    return done


async def _assessed_since(row: Assessment) -> bool:
    later = Assessment.filter(
        resident_id=row.resident_id, questionnaire=row.questionnaire, valid_until__gt=row.valid_until
    )
    return await later.filter(status__in=[AssessmentStatus.FINAL, AssessmentStatus.DISPUTED]).exists()


async def _tell_of_late_answers(actor: Actor, now: datetime) -> int:
    late = AssessmentDispute.filter(status=DisputeStatus.OPEN, overdue_at=None, due_at__lte=now)
    done = 0
    for row in (
        await late.order_by("id")
        .limit(BATCH)
        .select_related("assessment__resident", "assessment__institution")
    ):
        still_open = AssessmentDispute.filter(id=row.id, status=DisputeStatus.OPEN, overdue_at=None)
        if await still_open.update(overdue_at=now):
            await tell(actor, "assessments.dispute_overdue", row.assessment, now=now)
            done += 1
    return done
