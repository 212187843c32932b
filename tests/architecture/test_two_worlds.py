"""B02, T5: two worlds that differ only in what somebody may not see answer them byte for byte alike."""

import enum
import itertools
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from server.consent.rules import RecordCategory
from server.demo import Town
from server.kit.ids import new_uid
from server.records import access
from server.records.rules import BLOOD_PRESSURE
from server.web import sessions
from server.web.faces import Face
from server.web.routes import Route, path_parameters
from tests.architecture import ghosts
from tests.architecture.faces import FACES
from tests.architecture.ghosts import Ghost
from tests.architecture.subjects import LOGINS, NOW
from tests.architecture.verdicts.court import FORM_KEY, REQUEST_ID, ULID
from tests.architecture.verdicts.scenes import Scenes

Change = Callable[[Town, Ghost], Awaitable[None]]
MOST_PAGES = 9
A_FEW = "7"  # rows on a page: every list of the town has several pages then, public seats most of all
NO_ANSWER = (0, "")


async def at_songhe(town: Town, ghost: Ghost) -> None:
    await ghosts.move_in(town, ghost, "songhe")


async def at_yihe(town: Town, ghost: Ghost) -> None:
    await ghosts.move_in(town, ghost, "yihe")
    await ghosts.join_the_round(town, ghost)


# What each reader must not see. Wang's own family sees her whole record, the doctor what the health center wrote.
HIDDEN: Mapping[str, tuple[Change, ...]] = {
    "wang": (at_yihe,),
    "daughter": (at_yihe,),
    "guardian": (at_yihe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "nephew": (at_yihe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "stranger": (at_songhe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "nurse": (at_songhe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "doctor": (at_songhe, ghosts.share_nothing_of),
    "other_nurse": (at_yihe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "sun": (at_yihe, ghosts.forget_the_restricted),
    "zhao": (at_songhe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "song": (at_yihe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
    "root": (at_yihe, ghosts.share_nothing_of, ghosts.forget_the_restricted),
}
READ_BY_CONSENT = ("nurse", "doctor")


@dataclass
class Worlds:
    """Both worlds, one after the other in the same database."""

    town: Town
    restore: Callable[[], None]
    client: httpx.AsyncClient

    async def differences(self, reader: str) -> list[str]:
        ghost, stage = Ghost(), Scenes(self.town)
        face = next(each for each in FACES if each.name == ("console" if reader in LOGINS else "api"))
        asked = sorted(dict.fromkeys(_everything(face, self.town, ghost)), key=_trail_first)
        began = new_uid()
        one = await self._told(stage, reader, face, asked, began)
        two = await self._told(
            stage, reader, face, asked, began, *(each for each in HIDDEN[reader]), ghost=ghost
        )
        paths = [path for path in {**one, **two} if one.get(path) != two.get(path)]
        return [_where_they_part(path, one.get(path, NO_ANSWER), two.get(path, NO_ANSWER)) for path in paths]

    async def _told(
        self,
        stage: Scenes,
        reader: str,
        face: Face,
        asked: list[str],
        began: str,
        *hidden: Change,
        ghost: Ghost | None = None,
    ) -> dict[str, tuple[int, str]]:
        self.restore()
        for change in hidden:
            await change(self.town, ghost)
        await stage.open_sessions(now=NOW)
        token = stage.keys[reader].token
        headers = (
            {"Cookie": f"{sessions.COOKIE}={token}"}
            if reader in LOGINS
            else {"Authorization": f"Bearer {token}"}
        )
        told = {}
        for path in asked:
            async for page, answer in self._pages(f"{face.prefix}{path}", headers):
                is_text = answer.headers.get("content-type", "").startswith(
                    ("text", "application/json", "application/problem")
                )
                told[page] = (answer.status_code, _without_what_is_new(answer.text, began) if is_text else "")
        return told

    async def _pages(
        self, path: str, headers: Mapping[str, str]
    ) -> AsyncIterator[tuple[str, httpx.Response]]:
        url: str | None = path
        for _ in range(MOST_PAGES):
            if url is None:
                return
            answer = await self.client.get(url, headers=headers)
            self.client.cookies.clear()
            yield url, answer
            url = _next(path, answer) if f"limit={A_FEW}" in path else None


@pytest_asyncio.fixture
async def worlds(town: Town, _standing, address: str) -> AsyncIterator[Worlds]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as client:
        yield Worlds(town, _standing.snapshot.restore, client)


@pytest.mark.parametrize("reader", HIDDEN)
async def test_both_worlds_look_the_same(worlds: Worlds, reader: str) -> None:
    assert await worlds.differences(reader) == []


@pytest.mark.parametrize("reader", READ_BY_CONSENT)
async def test_without_the_consent_gate_they_would_not(
    worlds: Worlds, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T6: take the gate away, and the test above must notice."""
    monkeypatch.setattr(access, "permitted_categories", lambda **_: list(RecordCategory))
    _forget_kept_sql()
    try:
        found = await worlds.differences(reader)
    finally:
        _forget_kept_sql()

    assert any("/record/entries" in each for each in found)
    assert any("/record/categories" in each for each in found)
    assert any("/record/trends" in each for each in found)


def _forget_kept_sql() -> None:
    """Have the statements that `records` keeps built anew: the gate is built into them."""
    for module in [module for name, module in sys.modules.items() if name.startswith("server.records.")]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _everything(face: Face, town: Town, ghost: Ghost) -> Iterator[str]:
    """Yield every address that one may read at a face: each subject, each filter, pages of a few, and nonsense."""
    for route in face.routes:
        if route.method == "GET":
            for path in _paths(route, town, ghost):
                yield path
                for asked in _filters(route, town, ghost):
                    yield f"{path}?{urlencode(asked)}"


def _trail_first(path: str) -> bool:
    return "trail" not in path and "/audit" not in path  # before reading leaves lines of its own there


def _paths(route: Route, town: Town, ghost: Ghost) -> Iterator[str]:
    names = path_parameters(route.path)
    for chosen in itertools.product(*(_subjects(name, town, ghost) for name in names)):
        path = route.path
        for name, value in zip(names, chosen, strict=True):
            path = path.replace(f"<{name}>", value)
        yield path


def _subjects(name: str, town: Town, ghost: Ghost) -> list[str]:
    people, houses = town.people, town.alliance
    known = {
        "resident_uid": [people.wang, people.li, people.zhao_yun, ghost.resident],
        "institution_uid": [
            houses.yihe,
            houses.songhe,
            houses.first_hospital,
            houses.second_hospital,
            houses.health_center,
        ],
        "entry_uid": [town.records.wang_checkup, town.records.wang_restricted, ghost.entry],
        "consent_uid": [town.consent.wang_yihe, town.consent.wang_pending, ghost.consent],
        "appointment_uid": [town.booking.wang_fulfilled, town.booking.li_tomorrow, ghost.appointment],
        "visit_uid": [town.visits.today, town.visits.confirmed, town.visits.waiting, ghost.visit],
        "episode_uid": [town.followups.wang, town.followups.li],
        "case_uid": [town.feedback.case, ghost.case],
        "rating_uid": [town.feedback.low, ghost.rating],
        "account_uid": [town.identity.accounts["nurse"], town.identity.accounts["doctor"]],
        "agreement_uid": [houses.yihe_health_center, houses.songhe_second_hospital],
        "call_uid": [town.notifications.call],
        "breach_uid": [town.privacy.breach],
        "rectification_uid": [town.privacy.corrected],
        "statement_uid": [town.settlement.statement],
        "line_uid": [town.settlement.line],
        "training_session_uid": [town.training.session],
        "workload_month_uid": [town.workload.month],
        "assessment_uid": [town.assessments.li_draft, town.assessments.zhao_yun_screen, ghost.assessment],
        "code": [BLOOD_PRESSURE, "nonsense", "checkups", "ability"],
        "grant_uid": [people.daughter_grant, people.nephew_grant, ghost.grant],
        # The town has none of these: whatever is asked for, there is nothing.
        **{key: [people.wang] for key in ("paper_uid", "export_uid", "copy_uid", "schedule_uid", "trip_uid")},
        **{key: [people.wang] for key in ("referral_uid", "follow_up_uid", "escalation_uid")},
        **{key: [people.wang] for key in ("campaign_uid", "report_uid")},
        "bed_uid": [people.wang],
        "clinic_uid": [town.clinics.yihe],
        "designation_uid": [town.clinics.health_center],
        **{key: [people.wang] for key in ("period_uid", "project_report_uid", "evidence_uid")},
        "number": ["0123456789AB"],
        "enrolment_uid": [town.enrolments.wang, town.enrolments.li],
        **{key: [people.wang] for key in ("prescription_uid", "delivery_uid", "demand_uid")},
    }
    return known[name]


def _filters(route: Route, town: Town, ghost: Ghost) -> Iterator[dict[str, str]]:
    by_name = {
        "limit": [A_FEW, "100"],
        "after": ["nonsense"],
        "day": ["2026-03-03", "2026-03-04"],
        "days": ["30", "3660"],
        "department": [town.alliance.geriatrics, town.alliance.rehabilitation],
        "resident": [town.people.wang, town.people.zhao_yun, ghost.resident],
        "subject": [town.people.wang, ghost.resident],
        "agreement": [town.alliance.yihe_health_center],
        "institution": [town.alliance.first_hospital],
        "recipient": [town.alliance.health_center, town.alliance.yihe],
        "bed": ["201-1", "909-9"],
        "categories": ["ability"],
        "questionnaire": ["selfcare", "nonsense"],
        "home": [town.alliance.yihe, town.alliance.songhe],
        "team": [town.enrolments.team],
        "package": ["base", "nonsense"],
    }
    for name, info in (route.query.model_fields if route.query else {}).items():
        for value in by_name.get(name) or _words(info.annotation):
            yield {name: value}


def _words(annotation: Any) -> list[str]:
    for kind in (annotation, *get_args(annotation)):
        if kind is bool:
            return ["true"]
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return [str(each.value) for each in kind]
    return []


def _next(path: str, answer: httpx.Response) -> str | None:
    if answer.headers.get("content-type", "").startswith("application/json"):
        body = answer.json()
        cursor = body.get("next") if isinstance(body, dict) else None
        return f"{path}&{urlencode({'after': cursor})}" if cursor else None
    found = re.search(r'href="\?[^"]*after=([\w=%-]+)', answer.text)
    return f"{path}&after={found[1]}" if found else None


def _where_they_part(path: str, one: tuple[int, str], two: tuple[int, str]) -> str:
    pairs = enumerate(zip(one[1], two[1], strict=False))
    place = next((at for at, (here, there) in pairs if here != there), min(len(one[1]), len(two[1])))
    shown = slice(max(0, place - 120), place + 80)
    return f"{path}\n  {one[0]} …{one[1][shown]}…\n  {two[0]} …{two[1][shown]}…"


def _without_what_is_new(text: str, began: str) -> str:
    """Drop what is made for each answer: the request's id, a form's key, and uids of rows that reading itself leaves."""
    text = FORM_KEY.sub("", REQUEST_ID.sub("", text))
    return ULID.sub(lambda found: "new" if found[0] > began else found[0], text)
