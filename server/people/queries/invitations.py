"""What a resident is told of the invitations that nobody has used yet; the code itself is told once, when it is made."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.people.access import open_invitations, own_row_for
from server.people.models import ProxyInvitation
from server.people.rules import ProxyScope, Relation


@dataclass(frozen=True)
class InvitationCard:
    uid: str
    relation: Relation
    scopes: tuple[ProxyScope, ...]
    categories: tuple[str, ...]
    ends_at: datetime | None  # of the authority that would come of it
    expires_at: datetime
    created_at: datetime


async def invitations(*, actor: Actor, resident_uid: str, now: datetime) -> tuple[InvitationCard, ...]:
    row = await own_row_for(actor=actor, uid=resident_uid, permission=Permission.PROXY_CONFIRM, now=now)
    rows = await ProxyInvitation.filter(open_invitations(now), resident_id=row.id).order_by("-id")
    return tuple(invitation_card(each) for each in rows)


def invitation_card(row: ProxyInvitation) -> InvitationCard:
    return InvitationCard(
        uid=row.uid,
        relation=row.relation,
        scopes=tuple(ProxyScope(word) for word in row.scopes),
        categories=tuple(row.categories),
        ends_at=row.ends_at,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )
