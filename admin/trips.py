"""Trips of a home: one bus, one half-day, seats found together (C09)."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from admin.booking import Day, Note, WithReason
from server.authority.permissions import Permission
from server.booking import actions, queries
from server.booking.actions import Rider
from server.booking.queries import RiderWish
from server.booking.queries.trips import MOST_RESIDENTS
from server.booking.rules import HALF_DAY_WORDS, MOST_RIDERS, HalfDay
from server.kit.clock import local_date
from server.web import Ask, Clean, Form, Go, Line, PageQuery, Query, Routes, Show, Uid, text

routes = Routes("trips", tag="组团就诊")

TRIPS = "/admin/trips"
HALVES = tuple((half.value, words) for half, words in HALF_DAY_WORDS.items())

Pair = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}:[0-9A-Z]{26}$")]
Pairs = Annotated[list[Pair], Field(min_length=1, max_length=MOST_RIDERS)]
BusSeats = Annotated[int, Field(ge=1, le=MOST_RIDERS)]
Companions = Annotated[int, Field(ge=0, le=MOST_RIDERS)]


def _halves(pairs: list[str]) -> list[tuple[str, str]]:
    return [(pair.split(":")[0], pair.split(":")[1]) for pair in pairs]


class NewQuery(Query):
    provider: Uid | None = None
    bed: Annotated[str, text(20, least=0), Clean] = ""  # how it begins: a floor, a house


class Plan(Form):
    provider: Uid
    day: Day
    half: HalfDay
    bus_seats: BusSeats
    companions: Companions | None = None
    remark: Note = ""
    watched: list[Uid] = Field(
        default_factory=list, max_length=MOST_RESIDENTS
    )  # somebody is with them all the time


class FindSeats(Plan):
    wish: Pairs  # "<resident>:<department>"
    urgent: list[Uid] = Field(default_factory=list, max_length=MOST_RESIDENTS)

    @property
    def wishes(self) -> list[RiderWish]:
        return [
            RiderWish(
                resident, department, urgent=resident in self.urgent, own_companion=resident in self.watched
            )
            for resident, department in _halves(self.wish)
        ]


class BookTrip(Plan):
    rider: Pairs  # "<resident>:<slot>"
    reason: Annotated[
        list[Line], Field(min_length=1, max_length=MOST_RIDERS)
    ]  # of each rider, in the same order

    @model_validator(mode="after")
    def _a_reason_for_everybody(self) -> Self:
        if len(self.rider) != len(self.reason):
            message = "a reason is missing"
            raise ValueError(message)
        return self

    @property
    def riders(self) -> list[Rider]:
        return [
            Rider(resident_uid=resident, slot_uid=slot, reason=reason, own_companion=resident in self.watched)
            for (resident, slot), reason in zip(_halves(self.rider), self.reason, strict=True)
        ]


class AddRider(Form):
    resident: Uid
    department: Uid
    reason: Line
    watched: bool = False


@routes.get("/trips", needs=Permission.APPOINTMENT_BOOK, summary="Trips of my home")
async def trips(ask: Ask, query: PageQuery) -> Show:
    return Show(
        "booking/trips.html", page=await queries.trips(actor=ask.actor, wish=query.counted, now=ask.now)
    )


@routes.get("/trips/new", needs=Permission.APPOINTMENT_BOOK, summary="Say who goes where, on which half-day")
async def new_trip(ask: Ask, query: NewQuery) -> Show:
    return Show(
        "booking/new_trip.html",
        choices=await queries.trip_choices(
            actor=ask.actor, provider_uid=query.provider, bed=query.bed, now=ask.now
        ),
        chosen=query,
        halves=HALVES,
        today=local_date(ask.now),
    )


@routes.post(
    "/trips/find", needs=Permission.APPOINTMENT_BOOK, summary="Look for seats for everybody together"
)
async def find_seats(ask: Ask, body: FindSeats) -> Show:
    proposal = await queries.propose_trip(
        actor=ask.actor,
        provider_uid=body.provider,
        day=body.day,
        half=body.half,
        bus_seats=body.bus_seats,
        companions=body.companions,
        wishes=body.wishes,
        now=ask.now,
    )
    return Show("booking/proposal.html", proposal=proposal, plan=body, halves=dict(HALVES))


@routes.post(
    "/trips", needs=Permission.APPOINTMENT_BOOK, summary="Book the seats that were found, all or none"
)
async def book_trip(ask: Ask, body: BookTrip) -> Go:
    card = await actions.book_trip(
        actor=ask.actor,
        provider_uid=body.provider,
        day=body.day,
        half=body.half,
        bus_seats=body.bus_seats,
        companions=body.companions,
        remark=body.remark,
        riders=body.riders,
        now=ask.now,
    )
    return Go(
        f"{TRIPS}/{card.uid}", said=f"{len(card.riders)} 位长者的号都约好了。请打印名单交给司机和陪同的人。"
    )


@routes.get(
    "/trips/<trip_uid>", needs=Permission.APPOINTMENT_BOOK, summary="One trip: the list for the driver"
)
async def trip(ask: Ask, trip_uid: str) -> Show:
    card = await queries.trip(actor=ask.actor, uid=trip_uid, now=ask.now)
    return Show(
        "booking/trip.html",
        card=card,
        choices=await queries.trip_choices(actor=ask.actor, provider_uid=card.provider_uid, now=ask.now),
        halves=dict(HALVES),
    )


@routes.post(
    "/trips/<trip_uid>/riders", needs=Permission.APPOINTMENT_BOOK, summary="Take one more resident along"
)
async def add_rider(ask: Ask, trip_uid: str, body: AddRider) -> Go:
    card = await actions.add_rider(
        actor=ask.actor,
        trip_uid=trip_uid,
        resident_uid=body.resident,
        department_uid=body.department,
        reason=body.reason,
        own_companion=body.watched,
        now=ask.now,
    )
    return Go(f"{TRIPS}/{card.uid}", said=f"已加上一位，车上现在 {len(card.riders)} 位。")


@routes.post(
    "/trips/<trip_uid>/cancel",
    needs=Permission.APPOINTMENT_BOOK,
    summary="Cancel the bus, and every appointment made for it",
)
async def cancel_trip(ask: Ask, trip_uid: str, body: WithReason) -> Go:
    await actions.cancel_trip(actor=ask.actor, trip_uid=trip_uid, reason=body.reason, now=ask.now)
    return Go(f"{TRIPS}/{trip_uid}", said="已取消，全车的号都已退回，家人会收到通知。")
