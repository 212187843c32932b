"""The ledger of work: written as the worker hears of rounds, taken back when they are corrected, closed month by month."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from server.kit.clock import local_date
from server.kit.months import Month as Calendar
from server.kit.months import first_of_month
from server.workload.actions import sweep_months
from server.workload.models import WorkloadMonth
from server.workload.rules import said_points
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, mostly, one_of
from tests.machines.rounds import Round, Rounds

POINTS = {"patrol": 200, "checkup": 300}  # hundredths: in a home everything counts twice
SUM = re.compile(r"<dt>服务量</dt><dd>(?:<[^>]*>)?(-?[\d.]+)")
REMIND_FROM = 10  # the day of the month
WITHOUT = {"zhao": NOT_THERE, "he": NOT_THEIRS, "tang": NOT_THEIRS}


@dataclass
class Month:
    closed: bool = False
    reminded: bool = False


@dataclass
class Workload(Rounds):
    months: dict[date, Month] = field(default_factory=dict)
    entries: list[tuple[date, int]] = field(
        default_factory=list
    )  # the month in which it is booked, and hundredths
    standing: dict[str, int] = field(default_factory=dict)  # credits that nothing has taken back, by round
    reminders: int = 0

    moves: ClassVar = (
        "go", "go", "attest", "attest", "doubt", "resolve", "resolve", "correct", "correct", "correct", "decide", "decide",
        "decide", "decide", "recount", "count", "close", "close", "close", "time_passes", "time_passes", "time_passes",
    )  # fmt: skip
    sweeps: ClassVar = (sweep_months,)

    async def look_around(self) -> None:
        await super().look_around()
        done = self.rounds[0]
        self._credit(done)
        row = await WorkloadMonth.get(uid=self.town.workload.month)
        assert (row.month, str(row.status)) == (first_of_month(local_date(done.started_at)), "open")
        await self._attested("nurse", await self.go_round("wang", "checkup"))

    async def check(self, number: int) -> None:
        told = await self.asks("doctor", "/workload")
        assert {each["month"]: (each["points"], each["services"]) for each in told["months"]} == {
            month.isoformat(): (said_points(self._sum(month)), self._services(month))
            for month in self._booked_months()
        }, self.told
        month, known = one_of(sorted(self.months.items()), number)
        text = await self.page(one_of(("feng", "tang"), number), f"/workload/{await self._uid_of(month)}")
        assert SUM.findall(text) == [said_points(self._sum(month))], self.told
        assert ("已关账" in text, "未关账" in text) == (known.closed, not known.closed), self.told
        assert await self.said("workload.month_due") == self.reminders, self.told

    # What the people do

    async def go(self, one: int, two: int) -> None:
        round_ = await self.go_round(one_of(("wang", "li"), one), one_of(list(POINTS), two))
        if two % 4:
            await self._attested("nurse", round_)

    async def recount(self, one: int, two: int) -> None:
        who, month, known = self._month(one, two)
        word = WITHOUT.get(who) or ("workload.month_closed" if known.closed else DONE)
        await self._does(who, month, "recount", word)

    async def close(self, one: int, two: int) -> None:
        who, month, known = self._month(one, two)
        if (word := WITHOUT.get(who)) is None:
            is_over = local_date(self.now) >= Calendar(month).following.first
            word = (
                "workload.month_not_over"
                if not is_over
                else "workload.month_closed"
                if known.closed
                else DONE
            )
        if await self._does(who, month, "close", word):
            known.closed = True

    async def count(self, one: int, two: int) -> None:
        """Begin a month that the ledger may not know yet: this one, the one before, or one to come."""
        who = mostly(("feng",), list(WITHOUT), one)
        day = local_date(self.now) + timedelta(days=(0, -31, 40)[two % 3])
        month = first_of_month(day)
        word = "workload.month_not_begun" if month > local_date(self.now) else DONE
        if who in WITHOUT and (word == DONE or WITHOUT[who] == NOT_THEIRS):
            word = WITHOUT[who]
        says = {"institution": self.town.alliance.health_center, "day": day.isoformat()}
        told = await self.does(who, "POST", "/workload", says, allowed=[word])
        if told.done and not self._held(month).closed:
            self._book_month(month)

    async def time_passes(self, one: int, two: int) -> None:
        await self.passes(days=(0, 3, 9, 31)[one % 4], hours=1)
        if two % 4:
            await self.work()
            self._heard()

    # What the model makes of it

    def _month(self, one: int, two: int) -> tuple[str, date, Month]:
        month, known = one_of(sorted(self.months.items()), two)
        return mostly(("feng",), list(WITHOUT), one), month, known

    async def _does(self, who: str, month: date, way: str, word: str) -> bool:
        path = f"/workload/{await self._uid_of(month)}/{way}"
        if (await self.does(who, "POST", path, allowed=[word])).done:
            self._book_month(month)
            return True
        return False

    def _heard(self) -> None:
        today = local_date(self.now)
        for month, known in self.months.items():  # the worker sweeps first, and hears then
            if (
                today.day >= REMIND_FROM
                and month < first_of_month(today)
                and not known.closed
                and not known.reminded
            ):
                known.reminded, self.reminders = True, self.reminders + 1
        for each in self.decided:
            self._book(each)
        self.decided.clear()

    def _book_month(self, month: date) -> None:
        for each in self.rounds:
            if each.counts and first_of_month(local_date(each.finished_at)) == month:
                self._book(each)

    def _book(self, round_: Round) -> None:
        standing = self.standing.get(round_.uid)
        if round_.in_doubt or bool(standing) == round_.counts:
            return
        if standing:
            self._enter(round_, -standing)
            del self.standing[round_.uid]
        else:
            self._credit(round_)

    def _credit(self, round_: Round) -> None:
        self.standing[round_.uid] = POINTS[round_.service]
        self._enter(round_, POINTS[round_.service])

    def _enter(self, round_: Round, points: int) -> None:
        month = first_of_month(local_date(round_.started_at))
        if self._held(month).closed:
            month = first_of_month(local_date(self.now))
            self._held(month)
        self.entries.append((month, points))

    def _held(self, month: date) -> Month:
        return self.months.setdefault(month, Month())

    def _booked_months(self) -> set[date]:
        return {month for month, _ in self.entries}

    def _sum(self, month: date) -> int:
        return sum(points for each, points in self.entries if each == month)

    def _services(self, month: date) -> int:
        return sum(1 if points > 0 else -1 for each, points in self.entries if each == month)

    async def _uid_of(self, month: date) -> str:
        row = await WorkloadMonth.get(institution__uid=self.town.alliance.health_center, month=month)
        return str(row.uid)
