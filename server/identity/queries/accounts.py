"""What may be told of an account, and what the server keeps to itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.alliance.models import Institution
from server.authority.actor import Actor, Grant
from server.authority.permissions import Role
from server.identity.access import in_force, unended
from server.identity.models import PHONE, Account, ConsoleCredential, RoleGrant, Session, WechatIdentity
from server.identity.rules import MINI_PROGRAM_ROLES, UNNAMED, Need, SessionKind, is_alive
from server.kit.masking import masked_phone
from server.kit.pages import Newest, newest_of
from server.kit.sealing import open_sealed

MOST_SESSIONS_SHOWN = 50


@dataclass(frozen=True)
class WorkplaceCard:
    """A role in force, and where."""

    role: Role
    institution_uid: str | None
    institution: str | None


@dataclass(frozen=True)
class AccountCard:
    uid: str
    name: str
    phone: str | None  # masked


@dataclass(frozen=True)
class WhoAmI:
    account: AccountCard
    roles: tuple[Role, ...]  # those this very session acts with
    workplaces: tuple[WorkplaceCard, ...]  # likewise
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class SignedIn:
    """The token is told once and stored nowhere; without refresh token, since wx.login is the refresh."""

    token: str
    expires_at: datetime
    device_id: str
    account: AccountCard
    roles: tuple[Role, ...]
    workplaces: tuple[WorkplaceCard, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class SessionCard:
    uid: str
    kind: SessionKind
    label: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


async def openid_of(account_id: int) -> str | None:
    """Return where WeChat messages to this account go; stays on the server."""
    row = await WechatIdentity.filter(account_id=account_id).order_by("-id").first()
    return None if row is None else row.openid


async def account_of_openid(openid: str) -> str | None:
    """Return whose WeChat it is that the platform speaks of."""
    row = await WechatIdentity.filter(openid=openid).select_related("account").first()
    return None if row is None else row.account.uid


async def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    return dict(await Account.filter(id__in=list(set(account_ids))).values_list("id", "name"))


async def account_ids_with_role(*, role: Role, institution_id: int | None, now: datetime) -> list[int]:
    """Return who holds a role at an institution now: whom to tell when something waits there."""
    rows = RoleGrant.filter(in_force(now), role=role, institution_id=institution_id)
    return sorted({row["account_id"] for row in await rows.values("account_id")})


async def account_ids_in_role(*, role: Role, now: datetime) -> list[int]:
    """Return who holds a role anywhere in the city now: whom to tell of what concerns it as a whole."""
    return sorted(
        {row["account_id"] for row in await RoleGrant.filter(in_force(now), role=role).values("account_id")}
    )


def account_card(account: Account) -> AccountCard:
    phone = None
    if account.phone_sealed is not None:
        phone = masked_phone(open_sealed(account.phone_sealed, place=f"{PHONE}|{account.uid}"))
    return AccountCard(account.uid, account.name, phone)


async def workplaces(grants: Iterable[Grant]) -> tuple[WorkplaceCard, ...]:
    """Name the institutions of the staff grants a session carries."""
    staff = [grant for grant in grants if grant.role is not Role.PERSON]
    ids = [grant.institution_id for grant in staff if grant.institution_id is not None]
    found = {row.id: row for row in await Institution.filter(id__in=ids)} if ids else {}
    places = [(grant.role, found.get(grant.institution_id)) for grant in staff]
    return tuple(
        WorkplaceCard(role, place.uid if place else None, place.name if place else None)
        for role, place in places
    )


async def who_am_i(*, actor: Actor, now: datetime) -> WhoAmI:
    account = await Account.get(id=actor.account_id)
    return await describe(actor=actor, account=account, now=now)


async def describe(*, actor: Actor, account: Account, now: datetime) -> WhoAmI:
    """Say what a session can do, and what would let it do more."""
    return WhoAmI(
        account=account_card(account),
        roles=tuple(sorted({grant.role for grant in actor.grants})),
        workplaces=await workplaces(actor.grants),
        needs=await _needs(actor, account, now),
    )


async def _needs(actor: Actor, account: Account, now: datetime) -> tuple[Need, ...]:
    needs = []
    if account.name == UNNAMED:
        needs.append(Need.NAME)
    if account.phone_sealed is None:
        needs.append(Need.PHONE)
    if await needs_device_approval(actor=actor, now=now):
        needs.append(Need.DEVICE_APPROVAL)
    return tuple(needs)


async def needs_device_approval(*, actor: Actor, now: datetime) -> bool:
    """Tell whether the actor has work to do in the mini-program, and this phone may not do it yet."""
    if any(grant.role is not Role.PERSON for grant in actor.grants):
        return False
    roles = list(MINI_PROGRAM_ROLES)
    return await RoleGrant.filter(in_force(now), account_id=actor.account_id, role__in=roles).exists()


async def works_on_a_phone(account_id: int, *, now: datetime) -> bool:
    """Tell whether the account has, or will have, work to do in the mini-program."""
    roles = list(MINI_PROGRAM_ROLES)
    return await RoleGrant.filter(unended(now), account_id=account_id, role__in=roles).exists()


async def my_sessions(*, actor: Actor, now: datetime) -> tuple[SessionCard, ...]:
    """List where the account is signed in, in both faces, the latest first."""
    rows = (
        await Session.filter(account_id=actor.account_id, revoked_at=None, expires_at__gt=now)
        .order_by("-created_at", "-id")
        .limit(MOST_SESSIONS_SHOWN)
    )
    return tuple(
        SessionCard(
            row.uid, row.kind, row.label, row.created_at, row.last_seen_at, row.uid == actor.session_uid
        )
        for row in rows
        if is_alive(
            row.kind,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            now=now,
        )
    )


@dataclass(frozen=True)
class OwnAccount:
    """What is held about somebody as an account (PIPL art. 45)."""

    uid: str
    name: str
    phone: str | None  # masked
    has_wechat: bool  # that their WeChat is known; its identifier never leaves the server
    since: datetime


@dataclass(frozen=True)
class PastSession:
    label: str
    kind: SessionKind
    signed_in_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None


async def own_account(*, actor: Actor, now: datetime) -> OwnAccount:  # noqa: ARG001  one form for all queries
    account = await Account.get(id=actor.account_id)
    card = account_card(account)
    known = await WechatIdentity.filter(account_id=account.id).exists()
    return OwnAccount(card.uid, card.name, card.phone, known, account.created_at)


async def own_sessions(*, actor: Actor, most: int, now: datetime) -> Newest[PastSession]:  # noqa: ARG001
    rows = Session.filter(account_id=actor.account_id)
    found = await newest_of(rows, by="created_at", most=most)
    return found.of(_past_session(row) for row in found.items)


def _past_session(row: Session) -> PastSession:
    return PastSession(row.label, row.kind, row.created_at, row.last_seen_at, row.revoked_at)


async def password_hash_of(login: str) -> str | None:
    """Return what a password is checked against; stays on the server."""
    row = await ConsoleCredential.get_or_none(login=login)
    return None if row is None else row.password_hash


async def login_of(account_id: int | None) -> str | None:
    row = await ConsoleCredential.get_or_none(account_id=account_id)
    return None if row is None else row.login
