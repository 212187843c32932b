"""The work list of an institution: who is due, overdue, not under control, referred and not asked about.

It tells only what the institution itself decided at its last follow-up, in a word, and no number: the sheet behind a
row tells the rest and writes the line of the trail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import episodes_visible_to
from server.followups.models import ChronicEpisode
from server.followups.queries.cards import EPISODE_RELATIONS, EpisodeCard, read_episode
from server.followups.rules import LIVE, Disease, EpisodeStatus
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of

MOST_FOUND = 8


class Work(StrEnum):
    """Why somebody stands on the list."""

    OVERDUE = "overdue"
    DUE = "due"  # soon, or overdue already
    POOR = "poor"  # not under control the last time
    CHECK_BACK = "check_back"  # referred, and nobody has asked what came of it
    LOST = "lost"
    LIVE = "live"
    ENDED = "ended"


WORK_WORDS: Mapping[Work, str] = {
    Work.OVERDUE: "已逾期",
    Work.DUE: "到期或快到期",
    Work.POOR: "上次控制不满意",
    Work.CHECK_BACK: "转诊待回访",
    Work.LOST: "失访",
    Work.LIVE: "全部管理中",
    Work.ENDED: "已结束",
}


@dataclass(frozen=True)
class WorkFilter:
    work: Work = Work.LIVE
    disease: Disease | None = None
    home_uid: str | None = None
    institution_id: int | None = None  # of several that are the actor's own


@dataclass(frozen=True)
class WorkBoard:
    page: Page[EpisodeCard]
    counts: Mapping[Work, int]
    homes: tuple[tuple[str, str], ...]  # uid, name


async def work_board(*, actor: Actor, wanted: WorkFilter, wish: PageWish, now: datetime) -> WorkBoard:
    return WorkBoard(
        page=await work_rows(actor=actor, wanted=wanted, wish=wish, now=now),
        counts=await work_counts(actor=actor, now=now),
        homes=await _homes(actor, now),
    )


async def work_rows(*, actor: Actor, wanted: WorkFilter, wish: PageWish, now: datetime) -> Page[EpisodeCard]:
    """Return the episodes in the actor's hands, the newest first."""
    rows = _mine(actor, now).filter(await _condition(wanted.work, now))
    if wanted.disease is not None:
        rows = rows.filter(disease=wanted.disease)
    if wanted.home_uid is not None:
        rows = rows.filter(resident__home__uid=wanted.home_uid)
    if wanted.institution_id is not None:
        rows = rows.filter(institution_id=wanted.institution_id)
    page = await rows_of(rows.select_related(*EPISODE_RELATIONS), wish, by="created_at")
    return page.of(read_episode(row, now=now) for row in page.items)


async def work_counts(*, actor: Actor, now: datetime) -> Mapping[Work, int]:
    counted = (Work.OVERDUE, Work.DUE, Work.POOR, Work.CHECK_BACK, Work.LOST)
    return {work: await count_work(actor=actor, work=work, now=now) for work in counted}


async def count_work(*, actor: Actor, work: Work, now: datetime) -> int:
    return await _mine(actor, now).filter(await _condition(work, now)).count()


async def find_episodes(*, actor: Actor, text: str, now: datetime) -> tuple[EpisodeCard, ...]:
    """Find who is followed up by a name; the live ones alone."""
    rows = _mine(actor, now).filter(resident__name__icontains=text, status__in=sorted(LIVE))
    found = await rows.order_by("-id").limit(MOST_FOUND).select_related(*EPISODE_RELATIONS)
    return tuple(read_episode(row, now=now) for row in found)


def _mine(actor: Actor, now: datetime) -> QuerySet[ChronicEpisode]:
    visible = episodes_visible_to(actor=actor, permission=Permission.FOLLOW_UP_READ, now=now)
    return ChronicEpisode.filter(visible)


async def _condition(work: Work, now: datetime) -> Q:
    today, live = local_date(now), Q(status__in=sorted(LIVE))
    ahead = await parameter("followups.ahead_days", on=today) if work is Work.DUE else 0
    conditions: Mapping[Work, Q] = {
        Work.OVERDUE: Q(live, next_on__lt=today),
        Work.DUE: Q(live, next_on__lte=today + timedelta(days=ahead)),
        Work.POOR: Q(live, last_controlled=False),
        Work.CHECK_BACK: Q(live, check_back_by__isnull=False),
        Work.LOST: Q(status=EpisodeStatus.LOST),
        Work.LIVE: live,
        Work.ENDED: Q(status=EpisodeStatus.ENDED),
    }
    return conditions[work]


async def _homes(actor: Actor, now: datetime) -> tuple[tuple[str, str], ...]:
    living = _mine(actor, now).filter(resident__home_id__isnull=False)
    ids = await living.distinct().values_list("resident__home_id", flat=True)
    rows = await Institution.filter(id__in=list(ids)).order_by("id")
    return tuple((row.uid, row.name) for row in rows)
