"""Who an incoming token belongs to, and as whom an account acts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tortoise.expressions import Q

from server.authority.actor import Actor, Channel, Grant
from server.authority.permissions import Role
from server.identity.access import in_force
from server.identity.models import Account, ConsoleCredential, RoleGrant
from server.identity.rules import AccountStatus, SessionKind, digest, is_alive, roles_carried
from server.kit.engines.listed import written_for_many
from server.kit.engines.prepared import Kind
from server.kit.errors import NotFound
from server.kit.periods import Period
from server.kit.together import Together
from server.kit.transactions import inside_an_action

_COLUMNS: dict[str, Kind] = {
    "s.token_hash": str,
    "s.uid": str, "s.kind": str, "s.created_at": datetime, "s.last_seen_at": datetime, "s.expires_at": datetime,
    "s.revoked_at": datetime, "s.proved_at": datetime, "d.approved_at": datetime, "a.id": int, "a.uid": str, "a.name": str, "a.status": str,
    "g.role": str, "g.institution_id": int, "g.starts_at": datetime, "g.ends_at": datetime, "i.name": str,
}  # fmt: skip


class _Row(NamedTuple):
    """A session with one of the roles of its account; without any, once."""

    token_hash: str
    session_uid: str
    kind: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    proved_at: datetime | None
    approved_at: datetime | None
    account_id: int
    account_uid: str
    name: str
    status: str
    role: str | None
    institution_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    institution: str | None


# Who holds these tokens, with which roles, on what device. Written out, because the ORM cannot say it in one
# statement: its tables do not know who points at them.
_standings = written_for_many(
    f"""
    SELECT {", ".join(_COLUMNS)}
    FROM session s JOIN account a ON a.id = s.account_id
    LEFT JOIN device d ON d.id = s.device_id
    LEFT JOIN role_grant g ON g.account_id = s.account_id
    LEFT JOIN institution i ON i.id = g.institution_id
    WHERE s.token_hash IN (:tokens)
    ORDER BY g.id
    """,  # noqa: S608  names of columns
    _COLUMNS,
    {"tokens": str},
)
MOST_TOGETHER = 64
CHANNELS = {
    SessionKind.FAMILY: Channel.MINI_PROGRAM,
    SessionKind.STAFF: Channel.MINI_PROGRAM,
    SessionKind.CONSOLE: Channel.CONSOLE,
}


@dataclass(frozen=True)
class PlacedActor(Actor):
    """An actor with the name of where they work, for the head of every page, and when a one-time code was last given."""

    workplace: str = ""
    proved_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """Who a live session speaks for, and when it was last seen."""

    actor: Actor
    last_seen_at: datetime


async def _asked(hashes: Sequence[str]) -> list[list[_Row]]:
    found: dict[str, list[_Row]] = {each: [] for each in hashes}
    for row in await _standings(tokens=hashes):
        found[row[0]].append(_Row._make(row))
    return [found[each] for each in hashes]


# Asked anew for every request, for all that wait at the same time in one statement: nothing is kept in between, so
# that a revocation acts on the next request.
_rows_of: Together[str, list[_Row]] = Together(_asked, most=MOST_TOGETHER)


async def standing_of_token(*, token: str, channel: Channel, now: datetime) -> Standing | None:
    """Return who holds the token, or None when it is unknown, ended, expired or meant for the other channel."""
    # A transaction sees its own changes only on its own connection.
    rows = (await _asked([digest(token)]))[0] if inside_an_action() else await _rows_of(digest(token))
    if not rows:
        return None
    first, kind = rows[0], SessionKind(rows[0].kind)
    alive = is_alive(
        kind,
        created_at=first.created_at,
        last_seen_at=first.last_seen_at,
        expires_at=first.expires_at,
        revoked_at=first.revoked_at,
        now=now,
    )
    if not alive or first.status != AccountStatus.ACTIVE or CHANNELS[kind] is not channel:
        return None
    held = [row for row in rows if row.role is not None and Period(row.starts_at, row.ends_at).contains(now)]
    grants = [Grant(Role(row.role), row.institution_id) for row in held if row.role is not None]
    actor = PlacedActor(
        account_id=first.account_id,
        account_uid=first.account_uid,
        name=first.name,
        grants=_acting_with(kind, grants, device_approved=first.approved_at is not None),
        channel=channel,
        session_uid=first.session_uid,
        workplace="、".join(dict.fromkeys(row.institution for row in held if row.institution)),
        proved_at=first.proved_at,
    )
    return Standing(actor, first.last_seen_at)


def _acting_with(kind: SessionKind, held: Iterable[Grant], *, device_approved: bool) -> tuple[Grant, ...]:
    staff = list(held)
    carried = roles_carried(kind, (grant.role for grant in staff), device_approved=device_approved)
    person = () if kind is SessionKind.CONSOLE else (Grant(Role.PERSON),)
    return (*person, *(grant for grant in staff if grant.role in carried))


async def actor_of(
    *, account_uid: str | None = None, account_id: int | None = None, channel: Channel, now: datetime
) -> Actor:
    """Return an account as the actor it would be on a channel, on an approved device, without any session."""
    wanted = Q(uid=account_uid) if account_uid is not None else Q(id=account_id)
    account = await Account.filter(wanted, status=AccountStatus.ACTIVE).first()
    if account is None:
        raise NotFound
    rows = (
        await RoleGrant.filter(in_force(now), account_id=account.id)
        .order_by("id")
        .values("role", "institution_id")
    )
    held = [Grant(Role(row["role"]), row["institution_id"]) for row in rows]
    kind = SessionKind.CONSOLE if channel in {Channel.CONSOLE, Channel.HOTLINE} else SessionKind.STAFF
    return Actor(
        account_id=account.id,
        account_uid=account.uid,
        name=account.name,
        grants=_acting_with(kind, held, device_approved=True),
        channel=channel,
    )


async def actor_by_login(login: str, *, now: datetime) -> Actor:
    """Return who has this console login, for an operator at the command line."""
    credential = await ConsoleCredential.filter(login=login).select_related("account").first()
    if credential is None:
        raise NotFound
    return await actor_of(account_uid=credential.account.uid, channel=Channel.CONSOLE, now=now)
