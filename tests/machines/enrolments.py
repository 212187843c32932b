"""Contracts with family doctors: asked for, offered, signed, accepted, renewed, ended; one in force, one on its way."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from server.enrolments import actions
from server.enrolments.models import Enrolment, FamilyTeam
from server.enrolments.rules import ENROLMENT_MOVES, EndReason, EnrolmentEvent, EnrolmentStatus, last_day_of
from server.kit.clock import local_date
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

E, S, R = EnrolmentEvent, EnrolmentStatus, EndReason
NOT_NOW = "enrolments.not_this_now"
SIGNS = {
    "wang": {"wang"}, "daughter": {"wang"}, "guardian": {"li"}, "nephew": set[str](), "stranger": set[str](),
    "nurse": set[str](), "doctor": set[str](),
}  # fmt: skip
FAMILY = ("wang", "guardian", "daughter")
DESKS = {"he": DONE, "jin": DONE, "feng": DONE, "song": NOT_THERE, "zhao": NOT_THERE, "qian": NOT_THEIRS}
TEAM_SIDE = {"feng": DONE, "he": NOT_THEIRS, "jin": NOT_THEIRS, "zhao": NOT_THERE, "sun": NOT_THERE}
RENEWAL_OPENS, ANSWER = timedelta(days=30), timedelta(days=14)
PACKAGES = ("senior", "base", "senior", "base", "senior", "chronic", "gold")
UNTIL = date(2026, 11, 1)  # the center serves the home until the end of the year
ON_THE_WAY = (S.APPLIED, S.SIGNED)


@dataclass
class Team:
    uid: str
    capacity: int
    taken: int = 0

    @property
    def is_full(self) -> bool:
        return self.taken >= self.capacity


@dataclass(eq=False)
class Contract:
    uid: str
    resident: str
    team: Team
    answer_by: date
    text_hash: str
    renews: "Contract | None" = None
    status: EnrolmentStatus = S.APPLIED
    signed: bool = False
    accepted: bool = False
    seat: bool = False
    first: date | None = None
    last: date | None = None
    why: EndReason | None = None


@dataclass
class Enrolments(Machine):
    contracts: list[Contract] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    li_lives: bool = True

    moves: ClassVar = (
        "ask", "ask", "offer", "offer", "sign", "sign", "sign", "accept", "accept", "accept", "leave", "end", "resize",
        "time_passes", "time_passes", "time_passes", "dies",
    )  # fmt: skip
    sweeps: ClassVar = (actions.sweep_enrolments,)

    async def look_around(self) -> None:
        """Begin with Wang's contract near its end, Li's offered, and a second team with room for one."""
        town, today = self.town.enrolments, local_date(self.now)
        soon = today + timedelta(days=20)
        await Enrolment.filter(uid=town.wang).update(last_on=soon)
        people = self.town.identity.accounts
        says = {"name": "二组", "leader": people["feng"], "members": [people["doctor"]], "capacity": "1"}
        await self.does("feng", "POST", "/enrolments/teams", says, allowed=[DONE])
        second = await FamilyTeam.get(name="二组")
        self.teams = [Team(town.team, 800, 1), Team(second.uid, 1)]
        wang = Contract(
            town.wang, "wang", self.teams[0], today, "", status=S.ACTIVE, signed=True, accepted=True
        )
        wang.seat, wang.last = True, soon
        text_hash = (await Enrolment.get(uid=town.li)).text_hash
        li = Contract(town.li, "li", self.teams[0], today + ANSWER, text_hash, accepted=True)
        self.contracts = [wang, li]

    async def check(self, number: int) -> None:
        resident, who = one_of((("wang", "wang"), ("li", "guardian"), ("wang", "daughter")), number)
        if resident == "li" and not self.li_lives:
            return
        path = f"/residents/{getattr(self.town.people, resident)}/family-doctor"
        shown = await self.asks(who, path)
        live, on_way = self._live(resident), self._on_way(resident)
        told = [
            each and (each["uid"], each["status"], each["last_on"])
            for each in (shown["active"], shown["open"])
        ]
        assert told == [
            each and (each.uid, each.status, each.last and each.last.isoformat()) for each in (live, on_way)
        ], self.told
        may_ask = on_way is None and (live is None or self._renewal_is_open(live))
        free = {each.uid: each.taken for each in self.teams if may_ask and not each.is_full}
        assert {each["uid"]: each["taken"] for each in shown["teams"]} == free, self.told

    # The family's side

    async def ask(self, one: int, two: int) -> None:
        who, team = one_of(FAMILY if one % 4 < 3 else list(SIGNS), one // 4), one_of(self.teams, two // 2)
        theirs = [each for each in sorted(SIGNS[who]) if each == "wang" or self.li_lives]
        resident = theirs[0] if theirs and one % 5 < 4 else self._somebody(two)
        package = one_of(PACKAGES, one // 3)
        path = f"/residents/{getattr(self.town.people, resident)}/family-doctor"
        text = await self.looks(who, f"{path}/offer?team={team.uid}&package={package}")
        shown = text.json()["text_hash"] if text.status_code == 200 else "0" * 64
        as_read = one % 13 != 12
        word = self._word_to_begin(resident, package)
        if resident not in SIGNS[who]:
            word = NOT_THERE
        elif word == DONE and not as_read:
            word = "enrolments.text_changed"
        says = {"team": team.uid, "package": package, "text_hash": shown if as_read else "0" * 64}
        told = await self.does(who, "POST", path, says, allowed=[word])
        if told.done:
            await self._begun(told.uid, resident, team, signed=True)

    async def sign(self, one: int, two: int) -> None:
        contract = self._likely(
            two, [each for each in self.contracts if each.status is S.APPLIED and not each.signed]
        )
        right = [each for each in FAMILY if contract.resident in SIGNS[each]]
        who = one_of(right, one) if one % 3 else one_of(list(SIGNS), one // 3)
        as_read = two % 9 != 8
        word = NOT_THERE
        if contract.resident in SIGNS[who] and (contract.resident != "li" or self.li_lives):
            word = NOT_NOW
            if contract.status is S.APPLIED and not contract.signed:
                word = (
                    self._word_to_complete(contract, contract.accepted)
                    if as_read
                    else "enrolments.text_changed"
                )
        says = {"text_hash": contract.text_hash if as_read and contract.text_hash else "0" * 64}
        path = f"/family-doctor/{contract.uid}/signature"
        if (await self.does(who, "POST", path, says, allowed=[word])).done:
            contract.signed = True
            self._completed(contract)

    async def leave(self, one: int, two: int) -> None:
        who, contract = one_of(list(SIGNS), one), one_of(self.contracts, two)
        word = NOT_THERE
        if contract.resident in SIGNS[who] and (contract.resident != "li" or self.li_lives):
            word = DONE if ENROLMENT_MOVES.allows(contract.status, E.END) else NOT_NOW
        why = R.WITHDRAWN if contract.status is S.APPLIED else R.OWN_WISH
        if (await self.does(who, "POST", f"/family-doctor/{contract.uid}/leave", allowed=[word])).done:
            self._ended(contract, why)

    # The desks

    async def offer(self, one: int, two: int) -> None:
        who = one_of(("feng", "he") if one % 4 < 3 else list(DESKS), one // 4)
        resident, team, package = (
            self._somebody(two),
            one_of(self.teams, two // 2),
            one_of(PACKAGES, one // 3),
        )
        word = DESKS[who] if DESKS[who] != DONE else self._word_to_begin(resident, package)
        path = f"/enrolments/offers/{getattr(self.town.people, resident)}"
        told = await self.does(who, "POST", path, {"team": team.uid, "package": package}, allowed=[word])
        if told.done:
            await self._begun(told.uid, resident, team, accepted=who == "feng")

    async def accept(self, one: int, two: int) -> None:
        waits = [each for each in self.contracts if each.status is S.APPLIED and not each.accepted]
        who, contract = (
            one_of(("feng", *TEAM_SIDE) if one % 3 == 2 else ("feng",), one),
            self._likely(two, waits),
        )
        word = TEAM_SIDE[who]
        if word == DONE:
            open_ = contract.status is S.APPLIED and not contract.accepted
            word = self._word_to_complete(contract, contract.signed) if open_ else NOT_NOW
        if (await self.does(who, "POST", f"/enrolments/{contract.uid}/accept", allowed=[word])).done:
            contract.accepted = True
            self._completed(contract)

    async def end(self, one: int, two: int) -> None:
        who, contract = one_of(("feng", "feng", *TEAM_SIDE), one), one_of(self.contracts, two)
        why = one_of((R.DECLINED, R.MOVED, R.TEAM_CANNOT), one // 2)
        word = TEAM_SIDE[who]
        if word == DONE and (
            (why is R.DECLINED) != (contract.status is S.APPLIED)
            or not ENROLMENT_MOVES.allows(contract.status, E.END)
        ):
            word = NOT_NOW
        says = {"why": str(why), "text": "与家属谈过"}
        if (await self.does(who, "POST", f"/enrolments/{contract.uid}/end", says, allowed=[word])).done:
            self._ended(contract, why)

    async def resize(self, one: int, two: int) -> None:
        """The second team takes on more people, or fewer: never fewer than it has."""
        who, team, room = one_of(("feng", "feng", "zhao", "he"), one), self.teams[1], two % 3 + 1
        word = TEAM_SIDE[who]
        if word == DONE and room < team.taken:
            word = "enrolments.capacity_too_small"
        says = {"members": [self.town.identity.accounts["doctor"]], "capacity": str(room)}
        if (await self.does(who, "POST", f"/enrolments/teams/{team.uid}", says, allowed=[word])).done:
            team.capacity = room

    # What time does

    async def time_passes(self, one: int, two: int) -> None:
        """In which the worker may be away."""
        if local_date(self.now) < UNTIL:
            await self.passes(days=(1, 6, 16, 31)[one % 4])
        if two % 4:
            await self._worker_came()

    async def dies(self, one: int, _: int) -> None:
        if one % 4 < 3 or not self.li_lives:
            return
        said = {"day": local_date(self.now).isoformat()}
        await self.does("he", "POST", f"/residents/{self.town.people.li}/death", said, allowed=[DONE])
        self.li_lives = False
        await self._worker_came()

    async def _worker_came(self) -> None:
        await self.work()
        today = local_date(self.now)
        for each in self.contracts:
            if each.resident == "li" and not self.li_lives and each.status in {*ON_THE_WAY, S.ACTIVE}:
                self._ended(each, R.DIED)
        for each in self.contracts:
            if each.status is S.SIGNED and each.first and each.first <= today:
                self._begins(each)
        for each in self.contracts:
            if each.status is S.ACTIVE and each.last and each.last < today:
                self._ended(each, R.EXPIRED)
            elif each.status is S.APPLIED and each.answer_by < today:
                self._ended(each, R.LAPSED)
        kept = dict(await Enrolment.all().values_list("uid", "end_reason"))
        assert kept == {each.uid: each.why for each in self.contracts}, self.told

    # The model

    def _live(self, resident: str) -> Contract | None:
        return self._one(resident, (S.ACTIVE,))

    def _on_way(self, resident: str) -> Contract | None:
        return self._one(resident, ON_THE_WAY)

    def _one(self, resident: str, statuses: tuple[EnrolmentStatus, ...]) -> Contract | None:
        """Return the only one there may be (I: one live contract a person, and one on its way)."""
        found = [each for each in self.contracts if each.resident == resident and each.status in statuses]
        assert len(found) <= 1, self.told
        return found[0] if found else None

    def _renewal_is_open(self, live: Contract) -> bool:
        return live.last is not None and local_date(self.now) >= live.last - RENEWAL_OPENS

    def _somebody(self, number: int) -> str:
        return one_of(("wang", "li") if self.li_lives else ("wang",), number)

    def _likely(self, number: int, waiting: list[Contract]) -> Contract:
        return one_of(waiting if waiting and number % 6 < 5 else self.contracts, number // 6)

    def _word_to_begin(self, resident: str, package: str) -> str:
        live = self._live(resident)
        if package == "gold":
            return "enrolments.no_such_package"
        if package == "chronic":
            return "enrolments.package_not_meant"  # nobody has said that they have a chronic disease
        if live is not None and not self._renewal_is_open(live):
            return "enrolments.already_enrolled"
        return "enrolments.already_asked" if self._on_way(resident) else DONE

    def _word_to_complete(self, contract: Contract, both: bool) -> str:
        full = both and not self._hands_on(contract) and contract.team.is_full
        return "enrolments.team_full" if full else DONE

    def _hands_on(self, contract: Contract) -> bool:
        before = contract.renews
        return (
            before is not None and before.status is S.ACTIVE and before.seat and before.team is contract.team
        )

    async def _begun(
        self, uid: str, resident: str, team: Team, *, signed: bool = False, accepted: bool = False
    ) -> None:  # fmt: skip
        text_hash = (await Enrolment.get(uid=uid)).text_hash
        answer_by = local_date(self.now) + ANSWER
        made = Contract(
            uid, resident, team, answer_by, text_hash, self._live(resident), signed=signed, accepted=accepted
        )
        self.contracts.append(made)

    def _completed(self, contract: Contract) -> None:
        if not (contract.signed and contract.accepted):
            return
        first, before = local_date(self.now), contract.renews
        if before is not None and before.status is S.ACTIVE and before.last and before.last >= first:
            first = before.last + timedelta(days=1)
        contract.seat = not self._hands_on(contract)
        contract.team.taken += contract.seat
        contract.status, contract.first, contract.last = S.SIGNED, first, last_day_of(first)
        if first <= local_date(self.now):
            self._begins(contract)

    def _begins(self, contract: Contract) -> None:
        before = contract.renews
        if before is not None and before.status is S.ACTIVE:
            before.status, before.seat = S.RENEWED, False
            before.team.taken -= contract.seat  # another team: the old one has its place back
        elif not contract.seat:
            contract.team.taken += 1
        contract.status, contract.seat = S.ACTIVE, True

    def _ended(self, contract: Contract, why: EndReason) -> None:
        was_active = contract.status is S.ACTIVE
        contract.team.taken -= contract.seat
        contract.status, contract.seat, contract.why = S.ENDED, False, why
        if was_active and why is not R.EXPIRED:
            for each in self.contracts:
                if each.renews is contract and each.status in ON_THE_WAY:
                    self._ended(each, why)
