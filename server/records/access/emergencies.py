"""Who sees the emergency reads."""

from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import NotFound
from server.records.models import EmergencyRead


def emergency_reads_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    """Narrow emergency reads to those of the whole city for a reviewer at the bureau."""
    return Q(id__gt=0) if actor.may(permission) else Q(id__in=[])


async def emergency_read_for(
    *, actor: Actor, uid: str, permission: Permission, now: datetime
) -> EmergencyRead:
    visible = emergency_reads_visible_to(actor=actor, permission=permission, now=now)
    row = (
        await EmergencyRead.filter(visible, uid=uid)
        .select_related("resident", "reader", "institution")
        .first()
    )
    if row is None:
        raise NotFound
    return row
