"""Who of a home is due, what is being filled in, what is in dispute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.assessments.access import (
    MAKE,
    RELATIONS,
    disputes_answered_by,
    homes_assessed_by,
    known_to,
    worked_on_by,
)
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.queries.cards import DisputeCard, WorkCard, dispute_card, work_card
from server.assessments.rules import (
    COUNTS,
    CURRENT,
    HABITS,
    WORK_WORDS,
    AssessmentStatus,
    DisputeStatus,
    Questionnaire,
    WorkState,
    current,
    work_state,
)
from server.authority.actor import Actor
from server.kit.clock import age_on, born_by, local_date
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, page_of, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident

BY_AGE = tuple(code for code, habit in HABITS.items() if habit.age is not None)


@dataclass(frozen=True)
class WorkWish:
    """Which list is wanted."""

    home_uid: str | None = None
    questionnaire: str = BY_AGE[0]
    bed: str | None = None  # or how it begins


@dataclass(frozen=True)
class WorkLine:
    resident_uid: str
    resident: str
    bed: str
    age: int
    state: WorkState
    state_words: str
    assessed_on: date | None  # the last of which the reader may know
    valid_until: date | None
    work_uid: str | None  # the sheet of the reader's institution


@dataclass(frozen=True)
class WorkBoard:
    """The homes that the reader assesses, and who of the chosen one is due."""

    homes: tuple[tuple[str, str], ...]
    home: tuple[str, str] | None
    questionnaire: Questionnaire
    from_age: int
    page: Page[WorkLine]

    @property
    def questionnaires(self) -> list[tuple[str, str]]:
        return [(code, CURRENT[code].short) for code in BY_AGE]


@dataclass(frozen=True)
class _Horizon:
    """Today, and the last day of the notice."""

    today: date
    until: date


async def work_list(*, actor: Actor, wish: WorkWish, page: PageWish, now: datetime) -> WorkBoard:
    """List everybody of a home who is old enough and has no result that holds beyond the notice."""
    questionnaire = current(wish.questionnaire)
    age_code = HABITS[questionnaire.code].age
    if age_code is None:
        raise NotFound
    numbers = await parameters((age_code, "assessments.expiring_days"), on=now)
    homes = await Institution.filter(homes_assessed_by(actor=actor, now=now)).order_by("id")
    home = _chosen(homes, wish.home_uid)
    pairs = tuple((each.uid, each.name) for each in homes)
    if home is None:
        return WorkBoard(pairs, None, questionnaire, numbers[age_code], Page((), None))
    today = local_date(now)
    known = _known(actor, home, questionnaire, now)
    lasting = known.filter(valid_until__gt=today + timedelta(days=numbers["assessments.expiring_days"]))
    due = Resident.filter(
        residents_visible_to(actor=actor, permission=MAKE, now=now),
        home_id=home.id,
        died_at=None,
        birth_date__lte=born_by(today, numbers[age_code]),
    ).filter(~Q(id__in=Subquery(lasting.values("resident_id"))))
    if wish.bed:
        due = due.filter(bed__startswith=wish.bed)
    found = await rows_of(due, page, by="created_at", newest_first=False)
    horizon = _Horizon(today, today + timedelta(days=numbers["assessments.expiring_days"]))
    lines = await _lines(found.items, known, _begun(actor, questionnaire), horizon)
    return WorkBoard(pairs, (home.uid, home.name), questionnaire, numbers[age_code], found.of(lines))


def _chosen(homes: Sequence[Institution], uid: str | None) -> Institution | None:
    if uid is None:
        return homes[0] if homes else None
    found = next((each for each in homes if each.uid == uid), None)
    if found is None:
        raise NotFound
    return found


def _known(
    actor: Actor, home: Institution, questionnaire: Questionnaire, now: datetime
) -> QuerySet[Assessment]:
    visible = known_to(actor=actor, home=home, category=questionnaire.category, now=now)
    return Assessment.filter(visible, questionnaire=questionnaire.code, status__in=sorted(COUNTS))


def _begun(actor: Actor, questionnaire: Questionnaire) -> QuerySet[Assessment]:
    return Assessment.filter(worked_on_by(actor=actor), questionnaire=questionnaire.code)


async def _lines(
    residents: Sequence[Resident],
    known: QuerySet[Assessment],
    begun: QuerySet[Assessment],
    horizon: _Horizon,
) -> tuple[WorkLine, ...]:
    ids = [each.id for each in residents]
    if not ids:
        return ()
    results = known.filter(resident_id__in=ids).order_by("valid_until", "id")
    last: Mapping[int, tuple[date, date]] = {
        resident: (assessed_on, until)
        for resident, assessed_on, until in await results.values_list(
            "resident_id", "assessed_on", "valid_until"
        )
    }  # the last one stays
    live = {
        resident: (uid, status)
        for resident, uid, status in await begun.filter(resident_id__in=ids).values_list(
            "resident_id", "uid", "status"
        )
    }
    return tuple(_line(each, last.get(each.id), live.get(each.id), horizon) for each in residents)


def _line(
    resident: Resident, last: tuple[date, date] | None, live: tuple[str, str] | None, horizon: _Horizon
) -> WorkLine:
    assessed_on, until = last or (None, None)
    uid, status = live or (None, None)
    state = work_state(live=status, valid_until=until, today=horizon.today, notice_until=horizon.until)
    return WorkLine(
        resident_uid=resident.uid,
        resident=resident.name,
        bed=resident.bed or "",
        age=age_on(resident.birth_date, horizon.today),
        state=state,
        state_words=WORK_WORDS[state],
        assessed_on=assessed_on,
        valid_until=until,
        work_uid=uid,
    )


async def sheets_under_work(
    *, actor: Actor, status: AssessmentStatus | None = None, wish: PageWish
) -> Page[WorkCard]:
    """List what the actor's institution is filling in or signing, the latest touched first."""
    rows = Assessment.filter(worked_on_by(actor=actor)).select_related(*RELATIONS)
    if status is not None:
        rows = rows.filter(status=status)
    return await page_of(rows, wish, work_card, by="changed_at")


async def count_to_sign(*, actor: Actor) -> int:
    """Count the sheets that wait for the actor's own signature: another one has signed first."""
    waiting = Assessment.filter(worked_on_by(actor=actor), status=AssessmentStatus.PROPOSED)
    return await waiting.exclude(first_by_id=actor.account_id).count()


async def disputes(*, actor: Actor, open_only: bool, wish: PageWish, now: datetime) -> Page[DisputeCard]:
    """List what is said against the results of the actor's institution."""
    rows = AssessmentDispute.filter(disputes_answered_by(actor=actor)).select_related("assessment__resident")
    if not open_only:
        return await page_of(rows, wish, lambda row: dispute_card(row, now=now), by="created_at")
    waiting = rows.filter(status=DisputeStatus.OPEN)
    return await page_of(
        waiting, wish, lambda row: dispute_card(row, now=now), by="due_at", newest_first=False
    )


async def count_disputes(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Count the disputes that wait for an answer, and those of them that are late."""
    rows = AssessmentDispute.filter(disputes_answered_by(actor=actor), status=DisputeStatus.OPEN)
    due: list[Any] = list(await rows.values_list("due_at", flat=True))
    return len(due), sum(each <= now for each in due)
