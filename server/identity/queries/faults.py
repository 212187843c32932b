"""What must never be true of these tables, for `python -m server check`."""

from collections import defaultdict
from datetime import datetime

from server.authority.permissions import Role
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.identity.rules import SEPARATED


async def faults(*, now: datetime) -> list[str]:
    """Return one line per account that holds two of the duties that must stay apart."""
    held: dict[str, set[Role]] = defaultdict(set)
    grants = RoleGrant.filter(in_force(now), role__in=sorted(SEPARATED))
    for uid, role in await grants.values_list("account__uid", "role"):
        held[uid].add(Role(role))
    return [
        f"duties: account {uid} is {' and '.join(sorted(roles))} at once"
        for uid, roles in sorted(held.items())
        if len(roles) > 1
    ]
