"""Give staff a way to sign in: a bound WeChat on an approved phone, a login for the console."""

from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.identity.access import account_for, device_for, unended
from server.identity.actions.console import add_credential
from server.identity.actions.mini_program import CODE_COLUMN
from server.identity.actions.sessions import end_sessions
from server.identity.errors import (
    ApprovedAlready,
    EndedAlready,
    LoginTaken,
    NothingToBind,
    NotToYourself,
    NotYoursToGive,
)
from server.identity.models import (
    Account,
    ConsoleCredential,
    Device,
    RoleGrant,
    StaffBindCode,
    totp_place,
)
from server.identity.rules import BIND_CODE_LIVES, Revocation, ensure_login_usable
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.sealing import blind_index, seal
from server.kit.transactions import action

MANAGE = Permission.STAFF_MANAGE


@action
async def issue_bind_code(*, actor: Actor, account_uid: str, code: str, now: datetime) -> datetime:
    """Make a code, chosen by the caller and kept only as a keyed digest, usable once; return when it expires.

    A code that was issued before and not used is dead from now on.
    """
    account = await ensure_wholly_ours(actor=actor, account_uid=account_uid, now=now)
    if not await RoleGrant.filter(unended(now), account_id=account.id).exists():
        raise NothingToBind
    await StaffBindCode.filter(account_id=account.id, used_at=None, expires_at__gt=now).update(expires_at=now)
    expires_at = now + BIND_CODE_LIVES
    row = StaffBindCode(
        account=account,
        code_index=blind_index(code, column=CODE_COLUMN),
        issued_by_id=actor.account_id,
        expires_at=expires_at,
        created_at=now,
    )
    await row.save()
    await note(actor, "identity.bind_code_issued", subject_kind="account", subject_uid=account.uid, now=now)
    return expires_at


async def ensure_wholly_ours(*, actor: Actor, account_uid: str, now: datetime) -> Account:
    """Return a member of staff who works nowhere else.

    Whoever hands out a way to sign in could use it: a manager would then act at the other institution too.
    """
    account = await account_for(actor=actor, uid=account_uid, permission=MANAGE, now=now)
    elsewhere = RoleGrant.filter(unended(now), account_id=account.id)
    if not actor.holds(MANAGE, [Role.ADMINISTRATOR]):
        own = sorted(actor.institutions_with(MANAGE))
        if await elsewhere.filter(Q(institution_id__isnull=True) | ~Q(institution_id__in=own)).exists():
            raise NotYoursToGive
    return account


@action
async def approve_device(*, actor: Actor, device_uid: str, now: datetime) -> None:
    """Let a member of staff work on a phone."""
    row = await device_for(actor=actor, uid=device_uid, permission=MANAGE, now=now)
    if row.account.id == actor.account_id:
        raise NotToYourself
    waiting = Device.filter(id=row.id, approved_at=None)
    if not await waiting.update(approved_at=now, approved_by_id=actor.account_id, withdrawn_at=None):
        raise ApprovedAlready
    await note(
        actor,
        "identity.device_approved",
        subject_kind="device",
        subject_uid=row.uid,
        now=now,
        detail={"account": row.account.uid},
    )


@action
async def withdraw_device(*, actor: Actor, device_uid: str, now: datetime) -> None:
    """Refuse a phone, or take its approval back: lost, stolen, handed on."""
    row = await device_for(actor=actor, uid=device_uid, permission=MANAGE, now=now)
    if not await Device.filter(id=row.id, withdrawn_at=None).update(approved_at=None, withdrawn_at=now):
        raise EndedAlready
    await end_sessions(Q(device_id=row.id), Revocation.ROLES_CHANGED, now=now)
    await note(
        actor,
        "identity.device_withdrawn",
        subject_kind="device",
        subject_uid=row.uid,
        now=now,
        detail={"account": row.account.uid},
    )


@action
async def give_login(
    *, actor: Actor, account_uid: str, login: str, password_hash: str, totp_secret: str, now: datetime
) -> None:
    """Let a member of staff who has no login sign in to the console."""
    ensure_login_usable(login)
    account = await ensure_wholly_ours(actor=actor, account_uid=account_uid, now=now)
    if account.id == actor.account_id:
        raise NotToYourself
    taken = await ConsoleCredential.filter(Q(login=login) | Q(account_id=account.id)).exists()
    if taken:
        raise LoginTaken(fields={"login": LoginTaken.message})
    async with refusing_duplicates(LoginTaken):
        await add_credential(
            account, login=login, password_hash=password_hash, totp_secret=totp_secret, now=now
        )
    await note(actor, "identity.login_given", subject_kind="account", subject_uid=account.uid, now=now)


@action
async def reset_password(
    *, actor: Actor, account_uid: str, new_hash: str, totp_secret: str, now: datetime
) -> str:
    """Give a member of staff a new first password and second factor; return their login."""
    account = await ensure_wholly_ours(actor=actor, account_uid=account_uid, now=now)
    if account.id == actor.account_id:
        raise NotToYourself
    credential = await ConsoleCredential.get_or_none(account_id=account.id)
    if credential is None:
        raise NotFound
    await ConsoleCredential.filter(id=credential.id).update(
        password_hash=new_hash,
        password_changed_at=None,
        totp_sealed=seal(totp_secret, place=totp_place(credential.uid)),
        last_totp_step=0,
    )
    await end_sessions(Q(account_id=account.id), Revocation.PASSWORD_CHANGED, now=now)
    await note(actor, "identity.password_reset", subject_kind="account", subject_uid=account.uid, now=now)
    login: str = credential.login
    return login
