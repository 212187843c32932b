"""How an agreement changes its state: one door for every event (R1)."""

from datetime import datetime
from typing import Any

from server.alliance.errors import AlreadyBound
from server.alliance.models import ServiceAgreement
from server.alliance.rules import AGREEMENT_MOVES, IN_FORCE, AgreementEvent, AgreementStatus
from server.audit.actions import note
from server.audit.guards import rights_changed_at_home
from server.authority.actor import Actor
from server.kit.clock import start_of_day
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import IllegalMove
from server.outbox.actions import enqueue

BINDING = IN_FORCE | {AgreementStatus.SUSPENDED}
ENDED = frozenset(
    {
        AgreementStatus.EXPIRED,
        AgreementStatus.RENEWED,
        AgreementStatus.SUPERSEDED,
        AgreementStatus.TERMINATED,
        AgreementStatus.WITHDRAWN,
    }
)


async def move(
    actor: Actor,
    row: ServiceAgreement,
    event: AgreementEvent,
    *,
    now: datetime,
    reason: str | None = None,
    **changes: Any,
) -> None:
    """Carry out the event on the row as it was read, or refuse with `IllegalMove`."""
    before, after = row.status, AGREEMENT_MOVES.after(row.status, event)
    if reason is not None:
        changes["reason"] = reason
    if after in ENDED:
        # What was filed and never came to bind has bound for no day: nothing may be asked for it.
        never = before is AgreementStatus.FILED
        ended_at = min(now, start_of_day(row.first_day)) if never else now
        changes |= {"ended_at": ended_at, "binding_key": None}
    if not await ServiceAgreement.filter(id=row.id, status=before).update(status=after, **changes):
        raise IllegalMove
    if before in IN_FORCE and after not in IN_FORCE:
        await rights_changed_at_home(row.home_id, now=now)
    row.status = after
    await note(
        actor,
        f"alliance.agreement_{event}",
        subject_kind="agreement",
        subject_uid=row.uid,
        institution_id=row.home_id,
        reason=reason,
        now=now,
        detail={"from": before, "to": after, "provider_id": row.provider_id},
    )


async def tell(row: ServiceAgreement, topic: str, *, now: datetime, **more: Any) -> None:
    """Say it to both institutions; `row` has its institutions with it."""
    payload = {"agreement": row.uid, "home": row.home.uid, "provider": row.provider.uid, **more}
    mark = "-".join(str(word) for word in (topic, row.uid, *more.values()))
    await enqueue(f"alliance.{topic}", payload, now=now, once_key=mark)


async def activate(actor: Actor, row: ServiceAgreement, *, now: datetime) -> None:
    """Let the agreement bind; its predecessor steps down in the same transaction (I20). Refuses a second one."""
    older = (
        await ServiceAgreement.filter(
            home_id=row.home_id, provider_id=row.provider_id, status__in=sorted(BINDING)
        )
        .exclude(id=row.id)
        .select_related("home", "provider")
        .first()
    )
    if older is not None:
        await _step_down(actor, older, row, now)
    key = f"{row.home_id}-{row.provider_id}"
    async with refusing_duplicates(AlreadyBound):
        await move(actor, row, AgreementEvent.ACTIVATE, now=now, binding_key=key)


async def _step_down(actor: Actor, older: ServiceAgreement, newer: ServiceAgreement, now: datetime) -> None:
    if newer.supersedes_id != older.id:
        raise AlreadyBound
    ran_out = older.status is AgreementStatus.EXPIRING and newer.first_day > older.last_day
    await move(actor, older, AgreementEvent.RENEW if ran_out else AgreementEvent.SUPERSEDE, now=now)
    await tell(older, "agreement_ended", now=now)
