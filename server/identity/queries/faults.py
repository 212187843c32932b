"""What must never be true of these tables, for `python -m server check`."""

from collections import defaultdict
from datetime import datetime
from itertools import combinations

from server.authority.permissions import Role
from server.identity.access import in_force, unended
from server.identity.models import RoleGrant
from server.identity.rules import SEPARATED, Engagement
from server.kit.periods import Period


async def faults(*, now: datetime) -> list[str]:
    """Return one line per account that holds two of the duties that must stay apart."""
    held: dict[str, set[Role]] = defaultdict(set)
    grants = RoleGrant.filter(in_force(now), role__in=sorted(SEPARATED))
    for uid, role in await grants.values_list("account__uid", "role"):
        held[uid].add(Role(role))
    return [
        *await _lent_twice(now),
        *_apart(held),
    ]


async def _lent_twice(now: datetime) -> list[str]:
    """A24: nobody is seconded to two places for the same days."""
    lent: dict[str, list[Period]] = defaultdict(list)
    rows = RoleGrant.filter(unended(now), engagement=Engagement.SECONDMENT)
    for uid, starts_at, ends_at in await rows.values_list("account__uid", "starts_at", "ends_at"):
        lent[uid].append(Period(starts_at, ends_at))
    return [
        f"A24: account {uid} is seconded to two places at once"
        for uid, periods in sorted(lent.items())
        if any(one.overlaps(other) for one, other in combinations(periods, 2))
    ]


def _apart(held: dict[str, set[Role]]) -> list[str]:
    return [
        f"duties: account {uid} is {' and '.join(sorted(roles))} at once"
        for uid, roles in sorted(held.items())
        if len(roles) > 1
    ]
