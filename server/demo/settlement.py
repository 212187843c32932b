"""The town's statements: that of the month before last waits for the home's word."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel, system_actor
from server.demo.visits import crew_of
from server.kit.clock import start_of_day
from server.kit.months import month_of
from server.settlement import actions
from server.settlement.models import Statement, StatementLine

DRAWN, ISSUED = timedelta(days=4, hours=9), timedelta(days=3)  # into the month after; ago


@dataclass(frozen=True)
class SettlementTown:
    statement: str  # of Yihe and the health center, issued
    line: str  # the fee of its month


async def load(town: Any, *, now: datetime) -> SettlementTown:
    month = month_of(now).before
    drawn_at = start_of_day(month.first) + DRAWN
    worker = system_actor("worker", Channel.WORKER)
    await actions.sweep_statements(actor=worker, now=drawn_at)
    row = await Statement.get(
        home__uid=town.alliance.yihe, provider__uid=town.alliance.health_center, month=month.before.first
    )
    crew = await crew_of(town, now)
    await actions.issue_statement(actor=crew.feng, uid=row.uid, now=max(drawn_at, now - ISSUED))
    line = await StatementLine.filter(statement_id=row.id).order_by("id").first()
    return SettlementTown(row.uid, line.uid if line else "")
