"""Record a follow-up: what follows from it is decided by the table, and written into the health record."""

from datetime import date, datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episode_for
from server.followups.actions.judged import Filled, judged_by, row_of, told
from server.followups.actions.moving import move, noted
from server.followups.errors import FormOutdated, SameDay, WrongDay
from server.followups.models import ChronicEpisode
from server.followups.queries.cards import FollowUpCard, follow_up_card
from server.followups.rules import CURRENT, Before, EpisodeEvent
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.records.actions import write_keyed


@action
async def record_follow_up(*, actor: Actor, episode_uid: str, filled: Filled, now: datetime) -> FollowUpCard:
    """Write a follow-up down; what follows from it is decided by the table, and said with the words of why.

    Lock order: the episode, then the follow-up, then the record with its audit, then the outbox.
    """
    episode = await episode_for(actor=actor, uid=episode_uid, permission=Permission.FOLLOW_UP_WRITE, now=now)
    day = filled.happened_on or local_date(now)
    form = CURRENT[episode.disease]
    if filled.version not in {None, form.version}:
        raise FormOutdated
    _ensure_in_order(episode, day, now)
    born = episode.resident.birth_date
    judged = await judged_by(form, filled, birth_date=born, before=_before(episode), day=day)
    await move(
        episode,
        EpisodeEvent.RECORD,
        last_on=day,
        last_outcome=judged.decision.outcome,
        last_controlled=judged.decision.controlled,
        next_on=judged.next_on,
        overdue_said=None,
        # The older of two open referrals is the one that waits.
        check_back_by=episode.check_back_by or judged.check_back_by,
    )
    entries = await write_keyed(
        actor=actor,
        resident_uid=episode.resident.uid,
        institution_uid=episode.institution.uid,
        entries=judged.entries,
        day=day,
        now=now,
    )
    row = row_of(actor, episode, judged, entries, now)
    async with refusing_duplicates(SameDay):
        await row.save()
    detail = {"follow_up": row.uid, "course": row.course}
    await noted(actor, "followups.recorded", episode, detail=detail, now=now)
    await told(episode, judged.decision, row.uid, now)
    return await follow_up_card(row.id, now=now)


def _ensure_in_order(episode: ChronicEpisode, day: date, now: datetime) -> None:
    if episode.last_on == day:
        raise SameDay(fields={"happened_on": SameDay.message})
    too_early = episode.last_on is not None and day < episode.last_on
    if too_early or day > local_date(now) or day < episode.resident.birth_date:
        raise WrongDay(fields={"happened_on": WrongDay.message})


def _before(episode: ChronicEpisode) -> Before | None:
    if episode.last_outcome is None:
        return None
    return Before(controlled=bool(episode.last_controlled), outcome=episode.last_outcome)
