"""The verdicts as a text that can be read: one row a route, one column a person."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from server.web.faces import Face
from server.web.routes import Route
from tests.architecture.subjects import ANONYMOUS, LOGINS, PERSONAS

HERE = Path(__file__).parent
PEOPLE: Mapping[str, tuple[str, ...]] = {"api": (ANONYMOUS, *PERSONAS), "console": (ANONYMOUS, *LOGINS)}
WIDTH = 74  # of the first column
NARROWEST = 3
HEAD = """\
# What the server says to each person of the town (server/demo/cast.py) who sends a request that is in order, about
# the subject that tests/architecture/verdicts/{face}.py names for the route. Below some routes stand rows that begin
# with ~: the same route about another subject. Read every change of this file cell by cell:
#   200 201 204 303  done, or shown (an empty list is shown to everybody who may have one)
#   401, in          sign in first (the console leads to its sign-in page)
#   403              not with these roles, whatever it is about      404  nothing that this person may know of
#   409 422          theirs to do, but not now, or not like this: the code stands behind the row
# Written by `python -m tests.architecture.verdicts`, compared by tests/architecture/test_verdicts.py. Where the server
# is known to be wrong (verdicts/known_wrong.py) the right verdict stands here.
"""


def name_of(route: Route, about: str = "") -> str:
    """Name a row: the route, and its subject where that is not the usual one."""
    return f"{route.method} {route.path or '/'}" + (f" ~ {about}" if about else "")


def row_of(route: Route, about: str, cells: Mapping[str, str], notes: Iterable[str]) -> str:
    first = f"     ~ {about}" if about else f"{route.method:<6} {route.path or '/'}"
    said = "".join(f"{cell:<{_width(person)}}" for person, cell in cells.items())
    return " | ".join([f"{first:<{WIDTH}} {said}".rstrip(), *([] if about else [route.summary]), *notes])


def path_of(face: str) -> Path:
    return HERE / f"{face}.txt"


def rows_of(face: str) -> dict[str, str]:
    """Return the rows that were agreed on, by name."""
    rows, route = {}, ""
    lines = path_of(face).read_text().splitlines() if path_of(face).exists() else []
    for line in lines:
        if line and not line.startswith("#"):
            first = " ".join(line[:WIDTH].split())
            route = route if first.startswith("~") else first
            rows[f"{route} {first}" if first.startswith("~") else route] = line
    return rows


def cells_of(row: str, face: str) -> dict[str, str]:
    cells = row[WIDTH:].partition(" | ")[0].split()
    assert len(cells) == len(PEOPLE[face]), (
        f"the town's cast has changed: run `python -m tests.architecture.verdicts`\n{row}"
    )
    return dict(zip(PEOPLE[face], cells, strict=True))


def write(face: Face, rows: Mapping[str, str]) -> None:
    """Write the table anew, in the order in which the face lists its routes."""
    names = (
        f"{'#':<{WIDTH}} {''.join(f'{person:<{_width(person)}}' for person in PEOPLE[face.name])}".rstrip()
    )
    lines, tag = [HEAD.format(face=face.name).rstrip()], ""
    for route in face.routes:
        if route.tag != tag:
            tag = route.tag
            lines += ["", f"# {tag}", names]
        own = name_of(route)
        lines += [row for name, row in rows.items() if name == own or name.startswith(f"{own} ~ ")]
    path_of(face.name).write_text("\n".join(lines) + "\n")


def _width(person: str) -> int:
    return max(len(person), NARROWEST) + 2
