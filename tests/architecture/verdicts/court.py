"""Tries a route on everybody, each time in a town that is as it was."""

import inspect
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from server.demo import Town
from server.kit.engines.counting import WrittenTables
from server.kit.ids import new_uid
from server.web import sessions
from server.web.faces import Face
from server.web.routes import Route
from tests.architecture.subjects import ANONYMOUS, Sample
from tests.architecture.verdicts import api, api_others, console, console_others
from tests.architecture.verdicts.scenes import Scenes
from tests.architecture.verdicts.table import PEOPLE
from tests.conftest import Clock
from tests.rings import Snapshot

SAMPLES = {
    "api": {**api.SAMPLES, **api_others.OTHERS},
    "console": {**console.SAMPLES, **console_others.OTHERS},
}
ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
REQUEST_ID = re.compile(r'"request_id":\s*"\w{26}"')
FORM_KEY = re.compile(r'name="key" value="\w{26}"')
CODE = re.compile(r'"code":\s*"([a-z_]+\.[a-z_]+)"|class="code">[^<]*代码 ([a-z_.]+)<')
# Whose sessions must open nothing here: those who could do most at the other face.
OTHERS = {"api": ("he",), "console": ("nurse",)}
EXPECTED_REFUSALS = {401, 403, 404}


@dataclass(frozen=True)
class Verdict:
    cell: str  # the status; "in" for the way to the sign-in page
    code: str
    text: str  # the body, without what is made anew for every answer


@dataclass
class Court:
    """Everything that is needed to try one face's routes."""

    face: Face
    town: Town
    snapshot: Snapshot
    clock: Clock
    client: httpx.AsyncClient

    @property
    def people(self) -> tuple[str, ...]:
        return PEOPLE[self.face.name]

    @property
    def people_of_the_other_face(self) -> tuple[str, ...]:
        return OTHERS[self.face.name]

    @asynccontextmanager
    async def set_up(self, route: Route, about: str = "") -> AsyncIterator["Trial"]:
        trial = Trial(self, route, about, Scenes(self.town))
        try:
            yield trial
        finally:
            trial.written.stop()
            self.snapshot.restore()


class Trial:
    """One route, tried on one person after the other."""

    def __init__(self, court: Court, route: Route, about: str, stage: Scenes) -> None:
        self.court, self.route, self.stage = court, route, stage
        self.make = SAMPLES[court.face.name].get(key_of(route, about), lambda _: Sample())
        self.sample: Sample | None = None
        self.written = WrittenTables().start()

    async def begin(self, sample: Sample | None = None) -> None:
        """Take the town as it stands from here on: nothing is put back, and nobody is signed in anew."""
        self.sample = sample or await self._made()
        self.written.stop()
        self.written.forget()  # what the scene wrote is to stay

    async def of(self, person: str) -> Verdict:
        return await self._asked(person, await self._subject())

    async def of_nothing(self, person: str) -> Verdict:
        """Ask the same about something that does not exist."""
        return await self._asked(person, _about_nothing(await self._subject(), person))

    async def _subject(self) -> Sample:
        """Put the town back if the last request changed it, and play the scene again."""
        if self.sample is not None and not self.written.names:
            return self.sample
        self.court.snapshot.restore()
        self.court.clock.set(Sample.at)
        self.sample = await self._made()
        self.court.clock.set(self.sample.at)
        await self.stage.open_sessions(now=self.court.clock())
        self.written.forget()
        return self.sample

    async def _made(self) -> Sample:
        made = self.make(self.stage)
        return await made if inspect.isawaitable(made) else made

    async def _asked(self, person: str, sample: Sample) -> Verdict:
        path = self.route.path
        for name, value in sample.path.items():
            path = path.replace(f"<{name}>", value)
        token = "" if person == ANONYMOUS else self.stage.keys[person].token
        send = {"params": dict(sample.query), **self._carried(token, sample, person)}
        answer = await self.court.client.request(self.route.method, f"{self.court.face.prefix}{path}", **send)
        self.court.client.cookies.clear()
        return _verdict(answer)

    def _carried(self, token: str, sample: Sample, person: str) -> dict[str, Any]:
        if self.court.face.name == "api":
            headers = {
                "Idempotency-Key": new_uid(),
                **({"Authorization": f"Bearer {token}"} if token else {}),
            }
            says = sample.said_by(person)
            return {"headers": headers} if says is None else {"headers": headers, "json": says}
        headers = {"Cookie": f"{sessions.COOKIE}={token}"} if token else {}
        if self.route.method == "GET":
            return {"headers": headers}
        hidden = {"key": new_uid(), **({"csrf": sessions.csrf_token(token)} if token else {})}
        return {
            "headers": headers,
            "data": {**hidden, **(sample.said_by(person) or {})},
            "files": sample.files,
        }


def key_of(route: Route, about: str = "") -> str:
    """Return the key of a route's sample: "booking.cancel", or "booking.cancel: somebody else's"."""
    name = route.name.split(".", 1)[1]
    return f"{name}: {about}" if about else name


def subjects_of(face: Face, route: Route) -> list[str]:
    """Return what the route is tried about: its usual subject, which is called "", and others."""
    others = [key.partition(": ")[2] for key in SAMPLES[face.name] if key.startswith(f"{key_of(route)}: ")]
    return ["", *others]


def _verdict(answer: httpx.Response) -> Verdict:
    to_the_door = answer.headers.get("location", "").split("?")[0] == "/admin/sign-in"
    sent_away = to_the_door and f"{sessions.COOKIE}=" not in answer.headers.get("set-cookie", "")
    text = "" if answer.headers.get("content-type", "").startswith("application/vnd") else answer.text
    text = FORM_KEY.sub("", REQUEST_ID.sub("", text))
    found = CODE.search(text) if answer.status_code >= 400 else None
    code = next(filter(None, found.groups()), "") if found else ""
    return Verdict("in" if sent_away else str(answer.status_code), code, text)


def _about_nothing(sample: Sample, person: str) -> Sample:
    """Put a uid that stands for nothing in the place of each."""
    nothing: dict[str, str] = {}

    def exchanged(value: Any) -> Any:
        if isinstance(value, str):
            return ULID.sub(lambda found: nothing.setdefault(found[0], new_uid()), value)
        if isinstance(value, Mapping):
            return {name: exchanged(each) for name, each in value.items()}
        return [exchanged(each) for each in value] if isinstance(value, list | tuple) else value

    return Sample(
        exchanged(sample.path),
        exchanged(sample.said_by(person)),
        exchanged(sample.query),
        sample.files,
        sample.at,
    )
