"""Whom a round should see next: everybody of one home, by what one agreement promises (rules.due)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tortoise.queryset import QuerySet

from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.alliance.rules import AgreementContent, Contact, ServiceItem, VisitDay, content_of
from server.assessments.queries import visits_a_month_in
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.queries import rounds_a_week_in
from server.kit.clock import local_date, start_of_day
from server.kit.engines.city_day import CityDay
from server.kit.errors import NotFound
from server.kit.pages import CountedPage
from server.people.access import residents_visible_to
from server.people.models import Resident, ResidentStay
from server.people.rules import CareState
from server.visits.models import Visit, VisitItem
from server.visits.queries.cards import STATUS_WORDS
from server.visits.queries.planning import (
    Choice,
    PairCard,
    agreements_to_plan,
    clinicians_of,
    pair_card,
)
from server.visits.rules import NOT_SETTLED, Outcome, VisitStatus
from server.visits.rules.due import COMING, TO_PLAN, Due, DueState, Frequency, due_of

LOOK_BACK = timedelta(days=400)  # longer than any service is apart: whoever was seen before that is overdue
WEEK = 7
MOST_SHOWN = 30  # a round rarely takes more; a second page is a second round
EVERYDAY = CareState.RESIDENTIAL
NOT_EVERYDAY = sorted(frozenset(CareState) - {EVERYDAY})
FREQUENCY = ("visits.convalescent_times", "visits.due_ahead_days", "visits.level_from_times")
ORDER = {state: place for place, state in enumerate(DueState)}


@dataclass(frozen=True)
class OpenVisit:
    """A visit on whose list somebody stands, and that does not count yet."""

    uid: str
    starts_at: datetime
    status_text: str


@dataclass(frozen=True)
class DueLine:
    resident_uid: str
    resident_name: str
    bed: str
    last_seen: date | None  # None: not within `LOOK_BACK`
    due: Due
    visit: OpenVisit | None
    visits_a_month: int | None  # as the care level asks; None: as agreed
    rounds_a_week: int | None = None  # as an open home bed asks


@dataclass(frozen=True)
class DueSheet:
    """One home, one promised service, everybody for whom it holds."""

    pair: PairCard
    service: ServiceItem
    days_between: int
    page: CountedPage[DueLine]  # the most urgent first, as many as one round takes
    counts: Mapping[DueState, int]
    may_plan: bool  # the provider's own planners; a home asks them
    clinicians: tuple[Choice, ...]
    contacts: tuple[Contact, ...]  # whom the home asks
    starts_at: datetime  # the next of the agreed half-days
    ends_at: datetime

    @property
    def lines(self) -> Sequence[DueLine]:
        return self.page.items


@dataclass(frozen=True)
class DueWish:
    """What of the list is wanted."""

    states: frozenset[DueState] = TO_PLAN
    skip: int = 0  # lines of the pages before
    most: int = MOST_SHOWN


@dataclass(frozen=True)
class Everybody:
    """All of a home in the order of their beds, and when each is due; who they are is asked of a page only."""

    residents: QuerySet[Resident]
    dues: tuple[tuple[int, Due], ...]  # by the resident's row
    seen: Mapping[int, date]
    waiting: Mapping[int, OpenVisit]
    levels: Mapping[int, int]
    rounds: Mapping[int, int]


@dataclass(frozen=True)
class DueBoard:
    """The agreements that promise anything by the year, and the one that is open."""

    choices: tuple[tuple[PairCard, tuple[Choice, ...]], ...]
    sheet: DueSheet | None


async def rounds_due(
    *,
    actor: Actor,
    agreement_uid: str | None = None,
    service: str | None = None,
    everybody: bool = False,
    skip: int = 0,
    most: int = MOST_SHOWN,
    now: datetime,
) -> DueBoard:
    """Return who is due under one of the actor's agreements; without a choice, under the first."""
    rows = await agreements_to_plan(actor, now).order_by("home_id", "id")
    promised = [(row, items) for row in rows if (items := by_the_year(content_of(row.content)))]
    choices = tuple(
        (pair_card(row), tuple(Choice(item.code, item.name) for item in items)) for row, items in promised
    )
    chosen = _chosen(promised, agreement_uid, service)
    if chosen is None:
        return DueBoard(choices, None)
    wish = DueWish(frozenset(DueState) if everybody else TO_PLAN, skip, most)
    return DueBoard(choices, await _sheet(actor, *chosen, wish, now))


def by_the_year(content: AgreementContent) -> list[ServiceItem]:
    if COMING.isdisjoint(content.cooperation):
        return []
    return [item for item in content.items if item.times_a_year]


def _chosen(
    promised: Sequence[tuple[ServiceAgreement, list[ServiceItem]]],
    agreement_uid: str | None,
    service: str | None,
) -> tuple[ServiceAgreement, ServiceItem] | None:
    fitting = [each for each in promised if agreement_uid in (None, each[0].uid)]
    if not fitting:
        if agreement_uid is not None:
            raise NotFound
        return None
    row, items = fitting[0]
    # Another agreement may have been chosen while the old one's service still stood in the form.
    return row, next((item for item in items if item.code == service), items[0])


async def _sheet(
    actor: Actor, row: ServiceAgreement, item: ServiceItem, wish: DueWish, now: datetime
) -> DueSheet:
    numbers = await parameters(FREQUENCY, on=now)
    frequency = Frequency(item.times_a_year or 1, *(numbers[code] for code in FREQUENCY))
    board = await _everybody(actor, row, item, frequency, now)
    wanted = sorted(
        (each for each in board.dues if each[1].state in wish.states),
        key=lambda each: (ORDER[each[1].state], -each[1].overdue_days),
    )
    end = wish.skip + wish.most
    lines = await _told(board, wanted[wish.skip : end])
    content = content_of(row.content)
    begins, ends = next_half_day(content.visit_days, now)
    return DueSheet(
        pair=pair_card(row),
        service=item,
        days_between=frequency.days,
        page=CountedPage(lines, str(end) if end < len(wanted) else None, len(wanted)),
        counts=Counter(due.state for _, due in board.dues),
        may_plan=row.provider.id in actor.institutions_with(Permission.VISIT_PLAN),
        clinicians=await clinicians_of(row, now),
        contacts=content.contacts,
        starts_at=begins,
        ends_at=ends,
    )


async def _everybody(
    actor: Actor, row: ServiceAgreement, item: ServiceItem, frequency: Frequency, now: datetime
) -> Everybody:
    visible = residents_visible_to(actor=actor, permission=Permission.VISIT_READ, now=now)
    residents = Resident.filter(visible, home_id=row.home.id, died_at=None)
    rows: list[Any] = list(await residents.order_by("bed", "id").values_list("id", flat=True))
    away = dict(
        await residents.filter(care_state__in=NOT_EVERYDAY).values_list("id", "care_state")
    )  # asked apart: the index knows the few, and nine in ten need no second column
    seen, waiting = await _last_seen(row, item.code, now), await _open_visits(row, item.code)
    await _follow_mergers(seen, waiting, frozenset(rows))
    signed, today = await _first_signed(row), local_date(now)
    moved_in = await _moved_in_since(row, signed)
    levels = await visits_a_month_in(home_id=row.home.id)
    rounds = await rounds_a_week_in(home_id=row.home.id, institution_id=row.provider.id)

    @cache  # a home is seen round by round: most of it shares a few answers
    def due(
        state: str,
        last_seen: date | None,
        waiting_since: date,
        planned: bool,  # noqa: FBT001  as in due_of
        asked: tuple[int | None, int | None],  # a month by the care level, a week by a home bed
    ) -> Due:
        return due_of(
            frequency=frequency,
            care_state=CareState(state),
            last_seen=last_seen,
            waiting_since=waiting_since,
            planned=planned,
            today=today,
            visits_a_month=asked[0],
            rounds_a_week=asked[1],
        )

    dues = tuple(
        (
            each,
            due(
                away.get(each, EVERYDAY),
                seen.get(each),
                moved_in.get(each, signed),
                each in waiting,
                (levels.get(each), rounds.get(each)),
            ),
        )
        for each in rows
    )
    return Everybody(residents, dues, seen, waiting, levels, rounds)


async def _told(board: Everybody, chosen: Sequence[tuple[int, Due]]) -> tuple[DueLine, ...]:
    """Say who they are of whom a page is shown."""
    ids = [each for each, _ in chosen]
    rows = await board.residents.filter(id__in=ids).values_list("id", "uid", "name", "bed") if ids else []
    people = {row_id: (uid, name, bed or "") for row_id, uid, name, bed in rows}
    return tuple(
        DueLine(
            *people[each],
            board.seen.get(each),
            due,
            board.waiting.get(each),
            board.levels.get(each),
            board.rounds.get(each),
        )
        for each, due in chosen
        if each in people
    )


async def _last_seen(row: ServiceAgreement, service: str, now: datetime) -> dict[int, date]:
    made = _visits(
        row, status=VisitStatus.CONFIRMED, starts_at__gte=now - LOOK_BACK, started_at__isnull=False
    )
    days = dict(await made.annotate(day=CityDay("started_at")).values_list("id", "day"))
    found: dict[int, date] = {}
    lines = _lines(days, service).filter(outcome=Outcome.SEEN)
    for resident, visit in await lines.values_list("resident_id", "visit_id"):
        day = days[visit]
        if found.get(resident, date.min) < day:
            found[resident] = day
    return found


async def _open_visits(row: ServiceAgreement, service: str) -> dict[int, OpenVisit]:
    open_ones = _visits(row, status__in=sorted(NOT_SETTLED))
    visits = {
        visit: OpenVisit(uid, starts_at, STATUS_WORDS[VisitStatus(status)])
        for visit, uid, starts_at, status in await open_ones.values_list("id", "uid", "starts_at", "status")
    }
    found: dict[int, OpenVisit] = {}
    for resident, visit in await _lines(visits, service).values_list("resident_id", "visit_id"):
        found[resident] = _later(visits[visit], found.get(resident))
    return found


def _later(one: OpenVisit, other: OpenVisit | None) -> OpenVisit:
    return one if other is None else max(one, other, key=lambda each: each.starts_at)


async def _follow_mergers(
    seen: dict[int, date], waiting: dict[int, OpenVisit], living_here: frozenset[int]
) -> None:
    """Let what was done for a row that was merged count for its survivor; whoever lives here has no survivor."""
    strangers = sorted((seen.keys() | waiting.keys()) - living_here)
    if not strangers:
        return
    merged = Resident.filter(id__in=strangers, merged_into_id__isnull=False)
    for row_id, survivor in await merged.values_list("id", "merged_into_id"):
        if row_id in seen:
            seen[survivor] = max(seen[row_id], seen.get(survivor, date.min))
        if row_id in waiting:
            waiting[survivor] = _later(waiting[row_id], waiting.get(survivor))


def _visits(row: ServiceAgreement, **more: Any) -> QuerySet[Visit]:
    return Visit.filter(home_id=row.home.id, provider_id=row.provider.id, **more)


def _lines(visits: Iterable[int], service: str) -> QuerySet[VisitItem]:
    # The few visits first, then their lines: asked in one go, the lines of the whole city are read.
    return VisitItem.filter(visit_id__in=sorted(visits), service=service)


async def _moved_in_since(row: ServiceAgreement, day: date) -> Mapping[int, date]:
    """Return who has come after that day, and when; whoever lived there before waits since the day itself."""
    stays = ResidentStay.filter(home_id=row.home.id, ended_at=None, started_at__gte=start_of_day(day))
    return {
        resident: local_date(since)
        for resident, since in await stays.values_list("resident_id", "started_at")
    }


async def _first_signed(row: ServiceAgreement) -> date:
    """Return since when the two have been bound: a renewal does not begin the waiting anew."""
    bound = ServiceAgreement.filter(
        home_id=row.home.id, provider_id=row.provider.id, filed_at__isnull=False
    ).order_by("first_day")
    first = await bound.first()
    return first.first_day if first else row.first_day


def next_half_day(agreed: Sequence[VisitDay], now: datetime) -> tuple[datetime, datetime]:
    """Return the next agreed time that has not begun; without an agreed one, tomorrow from nine to eleven."""
    today = local_date(now)
    coming = [
        (_at(day, when.from_minute), _at(day, when.to_minute))
        for day in (today + timedelta(days=ahead) for ahead in range(WEEK + 1))
        for when in agreed
        if day.isoweekday() == when.weekday and _at(day, when.from_minute) > now
    ]
    tomorrow = today + timedelta(days=1)
    return min(coming, default=(_at(tomorrow, 9 * 60), _at(tomorrow, 11 * 60)))


def _at(day: date, minute: int) -> datetime:
    return start_of_day(day) + timedelta(minutes=minute)
