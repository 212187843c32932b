"""The ways in: what must happen outside a transaction (ask WeChat, hash a password) around the action that follows it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from server.authority.actor import Actor
from server.identity import actions, passwords, queries
from server.identity.actions import BoundCard, ConsoleSession
from server.identity.actions.console import console_subject, password_subject, proof_subject
from server.identity.actions.mini_program import bind_subject
from server.identity.browsers import known_browser
from server.identity.errors import (
    LoginCodeRefused,
    LoginCodeSeen,
    NotTheSamePerson,
    NotToYourself,
    PhoneCodeRefused,
    SignInRefused,
    WechatUnreachable,
)
from server.identity.queries import GrantCard, SignedIn, WhoAmI
from server.identity.rules import (
    ensure_good_password,
    new_bind_code,
    new_password,
    new_totp_secret,
    provisioning_uri,
)
from server.kit.errors import NotFound, TooMany
from server.kit.idempotency import answer_given
from server.kit.shared import Shared
from server.wechat.gateway import (
    Errcode,
    PhoneNumber,
    WeChatGateway,
    WeChatIdentity,
    WeChatRefused,
    WeChatUnavailable,
)

LOGIN_CODE_LIVES = 600  # seconds; the platform forgets it after 300
PHONES_A_DAY = 5  # each one costs money
DAY = 86_400.0
SIGN_INS_A_MINUTE = 20  # for one person, after the exchange; the platform's own limit is 100


@dataclass(frozen=True)
class FirstSecrets:
    """What a new login starts with: shown once, kept nowhere in the clear. Not part of an action's stored answer."""

    login: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)

    @property
    def totp_uri(self) -> str:
        return provisioning_uri(self.totp_secret, login=self.login)


@dataclass(frozen=True)
class BindCode:
    code: str = field(repr=False)
    expires_at: datetime


# In the mini-program


async def sign_in(
    *,
    actor: Actor,
    code: str,
    device_id: str | None,
    label: str,
    appid: str,
    wechat: WeChatGateway,
    shared: Shared,
    now: datetime,
) -> SignedIn:
    """Spend a login code, once, and open a session for whoever WeChat says it belongs to.

    The session key that comes with it is dropped here. Refusals: LoginCodeSeen; LoginCodeRefused; SignInRefused;
    WechatUnreachable; AccountClosed; TooMany.
    """
    if not await shared.first_seen(f"wechat-code:{_mark(code)}", ttl=LOGIN_CODE_LIVES):
        raise LoginCodeSeen
    identity = await _identity_by_code(code, wechat)
    if await shared.hit(f"sign-in:{_mark(identity.openid)}", window=60) > SIGN_INS_A_MINUTE:
        raise TooMany
    return await actions.sign_in_with_wechat(
        actor=actor, appid=appid, identity=identity, device_id=device_id, label=label, now=now
    )


async def _identity_by_code(code: str, wechat: WeChatGateway) -> WeChatIdentity:
    # Never asked twice: after a time-out the code may be spent, and the phone gets a new one without a word.
    try:
        return await wechat.identity_by_code(code)
    except WeChatRefused as refused:
        if refused.code == Errcode.HIGH_RISK_USER:
            raise SignInRefused from None
        if refused.code == Errcode.TOO_OFTEN:
            raise TooMany from None
        if refused.code in {Errcode.INVALID_CODE, Errcode.CODE_USED}:
            raise LoginCodeRefused from None
        raise WechatUnreachable from None
    except WeChatUnavailable:
        raise WechatUnreachable from None


async def bind(*, actor: Actor, code: str, now: datetime) -> BoundCard:
    """Count the try, then bind."""
    await _ensure_not_answered(actor)
    await actions.count_try(actor=replace(actor, request_key=None), subject=bind_subject(actor), now=now)
    return await actions.bind_staff(actor=actor, code=code, now=now)


async def register_phone(
    *, actor: Actor, code: str, wechat: WeChatGateway, shared: Shared, now: datetime
) -> WhoAmI:
    """Ask WeChat for the number this person agreed to give."""
    await _ensure_not_answered(actor)
    if await shared.hit(f"phone:{actor.account_uid}", window=DAY) > PHONES_A_DAY:
        raise TooMany
    phone = await _phone_number(actor, code, wechat)
    return await actions.register_phone(actor=actor, phone=phone, now=now)


async def ensure_same_person(*, actor: Actor, code: str, wechat: WeChatGateway, shared: Shared) -> None:
    """Spend a fresh login code and see that it is the actor's own WeChat: before what cannot be undone.

    Refusals: LoginCodeSeen; LoginCodeRefused; NotTheSamePerson; SignInRefused; WechatUnreachable; TooMany.
    """
    await _ensure_not_answered(actor)
    if not await shared.first_seen(f"wechat-code:{_mark(code)}", ttl=LOGIN_CODE_LIVES):
        raise LoginCodeSeen
    identity = await _identity_by_code(code, wechat)
    if await queries.account_of_openid(identity.openid) != actor.account_uid:
        raise NotTheSamePerson


async def _ensure_not_answered(actor: Actor) -> None:
    """Answer a request that is sent again before spending its code a second time."""
    if actor.request_key is not None:
        await answer_given(actor.request_key)


async def _phone_number(actor: Actor, code: str, wechat: WeChatGateway) -> PhoneNumber:
    openid = await queries.openid_of(actor.account_id) if actor.account_id is not None else None
    if openid is None:
        raise NotFound
    try:
        return await wechat.phone_number(code, openid)
    except WeChatRefused:
        raise PhoneCodeRefused from None
    except WeChatUnavailable:
        raise WechatUnreachable from None


# In the console


async def sign_in_to_console(
    *,
    actor: Actor,
    login: str,
    password: str,
    code: str,
    label: str,
    replaces: str | None,
    browser: str | None = None,
    memory_kib: int,
    now: datetime,
) -> ConsoleSession:
    """Check password and one-time code; known and unknown logins take the same road, the same time, the same refusal.

    `browser` is what it was told when somebody last signed in there: its tries are counted by themselves.
    """
    login = login.strip().lower()
    seen = known_browser(browser)
    subject = console_subject(login, browser_uid=seen.uid if seen.knows(login, now=now) else None)
    await actions.count_try(actor=actor, subject=subject, now=now)
    verified = await _verified_hash(login, password, memory_kib)
    session = await actions.open_console_session(
        actor=actor,
        login=login,
        verified_hash=verified,
        code=code.replace(" ", ""),
        label=label,
        replaces=replaces,
        counted_as=subject,
        now=now,
    )
    return replace(session, browser=seen.having_signed_in(login, now=now).sealed())


async def _verified_hash(login: str, password: str, memory_kib: int) -> str | None:
    stored = await queries.password_hash_of(login)
    return stored if await passwords.matches(password, stored, memory_kib=memory_kib) else None


async def change_password(*, actor: Actor, old: str, new: str, memory_kib: int, now: datetime) -> None:
    """Check the old password as at sign-in, counting tries, and hash the new one."""
    login = await queries.login_of(actor.account_id)
    if login is None:
        raise NotFound
    ensure_good_password(new, login=login)
    await actions.count_try(actor=replace(actor, request_key=None), subject=password_subject(actor), now=now)
    verified = await _verified_hash(login, old, memory_kib)
    new_hash = await passwords.hashed(new, memory_kib=memory_kib)
    await actions.change_password(actor=actor, verified_hash=verified, new_hash=new_hash, now=now)


async def take_on(
    *, actor: Actor, login: str | None, memory_kib: int, now: datetime, **grant: Any
) -> tuple[GrantCard, FirstSecrets | None]:
    """Take somebody on, with a login or without; the secrets come beside the card, never in an answer that is kept."""
    if login is None:
        return await actions.create_staff(actor=actor, now=now, **grant), None
    return await create_console_account(actor=actor, login=login, memory_kib=memory_kib, now=now, **grant)


async def create_console_account(
    *, actor: Actor, login: str, memory_kib: int, now: datetime, **grant: Any
) -> tuple[GrantCard, FirstSecrets]:
    """Take somebody on who signs in to the console; `grant`: name, role, institution_uid, starts_at, ends_at."""
    first = FirstSecrets(login, new_password(), new_totp_secret())
    card = await actions.create_console_account(
        actor=actor,
        login=login,
        password_hash=await passwords.hashed(first.password, memory_kib=memory_kib),
        totp_secret=first.totp_secret,
        now=now,
        **grant,
    )
    return card, first


async def give_login(
    *, actor: Actor, account_uid: str, login: str, memory_kib: int, now: datetime
) -> FirstSecrets:
    first = FirstSecrets(login, new_password(), new_totp_secret())
    await actions.give_login(
        actor=actor,
        account_uid=account_uid,
        login=login,
        password_hash=await passwords.hashed(first.password, memory_kib=memory_kib),
        totp_secret=first.totp_secret,
        now=now,
    )
    return first


async def reset_password(*, actor: Actor, account_uid: str, memory_kib: int, now: datetime) -> FirstSecrets:
    first = FirstSecrets("", new_password(), new_totp_secret())
    if account_uid == actor.account_uid:
        raise NotToYourself
    login = await actions.reset_password(
        actor=actor,
        account_uid=account_uid,
        new_hash=await passwords.hashed(first.password, memory_kib=memory_kib),
        totp_secret=first.totp_secret,
        now=now,
    )
    return replace(first, login=login)


async def issue_bind_code(*, actor: Actor, account_uid: str, now: datetime) -> BindCode:
    code = new_bind_code()
    expires_at = await actions.issue_bind_code(actor=actor, account_uid=account_uid, code=code, now=now)
    return BindCode(code, expires_at)


def _mark(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


async def prove(*, actor: Actor, code: str, now: datetime) -> None:
    """Count the try first, then look at the code: guesses sent side by side cannot outrun the lock."""
    await actions.count_try(actor=actor, subject=proof_subject(actor), now=now)
    await actions.prove(actor=actor, code=code, now=now)
