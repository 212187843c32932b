"""Lists of demands, one of them in full, and what of them waits."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.access import (
    answers_visible_to,
    can_choose,
    demand_for,
    demands_visible_to,
    is_drafted,
    sees_the_city,
)
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import (
    ANSWER_WORDS,
    DEMAND_WORDS,
    LIVE,
    NEED_WORDS,
    AnswerStatus,
    DemandStatus,
    Need,
    is_late,
    people_words,
)
from server.identity.queries import HistoryLine, history_of
from server.kit.pages import Page, PageWish, rows_of

_READ = Permission.DEMAND_READ


@dataclass(frozen=True)
class DemandWish:
    status: DemandStatus | None = None
    need: Need | None = None
    home_uid: str | None = None
    overdue: bool = False


@dataclass(frozen=True)
class DemandCard:
    uid: str
    home_uid: str
    home: str
    need: Need
    need_words: str
    people: str  # "32 位", "少于 5 位"
    note: str
    status: DemandStatus
    status_words: str
    owner: str  # whose turn it is
    due_at: datetime
    overdue: bool
    escalated: bool
    answers: int  # that the reader may see
    provider: str | None
    published_at: datetime


@dataclass(frozen=True)
class AnswerCard:
    uid: str
    provider_uid: str
    provider: str
    people: int
    weekdays: tuple[int, ...]
    from_day: date
    note: str
    status: AnswerStatus
    status_words: str
    answered_at: datetime
    reason: str | None
    mine: bool


@dataclass(frozen=True)
class DemandSheet:
    card: DemandCard
    publisher: str
    reason: str | None
    answers: tuple[AnswerCard, ...]
    agreement_uid: str | None
    agreement_in_force: str | None  # of home and chosen provider: visits are planned under it
    answer_as: tuple[tuple[str, str], ...]  # institutions for which the reader may answer
    may_choose: bool
    may_withdraw: bool
    may_draft: bool
    may_settle: bool
    history: tuple[HistoryLine, ...]


async def demands(*, actor: Actor, asked: DemandWish, wish: PageWish, now: datetime) -> Page[DemandCard]:
    rows = Demand.filter(demands_visible_to(actor=actor, permission=_READ, now=now))
    if asked.status is not None:
        rows = rows.filter(status=asked.status)
    if asked.need is not None:
        rows = rows.filter(need=asked.need)
    if asked.home_uid is not None:
        rows = rows.filter(home__uid=asked.home_uid)
    if asked.overdue:
        rows = rows.filter(_late(now))
    page = await rows_of(rows.select_related("home", "owner", "provider"), wish, by="created_at")
    counts = await _answers(actor, [row.id for row in page.items])
    return page.of(tuple(_card(row, counts[row.id], now) for row in page.items))


async def demand_sheet(*, actor: Actor, uid: str, now: datetime) -> DemandSheet:
    row = await demand_for(actor=actor, uid=uid, permission=_READ, now=now)
    rows = DemandAnswer.filter(answers_visible_to(actor=actor), demand_id=row.id).select_related("provider")
    answers = await rows.order_by("id")
    own = actor.institutions_with(_READ)
    chooses = can_choose(actor=actor, demand=row)
    party = bool({row.home_id, row.provider_id} & actor.institutions_with(Permission.AGREEMENT_DRAFT))
    bound = await _bound(row, now) if row.status is DemandStatus.MATCHED else None
    city = sees_the_city(actor=actor)
    known = party or city
    # Who answered, and why somebody stepped back, is not for the next medical institution, chosen or not.
    every_answer = city or row.home_id in own
    return DemandSheet(
        card=_card(row, len(answers), now),
        publisher=row.publisher.name,
        reason=row.reason if every_answer or row.status not in LIVE else None,
        answers=tuple(_answer(each, each.provider_id in own) for each in answers),
        agreement_uid=row.agreement.uid if row.agreement is not None and known else None,
        agreement_in_force=bound if known else None,
        answer_as=await _answer_as(actor, row, answers),
        may_choose=chooses and row.status is DemandStatus.OPEN,
        may_withdraw=sees_the_city(actor=actor, permission=Permission.DEMAND_PUBLISH) and row.status in LIVE,
        may_draft=party and row.status is DemandStatus.MATCHED and not is_drafted(row) and bound is None,
        may_settle=chooses and bound is not None,
        history=await history_of(subject_uid=row.uid) if every_answer else (),
    )


async def count_to_answer(*, actor: Actor) -> int:
    """Count the open demands that the actor's medical institutions have not answered."""
    own = sorted(actor.institutions_with(Permission.DEMAND_ANSWER))
    if not own:
        return 0
    answered = DemandAnswer.filter(provider_id__in=own).values("demand_id")
    return await Demand.filter(status=DemandStatus.OPEN).exclude(id__in=Subquery(answered)).count()


async def count_to_choose(*, actor: Actor) -> int:
    """Count the open demands that somebody has answered and the actor may choose for."""
    offered = DemandAnswer.filter(status=AnswerStatus.OFFERED).values("demand_id")
    rows = Demand.filter(status=DemandStatus.OPEN, id__in=Subquery(offered))
    if not sees_the_city(actor=actor, permission=Permission.DEMAND_CHOOSE):
        rows = rows.filter(home_id__in=sorted(actor.institutions_with(Permission.DEMAND_CHOOSE)))
    return await rows.count()


async def count_to_urge(*, actor: Actor) -> int:
    """Count what was handed on because its owner let it lie, and is now the actor's institution's turn."""
    own = sorted(actor.institutions_with(_READ))
    return await Demand.filter(status__in=list(LIVE), owner_id__in=own, escalated_at__isnull=False).count()


def _late(now: datetime) -> Q:
    return Q(status__in=[str(each) for each in LIVE]) & (Q(due_at__lte=now) | Q(escalated_at__isnull=False))


async def _answers(actor: Actor, ids: list[int]) -> Mapping[int, int]:
    rows = DemandAnswer.filter(answers_visible_to(actor=actor), demand_id__in=ids)
    standing = rows.exclude(status=AnswerStatus.WITHDRAWN).annotate(n=Count("id")).group_by("demand_id")
    return Counter(dict(await standing.values_list("demand_id", "n")))


async def _bound(row: Demand, now: datetime) -> str | None:
    rows = ServiceAgreement.filter(in_force(now), home_id=row.home_id, provider_id=row.provider_id)
    found = await rows.only("id", "uid").first()
    return found.uid if found else None


async def _answer_as(actor: Actor, row: Demand, answers: list[DemandAnswer]) -> tuple[tuple[str, str], ...]:
    if row.status is not DemandStatus.OPEN:
        return ()
    standing = {each.provider_id for each in answers if each.status is not AnswerStatus.WITHDRAWN}
    left = sorted(actor.institutions_with(Permission.DEMAND_ANSWER) - standing)
    rows = Institution.filter(id__in=left).order_by("id")
    return tuple((each.uid, each.name) for each in await rows if each.kind.is_medical) if left else ()


def _card(row: Demand, answers: int, now: datetime) -> DemandCard:
    return DemandCard(
        uid=row.uid,
        home_uid=row.home.uid,
        home=row.home.name,
        need=row.need,
        need_words=NEED_WORDS[row.need],
        people=people_words(row.people, row.least),
        note=row.note,
        status=row.status,
        status_words=DEMAND_WORDS[row.status],
        owner=row.owner.name,
        due_at=row.due_at,
        overdue=is_late(row.status, row.due_at, now),
        escalated=row.status in LIVE and row.escalated_at is not None,
        answers=answers,
        provider=row.provider.name if row.provider else None,
        published_at=row.created_at,
    )


def _answer(row: DemandAnswer, mine: bool) -> AnswerCard:  # noqa: FBT001  whose it is
    return AnswerCard(
        uid=row.uid,
        provider_uid=row.provider.uid,
        provider=row.provider.name,
        people=row.people,
        weekdays=tuple(row.weekdays),
        from_day=row.from_day,
        note=row.note,
        status=row.status,
        status_words=ANSWER_WORDS[row.status],
        answered_at=row.created_at,
        reason=row.reason,
        mine=mine,
    )
