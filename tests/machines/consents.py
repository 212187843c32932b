"""Asking, agreeing, refusing, taking back; and at every step staff see exactly what is agreed to at that moment."""

from dataclasses import dataclass, field
from typing import ClassVar

from server.consent.models import Consent, ConsentProvision
from tests.machines.playing import DONE, NOT_THERE, Machine, one_of

DECIDES = {
    "wang": True,
    "daughter": True,
    "nephew": False,
    "guardian": False,
    "stranger": False,
    "nurse": False,
}
ASKS = {"yihe": ("he", "care"), "health_center": ("feng", "visit"), "first_hospital": ("zhao", "treatment")}
READS = {"nurse": ("yihe", "care"), "doctor": ("health_center", "visit")}
CATEGORIES = ("exam", "chronic", "meds", "labs")
LAST_DAY = "2026-06-01"


@dataclass
class Sheet:
    uid: str
    recipient: str  # uid
    purpose: str
    text_hash: str
    asked: frozenset[str]
    status: str = "requested"
    permitted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    uid: str
    category: str
    source: str


@dataclass
class Consents(Machine):
    sheets: dict[str, Sheet] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    moves: ClassVar = ("ask", "ask", "grant", "grant", "deny", "withdraw")

    async def look_around(self) -> None:
        await self._learn_sheets()
        shown = await self.asks("wang", f"/residents/{self.town.people.wang}/record/entries?limit=100")
        self.entries = [Entry(each["uid"], each["category"], each["source_uid"]) for each in shown["items"]]

    async def _learn_sheets(self) -> None:
        rows = Consent.filter(resident__uid=self.town.people.wang).exclude(uid__in=list(self.sheets))
        for row in await rows.select_related("recipient"):
            lines = await ConsentProvision.filter(consent_id=row.id)
            asked = frozenset(str(line.category) for line in lines)
            permitted = frozenset(str(line.category) for line in lines if line.verdict == "permit")
            self.sheets[row.uid] = Sheet(
                row.uid, row.recipient.uid, str(row.purpose), row.text_hash, asked, str(row.status), permitted
            )

    async def check(self, number: int) -> None:
        who, (house, purpose) = one_of(list(READS.items()), number)
        own = getattr(self.town.alliance, house)
        path = f"/residents/{self.town.people.wang}/record/entries?limit=100&purpose={purpose}"
        shown = {each["uid"] for each in (await self.asks(who, path))["items"]}
        agreed = {
            category
            for sheet in self.sheets.values()
            if (sheet.recipient, sheet.purpose, sheet.status) == (own, purpose, "granted")
            for category in sheet.permitted
        }
        assert shown == {each.uid for each in self.entries if each.source == own or each.category in agreed}

    async def ask(self, one: int, two: int) -> None:
        house, (who, purpose) = one_of(list(ASKS.items()), one)
        recipient = getattr(self.town.alliance, house)
        waits = any(
            (each.recipient, each.purpose, each.status) == (recipient, purpose, "requested")
            for each in self.sheets.values()
        )
        says = {
            "resident": self.town.people.wang, "institution": recipient, "purpose": purpose, "last_day": LAST_DAY,
            "categories": CATEGORIES[: two % len(CATEGORIES) + 1],
        }  # fmt: skip
        word = "consent.already_asked" if waits else DONE
        await self.does(who, "POST", "/consent-requests", says, allowed=[word])
        await self._learn_sheets()

    async def grant(self, one: int, two: int) -> None:
        who, sheet = one_of(list(DECIDES), one), one_of(self.sheets, two)
        chosen = frozenset(sorted(sheet.asked)[: (one + two) % 4])
        if one % 5 == 4:
            chosen |= {"tcm"}  # which nobody asks for
        word = DONE if sheet.status == "requested" else "consent.already_decided"
        if not chosen <= sheet.asked:
            word = "consent.more_than_asked"
        elif not chosen:
            word = "consent.nothing_chosen"
        says = {"text_hash": sheet.text_hash, "categories": sorted(chosen)}
        if await self._decided(who, sheet, "grant", says, word):
            for older in self.sheets.values():
                same = (older.recipient, older.purpose) == (sheet.recipient, sheet.purpose)
                if same and older.status == "granted":
                    older.status = "superseded"
            sheet.status, sheet.permitted = "granted", chosen

    async def deny(self, one: int, two: int) -> None:
        sheet = one_of(self.sheets, two)
        word = DONE if sheet.status == "requested" else "consent.already_decided"
        if await self._decided(one_of(list(DECIDES), one), sheet, "denial", None, word):
            sheet.status = "denied"

    async def withdraw(self, one: int, two: int) -> None:
        sheet = one_of(self.sheets, two)
        word = DONE if sheet.status == "granted" else "consent.not_in_force"
        if await self._decided(one_of(list(DECIDES), one), sheet, "withdrawal", None, word):
            sheet.status = "withdrawn"

    async def _decided(self, who: str, sheet: Sheet, what: str, says: object, word: str) -> bool:
        allowed = [word if DECIDES[who] else NOT_THERE]
        return (await self.does(who, "POST", f"/consents/{sheet.uid}/{what}", says, allowed=allowed)).done
