"""What may go wrong, each as a function that does it and, where an operator would, puts it right again.

They run in a thread beside the clients' loop. Nothing here judges: that is done by the ledger and the databases.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.cluster import checking
from tests.cluster.sentinels import asking
from tests.cluster.stack import Stack
from tests.disks import fill
from tests.servers import Server

Episode = Callable[[Stack], str | None]  # a remark, where clients are not all there is to see
BEFORE, AFTER = 2.0, 2.0  # seconds of undisturbed work
FOREVER = -1


@dataclass(frozen=True)
class Outcome:
    name: str
    per_second: float
    p50: float
    p99: float
    longest_stop: float
    met: dict[str, int]  # what people were answered instead of what they asked
    sentences: list[str]
    remark: str
    faults: list[str]


async def lived_through(episode: Episode, stack: Stack) -> Outcome:
    async with stack.crowd.at_work() as period:
        await asyncio.sleep(BEFORE)
        remark = await asyncio.to_thread(episode, stack)
        await asyncio.sleep(AFTER)
    await asyncio.to_thread(stack.wait_until_whole)
    await stack.crowd.finish()
    return Outcome(
        name=(episode.__doc__ or "").rstrip("."),
        per_second=period.per_second,
        p50=period.quantile(0.5),
        p99=period.quantile(0.99),
        longest_stop=period.longest_stop,
        met=dict(period.met),
        sentences=sorted(period.sentences),
        remark=remark or "",
        faults=await asyncio.to_thread(checking.faults, stack),
    )


def nothing(_: Stack) -> None:
    """Nothing."""
    time.sleep(4)


# The product


def kill_an_app(stack: Stack) -> None:
    """kill -9 an app node, back after 2 s."""
    _killed(stack.apps[-1], seconds=2)
    stack.apps[-1].wait_until_ready()


def kill_all_apps(stack: Stack) -> None:
    """kill -9 every app node, back at once."""
    for app in stack.apps:
        app.kill()
    for app in stack.apps:
        app.start()
    for app in stack.apps:
        app.wait_until_ready()


def freeze_an_app(stack: Stack) -> None:
    """An app node stands still for 15 s, locks in hand."""
    stack.apps[-1].freeze()
    time.sleep(15)
    stack.apps[-1].thaw()


def restart_one_by_one(stack: Stack) -> None:
    """Rolling restart of all app nodes."""
    for app in stack.apps:
        app.stop()
        app.start()
        app.wait_until_ready()


# The proxies


def kill_haproxy(stack: Stack) -> None:
    """kill -9 HAProxy, back after 1 s."""
    _killed(stack.proxies.haproxy, seconds=1)


def kill_nginx(stack: Stack) -> None:
    """kill -9 nginx, back after 1 s."""
    _killed(stack.proxies.nginx, seconds=1)


# The databases


def kill_the_writer(stack: Stack) -> None:
    """kill -9 the database that is written to, back after 3 s."""
    node = stack.databases.writer
    _killed(node, seconds=3)
    node.wait_until_synced()


def kill_the_readers(stack: Stack) -> None:
    """kill -9 the two other databases, one after the other."""
    writer = stack.databases.writer
    for node in stack.databases.nodes:
        if node is not writer:
            _killed(node, seconds=1)
            node.wait_until_synced()


def kill_two(stack: Stack) -> None:
    """kill -9 two of three databases; the operator has the third go on alone, then starts the others."""
    *lost, left = stack.databases.nodes
    for node in lost:
        node.kill()
    time.sleep(6)
    left.say("wsrep_provider_options", "pc.bootstrap=true")
    left.wait_until_synced()
    for node in lost:
        node.start()
        node.wait_until_synced()


def kill_all_databases(stack: Stack) -> None:
    """kill -9 all three databases at one moment, started again as they are."""
    # Held first: who outlives the others for some milliseconds may note another majority than they did. See below.
    for node in stack.databases.nodes:
        node.freeze()
    for node in stack.databases.nodes:
        node.kill()
    for node in stack.databases.nodes:
        node.start()
    stack.databases.wait_until_whole()


def lose_the_majority(stack: Stack) -> str:
    """All three databases die and do not find each other again; the operator begins with the one that is furthest."""
    for node in stack.databases.nodes:
        node.kill()
        node.forget_the_majority()
    return f"chosen: {stack.databases.begin_again().name}"


def fill_a_disk(stack: Stack) -> str:
    """The disk of a database is full for 8 s; then there is room, and it is started again."""
    node = stack.databases.nodes[0]
    if node.disk is None:
        return "left out: it takes root, who may mount a small disk"
    role = "the writer" if node is stack.databases.writer else "not the writer"
    filler = fill(node.disk)
    time.sleep(8)
    ended = not node.is_running
    filler.unlink()
    if ended:
        node.start()  # systemd does
    node.wait_until_synced()
    return f"{role}; it {'ended itself' if ended else 'went on'}"


def freeze_the_writer(stack: Stack) -> None:
    """The database that is written to stands still for 8 s."""
    node = stack.databases.writer
    node.freeze()
    time.sleep(8)
    node.thaw()
    node.wait_until_synced()


def cut_off_the_writer(stack: Stack) -> None:
    """The database that is written to is cut off from the two others for 8 s."""
    node = stack.databases.writer
    node.say("wsrep_provider_options", "gmcast.isolate=1")
    time.sleep(8)
    node.say("wsrep_provider_options", "gmcast.isolate=0")
    node.wait_until_synced()


def cut_off_the_writer_and_kill_another(stack: Stack) -> None:
    """The writer is cut off; 1 s later one of the others is killed, so that nobody has a majority; after 6 s both are back."""
    writer = stack.databases.writer
    other = next(node for node in stack.databases.nodes if node is not writer)
    writer.say("wsrep_provider_options", "gmcast.isolate=1")
    time.sleep(1)
    other.kill()
    time.sleep(6)
    writer.say("wsrep_provider_options", "gmcast.isolate=0")
    other.start()
    stack.databases.wait_until_whole()


# Redis


def kill_the_primary(stack: Stack) -> None:
    """kill -9 the Redis primary, back after 4 s."""
    primary = stack.redis.primary
    primary.kill()
    stack.redis.wait_for_another(than=primary)
    primary.start()
    primary.wait_until_it_listens()


def freeze_the_primary(stack: Stack) -> None:
    """The Redis primary stands still for 6 s."""
    primary = stack.redis.primary
    primary.freeze()
    time.sleep(6)
    primary.thaw()


def flush_redis(stack: Stack) -> None:
    """FLUSHALL, five times."""
    for _ in range(5):
        with asking(stack.redis.primary) as asked:
            asked.flushall()
        time.sleep(0.5)


def slow_redis(stack: Stack) -> None:
    """Redis answers 400 ms late for 5 s."""
    for _ in range(10):
        with asking(stack.redis.primary) as asked:
            asked.client_pause(400)
        time.sleep(0.5)


def redis_takes_no_writes(stack: Stack) -> None:
    """Redis answers every write with a refusal for 5 s."""
    with asking(stack.redis.primary) as asked:
        asked.config_set("min-replicas-to-write", 9)
        time.sleep(5)
        asked.config_set("min-replicas-to-write", 0)


def lose_redis(stack: Stack) -> None:
    """All three Redis and their sentinels gone for 6 s."""
    gone = [*stack.redis.servers, *stack.redis.sentinels]
    for server in gone:
        server.kill()
    time.sleep(6)
    for server in gone:
        server.start()
    for server in gone:
        server.wait_until_it_listens()


# WeChat: people go on signing in meanwhile


def wechat_is_silent(stack: Stack) -> str:
    """WeChat takes every call and answers none."""
    return _with_wechat(stack, action="hang")


def wechat_breaks(stack: Stack) -> str:
    """WeChat answers 502."""
    return _with_wechat(stack, action="http", value=502)


def wechat_talks_nonsense(stack: Stack) -> str:
    """WeChat answers half of its JSON."""
    return _with_wechat(stack, action="cut")


def wechat_is_slow(stack: Stack) -> str:
    """WeChat takes 3 to 6 s."""
    stack.wechat.world.faults.profile = "slow"
    try:
        return _sign_ins(stack)
    finally:
        stack.wechat.world.faults.profile = "zero"


ALL: Sequence[Episode] = (
    nothing, kill_an_app, kill_all_apps, freeze_an_app, restart_one_by_one, kill_haproxy, kill_nginx, kill_the_writer,
    kill_the_readers, fill_a_disk, freeze_the_writer, cut_off_the_writer, cut_off_the_writer_and_kill_another, kill_two, kill_all_databases, lose_the_majority, kill_the_primary,
    freeze_the_primary, flush_redis, slow_redis, redis_takes_no_writes, lose_redis, wechat_is_silent, wechat_breaks, wechat_talks_nonsense,
    wechat_is_slow,
)  # fmt: skip


def _killed(server: Server, *, seconds: float) -> None:
    server.kill()
    time.sleep(seconds)
    server.start()


def _with_wechat(stack: Stack, **fault: Any) -> str:
    faults = stack.wechat.world.faults
    faults.add(path="*", n=FOREVER, **fault)
    try:
        return _sign_ins(stack)
    finally:
        faults.queue.clear()


def _sign_ins(stack: Stack) -> str:
    """Sign in for a while, and say what came of it."""
    said: Counter[str] = Counter()
    slowest, until = 0.0, time.monotonic() + 6
    while time.monotonic() < until:
        began = time.monotonic()
        answer = _sign_in(stack)
        slowest = max(slowest, time.monotonic() - began)
        said[f"{answer.status_code} {answer.json().get('detail', '')}".strip()] += 1
        time.sleep(0.2)
    met = ", ".join(f"{count} × {words}" for words, count in sorted(said.items()))
    return f"sign-ins, slowest {slowest:.1f} s: {met}"


def _sign_in(stack: Stack) -> httpx.Response:
    code = f"sim:daughter:{time.time_ns()}"
    return httpx.post(f"{stack.proxies.base}/api/v1/session", json={"code": code}, timeout=20)
