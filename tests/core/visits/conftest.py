"""What several tests of visits lean on: people with their parts, and a scan as a phone would make it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest_asyncio

from server.authority.actor import Actor, Grant
from server.demo import Town
from server.visits import actions
from server.visits.actions import ItemResult, Scanned
from server.visits.models import Visit
from server.visits.queries import ScanCard, VisitCard
from server.visits.rules import Outcome
from tests.core.visits.phone import scanned

Ask = Callable[[str], Awaitable[Actor]]


@dataclass
class Round:
    """This morning's visit, and everybody who has a part in it."""

    town: Town
    clock: Any
    doctor: Actor
    nurse: Actor
    he: Actor
    feng: Actor

    @property
    def uid(self) -> str:
        return str(self.town.visits.today)

    @property
    def now(self) -> datetime:
        found: datetime = self.clock()
        return found

    async def row(self) -> Visit:
        return await Visit.get(uid=self.uid)

    async def scan(self, **otherwise: Any) -> Scanned:
        """Prepare and scan, as it should be unless said otherwise."""
        return await scanned(self.town, self.doctor, self.nurse, self.uid, now=self.now, **otherwise)

    async def start(self, by: Actor | None = None, **otherwise: Any) -> ScanCard:
        scan = await self.scan(**otherwise)
        return await actions.start_visit(
            actor=by or self.doctor, visit_uid=self.uid, scanned=scan, now=self.now
        )

    async def see_everybody(self) -> VisitCard:
        items = (self.town.visits.today_wang, self.town.visits.today_li)
        results = [ItemResult(item_uid=item, outcome=Outcome.SEEN) for item in items]
        return await actions.record_results(
            actor=self.doctor, visit_uid=self.uid, results=results, now=self.now
        )

    async def finish(self) -> VisitCard:
        """Start, see everybody, and leave after half an hour."""
        await self.start()
        await self.see_everybody()
        self.clock.advance(minutes=30)
        return await actions.finish_visit(actor=self.doctor, visit_uid=self.uid, now=self.now)

    async def confirm(self) -> VisitCard:
        await self.finish()
        await actions.attest(actor=self.doctor, visit_uid=self.uid, now=self.now)
        return await actions.attest(actor=self.nurse, visit_uid=self.uid, now=self.now)

    async def planned_like_today(self, *, begin: timedelta = timedelta(0), by: str = "doctor") -> str:
        """Plan another visit for Wang beside this morning's."""
        row = await self.row()
        card = await actions.plan_visit(
            actor=self.feng,
            home_uid=self.town.alliance.yihe,
            provider_uid=self.town.alliance.health_center,
            kind=row.kind,
            starts_at=row.starts_at + begin,
            ends_at=row.ends_at + begin,
            clinician_uids=[self.town.identity.accounts[by]],
            items=[actions.PlannedItem(self.town.people.wang, "patrol")],
            now=self.now,
        )
        return card.uid


def on_both_sides(actor: Actor, other: Actor) -> Actor:
    """Give one person the posts of another besides their own."""
    return replace(actor, grants=(*actor.grants, *(Grant(g.role, g.institution_id) for g in other.grants)))


async def round_of(town: Town, clock: Any, actor: Ask) -> Round:
    return Round(
        town=town,
        clock=clock,
        doctor=await actor("doctor"),
        nurse=await actor("nurse"),
        he=await actor("he"),
        feng=await actor("feng"),
    )


@pytest_asyncio.fixture
async def morning(town: Town, clock: Any, actor: Ask) -> Round:
    return await round_of(town, clock, actor)
