"""Who tries doors that are not theirs, with what they might have seen over somebody's shoulder."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

import admin
from server.demo import Town
from server.kit.ids import new_uid
from server.web import sessions
from server.web.asking import Open
from server.web.routes import Route, path_parameters
from tests.architecture.subjects import Sample
from tests.architecture.verdicts.court import FORM_KEY, REQUEST_ID, ULID
from tests.console.walking import walk, ways_of
from tests.crashes import everything

FACE = admin.face()
ABOUT_SOMETHING = [
    route for route in FACE.routes if path_parameters(route.path) and route.needs is not Open.ANYONE
]
_SHAPES = [
    re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", FACE.prefix + route.path) + "$")
    for route in ABOUT_SOMETHING
]

TRACES = {"session", "answered_request"}  # tables that any request writes, whatever it is answered
Uids = dict[str, set[str]]  # by the path parameter that they stand in: "visit_uid", …


def uids_in(html: str) -> Uids:
    """Collect what the links and forms of a page are about."""
    found: Uids = {}
    ways = ways_of(html)
    for target in [*ways.links, *(action for _, action, _ in ways.forms)]:
        for shape in _SHAPES:
            match = shape.match(target.split("?")[0])
            for name, value in (match.groupdict() if match else {}).items():
                if ULID.fullmatch(value):
                    found.setdefault(name, set()).add(value)
    return found


def together(several: Iterable[Uids]) -> Uids:
    whole: Uids = {}
    for each in several:
        for name, values in each.items():
            whole.setdefault(name, set()).update(values)
    return whole


def named_by(town: Town) -> set[str]:
    """Collect each uid that the town's parts name: also of what no page leads to."""

    def inside(value: Any) -> Iterator[str]:
        if isinstance(value, str) and ULID.fullmatch(value):
            yield value
        elif isinstance(value, Mapping):
            yield from (uid for each in value.values() for uid in inside(each))

    return {uid for part in vars(town).values() if hasattr(part, "__dict__") for uid in inside(vars(part))}


async def digests(*, besides: str = "") -> dict[str, str]:
    """Tell how every table stands, but for the traces of any request, and of one that may leave more."""
    return {
        name: sha256(repr(rows).encode()).hexdigest()
        for name, rows in (await everything()).items()
        if name not in TRACES | {besides}
    }


@dataclass
class Trespasser:
    """Somebody signed in to the console, at doors that are perhaps not theirs."""

    person: str
    client: httpx.AsyncClient
    token: str

    async def sees(self) -> Uids:
        """Walk through all that they are shown, and collect what it is about."""
        return together(
            uids_in(each.html) for each in await walk(self.client, self.person) if each.status == 200
        )

    async def tries(self, route: Route, uids: Mapping[str, str], sample: Sample) -> tuple[int, str]:
        """Return what is answered, without what is new in every answer or was sent there."""
        path = FACE.prefix + re.sub(r"<(\w+)>", lambda name: uids[name[1]], route.path)
        form = {"key": new_uid(), "csrf": sessions.csrf_token(self.token), **(sample.said_by("he") or {})}
        sent = {} if route.method == "GET" else {"data": form, "files": sample.files}
        answer = await self.client.request(route.method, path, **sent)
        text = FORM_KEY.sub("", REQUEST_ID.sub("", answer.text))
        return answer.status_code, ULID.sub("", text) if answer.status_code >= 400 else text
