"""Kill a process of the product at every statement of a write: `python -m tests.faults.killing < job > findings`.

This process has no thread and no connection, so that it can fork. Each child opens the database as a server does that
was just started, carries out the write with the same key as those before it, and dies by SIGKILL: before a statement,
before COMMIT, or after it and before the answer.
"""

import asyncio
import itertools
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from server import invariants
from server.configuration import configure_core
from server.demo import Town
from server.kit.database import close_database, open_database
from server.kit.engines import mysql, sqlite
from server.kit.engines.counting import note
from server.kit.idempotency import Answered
from server.settings import MODEL_MODULES, Settings
from tests.crashes import Flow, StopAt, everything
from tests.stage import Stage
from tests.writes import WRITES

NEVER = sys.maxsize
ANSWERED, COMMITTED = "answered before", "committed"
Say = Callable[[Any], None]
Work = Callable[[Say], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    env: Mapping[str, str]
    town: Town
    now: datetime


Finding = tuple[int, list[str]]  # how often it was killed, and what was wrong


KILLED = (
    "booking.book", "booking.cancel_while_somebody_waits", "visits.attest_second_so_that_it_counts", "consent.grant",
    "consent.withdraw", "feedback.rate_with_a_text", "feedback.publish", "settlement.accept",
)  # fmt: skip


def killed_everywhere(job: Job, name: str) -> Finding:
    set_the_scene, prepare = WRITES[name]

    async def made_ready(say: Say) -> None:
        write = await prepare(await set_the_scene(Stage(job.town, job.now)))
        say((write.keyed(f"killed: {name}"), await _state()))

    async def look(say: Say) -> None:
        say((await _state(), await invariants.faults(now=job.now)))

    ((write, before),) = _in_a_child(job, made_ready)
    ((_, faults),) = _in_a_child(job, look)
    kills, wrong = _kill_until_it_commits(job, write, before)
    ((done, found),) = _in_a_child(job, look)
    again, answer = _in_a_child(job, lambda say: _carry_out(write, NEVER, say))
    ((at_last, _),) = _in_a_child(job, look)
    wrong += [] if done != before else ["it did nothing"]
    wrong += [] if (again, at_last, answer) == (done, done, ANSWERED) else [f"asked again: {answer}"]
    return kills, wrong + [fault for fault in found if fault not in faults]


def _kill_until_it_commits(job: Job, write: Flow, before: str) -> Finding:
    wrong = []
    for passed in itertools.count():
        found, *committed = _in_a_child(job, lambda say, passed=passed: _carry_out(write, passed, say))
        if found != before:
            wrong.append(f"killed before statement {passed} it left something behind")
        if committed:
            break
    return passed + 1, wrong


async def _carry_out(write: Flow, statements: int, say: Say) -> None:
    say(await _state())
    with StopAt(statements, _die):
        try:
            await write.run()
        except Answered:
            say(ANSWERED)
            return
    say(COMMITTED)
    _die()  # its client never hears of it


async def _state() -> str:
    return sha256(repr(await everything()).encode()).hexdigest()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _in_a_child(job: Job, work: Work) -> list[Any]:
    """Let a process of its own do it, and return what it said before it ended or died."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            asyncio.run(_as_a_server(job, work, lambda word: _tell(writing, word)))
        except BaseException:  # noqa: BLE001  the parent's own stack must not be unwound here
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    said = []
    with os.fdopen(reading, "rb") as pipe:
        while pipe.peek(1):
            said.append(pickle.load(pipe))  # noqa: S301  our own child's words
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        message = "the child failed; what it wrote stands above"
        raise RuntimeError(message)
    return said


def _tell(pipe: int, word: Any) -> None:
    text = pickle.dumps(word)
    while text:
        text = text[os.write(pipe, text) :]


async def _as_a_server(job: Job, work: Work, say: Say) -> None:
    settings = Settings.from_env(job.env)
    configure_core(settings)
    _count_commits()
    await open_database(settings.database, modules=MODEL_MODULES)
    await work(say)
    await close_database()


def _count_commits() -> None:
    for engine in (sqlite, mysql):
        engine.Wrapper.commit = _counted(engine.Wrapper.commit)  # type: ignore[method-assign]


def _counted(commit: Callable[[Any], Awaitable[None]]) -> Any:
    async def counted(transaction: Any) -> None:
        note("COMMIT")
        await commit(transaction)

    return counted


if __name__ == "__main__":
    said: Job = pickle.load(sys.stdin.buffer)  # noqa: S301  our own test's words
    sys.stdout.buffer.write(pickle.dumps({name: killed_everywhere(said, name) for name in KILLED}))
