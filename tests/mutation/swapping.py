"""Puts other code into the functions of a running product, and takes it out again."""

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from server.authority.permissions import ROLE_PERMISSIONS, Role
from server.web.asking import Open
from server.web.routes import Route
from tests.mutation.finding import Gate, code_with_mark, code_without

MARK = "_gate_reached"


@contextmanager
def without(gate: Gate) -> Iterator[None]:
    """Run without a gate; whoever holds the function, decorated or imported, holds the changed one."""
    with _holding({function_of(gate): code_without(gate)}):
        forget_kept_sql()
        yield
    forget_kept_sql()


@contextmanager
def marking(gates: list[Gate], reached: Callable[[str], None]) -> Iterator[None]:
    """Have each gate's function say by its name that it was reached."""
    codes = {function_of(gate): code_with_mark(gate, MARK) for gate in gates}
    for function in codes:
        function.__globals__[MARK] = reached
    with _holding(codes):
        yield
    for function in codes:
        function.__globals__.pop(MARK, None)


@contextmanager
def unguarded(route: Route) -> Iterator[None]:
    """Let everybody who is signed in do it; or everybody at all, where every person holds the permission."""
    needs = route.needs
    held_by_all = needs in ROLE_PERMISSIONS[Role.PERSON]
    object.__setattr__(route, "needs", Open.ANYONE if held_by_all else Open.SIGNED_IN)
    try:
        yield
    finally:
        object.__setattr__(route, "needs", needs)


def function_of(gate: Gate) -> FunctionType:
    found: Any = importlib.import_module(gate.module)
    for name in gate.function.split("."):
        found = inspect.getattr_static(found, name)
    found = getattr(found, "fget", None) or getattr(found, "__func__", found)
    function: FunctionType = inspect.unwrap(found)
    return function


def forget_kept_sql() -> None:
    """Have the statements that the product keeps built anew: gates are built into them."""
    for module in [module for name, module in sys.modules.items() if name.startswith("server.")]:
        for value in vars(module).values():
            for name in ("_plans", "_runs", "_shapes"):
                if isinstance(kept := getattr(value, name, None), dict):
                    kept.clear()
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@contextmanager
def _holding(codes: dict[FunctionType, CodeType]) -> Iterator[None]:
    before = {function: function.__code__ for function in codes}
    for function, code in codes.items():
        function.__code__ = code
    try:
        yield
    finally:
        for function, code in before.items():
            function.__code__ = code
