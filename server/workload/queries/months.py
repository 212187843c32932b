"""What is told of an institution's months, of the people in them, and of each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q
from tortoise.functions import Count, Sum

from server.alliance.access import BUREAU_ROLES
from server.alliance.queries import cited
from server.authority.actor import Actor
from server.identity.models import Account
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import local_date
from server.kit.months import Month, first_of_month
from server.kit.pages import Page, PageWish, page_of, rows_of
from server.workload.access import (
    CLOSE,
    READ,
    month_for,
    month_of_people,
    months_visible_to,
    own_lines,
)
from server.workload.models import WorkloadLine, WorkloadMonth
from server.workload.rules import (
    LINE_WORDS,
    MONTH_WORDS,
    PLACE_CODE,
    LineKind,
    MonthStatus,
    is_over,
    said_points,
)

MOST_PEOPLE = 500
LATEST = 12  # months that somebody looks back on


@dataclass(frozen=True)
class MonthCard:
    uid: str
    institution: str
    month: date
    month_words: str
    status: MonthStatus
    status_words: str
    points: str  # services, as people read them
    hundredths: int
    services: int  # that count; what was taken back is not among them
    people: int


@dataclass(frozen=True)
class PersonSum:
    account_uid: str
    name: str
    services: int
    points: str


@dataclass(frozen=True)
class MonthSheet:
    card: MonthCard
    people: tuple[PersonSum, ...]  # empty for the bureau
    with_people: bool
    double: int  # per cent that work in a home counts
    citation: str
    closed_by: str | None
    closed_at: datetime | None
    may_close: bool
    may_recount: bool
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True)
class WorkLine:
    uid: str
    kind: LineKind
    kind_words: str
    name: str
    on_day: date
    home: str
    service: str
    visit_uid: str
    item_weight: int
    role_weight: int
    place_weight: int
    points: str
    hundredths: int
    late: bool  # of an earlier month, booked here because that one was closed


@dataclass(frozen=True)
class MyMonth:
    month: date
    points: str
    services: int


@dataclass(frozen=True)
class MyWork:
    month: date
    points: str
    services: int
    months: tuple[MyMonth, ...]  # the latest ones
    lines: Page[WorkLine]


@dataclass(frozen=True)
class _Sum:
    hundredths: int
    services: int
    people: int


async def months(
    *,
    actor: Actor,
    month: date | None = None,
    wish: PageWish,
    now: datetime,  # noqa: ARG001  one form for all
) -> Page[MonthCard]:
    rows = WorkloadMonth.filter(months_visible_to(actor=actor))
    if month is not None:
        rows = rows.filter(month=month)
    page = await rows_of(rows.select_related("institution"), wish, by="created_at")
    sums = await _sums([row.id for row in page.items])
    return page.of(_card(row, sums) for row in page.items)


async def count_to_close(*, actor: Actor, now: datetime) -> int:
    return await WorkloadMonth.filter(
        institution_id__in=sorted(actor.institutions_with(CLOSE)),
        status=MonthStatus.OPEN,
        month__lt=first_of_month(local_date(now)),
    ).count()


async def month_sheet(*, actor: Actor, uid: str, now: datetime) -> MonthSheet:
    row = await month_for(actor=actor, uid=uid)
    closes = row.institution_id in actor.institutions_with(CLOSE)
    mine = row.institution_id in actor.institutions_with(READ) and not actor.holds(READ, BUREAU_ROLES)
    place = (await cited([PLACE_CODE], on=row.month))[PLACE_CODE]
    is_open = row.status is MonthStatus.OPEN
    return MonthSheet(
        card=_card(row, await _sums([row.id])),
        people=await _people(row) if mine else (),
        with_people=mine,
        double=place.value,
        citation=place.citation,
        closed_by=row.closed_by.name if row.closed_by and mine else None,
        closed_at=row.closed_at,
        may_close=closes and is_open and is_over(row.month, now=now),
        may_recount=closes and is_open,
        history=await history_of(subject_uid=row.uid) if mine else (),
    )


async def month_lines(
    *,
    actor: Actor,
    uid: str,
    account_uid: str | None = None,
    wish: PageWish,
    now: datetime,  # noqa: ARG001  one form
) -> Page[WorkLine]:
    """List the lines of a month, or one practitioner's among them: behind every figure stand its visits."""
    row = await month_of_people(actor=actor, uid=uid)
    rows = WorkloadLine.filter(month_id=row.id)
    if account_uid is not None:
        rows = rows.filter(account__uid=account_uid)
    related = rows.select_related("account", "home", "month")
    return await page_of(related, wish, _line, by="created_at")


async def my_work(*, actor: Actor, month: date | None, wish: PageWish, now: datetime) -> MyWork:
    """Return what the actor did in a month, and their latest months; of this month where none is said."""
    chosen = first_of_month(month or local_date(now))
    rows = WorkloadLine.filter(own_lines(actor=actor, month=chosen))
    sums = await _mine(own_lines(actor=actor, month=None))
    # On its own: it may lie before the latest ones.
    here = next(iter(await _mine(own_lines(actor=actor, month=chosen))), MyMonth(chosen, "0", 0))
    return MyWork(
        month=chosen,
        points=here.points,
        services=here.services,
        months=sums,
        lines=await page_of(rows.select_related("account", "home", "month"), wish, _line, by="created_at"),
    )


async def _mine(lines: Q) -> tuple[MyMonth, ...]:
    latest = (
        await WorkloadLine.filter(lines)
        .annotate(sum=Sum("points"), credits=Count("credit_key"), lines=Count("id"))
        .group_by("month__month")
        .order_by("-month__month")
        .limit(LATEST)
        .values("month__month", "sum", "credits", "lines")
    )
    return tuple(
        MyMonth(each["month__month"], said_points(int(each["sum"])), _services(each)) for each in latest
    )


def _services(row: Mapping[str, int]) -> int:
    """Count credits less reversals."""
    return int(row["credits"]) - (int(row["lines"]) - int(row["credits"]))


async def _sums(month_ids: Sequence[int]) -> dict[int, _Sum]:
    rows = (
        await WorkloadLine.filter(month_id__in=[*month_ids, 0])
        .annotate(
            sum=Sum("points"),
            credits=Count("credit_key"),
            lines=Count("id"),
            people=Count("account_id", distinct=True),
        )
        .group_by("month_id")
        .values("month_id", "sum", "credits", "lines", "people")
    )
    return {each["month_id"]: _Sum(int(each["sum"]), _services(each), int(each["people"])) for each in rows}


async def _people(row: WorkloadMonth) -> tuple[PersonSum, ...]:
    rows = (
        await WorkloadLine.filter(month_id=row.id)
        .annotate(sum=Sum("points"), credits=Count("credit_key"), lines=Count("id"))
        .group_by("account_id")
        .limit(MOST_PEOPLE)
        .values("account_id", "sum", "credits", "lines")
    )
    ids = [each["account_id"] for each in rows]
    people = {each.id: each for each in await Account.filter(id__in=[*ids, 0])}
    ordered = sorted(rows, key=lambda each: (-int(each["sum"]), int(each["account_id"])))
    return tuple(
        PersonSum(
            account_uid=people[each["account_id"]].uid,
            name=people[each["account_id"]].name,
            services=_services(each),
            points=said_points(int(each["sum"])),
        )
        for each in ordered
    )


def _card(row: WorkloadMonth, sums: Mapping[int, _Sum]) -> MonthCard:
    found = sums.get(row.id, _Sum(0, 0, 0))
    return MonthCard(
        uid=row.uid,
        institution=row.institution.name,
        month=row.month,
        month_words=Month(row.month).words,
        status=row.status,
        status_words=MONTH_WORDS[row.status],
        points=said_points(found.hundredths),
        hundredths=found.hundredths,
        services=found.services,
        people=found.people,
    )


def _line(row: WorkloadLine) -> WorkLine:
    return WorkLine(
        uid=row.uid,
        kind=row.kind,
        kind_words=LINE_WORDS[row.kind],
        name=row.account.name,
        on_day=row.on_day,
        home=row.home.name,
        service=row.service_name,
        visit_uid=row.visit_uid,
        item_weight=row.item_weight,
        role_weight=row.role_weight,
        place_weight=row.place_weight,
        points=said_points(row.points),
        hundredths=row.points,
        late=first_of_month(row.on_day) != row.month.month,
    )
