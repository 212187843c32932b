"""Rows of a kept query are read by what is known of their columns: of every table, they are what the driver makes of them."""

import pytest
from tortoise import Tortoise

from server.demo import Town
from server.kit.database import APP
from server.kit.engines.built_once import KeptText, memory

pytestmark = pytest.mark.mysql

MOST = 50


async def test_of_every_table_of_the_town(town: Town) -> None:
    memory.kept.clear()
    read = set()
    for name, model in Tortoise.apps[APP].items():
        asked = [await model.all().order_by("id").limit(MOST) for _ in range(3)]
        by_driver, learning, known = ([_values(row) for row in rows] for rows in asked)
        assert by_driver == learning == known, name
        if known:
            read.add(name)

    readers = [each.sql for each in memory.kept.values() if each and isinstance(each.sql, KeptText)]
    assert sum(hasattr(text, "reader") for text in readers) >= len(Tortoise.apps[APP])
    assert len(read) > 60, "most tables of the town have rows"


def _values(row: object) -> list[tuple[str, type, object]]:
    return [
        (name, type(value), value) for name, value in sorted(vars(row).items()) if not name.startswith("_")
    ]
