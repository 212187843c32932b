"""What the clock does to visits that nobody ended, to nonces that nobody used, and to the board."""

from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.alliance.rules import months_asked_for
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.rollups import recount
from server.kit.transactions import action
from server.visits.actions.moving import tell
from server.visits.models import Visit, VisitNonce
from server.visits.queries.kept import TILE, kept_sums
from server.visits.rules import VisitStatus

KEPT = timedelta(days=1)
# A scan without a network is judged by the phone's time whenever it comes in: its nonce has to be known for long.
KEPT_OFFLINE = timedelta(days=31)


@action
async def sweep_unfinished(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Put visits that were begun and never ended before both institutions, once each; they stay as they are."""
    hours = await parameter("visits.unfinished_hours", on=local_date(now))
    long_ago = now - timedelta(hours=hours)
    unsaid = Visit.filter(status=VisitStatus.STARTED, started_at__lte=long_ago, unfinished_told_at=None)
    done = 0
    for visit in await unsaid.order_by("id").limit(limit):
        if await unsaid.filter(id=visit.id).update(unfinished_told_at=now):
            await tell(actor, "visits.unfinished", visit, now=now, once="unfinished")
            done += 1
    return done


@action
async def sweep_nonces(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001  every sweep is told
    """Delete nonces that ran out unused. A used one stands beside its scan for ever."""
    done = 0
    for offline, kept in ((False, KEPT), (True, KEPT_OFFLINE)):
        unused = VisitNonce.filter(offline=offline, expires_at__lte=now - kept, used_at=None)
        ids = await unused.order_by("id").limit(limit).values_list("id", flat=True)
        done += await unused.filter(id__in=list(ids)).delete() if ids else 0
    return done


async def sweep_kept(*, actor: Actor, now: datetime) -> int:  # noqa: ARG001  every sweep is told
    """Count the rounds of each month again for the board; return how many months."""
    months = {days.first: days for days in months_asked_for(local_date(now))}
    return await recount(TILE, months, lambda month: kept_sums(days=months[month], now=now), now=now)
