"""What the clock does: raises what is late (I30), reminds of what is owed, and ends what nobody can go on with.

A death is heard of as news (`people.died`); a sweep that meets somebody who died ends instead of raising.
"""

from datetime import datetime, timedelta

from tortoise.expressions import F, Q

from server.authority.actor import Actor
from server.kit.transactions import action
from server.referrals.access import escalation_for
from server.referrals.actions.follow_ups import end_follow_up
from server.referrals.actions.moving import carry_out, tell
from server.referrals.errors import DutyOver, EscalationOver
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.queries.escalations import EscalationCard, escalation_card
from server.referrals.rules import OPEN, OWED, FollowUpStatus, ReferralEvent

DIED = "长者已离世"


@action
async def sweep_deadlines(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Raise every referral whose deadline has passed, once: to its owner and to the bureau."""
    late = Referral.filter(next_deadline__lte=now, escalated_at__isnull=True, status__in=sorted(OPEN))
    done = 0
    for row in await late.order_by("next_deadline", "id").limit(limit).select_related("resident"):
        if row.resident.died_at is not None:
            done += await end_of_the_dead(actor=actor, resident_uid=row.resident.uid, now=now)
            continue
        # Whoever moves it in the same moment wins: then it is not late any more.
        if not await late.filter(id=row.id).update(escalated_at=now):
            continue
        await ReferralEscalation(
            referral_id=row.id,
            owner_id=row.owner_id,
            status=row.status,
            missed=row.next_deadline,
            open_key=str(row.id),
            created_at=now,
        ).save()
        await tell(actor, "referrals.escalated", row, now=now, status=row.status)
        done += 1
    return done


@action
async def settle_escalation(
    *, actor: Actor, uid: str, remark: str, hours: int, now: datetime
) -> EscalationCard:
    """Write down what the bureau did about it, and give the owner another date; missed again, it is raised again."""
    row = await escalation_for(actor=actor, uid=uid)
    given = Referral.filter(id=row.referral_id, escalated_at__isnull=False)
    if not await given.update(
        escalated_at=None, next_deadline=now + timedelta(hours=hours), moves=F("moves") + 1
    ):
        raise EscalationOver
    changed = await ReferralEscalation.filter(id=row.id, open_key__isnull=False).update(
        open_key=None, settled_at=now, settled_by_id=actor.account_id, remark=remark
    )
    if not changed:
        raise EscalationOver
    referral = await Referral.get(id=row.referral_id).select_related("resident")
    await tell(actor, "referrals.urged", referral, reason=remark, now=now)
    return escalation_card(await escalation_for(actor=actor, uid=uid), now=now)


@action
async def sweep_follow_ups(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Mark follow-ups that are late, and tell whoever owes them."""
    late = ReferralFollowUp.filter(status=FollowUpStatus.DUE, due_at__lte=now)
    done = 0
    for row in await late.order_by("due_at", "id").limit(limit).select_related("referral__resident"):
        if row.referral.resident.died_at is not None:
            done += await _waived(actor, row, now)
        elif await late.filter(id=row.id).update(status=FollowUpStatus.OVERDUE):
            await tell(actor, "referrals.follow_up_overdue", row.referral, now=now)
            done += 1
    return done


@action
async def end_of_the_dead(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """End the open referrals of somebody who has died, and what is owed for them; return how many of both.

    Moved in the same moment, a referral refuses: the news is then told again.
    """
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = await Referral.filter(theirs, status__in=sorted(OPEN)).order_by("id").select_related("resident")
    for row in rows:
        await carry_out(actor, row, ReferralEvent.CANCEL, reason=DIED, now=now)
    # Also where the referral had ended by itself before: nobody is owed a visit any more.
    owed = ReferralFollowUp.filter(theirs, status__in=sorted(OWED)).order_by("id").select_related("referral")
    return len(rows) + sum([await _waived(actor, row, now) for row in await owed])


async def _waived(actor: Actor, row: ReferralFollowUp, now: datetime) -> int:
    try:
        await end_follow_up(actor, row, FollowUpStatus.WAIVED, now, reason=DIED)
    except DutyOver:
        return 0  # written in the same moment
    return 1
