"""Scenes about what homes need, who may sign for them, and what their beds were."""

from datetime import timedelta
from typing import Any

from server.alliance import actions as alliance
from server.alliance.models import AgreementPaper
from server.authority.actor import system_actor
from server.demands import actions
from server.demands.actions import Line
from server.demands.models import Demand
from server.demands.rules import Need, Offer
from server.kit.clock import local_date
from server.people.actions import sweep_census
from tests.architecture.subjects import NOW, Stage

SCAN = b"%PDF-1.4 signed"


class DemandScenes(Stage):
    """Each returns the uids that stand in the address."""

    async def demand_published(self, home: str = "yihe", need: Need = Need.HOME_BED) -> dict[str, str]:
        await actions.publish_list(
            actor=await self.acting("qian"),
            home_uid=getattr(self.town.alliance, home),
            lines=[Line(need, 12)],
            now=NOW,
        )
        row = await Demand.filter(need=need).order_by("-id").first()
        assert row is not None
        return {"demand_uid": row.uid}

    async def demand_answered(self, by: str = "feng", home: str = "yihe") -> dict[str, str]:
        uids = await self.demand_published(home)
        offer = Offer(20, (2,), local_date(NOW))
        answer = await actions.answer_demand(
            actor=await self.acting(by), uid=uids["demand_uid"], offer=offer, now=NOW
        )
        return {**uids, "answer_uid": answer}

    async def demand_matched(self, by: str = "feng", home: str = "yihe") -> dict[str, str]:
        uids = await self.demand_answered(by, home)
        await actions.choose_answer(
            actor=await self.acting("qian"),
            uid=uids["demand_uid"],
            answer_uid=uids["answer_uid"],
            now=NOW,
        )
        return {"demand_uid": uids["demand_uid"]}

    async def agreement_with_paper(self) -> dict[str, str]:
        uid: str = await self.drafted()  # type: ignore[attr-defined]
        await alliance.attach_paper(
            actor=await self.acting("he"), uid=uid, name="收费清单", scan=SCAN, now=NOW
        )
        paper = await AgreementPaper.get(agreement__uid=uid)
        return {"agreement_uid": uid, "paper_uid": paper.uid}

    async def beds_kept(self) -> dict[str, Any]:
        await sweep_census(actor=system_actor("worker"), now=NOW + timedelta(days=1))
        return {"institution_uid": self.town.alliance.yihe}
