"""Who may answer for a bed: the institution's own clinicians."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.identity.models import RoleGrant

ROLES = tuple(role for role, held in ROLE_PERMISSIONS.items() if Permission.HOME_BED_WORK in held)


@dataclass(frozen=True)
class StaffChoice:
    id: int
    uid: str
    name: str


async def staff_at(institution_id: int, *, now: datetime) -> tuple[StaffChoice, ...]:
    """Return them by name; ids never leave the core."""
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    grants = await RoleGrant.filter(
        running, starts_at__lte=now, institution_id=institution_id, role__in=ROLES
    ).select_related("account")
    people = {grant.account.id: (grant.account.uid, grant.account.name) for grant in grants}
    found = [StaffChoice(row_id, uid, name) for row_id, (uid, name) in people.items()]
    return tuple(sorted(found, key=lambda each: each.name))
