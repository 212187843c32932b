"""Open what went along when there is no time to ask (PIPL 13 (4)): told to the family, judged afterwards."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.transactions import action
from server.records.actions import EmergencyPage, read_packet_in_emergency
from server.records.rules import EmergencyReason
from server.referrals.access import packet_for, referral_at_work
from server.referrals.errors import PacketClosed


@action
async def open_packet_in_emergency(
    *, actor: Actor, uid: str, reason: EmergencyReason, explanation: str, now: datetime
) -> EmergencyPage:
    """Show a packet to the institution that it was sent to, without consent; only while it may be read at all (I32)."""
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_READ)
    sent = await packet_for(actor=actor, row=row, now=now)
    if sent is None:
        raise PacketClosed
    return await read_packet_in_emergency(
        actor=actor,
        resident_uid=row.resident.uid,
        institution_uid=sent.recipient.uid,
        entry_uids=sent.entries,
        reason=reason,
        explanation=explanation,
        now=now,
    )
