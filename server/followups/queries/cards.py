"""An episode and a follow-up as they leave the core."""

from dataclasses import dataclass
from datetime import date, datetime

from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import (
    COURSE_WORDS,
    DISEASE_WORDS,
    END_WORDS,
    OUTCOME_WORDS,
    STATUS_WORDS,
    Course,
    Disease,
    EpisodeStatus,
    Outcome,
    form_of,
)
from server.kit.clock import age_on, local_date

EPISODE_RELATIONS = ("resident__home", "institution")


@dataclass(frozen=True)
class EpisodeCard:
    uid: str
    resident_uid: str
    resident_name: str
    age: int
    home_name: str
    bed: str
    institution_name: str
    disease: Disease
    disease_words: str
    status: EpisodeStatus
    status_words: str
    enrolled_on: date
    last_on: date | None
    last_outcome: Outcome | None
    last_words: str  # empty: nobody has come yet
    next_on: date
    overdue_days: int  # 0: not overdue
    check_back_by: date | None
    check_back_late: bool
    ended_on: date | None
    end_words: str


@dataclass(frozen=True)
class FollowUpCard:
    """One follow-up with what follows from it; what was filled in stands in the sheet."""

    uid: str
    episode_uid: str
    resident_uid: str
    disease: Disease
    disease_words: str
    happened_on: date
    author: str
    controlled: bool
    outcome: Outcome
    outcome_words: str
    course: Course
    course_words: str
    why: tuple[str, ...]
    sentence: str  # all of it in one breath, for whoever filled it in
    next_on: date
    latest_next_on: date
    check_back_by: date | None
    checked_back_at: datetime | None
    checked_back_note: str
    version: int
    reason: str
    is_current: bool
    entry_uid: str
    answers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def read_episode(row: ChronicEpisode, *, now: datetime) -> EpisodeCard:
    today = local_date(now)
    live = row.status is not EpisodeStatus.ENDED
    resident = row.resident
    return EpisodeCard(
        uid=row.uid,
        resident_uid=resident.uid,
        resident_name=resident.name,
        age=age_on(resident.birth_date, today),
        home_name=resident.home.name if resident.home else "不住在机构",
        bed=resident.bed or "",
        institution_name=row.institution.name,
        disease=row.disease,
        disease_words=DISEASE_WORDS[row.disease],
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        enrolled_on=row.enrolled_on,
        last_on=row.last_on,
        last_outcome=row.last_outcome,
        last_words=OUTCOME_WORDS[row.last_outcome] if row.last_outcome else "",
        next_on=row.next_on,
        overdue_days=max(0, (today - row.next_on).days) if live else 0,
        check_back_by=row.check_back_by,
        check_back_late=row.check_back_by is not None and row.check_back_by < today,
        ended_on=row.ended_on,
        end_words=END_WORDS[row.end_reason] if row.end_reason else "",
    )


def read_follow_up(row: FollowUp) -> FollowUpCard:
    disease = row.episode.disease
    next_on = f"{row.next_on.month} 月 {row.next_on.day} 日"
    return FollowUpCard(
        uid=row.uid,
        episode_uid=row.episode.uid,
        resident_uid=row.resident.uid,
        disease=disease,
        disease_words=DISEASE_WORDS[disease],
        happened_on=row.happened_on,
        author=row.author.name,
        controlled=row.controlled,
        outcome=row.outcome,
        outcome_words=OUTCOME_WORDS[row.outcome],
        course=row.course,
        course_words=COURSE_WORDS[row.course],
        why=tuple(row.why),
        sentence=f"{'；'.join(row.why)}。{COURSE_WORDS[row.course]}。下次随访不晚于 {next_on}。",
        next_on=row.next_on,
        latest_next_on=row.latest_next_on,
        check_back_by=row.check_back_by,
        checked_back_at=row.checked_back_at,
        checked_back_note=row.checked_back_note,
        version=row.version,
        reason=row.reason,
        is_current=row.is_current,
        entry_uid=row.entry_uid,
        answers=form_of(row.form_code, row.form_version).read_out(row.answers),
    )


async def episode_card(episode_id: int, *, now: datetime) -> EpisodeCard:
    """Return the card of a row that the caller may see."""
    return read_episode(await ChronicEpisode.get(id=episode_id).select_related(*EPISODE_RELATIONS), now=now)


async def follow_up_card(row_id: int, *, now: datetime) -> FollowUpCard:  # noqa: ARG001  one form for all
    """Return the card of a row that the caller may see."""
    return read_follow_up(await FollowUp.get(id=row_id).select_related("episode", "resident", "author"))
