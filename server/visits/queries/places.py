"""Plates of a home, and the rotating code that its own phone shows.

For the printer: a plate's text is made in the face that prints (`codes.new_plate`), registered by `actions.issue_plates`,
and kept nowhere. `PrintBatch.plates(wishes)` puts the two together as `PlateToPrint`s: draw them in that same request.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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


class PlateState(StrEnum):
    HANGING = "hanging"
    REPLACED = "replaced"  # a newer one was printed: still read for some days, to be changed
    ENDED = "ended"

    def condition(self, now: datetime) -> Q:
        if self is PlateState.HANGING:
            return Q(valid_to__isnull=True)
        return Q(valid_to__gt=now) if self is PlateState.REPLACED else Q(valid_to__lte=now)


@dataclass(frozen=True)
class PlateToPrint:
    home_name: str
    kind: PlateKind
    bed: str  # empty for a door
    batch: str
    text: str = field(repr=False)  # what a camera reads


@dataclass(frozen=True)
class PlateCard:
    uid: str
    home_name: str
    kind: PlateKind
    bed: str
    state: PlateState
    valid_to: datetime | None
    printed_at: datetime


@dataclass(frozen=True)
class PlateSpot:
    """A place in a home where a plate belongs."""

    kind: PlateKind
    bed: str
    has_plate: bool


@dataclass(frozen=True)
class PlateWall:
    """One home with the door and every bed in use."""

    home_uid: str
    home_name: str
    spots: tuple[PlateSpot, ...]

    @property
    def missing(self) -> int:
        return sum(not spot.has_plate for spot in self.spots)


async def plate_walls(*, actor: Actor, now: datetime) -> tuple[PlateWall, ...]:
    """Return the actor's homes, and where in them a plate hangs."""
    own = sorted(actor.institutions_with(Permission.PLATE_PRINT))
    homes = await Institution.filter(id__in=own).order_by("id")
    beds = (
        await Resident.filter(home_id__in=own, bed__isnull=False)
        .order_by("bed")
        .values_list("home_id", "bed")
    )
    live = Q(valid_to__isnull=True) | Q(valid_to__gt=now)
    hanging = set(await Plate.filter(live, home_id__in=own).values_list("home_id", "kind", "bed"))

    def spots(home_id: int) -> Iterator[PlateSpot]:
        wanted = [(PlateKind.DOOR, ""), *((PlateKind.BED, bed) for home, bed in beds if home == home_id)]
        for kind, bed in wanted:
            yield PlateSpot(kind, bed, has_plate=(home_id, kind, bed) in hanging)

    return tuple(PlateWall(home.uid, home.name, tuple(spots(home.id))) for home in homes)


async def plates(
    *, actor: Actor, state: PlateState | None = None, wish: PageWish, now: datetime
) -> Page[PlateCard]:
    rows = Plate.filter(plates_visible_to(actor=actor, permission=Permission.PLATE_PRINT))
    if state is not None:
        rows = rows.filter(state.condition(now))
    return await page_of(
        rows.select_related("home"), wish, lambda row: _plate_card(row, now), by="created_at"
    )


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


def _plate_card(row: Plate, now: datetime) -> PlateCard:
    ended = row.valid_to is not None and row.valid_to <= now
    replaced = PlateState.REPLACED if row.valid_to is not None else PlateState.HANGING
    return PlateCard(
        uid=row.uid,
        home_name=row.home.name,
        kind=row.kind,
        bed=row.bed,
        state=PlateState.ENDED if ended else replaced,
        valid_to=row.valid_to,
        printed_at=row.created_at,
    )
