"""On whose behalf the core acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.authority.permissions import ROLE_PERMISSIONS, Permission, Role
from server.kit.idempotency import RequestKey


class Channel(StrEnum):
    MINI_PROGRAM = "mini_program"
    CONSOLE = "console"
    HOTLINE = "hotline"
    WORKER = "worker"
    COMMAND = "command"


@dataclass(frozen=True)
class Grant:
    """A role, held at one institution or, for people and the bureau's own staff, at none."""

    role: Role
    institution_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, with what roles, through which channel, in which request (R2)."""

    account_id: int | None  # None for the system itself
    account_uid: str
    name: str
    grants: tuple[Grant, ...]
    channel: Channel
    session_uid: str | None = None
    request_id: str | None = None
    request_key: RequestKey | None = None

    def may(self, permission: Permission) -> bool:
        return any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def institutions_with(self, permission: Permission) -> frozenset[int]:
        """Return the institutions at which the actor holds a role that has the permission."""
        return frozenset(
            grant.institution_id
            for grant in self.grants
            if grant.institution_id is not None and permission in ROLE_PERMISSIONS[grant.role]
        )

    def holds(self, permission: Permission, roles: Iterable[Role]) -> bool:
        """Tell whether one of these very roles gives the permission."""
        wanted = frozenset(roles)
        return any(
            grant.role in wanted and permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants
        )

    def is_person_with(self, permission: Permission) -> bool:
        """Tell whether the actor may do it as a resident or relative, not as staff."""
        return self.holds(permission, (Role.PERSON,))


def system_actor(name: str, channel: Channel = Channel.WORKER) -> Actor:
    """Return the actor of work that no person asked for; it holds no permission and passes no access function."""
    return Actor(account_id=None, account_uid="", name=name, grants=(), channel=channel)
