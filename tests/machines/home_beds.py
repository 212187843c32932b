"""Home beds asked for, assessed, opened, visited, suspended, run out and closed; no day in hospital is ever counted.

The worker may be away for days: what it hears late changes no day, and nobody works at a bed that is not open any more.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from server.home_beds import actions
from server.home_beds.rules import CURRENT, HOME_BED_MOVES, HomeBedEvent, HomeBedStatus
from server.kit.clock import local_date, start_of_day
from tests.architecture.subjects import LOGINS
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

E, S = HomeBedEvent, HomeBedStatus
NOT_NOW, IN_HOSPITAL = "home_beds.not_this_now", "home_beds.in_hospital"
ASKS = {
    "wang": {"wang"}, "daughter": {"wang"}, "guardian": {"li"}, "nurse": {"wang", "li"}, "he": {"wang", "li"},
    "doctor": {"wang", "li"}, "feng": {"wang", "li"}, "other_nurse": set[str](), "song": set[str](), "stranger": set[str](),
}  # fmt: skip
WORKS = ("feng", "feng", "feng", "he", "zhao", "doctor")
PREMISES = [each.code for each in CURRENT.premises]
WITHIN = {S.APPLIED: timedelta(days=3), S.ASSESSED: timedelta(days=3), S.SUSPENDED: timedelta(days=30)}
IN_USE = (S.OPENED, S.SUSPENDED)
MOST_DAYS, MOST_DAYS_A_YEAR, MOST_TIMES_A_YEAR = 90, 180, 3
CHANGES = {
    "hospitalize": ("inpatient", {"residential", "convalescent"}), "convalesce": ("convalescent", {"inpatient"}),
    "return": ("residential", {"inpatient", "convalescent"}),
}  # fmt: skip
UNTIL = date(2026, 12, 1)  # the agreements, and the year whose days are counted


@dataclass
class Bed:
    uid: str
    resident: str
    heard: int  # of what happened to the resident, so many are known here
    deadline: datetime
    status: HomeBedStatus = S.APPLIED
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    last_day: date | None = None
    began: datetime | None = None  # the stretch that runs, or the last one
    rounds: list[tuple[datetime, bool]] = field(default_factory=list)  # when, and whether by the senior
    a_week: int = 2

    @property
    def runs_out(self) -> datetime | None:
        return start_of_day(self.last_day + timedelta(days=1)) if self.last_day else None

    @property
    def is_live(self) -> bool:
        return self.status in {S.APPLIED, S.ASSESSED, *IN_USE}

    def goes_on(self, event: HomeBedEvent, at: datetime) -> None:
        self.status = HOME_BED_MOVES.after(self.status, event)
        if self.status is S.OPENED:
            self.began = at
            self.next_round()
        elif self.status in WITHIN:
            self.deadline = at + WITHIN[self.status]
        else:
            self.ended_at = at

    def next_round(self) -> None:
        """The first within a day, the senior within three, then by the week; never after its last day."""
        assert self.began is not None
        assert self.runs_out is not None
        since = [at for at, _ in self.rounds if at >= self.began]
        due = max(since) + timedelta(days=7) / self.a_week if since else self.began + timedelta(hours=24)
        if since and not any(senior for _, senior in self.rounds):
            due = min(due, self.began + timedelta(days=3))
        self.deadline = min(due, self.runs_out)


@dataclass
class HomeBeds(Machine):
    beds: list[Bed] = field(default_factory=list)
    care: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)

    moves: ClassVar = (
        "goes_on", "care_changes", "time_passes", "goes_on", "asks_anybody", "care_changes", "visit", "assess", "time_passes",
        "close", "open", "care_changes", "emergency", "goes_on", "take_back", "time_passes", "close", "decline", "dies",
    )  # fmt: skip
    sweeps: ClassVar = (actions.sweep_home_beds,)

    async def look_around(self) -> None:
        self.care = {each: [(self.now - timedelta(days=300), "residential")] for each in ("wang", "li")}
        for resident in self.care:
            await self._asks("he", resident, "health_center")
        await self._assess("feng", self.beds[0], 0)
        await self._open("feng", self.beds[0], 0)

    async def check(self, number: int) -> None:
        shown = await self.asks("doctor", "/home-beds?work=live&limit=100")
        assert {each["uid"]: _card(each) for each in shown["items"]} == {
            each.uid: (each.status, each.deadline, each.last_day) for each in self.beds if each.is_live
        }, self.told
        resident, who = one_of((("wang", "daughter"), ("li", "guardian")), number)
        if self._lives(resident) and all(self._knows_all(each) for each in self.beds):
            told = await self.asks(who, f"/residents/{getattr(self.town.people, resident)}/home-beds")
            assert {each["uid"]: each["days"] for each in told} == {
                each.uid: self._days(each) for each in self.beds if each.resident == resident
            }, self.told

    # The ledger once more, from the care states alone: a day counts where the bed was open when it ended.

    def _days(self, bed: Bed) -> int:
        if bed.opened_at is None:
            return 0
        day, last, counted = local_date(bed.opened_at), local_date(self.now), 0
        while day <= last:
            ends = min(start_of_day(day + timedelta(days=1)), self.now)
            counted += self._is_open(bed, ends, today=day == last)
            day += timedelta(days=1)
        return counted

    def _is_open(self, bed: Bed, at: datetime, *, today: bool) -> bool:
        if bed.ended_at is not None and (bed.ended_at < at or today):
            return False
        return self._care_at(bed.resident, at) != "inpatient"

    def _care_at(self, resident: str, at: datetime) -> str:
        return [state for since, state in self.care[resident] if since <= at][-1]

    def _lives(self, resident: str) -> bool:
        return self._care_at(resident, self.now) != "deceased"

    # What the house hears of its residents, sooner or later

    def _knows_all(self, bed: Bed) -> bool:
        return not bed.is_live or self._as_it_is(bed) == bed

    def _as_it_is(self, bed: Bed) -> Bed:
        """Return the bed as it stands once everything is known that nobody did at the bed itself."""
        known = deepcopy(bed)
        out = known.runs_out
        for at, state in self.care[bed.resident][bed.heard :]:
            if known.is_live and not (known.status in IN_USE and out and at >= out):
                self._hears(known, state, at)
        known.heard = len(self.care[bed.resident]) if known.is_live else known.heard
        if known.status in IN_USE and out and self.now >= out:
            known.goes_on(E.CLOSE, out)
        return known

    def _hears(self, bed: Bed, state: str, at: datetime) -> None:
        if state == "deceased":
            bed.goes_on(E.CLOSE if bed.status in IN_USE else E.WITHDRAW, at)
        elif bed.status is S.OPENED and state == "inpatient":
            bed.goes_on(E.SUSPEND, at)
        elif bed.status is S.SUSPENDED and state != "inpatient":
            bed.goes_on(E.RESUME, at)

    async def work(self) -> None:
        await super().work()
        self.beds = [self._as_it_is(each) if each.is_live else each for each in self.beds]

    # What people do

    async def goes_on(self, one: int, two: int) -> None:
        """Do what the bed waits for."""
        live = [each for each in self.beds if each.is_live]
        steps = {
            S.APPLIED: self._assess,
            S.ASSESSED: self._open,
            S.OPENED: self._visit,
            S.SUSPENDED: self._visit,
        }
        if live:
            bed = one_of(live, two)
            await steps[bed.status]("feng", bed, one)
        else:
            await self.asks_for(0, two)

    async def asks_for(self, one: int, two: int) -> None:
        await self._asks(
            one_of(list(ASKS), one),
            one_of([each for each in self.care if self._lives(each)], two),
            "health_center",
        )

    async def asks_anybody(self, one: int, two: int) -> None:
        house = one_of(("health_center", "health_center", "second_hospital"), one // 3)
        resident = one_of([each for each in self.care if self._lives(each)], two)
        await self._asks(one_of(list(ASKS), one), resident, house)

    async def _asks(self, who: str, resident: str, house: str) -> None:
        word = DONE
        if resident not in ASKS[who]:
            word = NOT_THERE
        elif house != "health_center":
            word = "home_beds.not_bound"
        elif any(each.is_live and each.resident == resident for each in self.beds):
            word = "home_beds.already_has_one"
        uid, institution = getattr(self.town.people, resident), getattr(self.town.alliance, house)
        if who in LOGINS:
            told = await self.does(
                who, "POST", "/home-beds", {"resident": uid, "institution": institution}, allowed=[word]
            )
        else:
            path = f"/residents/{uid}/home-beds"
            told = await self.does(who, "POST", path, {"institution": institution}, allowed=[word])
        if told.done:
            self.beds.append(Bed(told.uid, resident, len(self.care[resident]), self.now + WITHIN[S.APPLIED]))

    async def assess(self, one: int, two: int) -> None:
        await self._assess(one_of(WORKS[:-1], one), one_of(self.beds, two), one)

    async def _assess(self, who: str, bed: Bed, number: int) -> None:
        ticked = (
            [*PREMISES, "bedridden"] if number % 6 < 4 else PREMISES if number % 6 == 4 else ["bedridden"]
        )
        word = self._word(who, bed, E.ASSESS)
        if word == DONE and number % 6 >= 4:
            word = "home_beds.criteria_not_met"
        people = self.town.identity.accounts
        says = {
            "version": CURRENT.version, "ticked": ticked, "kind": "nursing", "doctor": people["doctor"],
            "nurse": people["feng"], "findings": "长期卧床，病情平稳",
        }  # fmt: skip
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/assess", says, allowed=[word])).done:
            bed.goes_on(E.ASSESS, self.now)

    async def open(self, one: int, two: int) -> None:
        await self._open(one_of(WORKS[:-1], one), one_of(self.beds, two), one)

    async def _open(self, who: str, bed: Bed, number: int) -> None:
        theirs = [each for each in self.beds if each.resident == bed.resident]
        times = sum(each.opened_at is not None for each in theirs)
        left = MOST_DAYS_A_YEAR - sum(self._days(each) for each in theirs)
        word = self._word(who, bed, E.OPEN)
        if word == DONE and self._care_at(bed.resident, self.now) == "inpatient":
            word = IN_HOSPITAL
        elif word == DONE and (times >= MOST_TIMES_A_YEAR or left <= 0):
            word = "home_beds.too_often"
        a_week = number % 3 + 1
        says = {"number": "JC-01", "filing_number": "云医保家床 01", "rounds_a_week": str(a_week)}
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/open", says, allowed=[word])).done:
            bed.opened_at, bed.a_week = self.now, a_week
            bed.last_day = local_date(self.now) + timedelta(days=min(MOST_DAYS, left) - 1)
            bed.heard = len(self.care[bed.resident])
            bed.goes_on(E.OPEN, self.now)

    async def visit(self, one: int, two: int) -> None:
        await self._visit(one_of(WORKS, one), one_of(self.beds, two), one)

    async def _visit(self, who: str, bed: Bed, number: int) -> None:
        who, known, senior = (
            "doctor" if who == "feng" and number % 2 else who,
            self._as_it_is(bed),
            number % 4 == 0,
        )
        word = self._word(who, known, E.SUSPEND)
        word = IN_HOSPITAL if word == NOT_NOW and known.status is S.SUSPENDED else word
        says = {
            "complaint": "翻身时腰痛", "examination": "血压平稳", "plan": "继续翻身拍背", "level": "second" if senior else "first",
        }  # fmt: skip
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/rounds", says, allowed=[word])).done:
            known.rounds.append((self.now, senior))
            known.next_round()
            self._is_now(known)

    async def take_back(self, one: int, two: int) -> None:
        who, bed = one_of(list(ASKS), one), one_of(self.beds, two)
        word = NOT_THERE
        if bed.resident in ASKS[who] and (
            self._lives(bed.resident) or who in {"he", "nurse", "doctor", "feng"}
        ):
            word = DONE if HOME_BED_MOVES.allows(bed.status, E.WITHDRAW) else NOT_NOW
        says = {"reason": "再想一想"}
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/withdraw", says, allowed=[word])).done:
            bed.goes_on(E.WITHDRAW, self.now)

    async def decline(self, one: int, two: int) -> None:
        who, bed = one_of(("feng", "he", "zhao"), one), one_of(self.beds, two)
        says, word = {"reason": "房间不适合"}, self._word(who, bed, E.DECLINE)
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/decline", says, allowed=[word])).done:
            bed.goes_on(E.DECLINE, self.now)

    async def close(self, one: int, two: int) -> None:
        opened = [each for each in self.beds if each.status in IN_USE] or self.beds
        who, bed = one_of(WORKS[:-1], one), one_of(opened, two)
        known, why = self._as_it_is(bed), one_of(("stable", "hospital", "asked", "expired"), one // 2)
        word = self._word(who, known, E.CLOSE)
        if word == DONE and (why == "expired" or two % 7 == 6):
            word = "home_beds.reason_needed"
        says = {"why": why, "summary": "" if two % 7 == 6 else "伤口愈合，能扶行十米"}
        if (await self.does(who, "POST", f"/home-beds/{bed.uid}/close", says, allowed=[word])).done:
            known.goes_on(E.CLOSE, self.now)
            self._is_now(known)

    async def emergency(self, one: int, two: int) -> None:
        """An emergency is noted where the bed was open at that moment, and only there."""
        who = one_of(("he", "nurse", "feng", "doctor", "song", "wang"), one)
        bed = one_of([each for each in self.beds if each.opened_at] or self.beds, two)
        known, at = self._as_it_is(bed), self.now - timedelta(hours=(0, 7, 31)[two % 3])
        word = DONE
        if who in {"song", "wang"}:
            word = NOT_THERE
        elif bed.opened_at is None or at < bed.opened_at:
            word = "home_beds.wrong_time"
        elif (known.ended_at and known.ended_at < at) or self._care_at(bed.resident, at) == "inpatient":
            word = "home_beds.not_open_then"
        if known != bed:
            return  # it is asked of what is known here; the house has not heard everything yet
        says = {"happened_at": at.isoformat(), "taken_to": "云桥市第一人民医院"}
        await self.does(who, "POST", f"/home-beds/{bed.uid}/emergency", says, allowed=[word])

    async def care_changes(self, one: int, two: int) -> None:
        resident = one_of([each for each in self.care if self._lives(each)], two)
        now = self._care_at(resident, self.now)
        likely = [event for event, (_, before) in CHANGES.items() if now in before]
        event = one_of(likely if one % 8 < 7 else list(CHANGES), one)
        after, before = CHANGES[event]
        who, says = one_of(("he", "he", "he", "song"), one), {"event": event, "cause": "reported"}
        word = NOT_THERE if who == "song" else DONE if now in before else "kit.illegal_move"
        path = f"/residents/{getattr(self.town.people, resident)}/care-state"
        if (await self.does(who, "POST", path, says, allowed=[word])).done:
            self.care[resident].append((self.now, after))
        if two % 2:
            await self.work()

    async def dies(self, one: int, _: int) -> None:
        if one % 3 < 2 or not self._lives("li"):
            return
        path = f"/residents/{self.town.people.li}/death"
        await self.does("he", "POST", path, {"day": local_date(self.now).isoformat()}, allowed=[DONE])
        self.care["li"].append((self.now, "deceased"))
        await self.work()

    async def time_passes(self, one: int, two: int) -> None:
        """In which the worker may be away."""
        if local_date(self.now) < UNTIL - timedelta(days=40):
            await self.passes(hours=(5, 26, 24 * 4, 24 * 13, 24 * 35)[one % 5])
        if two % 3:
            await self.work()

    def _is_now(self, bed: Bed) -> None:
        self.beds = [bed if each.uid == bed.uid else each for each in self.beds]

    def _word(self, who: str, bed: Bed, event: HomeBedEvent) -> str:
        """Return what somebody of a desk is told about a step; only the health center works at a bed."""
        if who == "he":
            return NOT_THEIRS
        if who == "zhao":
            return NOT_THERE
        return DONE if HOME_BED_MOVES.allows(bed.status, event) else NOT_NOW


def _card(shown: dict[str, Any]) -> tuple[str, datetime, date | None]:
    last = shown["last_day"] and date.fromisoformat(shown["last_day"])
    return shown["status"], datetime.fromisoformat(shown["next_deadline"]), last
