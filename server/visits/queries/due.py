"""Whom a round should see next: everybody of one home, by what one agreement promises (rules.due)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.functions import Max

from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.alliance.rules import AgreementContent, Contact, ServiceItem, VisitDay, content_of
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.people.access import residents_visible_to
from server.people.models import Resident, ResidentStay
from server.visits.models import VisitItem
from server.visits.queries.cards import STATUS_WORDS
from server.visits.queries.planning import Choice, PairCard, agreements_to_plan, clinicians_of, pair_card
from server.visits.rules import NOT_SETTLED, Outcome, VisitStatus
from server.visits.rules.due import COMING, TO_PLAN, Due, DueState, Frequency, due_of

LOOK_BACK = timedelta(days=400)  # longer than any service is apart: whoever was seen before that is overdue
WEEK = 7


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


@dataclass(frozen=True)
class DueSheet:
    """One home, one promised service, everybody for whom it holds."""

    pair: PairCard
    service: ServiceItem
    days_between: int
    lines: tuple[DueLine, ...]  # the most urgent first
    counts: Mapping[DueState, int]
    may_plan: bool  # the provider's own planners; a home asks them
    clinicians: tuple[Choice, ...]
    contacts: tuple[Contact, ...]  # whom the home asks
    starts_at: datetime  # the next of the agreed half-days
    ends_at: datetime


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
    now: datetime,
) -> DueBoard:
    """Return who is due under one of the actor's agreements; without a choice, under the first."""
    rows = await agreements_to_plan(actor, now).order_by("home_id", "id")
    promised = [(row, items) for row in rows if (items := _by_the_year(content_of(row.content)))]
    choices = tuple(
        (pair_card(row), tuple(Choice(item.code, item.name) for item in items)) for row, items in promised
    )
    chosen = _chosen(promised, agreement_uid, service)
    if chosen is None:
        return DueBoard(choices, None)
    wanted = frozenset(DueState) if everybody else TO_PLAN
    return DueBoard(choices, await _sheet(actor, *chosen, wanted, now))


def _by_the_year(content: AgreementContent) -> list[ServiceItem]:
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
    actor: Actor, row: ServiceAgreement, item: ServiceItem, wanted: Collection[DueState], now: datetime
) -> DueSheet:
    numbers = await parameters(("visits.convalescent_times", "visits.due_ahead_days"), on=now)
    frequency = Frequency(
        item.times_a_year or 1, numbers["visits.convalescent_times"], numbers["visits.due_ahead_days"]
    )
    every = await _lines(actor, row, item, frequency, now)
    content = content_of(row.content)
    begins, ends = _next_half_day(content.visit_days, now)
    return DueSheet(
        pair=pair_card(row),
        service=item,
        days_between=frequency.days,
        lines=tuple(line for line in every if line.due.state in wanted),
        counts=Counter(line.due.state for line in every),
        may_plan=row.provider.id in actor.institutions_with(Permission.VISIT_PLAN),
        clinicians=await clinicians_of(row, now),
        contacts=content.contacts,
        starts_at=begins,
        ends_at=ends,
    )


async def _lines(
    actor: Actor, row: ServiceAgreement, item: ServiceItem, frequency: Frequency, now: datetime
) -> list[DueLine]:
    visible = residents_visible_to(actor=actor, permission=Permission.VISIT_READ, now=now)
    residents = await Resident.filter(visible, home_id=row.home.id, died_at=None).order_by("bed", "id")
    seen, waiting = await _last_seen(row, item.code, now), await _open_visits(row, item.code)
    moved_in, signed = await _moved_in(row), await _first_signed(row)
    lines = []
    for resident in residents:
        visit = waiting.get(resident.id)
        due = due_of(
            frequency=frequency,
            care_state=resident.care_state,
            last_seen=seen.get(resident.id),
            waiting_since=max(signed, moved_in.get(resident.id, signed)),
            planned=visit is not None,
            today=local_date(now),
        )
        lines.append(
            DueLine(resident.uid, resident.name, resident.bed or "", seen.get(resident.id), due, visit)
        )
    order = list(DueState)
    return sorted(lines, key=lambda line: (order.index(line.due.state), -line.due.overdue_days))


async def _last_seen(row: ServiceAgreement, service: str, now: datetime) -> Mapping[int, date]:
    rows = VisitItem.filter(
        visit__home_id=row.home.id,
        visit__provider_id=row.provider.id,
        visit__status=VisitStatus.CONFIRMED,
        visit__starts_at__gte=now - LOOK_BACK,
        service=service,
        outcome=Outcome.SEEN,
    ).annotate(last=Max("visit__started_at"))
    found: dict[int, date] = {}
    for resident, survivor, last in await rows.group_by(
        "resident_id", "resident__merged_into_id"
    ).values_list("resident_id", "resident__merged_into_id", "last"):
        whose, day = survivor or resident, local_date(last)
        found[whose] = max(day, found.get(whose, day))
    return found


async def _open_visits(row: ServiceAgreement, service: str) -> Mapping[int, OpenVisit]:
    rows = VisitItem.filter(
        visit__home_id=row.home.id,
        visit__provider_id=row.provider.id,
        visit__status__in=sorted(NOT_SETTLED),
        service=service,
    ).order_by("visit__starts_at")  # the latest stays
    columns = (
        "resident_id",
        "resident__merged_into_id",
        "visit__uid",
        "visit__starts_at",
        "visit__status",
    )
    return {
        survivor or resident: OpenVisit(uid, starts_at, STATUS_WORDS[status])
        for resident, survivor, uid, starts_at, status in await rows.values_list(*columns)
    }


async def _moved_in(row: ServiceAgreement) -> Mapping[int, date]:
    stays = ResidentStay.filter(home_id=row.home.id, ended_at=None)
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


def _next_half_day(agreed: Sequence[VisitDay], now: datetime) -> tuple[datetime, datetime]:
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
