"""Somebody closes their account: what of it hung on residents is let go, the residents stay as they are."""

from datetime import datetime

from server.audit import trail
from server.authority.actor import Actor
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import open_invitations
from server.people.actions.grants import move
from server.people.actions.rows import lock, noted
from server.people.models import Kinship, ProxyGrant, ProxyInvitation, Resident
from server.people.rules import LIVE_PROXY, PROXY_MOVES, EndReason, ProxyEvent


@action
async def release_account(*, actor: Actor, now: datetime) -> None:
    """End what the account holds for others, and unbind it from the person's own row.

    The row, the record and the appointments stay: the home keeps them for as long as the law says, for the same
    person without a phone.
    """
    held = ProxyGrant.filter(proxy_id=actor.account_id, status__in=sorted(LIVE_PROXY))
    own = await Resident.filter(account_id=actor.account_id).first()
    ids = {
        int(str(each))
        for each in await held.filter(resident_id__isnull=False).values_list("resident_id", flat=True)
    }
    residents = await Resident.filter(id__in=sorted(ids | ({own.id} if own else set()))).order_by("id")
    for row in residents:
        if row.merged_into_id is None:
            await lock(row)
    for grant in await held.order_by("id"):
        event = ProxyEvent.END if PROXY_MOVES.allows(grant.status, ProxyEvent.END) else ProxyEvent.WITHDRAW
        await move(actor, grant, event, now=now, reason=EndReason.PROXY_WISH)
    await Kinship.filter(relative_id=actor.account_id).update(relative_id=None)
    if own is not None:
        await _unbind(actor, own, now)


async def _unbind(actor: Actor, row: Resident, now: datetime) -> None:
    await ProxyInvitation.filter(open_invitations(now), issued_by_id=actor.account_id).update(revoked_at=now)
    await Resident.filter(id=row.id, account_id=actor.account_id).update(account_id=None)
    await trail.rights_changed(row.id, now=now)
    await noted(actor, "people.account_unbound", row, now=now)
    await enqueue("people.account_unbound", {"resident": row.uid}, now=now)
