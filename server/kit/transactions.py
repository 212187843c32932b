"""One action, one transaction: opened here, retried whole, and answered from its idempotency key."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from tortoise.transactions import in_transaction

from server.kit import plain
from server.kit.database import is_duplicate, is_transient
from server.kit.errors import Busy
from server.kit.idempotency import AnsweredRequest, RequestKey, answer_given

P = ParamSpec("P")
R = TypeVar("R")

# Seconds: longer than a database cluster takes to find another writer (3-5), and shorter than a phone waits (12).
# Nothing is begun anew after them; what is under way is not cut off, for a long roster is no fault.
PATIENCE = 10.0
FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.5

_inside: ContextVar[bool] = ContextVar("inside_an_action", default=False)
_committed: ContextVar[list[Callable[[], None]]] = ContextVar("after_commit")


def inside_an_action() -> bool:
    return _inside.get()


def after_commit(work: Callable[[], None]) -> None:
    """Do this when the transaction of the action around us has committed, and never when it has not.

    It must neither wait nor fail: the work is done, and somebody waits for the answer.
    """
    _committed.get().append(work)


def action(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Make an action of a core function: its writes, audit line and outbox message commit together or not at all.

    Called from within another action it joins that one. A deadlock or a lost connection repeats the whole
    function with a fresh snapshot, so it must not talk to anything but the database. An `actor` that carries
    a request key is answered from the first time when the same request comes again (`Answered`).
    """

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return await function(*args, **kwargs)
        request: RequestKey | None = getattr(kwargs.get("actor"), "request_key", None)
        now = cast("datetime | None", kwargs.get("now"))
        return await until_it_commits(lambda: _once(lambda: function(*args, **kwargs), request, now))

    run.is_action = True  # type: ignore[attr-defined]  # an architecture test looks for it
    return run


async def until_it_commits(attempt: Callable[[], Awaitable[R]]) -> R:
    """Begin anew after a deadlock or a lost connection, for as long as somebody waits; `Busy` after that."""
    until, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not is_transient(error):
                raise
            if time.monotonic() > until:
                raise Busy from error
        await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311  jitter, not a secret
        pause = min(pause * 2, LONGEST_PAUSE)


async def _once(work: Callable[[], Awaitable[R]], request: RequestKey | None, now: datetime | None) -> R:
    token, following = _inside.set(True), list[Callable[[], None]]()
    noted = _committed.set(following)
    try:
        async with in_transaction():
            if request is not None:
                await _claim(request, now)
            result = await work()
            if request is not None:
                await AnsweredRequest.filter(account_id=request.account_id, key=request.key).update(
                    answer=plain.dumps(result).decode()
                )
    finally:
        _inside.reset(token)
        _committed.reset(noted)
    for follow in following:
        follow()
    return result


async def _claim(request: RequestKey, now: datetime | None) -> None:
    # The claim comes first: a second copy of the request waits here on the unique key until the first
    # one has committed, and then reads its answer. A refusal rolls the claim back with everything else.
    await answer_given(request)
    try:
        async with in_transaction():
            await AnsweredRequest(
                account_id=request.account_id,
                key=request.key,
                fingerprint=request.fingerprint,
                created_at=now,
            ).save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        await answer_given(request)
        raise Busy from error  # the other copy was rolled back in between: ask again
