"""Record a follow-up, put it right, and ask what came of a referral. The one place that writes to the health record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episode_for, follow_up_for
from server.followups.actions.moving import move, noted, tell
from server.followups.errors import (
    FormOutdated,
    JustRecorded,
    MeasuredStays,
    NothingToCheckBack,
    OnlyEarlier,
    Outdated,
    ReasonNeeded,
    SameDay,
    WrongDay,
)
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.cards import FollowUpCard, follow_up_card
from server.followups.queries.terms import numbers_on, terms_of
from server.followups.rules import (
    CURRENT,
    PHONE,
    Before,
    Course,
    Decision,
    EpisodeEvent,
    Form,
    Written,
    decide,
    entries_of,
    finding_of,
    form_of,
)
from server.followups.rules.forms import Answers
from server.kit.clock import age_on, local_date, start_of_day
from server.kit.database import is_duplicate
from server.kit.transactions import action
from server.records.actions import NewEntry, correct_entry, write_entries

NOON = timedelta(hours=12)


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in."""

    answers: Mapping[str, Any]
    version: str | None = None  # of the form that was shown; None: the one in use
    happened_on: date | None = None  # None: today
    next_on: date | None = None  # None: what the rule says


@dataclass(frozen=True)
class _Judged:
    """Everything that follows from a form."""

    form: Form
    answers: Answers
    numbers: Mapping[str, int]
    age: int
    decision: Decision
    day: date
    next_on: date

    @property
    def entries(self) -> tuple[Written, ...]:
        return entries_of(self.form, self.answers, self.decision, self.next_on)

    @property
    def check_back_by(self) -> date | None:
        return self.decision.next_on(self.day) if self.decision.refers else None


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
    judged = await _judged(form, filled, birth_date=born, before=_before(episode), day=day)
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
    written = await write_entries(
        actor=actor,
        resident_uid=episode.resident.uid,
        entries=[_new(each, day, now) for each in judged.entries],
        institution_uid=episode.institution.uid,
        now=now,
    )
    entries = {each.key: card.uid for each, card in zip(judged.entries, written, strict=True)}
    row = _row(actor, episode, judged, entries, now)
    await _saved(row)
    detail = {"follow_up": row.uid, "course": row.course}
    await noted(actor, "followups.recorded", episode, detail=detail, now=now)
    await _told(episode, judged.decision, row.uid, now)
    return await follow_up_card(row.id, now=now)


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
    judged = await _judged(form, filled, birth_date=born, before=earlier, day=day)
    if not old.entries.keys() <= {each.key for each in judged.entries}:
        raise MeasuredStays
    changed = await FollowUp.filter(id=old.id, is_current=True).update(is_current=False, day_key=None)
    if changed == 0:
        raise Outdated
    if episode.last_on == day:
        await _episode_says(episode, judged)
    entries = await _entries_put_right(actor, old, judged, reason.strip(), now)
    row = _row(actor, episode, judged, entries, now)
    row.version, row.supersedes_id, row.reason = old.version + 1, old.id, reason.strip()
    if judged.check_back_by is not None:
        row.checked_back_at, row.checked_back_note = old.checked_back_at, old.checked_back_note
        row.checked_back_by_id = old.checked_back_by_id
    await _saved(row)
    await _open_referral(episode)
    detail = {"follow_up": row.uid, "supersedes": old.uid, "course": row.course}
    await noted(actor, "followups.corrected", episode, reason=reason.strip(), detail=detail, now=now)
    if judged.decision.course is not old.course:
        await _told(episode, judged.decision, row.uid, now)
    return await follow_up_card(row.id, now=now)


@action
async def check_back(*, actor: Actor, follow_up_uid: str, note: str, now: datetime) -> FollowUpCard:
    """Write down what came of a referral: asked by the one who referred, within two weeks."""
    row = await follow_up_for(actor=actor, uid=follow_up_uid, permission=Permission.FOLLOW_UP_WRITE)
    if not note.strip():
        raise ReasonNeeded(fields={"note": "请写明转诊的结果，例如：已住院，调整用药后出院。"})
    changed = await FollowUp.filter(
        id=row.id, is_current=True, checked_back_at=None, check_back_by__isnull=False
    ).update(checked_back_at=now, checked_back_by_id=actor.account_id, checked_back_note=note.strip())
    if changed == 0:
        raise NothingToCheckBack
    await _open_referral(row.episode)
    await noted(actor, "followups.checked_back", row.episode, detail={"follow_up": row.uid}, now=now)
    return await follow_up_card(row.id, now=now)


async def _judged(
    form: Form, filled: Filled, *, birth_date: date, before: Before | None, day: date
) -> _Judged:
    answers, numbers, wanted = form.checked(filled.answers), await numbers_on(day), filled.next_on
    terms = terms_of(numbers, birth_date, day)
    decision = decide(finding_of(form, answers), before, terms)
    latest = decision.next_on(day)
    if wanted is not None and not day < wanted <= latest:
        said = f"最晚是 {latest.month} 月 {latest.day} 日，可以更早，不能推后。"
        raise OnlyEarlier(fields={"next_on": said})
    age = age_on(birth_date, day)
    return _Judged(form, answers, numbers, age, decision, day, wanted or latest)


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


async def _before_that(row: FollowUp) -> Before | None:
    earlier = FollowUp.filter(episode_id=row.episode_id, is_current=True, happened_on__lt=row.happened_on)
    found = await earlier.order_by("-happened_on").first()
    return Before(controlled=found.controlled, outcome=found.outcome) if found else None


def _new(each: Written, day: date, now: datetime) -> NewEntry:
    at = now if day == local_date(now) else start_of_day(day) + NOON
    return NewEntry(each.kind, each.code, at, each.body, each.category)


def _row(
    actor: Actor, episode: ChronicEpisode, judged: _Judged, entries: Mapping[str, str], now: datetime
) -> FollowUp:
    decision = judged.decision
    return FollowUp(
        episode_id=episode.id,
        resident_id=episode.resident_id,
        author_id=actor.account_id,
        happened_on=judged.day,
        form_code=judged.form.code,
        form_version=judged.form.version,
        answers=judged.answers,
        age=judged.age,
        numbers=dict(judged.numbers),
        controlled=decision.controlled,
        outcome=decision.outcome,
        course=decision.course,
        why=list(decision.why),
        face_to_face=judged.answers["way"] != PHONE,
        latest_next_on=decision.next_on(judged.day),
        next_on=judged.next_on,
        check_back_by=judged.check_back_by,
        entry_uid=entries[judged.entries[0].key],
        entries=dict(entries),
        day_key=f"{episode.id}/{judged.day}",
        created_at=now,
    )


async def _saved(row: FollowUp) -> None:
    try:
        await row.save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise SameDay from error


async def _entries_put_right(
    actor: Actor, old: FollowUp, judged: _Judged, reason: str, now: datetime
) -> dict[str, str]:
    resident = old.episode.resident.uid
    entries: dict[str, str] = {}
    for each in judged.entries:
        new = _new(each, judged.day, now)
        if (uid := old.entries.get(each.key)) is not None:
            card = await correct_entry(
                actor=actor, uid=uid, resident_uid=resident, new=new, reason=reason, now=now
            )
        else:
            (card,) = await write_entries(
                actor=actor,
                resident_uid=resident,
                entries=[new],
                institution_uid=old.episode.institution.uid,
                now=now,
            )
        entries[each.key] = card.uid
    return entries


async def _episode_says(episode: ChronicEpisode, judged: _Judged) -> None:
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


async def _open_referral(episode: ChronicEpisode) -> None:
    """Let the episode name the oldest referral of which nobody has asked yet."""
    waiting = FollowUp.filter(
        episode_id=episode.id, is_current=True, check_back_by__isnull=False, checked_back_at=None
    )
    first = await waiting.order_by("check_back_by").first()
    await ChronicEpisode.filter(id=episode.id, live_key__isnull=False).update(
        check_back_by=first.check_back_by if first else None, unasked_said=None
    )


async def _told(episode: ChronicEpisode, decision: Decision, uid: str, now: datetime) -> None:
    if decision.course is Course.URGENT:
        await tell("followups.urgent", episode, once=uid, now=now)
    else:
        await tell("followups.recorded", episode, once=uid, now=now)
