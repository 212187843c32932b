"""Visits as their institutions and families see them."""

from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import day_bounds, local_date
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, page_of
from server.people.access import resident_for
from server.visits.access import (
    VISIT_RELATIONS,
    items_visible_to,
    visits_of_own_institutions,
    visits_visible_to,
)
from server.visits.models import Visit, VisitAttendance, VisitItem
from server.visits.queries.cards import ComingVisit, VisitCard, coming_visit, visit_card
from server.visits.rules import VisitStatus

_P = Permission


async def read_card(visit_id: int) -> VisitCard:
    """Return the card of a visit that the caller has just been allowed to change, with every resident on it."""
    return visit_card(await with_lines(Visit.filter(id=visit_id), VisitItem.all()).get())


async def visit(*, actor: Actor, visit_uid: str, now: datetime) -> VisitCard:
    """Return one visit; a family sees its own resident's line only."""
    rows = Visit.filter(visits_visible_to(actor=actor, permission=_P.VISIT_READ, now=now), uid=visit_uid)
    row = await with_lines(rows, visible_lines(actor, now)).first()
    if row is None:
        raise NotFound
    return visit_card(row)


async def todays_round(*, actor: Actor, now: datetime) -> tuple[VisitCard, ...]:
    """Return the actor's own visits of the city's day: for whom, in which bed, what is due. Those under way come along."""
    start, end = day_bounds(local_date(now))
    today = Q(starts_at__gte=start, starts_at__lt=end) | Q(status=VisitStatus.STARTED)
    own = VisitAttendance.filter(account_id=actor.account_id).values_list("visit_id", flat=True)
    rows = Visit.filter(
        today, visits_of_own_institutions(actor=actor, permission=_P.VISIT_ATTEND), id__in=await own
    )
    found = await with_lines(rows, visible_lines(actor, now)).order_by("starts_at", "id").limit(50)
    return tuple(visit_card(row) for row in found)


async def count_todays_visits(*, actor: Actor, now: datetime) -> int:
    """Count the visits of the city's day that are still to be made: the actor's own, and those to the actor's home."""
    start, end = day_bounds(local_date(now))
    own = VisitAttendance.filter(account_id=actor.account_id).values("visit_id")
    theirs = Q(id__in=Subquery(own)) | Q(home_id__in=sorted(actor.institutions_with(_P.VISIT_ATTEND)))
    to_do = Q(status=VisitStatus.STARTED) | Q(
        status=VisitStatus.PLANNED, starts_at__gte=start, starts_at__lt=end
    )
    reachable = visits_of_own_institutions(actor=actor, permission=_P.VISIT_ATTEND)
    return await Visit.filter(reachable, theirs, to_do).count()


async def coming_visits(
    *, actor: Actor, resident_uid: str, most: int, now: datetime
) -> tuple[ComingVisit, ...]:
    """Return the visits to one resident that are under way or planned for today or later, the soonest first."""
    start, _ = day_bounds(local_date(now))
    whose = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    lines = VisitItem.filter(whose, items_visible_to(actor=actor, permission=_P.VISIT_READ, now=now))
    to_come = Q(status=VisitStatus.STARTED) | Q(status=VisitStatus.PLANNED, starts_at__gte=start)
    rows = Visit.filter(to_come, id__in=Subquery(lines.values("visit_id"))).select_related("home", "provider")
    return tuple(coming_visit(row) for row in await rows.order_by("starts_at", "id").limit(most))


async def visits(
    *, actor: Actor, status: VisitStatus | None = None, wish: PageWish, now: datetime
) -> Page[VisitCard]:
    """Return the visits that the actor sees, newest first."""
    rows = Visit.filter(visits_visible_to(actor=actor, permission=_P.VISIT_READ, now=now))
    if status is not None:
        rows = rows.filter(status=status)
    return await page_of(with_lines(rows, visible_lines(actor, now)), wish, visit_card, by="starts_at")


async def visits_of_resident(
    *, actor: Actor, resident_uid: str, wish: PageWish, now: datetime
) -> Page[VisitCard]:
    """Return the visits to one resident, with that resident's line only."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=_P.VISIT_READ, now=now)
    lines = VisitItem.filter(
        items_visible_to(actor=actor, permission=_P.VISIT_READ, now=now), resident_id=resident.id
    )
    ids = await lines.values_list("visit_id", flat=True)
    return await page_of(with_lines(Visit.filter(id__in=ids), lines), wish, visit_card, by="starts_at")


async def count_waiting_for_confirmation(*, actor: Actor) -> int:
    return await Visit.filter(waiting_for_word(actor)).count()


async def visits_waiting_for_confirmation(*, actor: Actor, wish: PageWish, now: datetime) -> Page[VisitCard]:
    """Return the finished visits about which the actor's own side has not spoken yet, and the disputed ones."""
    rows = with_lines(Visit.filter(waiting_for_word(actor)), visible_lines(actor, now))
    return await page_of(rows, wish, visit_card, by="starts_at", newest_first=False)


def waiting_for_word(actor: Actor) -> Q:
    own = sorted(actor.institutions_with(_P.VISIT_ATTEST))
    host_waits = Q(home_id__in=own, status__in=[VisitStatus.FINISHED, VisitStatus.ATTESTED_PROVIDER])
    provider_waits = Q(provider_id__in=own, status__in=[VisitStatus.FINISHED, VisitStatus.ATTESTED_HOST])
    disputed = Q(Q(home_id__in=own) | Q(provider_id__in=own), status=VisitStatus.DISPUTED)
    return host_waits | provider_waits | disputed


def visible_lines(actor: Actor, now: datetime) -> QuerySet[VisitItem]:
    return VisitItem.filter(items_visible_to(actor=actor, permission=_P.VISIT_READ, now=now))


def with_lines(rows: QuerySet[Visit], lines: QuerySet[VisitItem]) -> QuerySet[Visit]:
    return with_clinicians(rows).prefetch_related(
        Prefetch("items", queryset=lines.select_related("resident"))
    )


def with_clinicians(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Fetch what `visit_head` needs."""
    return rows.select_related(*VISIT_RELATIONS).prefetch_related(
        Prefetch("attendances", queryset=VisitAttendance.all().select_related("account"))
    )
