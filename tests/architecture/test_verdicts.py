"""Every route against every person who can sign in there: the table of verdicts, with no cell empty (T9)."""

import os
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from server.web.faces import Face
from server.web.routes import Route, path_parameters
from tests.architecture.faces import FACES, ROUTES
from tests.architecture.subjects import ANONYMOUS
from tests.architecture.verdicts import table
from tests.architecture.verdicts.court import (
    EXPECTED_REFUSALS,
    SAMPLES,
    Court,
    Trial,
    Verdict,
    key_of,
    subjects_of,
)
from tests.architecture.verdicts.known_wrong import KNOWN_TELLING, KNOWN_WRONG

pytestmark = pytest.mark.usefixtures("published")
WRITING = os.environ.get("VERDICTS") == "write"
BY_NAME = {face.name: face for face in FACES}
ROWS = [(face, route, about) for face, route in ROUTES for about in subjects_of(face, route)]
written: dict[str, dict[str, str]] = {face.name: {} for face in FACES}


@pytest.fixture(scope="module", autouse=True)
def writing() -> Iterator[None]:
    yield
    for name, rows in written.items():
        if WRITING and len(rows) == sum(face.name == name for face, _, _ in ROWS):
            table.write(BY_NAME[name], rows)


@pytest_asyncio.fixture(scope="module")
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def court(request, town, _standing, clock, client) -> Court:
    return Court(request.getfixturevalue("face"), town, _standing.snapshot, clock, client)


@pytest.mark.parametrize(
    ("face", "route", "about"),
    ROWS,
    ids=[f"{face.name} {table.name_of(route, about)}" for face, route, about in ROWS],
)
class TestEveryRow:
    async def test_says_to_each_person_what_was_agreed_on(
        self, face: Face, route: Route, about: str, court: Court
    ) -> None:
        name = table.name_of(route, about)
        agreed = table.rows_of(face.name).get(name)
        assert agreed or WRITING, (
            f"{name} has no row in {table.path_of(face.name).name}: name its subject in verdicts/{face.name}.py, run "
            "`python -m tests.architecture.verdicts`, and read the new row cell by cell"
        )
        cells, notes, told = await _tried(court, route, about)
        cells = _as_it_should_be(face.name, name, cells, agreed)
        row = table.row_of(route, about, cells, notes)
        if WRITING:
            written[face.name][name] = row
        else:
            assert row == agreed
        assert not any(cell.startswith("5") for cell in cells.values())
        known = {person for where, which, person in KNOWN_TELLING if (where, which) == (face.name, name)}
        assert told == known, (
            f"{name} tells {sorted(told - known)} what exists; it no longer tells {sorted(known - told)}"
        )


@pytest.mark.parametrize(
    ("face", "route"), ROUTES, ids=[f"{face.name} {table.name_of(route)}" for face, route in ROUTES]
)
class TestEveryRoute:
    def test_has_a_subject(self, face: Face, route: Route) -> None:
        needed = path_parameters(route.path) or route.body is not None
        assert not needed or key_of(route) in SAMPLES[face.name], f"name a subject in verdicts/{face.name}.py"

    def test_works_for_somebody(self, face: Face, route: Route) -> None:
        row = table.rows_of(face.name).get(table.name_of(route))
        assert row is None or {str(route.status), "303"} & set(table.cells_of(row, face.name).values())


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
class TestTheTable:
    def test_has_no_row_of_what_is_gone(self, face: Face) -> None:
        named = {table.name_of(route, about) for where, route, about in ROWS if where is face}
        assert set(table.rows_of(face.name)) <= named

    def test_has_no_sample_of_what_is_gone(self, face: Face) -> None:
        routes = {key_of(route) for route in face.routes}
        assert {key.partition(": ")[0] for key in SAMPLES[face.name]} <= routes

    def test_knows_no_wrong_about_what_is_gone(self, face: Face) -> None:
        rows = table.rows_of(face.name)
        for where, name, person in (*KNOWN_WRONG, *KNOWN_TELLING):
            assert where != face.name or (name in rows and person in table.PEOPLE[where])


def _as_it_should_be(face: str, name: str, cells: dict[str, str], agreed: str | None) -> dict[str, str]:
    """Put the right verdict in the place of one that is known to be wrong, as long as it still is."""
    right = table.cells_of(agreed, face) if agreed and not WRITING else {}
    for (where, which, person), (wrong, verdict, _) in KNOWN_WRONG.items():
        if (where, which) == (face, name):
            assert cells[person] == wrong, f"{person}: no longer wrong as known; take it out of KNOWN_WRONG"
            assert right.get(person, verdict) == verdict
            cells[person] = verdict
    return cells


async def _tried(court: Court, route: Route, about: str) -> tuple[dict[str, str], list[str], set[str]]:
    """Return each person's cell, the codes of rarer refusals, and those whom a 404 tells more than nothing would."""
    cells: dict[str, str] = {}
    notes, told = [], set()
    async with court.set_up(route, about) as trial:
        for person in court.people:
            verdict = await trial.of(person)
            cells[person] = verdict.cell
            if verdict.cell[0] in "45" and int(verdict.cell) not in EXPECTED_REFUSALS:
                notes.append(f"{person} {verdict.code}")
            if verdict.cell == "404" and await _tells(trial, person, verdict):
                told.add(person)
        for stranger in court.people_of_the_other_face:
            assert (await trial.of(stranger)).cell == cells[ANONYMOUS], (
                f"{stranger}'s session opens the other face"
            )
    return cells, notes, told


async def _tells(trial: Trial, person: str, verdict: Verdict) -> bool:
    nothing = await trial.of_nothing(person)
    return (nothing.cell, nothing.text) != (verdict.cell, verdict.text)
