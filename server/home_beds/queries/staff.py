"""Who may answer for a bed: the institution's own clinicians, as long as they are registered there."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.permissions import Permission
from server.identity.queries import registered_at


@dataclass(frozen=True)
class StaffChoice:
    id: int
    uid: str
    name: str


async def staff_at(institution_id: int, *, now: datetime) -> tuple[StaffChoice, ...]:
    """Return them by name; ids never leave the core."""
    grants = await registered_at(institution_id, Permission.HOME_BED_WORK, at=now)
    people = {grant.account.id: (grant.account.uid, grant.account.name) for grant in grants}
    found = [StaffChoice(row_id, uid, name) for row_id, (uid, name) in people.items()]
    return tuple(sorted(found, key=lambda each: each.name))
