"""How a demand changes its state: one door for every event (R1)."""

from datetime import datetime, timedelta
from typing import Any

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.demands.errors import DemandMoved, ReasonNeeded
from server.demands.models import Demand
from server.demands.rules import DEMAND_MOVES, LIVE, DemandEvent
from server.outbox.actions import enqueue


async def move(
    actor: Actor, row: Demand, event: DemandEvent, *, now: datetime, reason: str | None = None, **changes: Any
) -> None:
    """Carry out the event on the row as it was read; whoever was slower is told so."""
    before, after = row.status, DEMAND_MOVES.after(row.status, event)
    if after not in LIVE:
        changes |= {"ended_at": now, "live_key": None}
    changes |= {"escalated_at": None, "reason": reason}
    if not await Demand.filter(id=row.id, status=before).update(status=after, **changes):
        raise DemandMoved
    row.status = after
    await noted(actor, row, f"demands.{event}", now=now, reason=reason)


async def noted(
    actor: Actor, row: Demand, what: str, *, now: datetime, reason: str | None = None, **detail: Any
) -> None:
    await note(
        actor,
        what,
        subject_kind="demand",
        subject_uid=row.uid,
        institution_id=row.home_id,
        reason=reason,
        detail=detail,
        now=now,
    )


async def tell(row: Demand, topic: str, *, now: datetime, provider: str | None = None) -> None:
    """Say it to the home, to who published it and, where one is named, to a medical institution."""
    payload = {"demand": row.uid, "home": row.home.uid, "bureau": row.publisher.uid}
    if provider is not None:
        payload["provider"] = provider
    await enqueue(
        f"demands.{topic}", payload, now=now, once_key=f"{topic}-{row.uid}-{provider or ''}-{now.isoformat()}"
    )


async def term(code: str, now: datetime) -> datetime:
    return now + timedelta(days=await parameter(f"demands.{code}", on=now))


def given(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()
