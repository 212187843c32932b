"""How many of a home's residents of age have a live contract: by home for the city, with the people for who works there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.enrolments.access import as_offering, institutions_counted_for
from server.enrolments.models import Enrolment
from server.enrolments.rules import EnrolmentStatus
from server.kit.clock import born_by, local_date
from server.kit.pages import Page, PageWish, rows_of
from server.kit.rates import HIDDEN, Rate, shown, shown_part, tells_few
from server.kit.rollups import Sums, rolled_up
from server.people.access import residents_visible_to
from server.people.models import Resident

TILE = "enrolments.rate"
PEOPLE, ENROLLED = "people", "enrolled"
FROM_AGE, TARGET, LEAST = "enrolments.from_age", "enrolments.target", "enrolments.small_cell"


@dataclass(frozen=True)
class HomeRate:
    home_uid: str
    home_name: str
    people: str
    enrolled: str
    percent: str


@dataclass(frozen=True)
class RateCard:
    people: str
    enrolled: str
    percent: str
    target: int
    reached: bool | None  # None: not shown
    from_age: int
    counted_at: datetime
    names_people: bool
    least: int  # 0: nothing is hidden
    homes: Page[HomeRate] | None


def of_age(rows: QuerySet[Resident], *, age: int, today: date) -> QuerySet[Resident]:
    return rows.filter(
        birth_date__lte=born_by(today, age),
        died_at=None,
        merged_into_id__isnull=True,
        home_id__isnull=False,
    )


async def month_sums(*, now: datetime) -> Sums:
    """Count the whole city by home."""
    today = local_date(now)
    age = (await parameters((FROM_AGE,), on=today))[FROM_AGE]
    everybody = of_age(Resident.all(), age=age, today=today)
    living = Enrolment.filter(status=EnrolmentStatus.ACTIVE).values("resident_id")
    sums: dict[tuple[int, str], int] = {}
    for word, rows in ((PEOPLE, everybody), (ENROLLED, everybody.filter(id__in=Subquery(living)))):
        counted = rows.annotate(many=Count("id")).group_by("home_id").values_list("home_id", "many")
        for home, many in await counted:
            sums[int(home), word] = int(many)
    return sums


async def rates(*, actor: Actor, wish: PageWish, now: datetime) -> RateCard:
    """Return the rate: of the homes that the actor serves, or of the city as it was counted last."""
    today = local_date(now)
    numbers = await parameters((FROM_AGE, TARGET, LEAST), on=today)
    if institutions_counted_for(actor=actor) is not None:
        return await _of_ours(actor, numbers, now)
    kept = await rolled_up(TILE, [today.replace(day=1)])
    sums = kept.sums if kept else await month_sums(now=now)
    least = numbers[LEAST]
    homes = Institution.filter(kind="nursing_home")
    page = await rows_of(homes, wish, by="created_at", newest_first=False)
    lines = page.of(
        _home(row, sums.get((row.id, PEOPLE), 0), sums.get((row.id, ENROLLED), 0), least)
        for row in page.items
    )
    people = sum(many for (_, word), many in sums.items() if word == PEOPLE)
    enrolled = sum(many for (_, word), many in sums.items() if word == ENROLLED)
    hidden = tells_few(enrolled, people, least=least)
    return RateCard(
        people=shown(people, least=least),
        enrolled=shown_part(enrolled, people, least=least),
        percent=HIDDEN if hidden else Rate(enrolled, people).percent,
        target=numbers[TARGET],
        reached=None if hidden or not people else Rate(enrolled, people).reaches(numbers[TARGET]),
        from_age=numbers[FROM_AGE],
        counted_at=kept.counted_at if kept else now,
        names_people=False,
        least=least,
        homes=lines,
    )


async def _of_ours(actor: Actor, numbers: Mapping[str, int], now: datetime) -> RateCard:
    today = local_date(now)
    offering = await as_offering(actor=actor)
    reached = residents_visible_to(actor=offering, permission=Permission.ENROLMENT_OFFER, now=now)
    everybody = of_age(Resident.filter(reached), age=numbers[FROM_AGE], today=today)
    living = Enrolment.filter(status=EnrolmentStatus.ACTIVE).values("resident_id")
    people = await everybody.count()
    enrolled = await everybody.filter(id__in=Subquery(living)).count()
    return RateCard(
        people=str(people),
        enrolled=str(enrolled),
        percent=Rate(enrolled, people).percent,
        target=numbers[TARGET],
        reached=Rate(enrolled, people).reaches(numbers[TARGET]) if people else None,
        from_age=numbers[FROM_AGE],
        counted_at=now,
        names_people=True,
        least=0,
        homes=None,
    )


def _home(row: Institution, people: int, enrolled: int, least: int) -> HomeRate:
    hidden = tells_few(enrolled, people, least=least)
    return HomeRate(
        row.uid,
        row.name,
        shown(people, least=least),
        shown_part(enrolled, people, least=least),
        HIDDEN if hidden else Rate(enrolled, people).percent,
    )
