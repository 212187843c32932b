"""A month of services that both institutions confirmed, and the people who settle it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest_asyncio

from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor, Channel, system_actor
from server.demo import Town
from server.identity.models import Account
from server.people.models import Resident
from server.settlement import actions, queries
from server.settlement.models import Statement, StatementLine
from server.settlement.queries import StatementWish
from server.visits.models import Plate, Visit, VisitItem
from server.visits.rules import Outcome, Verdict, VisitKind, VisitStatus
from server.web import PageWish

MARCH = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # the fourth, nine o'clock in the city
FEBRUARY = date(2026, 2, 1)
WORKER = system_actor("worker", Channel.WORKER)


@dataclass
class Desk:
    """Both desks, the bureau, and what they settle about."""

    town: Town
    he: Actor  # the home's manager
    feng: Actor  # the health center's
    qian: Actor  # civil affairs
    agreement: ServiceAgreement

    async def served(
        self, who: str = "wang", service: str = "follow_up", day: date = date(2026, 2, 10), **otherwise: Any
    ) -> VisitItem:
        """Lay down one service that counts, as both institutions left it."""
        resident = await Resident.get(uid=getattr(self.town.people, who))
        begin = datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)
        doctor = await Account.get(uid=self.town.identity.accounts["doctor"])
        plate = await Plate.first()
        visit = Visit(
            kind=VisitKind.ROUND,
            agreement_id=self.agreement.id,
            home_id=self.agreement.home_id,
            provider_id=self.agreement.provider_id,
            planned_by_id=doctor.id,
            starts_at=begin,
            ends_at=begin + timedelta(hours=1),
            status=VisitStatus.CONFIRMED,
            performer_id=doctor.id,
            plate=plate,
            started_at=begin,
            finished_at=begin + timedelta(minutes=20),
            provider_verdict=Verdict.CONFIRMED,
            host_verdict=Verdict.CONFIRMED,
            confirmed_at=begin + timedelta(hours=2),
            created_at=begin,
        )
        for name, value in otherwise.items():
            setattr(visit, name, value)
        await visit.save()
        item = VisitItem(
            visit=visit,
            resident=resident,
            service=service,
            service_name=service,
            outcome=Outcome.SEEN,
            created_at=begin,
        )
        await item.save()
        return item

    async def priced(self, **prices: int) -> None:
        """Agree on prices of single services."""
        plain = self.agreement.content
        for item in plain["items"]:
            if item["code"] in prices:
                item["price"] = prices[item["code"]]
        await ServiceAgreement.filter(id=self.agreement.id).update(content=plain)

    async def draw(self, now: datetime = MARCH) -> Statement:
        await actions.sweep_statements(actor=WORKER, now=now)
        return await Statement.get(
            home_id=self.agreement.home_id,
            provider_id=self.agreement.provider_id,
            month=(now.date().replace(day=1) - timedelta(days=1)).replace(day=1),
        )

    async def issued(self) -> Statement:
        statement = await self.draw()
        await actions.issue_statement(actor=self.feng, uid=statement.uid, now=MARCH)
        return await Statement.get(id=statement.id)

    async def lines(self, statement: Statement, **which: Any) -> list[StatementLine]:
        return await StatementLine.filter(statement_id=statement.id, **which).order_by("id")

    async def card(self, actor: Actor | None = None) -> queries.StatementCard:
        page = await queries.statements(
            actor=actor or self.he, wished=StatementWish(), wish=PageWish(), now=MARCH
        )
        return next(card for card in page.items if card.provider == "云桥市河东社区卫生服务中心")


@pytest_asyncio.fixture
async def desk(town: Town, actor: Callable[[str], Awaitable[Actor]]) -> Desk:
    return await desk_of(town, actor)


async def desk_of(town: Town, actor: Callable[[str], Awaitable[Actor]]) -> Desk:
    agreement = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
    return Desk(town, await actor("he"), await actor("feng"), await actor("qian"), agreement)
