"""What went along, as somebody may read it at this moment; each reading leaves its line (I12, I32)."""

from dataclasses import dataclass, replace
from datetime import datetime

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.people.access import resident_for
from server.records.queries import EntryCard, EntryWish, packet, timeline
from server.referrals.access import institution_id_of, packet_for, referral_at_work, sides_of
from server.referrals.errors import PacketClosed
from server.referrals.models import Referral, ReferralPacket
from server.referrals.queries.cards import ReferralCard, referral_card
from server.referrals.rules import Direction, Side, Way, purpose_of

MOST_OFFERED = 100  # of the newest entries, to choose from


@dataclass(frozen=True)
class PacketSheet:
    card: ReferralCard
    received: bool  # sent to the reader's institution; otherwise it is what their own institution sent
    recipient: str
    sent_at: datetime | None
    digest: str
    entries: tuple[EntryCard, ...]
    may_read: bool  # False: there is no consent, and nothing of it is theirs
    may_open_in_emergency: bool


def as_staff_of(actor: Actor, institution_id: int) -> Actor:
    """Return the actor in their post at one institution: not as a relative, and not for another house."""
    return replace(
        actor, grants=tuple(grant for grant in actor.grants if grant.institution_id == institution_id)
    )


async def packet_sheet(*, actor: Actor, uid: str, now: datetime) -> PacketSheet:
    """Return what was sent to the reader's institution, through consent (CONTINUITY); or what it sent itself.

    Nothing that is not shared is counted, named or hinted at: without consent the answer is that there is none.
    """
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_READ)
    sent = await packet_for(actor=actor, row=row, now=now)
    if sent is not None:
        return await _received(actor, row, sent, now)
    sides = sides_of(row, actor=actor, permission=Permission.RECORD_READ)
    written = Side.LOWER if row.direction is Direction.UP else Side.UPPER
    if written not in sides:
        raise PacketClosed
    return await _sent(actor, row, written, now)


async def choosable(
    *, actor: Actor, resident_uid: str, from_uid: str | None, now: datetime
) -> tuple[EntryCard, ...]:
    """Return what a sender may choose from: what its institution may see itself, the newest first."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.REFERRAL_SEND, now=now)
    sender = await _sender(actor, from_uid)
    if sender is None:
        return ()
    wish = EntryWish(as_staff_of(actor, sender[0]), resident.uid, sender[1], now)
    try:
        page = await timeline(wish=wish, page=PageWish(limit=MOST_OFFERED))
    except NotFound:
        return ()  # nothing of this resident is theirs to send
    return tuple(page.items)


async def _sender(actor: Actor, from_uid: str | None) -> tuple[int, Purpose] | None:
    own = Institution.filter(id__in=sorted(actor.institutions_with(Permission.REFERRAL_SEND))).order_by("id")
    row = await (own.filter(uid=from_uid) if from_uid else own).first()
    return (row.id, purpose_of(row.kind)) if row is not None else None


async def _received(actor: Actor, row: Referral, sent: ReferralPacket, now: datetime) -> PacketSheet:
    reader = as_staff_of(actor, sent.recipient.id)
    wish = EntryWish(reader, row.resident.uid, Purpose.CONTINUITY, now)
    try:
        entries: tuple[EntryCard, ...] | None = await packet(wish=wish, uids=sent.entries)
    except NotFound:
        entries = None
    return PacketSheet(
        card=referral_card(row, actor=actor, now=now),
        received=True,
        recipient=sent.recipient.name,
        sent_at=sent.created_at,
        digest=sent.digest,
        entries=entries or (),
        may_read=bool(entries),
        may_open_in_emergency=sent.recipient.id in actor.institutions_with(Permission.RECORD_EMERGENCY),
    )


async def _sent(actor: Actor, row: Referral, side: Side, now: datetime) -> PacketSheet:
    sender, recipient = (row.lower, row.upper) if side is Side.LOWER else (row.upper, row.lower)
    way = Way.UP if side is Side.LOWER else Way.DOWN
    last = await ReferralPacket.filter(referral_id=row.id, way=way).order_by("-number").first()
    own = as_staff_of(actor, institution_id_of(row, side))
    wanted = last.entries if last else [*([row.out_slip] if row.out_slip else []), *row.chosen]
    wish = EntryWish(own, row.resident.uid, purpose_of(sender.kind), now)
    try:
        entries = await packet(wish=wish, uids=wanted)
    except NotFound:
        entries = ()
    return PacketSheet(
        card=referral_card(row, actor=actor, now=now),
        received=False,
        recipient=recipient.name,
        sent_at=last.created_at if last else None,
        digest=last.digest if last else "",
        entries=entries,
        may_read=True,
        may_open_in_emergency=False,
    )
