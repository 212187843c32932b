"""Who may be sent for a provider on a day: who works there, is registered there, and has learnt what the work needs."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tortoise.expressions import Q

from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.identity.queries import registered, working_at
from server.kit.clock import local_date
from server.training.queries import Assigned, ensure_trained
from server.visits.errors import RegistrationOver

ATTENDING_ROLES = tuple(
    role for role, permissions in ROLE_PERMISSIONS.items() if Permission.VISIT_ATTEND in permissions
)


async def working_on(provider_id: int, uids: Sequence[str] | None, at: datetime) -> list[RoleGrant]:
    """Return the roles at a provider in which somebody may go out then; of these people, or of all."""
    return await working_at(provider_id, Permission.VISIT_ATTEND, at=at, uids=uids)


def names_over(grants: Iterable[RoleGrant], day: date) -> list[tuple[int, str]]:
    """Return whose every registration there is over by then."""
    held = list(grants)
    fine = {grant.account_id for grant in held if registered(grant, day)}
    return sorted({(grant.account_id, grant.account.name) for grant in held if grant.account_id not in fine})


async def ensure_may_go(grants: Iterable[RoleGrant], day: date) -> None:
    """Refuse to send anybody whose registration there is over by then, or who lacks what the work needs."""
    held = list(grants)
    if over := [name for _, name in names_over(held, day)]:
        raise RegistrationOver(RegistrationOver.sentence_of("、".join(over), day))
    await ensure_trained(people_of(held), day=day)


def people_of(grants: Iterable[RoleGrant]) -> tuple[Assigned, ...]:
    held = list(grants)
    since: dict[int, date] = {}
    for grant in held:
        began = local_date(grant.starts_at)
        since[grant.account_id] = min(since.get(grant.account_id, began), began)
    return tuple(
        Assigned(
            account_id,
            next(grant.account.name for grant in held if grant.account_id == account_id),
            frozenset(grant.role for grant in held if grant.account_id == account_id),
            began,
        )
        for account_id, began in since.items()
    )


async def assigned_as(account_id: int, provider_id: int, at: datetime) -> tuple[Assigned, ...]:
    """Return one account as the provider's own, as it stands at an instant."""
    rows = RoleGrant.filter(
        in_force(at) & Q(account_id=account_id), institution_id=provider_id, role__in=ATTENDING_ROLES
    )
    return people_of(await rows.select_related("account").order_by("id"))
