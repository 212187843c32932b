"""Tables change while people work: old and new code side by side on one MariaDB, under load.

python -m tests.operations.rolling      an additive change and one in three steps; prints the table
"""

import asyncio
import contextlib
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from server.kit.ids import new_uid
from server.settings import Settings
from server.supervisor import listening_socket
from server.wechat.simulator.config import Config
from server.wechat.simulator.server import Simulator
from tests import rings
from tests.operations import versions
from tests.operations.versions import Version
from tests.running import inherited
from tests.servers import until_meanwhile

PEOPLE = 6
BACKFILL = "UPDATE answered_request SET reply = answer WHERE reply IS NULL AND answer IS NOT NULL LIMIT 1000"
WITHIN = 90.0  # seconds for a process to begin or to end


@dataclass
class Step:
    """What the people at work noticed of one step."""

    name: str
    answers: int = 0
    asked_again: int = 0
    cut_off: int = 0  # asked again with the same key, as phones and the balancer do
    errors: list[str] = field(default_factory=list)
    longest_stop: float = 0.0
    seconds: float = 0.0


class People:
    """Write, read, and ask again for what was answered before: whichever version answers, it must say the same."""

    def __init__(self, base: str) -> None:
        # A connection for every request, as many short ones from a proxy: none survives a process that leaves.
        self._client = httpx.AsyncClient(
            base_url=f"{base}/api/v1", timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._answered: list[tuple[str, str, str, Any]] = []  # token, key, name, answer
        self._last = time.monotonic()
        self.now = Step("before")

    async def work(self, number: int, token: str) -> None:
        for turn in itertools.count():
            name = f"住客{number}号{turn}"
            key = new_uid()
            answer = await self._ask("PUT", "/session/name", token, key=key, json={"name": name})
            if answer is not None:
                self._answered.append((token, key, name, answer))
            await self._ask("GET", "/session", token)
            await self._ask_again()

    async def _ask_again(self) -> None:
        token, key, name, before = random.choice(self._answered)
        again = await self._ask("PUT", "/session/name", token, key=key, json={"name": name})
        self.now.asked_again += 1
        if again != before:
            self.now.errors.append(f"answered {before} and then {again}")

    async def _once_more_if_cut_off(self, method: str, path: str, **said: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **said)
        except httpx.TransportError:
            self.now.cut_off += 1
            return await self._client.request(method, path, **said)

    async def leave(self) -> None:
        await self._client.aclose()

    async def sign_in(self, number: int) -> str:
        answer = await self._ask("POST", "/session", "", json={"code": f"sim:rolling{number}:{number}"})
        assert answer, self.now.errors
        return str(answer["token"])

    async def _ask(self, method: str, path: str, token: str, key: str = "", **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or 'none'}", "Idempotency-Key": key or new_uid()}
        try:
            answer = await self._once_more_if_cut_off(method, path, headers=headers, **said)
        except httpx.HTTPError as error:
            self.now.errors.append(f"{method} {path}: {error!r}")
            return None
        now = time.monotonic()
        self.now.longest_stop = max(self.now.longest_stop, now - self._last)
        self._last = now
        self.now.answers += 1
        if not answer.is_success:
            self.now.errors.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer.json()


@dataclass
class Site:
    """One address, one database, and the processes of whichever versions serve it."""

    env: dict[str, str]
    listener: socket.socket
    folder: Path
    people: People
    steps: list[Step] = field(default_factory=list)
    standing: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[None]:
        self.people.now = step = Step(name)
        began = time.monotonic()
        yield
        await asyncio.sleep(1)  # a little of ordinary work belongs to it
        step.seconds = time.monotonic() - began
        self.steps.append(step)

    async def begin(self, version: Version) -> "subprocess.Popen[bytes]":
        """Start one more process, which takes its share of the same socket's connections."""
        log = self.folder / f"{version.name}-{len(list(self.folder.glob('*.log')))}.log"
        fd = self.listener.fileno()
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: ASYNC220  it begins at once; what takes time is waited for below
                [sys.executable, "-m", "server", "web", "--fd", str(fd)],
                cwd=version.folder, env=self.env, stdout=file, stderr=file, pass_fds=[fd], start_new_session=True,
            )  # fmt: skip
        self.standing.append(process)
        try:
            await until_meanwhile(lambda: "Worker ready" in log.read_text(), "its start", within=WITHIN)
        except AssertionError as slow:
            slow.add_note(log.read_text()[-2000:])
            raise
        return process

    async def end(self, process: "subprocess.Popen[bytes]") -> None:
        process.send_signal(signal.SIGTERM)
        await until_meanwhile(lambda: process.poll() is not None, "its end", within=WITHIN)
        self.standing.remove(process)

    async def roll_to(self, version: Version) -> None:
        """Replace the processes one by one, the new one before the old one goes."""
        for old in tuple(self.standing):
            await self.begin(version)
            await self.end(old)

    async def run(self, version: Version, *arguments: str) -> str:
        return await asyncio.to_thread(version.command, self.env, *arguments)


@contextlib.asynccontextmanager
async def site(folder: Path, first: Version, processes: int) -> AsyncIterator[Site]:
    """Serve `first` on a MariaDB that waits for its disk, with people at work."""
    secret = Settings().wechat_secret
    async with Simulator(Config(appid=Settings().wechat_appid, secret=secret)) as platform:
        with rings.private_mariadb(folder, flush=1) as url, listening_socket("127.0.0.1", 0) as listener:
            env = inherited() | {
                "DATABASE_URL": url, "DATA_DIR": str(folder / "data"), "WECHAT_API_BASE": platform.base_url,
                "RATE_FACTOR": "1000", "DATABASE_POOL": "5",
            }  # fmt: skip
            people = People(f"http://127.0.0.1:{listener.getsockname()[1]}")
            standing = Site(env, listener, folder, people)
            await standing.run(first, "migrate", "up")
            try:
                for _ in range(processes):
                    await standing.begin(first)
                async with _at_work(people):
                    yield standing
            finally:
                for process in standing.standing:
                    process.kill()
                    process.wait()


@contextlib.asynccontextmanager
async def _at_work(people: People) -> AsyncIterator[None]:
    tokens = [await people.sign_in(number) for number in range(PEOPLE)]
    working = [asyncio.create_task(people.work(number, token)) for number, token in enumerate(tokens)]
    try:
        yield
        for task in working:
            if task.done():
                task.result()  # it never ends by itself
    finally:
        for task in working:
            task.cancel()
        await asyncio.wait(working)
        await people.leave()


async def add_a_column(standing: Site, first: Version) -> Version:
    """Bring the column, then the code that fills it; and see that the old code could come back."""
    after = versions.additive(first)
    await standing.run(after, "migrate", "new", "--name", "additive")
    async with standing.step("加一列：改表"):
        await standing.run(after, "migrate", "up")
    async with standing.step("加一列：新旧程序并存，逐个替换"):
        await standing.roll_to(after)
    async with standing.step("加一列：旧程序又回来一个"):
        await standing.run(first, "migrate", "up")
        await standing.end(await standing.begin(first))
    return after


async def rename_a_column(standing: Site, before: Version) -> None:
    """Expand, write both, fill up, read the new one, forget the old one: each step beside the one before."""
    twice, reads_new, forgets_old = versions.renaming(before)
    await standing.run(twice, "migrate", "new", "--name", "expand")
    for later in (reads_new, forgets_old):
        _carry_migrations(twice, later)
    await standing.run(forgets_old, "migrate", "new", "--name", "contract")
    async with standing.step("改列名：加新列"):
        await standing.run(twice, "migrate", "up")
    async with standing.step("改列名：换成两列都写的程序"):
        await standing.roll_to(twice)
    async with standing.step("改列名：分批补齐旧行"):
        await backfill(standing.env["DATABASE_URL"])
    async with standing.step("改列名：换成读新列的程序"):
        await standing.roll_to(reads_new)
    async with standing.step("改列名：换成不再认得旧列的程序"):
        await standing.roll_to(forgets_old)
    async with standing.step("改列名：删旧列"):
        await standing.run(forgets_old, "migrate", "up")


def _carry_migrations(earlier: Version, later: Version) -> None:
    for path in (earlier.folder / "migrations").glob("*.py"):
        (later.folder / "migrations" / path.name).write_text(path.read_text())


async def backfill(url: str) -> int:
    """Fill the new column where it is empty, a thousand rows to a transaction."""
    connection = await asyncio.to_thread(rings.connect_to, url)
    filled = 0
    with connection.cursor() as cursor:
        while count := await asyncio.to_thread(cursor.execute, BACKFILL):
            filled += count
    connection.close()
    return filled


def table(steps: list[Step]) -> str:
    lines = [
        "| 步骤 | 秒 | 应答 | 其中重问 | 断线后重发 | 出错 | 最长停顿（秒） |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.name} | {each.seconds:.0f} | {each.answers} | {each.asked_again} | {each.cut_off} | {len(each.errors)} | {each.longest_stop:.2f} |"
        for each in steps
    ]
    return "\n".join([*lines, f"（系统负载 {os.getloadavg()[0]:.1f}）"])


async def rehearse(
    work: Callable[[Site, Version], Awaitable[object]], folder: Path, *, processes: int
) -> list[Step]:
    first = versions.today(folder)
    async with site(folder, first, processes) as standing:
        await work(standing, first)
        return standing.steps


async def _everything(standing: Site, first: Version) -> None:
    await rename_a_column(standing, await add_a_column(standing, first))


def main() -> int:
    there, reason = rings.servers_or_reason()
    if not there:
        print(reason, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="rolling-") as folder:
        steps = asyncio.run(rehearse(_everything, Path(folder), processes=2))
    print(table(steps))
    errors = [error for step in steps for error in step.errors]
    for error in errors[:20]:
        print(error, file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main())
