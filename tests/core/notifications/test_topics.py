"""Every piece of news either reaches somebody or is listed, with a reason, as reaching nobody."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.feedback.rules import CASE_MOVES, CaseEvent
from server.notifications.templates import TEMPLATES, TOLD_TO_NOBODY
from tests.architecture.faces import ROUTES

SERVER = Path(__file__).parents[3] / "server"
SAYING = {"enqueue", "tell", "_tell"}  # the outbox itself, and the features' own ways to it
TOPIC = re.compile(r"[a-z_]+\.[a-z_]+")
# Topics put together from a state: what stands in the source, and everything that it can become.
PUT_TOGETHER = {
    "feedback.case_{}": {
        f"feedback.case_{CASE_MOVES.after(source, event)}"
        for event in CaseEvent
        for source in CASE_MOVES.sources(event)
    },
    "alliance.{}": set(),  # spelled out by whoever calls alliance's `tell`
    "demands.{}": set(),  # likewise
}


def said_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tables = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    feature = path.relative_to(SERVER).parts[0]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in SAYING:
            for argument in call.args:
                yield from topics_in(argument, tables, feature)


def topics_in(argument: ast.expr, tables: dict[str, ast.Dict], feature: str) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(text)):
            yield text if TOPIC.fullmatch(text) else f"{feature}.{text}"
        case ast.JoinedStr(values=parts):
            shape = "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in parts)
            yield from PUT_TOGETHER[shape]
        case ast.Subscript(value=ast.Name(id=table)) if table in tables:
            for value in tables[table].values:
                yield from topics_in(value, tables, feature)


@functools.cache
def said() -> set[str]:
    return {topic for path in SERVER.rglob("*.py") if "demo" not in path.parts for topic in said_in(path)}


class TestEveryTopic:
    def test_is_told_or_listed_as_told_to_nobody(self) -> None:
        assert said() - set(TEMPLATES) - set(TOLD_TO_NOBODY) == set()

    def test_that_has_a_sentence_is_said_somewhere(self) -> None:
        assert set(TEMPLATES) - said() == set()

    def test_that_is_listed_is_said_somewhere_and_has_no_sentence(self) -> None:
        assert set(TOLD_TO_NOBODY) - said() == set()
        assert not set(TOLD_TO_NOBODY) & set(TEMPLATES)
        assert all(TOLD_TO_NOBODY.values())


class TestThePagesOfTheConsole:
    @pytest.mark.parametrize(
        "target",
        sorted(
            {
                each.target
                for several in TEMPLATES.values()
                for each in several
                if each.target.startswith("/admin")
            }
        ),
    )
    def test_that_a_message_leads_to_are_there(self, target: str) -> None:
        paths = {re.sub(r"<[^>]+>", "{uid}", route.path) for face, route in ROUTES if route.method == "GET"}

        assert target.removeprefix("/admin") in paths or target in paths
