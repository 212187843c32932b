"""What nobody has answered in time is said once more: silence accepts nothing."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.settlement.models import Statement
from server.settlement.rules import StatementStatus


@action
async def sweep_unanswered(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Remind home and provider of statements whose days for an answer are over; return how many."""
    due = Statement.filter(status=StatementStatus.ISSUED, answer_due_at__lte=now, reminded_at__isnull=True)
    done = 0
    for row in await due.order_by("id").limit(limit).select_related("home", "provider"):
        if not await Statement.filter(id=row.id, reminded_at__isnull=True).update(reminded_at=now):
            continue
        payload = {"statement": row.uid, "home": row.home.uid, "provider": row.provider.uid}
        await enqueue("settlement.unanswered", payload, now=now)
        await note(
            actor,
            "settlement.reminded",
            subject_kind="statement",
            subject_uid=row.uid,
            institution_id=row.home_id,
            now=now,
        )
        done += 1
    return done
