"""Who has learnt what, what runs out soon, and who has nothing to show: for those who manage staff (A17)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.identity.access import account_for, grants_visible_to, standing_grants
from server.identity.models import RoleGrant, TrainingRecord
from server.identity.rules import TrainingState, training_state
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, page_of

MANAGE = Permission.STAFF_MANAGE
MOST_DUE, MOST_WITHOUT = 200, 200
WORST_FIRST = tuple(TrainingState)


@dataclass(frozen=True)
class TrainingCard:
    uid: str
    account_uid: str
    name: str
    institution: str
    title: str
    certificate_number: str
    completed_on: date
    last_day: date | None  # on which it still holds; None: it does not run out
    state: TrainingState
    struck_out: bool


@dataclass(frozen=True)
class UntrainedCard:
    account_uid: str
    name: str
    role: Role
    institution: str


@dataclass(frozen=True)
class TrainingBoard:
    notice_days: int
    due: tuple[TrainingCard, ...]  # has run out or soon will, and nothing newer of that title is there
    untrained: tuple[UntrainedCard, ...]
    page: Page[TrainingCard]


@dataclass(frozen=True)
class WorkplaceChoice:
    uid: str
    name: str


@dataclass(frozen=True)
class TrainingSheet:
    """One member of staff: what they have learnt, and where another line may be written down."""

    records: tuple[TrainingCard, ...]
    places: tuple[WorkplaceChoice, ...]


async def training_board(*, actor: Actor, wish: PageWish, now: datetime) -> TrainingBoard:
    today, days = await _horizon(now)
    records = _live(actor, now).filter(_of_standing(actor, now)).select_related("account", "institution")
    return TrainingBoard(
        notice_days=days,
        due=tuple(training_card(row, today=today, days=days) for row in await _due(actor, now, today, days)),
        untrained=await _untrained(actor, now),
        page=await page_of(
            records, wish, lambda row: training_card(row, today=today, days=days), by="created_at"
        ),
    )


async def count_training_due(*, actor: Actor, now: datetime) -> int:
    return len(await _due(actor, now, *await _horizon(now)))


async def training_of(*, actor: Actor, account_uid: str, now: datetime) -> TrainingSheet:
    """Return every line about one member of staff at the actor's institutions, struck out ones too."""
    account = await account_for(actor=actor, uid=account_uid, permission=MANAGE, now=now)
    today, days = await _horizon(now)
    visible = grants_visible_to(actor=actor, permission=MANAGE, now=now)
    rows = TrainingRecord.filter(visible, account_id=account.id).order_by("-completed_on", "-id")
    places = _standing(actor, now).filter(account_id=account.id)
    named = await places.order_by("id").values_list("institution__uid", "institution__name")
    return TrainingSheet(
        records=tuple(
            training_card(row, today=today, days=days)
            for row in await rows.select_related("account", "institution")
        ),
        places=tuple(WorkplaceChoice(uid, name) for uid, name in dict.fromkeys(named)),
    )


async def training_states(
    *, actor: Actor, account_ids: Collection[int], now: datetime
) -> Mapping[int, TrainingState]:
    """Return how each of these accounts stands, by what was written down at the actor's institutions."""
    today, days = await _horizon(now)
    found: dict[int, TrainingState] = {}
    for row in _newest(await _live(actor, now).filter(account_id__in=sorted(account_ids))):
        state = training_state(row.expires_on, today=today, notice_days=days)
        found[row.account_id] = min(found.get(row.account_id, state), state, key=WORST_FIRST.index)
    return {account_id: found.get(account_id, TrainingState.NONE) for account_id in account_ids}


def training_card(row: TrainingRecord, *, today: date, days: int) -> TrainingCard:
    """Make the card; the row has its account and its institution with it."""
    return TrainingCard(
        uid=row.uid,
        account_uid=row.account.uid,
        name=row.account.name,
        institution=row.institution.name,
        title=row.title,
        certificate_number=row.certificate_number,
        completed_on=row.completed_on,
        last_day=row.expires_on - timedelta(days=1) if row.expires_on else None,
        state=training_state(row.expires_on, today=today, notice_days=days),
        struck_out=row.struck_out_at is not None,
    )


async def _horizon(now: datetime) -> tuple[date, int]:
    return local_date(now), await parameter("identity.training_notice_days", on=now)


def _live(actor: Actor, now: datetime) -> QuerySet[TrainingRecord]:
    visible = grants_visible_to(actor=actor, permission=MANAGE, now=now)
    return TrainingRecord.filter(visible, struck_out_at__isnull=True)


def _standing(actor: Actor, now: datetime) -> QuerySet[RoleGrant]:
    theirs = standing_grants(actor=actor, permission=MANAGE, now=now)
    return RoleGrant.filter(theirs, institution_id__isnull=False)


def _of_standing(actor: Actor, now: datetime) -> Q:
    return Q(account_id__in=Subquery(_standing(actor, now).values("account_id")))


async def _due(actor: Actor, now: datetime, today: date, days: int) -> list[TrainingRecord]:
    """Return what has run out or will within the notice, the first first, of people who still work here."""
    ending = _live(actor, now).filter(_of_standing(actor, now), expires_on__lte=today + timedelta(days=days))
    rows = await ending.select_related("account", "institution").order_by("expires_on", "id").limit(MOST_DUE)
    # What was renewed is no longer due: the newer line of the same title may lie beyond the notice.
    every = await _live(actor, now).filter(account_id__in=sorted({row.account_id for row in rows}))
    newest = {row.id for row in _newest(every)}
    return [row for row in rows if row.id in newest]


def _newest(rows: Iterable[TrainingRecord]) -> list[TrainingRecord]:
    """Keep of each title of each member of staff the line that holds longest."""
    kept: dict[tuple[int, str], TrainingRecord] = {}
    for row in rows:
        key = (row.account_id, row.title)
        kept[key] = max(kept.get(key, row), row, key=lambda each: (each.expires_on or date.max, each.id))
    return list(kept.values())


async def _untrained(actor: Actor, now: datetime) -> tuple[UntrainedCard, ...]:
    """Return staff of whom nothing is written down at all."""
    trained = Subquery(_live(actor, now).values("account_id"))
    rows = _standing(actor, now).exclude(account_id__in=trained).select_related("account", "institution")
    found = await rows.order_by("-id").limit(MOST_WITHOUT)
    # Somebody with several roles is named once, with the oldest of them.
    cards = {
        row.account.uid: UntrainedCard(row.account.uid, row.account.name, row.role, row.institution.name)
        for row in found
        if row.institution is not None
    }
    return tuple(cards.values())
