"""Lists of visits at a desk: narrowed, each with what is next for whoever looks, and found by a word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date, start_of_day
from server.kit.engines.any_of import AnyOf
from server.kit.pages import Page, PageWish, rows_of
from server.visits.access import visits_of_own_institutions
from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.queries.cards import KIND_WORDS, STATUS_WORDS, VisitHead, visit_head
from server.visits.queries.planning import Choice
from server.visits.queries.steps import must_be_opened, next_step, reader_of
from server.visits.queries.visits import visible_lines, waiting_for_word, with_clinicians
from server.visits.rules import CorrectionStatus, Outcome, VisitStatus

MOST_FOUND = 8
DAY = re.compile(r"(?:(20\d{2})[-年/.])?(\d{1,2})[-月/.](\d{1,2})日?")


@dataclass(frozen=True)
class VisitFilter:
    status: VisitStatus | None = None
    partner_uid: str | None = None  # an institution on either side
    first_day: date | None = None
    last_day: date | None = None

    def condition(self) -> Q:
        found = Q(id__gt=0)
        if self.status is not None:
            found &= Q(status=self.status)
        if self.partner_uid is not None:
            found &= Q(home__uid=self.partner_uid) | Q(provider__uid=self.partner_uid)
        if self.first_day is not None:
            found &= Q(starts_at__gte=start_of_day(self.first_day))
        if self.last_day is not None:
            found &= Q(starts_at__lt=start_of_day(date.fromordinal(self.last_day.toordinal() + 1)))
        return found


@dataclass(frozen=True)
class Lines:
    """How many lines of a visit there are, of how many residents, and of what kind."""

    residents: int
    listed: int
    seen: int
    urgent: int


NO_LINES = Lines(0, 0, 0, 0)


@dataclass(frozen=True)
class VisitRow:
    card: VisitHead
    lines: Lines
    next: str  # what is next for whoever looks; empty when nothing is
    must_be_opened: bool  # it may not be confirmed from a list


@dataclass(frozen=True)
class FoundVisit:
    uid: str
    home_name: str
    kind_text: str
    status_text: str
    starts_at: datetime


async def visit_rows(*, actor: Actor, wanted: VisitFilter, wish: PageWish, now: datetime) -> Page[VisitRow]:
    """Return the visits of the actor's institutions, newest first."""
    own = visits_of_own_institutions(actor=actor, permission=Permission.VISIT_READ)
    page = await rows_of(with_clinicians(Visit.filter(own, wanted.condition())), wish, by="starts_at")
    return await _told(page, actor, now)


async def waiting_rows(*, actor: Actor, wish: PageWish, now: datetime) -> Page[VisitRow]:
    """Return the visits about which the actor's side has not spoken, and the disputed ones; the oldest first."""
    rows = with_clinicians(Visit.filter(waiting_for_word(actor)))
    page = await rows_of(rows, wish, by="starts_at", newest_first=False)
    return await _told(page, actor, now)


async def visit_partners(*, actor: Actor) -> tuple[Choice, ...]:
    """Return the institutions by which the list can be narrowed: those of every agreement there ever was."""
    own = sorted(actor.institutions_with(Permission.VISIT_READ))
    signed = ServiceAgreement.filter(Q(home_id__in=own) | Q(provider_id__in=own), filed_at__isnull=False)
    rows = await Institution.filter(
        Q(id__in=Subquery(signed.values("home_id"))) | Q(id__in=Subquery(signed.values("provider_id")))
    ).order_by("id")
    others = [row for row in rows if len(own) > 1 or row.id not in own]
    return tuple(Choice(row.uid, row.name) for row in others)


async def find_visits(*, actor: Actor, text: str, now: datetime) -> tuple[FoundVisit, ...]:
    """Find visits by the home's name, by a day (3月5日, 2026-03-05) or by a bed; the newest first."""
    own = visits_of_own_institutions(actor=actor, permission=Permission.VISIT_READ)
    beds = VisitItem.filter(bed=text).values("visit_id")
    # The homes first: their ids have an index, where a name in another table would be compared visit by visit.
    homes = await Institution.filter(name__icontains=text).values_list("id", flat=True)
    fitting = [Q(id__in=Subquery(beds)), Q(home_id__in=list(homes))]
    if (day := _day_in(text, local_date(now))) is not None:
        fitting.append(VisitFilter(first_day=day, last_day=day).condition())
    # Each set among one's own: of the whole city, the visits of all homes with one word in their names are not few.
    rows = (
        Visit.filter(id__in=AnyOf(*(Visit.filter(own, each).values("id") for each in fitting)))
        .select_related("home")
        .order_by("-starts_at", "-id")
        .limit(MOST_FOUND)
    )
    return tuple(
        FoundVisit(row.uid, row.home.name, KIND_WORDS[row.kind], STATUS_WORDS[row.status], row.starts_at)
        for row in await rows
    )


async def _told(page: Page[Visit], actor: Actor, now: datetime) -> Page[VisitRow]:
    lines = await _lines_of(page.items, visible_lines(actor, now))
    asked = [row.id for row in page.items if row.status is VisitStatus.CORRECTION_REQUESTED]
    open_ones = VisitCorrection.filter(visit_id__in=asked, status=CorrectionStatus.REQUESTED)
    asked_by = dict(await open_ones.values_list("visit_id", "side")) if asked else {}
    rows = []
    for row in page.items:
        reader, found = reader_of(row, actor, corrects=asked_by.get(row.id)), lines.get(row.id, NO_LINES)
        rows.append(
            VisitRow(
                card=visit_head(row),
                lines=found,
                next=next_step(row, reader),
                must_be_opened=must_be_opened(row, urgent=found.urgent > 0),
            )
        )
    return page.of(rows)


async def _lines_of(rows: Sequence[Visit], lines: QuerySet[VisitItem]) -> dict[int, Lines]:
    """Count the lines where they are: a row of the list names nobody."""
    if not rows:
        return {}
    theirs = lines.filter(visit_id__in=[row.id for row in rows]).annotate(
        residents=Count("resident_id", distinct=True),
        listed=Count("id"),
        seen=Count("id", _filter=Q(outcome=Outcome.SEEN)),
        pressing=Count("id", _filter=Q(urgent=True)),
    )
    counted = theirs.group_by("visit_id").values_list("visit_id", "residents", "listed", "seen", "pressing")
    return {visit_id: Lines(*counts) for visit_id, *counts in await counted}


def _day_in(text: str, today: date) -> date | None:
    found = DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        return date(int(year or today.year), int(month), int(day))
    except ValueError:
        return None
