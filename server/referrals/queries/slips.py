"""The slip that goes along on paper: the stub, and of the rest what its reader may see (facts/domain.md 7.7)."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.people.queries import ResidentCard
from server.people.queries.residents import resident_card
from server.records.rules import EntryKind
from server.referrals.access import referral_at_work
from server.referrals.errors import PacketClosed
from server.referrals.queries.cards import ReferralCard, referral_card
from server.referrals.queries.packets import packet_sheet
from server.referrals.rules import SLIPS


@dataclass(frozen=True)
class SlipPart:
    title: str
    answers: tuple[tuple[str, str], ...]  # label and what was written
    by: str
    source: str
    at: datetime


@dataclass(frozen=True)
class SlipSheet:
    card: ReferralCard
    code: str  # as it stands in the QR code
    resident: ResidentCard
    address: str
    home_phone: str
    contact: str
    parts: tuple[SlipPart, ...]


async def slip_sheet(*, actor: Actor, uid: str, now: datetime) -> SlipSheet:
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_READ)
    try:
        entries = (await packet_sheet(actor=actor, uid=uid, now=now)).entries
    except PacketClosed:
        entries = ()  # the stub alone
    home = row.resident.home
    titles = {(form.code, form.version): form for form in SLIPS}
    parts = []
    for entry in entries:
        form = titles.get((entry.body.get("form", ""), entry.body.get("version", "")))
        if entry.kind is not EntryKind.REFERRAL or form is None:
            continue
        answers = tuple(
            (field.label, entry.body[field.name]) for field in form.fields if entry.body.get(field.name)
        )
        parts.append(SlipPart(form.title, answers, entry.author, entry.source, entry.effective_at))
    return SlipSheet(
        card=referral_card(row, actor=actor, now=now),
        code=row.code,
        resident=resident_card(row.resident, now),
        address=home.address if home else "",
        home_phone=home.phone if home else "",
        contact=row.contact,
        parts=tuple(parts),
    )
