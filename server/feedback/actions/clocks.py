"""All that happens in feedback because time passes."""

from datetime import datetime

from server.authority.actor import Actor
from server.feedback.actions.cases import sweep_overdue_cases
from server.feedback.actions.ratings import sweep_counted_ratings
from server.feedback.actions.tokens import sweep_expired_tokens
from server.kit.transactions import action


@action
async def sweep_clocks(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Count ratings whose time to be taken back is over, tell of overdue cases, close tokens that nobody used."""
    return (
        await sweep_counted_ratings(actor=actor, now=now, limit=limit)
        + await sweep_overdue_cases(actor=actor, now=now, limit=limit)
        + await sweep_expired_tokens(actor=actor, now=now, limit=limit)
    )
