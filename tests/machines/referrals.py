"""Referrals up and down between three houses: whose turn it is, until when, and who may read what went along (I30–I33)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from server.kit.clock import SHANGHAI
from server.referrals import actions
from server.referrals.models import ReferralEscalation, ReferralFollowUp
from server.referrals.rules import (
    NEEDS_REASON,
    REFERRAL_MOVES,
    ReferralEvent,
    ReferralStatus,
    Side,
    may_move,
)
from tests.architecture.subjects import LOGINS
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

E, S = ReferralEvent, ReferralStatus
NOT_NOW, NOT_IN_TURN = "referrals.not_this_now", "referrals.not_your_turn"
HOUSE = {
    "nurse": "yihe", "he": "yihe", "doctor": "health_center", "feng": "health_center", "zhao": "first_hospital",
    "other_nurse": "songhe", "sun": "second_hospital",
}  # fmt: skip
SPEAKER = {"yihe": ("nurse", "he"), "health_center": ("doctor", "feng"), "first_hospital": ("zhao",)}
PAIRS = (
    ("yihe", "first_hospital"),
    ("yihe", "health_center"),
    ("health_center", "first_hospital"),
)  # lower, upper
EVERYBODY = (*HOUSE, "wang", "qian")
OVER = (S.DECLINED, S.CLOSED, S.CANCELLED)
ASIDE = {E.RETURN, E.DECLINE, E.STAY, E.ASK_MORE, E.CANCEL}
# Within how many hours whoever is in turn has to act; where it is urgent, the second number.
HOURS = {
    S.DRAFT: (72, 72), S.SUBMITTED: (72, 24), S.RETURNED: (48, 48), S.ACCEPTED: (48, 4), S.SCHEDULED: (24, 24),
    S.IN_TRANSIT: (12, 12), S.RECEIVED: (24, 24), S.IN_TREATMENT: (336, 336), S.DISCHARGE_PLANNED: (48, 48),
    S.BACK_OFFERED: (48, 48), S.BACK_ACCEPTED: (72, 72), S.RETURNED_HOME: (360, 360),
}  # fmt: skip
OUT_WORDS, BACK_WORDS = "胸闷待查", "稳定型心绞痛"
SLIPS = {OUT_WORDS: {"impression": OUT_WORDS, "present": "今晨胸闷半小时"}, "": {"present": "胸闷"}}
BACK_SLIPS = {BACK_WORDS: {"diagnosis": BACK_WORDS, "advice": "按时服药"}, "": {"advice": "按时服药"}}
LIES_DOWN = {"residential": "inpatient", "convalescent": "inpatient", "inpatient": "inpatient"}
COMES_BACK = {
    "convalesce": {"inpatient": "convalescent"}, "return": {"inpatient": "residential", "convalescent": "residential"},
}  # fmt: skip


@dataclass
class Way:
    resident: str
    lower: str
    upper: str
    up: bool
    uid: str = ""
    urgent: bool = False
    status: ReferralStatus = S.DRAFT
    deadline: datetime | None = None
    come_at: datetime | None = None
    sent: bool = False
    packets: set[str] = field(default_factory=set)  # the houses to which one went
    closes_at: datetime | None = None  # from when on no packet is read
    late: str = ""  # its open escalation
    owed: str = ""  # the follow-up: "due", "overdue", "done" or "waived"
    follow_up: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.resident, self.lower, self.upper

    @property
    def is_open(self) -> bool:
        return self.status not in OVER

    def side_of(self, who: str) -> Side | None:
        house = HOUSE.get(who)
        return Side.LOWER if house == self.lower else Side.UPPER if house == self.upper else None

    def is_known_to(self, who: str) -> bool:
        side = self.side_of(who)
        return side is not None and (self.sent or (side is Side.LOWER) is self.up)


@dataclass
class Referrals(Machine):
    ways: list[Way] = field(default_factory=list)
    care: dict[str, str] = field(default_factory=lambda: {"wang": "residential", "li": "residential"})
    shared: str = ""  # Wang's consent to the first hospital, while it holds

    moves: ClassVar = (
        "write", *["goes_on"] * 8, "anybody", "anybody", "amend", "follow_up", "settle", "consent",
        "time_passes", "time_passes", "dies",
    )  # fmt: skip
    sweeps: ClassVar = (actions.sweep_deadlines, actions.sweep_follow_ups)

    async def look_around(self) -> None:
        await self.consent(0, 0)
        await self._write("nurse", Way("wang", *PAIRS[0], up=True), "chest", OUT_WORDS)
        await self._write("zhao", Way("li", *PAIRS[0], up=False), "chronic", "")

    async def check(self, number: int) -> None:
        if not self.ways:
            return
        way = one_of(self.ways, number)
        await self._card_is_right(way, "doctor" if number % 2 else "nurse")
        await self._packet_is_right(way, one_of((*HOUSE, "wang"), number // 2))
        if number % 3 == 0:
            shown = await self.asks("wang", f"/residents/{self.town.people.wang}/referrals")
            known = {each.uid: each.status for each in self.ways if each.sent and each.resident == "wang"}
            assert {each["uid"]: each["status"] for each in shown} == known, self.told

    async def _card_is_right(self, way: Way, who: str) -> None:
        answer = await self.looks(who, f"/referrals/{way.uid}")
        if not way.is_known_to(who):
            assert answer.status_code == 404, (who, self.told)
            return
        shown, side = answer.json(), way.side_of(who)
        due = shown["next_deadline"] and datetime.fromisoformat(shown["next_deadline"])
        told = (shown["status"], due, shown["escalated"], set(shown["steps"]), shown["urgency"] == "urgent")
        steps = {event for event in E if side and way.is_open and may_move(way.status, event, side)}
        assert told == (way.status, way.deadline, bool(way.late), steps, way.urgent), self.told

    async def _packet_is_right(self, way: Way, who: str) -> None:
        """Only whom it was sent to, only with consent, only while it is needed; or who wrote it themselves (I32)."""
        answer = await self.looks(who, f"/referrals/{way.uid}/packet")
        status, words = self._packet_for(way, who)
        assert answer.status_code == status, (who, way, answer.text[:500], self.told)
        for each in (OUT_WORDS, BACK_WORDS):
            assert (each in answer.text) is (each in words), (who, way, each, self.told)

    def _packet_for(self, way: Way, who: str) -> tuple[int, set[str]]:
        if not way.is_known_to(who):
            return 404, set()
        house, closed = HOUSE[who], way.closes_at is not None and way.closes_at <= self.now
        if house in way.packets and not closed:
            consents = house == "first_hospital" and way.resident == "wang" and bool(self.shared)
            return 200, {OUT_WORDS} if house == way.upper and consents else set()
        if house != (way.lower if way.up else way.upper):
            return 409, set()
        return 200, {OUT_WORDS} if way.up else {BACK_WORDS} if way.packets else set()

    # What people do

    async def write(self, one: int, two: int) -> None:
        up, pair = two % 3 < 2, one_of(PAIRS, two // 3)
        right = SPEAKER[pair[0] if up else pair[1]]
        who = one_of(right, two) if one % 4 < 3 else one_of(EVERYBODY, one // 4)
        resident = one_of([each for each, state in self.care.items() if state != "deceased"], one)
        criterion = (
            one_of(("chest", "examination", "examination", ""), one // 3)
            if up
            else ("chronic" if one % 5 else "")
        )
        await self._write(who, Way(resident, *pair, up), criterion, "" if one % 7 == 6 else OUT_WORDS)

    async def _write(self, who: str, way: Way, criterion: str, slip: str) -> None:
        houses = (way.lower, way.upper) if way.up else (way.upper, way.lower)
        sends, receives = (getattr(self.town.alliance, each) for each in houses)
        says = {
            "direction": "up" if way.up else "down", "sender": sends, "receiver": receives,
            "criteria": [criterion] if criterion else [], **self._slip(who, SLIPS[slip] if way.up else {}),
        }  # fmt: skip
        uid, word = getattr(self.town.people, way.resident), self._word_on(who, way, criterion, slip)
        told = await self.does(who, "POST", f"/residents/{uid}/referrals", says, allowed=[word])
        if told.done:
            way.uid, way.urgent = told.uid, way.up and criterion == "chest"
            self._arrived(way, S.DRAFT if way.up else S.DISCHARGE_PLANNED)
            self.ways.append(way)
            if not way.up:
                self.care[way.resident] = LIES_DOWN[self.care[way.resident]]

    def _word_on(self, who: str, way: Way, criterion: str, slip: str) -> str:
        if who in {"wang", "qian"}:
            return NOT_THEIRS
        if HOUSE[who] != (way.lower if way.up else way.upper):
            return NOT_THERE
        if not criterion:
            return "referrals.criterion_needed"
        if way.up and not slip:
            return "referrals.slip_incomplete"
        taken = any(each.is_open and each.key == way.key for each in self.ways)
        return "referrals.already_open" if taken else DONE

    async def amend(self, one: int, two: int) -> None:
        ways = [each for each in self.ways if each.status in {S.DRAFT, S.RETURNED}] or self.ways
        way = one_of(ways, two)
        who = one_of((*SPEAKER[way.lower], *EVERYBODY), one)
        urgent = two % 2 == 0
        word = self._in_turn(who, way, E.SUBMIT)
        says = {"criteria": ["chest" if urgent else "examination"], **self._slip(who, SLIPS[OUT_WORDS])}
        where = f"/referrals/{way.uid}" + ("/edit" if who in LOGINS else "")
        if (await self.does(who, "PUT", where, says, allowed=[word])).done:
            way.urgent = urgent

    async def goes_on(self, one: int, two: int) -> None:
        """Have whoever is in turn do something that is theirs to do."""
        ways = [each for each in self.ways if each.is_open]
        if not ways:
            return
        way, straight = ways[0] if two % 2 else one_of(ways, two // 2), one % 5 < 4
        theirs = [
            (who, event)
            for side, house in ((Side.LOWER, way.lower), (Side.UPPER, way.upper))
            for event in E
            for who in SPEAKER[house]
            if may_move(way.status, event, side) and not (straight and event in ASIDE)
        ]
        who, event = one_of(theirs, one)
        await self._done(who, way, event, one, reason="" if one % 11 == 10 else "已电话说明")

    async def anybody(self, one: int, two: int) -> None:
        who, event, way = one_of(EVERYBODY, one), one_of(list(E), one // 3 + two), one_of(self.ways, two)
        await self._done(who, way, event, one, reason="")

    async def _done(self, who: str, way: Way, event: ReferralEvent, number: int, *, reason: str) -> None:
        self.table.clock.advance(minutes=1)  # nobody is received and sent home in one instant
        word = self._in_turn(who, way, event)
        special: Mapping[ReferralEvent, Callable[..., Any]] = {
            E.SCHEDULE: self._schedules, E.OFFER_BACK: self._offers_back, E.ACCEPT_BACK: self._accepts_back,
        }  # fmt: skip
        if event in special:
            await special[event](who, way, word, number)
            return
        if word == DONE and event is E.CLOSE and way.owed in {"due", "overdue"}:
            word = "referrals.follow_up_owed"
        elif word == DONE and event in NEEDS_REASON and not reason:
            word = "referrals.reason_needed"
        says = {"event": str(event), "reason": reason}
        if not (await self.does(who, "POST", f"/referrals/{way.uid}/steps", says, allowed=[word])).done:
            return
        self._arrived(way, REFERRAL_MOVES.after(way.status, event))
        if event is E.SUBMIT:
            way.sent = True
            way.packets.add(way.upper)
            await self._follow_up_begins(way)
        elif event is E.RECEIVE:
            self.care[way.resident] = LIES_DOWN[self.care[way.resident]]

    async def _schedules(self, who: str, way: Way, word: str, number: int) -> None:
        come_at = self.now + timedelta(hours=(2, 30, -2, 24 * 91)[number % 4])
        if word not in {NOT_THERE, NOT_THEIRS} and number % 4 > 1:
            word = "referrals.impossible_time"
        come = come_at.astimezone(SHANGHAI)
        says = {"come_at": f"{come:%Y-%m-%dT%H:%M}" if who in LOGINS else come.isoformat(), "come_to": "急诊"}
        if (await self.does(who, "POST", f"/referrals/{way.uid}/schedule", says, allowed=[word])).done:
            way.come_at = come_at.replace(second=0, microsecond=0)
            self._arrived(way, S.SCHEDULED)

    async def _offers_back(self, who: str, way: Way, word: str, number: int) -> None:
        slip = "" if number % 5 == 4 else BACK_WORDS
        word = "referrals.slip_incomplete" if word == DONE and not slip else word
        says = self._slip(who, BACK_SLIPS[slip])
        if (await self.does(who, "POST", f"/referrals/{way.uid}/back", says, allowed=[word])).done:
            self._arrived(way, S.BACK_OFFERED)
            way.sent = True
            way.packets.add(way.lower)

    async def _accepts_back(self, who: str, way: Way, word: str, number: int) -> None:
        care = one_of(list(COMES_BACK), number)
        told = await self.does(
            who, "POST", f"/referrals/{way.uid}/homecoming", {"care": care}, allowed=[word]
        )
        if told.done:
            self._arrived(way, S.BACK_ACCEPTED)
            self.care[way.resident] = COMES_BACK[care].get(self.care[way.resident], self.care[way.resident])

    async def follow_up(self, one: int, two: int) -> None:
        owed = [each for each in self.ways if each.follow_up]
        if not owed:
            return
        way = one_of(owed, two)
        who = one_of((*SPEAKER[way.lower], *EVERYBODY), one)
        word = DONE if way.owed in {"due", "overdue"} else "referrals.duty_over"
        word = NOT_THEIRS if who in {"wang", "qian"} else NOT_THERE if HOUSE[who] != way.lower else word
        folder, waives = "/referrals/follow-ups" if who in LOGINS else "/referral-follow-ups", two % 3 == 0
        says = {"reason": "已转到外地"} if waives else {"outcome": "good", "remark": "血压平稳"}
        end = ("/waive" if who in LOGINS else "/waiver") if waives else ""
        told = await self.does(who, "POST", f"{folder}/{way.follow_up}{end}", says, allowed=[word])
        if told.done:
            way.owed = "waived" if waives else "done"

    async def settle(self, one: int, two: int) -> None:
        """Have the bureau look after what is late, now or before."""
        rows = await ReferralEscalation.all().order_by("id").select_related("referral")
        if not rows:
            return
        row, who = one_of(rows, two), one_of(("qian", "tang", "zhao", "he"), one)
        way = next(each for each in self.ways if each.uid == row.referral.uid)
        word = NOT_THEIRS if who in HOUSE else DONE if way.late == row.uid else "referrals.escalation_over"
        says = {"remark": "已电话催办", "hours": "24"}
        if (await self.does(who, "POST", f"/referrals/late/{row.uid}", says, allowed=[word])).done:
            way.late, way.deadline = "", self.now + timedelta(hours=24)

    async def consent(self, one: int, _: int) -> None:
        """Wang lets the first hospital read what goes along, or takes that back."""
        if self.shared:
            await self.does("wang", "POST", f"/consents/{self.shared}/withdrawal", allowed=[DONE])
            self.shared = ""
            return
        says = {
            "resident": self.town.people.wang, "institution": self.town.alliance.first_hospital,
            "purpose": "continuity", "last_day": "2026-12-01", "categories": ["encounter"],
        }  # fmt: skip
        await self.does("zhao", "POST", "/consent-requests", says, allowed=[DONE])
        asked = await self._asked()
        says = {"text_hash": asked["text_hash"], "categories": ["encounter"]}
        await self.does("wang", "POST", f"/consents/{asked['uid']}/grant", says, allowed=[DONE])
        self.shared = asked["uid"]

    async def _asked(self) -> dict[str, str]:
        from server.consent.models import Consent

        row = await Consent.filter(resident__uid=self.town.people.wang).order_by("-id").first()
        assert row is not None
        return {"uid": row.uid, "text_hash": row.text_hash}

    # What time does

    async def time_passes(self, one: int, _: int) -> None:
        await self.passes(hours=(1, 5, 26, 80, 24 * 15)[one % 5])
        await self.work()
        await self._what_came_of_it()

    async def dies(self, one: int, _: int) -> None:
        if one % 4 < 3 or self.care["li"] == "deceased":
            return
        said = {"day": f"{self.now.astimezone(SHANGHAI):%Y-%m-%d}"}
        await self.does("he", "POST", f"/residents/{self.town.people.li}/death", said, allowed=[DONE])
        self.care["li"] = "deceased"
        await self.work()
        await self._what_came_of_it()

    async def _what_came_of_it(self) -> None:
        for way in self.ways:
            if way.is_open and way.deadline and way.deadline <= self.now and not way.late:
                row = await ReferralEscalation.get(referral__uid=way.uid, open_key__isnull=False)
                assert (row.status, row.missed) == (way.status, way.deadline), self.told
                way.late = row.uid
            if way.owed == "due" and (await ReferralFollowUp.get(uid=way.follow_up)).due_at <= self.now:
                way.owed = "overdue"
            if self.care[way.resident] == "deceased":
                way.owed = "waived" if way.owed in {"due", "overdue"} else way.owed
                if way.is_open:
                    self._arrived(way, S.CANCELLED)
        kept = dict(await ReferralFollowUp.all().values_list("uid", "status"))
        assert kept == {each.follow_up: each.owed for each in self.ways if each.follow_up}, self.told

    async def _follow_up_begins(self, way: Way) -> None:
        row = await ReferralFollowUp.get_or_none(referral__uid=way.uid)
        assert (row is not None) is (way.urgent or bool(way.follow_up)), self.told
        if row is not None and not way.follow_up:
            assert row.due_at == self.now + timedelta(days=14), self.told
            way.follow_up, way.owed = row.uid, "due"

    def _arrived(self, way: Way, status: ReferralStatus) -> None:
        """Hand the turn on: whoever was late is so no longer, and the next has a time of their own."""
        way.status, way.late = status, ""
        if status in OVER:
            way.deadline = None
            way.closes_at = self.now + timedelta(days=14) if status is S.CLOSED else self.now
            return
        begins = max(way.come_at, self.now) if status is S.SCHEDULED and way.come_at else self.now
        way.deadline = begins + timedelta(hours=HOURS[status][way.urgent])

    def _in_turn(self, who: str, way: Way, event: ReferralEvent) -> str:
        if who in {"wang", "qian"}:
            return NOT_THEIRS
        if not way.is_known_to(who):
            return NOT_THERE
        if not REFERRAL_MOVES.allows(way.status, event):
            return NOT_NOW
        side = way.side_of(who)
        return DONE if side is not None and may_move(way.status, event, side) else NOT_IN_TURN

    def _slip(self, who: str, slip: Mapping[str, str]) -> dict[str, Any]:
        return dict(slip) if who in LOGINS else {"slip": dict(slip)}
