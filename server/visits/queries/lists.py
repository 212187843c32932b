"""Lists of visits at a desk: narrowed, each with what is next for whoever looks, and found by a word."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q, Subquery

from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date, start_of_day
from server.kit.pages import Page, PageWish, page_of
from server.visits.access import visits_of_own_institutions
from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.queries.cards import KIND_WORDS, STATUS_WORDS, VisitCard, visit_card
from server.visits.queries.planning import Choice
from server.visits.queries.steps import Reader, must_be_opened, next_step, reader_of
from server.visits.queries.visits import visible_lines, waiting_for_word, with_lines
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
class VisitRow:
    card: VisitCard
    seen: int  # how many of the list
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
    rows = with_lines(Visit.filter(own, wanted.condition()), visible_lines(actor, now))
    page = await page_of(rows, wish, lambda row: row, by="starts_at")
    return await _told(page, actor)


async def waiting_rows(*, actor: Actor, wish: PageWish, now: datetime) -> Page[VisitRow]:
    """Return the visits about which the actor's side has not spoken, and the disputed ones; the oldest first."""
    rows = with_lines(Visit.filter(waiting_for_word(actor)), visible_lines(actor, now))
    page = await page_of(rows, wish, lambda row: row, by="starts_at", newest_first=False)
    return await _told(page, actor)


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
    fitting = Q(home__name__icontains=text) | Q(id__in=Subquery(beds))
    if (day := _day_in(text, local_date(now))) is not None:
        fitting |= VisitFilter(first_day=day, last_day=day).condition()
    rows = Visit.filter(own, fitting).select_related("home").order_by("-starts_at", "-id").limit(MOST_FOUND)
    return tuple(
        FoundVisit(row.uid, row.home.name, KIND_WORDS[row.kind], STATUS_WORDS[row.status], row.starts_at)
        for row in await rows
    )


async def _told(page: Page[Visit], actor: Actor) -> Page[VisitRow]:
    asked = [row.id for row in page.items if row.status is VisitStatus.CORRECTION_REQUESTED]
    open_ones = VisitCorrection.filter(visit_id__in=asked, status=CorrectionStatus.REQUESTED)
    asked_by = dict(await open_ones.values_list("visit_id", "side")) if asked else {}
    rows = tuple(_row(row, reader_of(row, actor, corrects=asked_by.get(row.id))) for row in page.items)
    return page.of(rows)


def _row(row: Visit, reader: Reader) -> VisitRow:
    return VisitRow(
        card=visit_card(row),
        seen=sum(item.outcome is Outcome.SEEN for item in row.items),
        next=next_step(row, reader),
        must_be_opened=must_be_opened(row, row.items),
    )


def _day_in(text: str, today: date) -> date | None:
    found = DAY.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        return date(int(year or today.year), int(month), int(day))
    except ValueError:
        return None
