"""Put a follow-up right: judged anew by its own day, written over the old one, which stays."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import follow_up_for
from server.followups.actions.judged import Filled, Judged, judged_by, row_of, told
from server.followups.actions.moving import noted
from server.followups.actions.referred import open_referral
from server.followups.errors import JustRecorded, MeasuredStays, Outdated, ReasonNeeded, SameDay
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.cards import FollowUpCard, follow_up_card
from server.followups.rules import Before, form_of
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.records.actions import write_keyed


@action
async def correct_follow_up(
    *, actor: Actor, follow_up_uid: str, filled: Filled, reason: str, now: datetime
) -> FollowUpCard:
    """Put a new version over a follow-up, with the questions and the policy numbers of its day; the old one stays."""
    old = await follow_up_for(actor=actor, uid=follow_up_uid, permission=Permission.FOLLOW_UP_WRITE)
    if not reason.strip():
        raise ReasonNeeded(fields={"reason": ReasonNeeded.message})
    if not old.is_current:
        raise Outdated
    form = form_of(old.form_code, old.form_version)
    episode, day = old.episode, old.happened_on
    born, earlier = episode.resident.birth_date, await _before_that(old)
    judged = await judged_by(form, filled, birth_date=born, before=earlier, day=day)
    if not old.entries.keys() <= {each.key for each in judged.entries}:
        raise MeasuredStays
    changed = await FollowUp.filter(id=old.id, is_current=True).update(is_current=False, day_key=None)
    if changed == 0:
        raise Outdated
    if episode.last_on == day:
        await _episode_says(episode, judged)
    entries = await write_keyed(
        actor=actor,
        resident_uid=episode.resident.uid,
        institution_uid=episode.institution.uid,
        entries=judged.entries,
        day=day,
        over=old.entries,
        reason=reason.strip(),
        now=now,
    )
    row = row_of(actor, episode, judged, entries, now)
    row.version, row.supersedes_id, row.reason = old.version + 1, old.id, reason.strip()
    if judged.check_back_by is not None:
        row.checked_back_at, row.checked_back_note = old.checked_back_at, old.checked_back_note
        row.checked_back_by_id = old.checked_back_by_id
    async with refusing_duplicates(SameDay):
        await row.save()
    await open_referral(episode)
    detail = {"follow_up": row.uid, "supersedes": old.uid, "course": row.course}
    await noted(actor, "followups.corrected", episode, reason=reason.strip(), detail=detail, now=now)
    if judged.decision.course is not old.course:
        await told(episode, judged.decision, row.uid, now)
    return await follow_up_card(row.id, now=now)


async def _before_that(row: FollowUp) -> Before | None:
    earlier = FollowUp.filter(episode_id=row.episode_id, is_current=True, happened_on__lt=row.happened_on)
    found = await earlier.order_by("-happened_on").first()
    return Before(controlled=found.controlled, outcome=found.outcome) if found else None


async def _episode_says(episode: ChronicEpisode, judged: Judged) -> None:
    """Let the episode tell of the corrected follow-up, unless somebody recorded another in between."""
    changed = await ChronicEpisode.filter(id=episode.id, touched=episode.touched).update(
        last_outcome=judged.decision.outcome,
        last_controlled=judged.decision.controlled,
        next_on=judged.next_on,
        overdue_said=None,
        touched=episode.touched + 1,
    )
    if changed == 0:
        raise JustRecorded
    episode.touched += 1
