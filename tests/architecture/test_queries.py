"""Every page and every list stays within a stated number of statements, and none asks once per row."""

import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from server.demo import Town
from server.kit.engines.counting import counted
from tests.architecture.crowd import grow
from tests.architecture.faces import FACES, ROUTES
from tests.architecture.subjects import ANONYMOUS, NOW
from tests.architecture.verdicts import table
from tests.architecture.verdicts.court import Court, Trial
from tests.architecture.verdicts.scenes import Scenes

READING = [(face, route) for face, route in ROUTES if route.method == "GET"]
WRITING = os.environ.get("VERDICTS") == "write"
STATED = Path(__file__).parent / "verdicts" / "statements.txt"
HEAD = "# The most statements that each page and list runs for whoever is shown something, in the town and grown large.\n"
IN_LIST = re.compile(r"IN \((?:\?|%s)(?:,(?:\?|%s))*\)")


Counts = dict[str, dict[str, Counter[str]]]  # route, person, statement


@pytest_asyncio.fixture
async def courts(town: Town, _standing, clock, address: str) -> AsyncIterator[dict[str, Court]]:
    async with httpx.AsyncClient(base_url=address, timeout=30, follow_redirects=False) as client:
        yield {face.name: Court(face, town, _standing.snapshot, clock, client) for face in FACES}


async def _trials(courts: dict[str, Court], town: Town) -> list[tuple[str, Trial, list[str]]]:
    """Return every reading route with those who are shown something, in one town where every scene has been played."""
    stage, found = Scenes(town), []
    for face, route in READING:
        row = table.rows_of(face.name)[table.name_of(route)]
        readers = [
            person
            for person, cell in table.cells_of(row, face.name).items()
            if cell == "200" and person != ANONYMOUS
        ]
        trial = Trial(courts[face.name], route, "", stage)
        await trial.begin()
        if readers:
            found.append((f"{face.name} {route.path or '/'}", trial, readers))
    await stage.open_sessions(now=NOW)
    return found


async def _counted(trials: list[tuple[str, Trial, list[str]]], *, warm: bool) -> Counts:
    found: Counts = {}
    for name, trial, readers in trials:
        if not warm:
            await trial.of(readers[0])  # what is kept in the process is there from now on
        for person in readers:
            with counted() as statements:
                answer = await trial.of(person)
            assert answer.cell == "200", f"{name} for {person}: {answer.text}"
            found.setdefault(name, {})[person] = Counter(IN_LIST.sub("IN (…)", sql) for sql in statements)
    return found


@pytest.mark.usefixtures("published")
async def test_every_page_and_list_stays_within_its_number_and_none_asks_once_per_row(
    courts: dict[str, Court], town: Town
) -> None:
    trials = await _trials(courts, town)
    few = await _counted(trials, warm=False)
    await grow()
    many = await _counted(trials, warm=True)

    most = {name: max(each.total() for world in (few, many) for each in world[name].values()) for name in few}
    if WRITING:
        STATED.write_text(HEAD + "".join(f"{number:>3}  {name}\n" for name, number in most.items()))
    stated = _stated()
    assert most.keys() == stated.keys(), "run `python -m tests.architecture.verdicts` and look at the numbers"
    over = {
        name: f"{number} statements, {stated[name]} are stated"
        for name, number in most.items()
        if number > stated[name]
    }
    assert over == {}

    # A statement that ran not at all may run once now: the names of those who are there at last.
    repeated = {
        f"{name} for {person}": {
            sql[:160]: count for sql, count in counts.items() if count > max(1, few[name][person][sql])
        }
        for name, readers in many.items()
        for person, counts in readers.items()
    }
    assert {name: statements for name, statements in repeated.items() if statements} == {}


def _stated() -> dict[str, int]:
    lines = [line.split(maxsplit=1) for line in STATED.read_text().splitlines() if not line.startswith("#")]
    return {name: int(number) for number, name in lines}
