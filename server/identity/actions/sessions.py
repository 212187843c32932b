"""Open, see and end sessions."""

from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.access import session_for
from server.identity.models import Account, Device, Session
from server.identity.rules import LIFETIMES, SEEN_EVERY, Revocation, SessionKind, digest, new_secret
from server.kit.transactions import action


async def open_session(
    account: Account, kind: SessionKind, *, label: str, device: Device | None = None, now: datetime
) -> tuple[Session, str]:
    """Add a session in the caller's transaction; return it with its token, of which only a digest is kept."""
    token = new_secret()
    row = Session(
        account=account,
        kind=kind,
        token_hash=digest(token),
        device=device,
        label=label,
        created_at=now,
        last_seen_at=now,
        expires_at=now + LIFETIMES[kind].absolute,
    )
    await row.save()
    return row, token


async def end_sessions(which: Q, why: Revocation, *, now: datetime) -> int:
    """End live sessions in the caller's transaction."""
    return await Session.filter(which, revoked_at=None).update(revoked_at=now, revoked_reason=why)


@action
async def note_seen(*, actor: Actor, now: datetime) -> None:
    """Push the idle limit out, at most once a minute, and never backward when a clock was set back."""
    await Session.filter(uid=actor.session_uid, revoked_at=None, last_seen_at__lte=now - SEEN_EVERY).update(
        last_seen_at=now
    )


@action
async def sign_out(*, actor: Actor, now: datetime) -> None:
    if await end_sessions(Q(uid=actor.session_uid), Revocation.SIGNED_OUT, now=now):
        await note(
            actor, "identity.signed_out", subject_kind="session", subject_uid=actor.session_uid or "", now=now
        )


@action
async def revoke_session(*, actor: Actor, uid: str, now: datetime) -> None:
    """End one of the actor's own sessions, on this device or another."""
    row = await session_for(actor=actor, uid=uid)
    await end_sessions(Q(id=row.id), Revocation.SIGNED_OUT_ELSEWHERE, now=now)
    await note(actor, "identity.session_revoked", subject_kind="session", subject_uid=uid, now=now)


@action
async def revoke_other_sessions(*, actor: Actor, now: datetime) -> None:
    """Leave only the session that asks."""
    others = Q(account_id=actor.account_id) & ~Q(uid=actor.session_uid)
    count = await end_sessions(others, Revocation.SIGNED_OUT_ELSEWHERE, now=now)
    await note(
        actor,
        "identity.sessions_revoked",
        subject_kind="account",
        subject_uid=actor.account_uid,
        now=now,
        detail={"count": count},
    )


@action
async def end_every_session(*, actor: Actor, now: datetime) -> int:
    """End all sessions: in restored tables those live again that were ended since."""
    count = await end_sessions(Q(), Revocation.RESTORED, now=now)
    await note(
        actor, "identity.every_session_ended", subject_kind="session", subject_uid="", now=now,
        detail={"count": count},
    )  # fmt: skip
    return count
