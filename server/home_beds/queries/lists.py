"""Work lists of the two institutions, and what a family reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.home_beds.access import RELATIONS, beds_of_family, beds_of_own_institutions
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.queries.cards import BedCard, BedStory, bed_card, bed_story
from server.home_beds.rules import ENDED, IN_USE, LIVE, HomeBedStatus, Span, counted_days
from server.kit.clock import local_date, start_of_day
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import resident_for

_READ, _WORK = Permission.HOME_BED_READ, Permission.HOME_BED_WORK
MOST_FOUND = 5
MOST_TOLD = 20  # of one resident's, the newest


class Work(StrEnum):
    """Why a bed stands on the list."""

    DUE = "due"  # today, or late
    LATE = "late"
    WAITING = "waiting"  # asked for, not open yet
    IN_USE = "in_use"
    SUSPENDED = "suspended"
    LIVE = "live"
    ENDED = "ended"


WORK_WORDS: Mapping[Work, str] = {
    Work.DUE: "今天要办",
    Work.LATE: "已经逾期",
    Work.WAITING: "待评估、待建床",
    Work.IN_USE: "在床",
    Work.SUSPENDED: "住院暂停",
    Work.LIVE: "全部没有结束的",
    Work.ENDED: "已结束",
}
COUNTED = (Work.DUE, Work.LATE, Work.WAITING, Work.IN_USE, Work.SUSPENDED)


@dataclass(frozen=True)
class BedFilter:
    work: Work = Work.LIVE


@dataclass(frozen=True)
class BedBoard:
    page: Page[BedCard]
    counts: Mapping[Work, int]


async def bed_board(*, actor: Actor, wanted: BedFilter, wish: PageWish, now: datetime) -> BedBoard:
    counts = {work: await count_beds(actor=actor, work=work, now=now) for work in COUNTED}
    return BedBoard(await bed_rows(actor=actor, wanted=wanted, wish=wish, now=now), counts)


async def bed_rows(*, actor: Actor, wanted: BedFilter, wish: PageWish, now: datetime) -> Page[BedCard]:
    """Return the beds of the actor's institutions, the newest first."""
    rows = _mine(actor).filter(_condition(wanted.work, now)).select_related(*RELATIONS)
    page = await rows_of(rows, wish, by="created_at")
    return page.of(bed_card(row, now=now, may_work=_works_at(actor, row)) for row in page.items)


async def count_beds(*, actor: Actor, work: Work, now: datetime, working: bool = False) -> int:
    """Count what is on a list; `working` leaves out what another institution has to do."""
    rows = _mine(actor).filter(_condition(work, now))
    if working:
        rows = rows.filter(owner_id__in=sorted(actor.institutions_with(_WORK)))
    return await rows.count()


async def find_beds(*, actor: Actor, text: str, now: datetime) -> Sequence[BedCard]:
    """Find live ones by the beginning of a name."""
    rows = _mine(actor).filter(resident__name__startswith=text, status__in=sorted(LIVE))
    found = await rows.order_by("-id").limit(MOST_FOUND).select_related(*RELATIONS)
    return [bed_card(row, now=now, may_work=_works_at(actor, row)) for row in found]


async def stories(*, actor: Actor, resident_uid: str, now: datetime) -> tuple[BedStory, ...]:
    """Return how it stands with a resident's home beds, in plain words, to themselves and their family."""
    resident = await resident_for(actor=as_family(actor), uid=resident_uid, permission=_READ, now=now)
    theirs = Q(resident_id=resident.id) | Q(resident__merged_into_id=resident.id)
    visible = beds_of_family(actor=actor, permission=_READ, now=now)
    rows = await HomeBed.filter(visible, theirs).order_by("-id").limit(MOST_TOLD).select_related(*RELATIONS)
    days = await days_of([row.id for row in rows], now=now)
    return tuple(bed_story(row, days=days.get(row.id, 0), now=now) for row in rows)


async def days_of(bed_ids: Sequence[int], *, now: datetime) -> dict[int, int]:
    """Return the bed-days counted so far, by bed."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in await HomeBedSpan.filter(bed_id__in=list(bed_ids)):
        spans[row.bed_id].append(Span(row.started_at, row.ended_at))
    today = local_date(now)
    return {
        bed: counted_days(each, since=date.min, until=date.max, today=today) for bed, each in spans.items()
    }


def _mine(actor: Actor) -> QuerySet[HomeBed]:
    return HomeBed.filter(beds_of_own_institutions(actor=actor, permission=_READ))


def _works_at(actor: Actor, row: HomeBed) -> bool:
    return row.institution_id in actor.institutions_with(_WORK)


def _condition(work: Work, now: datetime) -> Q:
    live = Q(status__in=sorted(LIVE))
    end_of_today = start_of_day(local_date(now) + timedelta(days=1))
    conditions: Mapping[Work, Q] = {
        Work.DUE: live & Q(next_deadline__lt=end_of_today),
        Work.LATE: live & Q(next_deadline__lte=now),
        Work.WAITING: Q(status__in=sorted(LIVE - IN_USE)),
        Work.IN_USE: Q(status=HomeBedStatus.OPENED),
        Work.SUSPENDED: Q(status=HomeBedStatus.SUSPENDED),
        Work.LIVE: live,
        Work.ENDED: Q(status__in=sorted(ENDED)),
    }
    return conditions[work]
