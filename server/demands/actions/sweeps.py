"""What the calendar does to demands: an agreement that binds settles one, a term that has passed hands it on."""

from datetime import datetime

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.alliance.rules import IN_FORCE, InstitutionKind
from server.authority.actor import Actor
from server.demands.actions.moves import move, noted, tell, term
from server.demands.errors import DemandMoved
from server.demands.models import Demand
from server.demands.rules import DemandEvent, DemandStatus
from server.kit.transactions import action

BOUND = "双方协议已生效"


@action
async def sweep_demands(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    return await _settle(actor, now, limit) + await _escalate(actor, now, limit)


async def _settle(actor: Actor, now: datetime, limit: int) -> int:
    done = 0
    bound = Q(status=DemandStatus.MATCHED, agreement__status__in=sorted(IN_FORCE))
    for row in await _due(bound, limit):
        try:
            await move(actor, row, DemandEvent.SETTLE, now=now, reason=BOUND)
        except DemandMoved:
            continue
        await tell(row, "settled", now=now, provider=row.provider.uid if row.provider else None)
        done += 1
    return done


async def _escalate(actor: Actor, now: datetime, limit: int) -> int:
    """Hand on what its owner has let lie: to the health commission nobody's answer, to civil affairs what was not brought about."""
    late = Q(status__in=[DemandStatus.OPEN, DemandStatus.MATCHED], due_at__lte=now, escalated_at__isnull=True)
    rows = await _due(late, limit)
    if not rows:
        return 0
    commission = await Institution.filter(kind=InstitutionKind.HEALTH_COMMISSION).order_by("id").first()
    due_at = await term("urge_days", now)
    done = 0
    for row in rows:
        is_open = row.status is DemandStatus.OPEN
        owner_id = commission.id if is_open and commission else row.publisher_id
        waiting = Demand.filter(id=row.id, status=row.status, escalated_at__isnull=True)
        if not await waiting.update(escalated_at=now, owner_id=owner_id, due_at=due_at):
            continue
        await noted(actor, row, "demands.escalated", now=now)
        provider = row.provider.uid if row.provider else None
        if is_open:
            await tell(row, "unanswered", now=now, provider=provider)
        else:
            await tell(row, "unsettled", now=now, provider=provider)
        done += 1
    return done


async def _due(condition: Q, limit: int) -> list[Demand]:
    rows = Demand.filter(condition).order_by("id").limit(limit)
    return await rows.select_related("home", "publisher", "provider")
