"""One episode with all that was found, through the health record and its trail; and the form to fill in next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.followups.access import episode_for, episodes_seen_in, follow_up_for
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.cards import (
    EPISODE_RELATIONS,
    EpisodeCard,
    FollowUpCard,
    read_episode,
    read_follow_up,
)
from server.followups.queries.terms import numbers_on, terms_of
from server.followups.rules import CURRENT, Disease, Enrolled, EpisodeStatus, Form, form_of
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import age_on, local_date, said_day
from server.kit.errors import NotFound
from server.records.access import View, rereading, view_of

MOST = 60  # follow-ups of one episode


@dataclass(frozen=True)
class EpisodeSheet:
    card: EpisodeCard
    enrolled_words: str
    line_words: str  # what is aimed at for this person, today
    follow_ups: tuple[FollowUpCard, ...]  # the newest first, current versions
    replaced: tuple[FollowUpCard, ...]  # older versions of these
    history: tuple[HistoryLine, ...]
    may_write: bool


@dataclass(frozen=True)
class FormSheet:
    """A form with what is known already."""

    card: EpisodeCard
    form: Form
    answers: dict[str, Any]  # what is filled in beforehand
    line_words: str
    last_words: str
    today: date
    follow_up: FollowUpCard | None = None  # of a correction


@dataclass(frozen=True)
class ResidentLine:
    """How it stands with one disease, as the resident or their family reads it."""

    episode_uid: str
    disease: Disease
    disease_words: str
    institution_name: str
    sentence: str
    aim: str  # below which line it should stay, today
    measured: str  # of the last follow-up; empty where nobody has come yet, or it may not be seen
    verdict: str  # how that stands to the line, in words
    controlled: bool | None
    next_on: date | None
    overdue: bool
    may_record: bool  # at work, and it is their institution's
    follow_ups: tuple[FollowUpCard, ...]


@rereading
async def episode_sheet(*, actor: Actor, uid: str, now: datetime) -> EpisodeSheet:
    row = await episode_for(actor=actor, uid=uid, permission=Permission.FOLLOW_UP_READ, now=now)
    view, found = await _seen(actor, row, now)
    everything = await _follow_ups(view, [row], current=False)
    follow_ups = [each for each in everything if each.is_current]
    numbers = await numbers_on(local_date(now))
    await trail.record([view.line("followups.sheet", found)], now=now)
    return EpisodeSheet(
        card=read_episode(row, now=now),
        enrolled_words="健康档案里的诊断" if row.enrolled_how is Enrolled.DIAGNOSIS else row.evidence,
        line_words=_line_words(row, numbers, local_date(now)),
        follow_ups=tuple(read_follow_up(each) for each in follow_ups),
        replaced=tuple(read_follow_up(each) for each in everything if not each.is_current),
        history=await history_of(subject_uid=row.uid),
        may_write=actor.may(Permission.FOLLOW_UP_WRITE) and row.status is not EpisodeStatus.ENDED,
    )


@rereading
async def form_sheet(*, actor: Actor, episode_uid: str, now: datetime) -> FormSheet:
    """Return the form to fill in next; habits, aims and medicines are carried over from the last time."""
    row = await episode_for(actor=actor, uid=episode_uid, permission=Permission.FOLLOW_UP_WRITE, now=now)
    view, found = await _seen(actor, row, now)
    earlier = await _follow_ups(view, [row], most=1)
    last = earlier[0] if earlier else None
    numbers = await numbers_on(local_date(now))
    await trail.record([view.line("followups.form", found)], now=now)
    return FormSheet(
        card=read_episode(row, now=now),
        form=CURRENT[row.disease],
        answers=CURRENT[row.disease].carried(last.answers) if last else {},
        line_words=_line_words(row, numbers, local_date(now)),
        last_words=_last_words(read_follow_up(last), local_date(now)) if last else "还没有随访过。",
        today=local_date(now),
    )


@rereading
async def correction_sheet(*, actor: Actor, follow_up_uid: str, now: datetime) -> FormSheet:
    """Return the form of an earlier follow-up as it was filled in, to be put right."""
    row = await follow_up_for(actor=actor, uid=follow_up_uid, permission=Permission.FOLLOW_UP_WRITE)
    episode = await ChronicEpisode.get(id=row.episode_id).select_related(*EPISODE_RELATIONS)
    view, found = await _seen(actor, episode, now)
    shown = await _follow_ups(view, [episode], current=False)
    if row.id not in {each.id for each in shown}:
        raise NotFound
    numbers = await numbers_on(row.happened_on)
    await trail.record([view.line("followups.form", found)], now=now)
    card = read_follow_up(next(each for each in shown if each.id == row.id))
    return FormSheet(
        card=read_episode(episode, now=now),
        form=form_of(row.form_code, row.form_version),
        answers=dict(row.answers),
        line_words=_line_words(episode, numbers, row.happened_on),
        last_words="",
        today=local_date(now),
        follow_up=card,
    )


@rereading
async def follow_ups_of(
    *, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime
) -> tuple[ResidentLine, ...]:
    """Return how it stands with each disease that is followed up, for the resident, their family, or who cares for them."""
    view = await view_of(actor=actor, resident_uid=resident_uid, purpose=purpose, now=now)
    episodes = await (
        ChronicEpisode.filter(episodes_seen_in(view)).order_by("-id").select_related(*EPISODE_RELATIONS)
    )
    found = [each for each in await _entries(view) if each is not None]
    rows = await _follow_ups(view, episodes)
    numbers = await numbers_on(local_date(now))
    await trail.record([view.line("followups.mine", found)], now=now)
    own = actor.institutions_with(Permission.FOLLOW_UP_WRITE) if view.family is None else frozenset()
    told = _Told(numbers, own, now)
    return tuple(
        _resident_line(each, [row for row in rows if row.episode_id == each.id], told) for each in episodes
    )


@dataclass(frozen=True)
class _Told:
    """By which numbers a line is said, and whose episodes the reader may write on."""

    numbers: Mapping[str, int]
    own: frozenset[int]
    now: datetime


def _resident_line(row: ChronicEpisode, follow_ups: Sequence[FollowUp], told: _Told) -> ResidentLine:
    card, today = read_episode(row, now=told.now), local_date(told.now)
    ended = row.status is EpisodeStatus.ENDED
    if ended:
        sentence = f"{card.institution_name}的{card.disease_words}随访已经结束（{card.end_words}）。"
    elif not follow_ups:
        sentence = (
            f"{card.institution_name}会来做{card.disease_words}随访，第一次{_said(row.next_on, today)}。"
        )
    else:
        last = read_follow_up(follow_ups[0])
        sentence = f"{_last_words(last, today)}下一次{_said(row.next_on, today)}。"
    return ResidentLine(
        episode_uid=row.uid,
        disease=row.disease,
        disease_words=card.disease_words,
        institution_name=card.institution_name,
        sentence=sentence,
        aim=_line_words(row, told.numbers, today),
        measured=_measured(row.disease, follow_ups[0]) if follow_ups else "",
        verdict=("在控制线以内" if follow_ups[0].controlled else "超过控制线") if follow_ups else "",
        controlled=follow_ups[0].controlled if follow_ups else None,
        next_on=None if ended else row.next_on,
        overdue=card.overdue_days > 0,
        may_record=not ended and row.institution_id in told.own,
        follow_ups=tuple(read_follow_up(each) for each in follow_ups),
    )


def _measured(disease: Disease, row: FollowUp) -> str:
    """Say the number that the line is about."""
    answers = row.answers
    if disease is Disease.DIABETES:
        return f"空腹血糖 {answers['glucose']:g} mmol/L" if "glucose" in answers else ""
    return f"血压 {answers['systolic']}/{answers['diastolic']} mmHg" if "systolic" in answers else ""


def _said(day: date, today: date) -> str:
    if day < today:
        return f"应在{said_day(day, today)}前，已经过了，请提醒机构安排"
    return f"不晚于{said_day(day, today)}"


def _last_words(card: FollowUpCard, today: date) -> str:
    return f"上次随访是{said_day(card.happened_on, today)}，{card.outcome_words}，{card.course_words}。"


def _line_words(row: ChronicEpisode, numbers: Any, day: date) -> str:
    terms = terms_of(numbers, row.resident.birth_date, day)
    age = age_on(row.resident.birth_date, day)
    if row.disease is Disease.DIABETES:
        return f"空腹血糖低于 {terms.lines['sugar_line'] / 10:.1f} mmol/L"
    systolic, diastolic = terms.lines.blood_pressure
    return f"{age} 岁，血压低于 {systolic}/{diastolic} mmHg（高压和低压都要低于）"


async def _seen(actor: Actor, row: ChronicEpisode, now: datetime) -> tuple[View, list[Any]]:
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=Purpose.VISIT, now=now)
    found = await _entries(view, row.disease)
    return view, found


async def _entries(view: View, disease: Disease | None = None) -> list[Any]:
    """Return the follow-ups' entries that the reader may see; what stands behind others stays closed."""
    diseases = [disease] if disease is not None else list(Disease)
    uids = await FollowUp.filter(
        resident_id__in=view.ids, episode__disease__in=diseases, is_current=True
    ).values_list("entry_uid", flat=True)
    return list(await view.entries().filter(uid__in=list(uids))) if uids else []


async def _follow_ups(
    view: View, episodes: Sequence[ChronicEpisode], *, current: bool = True, most: int = MOST
) -> list[FollowUp]:
    rows = FollowUp.filter(episode_id__in=[each.id for each in episodes])
    if current:
        rows = rows.filter(is_current=True)
    found = await (
        rows.order_by("-happened_on", "-version").limit(most).select_related("episode", "resident", "author")
    )
    shown = view.versions().filter(uid__in=[each.entry_uid for each in found])
    seen = set(await shown.values_list("uid", flat=True)) if found else set()
    return [each for each in found if each.entry_uid in seen]
