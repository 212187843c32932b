"""Faces stay thin: a handler calls at most one action, and decides nothing."""

import ast
import inspect
import textwrap

import pytest

from server.web.routes import Route
from tests.architecture.faces import ROUTES, name_of


def _tree(route: Route) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(route.handler)))


def _actions_called(route: Route) -> list[str]:
    module = inspect.getmodule(route.handler)
    found = []
    for node in ast.walk(_tree(route)):
        if isinstance(node, ast.Call):
            target = _resolved(node.func, vars(module))
            if getattr(target, "is_action", False):
                found.append(target.__name__)
    return found


def _resolved(node: ast.expr, names: dict[str, object]) -> object:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, names), node.attr, None)
    return None


@pytest.mark.parametrize("route", [route for _, route in ROUTES], ids=name_of)
class TestEveryHandler:
    def test_calls_at_most_one_action(self, route: Route) -> None:
        assert len(_actions_called(route)) <= 1

    def test_calls_no_action_to_answer_a_get(self, route: Route) -> None:
        assert route.method != "GET" or _actions_called(route) == []

    def test_catches_nothing_of_the_core(self, route: Route) -> None:
        assert not [node for node in ast.walk(_tree(route)) if isinstance(node, ast.Try)]

    def test_fits_on_a_screen(self, route: Route) -> None:
        assert len(inspect.getsource(route.handler).splitlines()) <= 40
