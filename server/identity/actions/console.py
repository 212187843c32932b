"""Sign in to the console. Passwords are hashed before these actions, in `doors`: hashing is slow, a transaction must not be."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor, Channel
from server.identity.access import in_force
from server.identity.actions.attempts import forget_tries
from server.identity.actions.sessions import end_sessions, open_session
from server.identity.errors import ProofNeeded, WrongSignIn
from server.identity.models import Account, ConsoleCredential, RoleGrant, Session, totp_place
from server.identity.rules import (
    LIFETIMES,
    AccountStatus,
    Revocation,
    SessionKind,
    digest,
    matching_step,
)
from server.kit.sealing import open_sealed, seal
from server.kit.transactions import action


@dataclass(frozen=True)
class ConsoleSession:
    token: str = field(repr=False)
    max_age: int  # seconds
    browser: str = field(default="", repr=False)  # for the browser to keep: `identity.browsers`


def console_subject(login: str, *, browser_uid: str | None = None) -> str:
    """Name what tries at a login are counted against, whether or not it exists; strangers' browsers are counted as one."""
    return f"console|{login}" if browser_uid is None else f"console|{login}|{browser_uid}"


def password_subject(actor: Actor) -> str:
    """Name what tries at the old password are counted against: strangers who guess at the login count by themselves."""
    return f"password|{actor.account_uid}"


@action
async def open_console_session(
    *,
    actor: Actor,
    login: str,
    verified_hash: str | None,
    code: str,
    label: str,
    replaces: str | None,
    counted_as: str,
    now: datetime,
) -> ConsoleSession:
    """Open a session for a login whose password matched `verified_hash` a moment ago (None: it matched nothing).

    Every refusal is the same `WrongSignIn`. The session the browser had before ends: an id planted there before
    the sign-in is worth nothing after it. `counted_as`: what this try was counted against.
    """
    credential = await _credential_for(login, verified_hash)
    account = credential.account
    secret = open_sealed(credential.totp_sealed, place=totp_place(credential.uid))
    step = matching_step(secret, code, now=now)
    fresh = ConsoleCredential.filter(id=credential.id, last_totp_step__lt=step or 0)
    if step is None or not await fresh.update(last_totp_step=step):
        raise WrongSignIn
    if not await RoleGrant.filter(in_force(now), account_id=account.id).exists():
        raise WrongSignIn
    await forget_tries(counted_as)
    if replaces:
        await end_sessions(Q(token_hash=digest(replaces)), Revocation.REPLACED, now=now)
    session, token = await open_session(account, SessionKind.CONSOLE, label=label, now=now)
    who = replace(actor, account_id=account.id, account_uid=account.uid, channel=Channel.CONSOLE)
    await note(who, "identity.signed_in", subject_kind="session", subject_uid=session.uid, now=now)
    return ConsoleSession(token, int(LIFETIMES[SessionKind.CONSOLE].absolute.total_seconds()))


@action
async def prove(*, actor: Actor, code: str, now: datetime) -> None:
    """Take a one-time code that has not been used yet as the proof that the person still sits there (step-up).

    It is asked before a file leaves or something is undone for good: an unlocked screen alone is not enough.
    """
    credential = await ConsoleCredential.get(account_id=actor.account_id)
    secret = open_sealed(credential.totp_sealed, place=totp_place(credential.uid))
    step = matching_step(secret, code, now=now)
    fresh = ConsoleCredential.filter(id=credential.id, last_totp_step__lt=step or 0)
    if step is None or not await fresh.update(last_totp_step=step):
        raise ProofNeeded(fields={"proof_code": ProofNeeded.message})
    await forget_tries(proof_subject(actor))
    await Session.filter(uid=actor.session_uid).update(proved_at=now)
    await note(actor, "identity.proved", subject_kind="session", subject_uid=actor.session_uid or "", now=now)


def proof_subject(actor: Actor) -> str:
    """Name what tries at a proof are counted against."""
    return f"proof|{actor.account_uid}"


async def _credential_for(login: str, verified_hash: str | None) -> ConsoleCredential:
    """Find the credential again, unless the password was changed while it was being checked."""
    row = await ConsoleCredential.filter(login=login).select_related("account").first()
    if row is None or row.password_hash != verified_hash or row.account.status is not AccountStatus.ACTIVE:
        raise WrongSignIn
    return row


@action
async def change_password(*, actor: Actor, verified_hash: str | None, new_hash: str, now: datetime) -> None:
    """Replace the actor's own password and end every session of theirs, this one too."""
    changed = await ConsoleCredential.filter(
        account_id=actor.account_id, password_hash=verified_hash or ""
    ).update(password_hash=new_hash, password_changed_at=now)
    if not changed:
        raise WrongSignIn
    await forget_tries(password_subject(actor))
    await end_sessions(Q(account_id=actor.account_id), Revocation.PASSWORD_CHANGED, now=now)
    await note(
        actor, "identity.password_changed", subject_kind="account", subject_uid=actor.account_uid, now=now
    )


async def add_credential(
    account: Account, *, login: str, password_hash: str, totp_secret: str, now: datetime
) -> None:
    """Add a way into the console in the caller's transaction."""
    row = ConsoleCredential(
        account=account, login=login, password_hash=password_hash, totp_sealed=b"", created_at=now
    )
    row.totp_sealed = seal(totp_secret, place=totp_place(row.uid))
    await row.save()
