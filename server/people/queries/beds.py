"""The beds of one's homes: how many there are, how many are taken, and who lies where (A23)."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import age_on, local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from server.people.rules import EFFECTS, CareState, in_house_order, plain_bed, plain_room, room_of

MOST_ROOMS = 24
MOST_NAMED = 50  # of those whose bed is not as it should be


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
    convalescent: int = 0  # each on a nursing bed (I16)
    meals: int = 0  # cooked for today (I17)

    @property
    def free(self) -> int:
        return max(0, self.beds - self.residents)

    @property
    def nursing_free(self) -> int:
        return max(0, self.nursing_beds - self.convalescent)

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
    rooms: tuple[Room, ...]  # so many as one looks through at once
    room_count: int
    next_room: str | None  # the first that is not shown
    without_bed: tuple[BedSpot, ...]  # the first of them; how many there are, the census says
    shared: tuple[BedSpot, ...]


@dataclass(frozen=True)
class BedSheet:
    homes: tuple[BedCensus, ...]
    board: BedBoard | None  # None: several homes, and none was chosen


async def beds(
    *, actor: Actor, home_uid: str | None = None, room: str | None = None, now: datetime
) -> BedSheet:
    """Return the census of the actor's homes, and the board of the one that is named, or of their only one.

    The board begins with `room`, or with the next one if there is none of that name.
    """
    own = actor.institutions_with(Permission.RESIDENT_ADMIT)
    homes = await Institution.filter(id__in=sorted(own), kind=InstitutionKind.NURSING_HOME).order_by("id")
    if home_uid is not None and home_uid not in {home.uid for home in homes}:
        raise NotFound
    census = await _census(homes)
    chosen = next((home for home in homes if home.uid == home_uid), homes[0] if len(homes) == 1 else None)
    board = None if chosen is None else await _board(chosen, census[chosen.id], room or "", now)
    return BedSheet(homes=tuple(census[home.id] for home in homes), board=board)


async def _census(homes: list[Institution]) -> dict[int, BedCensus]:
    living = Resident.filter(home_id__in=[home.id for home in homes], merged_into_id__isnull=True)
    counted = living.annotate(times=Count("id"), placed=Count("bed")).group_by("home_id", "care_state")
    residents, inpatient, bedless = Counter[int](), Counter[int](), Counter[int]()
    convalescent, meals = Counter[int](), Counter[int]()
    for home_id, state, times, placed in await counted.values_list(
        "home_id", "care_state", "times", "placed"
    ):
        residents[home_id] += times
        bedless[home_id] += times - placed
        inpatient[home_id] += times if state == CareState.INPATIENT else 0
        convalescent[home_id] += times if EFFECTS[CareState(state)].nursing_bed else 0
        meals[home_id] += times if EFFECTS[CareState(state)].meals else 0
    return {
        home.id: BedCensus(
            home_uid=home.uid,
            home=home.name,
            beds=home.beds,
            nursing_beds=home.nursing_beds,
            residents=residents[home.id],
            inpatient=inpatient[home.id],
            without_bed=bedless[home.id],
            convalescent=convalescent[home.id],
            meals=meals[home.id],
        )
        for home in homes
    }


async def _board(home: Institution, census: BedCensus, start: str, now: datetime) -> BedBoard:
    """Look at everybody's bed, and at the people of those rooms only that are shown."""
    living = Resident.filter(home_id=home.id, merged_into_id__isnull=True)
    beds = await living.filter(bed__isnull=False).values_list("id", "bed")
    plain = [plain_bed(bed) for _, bed in beds]
    spelled = Counter(plain)
    shared = frozenset(row_id for (row_id, _), bed in zip(beds, plain, strict=True) if spelled[bed] > 1)
    rooms: defaultdict[str, list[int]] = defaultdict(list)
    for row_id, bed in beds:
        rooms[room_of(bed)].append(row_id)
    names = sorted(rooms, key=_as_one_walks)
    first = bisect_left(names, _as_one_walks(plain_room(start)), key=_as_one_walks)
    shown = names[first : first + MOST_ROOMS]
    twice = sorted(shared)[:MOST_NAMED]
    wanted = {row_id for name in shown for row_id in rooms[name]}.union(twice)
    told = dict(await _spots(living.filter(id__in=sorted(wanted)), shared, now))
    if census.without_bed:
        bedless = living.filter(bed__isnull=True).order_by("id").limit(MOST_NAMED)
        told |= dict(await _spots(bedless, shared, now))
    following = first + MOST_ROOMS
    return BedBoard(
        home=census,
        rooms=tuple(
            Room(name, tuple(sorted((told[row_id] for row_id in rooms[name] if row_id in told), key=_walk)))
            for name in shown
        ),
        room_count=len(names),
        next_room=names[following] if following < len(names) else None,
        without_bed=tuple(spot for spot in told.values() if not spot.bed),
        shared=tuple(sorted((told[row_id] for row_id in twice if row_id in told), key=_walk)),
    )


async def _spots(
    rows: QuerySet[Resident], shared: frozenset[int], now: datetime
) -> list[tuple[int, BedSpot]]:
    today = local_date(now)
    return [
        (
            row_id,
            BedSpot(
                bed=bed or "",
                resident_uid=uid,
                name=name,
                age=age_on(birth_date, today),
                care_state=CareState(state),
                shared=row_id in shared,
            ),
        )
        for row_id, uid, name, birth_date, bed, state in await rows.values_list(
            "id", "uid", "name", "birth_date", "bed", "care_state"
        )
    ]


def _walk(spot: BedSpot) -> tuple[object, ...]:
    return *_as_one_walks(room_of(spot.bed)), in_house_order(plain_bed(spot.bed))


def _as_one_walks(room: str) -> tuple[list[tuple[int, str]], str]:
    return in_house_order(room), room
