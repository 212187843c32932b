"""Sheets begun, written, signed by one and by another, given back, disputed, upheld, done anew; and what time does to each."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from server.assessments.actions import sweep_assessments
from server.assessments.models import Assessment
from server.assessments.rules import (
    ASSESSMENT_MOVES,
    LIVE,
    RESULTS,
    AssessmentEvent,
    AssessmentReason,
    AssessmentStatus,
)
from server.authority.permissions import Role
from server.demo.assessments import ability_answers
from server.identity import actions as identity
from server.identity.models import Session
from server.kit.clock import local_date
from server.people.models import ProxyGrant
from tests.architecture.subjects import LOGINS, NOW
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, mostly, one_of

RESIDENTS = ("wang", "li")
# Points lost, and the care level of somebody without a lasting disease who has lost so many.
GRADES = {0: "independent", 12: "third", 30: "second", 50: "first", 70: "special"}
CLINICAL = {"nurse": True, "other_nurse": True, "he": False, "jin": False}  # the assessors of Yihe
WITHOUT = {"song": NOT_THERE, "zhao": NOT_THERE, "wang": NOT_THEIRS, "daughter": NOT_THEIRS}
SPEAKS = {"wang": {"wang", "daughter", "he", "nurse"}, "li": {"guardian", "jin", "nurse"}}  # against a result
DECIDES = {"he", "jin"}
ABANDONED, DISPUTABLE, ANSWERED_IN, NOTICE = (timedelta(days=days) for days in (14, 30, 15, 30))
NOT_NOW = "assessments.not_this_now"
WAYS = {"sign": "signature", "agree": "agreement"}  # what a form's last word is called in the mini-program

_S = AssessmentStatus


@dataclass
class Dispute:
    by: str
    due_at: datetime
    is_open: bool = True
    told: bool = False  # that its answer is late


@dataclass
class Paper:
    """One sheet, and what has become of it."""

    uid: str
    resident: str
    again: bool  # to settle a dispute
    touched_at: datetime
    status: AssessmentStatus = AssessmentStatus.DRAFT
    edits: int = 0
    whole: bool = False  # what is saved may be signed as it is
    lost: int = 0
    first: str = ""
    second: str = ""
    signed_on: date | None = None
    final_at: datetime | None = None
    valid_until: date | None = None
    ending_told: bool = False
    dispute: Dispute | None = None
    kind: str = "gbt42195"

    def word(self, event: AssessmentEvent) -> str:
        return DONE if ASSESSMENT_MOVES.allows(self.status, event) else NOT_NOW

    def moves(self, event: AssessmentEvent, now: datetime) -> None:
        self.status, self.touched_at = ASSESSMENT_MOVES.after(self.status, event), now
        self.edits += 1


@dataclass
class Assessments(Machine):
    papers: list[Paper] = field(default_factory=list)
    grades: dict[str, str] = field(default_factory=dict)
    act_until: dict[str, datetime | None] = field(default_factory=dict)  # who acts for somebody: how long
    told_of: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("lapsed", "expiring", "dispute_overdue"), 0)
    )

    moves: ClassVar = (
        "take", "take", "fill", "sign", "sign", "sign", "agree", "agree", "agree", "give_back", "discard",
        "dispute", "dispute", "dispute", "uphold", "time_passes", "time_passes", "time_passes",
    )  # fmt: skip
    needs: ClassVar = {
        "fill": {_S.DRAFT}, "sign": {_S.DRAFT}, "discard": {_S.DRAFT}, "agree": {_S.PROPOSED}, "give_back": {_S.PROPOSED},
        "dispute": {_S.FINAL}, "uphold": {_S.DISPUTED},
    }  # fmt: skip
    sweeps: ClassVar = (sweep_assessments,)

    async def look_around(self) -> None:
        await (
            identity.grant_role(  # else there is one nurse, and nobody could assess anew what she has signed
                actor=await self.stage.acting("root"),
                account_uid=self.town.identity.accounts["other_nurse"],
                role=Role.NURSE,
                institution_uid=self.town.alliance.yihe,
                starts_at=NOW,
                ends_at=None,
                now=NOW,
            )
        )
        # Whose rights change signs in anew.
        await Session.filter(uid=self.stage.keys["other_nurse"].uid).update(revoked_at=None)
        draft = await Assessment.get(uid=self.town.assessments.li_draft)
        self.papers.append(
            Paper(draft.uid, "li", again=False, touched_at=draft.changed_at, edits=draft.edits)
        )
        screen = await Assessment.get(uid=self.town.assessments.zhao_yun_screen)
        done = Paper(
            screen.uid, "zhao_yun", again=False, touched_at=screen.changed_at, kind=screen.questionnaire
        )
        done.status, done.valid_until = screen.status, screen.valid_until
        self.papers.append(done)
        for who in ("daughter", "guardian"):
            grant = await ProxyGrant.get(uid=getattr(self.town.people, f"{who}_grant"))
            self.act_until[who] = grant.ends_at

    async def check(self, number: int) -> None:
        resident = one_of(RESIDENTS, number)
        shown = await self.asks("nurse", f"/residents/{getattr(self.town.people, resident)}/assessments")
        own = [each for each in self.papers if each.resident == resident]
        assert {each["uid"]: each["status"] for each in shown["results"]} == {
            each.uid: each.status for each in own if each.status in RESULTS
        }, self.told
        assert {each["uid"]: (each["status"], each["edits"]) for each in shown["work"]} == {
            each.uid: (each.status, each.edits) for each in own if each.status in LIVE
        }, self.told
        assert (shown["care"] or {}).get("grade") == self.grades.get(resident), self.told
        for topic, times in self.told_of.items():
            assert await self.said(f"assessments.{topic}") == times, (topic, self.told)

    def states(self) -> set[AssessmentStatus]:
        return {each.status for each in self.papers if each.resident in RESIDENTS}

    # What the people do

    async def take(self, one: int, two: int) -> None:
        """Begin a sheet. Zhao, whose hospital serves the home, might begin one too; it would be that hospital's."""
        others = [each for each in WITHOUT if each != "zhao"]
        who, resident = mostly(list(CLINICAL), others, one), one_of(RESIDENTS, two)
        again = any(
            each.resident == resident and each.status is AssessmentStatus.DISPUTED for each in self.papers
        )
        reason = AssessmentReason.REVIEW if again and two % 5 else AssessmentReason.ROUTINE
        busy = any(each.resident == resident and each.status in LIVE for each in self.papers)
        word = WITHOUT.get(who) or ("assessments.already_begun" if busy else DONE)
        says = {"questionnaire": "gbt42195", "reason": str(reason)}
        path = f"/residents/{getattr(self.town.people, resident)}/assessments"
        told = await self.does(who, "POST", path, says, allowed=[word])
        if told.done:
            uid = told.where.split("/")[3] if told.where else told.body["uid"]
            self.papers.append(Paper(uid, resident, reason is AssessmentReason.REVIEW, self.now))

    async def fill(self, one: int, two: int) -> None:
        """Write on a sheet, half of it or all."""
        who, paper = mostly(list(CLINICAL), list(WITHOUT), one), self._paper(two, AssessmentStatus.DRAFT)
        whole, lost = bool(two % 3), one_of(list(GRADES), one + two)
        answers = ability_answers(lost=lost)
        answers = (
            answers if whole else {code: each for code, each in answers.items() if code.startswith("B-1")}
        )
        word = WITHOUT.get(who) or self._under_work(paper) or self._only(paper, AssessmentStatus.DRAFT)
        path = f"/assessments/{paper.uid}/answers"
        says: Any = _cells(answers) if who in LOGINS else {"answers": answers}
        if (await self.does(who, "PUT", path, says, allowed=[word])).done:
            paper.edits, paper.touched_at, paper.whole, paper.lost = paper.edits + 1, self.now, whole, lost

    async def sign(self, one: int, two: int) -> None:
        """Sign first: with answers of one's own, or, on a phone, as they were saved."""
        who, paper = mostly(list(CLINICAL), list(WITHOUT), one), self._paper(two, AssessmentStatus.DRAFT)
        saved, lost = two % 3 == 0 and who not in LOGINS, one_of(list(GRADES), one // 3 + two)
        if (word := WITHOUT.get(who) or self._under_work(paper)) is None:
            if self._has_signed_the_doubted(who, paper):
                word = "assessments.assessed_before"
            elif saved and not paper.whole:
                word = "assessments.answers_invalid"
            else:
                word = self._only(paper, AssessmentStatus.DRAFT)
        answers = ability_answers(lost=lost)
        says: Any = _cells(answers) if who in LOGINS else {} if saved else {"answers": answers}
        if (await self._does(who, paper, "sign", says, word)).done:
            paper.moves(AssessmentEvent.PROPOSE, self.now)
            paper.first, paper.signed_on, paper.whole = who, local_date(self.now), True
            paper.lost = paper.lost if saved else lost

    async def agree(self, one: int, two: int) -> None:
        who, paper = mostly(list(CLINICAL), list(WITHOUT), one), self._paper(two, AssessmentStatus.PROPOSED)
        edits = max(paper.edits - (one % 6 == 5), 0)
        if (word := WITHOUT.get(who) or self._under_work(paper)) is None:
            if paper.status is not AssessmentStatus.PROPOSED or edits != paper.edits:
                word = NOT_NOW
            elif who == paper.first:
                word = "assessments.same_assessor"
            elif not (CLINICAL[who] or CLINICAL[paper.first]):
                word = "assessments.clinician_needed"
            else:
                word = "assessments.assessed_before" if self._has_signed_the_doubted(who, paper) else DONE
        if (await self._does(who, paper, "agree", {"edits": edits}, word)).done:
            paper.moves(AssessmentEvent.AGREE, self.now)
            paper.second, paper.final_at = who, self.now
            assert paper.signed_on is not None
            paper.valid_until = paper.signed_on.replace(year=paper.signed_on.year + 1) - timedelta(days=1)
            for older in self._doubted(paper) if paper.again else []:
                older.moves(AssessmentEvent.SUPERSEDE, self.now)
                assert older.dispute is not None
                older.dispute.is_open = False
            self.grades[paper.resident] = GRADES[paper.lost]

    async def give_back(self, one: int, two: int) -> None:
        who, paper = mostly(list(CLINICAL), list(WITHOUT), one), self._paper(two, AssessmentStatus.PROPOSED)
        word = WITHOUT.get(who) or self._under_work(paper) or paper.word(AssessmentEvent.RETURN)
        if (await self._does(who, paper, "return", {"reason": "再看一看"}, word)).done:
            paper.moves(AssessmentEvent.RETURN, self.now)
            paper.first = ""

    async def discard(self, one: int, two: int) -> None:
        who, paper = mostly(list(CLINICAL), list(WITHOUT), one), self._paper(two, AssessmentStatus.DRAFT)
        word = WITHOUT.get(who) or self._under_work(paper) or paper.word(AssessmentEvent.DISCARD)
        if (await self._does(who, paper, "discard", None, word)).done:
            paper.moves(AssessmentEvent.DISCARD, self.now)

    async def dispute(self, one: int, two: int) -> None:
        paper = self._paper(two, AssessmentStatus.FINAL)
        who = mostly(sorted(SPEAKS[paper.resident]), ("stranger", "nephew", "song"), one)
        word = self._word_against(who, paper)
        way = "dispute" if who in LOGINS else "disputes"
        path = f"/assessments/{paper.uid}/{way}"
        if (await self.does(who, "POST", path, {"text": "走路要人扶"}, allowed=[word])).done:
            paper.moves(AssessmentEvent.DISPUTE, self.now)
            paper.dispute = Dispute(who, self.now + ANSWERED_IN)

    async def uphold(self, one: int, two: int) -> None:
        who, paper = (
            mostly(sorted(DECIDES), ("song", "feng"), one),
            self._paper(two, AssessmentStatus.DISPUTED),
        )
        word = DONE
        if who not in DECIDES or paper.status not in RESULTS:
            word = NOT_THERE
        elif paper.dispute is None or not paper.dispute.is_open:
            word = NOT_NOW
        elif who in {paper.first, paper.second, paper.dispute.by}:
            word = "assessments.own_signature"
        path = f"/assessments/{paper.uid}/uphold"
        if (await self.does(who, "POST", path, {"answer": "核对过"}, allowed=[word])).done:
            paper.moves(AssessmentEvent.UPHOLD, self.now)
            assert paper.dispute is not None
            paper.dispute.is_open = False

    async def time_passes(self, one: int, two: int) -> None:
        """Hours, days, half a month; once, most of a year: then what was signed before it ends."""
        early = self.now < NOW + timedelta(days=60)
        days = one_of((0, 3, 8, 14, 31, 340 if early and two % 2 else 1), one)
        await self.passes(days=days, hours=1)
        await self.work()
        self._swept()

    # What the model makes of it

    def _swept(self) -> None:
        today = local_date(self.now)
        for each in self.papers:
            if each.status in LIVE and each.touched_at <= self.now - ABANDONED:
                self.told_of["lapsed"] += each.status is AssessmentStatus.PROPOSED
                each.moves(AssessmentEvent.LAPSE, self.now)
        for each in self.papers:
            ends = each.valid_until
            if (
                each.status is AssessmentStatus.FINAL
                and ends is not None
                and ends <= today + NOTICE
                and not each.ending_told
            ):
                each.ending_told = True
                self.told_of["expiring"] += not self._assessed_since(each, ends)
        for each in self.papers:
            said = each.dispute
            if said is not None and said.is_open and not said.told and said.due_at <= self.now:
                said.told = True
                self.told_of["dispute_overdue"] += 1

    def _assessed_since(self, paper: Paper, ends: date) -> bool:
        return any(
            each.valid_until is not None and each.valid_until > ends
            for each in self.papers
            if (each.resident, each.kind) == (paper.resident, paper.kind)
            and each.status in {AssessmentStatus.FINAL, AssessmentStatus.DISPUTED}
        )

    def _paper(self, number: int, status: AssessmentStatus) -> Paper:
        """Choose one on which this can be done, three times out of four where there is one."""
        known = [each for each in self.papers if each.resident in RESIDENTS]
        return mostly([each for each in known if each.status is status], known, number)

    def _under_work(self, paper: Paper) -> str | None:
        return None if paper.status in LIVE else NOT_THERE

    def _only(self, paper: Paper, status: AssessmentStatus) -> str:
        return DONE if paper.status is status else NOT_NOW

    def _doubted(self, paper: Paper) -> list[Paper]:
        return [
            each
            for each in self.papers
            if each.resident == paper.resident and each.status is AssessmentStatus.DISPUTED
        ]

    def _has_signed_the_doubted(self, who: str, paper: Paper) -> bool:
        return paper.again and any(who in {each.first, each.second} for each in self._doubted(paper))

    def _word_against(self, who: str, paper: Paper) -> str:
        until = self.act_until.get(who)
        gone = until is not None and self.now >= until
        if who not in SPEAKS[paper.resident] or gone or paper.status not in RESULTS:
            return NOT_THERE
        if paper.status is not AssessmentStatus.FINAL or paper.final_at is None:
            return NOT_NOW
        if paper.dispute is not None:
            return "assessments.already_decided"
        return "assessments.dispute_too_late" if self.now > paper.final_at + DISPUTABLE else DONE

    async def _does(self, who: str, paper: Paper, way: str, says: Any, word: str) -> Any:
        way = way if who in LOGINS else WAYS.get(way, way)
        return await self.does(who, "POST", f"/assessments/{paper.uid}/{way}", says, allowed=[word])


def _cells(answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers as a form sends them: of several choices each box is a cell of its own."""
    boxes = {
        f"{code}:{each}": "true" for code, said in answers.items() if isinstance(said, list) for each in said
    }
    return {**{code: said for code, said in answers.items() if not isinstance(said, list)}, **boxes}
