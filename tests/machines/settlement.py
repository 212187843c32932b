"""Months drawn out of what both confirmed, doubted line by line, accepted, paid, paid back: the model keeps its own sum.

Rounds are confirmed late and corrected long after, the calendar goes on, and after every step a statement's sum and both
institutions' books are read from their pages and compared with the fen that the model has counted.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar

from server.kit.clock import local_date
from server.kit.months import Month, month_of
from server.settlement.actions import sweep_statements, sweep_unanswered
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import CLOSED as ACCEPTED
from server.settlement.rules import (
    LINE_MOVES,
    OPEN_LINES,
    STATEMENT_WORDS,
    LineEvent,
    LineKind,
    LineStatus,
    StatementStatus,
)
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, mostly, one_of
from tests.machines.rounds import Round, Rounds

FEE = 3_000  # fen a month, as the town's agreement says
FREE, PRICE = 1, 12_000  # check-ups a resident and year, and what the next one costs
DRAWN_FROM, ANSWER_DAYS, LINE_DAYS = 4, timedelta(days=10), timedelta(days=5)
MOVED, LINE_MOVED = "settlement.statement_moved", "settlement.line_moved"
NOT_OF_THE_HOME = {"song": NOT_THERE, "feng": NOT_THEIRS, "qian": NOT_THEIRS}
NOT_OF_THE_CENTRE = {"zhao": NOT_THERE, "he": NOT_THEIRS}
NOT_OF_THE_BUREAU = {"he": NOT_THEIRS, "feng": NOT_THEIRS}
TOTAL = re.compile(r"<dt>养老机构应付</dt><dd><span[^>]*>(-?[\d,]+\.\d\d) 元")
STATE = re.compile(r'<p><span class="tag[^"]*">(.*?)</span></p>')
BALANCE = re.compile(r'<th scope="row">([^<]*)</th><td>(.*?)</td><td>(.*?)</td></tr>')
YUAN = re.compile(r"(-?[\d,]+)\.(\d\d) 元")


@dataclass
class Claim:
    """One line of a statement; `of` is the round that it is for, None for the fee of the month."""

    kind: LineKind
    fen: int
    of: Round | None = None
    by_agreement: bool = True  # the home pays; else it was free
    status: LineStatus = LineStatus.CLAIMED
    doubted_at: datetime | None = None
    claimed: bool = True  # holds its claim: nobody claims the same again
    uid: str = ""

    @property
    def stands(self) -> bool:
        return self.status is not LineStatus.WITHDRAWN

    @property
    def place(self) -> tuple[str, str, date] | None:
        return (
            None if self.of is None else (self.of.resident, self.of.service, local_date(self.of.started_at))
        )


@dataclass
class Sheet:
    uid: str
    month: Month
    status: StatementStatus
    lines: list[Claim] = field(default_factory=list)
    due_at: datetime | None = None
    reminded: bool = False

    @property
    def fen(self) -> int:
        return sum(each.fen for each in self.lines if each.stands and each.by_agreement)

    @property
    def open_lines(self) -> int:
        return sum(each.status in OPEN_LINES for each in self.lines)

    @property
    def uncounted(self) -> list[Claim]:
        """Return what stands of services that count no longer."""
        return [
            each
            for each in self.lines
            if each.kind is LineKind.SERVICE and each.stands and each.claimed
            and each.of is not None and each.of.counts_no_longer
        ]  # fmt: skip

    def words(self, now: datetime) -> str:
        if self.status is StatementStatus.ISSUED:
            if self.due_at is not None and self.due_at <= now:
                return "超期没有确认"
            if self.open_lines:
                return f"有 {self.open_lines} 行没有谈妥"
        if self.status is StatementStatus.SETTLED and self.fen == 0:
            return "已确认，没有要付的"
        return STATEMENT_WORDS[self.status]


@dataclass
class Settlement(Rounds):
    sheets: list[Sheet] = field(default_factory=list)
    posted: dict[str, int] = field(default_factory=dict)  # fen accepted of each statement
    reminders: int = 0

    moves: ClassVar = (
        "go", "attest", "issue", "issue", "accept", "accept", "pay", "unpay", "correct", "correct", "decide", "decide", "decide",
        "doubt", "resolve", "doubt_line", "doubt_line", "doubt_line", "answer", "rule", "time_passes", "time_passes",
        "time_passes",
    )  # fmt: skip
    needs: ClassVar = {
        **Rounds.needs, "issue": {"open"}, "accept": {"issued"}, "pay": {"settled"}, "unpay": {"paid"},
        "doubt_line": {"issued"}, "answer": {"line disputed"}, "rule": {"line escalated"},
    }  # fmt: skip
    sweeps: ClassVar = (sweep_statements, sweep_unanswered)

    def states(self) -> set[str]:
        lines = {f"line {line.status}" for sheet in self.sheets for line in sheet.lines}
        return {*super().states(), *lines, *(str(each.status) for each in self.sheets)}

    async def look_around(self) -> None:
        await super().look_around()
        row = await Statement.get(uid=self.town.settlement.statement)
        assert row.issued_at is not None
        self.sheets.append(Sheet(row.uid, Month(row.month), StatementStatus.ISSUED, due_at=row.answer_due_at))
        self.sheets[0].lines.append(Claim(LineKind.FEE, FEE, uid=self.town.settlement.line))
        for _ in range(2):  # the second is one too many in a year, and costs
            await self._attested("nurse", await self.go_round("wang", "checkup"))
            await self.passes(days=1)
        await self.passes(days=31)
        await self.work()
        await self._drawn()
        await self._agreed(self.sheets[-1])

    async def _agreed(self, sheet: Sheet) -> None:
        """Have a month issued and accepted: from then on it is corrected by the next one alone."""
        await self.does("feng", "POST", f"/statements/{sheet.uid}/issue", allowed=[DONE])
        await self.does("he", "POST", f"/statements/{sheet.uid}/accept", allowed=[DONE])
        sheet.status, self.posted[sheet.uid] = StatementStatus.SETTLED, sheet.fen
        assert sheet.fen == FEE + PRICE

    async def check(self, number: int) -> None:
        sheet = one_of(self.sheets[::-1], number)
        text = await self.page(one_of(("he", "feng", "qian"), number), f"/statements/{sheet.uid}")
        (state,), (total,) = STATE.findall(text)[:1], TOTAL.findall(text)
        assert (state, _fen(f"{total} 元")) == (sheet.words(self.now), sheet.fen), self.told
        bought, paid = sum(self.posted.values()), self._paid()
        await self._books("he", {"购买服务支出": bought, "应付医疗机构": paid - bought, "银行": -paid})
        await self._books("feng", {"服务收入": -bought, "应收养老机构": bought - paid, "银行": paid})
        assert await self.said("settlement.unanswered") == self.reminders, self.told

    async def _books(self, who: str, foretold: dict[str, int]) -> None:
        table = (await self.page(who, "/ledger")).split("<h2>每一笔</h2>")[0]
        told = {words: _fen(debit) - _fen(credit) for words, debit, credit in BALANCE.findall(table)}
        assert {words: fen for words, fen in told.items() if fen} == {
            words: fen for words, fen in foretold.items() if fen
        }, (who, self.told)

    def _paid(self) -> int:
        return sum(self.posted[each.uid] for each in self.sheets if each.status is StatementStatus.PAID)

    # What the people do

    async def go(self, one: int, two: int) -> None:
        resident, service = one_of(("wang", "li"), one), one_of(("checkup", "checkup", "patrol"), two)
        round_ = await self.go_round(resident, service)
        if two % 4:
            await self._attested("nurse", round_)

    async def issue(self, one: int, two: int) -> None:
        who, sheet = mostly(("feng",), list(NOT_OF_THE_CENTRE), one), self._sheet(two, StatementStatus.OPEN)
        word = NOT_OF_THE_CENTRE.get(who) or (DONE if sheet.status is StatementStatus.OPEN else MOVED)
        if (await self.does(who, "POST", f"/statements/{sheet.uid}/issue", allowed=[word])).done:
            sheet.status, sheet.due_at = StatementStatus.ISSUED, self.now + ANSWER_DAYS

    async def accept(self, one: int, two: int) -> None:
        who, sheet = (
            mostly(("he", "jin"), list(NOT_OF_THE_HOME), one),
            self._sheet(two, StatementStatus.ISSUED),
        )
        if who in NOT_OF_THE_HOME:
            word = NOT_OF_THE_HOME[who]
        elif sheet.uncounted:
            word = "settlement.lines_uncounted"
        elif sheet.status is not StatementStatus.ISSUED:
            word = MOVED
        else:
            word = "settlement.lines_in_dispute" if sheet.open_lines else DONE
        if (await self.does(who, "POST", f"/statements/{sheet.uid}/accept", allowed=[word])).done:
            sheet.status = StatementStatus.SETTLED
            self.posted[sheet.uid] = sheet.fen

    async def pay(self, one: int, two: int) -> None:
        who, sheet = (
            mostly(("feng",), list(NOT_OF_THE_CENTRE), one),
            self._sheet(two, StatementStatus.SETTLED),
        )
        paid_on = local_date(self.now) + timedelta(days=one % 7 == 5)
        if who in NOT_OF_THE_CENTRE:
            word = NOT_OF_THE_CENTRE[who]
        elif paid_on > local_date(self.now):
            word = "settlement.paid_in_future"
        elif sheet.fen == 0:
            word = "settlement.nothing_to_pay"
        else:
            word = DONE if sheet.status is StatementStatus.SETTLED else MOVED
        says = {"paid_on": paid_on.isoformat(), "bank_reference": "回单 0001"}
        if (await self.does(who, "POST", f"/statements/{sheet.uid}/payment", says, allowed=[word])).done:
            sheet.status = StatementStatus.PAID

    async def unpay(self, one: int, two: int) -> None:
        who, sheet = mostly(("feng",), list(NOT_OF_THE_CENTRE), one), self._sheet(two, StatementStatus.PAID)
        word = NOT_OF_THE_CENTRE.get(who) or (DONE if sheet.status is StatementStatus.PAID else MOVED)
        says = {"reason": "登错了"}
        if (await self.does(who, "POST", f"/statements/{sheet.uid}/payment/back", says, allowed=[word])).done:
            sheet.status = StatementStatus.SETTLED

    async def doubt_line(self, one: int, two: int) -> None:
        """Say for the home that a line is wrong, or take a doubted one to the bureau."""
        who, (sheet, line) = mostly(("he", "jin"), list(NOT_OF_THE_HOME), one), self._line(two)
        event = LineEvent.DISPUTE if line.status is LineStatus.CLAIMED or one % 5 == 0 else LineEvent.ESCALATE
        early = line.doubted_at is not None and self.now < line.doubted_at + LINE_DAYS
        if who in NOT_OF_THE_HOME:
            word = NOT_OF_THE_HOME[who]
        elif (word := self._word_on(line, event)) == DONE:
            if event is LineEvent.ESCALATE and line.status is LineStatus.DISPUTED and early:
                word = "settlement.still_to_answer"
            elif sheet.status is not StatementStatus.ISSUED:
                word = MOVED
        way = "dispute" if event is LineEvent.DISPUTE else "escalate"
        if await self._spoken(who, sheet, line, (way, {"reason": "没有约定"}), word):
            line.status = LINE_MOVES.after(line.status, event)
            line.doubted_at = self.now if event is LineEvent.DISPUTE else line.doubted_at

    async def answer(self, one: int, two: int) -> None:
        """Say for the provider why a line stands, or take it out."""
        who, (sheet, line) = mostly(("feng",), list(NOT_OF_THE_CENTRE), one), self._line(two)
        way = one_of(("keep", "keep", "withdraw"), two)
        event = LineEvent.KEEP if way == "keep" else LineEvent.WITHDRAW
        word = NOT_OF_THE_CENTRE.get(who) or self._word_on(line, event)
        if word == DONE and sheet.status not in {StatementStatus.OPEN, StatementStatus.ISSUED}:
            word = MOVED
        if await self._spoken(who, sheet, line, (way, {"reason": "见协议"}), word):
            line.status = LINE_MOVES.after(line.status, event)

    async def rule(self, one: int, two: int) -> None:
        who, (sheet, line) = (
            mostly(("qian", "tang"), list(NOT_OF_THE_BUREAU), one),
            self._line(two, LineStatus.ESCALATED),
        )
        event = LineEvent.UPHOLD if two % 2 else LineEvent.STRIKE
        word = NOT_OF_THE_BUREAU.get(who) or self._word_on(line, event)
        if word == DONE and sheet.status is not StatementStatus.ISSUED:
            word = MOVED
        says = {"stands": str(event is LineEvent.UPHOLD).lower(), "ruling": "照约定"}
        if await self._spoken(who, sheet, line, ("ruling", says), word):
            line.status = LINE_MOVES.after(line.status, event)

    async def time_passes(self, one: int, two: int) -> None:
        """The worker comes after an hour, some days or a month; once in a while it comes late."""
        await self.passes(days=(0, 2, 6, 12, 31)[one % 5], hours=1)
        if two % 7:
            await self.work()
            await self._drawn()

    # What the model makes of it

    def _sheet(self, number: int, status: StatementStatus) -> Sheet:
        """Choose one on which this can be done, three times out of four where there is one."""
        return mostly([each for each in self.sheets if each.status is status], self.sheets, number)

    def _line(self, two: int, status: LineStatus | None = None) -> tuple[Sheet, Claim]:
        pairs = [(sheet, line) for sheet in self.sheets for line in sheet.lines]
        open_ones = [
            (sheet, line)
            for sheet, line in pairs
            if sheet.status not in ACCEPTED and line.status is not LineStatus.WITHDRAWN
        ]
        fit = [pair for pair in open_ones if status is None or pair[1].status is status]
        return mostly(fit, pairs, two)

    def _word_on(self, line: Claim, event: LineEvent) -> str:
        if not LINE_MOVES.allows(line.status, event):
            return LINE_MOVED
        return "settlement.reversal_stands" if line.kind is LineKind.REVERSAL else DONE

    async def _spoken(
        self, who: str, sheet: Sheet, line: Claim, says: tuple[str, dict[str, str]], word: str
    ) -> bool:
        if not line.uid:
            line.uid = await self._uid_of(sheet, line)
        path = f"/statements/{sheet.uid}/lines/{line.uid}/{says[0]}"
        return (await self.does(who, "POST", path, says[1], allowed=[word])).done

    async def _uid_of(self, sheet: Sheet, line: Claim) -> str:
        rows = await StatementLine.filter(statement__uid=sheet.uid).order_by("id")
        return str(rows[sheet.lines.index(line)].uid)

    async def _drawn(self) -> None:
        """Draw, remind and take out as the worker must have done at this moment."""
        month, today = self.sheets[-1].month.following, local_date(self.now)
        while month <= month_of(self.now).before and today.day >= DRAWN_FROM:
            row = await Statement.get(
                home__uid=self.town.alliance.yihe,
                provider__uid=self.town.alliance.health_center,
                month=month.first,
            )
            self.sheets.append(Sheet(row.uid, month, StatementStatus.OPEN))
            self._write(self.sheets[-1])
            month = month.following
        for sheet in self.sheets:
            late = sheet.due_at is not None and sheet.due_at <= self.now
            if sheet.status is StatementStatus.ISSUED and late and not sheet.reminded:
                sheet.reminded, self.reminders = True, self.reminders + 1
        for sheet in self.sheets:
            if sheet.status not in ACCEPTED:
                for line in sheet.uncounted:
                    if line.of in self.corrected:
                        line.status, line.claimed = LineStatus.WITHDRAWN, False
        self.corrected.clear()

    def _write(self, sheet: Sheet) -> None:
        ends = sheet.month.ends
        before = [
            (each, line) for each in self.sheets for line in each.lines if line.kind is LineKind.SERVICE
        ]
        for older, line in before:
            round_ = line.of
            if round_ is None or not line.claimed or older.status not in ACCEPTED or not line.stands:
                continue
            if not round_.in_doubt and not (round_.counts and round_.finished_at < ends):
                line.claimed = False
                sheet.lines.append(Claim(LineKind.REVERSAL, -line.fen, round_, line.by_agreement))
        held = [line.of for _, line in before if line.claimed]
        new = [each for each in self.rounds if each.counts and each.finished_at < ends and each not in held]
        for round_ in sorted(new, key=lambda each: each.started_at):
            sheet.lines.append(self._claimed(round_))
        sheet.lines.append(Claim(LineKind.FEE, FEE))

    def _claimed(self, round_: Round) -> Claim:
        stand = [
            line
            for each in self.sheets
            for line in each.lines
            if line.kind is LineKind.SERVICE and line.claimed and line.stands and line.of is not None
        ]
        is_free = (
            _having(stand, lambda line: not line.by_agreement and line.of.resident == round_.resident) < FREE
        )
        free = round_.service == "checkup" and is_free
        claim = Claim(LineKind.SERVICE, 0 if free or round_.service != "checkup" else PRICE, round_, not free)
        if any(line.place == claim.place for line in stand):
            claim.status, claim.doubted_at = LineStatus.DISPUTED, self.now
        return claim


def _having(lines: list[Claim], what: Callable[[Claim], bool]) -> int:
    return sum(map(what, lines))


def _fen(text: str) -> int:
    found = YUAN.search(text)
    return int(found[1].replace(",", "") + found[2]) if found else 0
