# ruff: noqa: SLF001  Tortoise and the drivers have no public names for what is needed here
"""How tables are made and changed on MariaDB and MySQL."""

from typing import Any

from tortoise.backends.mysql.schema_generator import MySQLSchemaGenerator
from tortoise.migrations.constraints import CheckConstraint
from tortoise.migrations.schema_editor.mysql import MySQLSchemaEditor

from server.kit.engines.constraints import ConstraintsInTable, columns
from server.kit.engines.mysql_connect import COLLATION
from server.kit.tables import EXACT

EXACT_ON_MYSQL = "utf8mb4_0900_bin"


class MySQLConstraints(ConstraintsInTable):
    UNIQUE = "UNIQUE KEY `{name}` ({fields})"
    CHECK = "CONSTRAINT `{name}` CHECK ({check})"

    def _table_generate_extra(self, table: str) -> str:  # noqa: ARG002
        # A bare CHARACTER SET takes the server's own collation, for which two rare hanzi, and all emoji, are equal.
        return f" CHARACTER SET utf8mb4 COLLATE {COLLATION}"


class Generator(MySQLConstraints, MySQLSchemaGenerator):
    """Serves `generate_schemas()`."""


class Editor(MySQLConstraints, MySQLSchemaEditor):
    """Serves migrations."""

    async def _run_sql(self, sql: str) -> None:
        if EXACT in sql and not self.collect_sql and not await self._on_mariadb():
            sql = sql.replace(EXACT, EXACT_ON_MYSQL)
        await super()._run_sql(sql)

    async def _on_mariadb(self) -> bool:
        _, rows = await self.client.execute_query("SELECT VERSION() AS version")
        return "mariadb" in str(rows[0]["version"]).lower()

    async def add_field(self, model: Any, field_name: str) -> None:
        await super().add_field(model, field_name)
        # Tortoise kept the foreign key of an added column for the next CREATE TABLE, which then got it instead.
        keys, self._foreign_keys = self._foreign_keys, []
        for key in keys:
            await self._run_sql(f"ALTER TABLE {self._table(model)} ADD {key}")

    async def add_index(self, model: Any, index: Any) -> None:
        index.resolve_expressions(model)
        name = self._index_name_for_model(model, index)
        fields = ", ".join(self.quote(column) for column in columns(model, index.field_names))
        kind = f"{index.INDEX_TYPE} " if index.INDEX_TYPE else ""
        await self._run_sql(f"CREATE {kind}INDEX `{name}` ON {self._table(model)} ({fields})")

    async def add_constraint(self, model: Any, constraint: Any) -> None:
        if isinstance(constraint, CheckConstraint):
            await super().add_constraint(model, constraint)
        else:
            # Tortoise gave it a name of its own, under which no later migration found it (error 1091).
            await self._run_sql(f"ALTER TABLE {self._table(model)} ADD {self._unique(model, constraint)}")

    async def remove_constraint(self, model: Any, constraint: Any) -> None:
        if isinstance(constraint, CheckConstraint):
            # MariaDB has no DROP CHECK (error 1064); MySQL knows this way since 8.0.19.
            await self._run_sql(f"ALTER TABLE {self._table(model)} DROP CONSTRAINT `{constraint.name}`")
            return
        fields = columns(model, constraint.fields)
        await self._create_missing_fk_index(model, fields)
        name = constraint.name or await self._resolve_constraint_name(model, constraint)
        await self._run_sql(f"ALTER TABLE {self._table(model)} DROP INDEX `{name}`")

    def _table(self, model: Any) -> str:
        return str(self._qualify_table_name(model._meta.db_table, model._meta.schema))
