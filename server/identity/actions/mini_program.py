"""Sign in by WeChat, and what a person then says about themselves."""

from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.audit.actions import note
from server.authority.actor import Actor, Channel
from server.authority.permissions import Role
from server.identity.access import in_force, unended
from server.identity.actions.attempts import forget_tries
from server.identity.actions.roles import lent
from server.identity.actions.sessions import end_sessions, open_session
from server.identity.errors import AccountClosed, NamedByInstitution, NothingToBind, WrongBindCode
from server.identity.models import (
    PHONE,
    Account,
    ConsoleCredential,
    Device,
    RoleGrant,
    StaffBindCode,
    TrainingRecord,
    WechatIdentity,
)
from server.identity.queries import (
    SignedIn,
    WhoAmI,
    describe,
    standing_of_token,
    who_am_i,
    works_on_a_phone,
)
from server.identity.rules import (
    UNNAMED,
    AccountStatus,
    Revocation,
    SessionKind,
    digest,
    ensure_duties_apart,
    ensure_not_lent_twice,
    new_secret,
    typed_code,
)
from server.kit.database import is_duplicate
from server.kit.errors import Busy
from server.kit.sealing import blind_index, index_candidates, seal
from server.kit.transactions import action
from server.wechat.gateway import PhoneNumber, WeChatIdentity

CODE_COLUMN = "staff_bind_code.code"


@dataclass(frozen=True)
class BoundCard:
    """The roles now belong to this WeChat; its sessions have ended, and the next sign-in carries them."""

    name: str
    roles: tuple[Role, ...]


@action
async def sign_in_with_wechat(
    *, actor: Actor, appid: str, identity: WeChatIdentity, device_id: str | None, label: str, now: datetime
) -> SignedIn:
    """Open a session for whoever WeChat says it is; the first time, open an account as well."""
    account = await _account_of(appid, identity, now)
    if account.status is not AccountStatus.ACTIVE:
        raise AccountClosed
    device, device_id = await _device_of(account, device_id, label, now)
    kind = SessionKind.STAFF if await works_on_a_phone(account.id, now=now) else SessionKind.FAMILY
    session, token = await open_session(account, kind, label=label, device=device, now=now)
    standing = await standing_of_token(token=token, channel=Channel.MINI_PROGRAM, now=now)
    if standing is None:  # opened in this very transaction
        raise Busy
    signed_in = replace(standing.actor, request_id=actor.request_id)
    await note(signed_in, "identity.signed_in", subject_kind="session", subject_uid=session.uid, now=now)
    who = await describe(actor=signed_in, account=account, now=now)
    return SignedIn(token, session.expires_at, device_id, who.account, who.roles, who.workplaces, who.needs)


async def _account_of(appid: str, identity: WeChatIdentity, now: datetime) -> Account:
    known = WechatIdentity.filter(appid=appid, openid=identity.openid).select_related("account")
    row = await known.first()
    if row is None:
        try:
            async with in_transaction():
                return await _first_visit(appid, identity, now)
        except Exception as error:
            if not is_duplicate(error):
                raise
        row = await known.first()  # two first visits at once: the other one was faster
        if row is None:
            raise Busy
    if identity.unionid is not None and row.unionid != identity.unionid:
        await WechatIdentity.filter(id=row.id).update(unionid=identity.unionid)
    return row.account


async def _first_visit(appid: str, identity: WeChatIdentity, now: datetime) -> Account:
    account = Account(name=UNNAMED, created_at=now)
    await account.save()
    await WechatIdentity(
        account=account, appid=appid, openid=identity.openid, unionid=identity.unionid, created_at=now
    ).save()
    return account


async def _device_of(
    account: Account, device_id: str | None, label: str, now: datetime
) -> tuple[Device, str]:
    """Find the installation by the id this server once issued to it; anything else is given a new id."""
    secret = device_id or ""
    row = await Device.get_or_none(account_id=account.id, secret_hash=digest(secret))
    if row is not None:
        return row, secret
    # An installation that another account used keeps its id, so that the other account's approval survives.
    if not await Device.filter(secret_hash=digest(secret)).exists():
        secret = new_secret()
    row = Device(account=account, secret_hash=digest(secret), label=label, created_at=now)
    await row.save()
    return row, secret


@action
async def bind_staff(*, actor: Actor, code: str, now: datetime) -> BoundCard:
    """Move the roles that were prepared in the console to the account of the WeChat that holds the code.

    The account of the WeChat is the living person: it may already answer for a mother, or work elsewhere.
    Refusals: WrongBindCode; NothingToBind; ConflictingDuties.
    """
    prepared = await _spend_bind_code(code, now)
    mine = await Account.filter(id=actor.account_id).select_for_update().get()
    coming = await RoleGrant.filter(unended(now), account_id=prepared.id)
    if not coming or prepared.id == mine.id:
        raise NothingToBind
    held = await RoleGrant.filter(unended(now), account_id=mine.id)
    ensure_duties_apart(grant.role for grant in (*held, *coming))
    ensure_not_lent_twice(lent([*held, *coming]))
    await RoleGrant.filter(id__in=[grant.id for grant in coming]).update(account_id=mine.id)
    await TrainingRecord.filter(account_id=prepared.id).update(account_id=mine.id)
    if not await ConsoleCredential.filter(account_id=mine.id).exists():
        await ConsoleCredential.filter(account_id=prepared.id).update(account_id=mine.id)
    if mine.name == UNNAMED:
        await Account.filter(id=mine.id).update(name=prepared.name)
    await _retire(prepared, successor=mine, now=now)
    await end_sessions(Q(account_id__in=[mine.id, prepared.id]), Revocation.ROLES_CHANGED, now=now)
    await forget_tries(bind_subject(actor))
    await note(
        actor,
        "identity.wechat_bound",
        subject_kind="account",
        subject_uid=mine.uid,
        now=now,
        detail={"prepared": prepared.uid, "roles": [grant.role for grant in coming]},
    )
    name = prepared.name if mine.name == UNNAMED else mine.name
    return BoundCard(name, tuple(sorted({grant.role for grant in coming})))


def bind_subject(actor: Actor) -> str:
    """Name what wrong bind codes are counted against: the account that tries them."""
    return f"bind|{actor.account_uid}"


async def _spend_bind_code(code: str, now: datetime) -> Account:
    digests = index_candidates(typed_code(code), column=CODE_COLUMN)
    row = (
        await StaffBindCode.filter(code_index__in=digests, expires_at__gt=now)
        .select_related("account")
        .first()
    )
    if row is None or not await StaffBindCode.filter(id=row.id, used_at=None).update(used_at=now):
        raise WrongBindCode
    account = await Account.filter(id=row.account.id).select_for_update().get()
    if account.status is not AccountStatus.ACTIVE:
        raise WrongBindCode
    return account


async def _retire(prepared: Account, *, successor: Account, now: datetime) -> None:
    """Close what was only a folder for roles; an account with a WeChat of its own stays a person's."""
    if await WechatIdentity.filter(account_id=prepared.id).exists():
        return
    await Account.filter(id=prepared.id).update(
        status=AccountStatus.CLOSED,
        closed_at=now,
        closed_reason="岗位已转到本人微信账号",
        successor_id=successor.id,
    )


@action
async def register_phone(*, actor: Actor, phone: PhoneNumber, now: datetime) -> WhoAmI:
    """Keep the number WeChat vouched for as a contact.

    Numbers are handed on and shared by couples (T8): one that stands in another account is neither refused,
    which would tell of that account, nor does it join the two or open anything.
    """
    sealed = seal(phone.number, place=f"{PHONE}|{actor.account_uid}")
    index = blind_index(phone.number, column=PHONE)
    await Account.filter(id=actor.account_id).update(phone_sealed=sealed, phone_index=index)
    await note(
        actor, "identity.phone_registered", subject_kind="account", subject_uid=actor.account_uid, now=now
    )
    return await who_am_i(actor=actor, now=now)


@action
async def state_name(*, actor: Actor, name: str, now: datetime) -> WhoAmI:
    """Let a person say what they are called; staff are named by their institution."""
    if await RoleGrant.filter(in_force(now), account_id=actor.account_id).exists():
        raise NamedByInstitution
    await Account.filter(id=actor.account_id).update(name=name)
    await note(actor, "identity.name_stated", subject_kind="account", subject_uid=actor.account_uid, now=now)
    return await who_am_i(actor=actor, now=now)
