"""The trail of state changes, for an auditor; names are put to it here, because `audit` stands below identity."""

from dataclasses import dataclass
from datetime import datetime

from server.audit.queries import trail_of
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import names_of
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish


@dataclass(frozen=True)
class DeedCard:
    uid: str
    at: datetime
    who: str
    channel: str
    action: str
    subject_kind: str
    subject_uid: str
    reason: str | None
    detail: dict[str, object]


async def deeds(*, actor: Actor, subject_uid: str, page: PageWish) -> Page[DeedCard]:
    """Return what was done to one subject, newest first."""
    if not actor.may(Permission.AUDIT_READ):
        raise NotFound
    found = await trail_of(subject_uid=subject_uid, wish=page)
    names = await names_of({line.account_id for line in found.items if line.account_id is not None})
    return found.of(
        [
            DeedCard(
                uid=line.uid,
                at=line.at,
                who=names.get(line.account_id or 0, "系统"),
                channel=line.channel,
                action=line.action,
                subject_kind=line.subject_kind,
                subject_uid=line.subject_uid,
                reason=line.reason,
                detail=dict(line.detail),
            )
            for line in found.items
        ]
    )
