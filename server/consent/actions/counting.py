"""What the board is told of consents."""

from datetime import datetime

from server.alliance.rules import months_asked_for
from server.authority.actor import Actor
from server.consent.queries.asked import TILE, asked_sums
from server.kit.clock import local_date
from server.kit.rollups import recount


async def sweep_asked(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count the requests of each month again for the board; return how many months."""
    months = {days.first: days for days in months_asked_for(local_date(now))}
    return await recount(TILE, months, lambda month: asked_sums(days=months[month]), now=now)
