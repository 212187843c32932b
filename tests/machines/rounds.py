"""Rounds that took place, for the machines of what follows from them: confirmed or doubted by two, corrected long after."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from server.demo.visits import carried_out, crew_of
from server.visits import actions
from server.visits.actions import ItemResult, PlannedItem
from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.rules import (
    ATTEST,
    RESOLVE,
    VISIT_MOVES,
    Outcome,
    Side,
    Verdict,
    VisitEvent,
    VisitKind,
    VisitStatus,
)
from server.visits.rules.findings import Findings
from tests.architecture.subjects import LOGINS
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, mostly, one_of
from tests.machines.visits import NOT_NOW, SAME, SIDES, WITHOUT

DESKS = {"feng": Side.PROVIDER, "he": Side.HOST, "jin": Side.HOST}  # who may have a round corrected
BEDS = {"wang": "201-1", "li": "202-1"}
COUNTING = (VisitStatus.CONFIRMED, VisitStatus.CORRECTION_REQUESTED)


@dataclass
class Wish:
    """That a round be corrected."""

    uid: str
    side: Side
    by: str
    seen: bool


@dataclass
class Round:
    uid: str
    item: str  # its one service
    resident: str
    service: str
    started_at: datetime
    finished_at: datetime
    status: VisitStatus
    said: dict[Side, Verdict] = field(default_factory=dict)
    seen: bool = True
    wish: Wish | None = None
    wishes: int = 0

    @property
    def counts(self) -> bool:
        return self.status is VisitStatus.CONFIRMED and self.seen

    @property
    def in_doubt(self) -> bool:
        return self.status is VisitStatus.CORRECTION_REQUESTED

    @property
    def counts_no_longer(self) -> bool:
        return not (self.status in COUNTING and self.seen)


@dataclass
class Rounds(Machine):
    rounds: list[Round] = field(default_factory=list)
    corrected: list[Round] = field(default_factory=list)  # of which the worker has not heard
    decided: list[Round] = field(default_factory=list)  # and these, with every other last word

    needs: ClassVar = {
        "attest": {"round attested_provider", "round finished"}, "doubt": {"round attested_provider"},
        "resolve": {"round disputed"}, "correct": {"round confirmed"}, "decide": {"round correction_requested"},
    }  # fmt: skip

    def states(self) -> set[str]:
        return {f"round {each.status}" for each in self.rounds}

    async def look_around(self) -> None:
        for uid, resident in ((self.town.visits.confirmed, "wang"), (self.town.visits.waiting, "li")):
            row = await Visit.get(uid=uid)
            item = await VisitItem.get(visit_id=row.id)
            assert row.started_at is not None
            assert row.finished_at is not None
            self.rounds.append(
                Round(uid, item.uid, resident, item.service, row.started_at, row.finished_at, row.status)
            )
        self.rounds[-1].said[Side.PROVIDER] = Verdict.CONFIRMED

    async def go_round(self, resident: str, service: str) -> Round:
        """Let the doctor see somebody now, half an hour long, and confirm it; the home has not spoken yet."""
        at, crew = self.now, await crew_of(self.town, self.now)
        card = await actions.plan_visit(
            actor=crew.feng,
            home_uid=self.town.alliance.yihe,
            provider_uid=self.town.alliance.health_center,
            kind=VisitKind.ROUND,
            starts_at=at,
            ends_at=at + timedelta(hours=1),
            clinician_uids=[self.town.identity.accounts["doctor"]],
            items=[PlannedItem(getattr(self.town.people, resident), service)],
            now=at,
        )
        result = ItemResult(card.items[0].uid, Outcome.SEEN, Findings(pulse=70))
        card = await carried_out(crew, card, self.town.visits.plate_code(BEDS[resident]), [result], at)
        row = await Visit.get(uid=card.uid)
        assert row.finished_at is not None
        await self.passes(minutes=30)
        done = Round(card.uid, card.items[0].uid, resident, service, at, row.finished_at, row.status)
        self.rounds.append(done)
        await self._attested("doctor", done)
        return done

    async def attest(self, one: int, two: int) -> None:
        waiting = [each for each in self.rounds if each.status not in COUNTING]
        await self._attested(
            mostly(("nurse", "he"), ("doctor", "feng", *WITHOUT), one), mostly(waiting, self.rounds, two)
        )

    async def _attested(self, who: str, round_: Round) -> None:
        word = WITHOUT.get(who) or (
            DONE if VISIT_MOVES.allows(round_.status, ATTEST[SIDES[who]]) else NOT_NOW
        )
        way = "confirm" if who in LOGINS else "attestation"
        if (await self.does(who, "POST", f"/visits/{round_.uid}/{way}", {}, allowed=[word])).done:
            round_.status = VISIT_MOVES.after(round_.status, ATTEST[SIDES[who]])
            round_.said[SIDES[who]] = Verdict.CONFIRMED
            if round_.status is VisitStatus.CONFIRMED:
                self.decided.append(round_)

    async def doubt(self, one: int, two: int) -> None:
        who, round_ = (
            mostly(("nurse", "he"), ("other_nurse",), one),
            mostly([each for each in self.rounds if each.status not in COUNTING], self.rounds, two),
        )
        word = DONE if VISIT_MOVES.allows(round_.status, VisitEvent.DISPUTE) else NOT_NOW
        word = WITHOUT.get(who, word)
        says = {"reason": "没有来"}
        if (await self.does(who, "POST", f"/visits/{round_.uid}/dispute", says, allowed=[word])).done:
            round_.status = VisitStatus.DISPUTED
            round_.said[Side.HOST] = Verdict.DISPUTED

    async def resolve(self, one: int, two: int) -> None:
        doubted = [each for each in self.rounds if each.status is VisitStatus.DISPUTED]
        who, round_ = mostly(("feng", "he"), ("song",), one), mostly(doubted, self.rounds, two)
        verdict = one_of((Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.VOID), one // 3)
        word = NOT_THERE if who == "song" else DONE if round_.status is VisitStatus.DISPUTED else NOT_NOW
        says = {"verdict": str(verdict), "reason": "核对过"}
        if (await self.does(who, "POST", f"/visits/{round_.uid}/resolve", says, allowed=[word])).done:
            if round_.said.get(DESKS[who].other) is verdict:
                round_.status = VISIT_MOVES.after(round_.status, RESOLVE[verdict])
                self.decided.append(round_)
            round_.said[DESKS[who]] = verdict

    async def correct(self, one: int, two: int) -> None:
        confirmed = [each for each in self.rounds if each.status in COUNTING]
        who, round_ = mostly(list(DESKS), ("song",), one), mostly(confirmed, self.rounds, two)
        seen = round_.seen if one % 5 == 4 else not round_.seen
        word = NOT_NOW
        if who == "song":
            word = NOT_THERE
        elif round_.status is VisitStatus.CONFIRMED:
            word = "visits.nothing_to_correct" if seen is round_.seen else DONE
        says = {"reason": "记错了", "item": round_.item, "outcome": "seen" if seen else "absent"}
        if (await self.does(who, "POST", f"/visits/{round_.uid}/corrections", says, allowed=[word])).done:
            round_.status = VisitStatus.CORRECTION_REQUESTED
            row = await VisitCorrection.filter(visit__uid=round_.uid).order_by("-id").first()
            assert row is not None
            round_.wish = Wish(row.uid, DESKS[who], who, seen)

    async def decide(self, one: int, two: int) -> None:
        """Approve a correction, three times out of four, or refuse it."""
        asked = [each for each in self.rounds if each.wish is not None]
        if not asked:
            return
        who, round_ = (
            mostly(list(DESKS), ("song",), one),
            mostly([each for each in asked if each.in_doubt], asked, two),
        )
        wish, way = round_.wish, one_of(("approve", "approve", "approve", "refuse"), two)
        assert wish is not None
        word = DONE
        if who == "song":
            word = NOT_THERE
        elif not round_.in_doubt:
            word = NOT_NOW
        elif who == wish.by:
            word = SAME
        elif DESKS[who] is wish.side:
            word = NOT_THEIRS
        says = {"reason": "核对过"}
        if (await self.does(who, "POST", f"/visits/corrections/{wish.uid}/{way}", says, allowed=[word])).done:
            round_.status = VisitStatus.CONFIRMED
            self.decided.append(round_)
            if way == "approve":
                round_.seen = wish.seen
                self.corrected.append(round_)
