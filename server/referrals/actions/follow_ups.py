"""Two weeks after an urgent referral: ask how it went, or say why nobody need ask."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import RecordCategory
from server.kit.transactions import action
from server.records.actions import NewEntry, write_entries
from server.records.rules import EntryKind
from server.referrals.access import follow_up_for
from server.referrals.errors import DutyOver, ReasonNeeded
from server.referrals.models import ReferralFollowUp
from server.referrals.queries.follow_ups import FollowUpCard, follow_up_card
from server.referrals.rules import OWED, FollowUpOutcome, FollowUpStatus

SUBJECT = "转诊"


@action
async def do_follow_up(
    *, actor: Actor, uid: str, outcome: FollowUpOutcome, remark: str, now: datetime
) -> FollowUpCard:
    """Write down how it went: a follow-up in the record, and the duty is done."""
    row = await follow_up_for(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND)
    entry = NewEntry(
        kind=EntryKind.FOLLOW_UP,
        code="referral-follow-up",
        effective_at=now,
        body={"subject": SUBJECT, "outcome": str(outcome), "remark": remark},
        category=RecordCategory.ENCOUNTER,
    )
    (card,) = await write_entries(
        actor=actor, resident_uid=row.resident.uid, entries=[entry], institution_uid=row.owner.uid, now=now
    )
    await end_follow_up(actor, row, FollowUpStatus.DONE, now, outcome=outcome, entry_uid=card.uid)
    return follow_up_card(
        await follow_up_for(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND), now=now
    )


@action
async def waive_follow_up(*, actor: Actor, uid: str, reason: str, now: datetime) -> FollowUpCard:
    """Say why nobody need ask any more."""
    if not reason:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    row = await follow_up_for(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND)
    await end_follow_up(actor, row, FollowUpStatus.WAIVED, now, reason=reason)
    return follow_up_card(
        await follow_up_for(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND), now=now
    )


async def end_follow_up(
    actor: Actor, row: ReferralFollowUp, status: FollowUpStatus, now: datetime, **values: str
) -> None:
    """End what is owed, once, with its audit line."""
    changed = await ReferralFollowUp.filter(id=row.id, status__in=sorted(OWED)).update(
        status=status, done_at=now, done_by_id=actor.account_id, **values
    )
    if not changed:
        raise DutyOver
    await note(
        actor,
        f"referrals.follow_up_{status}",
        subject_kind="referral",
        subject_uid=row.referral.uid,
        resident_id=row.resident_id,
        institution_id=row.owner_id,
        reason=values.get("reason"),
        now=now,
    )
