"""All that happens in notifications because time passes."""

from datetime import datetime

from server.authority.actor import Actor
from server.kit.transactions import action
from server.notifications.actions.calls import sweep_stale_calls
from server.notifications.actions.sending import sweep_lost_sends


@action
async def sweep_clocks(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Give up on messages that were cut off, put calls back that nobody finished."""
    return await sweep_lost_sends(actor=actor, now=now, limit=limit) + await sweep_stale_calls(
        actor=actor, now=now, limit=limit
    )
