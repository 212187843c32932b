"""A round: scanned, written down, ended, confirmed or disputed by two institutions, by two people."""

from dataclasses import dataclass, field
from typing import ClassVar

from server.kit.ids import new_uid
from server.visits.models import Visit
from server.visits.rules import ATTEST, RESOLVE, VISIT_MOVES, Side, Verdict, VisitEvent, VisitStatus
from tests.architecture.subjects import LOGINS
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

SIDES = {"doctor": Side.PROVIDER, "feng": Side.PROVIDER, "nurse": Side.HOST, "he": Side.HOST}
WITHOUT = {"other_nurse": NOT_THERE, "song": NOT_THERE, "wang": NOT_THEIRS, "zhao": NOT_THERE}
SPEAKERS = (*SIDES, *SIDES, *WITHOUT)
NOT_NOW = "visits.not_this_now"
SAME = "visits.same_hands"


@dataclass
class Trip:
    uid: str
    status: VisitStatus
    items: dict[str, bool] = field(default_factory=dict)  # whether its outcome was written
    by: dict[Side, str] = field(default_factory=dict)
    said: dict[Side, Verdict] = field(default_factory=dict)
    started_at: object = None

    def allows(self, event: VisitEvent) -> bool:
        return VISIT_MOVES.allows(self.status, event)


@dataclass
class Visits(Machine):
    trips: list[Trip] = field(default_factory=list)

    moves: ClassVar = (
        "start", "write", "finish", "attest", "attest", "dispute", "resolve", "resolve", "time_passes",
    )  # fmt: skip

    async def look_around(self) -> None:
        keys = {uid: key for key, uid in self.town.identity.accounts.items()}
        town = self.town.visits
        for uid in (town.today, town.waiting, town.confirmed):
            row = await Visit.get(uid=uid).select_related("provider_by", "host_by")
            trip = Trip(uid, row.status)
            for side, by, said in (
                (Side.PROVIDER, row.provider_by, row.provider_verdict), (Side.HOST, row.host_by, row.host_verdict),
            ):  # fmt: skip
                if by is not None:
                    trip.by[side], trip.said[side] = keys[by.uid], said
            self.trips.append(trip)
        self.trips[0].items = dict.fromkeys((town.today_wang, town.today_li), False)

    async def check(self, number: int) -> None:
        trip = one_of(self.trips, number)
        shown = await self.asks("doctor", f"/visits/{trip.uid}")
        assert shown["status"] == trip.status, self.told

    async def start(self, one: int, _: int) -> None:
        trip = self.trips[0]
        shown = await self._code_shown(trip)
        nonce = (await self.does("doctor", "POST", "/visits/nonces", {}, allowed=[DONE])).body["nonces"][0]
        right = one % 3 > 0
        says = {
            "client_uid": new_uid(), "plate": self.town.visits.plate_code("201-1"), "nonce": nonce,
            "device_time": self.now.isoformat(), "code": shown if right else "guessed",
        }  # fmt: skip
        told = await self.does("doctor", "POST", f"/visits/{trip.uid}/scans", says, allowed=[DONE])
        begins = right and shown is not None and trip.allows(VisitEvent.START)
        assert (told.body["result"] != "refused") == begins, (told.body, self.told)
        if begins:
            trip.status, trip.started_at = VisitStatus.STARTED, self.now

    async def _code_shown(self, trip: Trip) -> str | None:
        answer = await self.looks("nurse", f"/visits/{trip.uid}/rotating-code")
        return answer.json()["text"] if answer.status_code == 200 else None

    async def write(self, one: int, two: int) -> None:
        trip, item = one_of(self.trips, one // 4), one_of(list(self.trips[0].items), two)
        who = one_of(("doctor", "doctor", "nurse", "wang", "other_nurse"), one)
        word = {"doctor": DONE if trip.status == "started" else NOT_NOW, "other_nurse": NOT_THERE}.get(
            who, NOT_THEIRS
        )
        says = {"results": [{"item": item, "outcome": "seen", "pulse": 70}]}
        if (await self.does(who, "POST", f"/visits/{trip.uid}/results", says, allowed=[word])).done:
            trip.items[item] = True

    async def finish(self, one: int, _: int) -> None:
        trip = one_of(self.trips, one // 2)
        word = NOT_NOW
        if trip.status == VisitStatus.STARTED:
            word = DONE if all(trip.items.values()) else "visits.items_open"
            word = word if self.now > trip.started_at else "visits.ends_before_start"  # type: ignore[operator]
        if (await self.does("doctor", "POST", f"/visits/{trip.uid}/finish", allowed=[word])).done:
            trip.status = VisitStatus.FINISHED

    async def attest(self, one: int, two: int) -> None:
        who, trip = one_of(SPEAKERS, one), one_of(self.trips, two)
        word = self._word(who, trip, VisitEvent.START if who not in SIDES else ATTEST[SIDES[who]])
        way = "confirm" if who in LOGINS else "attestation"
        if (await self.does(who, "POST", f"/visits/{trip.uid}/{way}", {}, allowed=[word])).done:
            side = SIDES[who]
            trip.status = VISIT_MOVES.after(trip.status, ATTEST[side])
            trip.by[side], trip.said[side] = who, Verdict.CONFIRMED

    async def dispute(self, one: int, two: int) -> None:
        who, trip = one_of(SPEAKERS, one), one_of(self.trips, two)
        word = self._word(who, trip, VisitEvent.DISPUTE)
        if word == NOT_NOW and who in SIDES and trip.by.get(SIDES[who].other) == who:
            word = SAME
        says = {"reason": "没有来"}
        if (await self.does(who, "POST", f"/visits/{trip.uid}/dispute", says, allowed=[word])).done:
            side = SIDES[who]
            trip.status = VisitStatus.DISPUTED
            trip.by[side], trip.said[side] = who, Verdict.DISPUTED

    async def resolve(self, one: int, two: int) -> None:
        who, trip = one_of(("feng", "he", "song"), one), one_of(self.trips, two)
        verdict = one_of(list(RESOLVE), one // 3 + two)
        word = NOT_THERE if who == "song" else DONE if trip.status == VisitStatus.DISPUTED else NOT_NOW
        says = {"verdict": str(verdict), "reason": "核对过"}
        if (await self.does(who, "POST", f"/visits/{trip.uid}/resolve", says, allowed=[word])).done:
            side = SIDES[who]
            if trip.said.get(side.other) is verdict:
                trip.status = VISIT_MOVES.after(trip.status, RESOLVE[verdict])
            trip.by[side], trip.said[side] = who, verdict

    async def time_passes(self, one: int, _: int) -> None:
        self.table.clock.advance(minutes=(1, 5, 12)[one % 3])

    def _word(self, who: str, trip: Trip, event: VisitEvent) -> str:
        if who in WITHOUT:
            return WITHOUT[who]
        return DONE if trip.allows(event) else NOT_NOW
