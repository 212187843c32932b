# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""How tables are made and changed on SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from tortoise.backends.sqlite.schema_generator import SqliteSchemaGenerator
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor

from server.kit.engines.constraints import ConstraintsInTable


def statements(script: str) -> Iterator[str]:
    """Split a script where its statements end, not at every semicolon: defaults and comments may hold some."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n\t;"):
                yield statement.strip()
            statement = ""
    if statement.strip(" \n\t;"):
        yield statement.strip()


class Generator(ConstraintsInTable, SqliteSchemaGenerator):
    """Serves `generate_schemas()`."""

    UNIQUE = 'CONSTRAINT "{name}" UNIQUE ({fields})'
    CHECK = 'CONSTRAINT "{name}" CHECK ({check})'


class Editor(ConstraintsInTable, SqliteSchemaEditor):
    """Serves migrations. Unique keys are indexes of their own, so that they can be kept and dropped by name.

    SQLite changes a column by building the table anew. Tortoise lost every index on the way, and, with
    foreign keys enforced, the rows of tables that point here; enforcement is switched off around the whole
    run (see server/kit/schema.py), because within a transaction it cannot be.
    """

    UNIQUE = ""
    CHECK = 'CONSTRAINT "{name}" CHECK ({check})'

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            self.collected_sql.append(sql)
        else:
            await self.client.execute_script(sql)

    async def create_model(self, model: Any) -> None:
        with _without(model._meta, "unique_together"):
            await super().create_model(model)
        await self._make_unique(model)

    async def add_field(self, model: Any, field_name: str) -> None:
        await super().add_field(model, field_name)
        field = model._meta.fields_map[field_name]
        if getattr(field, "index", False) and not field.unique:
            await self.add_index(model, Index(fields=(field_name,)))

    async def remove_constraint(self, model: Any, constraint: Any) -> None:
        if not isinstance(constraint, CheckConstraint):
            await super().remove_constraint(model, constraint)
            return
        # Tortoise hands over the model as it was before, so the new table got the CHECK again.
        others = tuple(other for other in model._meta.constraints or () if other != constraint)
        with _without(model._meta, "constraints", others):
            await self._remake_table(model)

    async def _alter_field(self, model: Any, old_field: Any, new_field: Any) -> None:
        old_name = old_field.source_field or old_field.model_field_name
        new_name = new_field.source_field or new_field.model_field_name
        if old_name != new_name:
            # The rename alone, first: SQLite then rewrites the indexes that name the column.
            table = self._qualify_table_name(model._meta.db_table, model._meta.schema)
            await self._run_sql(f'ALTER TABLE {table} RENAME COLUMN "{old_name}" TO "{new_name}"')
            old_field = copy(old_field)
            old_field.source_field = new_name
        await self._remake_table(model, alter_fields=[(old_field, new_field)])
        await self._toggle_index(model, old_field, new_field, new_name)

    async def _toggle_index(self, model: Any, old_field: Any, new_field: Any, column: str) -> None:
        index = Index(fields=(column,))
        had, has = (field.index and not field.unique for field in (old_field, new_field))
        if has and not had:
            await self.add_index(model, index)
        elif had and not has:
            name = self._generate_index_name("idx", model, [column])
            await self._run_sql(f'DROP INDEX IF EXISTS "{name}"')

    async def _remake_table(self, model: Any, *args: Any, **kwargs: Any) -> None:
        table = model._meta.db_table
        if self.collect_sql:
            await super()._remake_table(model, *args, **kwargs)
            return
        kept = await self._read(
            f"SELECT name, sql FROM sqlite_master WHERE tbl_name='{table}' AND sql IS NOT NULL "  # noqa: S608
            "AND type IN ('index', 'trigger')"
        )
        sequence = await self._read(f"SELECT seq FROM sqlite_sequence WHERE name='{table}'", absent_ok=True)  # noqa: S608
        await super()._remake_table(model, *args, **kwargs)
        for row in kept:
            await self._recreate(row["sql"])
        await self._make_unique(model)
        for row in sequence:
            # The sequence restarts at the largest id copied: a deleted last row's number would be given out again.
            await self._run_sql(f"UPDATE sqlite_sequence SET seq={row['seq']} WHERE name='{table}'")  # noqa: S608

    async def _recreate(self, sql: str) -> None:
        try:
            await self._run_sql(sql)
        except Exception as error:
            if "no such column" not in str(error):  # it indexed the column that was just removed
                raise

    async def _make_unique(self, model: Any) -> None:
        for constraint in _unique_constraints(model):
            name = self._constraint_name_for_model(
                model,
                UniqueConstraint(
                    fields=tuple(self._resolve_fields_to_columns(model, constraint.fields)),
                    name=constraint.name,
                ),
            )
            if not await self._read(f"SELECT 1 FROM sqlite_master WHERE type='index' AND name='{name}'"):  # noqa: S608
                await self.add_constraint(model, constraint)

    async def _read(self, sql: str, *, absent_ok: bool = False) -> list[Any]:
        if self.collect_sql:
            return []
        try:
            return list((await self.client.execute_query(sql))[1])
        except Exception:
            if absent_ok:
                return []
            raise


def _unique_constraints(model: Any) -> list[UniqueConstraint]:
    together = [UniqueConstraint(fields=tuple(fields)) for fields in model._meta.unique_together or ()]
    named = [one for one in model._meta.constraints or () if isinstance(one, UniqueConstraint)]
    return together + named


@contextmanager
def _without(meta: Any, option: str, instead: Any = ()) -> Iterator[None]:
    before = getattr(meta, option)
    setattr(meta, option, instead)
    try:
        yield
    finally:
        setattr(meta, option, before)
