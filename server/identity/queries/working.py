"""Who works somewhere and may be given work there: a role in force, an account that is not closed, a registration that holds."""

from collections.abc import Sequence
from datetime import date, datetime

from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.identity.rules import AccountStatus
from server.kit.clock import local_date


def registered(grant: RoleGrant, day: date) -> bool:
    """Tell whether the registration at this place, where one was written down, still holds on that day (A24)."""
    return grant.registration_ends_on is None or day < grant.registration_ends_on


async def working_at(
    institution_id: int, permission: Permission, *, at: datetime, uids: Sequence[str] | None = None
) -> list[RoleGrant]:
    """Return the roles at an institution in which somebody may do this then; of these people, or of all.

    Whose registration is over is still among them: who plans ahead says so by name (`registered`).
    """
    able = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    rows = RoleGrant.filter(in_force(at), institution_id=institution_id, role__in=able)
    if uids is not None:
        rows = rows.filter(account__uid__in=list(uids))
    rows = rows.filter(account__status=AccountStatus.ACTIVE)
    return await rows.select_related("account").order_by("id")


async def registered_at(
    institution_id: int, permission: Permission, *, at: datetime, uids: Sequence[str] | None = None
) -> list[RoleGrant]:
    """Return those of `working_at` whose registration holds: to whom something may be entrusted now."""
    held = await working_at(institution_id, permission, at=at, uids=uids)
    return [grant for grant in held if registered(grant, local_date(at))]
