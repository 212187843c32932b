"""Tries are counted before they are judged: guesses sent side by side cannot outrun the lock."""

from datetime import datetime

from tortoise.expressions import F
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.authority.actor import Actor
from server.identity.errors import SignInLocked
from server.identity.models import Session, SignInAttempts, StaffBindCode
from server.identity.rules import MOST_TRIES, TRIES_WINDOW, digest
from server.kit.database import is_duplicate
from server.kit.transactions import action


@action
async def count_try(*, actor: Actor, subject: str, now: datetime) -> None:  # noqa: ARG001  who tries is not known yet
    """Count one try at a login or code, which need not exist; refuse with `SignInLocked` after the fifth in a window."""
    theirs = SignInAttempts.filter(subject_hash=digest(subject))
    if await _counted(theirs, now) or await _first_try(subject, now) or await _counted(theirs, now):
        return
    locked = await theirs.get()
    raise SignInLocked(until=locked.window_ends_at, now=now)


async def _counted(theirs: QuerySet[SignInAttempts], now: datetime) -> bool:
    more = theirs.filter(window_ends_at__gt=now, tries__lt=MOST_TRIES)
    again = theirs.filter(window_ends_at__lte=now)
    return bool(
        await more.update(tries=F("tries") + 1)
        or await again.update(tries=1, window_ends_at=now + TRIES_WINDOW)
    )


async def _first_try(subject: str, now: datetime) -> bool:
    row = SignInAttempts(
        subject_hash=digest(subject), tries=1, window_ends_at=now + TRIES_WINDOW, created_at=now
    )
    try:
        async with in_transaction():
            await row.save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        return False  # there is one, or two first tries came at once
    return True


async def forget_tries(subject: str) -> None:
    await SignInAttempts.filter(subject_hash=digest(subject)).delete()


@action
async def sweep_sign_ins(*, actor: Actor, now: datetime, limit: int = 200) -> int:  # noqa: ARG001
    """Take away counters, codes and sessions that can never matter again; what happened stays in the audit trail."""
    gone = 0
    for rows in (
        SignInAttempts.filter(window_ends_at__lte=now - TRIES_WINDOW),
        StaffBindCode.filter(expires_at__lte=now - TRIES_WINDOW),
        Session.filter(expires_at__lte=now - TRIES_WINDOW),
    ):
        ids = await rows.order_by("id").limit(limit).values_list("id", flat=True)
        gone += await rows.model.filter(id__in=list(ids)).delete() if ids else 0
    return gone
