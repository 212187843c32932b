"""Wang's home bed at the health center, as far as a test wants it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.home_beds import actions
from server.home_beds.actions import Opening, RoundNote
from server.home_beds.models import HomeBed
from server.home_beds.rules import CURRENT, BedKind
from server.people.actions import transition
from server.people.rules import CareCause, CareEvent

TICKED = [*(each.code for each in CURRENT.premises), "bedridden"]
OPENING = Opening("JC-01", "云医保家床〔2026〕01", 2)
NOTE = RoundNote("腰痛", "血压 132/76", "继续翻身", "已电话女儿")


@dataclass
class BedWay:
    town: Any
    actor: Any
    clock: Any
    uid: str = ""

    async def applied(self, who: str = "he", house: str = "health_center") -> str:
        card = await actions.apply_for_bed(
            actor=await self.actor(who),
            resident_uid=self.town.people.wang,
            institution_uid=getattr(self.town.alliance, house),
            now=self.clock(),
        )
        self.uid = card.uid
        return card.uid

    async def assessed(self, **otherwise: Any) -> str:
        if not self.uid:
            await self.applied()
        found = {
            "version": CURRENT.version,
            "ticked": TICKED,
            "kind": BedKind.NURSING,
            "doctor_uid": self.town.identity.accounts["doctor"],
            "nurse_uid": self.town.identity.accounts["feng"],
            "findings": "长期卧床，病情平稳，骶尾部压伤换药",
        } | otherwise
        await actions.assess_bed(actor=await self.actor("feng"), uid=self.uid, now=self.clock(), **found)
        return self.uid

    async def opened(self, opening: Opening = OPENING) -> str:
        await self.assessed()
        await self.open(opening)
        return self.uid

    async def open(self, opening: Opening = OPENING) -> None:
        feng = await self.actor("feng")
        await actions.open_bed(actor=feng, uid=self.uid, opening=opening, now=self.clock())

    async def close(self, **more: Any) -> None:
        from server.home_beds.rules import EndReason

        says = {"why": EndReason.STABLE, "summary": "好转，转入巡诊"} | more
        await actions.close_bed(actor=await self.actor("feng"), uid=self.uid, now=self.clock(), **says)

    async def care(self, event: CareEvent, at: datetime | None = None) -> None:
        await transition(
            actor=await self.actor("he"),
            resident_uid=self.town.people.wang,
            event=event,
            cause=CareCause.REPORTED,
            now=at or self.clock(),
        )

    async def row(self) -> HomeBed:
        return await HomeBed.get(uid=self.uid)
