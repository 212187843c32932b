"""Plates of a home, and the rotating code that its own phone shows."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import Forbidden
from server.kit.pages import Page, PageWish, page_of
from server.people.models import Resident
from server.visits.access import plates_visible_to, visit_to_change
from server.visits.codes import code_keys, rotating_code, seconds_left
from server.visits.errors import NotThisNow, ShownToThemselves
from server.visits.models import Plate, VisitAttendance
from server.visits.queries.cards import RotatingCard
from server.visits.rules import PlateKind, VisitStatus


@dataclass(frozen=True)
class PlateCard:
    uid: str
    home_name: str
    kind: PlateKind
    bed: str
    valid_from: datetime
    valid_to: datetime | None
    printed_at: datetime


@dataclass(frozen=True)
class PlateSpot:
    """A place in a home where a plate belongs."""

    home_uid: str
    home_name: str
    kind: PlateKind
    bed: str
    has_plate: bool


async def plate_spots(*, actor: Actor, now: datetime) -> tuple[PlateSpot, ...]:
    """Return the door and every bed in use of the actor's homes, and whether a plate hangs there."""
    own = sorted(actor.institutions_with(Permission.PLATE_PRINT))
    homes = await Institution.filter(id__in=own).order_by("id")
    beds = (
        await Resident.filter(home_id__in=own, bed__isnull=False)
        .order_by("bed")
        .values_list("home_id", "bed")
    )
    live = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    hanging = set(await Plate.filter(live, home_id__in=own).values_list("home_id", "kind", "bed"))
    wanted = [(home.id, PlateKind.DOOR, "") for home in homes] + [
        (home, PlateKind.BED, bed) for home, bed in beds
    ]
    names = {home.id: home for home in homes}
    return tuple(
        PlateSpot(names[home].uid, names[home].name, kind, bed, has_plate=(home, kind, bed) in hanging)
        for home, kind, bed in wanted
    )


async def plates(*, actor: Actor, wish: PageWish) -> Page[PlateCard]:
    rows = Plate.filter(plates_visible_to(actor=actor, permission=Permission.PLATE_PRINT)).select_related(
        "home"
    )
    return await page_of(rows, wish, _plate_card, by="created_at")


async def rotating_code_for(*, actor: Actor, visit_uid: str, now: datetime) -> RotatingCard:
    """Return what the host's phone shows to the clinician; only the home's own staff, and never whoever comes to visit."""
    visit = await visit_to_change(actor=actor, uid=visit_uid, permission=Permission.VISIT_ATTEND)
    if visit.home.id not in actor.institutions_with(Permission.VISIT_ATTEND):
        raise Forbidden
    if await VisitAttendance.filter(visit_id=visit.id, account_id=actor.account_id).exists():
        raise ShownToThemselves
    if visit.status not in (VisitStatus.PLANNED, VisitStatus.MISSED):
        raise NotThisNow
    return RotatingCard(
        text=rotating_code(screen=visit.home.id, now=now, keys=code_keys()), seconds_left=seconds_left(now)
    )


def _plate_card(row: Plate) -> PlateCard:
    return PlateCard(
        uid=row.uid,
        home_name=row.home.name,
        kind=row.kind,
        bed=row.bed,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        printed_at=row.created_at,
    )
