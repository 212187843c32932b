"""The beds of one's homes: how many there are, how many are taken, and who lies where (A23)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import age_on, local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from server.people.rules import CareState, in_house_order, plain_bed, room_of


@dataclass(frozen=True)
class BedCensus:
    """One home in numbers. Every resident takes a bed, also who is in hospital just now: the bed is kept."""

    home_uid: str
    home: str
    beds: int  # as registered; 0: nobody has said
    nursing_beds: int
    residents: int
    inpatient: int
    without_bed: int

    @property
    def free(self) -> int:
        return max(0, self.beds - self.residents)

    @property
    def beyond(self) -> int:
        """Return how many live here for whom there is no registered bed."""
        return max(0, self.residents - self.beds) if self.beds else 0

    @property
    def utilisation(self) -> float | None:
        return self.residents / self.beds if self.beds else None

    @property
    def nursing_share(self) -> float | None:
        return self.nursing_beds / self.beds if self.beds else None


@dataclass(frozen=True)
class BedSpot:
    """Somebody and their bed."""

    bed: str
    resident_uid: str
    name: str
    age: int
    care_state: CareState
    shared: bool  # another resident's bed reads the same, only written otherwise


@dataclass(frozen=True)
class Room:
    name: str
    spots: tuple[BedSpot, ...]


@dataclass(frozen=True)
class BedBoard:
    home: BedCensus
    rooms: tuple[Room, ...]
    without_bed: tuple[BedSpot, ...]

    @property
    def shared(self) -> tuple[BedSpot, ...]:
        return tuple(spot for room in self.rooms for spot in room.spots if spot.shared)


@dataclass(frozen=True)
class BedSheet:
    homes: tuple[BedCensus, ...]
    board: BedBoard | None  # None: several homes, and none was chosen


async def beds(*, actor: Actor, home_uid: str | None = None, now: datetime) -> BedSheet:
    """Return the census of the actor's homes, and the board of the one that is named, or of their only one."""
    own = actor.institutions_with(Permission.RESIDENT_ADMIT)
    homes = await Institution.filter(id__in=sorted(own), kind=InstitutionKind.NURSING_HOME).order_by("id")
    if home_uid is not None and home_uid not in {home.uid for home in homes}:
        raise NotFound
    census = await _census(homes)
    chosen = next((home for home in homes if home.uid == home_uid), homes[0] if len(homes) == 1 else None)
    board = None if chosen is None else await _board(chosen, census[chosen.id], now)
    return BedSheet(homes=tuple(census[home.id] for home in homes), board=board)


async def _census(homes: list[Institution]) -> dict[int, BedCensus]:
    living = Resident.filter(home_id__in=[home.id for home in homes], merged_into_id__isnull=True)
    by_state = await _counted(living, "care_state")
    bedless = await _counted(living.filter(bed__isnull=True))
    return {
        home.id: BedCensus(
            home_uid=home.uid,
            home=home.name,
            beds=home.beds,
            nursing_beds=home.nursing_beds,
            residents=sum(count for (home_id, _), count in by_state.items() if home_id == home.id),
            inpatient=by_state.get((home.id, CareState.INPATIENT), 0),
            without_bed=bedless.get((home.id,), 0),
        )
        for home in homes
    }


async def _counted(rows: QuerySet[Resident], *more: str) -> dict[tuple[object, ...], int]:
    names = ("home_id", *more)
    found = await rows.annotate(times=Count("id")).group_by(*names).values_list(*names, "times")
    return {tuple(key): count for *key, count in found}


async def _board(home: Institution, census: BedCensus, now: datetime) -> BedBoard:
    rows = Resident.filter(home_id=home.id, merged_into_id__isnull=True).order_by("id")
    found = await rows.values_list("uid", "name", "birth_date", "bed", "care_state")
    spelled = Counter(plain_bed(bed) for *_, bed, _ in found if bed)
    today = local_date(now)
    spots = [
        BedSpot(
            bed=bed or "",
            resident_uid=uid,
            name=name,
            age=age_on(birth_date, today),
            care_state=CareState(state),
            shared=bool(bed) and spelled[plain_bed(bed)] > 1,
        )
        for uid, name, birth_date, bed, state in found
    ]
    placed = sorted((spot for spot in spots if spot.bed), key=_walk)
    rooms = tuple(Room(name, tuple(each)) for name, each in groupby(placed, lambda spot: room_of(spot.bed)))
    return BedBoard(home=census, rooms=rooms, without_bed=tuple(spot for spot in spots if not spot.bed))


def _walk(spot: BedSpot) -> tuple[object, ...]:
    room = room_of(spot.bed)
    return in_house_order(room), room, in_house_order(plain_bed(spot.bed))
