"""Who comes, or where we go, today: the first thing on a desk in the morning."""

from dataclasses import dataclass
from datetime import date, datetime

from tortoise.functions import Count

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import day_bounds
from server.visits.access import visits_of_own_institutions
from server.visits.models import Visit
from server.visits.rules import VisitStatus

MOST_LINES = 20


@dataclass(frozen=True)
class VisitToday:
    uid: str
    starts_at: datetime
    home_name: str
    provider_name: str
    residents: int
    status: VisitStatus


async def visits_today(*, actor: Actor, day: date) -> tuple[VisitToday, ...]:
    """Return the day's visits of the actor's own institutions, whichever side they are on, the earliest first."""
    first, end = day_bounds(day)
    own = visits_of_own_institutions(actor=actor, permission=Permission.VISIT_READ)
    rows = Visit.filter(own, starts_at__gte=first, starts_at__lt=end).exclude(status=VisitStatus.CANCELLED)
    counted = rows.annotate(residents=Count("items__resident_id", distinct=True)).order_by("starts_at", "id")
    found = await counted.limit(MOST_LINES).values_list(
        "uid", "starts_at", "home__name", "provider__name", "residents", "status"
    )
    return tuple(
        VisitToday(uid, starts_at, home, provider, residents, VisitStatus(status))
        for uid, starts_at, home, provider, residents, status in found
    )
