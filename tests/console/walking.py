"""Walk the console like a curious new colleague: every page of the menu, and every way on from there."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

import admin
from server.demo import cast
from server.kit.ids import new_uid
from server.web.asking import Open

PREFIX = "/admin"
LOGINS = tuple(each.login for each in cast.CAST if each.login)
ENOUGH = 3  # pages of one route for one login: more would only differ in their rows
FIXED = {name: re.compile(re.sub(r"<[^>]+>", "[^/]+", PREFIX + path) + "$") for name, path in (
    (route.name, route.path) for route in admin.face().routes if route.method == "GET"
)}  # fmt: skip
PLAIN = [
    PREFIX + route.path for route in admin.face().routes if route.method == "GET" and "<" not in route.path
]
DOWNLOADS = {
    "admin.roster.roster_template",
    "admin.exports.export_file",
    "admin.checkups.reports.template",
    "admin.consent.paper",
    "admin.enrolments.scan",
    "admin.projects.evidence",
    "admin.alliance.paper",
    "admin.referrals.look_up_scanned",  # leads on to the referral
}
NOBODY = "nobody"  # who is not signed in
PUBLIC = {route.name for route in admin.face().routes if route.needs is Open.ANYONE}


@dataclass(frozen=True)
class Seen:
    """One page as one login was shown it."""

    login: str
    route: str
    url: str
    status: int
    html: str
    policy: str  # Content-Security-Policy

    def __str__(self) -> str:
        return f"{self.login} {self.url}"


def route_of(url: str) -> str | None:
    """Name the route that answers, the one with the fewest blanks first."""
    path = urlsplit(url).path.rstrip("/") or PREFIX
    fitting = [name for name, shape in FIXED.items() if shape.match(path)]
    return min(fitting, key=lambda name: FIXED[name].pattern.count("[^/]+"), default=None)


class Ways(HTMLParser):
    """Where a page leads: its links, and its forms with the fields they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, dict[str, str]]] = []  # method, action, filled fields

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append((given.get("method", "get"), given.get("action", ""), {}))
        elif (
            tag == "input"
            and self.forms
            and given.get("type") not in {"checkbox", "radio", "file"}
            and given.get("name")
        ):
            self.forms[-1][2][given["name"]] = given.get("value", "")


def ways_of(html: str) -> Ways:
    ways = Ways()
    ways.feed(html)
    return ways


async def walk(page: httpx.AsyncClient, login: str, *, start: Iterable[str] = PLAIN) -> list[Seen]:
    """Return what this login is shown, refusals too; at most `ENOUGH` pages of a route."""
    left, met, times, seen = deque(start), set(start), Counter[str](), []
    while left:
        url = left.popleft()
        route = route_of(url)
        if route is None or route in DOWNLOADS or times[route] >= ENOUGH:
            continue
        times[route] += 1
        answer = await page.get(url)
        if answer.status_code == 303:
            continue
        seen.append(
            Seen(
                login,
                route,
                url,
                answer.status_code,
                answer.text,
                answer.headers.get("content-security-policy", ""),
            )
        )
        for link in ways_of(answer.text).links:
            way = urljoin(url, link).split("#")[0]
            if way.startswith(PREFIX) and way not in met:
                met.add(way)
                left.append(way)
    return seen


async def send(
    page: httpx.AsyncClient, html: str, action: str, fields: Mapping[str, str | list[str]]
) -> httpx.Response:
    """Fill in and send the first form of this page whose action matches."""
    for method, target, filled in ways_of(html).forms:
        if method == "post" and re.fullmatch(action, target):
            return await page.post(target, data={**filled, "key": new_uid(), **fields})
    message = f"no form of this page posts to {action}"
    raise LookupError(message)
