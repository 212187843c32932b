"""After a change of keys: seal every number of this room anew, batch by batch, until a whole pass finds nothing."""

from datetime import datetime

from server.authority.actor import Actor
from server.people.actions import SEALED, reseal_batch


async def sweep_reseal(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Return how many were resealed. May be stopped and started again at any time.

    One pass is not enough: another process may seal with the old key behind it (reliability §4).
    """
    total = 0
    while changed := await _pass(actor, now, limit):
        total += changed
    return total


async def _pass(actor: Actor, now: datetime, limit: int) -> int:
    done = 0
    for place in SEALED:
        after: int | None = 0
        while after is not None:
            after, changed = await reseal_batch(actor=actor, place=place, after=after, limit=limit, now=now)
            done += changed
    return done
