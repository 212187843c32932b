"""What is told of sessions and of those who were there."""

from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.access import standing_grants
from server.identity.models import RoleGrant, TrainingRecord
from server.identity.queries import HistoryLine, history_of
from server.kit.camera_codes import seconds_left
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, page_of
from server.training.access import HOLD, session_for, session_to_hold, sessions_visible_to
from server.training.codes import shown_code
from server.training.models import TrainingAttendance, TrainingSession
from server.training.rules import (
    COURSES,
    KIND_WORDS,
    MEANS_WORDS,
    NEWEST,
    OF_CODE,
    OPEN_WORDS,
    STATUS_WORDS,
    Course,
    OpenTo,
    SessionStatus,
    may_sign,
)

MOST_SHOWN = 500  # seats of one session at most
MOST_STAFF = 300
WINDOW = ("training.early_minutes", "training.late_minutes")


@dataclass(frozen=True)
class CourseSessionCard:
    uid: str
    course: str
    title: str
    institution: str
    open_to_words: str
    place: str
    trainer: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    status: SessionStatus
    status_words: str


@dataclass(frozen=True)
class AttendanceCard:
    uid: str
    name: str
    institution: str
    means_words: str
    reason: str
    at: datetime
    certificate_number: str


@dataclass(frozen=True)
class PersonChoice:
    uid: str
    name: str


@dataclass(frozen=True)
class SessionSheet:
    card: CourseSessionCard
    hours: int
    source: str
    version: int
    reason: str | None
    present: tuple[AttendanceCard, ...]  # for the host all, for others their own staff
    mine_to_hold: bool
    may_show_code: bool
    may_finish: bool
    may_cancel: bool
    may_enter: bool
    candidates: tuple[PersonChoice, ...]  # of the actor's own staff: who may be written down from paper
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True)
class ShownCode:
    card: CourseSessionCard
    text: str
    seconds_left: int
    open_now: bool


@dataclass(frozen=True)
class CourseChoice:
    code: str
    text: str


@dataclass(frozen=True)
class HostChoice:
    uid: str
    name: str


def session_card(row: TrainingSession) -> CourseSessionCard:
    """Make the card; the row has its institution with it."""
    return CourseSessionCard(
        uid=row.uid,
        course=row.course,
        title=version_of(row.course, row.course_version).title,
        institution=row.institution.name,
        open_to_words=OPEN_WORDS[row.open_to],
        place=row.place,
        trainer=row.trainer,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        seats=row.seats,
        taken=row.taken,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
    )


def version_of(code: str, version: int) -> Course:
    """Return a course as it was when somebody took it."""
    return next((each for each in OF_CODE[code] if each.version == version), NEWEST[code])


def course_choices(day: date) -> tuple[CourseChoice, ...]:
    newest = {each.code: each for each in COURSES if each.since <= day}
    return tuple(
        CourseChoice(each.code, f"{each.title}（{KIND_WORDS[each.kind]}）") for each in newest.values()
    )


async def hosts(*, actor: Actor) -> tuple[HostChoice, ...]:
    rows = await Institution.filter(id__in=sorted(actor.institutions_with(HOLD))).order_by("id")
    return tuple(HostChoice(row.uid, row.name) for row in rows)


async def sessions(
    *, actor: Actor, status: SessionStatus | None = None, wish: PageWish, now: datetime
) -> Page[CourseSessionCard]:
    rows = TrainingSession.filter(await sessions_visible_to(actor=actor, permission=HOLD, now=now))
    if status is not None:
        rows = rows.filter(status=status)
    return await page_of(rows.select_related("institution"), wish, session_card, by="starts_at")


async def count_to_finish(*, actor: Actor, now: datetime) -> int:
    own = sorted(actor.institutions_with(HOLD))
    return await TrainingSession.filter(
        institution_id__in=own, status=SessionStatus.PLANNED, ends_at__lt=now
    ).count()


async def session_sheet(*, actor: Actor, uid: str, now: datetime) -> SessionSheet:
    row = await session_for(actor=actor, uid=uid, permission=HOLD, now=now)
    holds = row.institution_id in actor.institutions_with(HOLD)
    planned = row.status is SessionStatus.PLANNED
    manages = actor.may(Permission.STAFF_MANAGE)
    candidates = await _candidates(actor, row, now) if planned and manages else ()
    course = version_of(row.course, row.course_version)
    history = await history_of(subject_uid=row.uid) if holds else ()
    return SessionSheet(
        card=session_card(row),
        hours=course.hours,
        source=course.source,
        version=course.version,
        reason=row.reason,
        present=await _present(actor, row, holds=holds),
        mine_to_hold=holds,
        may_show_code=holds and planned and await _open_now(row, now),
        may_finish=holds and planned and row.starts_at <= now,
        may_cancel=holds and planned,
        may_enter=bool(candidates) and row.starts_at <= now,
        candidates=candidates,
        history=history,
    )


async def code_to_show(*, actor: Actor, uid: str, now: datetime) -> ShownCode:
    row = await session_to_hold(actor=actor, uid=uid)
    open_now = row.status is SessionStatus.PLANNED and await _open_now(row, now)
    text = shown_code(session_id=row.id, now=now) if open_now else ""
    return ShownCode(session_card(row), text, seconds_left(now), open_now)


async def _open_now(row: TrainingSession, now: datetime) -> bool:
    numbers = await parameters(WINDOW, on=local_date(now))
    early, late = (numbers[code] for code in WINDOW)
    return may_sign(now, starts_at=row.starts_at, ends_at=row.ends_at, early=early, late=late)


async def _present(actor: Actor, row: TrainingSession, *, holds: bool) -> tuple[AttendanceCard, ...]:
    rows = TrainingAttendance.filter(session_id=row.id)
    if not holds:
        rows = rows.filter(institution_id__in=sorted(actor.institutions_with(HOLD)))
    found = await rows.select_related("account", "institution").order_by("id").limit(MOST_SHOWN)
    written = TrainingRecord.filter(attendance_uid__in=[each.uid for each in found])
    numbers = dict(await written.values_list("attendance_uid", "certificate_number"))
    return tuple(
        AttendanceCard(
            uid=each.uid,
            name=each.account.name,
            institution=each.institution.name,
            means_words=MEANS_WORDS[each.means],
            reason=each.reason,
            at=each.created_at,
            certificate_number=numbers.get(each.uid, ""),
        )
        for each in found
    )


async def _candidates(actor: Actor, row: TrainingSession, now: datetime) -> tuple[PersonChoice, ...]:
    theirs = standing_grants(actor=actor, permission=Permission.STAFF_MANAGE, now=now)
    grants = RoleGrant.filter(theirs, institution_id__isnull=False).exclude(account_id=actor.account_id)
    if row.open_to is OpenTo.OWN:
        grants = grants.filter(institution_id=row.institution_id)
    here = {
        each["account_id"] for each in await TrainingAttendance.filter(session_id=row.id).values("account_id")
    }
    found = await grants.select_related("account").order_by("id").limit(MOST_STAFF)
    people = {each.account.uid: each.account.name for each in found if each.account_id not in here}
    return tuple(PersonChoice(uid, name) for uid, name in people.items())
