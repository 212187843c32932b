"""Plates of a home, and the rotating code that its own phone shows.

For the printer: a plate's text is made in the face that prints (`codes.new_plate`), registered by `actions.issue_plates`,
and kept nowhere. `PrintBatch.plates(wishes)` puts the two together as `PlateToPrint`s: draw them in that same request.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import Forbidden, NotFound
from server.kit.pages import Page, PageWish, page_of
from server.people.models import Resident
from server.visits.access import plates_visible_to, visit_to_change
from server.visits.codes import code_keys, rotating_code, seconds_left
from server.visits.errors import NotThisNow, ShownToThemselves
from server.visits.models import Plate, VisitAttendance
from server.visits.queries.cards import RotatingCard
from server.visits.rules import MOST_PLATES, PlateKind, VisitStatus


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
class PlateHome:
    """One home in numbers."""

    uid: str
    name: str
    beds: int  # in which somebody lives
    plates: int  # of those beds, how many have one, hanging or to be changed soon


@dataclass(frozen=True)
class PlateWall:
    """The door and the beds in use of one home, as many as are printed at once; where no plate hangs first."""

    home_uid: str
    home_name: str
    spots: tuple[PlateSpot, ...]
    fitting: int  # how many there are to choose from
    missing: int  # in the whole home


@dataclass(frozen=True)
class PlateWalls:
    homes: tuple[
        PlateHome, ...
    ]  # of which one is chosen; none where there is only one, whose wall says it all
    wall: PlateWall | None  # None: several homes, and none was chosen


async def plate_walls(
    *, actor: Actor, home_uid: str | None = None, bed: str | None = None, now: datetime
) -> PlateWalls:
    """Return the actor's homes, and where in the one that is named, or in their only one, a plate hangs.

    `bed` may be the beginning of a bed's number.
    """
    own = sorted(actor.institutions_with(Permission.PLATE_PRINT))
    homes = await Institution.filter(id__in=own).order_by("id")
    chosen = _chosen(homes, home_uid)
    wall = None if chosen is None else await _wall(chosen, bed or "", now)
    return PlateWalls(await _in_numbers(homes, now) if len(homes) > 1 else (), wall)


def _chosen(homes: Sequence[Institution], uid: str | None) -> Institution | None:
    if uid is None:
        return homes[0] if len(homes) == 1 else None
    home = next((each for each in homes if each.uid == uid), None)
    if home is None:
        raise NotFound
    return home


async def _in_numbers(homes: Sequence[Institution], now: datetime) -> tuple[PlateHome, ...]:
    """Count beds, not plates: a bed has two while an older one is to be changed, and a plate can outlive its bed's use."""
    residents = Resident.filter(home_id__in=[home.id for home in homes], bed__isnull=False)
    counted = residents.annotate(beds=Count("id")).group_by("home_id")  # nobody shares a bed
    beds: dict[int, int] = dict(await counted.values_list("home_id", "beds"))
    live = Plate.filter(_live(now), home_id__in=sorted(beds), kind=PlateKind.BED)
    hanging = await _places(live.distinct())
    used = await _places(residents.filter(home_id__in=sorted({home_id for home_id, _ in hanging})))
    plates = Counter(home_id for home_id, _ in hanging & used)
    return tuple(PlateHome(home.uid, home.name, beds.get(home.id, 0), plates[home.id]) for home in homes)


async def _places(rows: QuerySet[Any]) -> set[tuple[int, str]]:
    return {(home_id, bed) for home_id, bed in await rows.values_list("home_id", "bed")}


async def _wall(home: Institution, begins: str, now: datetime) -> PlateWall:
    used = Resident.filter(home_id=home.id, bed__isnull=False).order_by("bed")
    beds = [str(bed) for bed in await used.values_list("bed", flat=True)]
    hanging = set(await Plate.filter(_live(now), home_id=home.id).values_list("kind", "bed"))
    places = [(PlateKind.DOOR, ""), *((PlateKind.BED, bed) for bed in beds)]
    spots = [PlateSpot(kind, bed, has_plate=(kind, bed) in hanging) for kind, bed in places]
    fitting = [spot for spot in spots if spot.bed.startswith(begins)]
    return PlateWall(
        home_uid=home.uid,
        home_name=home.name,
        spots=tuple(sorted(fitting, key=lambda spot: spot.has_plate)[:MOST_PLATES]),
        fitting=len(fitting),
        missing=sum(not spot.has_plate for spot in spots),
    )


def _live(now: datetime) -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gt=now)


async def plates(
    *,
    actor: Actor,
    home_uid: str | None = None,
    bed: str | None = None,
    state: PlateState | None = None,
    wish: PageWish,
    now: datetime,
) -> Page[PlateCard]:
    """Return the plates that were printed, the newest first; `bed` may be the beginning of a bed's number."""
    rows = Plate.filter(plates_visible_to(actor=actor, permission=Permission.PLATE_PRINT))
    if home_uid is not None:
        rows = rows.filter(home__uid=home_uid)
    if bed is not None:
        rows = rows.filter(bed__startswith=bed)
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
