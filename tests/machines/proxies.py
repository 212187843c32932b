"""Applying, comparing papers, confirming, pausing, giving back, ending; who may act is asked after every step."""

from dataclasses import dataclass, field
from typing import ClassVar

from server.demo.people import LI_NUMBER, WANG_NUMBER
from server.people.models import ProxyGrant
from server.people.rules import PROXY_MOVES, ProxyEvent, ProxyStatus
from tests.machines.playing import DONE, NOT_THERE, Machine, one_of

APPLICANTS = ("nephew", "stranger", "daughter", "guardian")
NAMES = {"wang": ("王桂兰", WANG_NUMBER), "li": ("李福生", LI_NUMBER)}
ILLEGAL = "kit.illegal_move"
LIVE = ("applied", "id_verified", "elder_confirmed", "active", "suspended")
BY_STAFF_ONLY = ("safeguarding", "abuse", "under_review")
REASONS = ("resident_wish", "safeguarding", "under_review")


@dataclass
class Grant:
    uid: str
    proxy: str
    resident: str
    status: ProxyStatus
    reason: str = ""

    def word(self, event: ProxyEvent) -> str:
        return DONE if PROXY_MOVES.allows(self.status, event) else ILLEGAL

    def moves(self, event: ProxyEvent) -> None:
        self.status = PROXY_MOVES.after(self.status, event)


@dataclass
class Proxies(Machine):
    grants: dict[str, Grant] = field(default_factory=dict)

    moves: ClassVar = (
        "apply",
        "verify",
        "verify",
        "reject",
        "confirm",
        "confirm",
        "pause",
        "resume",
        "end",
        "withdraw",
    )

    async def look_around(self) -> None:
        accounts = {uid: key for key, uid in self.town.identity.accounts.items()}
        residents = {getattr(self.town.people, key): key for key in NAMES}
        for row in await ProxyGrant.all().select_related("proxy", "resident").order_by("id"):
            if row.uid not in self.grants and row.resident is not None:
                self.grants[row.uid] = Grant(
                    row.uid, accounts[row.proxy.uid], residents[row.resident.uid], row.status
                )

    async def check(self, number: int) -> None:
        who = one_of(APPLICANTS, number)
        shown = {each["uid"] for each in await self.asks(who, "/residents")}
        assert shown == {
            getattr(self.town.people, each.resident)
            for each in self.grants.values()
            if each.proxy == who and each.status == "active"
        }, self.told

    async def apply(self, one: int, two: int) -> None:
        who, resident = one_of(APPLICANTS, one), one_of(list(NAMES), two)
        name, number = NAMES[resident]
        says = {
            "name": name, "national_id": number, "basis": "own_consent", "relation": "friend",
            "scopes": ["profile", "booking"],
        }  # fmt: skip
        about = [each for each in self.grants.values() if (each.proxy, each.resident) == (who, resident)]
        asked = any(each.status in LIVE for each in about)
        word = "people.already_applied" if asked else DONE
        told = await self.does(who, "POST", "/proxies", says, allowed=[word])
        if told.done:
            await self.look_around()

    async def verify(self, one: int, two: int) -> None:
        await self._reviewed(one, two, "verify", ProxyEvent.VERIFY, None)

    async def reject(self, one: int, two: int) -> None:
        await self._reviewed(one, two, "reject", ProxyEvent.REJECT, "not_verified")

    async def _reviewed(self, one: int, two: int, way: str, event: ProxyEvent, reason: str | None) -> None:
        who, grant = one_of(("he", "he", "song"), one), one_of(self.grants, two)
        word = grant.word(event) if who == "he" else NOT_THERE
        says = {"reason": reason} if reason else None
        if (await self.does(who, "POST", f"/proxies/{grant.uid}/{way}", says, allowed=[word])).done:
            grant.moves(event)
            grant.reason = reason or grant.reason

    async def confirm(self, one: int, two: int) -> None:
        who, grant = (
            one_of(("wang", "wang", "stranger", "nephew", "nurse", "daughter"), one),
            one_of(self.grants, two),
        )
        word = NOT_THERE
        if who == grant.proxy:
            word = "people.own_application"
        elif who == "wang" and grant.resident == "wang":
            word = grant.word(ProxyEvent.CONFIRM)
        if (await self.does(who, "POST", f"/proxies/{grant.uid}/confirm", allowed=[word])).done:
            grant.moves(ProxyEvent.CONFIRM)
            grant.moves(ProxyEvent.ACTIVATE)

    async def pause(self, one: int, two: int) -> None:
        await self._changed(one, two, "suspend", ProxyEvent.SUSPEND)

    async def end(self, one: int, two: int) -> None:
        await self._changed(one, two, "end", ProxyEvent.END)

    async def _changed(self, one: int, two: int, way: str, event: ProxyEvent) -> None:
        grant, reason = one_of(self.grants, two), one_of(REASONS, one + two)
        who = one_of(("wang", "he", grant.proxy, "stranger", "song", "other_nurse"), one)
        word = grant.word(event) if self._may_change(who, grant) else NOT_THERE
        says = {"reason": reason}
        if (await self.does(who, "POST", f"/proxies/{grant.uid}/{way}", says, allowed=[word])).done:
            grant.moves(event)
            grant.reason = reason

    async def resume(self, one: int, two: int) -> None:
        grant = one_of(self.grants, two)
        who = one_of(("wang", "he", grant.proxy, "stranger", "song"), one)
        allowed = [grant.word(ProxyEvent.RESUME)]
        if who == "wang" and grant.reason in BY_STAFF_ONLY:
            allowed = ["people.staff_must_resume"]
        elif who == "he" and grant.reason == "resident_wish" and grant.resident == "wang":
            allowed = ["people.resident_must_resume"]
        if not self._may_change(who, grant) or who == grant.proxy:
            allowed = [NOT_THERE]
        if (await self.does(who, "POST", f"/proxies/{grant.uid}/resume", allowed=allowed)).done:
            grant.moves(ProxyEvent.RESUME)

    async def withdraw(self, one: int, two: int) -> None:
        grant = one_of(self.grants, two)
        who = one_of((grant.proxy, "wang", "stranger"), one)
        word = grant.word(ProxyEvent.WITHDRAW) if who == grant.proxy else NOT_THERE
        if (await self.does(who, "POST", f"/proxies/{grant.uid}/withdraw", allowed=[word])).done:
            grant.moves(ProxyEvent.WITHDRAW)
            grant.reason = "proxy_wish"

    def _may_change(self, who: str, grant: Grant) -> bool:
        return who in {"he", grant.proxy} or who == grant.resident == "wang"
