"""No uid of a resident of one home, nor of anything about them, opens anything of the API to somebody of another."""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tortoise import Tortoise

import miniprogram_api
from server.demo import Town
from server.kit.ids import new_uid
from server.web.asking import Open
from server.web.routes import Route, path_parameters
from tests.architecture.subjects import Sample
from tests.architecture.trespass import digests
from tests.architecture.verdicts.court import REQUEST_ID, SAMPLES, ULID, key_of
from tests.architecture.verdicts.scenes import Scenes

FACE = miniprogram_api.face()
HELD = re.compile(r'"refused":\d+')  # how many items of hers the server has refused by now
VERDICTS = "visit_offline_event"  # a refused item of a batch leaves its verdict
CLIENT_UID = re.compile(r'"client_uid": "\w{26}"')  # the phone's own, which nobody has yet
ALWAYS_NEW = {
    "date",
    "content-length",
}  # a count in the body may have one figure more; the bodies are compared themselves
PUBLIC = {"institution_uid"}  # the directory lists every institution
ROUTES = [
    route
    for route in FACE.routes
    if route.needs is not Open.ANYONE
    and (set(path_parameters(route.path)) - PUBLIC or route.body is not None)
]
OF_EACH_TABLE = int(os.environ.get("UIDS", "1"))  # the newest; a night takes all
TRESPASSERS = ("other_nurse", "stranger")


@dataclass
class Doors:
    town: Town
    stage: Scenes
    client: httpx.AsyncClient
    samples: dict[str, Sample]

    async def answer(self, person: str, route: Route, path: str, body: Any) -> tuple[int, str, str]:
        """Return status, headers and body of what is answered, without what is new in every answer or was sent there."""
        token = self.stage.keys[person].token
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_uid()}
        more = {} if route.body is None else {"json": body}
        answer = await self.client.request(route.method, f"{FACE.prefix}{path}", headers=headers, **more)
        said = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name not in ALWAYS_NEW)
        text = HELD.sub("", ULID.sub("", REQUEST_ID.sub("", answer.text)))
        return answer.status_code, ULID.sub("", "\n".join(said)), text


@pytest_asyncio.fixture
async def doors(town: Town, _standing: Any, address: str) -> AsyncIterator[Doors]:
    stage, samples = Scenes(town), {}
    for route in ROUTES:
        made = SAMPLES["api"].get(key_of(route), lambda _: Sample())(stage)
        samples[route.name] = await made if isawaitable(made) else made
        _standing.snapshot.restore()
    await stage.open_sessions(now=Sample.at)
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield Doors(town, stage, client, samples)


async def uids_of(home: str) -> set[str]:
    """Collect the uids of everything that belongs to a home or is about its residents, whatever table it stands in."""
    found: set[str] = set()
    for model in Tortoise.apps["care"].values():
        ways = {"home": "home__uid", "resident": "resident__home__uid"}
        for way in [path for name, path in ways.items() if name in model._meta.fk_fields]:
            if "uid" in model._meta.fields_map:
                newest = model.filter(**{way: home}).order_by("-id").limit(OF_EACH_TABLE)
                found |= set(await newest.values_list("uid", flat=True))
    return found


def requests(route: Route, sample: Sample, uid: str, resident: str) -> Iterator[tuple[str, Any]]:
    """Yield path and body with the uid in each place where one may stand, the others being in order."""
    says = sample.said_by("nurse")
    for name in set(path_parameters(route.path)) - PUBLIC:
        yield path_of(route, {**sample.path, "resident_uid": resident, name: uid}), says
    written = json.dumps(says, default=str)
    for own in dict.fromkeys(ULID.findall(written)):
        fresh = CLIENT_UID.sub(lambda _: f'"client_uid": "{new_uid()}"', written.replace(own, uid))
        yield path_of(route, dict(sample.path)), json.loads(fresh)


def path_of(route: Route, uids: dict[str, str]) -> str:
    path = route.path
    for name, uid in uids.items():
        path = path.replace(f"<{name}>", uid)
    return path


@pytest.mark.parametrize("person", TRESPASSERS)
async def test_nothing_of_yihe_opens_to(person: str, doors: Doors) -> None:
    theirs, resident = sorted(await uids_of(doors.town.alliance.yihe)), doors.town.people.wang
    before, opened, tried = await digests(besides=VERDICTS), [], 0
    for route in ROUTES:
        sample, nothing = doors.samples[route.name], new_uid()
        refusals = [
            await doors.answer(person, route, *each) for each in requests(route, sample, nothing, resident)
        ]
        for uid in theirs:
            for each, refusal in zip(requests(route, sample, uid, resident), refusals, strict=True):
                tried += 1
                if await doors.answer(person, route, *each) != refusal:
                    opened.append(f"{route.method} {each[0]} {each[1]}")

    assert opened == []
    assert tried > len(theirs) * 40
    assert await digests(besides=VERDICTS) == before


async def test_the_same_doors_open_to_who_works_there(doors: Doors) -> None:
    """Or the test above would prove only that nothing opens to anybody."""
    theirs = await uids_of(doors.town.alliance.yihe)
    reading = [route for route in ROUTES if route.method == "GET" and "visit" in route.path]
    opened = {
        route.path
        for route in reading
        for uid in theirs
        for path, _ in requests(route, doors.samples[route.name], uid, doors.town.people.wang)
        if (await doors.answer("nurse", route, path, None))[0] == 200
    }

    assert {"/visits/<visit_uid>", "/residents/<resident_uid>/visits"} <= opened
