"""Models and migrations agree, and a migration leans on nothing that may change."""

import ast
from pathlib import Path

import pytest

from server.kit.schema import pending_changes
from server.settings import MODEL_MODULES

MIGRATIONS = sorted((Path(__file__).parents[2] / "migrations").glob("0*.py"))
LASTING = {"server.kit.tables"}  # the column types, which only ever grow


async def test_the_models_say_nothing_that_no_migration_says() -> None:
    assert await pending_changes(modules=MODEL_MODULES) == []


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda each: each.stem)
def test_imports_nothing_of_ours(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text()))
    ours = {
        node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("server", "admin"))
    }
    assert ours <= LASTING


def test_numbers_follow_each_other() -> None:
    assert [path.name[:4] for path in MIGRATIONS] == [
        f"{number:04}" for number in range(1, len(MIGRATIONS) + 1)
    ]
