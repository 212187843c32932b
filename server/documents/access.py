"""Whose tables they are: only who asked for one sees it."""

from tortoise.expressions import Q

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.models import ExportJob
from server.kit.errors import NotFound


def own_exports(*, actor: Actor) -> Q:
    return Q(account_id=actor.account_id) if actor.account_id is not None else Q(id__in=[])


async def export_for(*, actor: Actor, uid: str) -> ExportJob:
    row = await ExportJob.filter(own_exports(actor=actor), uid=uid).first()
    if row is None:
        raise NotFound
    return row


async def issuer_of(
    *, actor: Actor, permission: Permission, among: tuple[str, ...] = ()
) -> Institution | None:
    """Return the institution in whose name the actor prints: one of those `among`, if they work at any of them."""
    own = Institution.filter(id__in=sorted(actor.institutions_with(permission))).order_by("id")
    return await own.filter(uid__in=list(among)).first() or await own.first()
