"""What one institution's people can see opens nothing to another's, whichever page or form its uid is put into."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.authority.permissions import Role
from server.demo import Town
from server.identity import doors
from server.identity.models import Session
from server.identity.rules import SessionKind
from server.kit.ids import new_uid
from server.web import sessions
from server.web.routes import Route, path_parameters
from tests.architecture.subjects import NOW, Key, Sample
from tests.architecture.trespass import ABOUT_SOMETHING, Trespasser, Uids, digests, named_by, together
from tests.architecture.verdicts.court import SAMPLES, key_of
from tests.architecture.verdicts.scenes import Scenes

OWNERS = ("he", "feng", "zhao")  # of Yihe, of the health center that comes there, of the first hospital
NEWCOMER = "newcomer"  # manages a home that has signed nothing and where nobody lives
OTHERS = ("song", "sun", NEWCOMER)
REFUSALS = {403, 404}
STRAY = 1  # uids of each other kind, put where they do not belong
# What both sides rightly see, by the path parameter that it stands in.
SHARED: Mapping[str, str] = {
    "institution_uid": "the public directory lists every institution",
    "agreement_uid": "the health center has one with Songhe too, which both parties read",
    "statement_uid": "the health center settles with Songhe too, and both read theirs",
    "training_session_uid": "a course may be open to the whole alliance, and everybody reads of it",
    "account_uid": "Jin manages homes on both sides, and each lists its own staff",
}


@dataclass
class Street:
    town: Town
    base: str
    stage: Scenes
    stack: AsyncExitStack
    restore: Any
    samples: dict[str, Sample] = field(default_factory=dict)

    async def open(self) -> None:
        """Sign everybody in, and a newcomer who has nothing to do with anybody."""
        self.stage.keys[NEWCOMER] = Key(new_uid(), f"key-of-{NEWCOMER}")
        post = {"role": Role.HOME_MANAGER, "institution_uid": self.town.alliance.hele}
        span = {"starts_at": NOW, "ends_at": None, "now": NOW}
        card, _ = await doors.create_console_account(
            actor=await self.stage.acting("jin"), name="钱小红", login="hong", memory_kib=64, **post, **span
        )
        self.town.identity.accounts[NEWCOMER] = card.account_uid
        await self.stage.open_sessions(now=NOW)
        await Session.filter(uid=self.stage.keys[NEWCOMER].uid).update(kind=SessionKind.CONSOLE)

    async def someone(self, person: str) -> Trespasser:
        token = self.stage.keys[person].token
        client = httpx.AsyncClient(base_url=self.base, timeout=30, cookies={sessions.COOKIE: token})
        return Trespasser(person, await self.stack.enter_async_context(client), token)

    async def forms(self) -> None:
        """Fill in each form as somebody would who may send it, so that only authority is left to refuse it."""
        for route in ABOUT_SOMETHING:
            make = SAMPLES["console"].get(key_of(route), lambda _: Sample())
            made = make(self.stage)
            self.samples[route.name] = await made if isawaitable(made) else made
            self.restore()


@pytest_asyncio.fixture
async def street(town: Town, _standing: Any, address: str) -> AsyncIterator[Street]:
    async with AsyncExitStack() as stack:
        standing = Street(town, address, Scenes(town), stack, _standing.snapshot.restore)
        await standing.forms()
        await standing.open()
        yield standing
    town.identity.accounts.pop(NEWCOMER)


def attempts(route: Route, foreign: Uids) -> Iterator[dict[str, str]]:
    """Yield what is put into a route's path: every uid of its kind, and some of each other kind."""
    names = path_parameters(route.path)
    own = [uid for name in names for uid in sorted(foreign.get(name, ()))]
    stray = [uid for name, uids in foreign.items() if name not in names for uid in sorted(uids)[:STRAY]]
    for uid in [*own, *stray]:
        yield {
            name: uid if uid in foreign.get(name, {uid}) else min(foreign[name], default=uid)
            for name in names
        }


@dataclass
class Tried:
    """What came of every attempt: those that were not refused as something that is not there would be."""

    count: int = 0
    opened: list[str] = field(default_factory=list)


async def try_doors(routes: Iterable[Route], trespasser: Trespasser, foreign: Uids, street: Street) -> Tried:
    tried = Tried()
    for route in routes:
        sample = street.samples[route.name]
        refusal = await trespasser.tries(route, dict.fromkeys(path_parameters(route.path), new_uid()), sample)
        for uids in attempts(route, foreign):
            answer = await trespasser.tries(route, uids, sample)
            tried.count += 1
            if answer[0] not in REFUSALS or answer != refusal:
                tried.opened.append(
                    f"{route.method} {route.path} {uids}: {answer[0]}, for nothing {refusal[0]}"
                )
    return tried


async def seen_by(owners: Iterable[str], street: Street) -> Uids:
    return together([await (await street.someone(each)).sees() for each in owners])


@pytest.mark.parametrize("other", OTHERS)
async def test_nothing_of_theirs_opens_to(other: str, street: Street) -> None:
    theirs, trespasser = await seen_by(OWNERS, street), await street.someone(other)
    mine = await trespasser.sees()
    foreign = {name: uids - mine.get(name, set()) for name, uids in theirs.items()}
    known = {uid for uids in (*theirs.values(), *mine.values()) for uid in uids}
    foreign["town"] = named_by(street.town) - known
    before = await digests()

    tried = await try_doors(ABOUT_SOMETHING, trespasser, foreign, street)

    assert mine
    assert {name for name, uids in theirs.items() if uids & mine.get(name, set())} <= SHARED.keys()
    assert tried.count > len(ABOUT_SOMETHING) * len(foreign)
    assert tried.opened == []
    assert await digests() == before


async def test_the_same_doors_open_to_who_lives_there(street: Street) -> None:
    """Or the test above would prove only that nothing opens to anybody."""
    theirs = await seen_by(["he"], street)
    reading = [route for route in ABOUT_SOMETHING if route.method == "GET"]
    kinds = {name for route in reading for name in path_parameters(route.path)} & theirs.keys()

    opened = (await try_doors(reading, await street.someone("he"), theirs, street)).opened

    assert {name for name in kinds if any(f"'{name}'" in each for each in opened)} == kinds
