"""Who is due for what at the home of an agreement, as each room tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import ServiceAgreement
from server.alliance.rules import content_of
from server.assessments.queries import WorkWish, work_list
from server.assessments.rules import WorkState, constitution, gbt42195
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.queries import due_beside_beds
from server.followups.queries import Work as Following
from server.followups.queries import WorkFilter, work_rows
from server.half_days.rules import ABILITY, CHECKUP, CONSTITUTION, FOLLOW_UP, PATROL, WORKS, Work
from server.kit.clock import local_date
from server.kit.pages import MOST, PageWish
from server.people.access import residents_visible_to
from server.people.models import Resident
from server.people.rules import CareState, in_house_order
from server.visits.queries import rounds_due
from server.visits.queries.due import by_the_year
from server.visits.queries.planning import on_a_list

WHOLE_LIST = PageWish(limit=MOST)
TO_ASSESS = frozenset({WorkState.NEVER, WorkState.LAPSED, WorkState.ENDING})
SCALES = {ABILITY.service: gbt42195.CODE, CONSTITUTION.service: constitution.CODE}


@dataclass(frozen=True)
class Told:
    """What a room says."""

    resident_uid: str
    work: Work
    overdue_days: int = 0
    urgent: bool = False
    last_seen: date | None = None


@dataclass(frozen=True)
class Due:
    """One thing that is due for one resident, in words."""

    resident_uid: str
    resident_name: str
    bed: str
    away: bool  # in hospital
    service: str
    words: str
    minutes: int
    urgent: bool
    overdue_days: int
    waited_days: int


def agreed_works(row: ServiceAgreement) -> tuple[Work, ...]:
    """Return what the agreement names of all that can be done in one go."""
    named = {item.code for item in content_of(row.content).items}
    return tuple(work for work in WORKS.values() if work.service in named)


async def everything_due(
    *, actor: Actor, row: ServiceAgreement, numbers: Mapping[str, int], now: datetime
) -> tuple[Due, ...]:
    """Return all that is due and on no list yet, from bed to bed; one line for each resident and service."""
    told = _one_each(await _told(actor, row, now))
    listed = await on_a_list(row, [work.service for work in agreed_works(row)])
    left = [each for each in told if (each.resident_uid, each.work.service) not in listed]
    people = await _people(actor, row, {each.resident_uid for each in left}, now)
    waited = _waited(left, local_date(now))
    found = [
        Due(
            resident_uid=each.resident_uid,
            resident_name=people[each.resident_uid].name,
            bed=people[each.resident_uid].bed or "",
            away=people[each.resident_uid].care_state is CareState.INPATIENT,
            service=each.work.service,
            words=each.work.words,
            minutes=numbers[each.work.minutes],
            urgent=each.urgent,
            overdue_days=each.overdue_days,
            waited_days=waited.get(each.resident_uid, 0),
        )
        for each in left
        if each.resident_uid in people
    ]
    return tuple(sorted(found, key=lambda due: (not due.bed, in_house_order(due.bed), due.resident_uid)))


async def _told(actor: Actor, row: ServiceAgreement, now: datetime) -> list[Told]:
    agreed = agreed_works(row)
    found: list[Told] = []
    if PATROL in agreed:
        found += await _rounds(actor, row, now)
    if FOLLOW_UP in agreed:
        found += await _follow_ups(actor, row, now)
    if CHECKUP in agreed:
        found += await _checkups(actor, row, now)
    for work in agreed:
        if work.service in SCALES:
            found += await _assessments(actor, row, work, now)
    return found


async def _rounds(actor: Actor, row: ServiceAgreement, now: datetime) -> list[Told]:
    if PATROL.service not in {item.code for item in by_the_year(content_of(row.content))}:
        return []  # as needed: nobody is due
    board = await rounds_due(actor=actor, agreement_uid=row.uid, service=PATROL.service, most=MOST, now=now)
    lines = board.sheet.lines if board.sheet else ()
    return [
        Told(line.resident_uid, PATROL, line.due.overdue_days, last_seen=line.last_seen or date.min)
        for line in lines
    ]


async def _follow_ups(actor: Actor, row: ServiceAgreement, now: datetime) -> list[Told]:
    wanted = WorkFilter(work=Following.DUE, home_uid=row.home.uid, institution_id=row.provider.id)
    page = await work_rows(actor=actor, wanted=wanted, wish=WHOLE_LIST, now=now)
    # Who was referred and not asked about since is asked first.
    return [
        Told(
            card.resident_uid,
            FOLLOW_UP,
            card.overdue_days,
            urgent=card.check_back_late,
            last_seen=card.last_on,
        )
        for card in page.items
    ]


async def _checkups(actor: Actor, row: ServiceAgreement, now: datetime) -> list[Told]:
    lines = await due_beside_beds(actor=actor, home_id=row.home.id, provider_id=row.provider.id, now=now)
    return [Told(line.resident_uid, CHECKUP, _days_over(line.day, local_date(now))) for line in lines]


async def _assessments(actor: Actor, row: ServiceAgreement, work: Work, now: datetime) -> list[Told]:
    if row.provider.id not in actor.institutions_with(Permission.ASSESSMENT_MAKE):
        return []
    wish = WorkWish(home_uid=row.home.uid, questionnaire=SCALES[work.service])
    board = await work_list(actor=actor, wish=wish, page=WHOLE_LIST, now=now)
    return [
        Told(
            line.resident_uid, work, _days_over(line.valid_until, local_date(now)), last_seen=line.assessed_on
        )
        for line in board.page.items
        if line.state in TO_ASSESS
    ]


def _days_over(day: date | None, today: date) -> int:
    return max(0, (today - day).days) if day else 0


def _one_each(told: Iterable[Told]) -> list[Told]:
    """Keep one of each resident and service, the most pressing: two diseases are asked about in one follow-up."""
    found: dict[tuple[str, str], Told] = {}
    for each in told:
        key = (each.resident_uid, each.work.service)
        other = found.get(key)
        if other is None or (each.urgent, each.overdue_days) > (other.urgent, other.overdue_days):
            found[key] = each
    return list(found.values())


def _waited(told: Iterable[Told], today: date) -> dict[str, int]:
    """Return for how many days nobody has come to each, as far as the rooms know of anybody."""
    seen: dict[str, date] = {}
    for each in told:
        if each.last_seen is not None:
            seen[each.resident_uid] = max(each.last_seen, seen.get(each.resident_uid, date.min))
    return {resident: (today - day).days for resident, day in seen.items()}


async def _people(
    actor: Actor, row: ServiceAgreement, uids: Iterable[str], now: datetime
) -> dict[str, Resident]:
    visible = residents_visible_to(actor=actor, permission=Permission.VISIT_READ, now=now)
    rows = await Resident.filter(visible, home_id=row.home.id, died_at=None, uid__in=sorted(uids))
    return {str(each.uid): each for each in rows}
