"""Who may be sent, and who lacks what: asked by whoever assigns people (A17)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.alliance.queries import parameter
from server.authority.permissions import Role
from server.identity.models import TrainingRecord
from server.training.errors import Untrained
from server.training.rules import NEWEST, blocking, counts


@dataclass(frozen=True)
class Assigned:
    """Somebody whom a desk wants to send: in which roles, and since when they hold one there."""

    account_id: int
    name: str
    roles: frozenset[Role]
    since: date


async def valid_courses(
    account_ids: Collection[int], *, day: date, grace_days: int = 0
) -> Mapping[int, set[str]]:
    """Return of which courses these accounts hold a certificate on a day; one statement for all."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = TrainingRecord.filter(
        account_id__in=sorted(account_ids), course__isnull=False, struck_out_at__isnull=True
    )
    for account_id, course, completed_on, expires_on in await rows.values_list(
        "account_id", "course", "completed_on", "expires_on"
    ):
        if counts(completed_on, expires_on, day=day, grace_days=grace_days):
            found[account_id].add(course)
    return found


async def lacking(people: Iterable[Assigned], *, day: date) -> Mapping[int, tuple[str, ...]]:
    """Return the titles of the courses without which each may not be sent on that day; who lacks none is left out."""
    asked = [each for each in people if blocking(each.roles)]
    if not asked:
        return {}
    grace = await parameter("training.grace_days", on=day)
    held = await valid_courses([each.account_id for each in asked], day=day, grace_days=grace)
    found = {
        each.account_id: tuple(
            NEWEST[code].title for code in sorted(blocking(each.roles) - held.get(each.account_id, set()))
        )
        for each in asked
        if (day - each.since).days >= grace
    }
    return {account_id: titles for account_id, titles in found.items() if titles}


async def ensure_trained(people: Collection[Assigned], *, day: date) -> None:
    """Refuse to send anybody without valid training on that day, in one sentence that says what to do."""
    lack = await lacking(people, day=day)
    if not lack:
        return
    names = {each.account_id: each.name for each in people}
    who = "；".join(
        f"{names[account_id]}缺少有效的{'、'.join(f'“{title}”' for title in titles)}"
        for account_id, titles in lack.items()
    )
    when = f"{day.month} 月 {day.day} 日"
    raise Untrained(Untrained.sentence_of(who, when))
