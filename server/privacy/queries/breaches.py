"""The register of incidents: each with its clocks, and who was told."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.identity.queries import HistoryLine, history_of, names_of
from server.kit.pages import Page, PageWish, page_of
from server.privacy.access import breach_for, breaches_kept_by
from server.privacy.models import Breach, BreachNotice
from server.privacy.queries.retention import kept_for
from server.privacy.rules import (
    AUDIENCE_WORDS,
    DATA_KIND_WORDS,
    DUTIES,
    BreachAudience,
    BreachStatus,
    DataKind,
)


@dataclass(frozen=True)
class BreachCard:
    uid: str
    what: str
    happened_at: datetime | None
    known_at: datetime
    kinds_words: tuple[str, ...]
    people: int
    harm: str
    measures: str
    open: bool
    closed_at: datetime | None
    conclusion: str


@dataclass(frozen=True)
class NoticeLine:
    audience_words: str
    told_at: datetime
    how: str
    by: str


@dataclass(frozen=True)
class NoticeClock:
    """One of those whom the law names: by when they are to be told, and when they were."""

    audience_words: str
    due_at: datetime
    told_at: datetime | None
    late: bool


@dataclass(frozen=True)
class BreachSheet:
    card: BreachCard
    clocks: tuple[NoticeClock, ...]
    notices: tuple[NoticeLine, ...]
    history: tuple[HistoryLine, ...]
    kept: str  # "3 年": how long the register is kept

    @property
    def may_close(self) -> bool:
        return self.card.open and all(each.told_at for each in self.clocks)


async def breaches(*, actor: Actor, wish: PageWish, now: datetime) -> Page[BreachCard]:  # noqa: ARG001  one form for all queries
    return await page_of(Breach.filter(breaches_kept_by(actor=actor)), wish, _card, by="known_at")


async def breach_sheet(*, actor: Actor, uid: str, now: datetime) -> BreachSheet:
    row = await breach_for(actor=actor, uid=uid)
    notices = await BreachNotice.filter(breach_id=row.id).order_by("told_at", "id")
    names = await names_of(each.told_by_id for each in notices)
    first = {each.audience: each.told_at for each in reversed(notices)}
    due = dict(zip(DUTIES, (row.authority_due_at, row.people_due_at), strict=True))
    return BreachSheet(
        card=_card(row),
        clocks=tuple(_clock(each, due[each], first.get(each), now) for each in DUTIES),
        notices=tuple(
            NoticeLine(AUDIENCE_WORDS[each.audience], each.told_at, each.how, names[each.told_by_id])
            for each in notices
        ),
        history=await history_of(subject_uid=row.uid),
        kept=await kept_for("privacy.keep_processing_days", now=now),
    )


async def count_breaches_open(*, actor: Actor) -> int:
    return await Breach.filter(breaches_kept_by(actor=actor), status=BreachStatus.OPEN).count()


def _clock(audience: BreachAudience, due: datetime, told: datetime | None, now: datetime) -> NoticeClock:
    return NoticeClock(AUDIENCE_WORDS[audience], due, told, late=(told or now) > due)


def _card(row: Breach) -> BreachCard:
    return BreachCard(
        uid=row.uid,
        what=row.what,
        happened_at=row.happened_at,
        known_at=row.known_at,
        kinds_words=tuple(DATA_KIND_WORDS[DataKind(each)] for each in row.kinds),
        people=row.people,
        harm=row.harm,
        measures=row.measures,
        open=row.status is BreachStatus.OPEN,
        closed_at=row.closed_at,
        conclusion=row.conclusion,
    )
