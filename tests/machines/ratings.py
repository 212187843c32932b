"""Scores given once and taken back in time; texts looked at, returned, rewritten; the public page after every step."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from server.feedback.models import Rating, RatingToken
from server.feedback.rules import RATING_MOVES, RatingEvent, RatingStatus
from tests.machines.playing import DONE, NOT_THEIRS, NOT_THERE, Machine, one_of

RATES = {"open_token": {"wang", "daughter"}, "to_assist": set[str]()}
PEOPLE = ("wang", "daughter", "nephew", "stranger", "guardian", "nurse")
UNDO = timedelta(minutes=10)
EVENTS = {
    RatingEvent.PUBLISH: "", RatingEvent.RETURN: "abuse", RatingEvent.WITHHOLD: "abuse", RatingEvent.ESCALATE: "unsure",
}  # fmt: skip


@dataclass
class Opinion:
    uid: str
    author: str
    subject: str  # uid of the institution
    status: RatingStatus
    counts_from: datetime
    revision: int
    token: str = ""
    taken_back: bool = False


@dataclass
class Ratings(Machine):
    given: dict[str, Opinion] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)  # tokens

    moves: ClassVar = ("rate", "rate", "assist", "take_back", "edit", "moderate", "moderate", "time_passes")

    async def look_around(self) -> None:
        accounts = {uid: key for key, uid in self.town.identity.accounts.items()}
        for row in await Rating.all().select_related("author", "subject"):
            self.given[row.uid] = Opinion(
                row.uid, accounts[row.author.uid], row.subject.uid, row.status, row.counts_from, row.revision
            )

    async def check(self, number: int) -> None:
        house = one_of(("health_center", "second_hospital", "first_hospital"), number)
        subject = getattr(self.town.alliance, house)
        shown = await self.asks("stranger", f"/institutions/{subject}/ratings?limit=100")
        assert {each["uid"] for each in shown["items"]} == {
            each.uid
            for each in self.given.values()
            if each.subject == subject and each.status == RatingStatus.PUBLISHED
            and each.counts_from <= self.now and not each.taken_back
        }, self.told  # fmt: skip

    async def rate(self, one: int, two: int) -> None:
        who, token = one_of(PEOPLE, one), one_of(list(RATES), two // 3)
        await self._give(who, token, "rating", may=who in RATES[token], text="讲得明白" if two % 2 else "")

    async def assist(self, one: int, two: int) -> None:
        who, token = one_of(("other_nurse", "other_nurse", "nurse", "wang"), one), one_of(list(RATES), two)
        may = (who, token) == ("other_nurse", "to_assist")
        await self._give(who, token, "assisted-rating", may=may, text="")

    async def _give(self, who: str, token: str, way: str, *, may: bool, text: str) -> None:
        word = NOT_THERE
        if may:
            word = "feedback.token_spent" if token in self.spent else DONE
        elif way == "assisted-rating" and who == "wang":
            word = NOT_THEIRS
        elif way == "assisted-rating" and (who, token) == ("nurse", "open_token"):
            word = "feedback.has_own_phone"
        uid = getattr(self.town.feedback, token)
        says = {"score": 4, "text": text}
        told = await self.does(who, "POST", f"/rating-tokens/{uid}/{way}", says, allowed=[word])
        if told.done:
            self.spent.add(token)
            subject = (await RatingToken.get(uid=uid).select_related("subject")).subject.uid
            status = RatingStatus.SCREENING if text else RatingStatus.PUBLISHED
            self.given[told.body["uid"]] = Opinion(
                told.body["uid"], who, subject, status, self.now + UNDO, 1 if text else 0, token
            )

    async def take_back(self, one: int, two: int) -> None:
        who, opinion = one_of((*PEOPLE, "other_nurse"), one), one_of(self.given, two)
        word = (
            DONE if opinion.counts_from > self.now and not opinion.taken_back else "feedback.already_counted"
        )
        word = word if who == opinion.author else NOT_THERE
        if (await self.does(who, "DELETE", f"/ratings/{opinion.uid}", allowed=[word])).done:
            opinion.taken_back = True
            self.spent.discard(opinion.token)

    async def edit(self, one: int, two: int) -> None:
        who, opinion = one_of((*PEOPLE, "other_nurse"), one), one_of(self.given, two)
        open_ = RATING_MOVES.allows(opinion.status, RatingEvent.EDIT) and not opinion.taken_back
        word = (DONE if open_ else "feedback.not_awaiting_edit") if who == opinion.author else NOT_THERE
        text = "很好" if one % 2 else ""
        if (await self.does(who, "PUT", f"/ratings/{opinion.uid}/text", {"text": text}, allowed=[word])).done:
            opinion.status = RatingStatus.SCREENING if text else RatingStatus.PUBLISHED
            opinion.revision += 1

    async def moderate(self, one: int, two: int) -> None:
        who, opinion = one_of(("shen", "shen", "shen", "qian", "he"), one), one_of(self.given, two)
        event, reason = one_of(list(EVENTS.items()), one + two)
        revision = opinion.revision - (1 if two % 5 == 4 else 0)
        says = {"event": str(event), "revision": str(revision), "reason_code": reason}
        word = self._word_on(who, opinion, event, revision)
        if (await self.does(who, "POST", f"/moderation/{opinion.uid}", says, allowed=[word])).done:
            opinion.status = RATING_MOVES.after(opinion.status, event)

    async def time_passes(self, one: int, _: int) -> None:
        self.table.clock.advance(minutes=(1, 5, 11)[one % 3])

    def _word_on(self, who: str, opinion: Opinion, event: RatingEvent, revision: int) -> str:
        if who == "he":
            return NOT_THEIRS
        if opinion.taken_back:
            return NOT_THERE
        if not RATING_MOVES.allows(opinion.status, event):
            return "kit.illegal_move"
        if opinion.status == RatingStatus.ESCALATED and who != "qian":
            return NOT_THEIRS
        return DONE if revision == opinion.revision else "feedback.already_decided"
