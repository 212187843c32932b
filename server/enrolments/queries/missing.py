"""Who of the homes that a center serves has no family doctor: why, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.enrolments.access import as_offering
from server.enrolments.models import Enrolment
from server.enrolments.rules import NEXT_STEP, OPEN, WHY_WORDS, EnrolmentStatus, Why, why_none
from server.kit.clock import age_on, local_date
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident


@dataclass(frozen=True)
class MissingLine:
    resident_uid: str
    name: str
    age: int
    home_name: str
    bed: str
    has_phone: bool
    why: Why
    why_words: str
    next_step: str
    enrolment_uid: str  # of the one that is on its way; empty: there is none
    may_offer: bool


@dataclass(frozen=True)
class MissingBoard:
    page: Page[MissingLine]
    homes: tuple[tuple[str, str], ...]


async def missing_board(*, actor: Actor, home_uid: str | None, wish: PageWish, now: datetime) -> MissingBoard:
    return MissingBoard(
        await missing(actor=actor, home_uid=home_uid, wish=wish, now=now),
        await _homes(await as_offering(actor=actor), now),
    )


async def missing(*, actor: Actor, home_uid: str | None, wish: PageWish, now: datetime) -> Page[MissingLine]:
    rows = without_doctor(await as_offering(actor=actor), now)
    if home_uid is not None:
        rows = rows.filter(home__uid=home_uid)
    page = await rows_of(rows.select_related("home"), wish, by="created_at", newest_first=False)
    latest = await _latest([row.id for row in page.items])
    today = local_date(now)
    return page.of(_line(row, latest.get(row.id), age=age_on(row.birth_date, today)) for row in page.items)


async def count_missing(*, actor: Actor, now: datetime) -> int:
    return await without_doctor(await as_offering(actor=actor), now).count()


def without_doctor(actor: Actor, now: datetime) -> QuerySet[Resident]:
    """Return the residents whom the actor may offer a contract and who have no live one."""
    reached = residents_visible_to(actor=actor, permission=Permission.ENROLMENT_OFFER, now=now)
    living = Enrolment.filter(status=EnrolmentStatus.ACTIVE).values("resident_id")
    return Resident.filter(reached, ~Q(id__in=Subquery(living)), died_at=None, home_id__isnull=False)


async def _latest(residents: Sequence[int]) -> dict[int, Enrolment]:
    if not residents:
        return {}
    rows = await Enrolment.filter(resident_id__in=list(residents)).order_by("id")
    return {row.resident_id: row for row in rows}


def _line(row: Resident, latest: Enrolment | None, *, age: int) -> MissingLine:
    why = why_none(
        latest.status if latest else None,
        signed=latest is not None and latest.signed_at is not None,
        ended=latest.end_reason if latest else None,
    )
    on_way = latest is not None and latest.status in OPEN
    return MissingLine(
        resident_uid=row.uid,
        name=row.name,
        age=age,
        home_name=row.home.name if row.home else "",
        bed=row.bed or "",
        has_phone=row.account_id is not None,
        why=why,
        why_words=WHY_WORDS[why],
        next_step=NEXT_STEP[why],
        enrolment_uid=latest.uid if latest and on_way else "",
        may_offer=not on_way,
    )


async def _homes(actor: Actor, now: datetime) -> tuple[tuple[str, str], ...]:
    own = sorted(actor.institutions_with(Permission.ENROLMENT_OFFER))
    served = ServiceAgreement.filter(in_force(now), provider_id__in=own).values("home_id")
    rows = Institution.filter(Q(id__in=own) | Q(id__in=Subquery(served)), kind="nursing_home")
    return tuple(await rows.order_by("id").values_list("uid", "name"))
