"""Bring a database's tables to the state that the models describe, and back; safe when several processes start at once."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, Final

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget, PlanStep
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, AddIndex, CreateModel, RemoveIndex
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

from server.kit.database import APP, MIGRATIONS, database_config
from server.kit.engines import CONNECTION

LOCK_WAIT: Final = 600  # seconds; another process may be building a large index


class SchemaError(Exception):
    """The migrations could not be run, or left the database in a state that must not be served."""


async def migrate_up(url: str, *, modules: Sequence[str], migrations: str = MIGRATIONS) -> list[str]:
    """Apply what is missing and return the names; of several processes that start at once, one does the work."""
    return await _migrate(url, modules, "__latest__", migrations)


async def migrate_down(
    url: str, *, modules: Sequence[str], to: str, migrations: str = MIGRATIONS
) -> list[str]:
    """Undo what came after `to` and return the names.

    The target must be said: Tortoise's own `downgrade` without one dropped every table.
    """
    if not to or to.startswith("__"):
        msg = "Say the migration to go back to: going back without a target would drop every table"
        raise SchemaError(msg)
    return await _migrate(url, modules, to, migrations)


async def plan(url: str, *, modules: Sequence[str], migrations: str = MIGRATIONS) -> list[str]:
    """Return the names of the migrations that are not yet applied."""
    async with _connection(url, modules, migrations) as (connection, config):
        executor = _executor(connection, config)
        return _names(await executor.plan([MigrationTarget(APP, "__latest__")]))


async def pending_changes(*, modules: Sequence[str], migrations: str = MIGRATIONS) -> list[str]:
    """Describe what the models say and no migration does; empty when they agree. Needs no database."""
    return [
        operation.describe()
        for writer in await _changes(modules, migrations)
        for operation in writer.operations
    ]


async def write_migration(*, modules: Sequence[str], name: str, migrations: str = MIGRATIONS) -> str | None:
    """Write the pending changes as the next migration and return its path."""
    for writer in await _changes(modules, migrations):
        writer.name = f"{writer.name.split('_')[0]}_{name}"
        return str(writer.write())
    return None


async def _changes(modules: Sequence[str], migrations: str) -> list[Any]:
    config = database_config("sqlite:////nowhere/at/all.db", modules=modules, migrations=migrations)
    with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        assert context.apps is not None  # noqa: S101  init() made it
        return list(await MigrationAutodetector(context.apps, config["apps"]).changes())


async def _migrate(url: str, modules: Sequence[str], target: str, migrations: str) -> list[str]:
    async with _connection(url, modules, migrations) as (connection, config):
        if connection.capabilities.dialect == "mysql":
            return await _migrate_mysql(connection, config, target)
        return await _migrate_sqlite(connection, config, target)


async def _migrate_sqlite(connection: BaseDBAsyncClient, config: dict[str, Any], target: str) -> list[str]:
    # Within a transaction this pragma does nothing, and with it on, a table that is built anew takes the rows
    # of its children with it.
    await connection.execute_script(f"PRAGMA foreign_keys=OFF; PRAGMA busy_timeout={LOCK_WAIT * 1000}")
    # The whole run is one transaction: it is the lock, all or nothing, and checked before it is committed.
    async with in_transaction(CONNECTION) as transaction:
        names = await _run(_executor(transaction, config), target)
        _, orphans = await transaction.execute_query("PRAGMA foreign_key_check")
        if orphans:
            msg = f"Rows would point at nothing after the migrations: {[tuple(row) for row in orphans][:5]}"
            raise SchemaError(msg)
        return names


async def _migrate_mysql(connection: BaseDBAsyncClient, config: dict[str, Any], target: str) -> list[str]:
    # A lock is held by a connection, so this one is kept apart while the work goes through others.
    name = lock_name(str(getattr(connection, "database", "")))
    async with connection.acquire_connection() as keeper, keeper.cursor() as cursor:
        await cursor.execute("SELECT GET_LOCK(%s, %s)", (name, LOCK_WAIT))
        if (await cursor.fetchone())[0] != 1:
            msg = f"Another process has been migrating for {LOCK_WAIT} s"
            raise SchemaError(msg)
        try:
            return await _run(_executor(connection, config), target)
        finally:
            await cursor.execute("SELECT RELEASE_LOCK(%s)", (name,))


def lock_name(database: str) -> str:
    """Name the lock for one database of a server; the server takes 64 characters."""
    return "migrate " + hashlib.sha256(database.encode()).hexdigest()[:16]


async def _run(executor: "_Executor", target: str) -> list[str]:
    goal = [MigrationTarget(APP, target)]
    # Read once the lock is ours: the process before us may have done it all.
    names = _names(await executor.plan(goal))
    if (
        names
    ):  # Tortoise begins with a CREATE TABLE: an account that may only read and write rows was refused (1142)
        await executor.migrate(goal)
    return names


def _names(steps: list[PlanStep]) -> list[str]:
    return [step.migration.name for step in steps]


class _Forward(Migration):
    """A migration that only adds: no copy of all models before each step, and all tied together once, at its end.

    Tortoise does both for every step, so that 0001 to 0009 took 42 s of an empty database.
    """

    def __init__(self, migration: Migration) -> None:
        super().__init__(migration.name, migration.app_label)
        self.__dict__.update(migration.__dict__)

    async def apply(
        self,
        state: State,
        *,
        dry_run: bool = False,
        schema_editor: BaseSchemaEditor | None = None,
        collect_sql: bool = False,
    ) -> State:
        if collect_sql:
            return await super().apply(
                state, dry_run=dry_run, schema_editor=schema_editor, collect_sql=collect_sql
            )
        # Only what removes an index asks how it was before.
        removes = any(type(operation) is RemoveIndex for operation in self.operations)
        before = state.clone() if removes and schema_editor and not dry_run else state
        with _tied_at_the_end(state):
            for operation in self.operations:
                operation.state_forward(self.app_label, state)
        if schema_editor and not dry_run:
            for operation in self.operations:
                await operation.database_forward(self.app_label, before, state, schema_editor)
        state.validate_relations_initialized()
        return state


@contextmanager
def _tied_at_the_end(state: State) -> Iterator[None]:
    waiting: set[tuple[str, str]] = set()
    own: Any = state
    own.reload_models = waiting.update
    own.reload_model = lambda app, model: waiting.add((app, model))
    try:
        yield
    finally:
        del own.reload_models, own.reload_model
    state.reload_models(waiting)


class _Executor(MigrationExecutor):
    def _migration_plan(self, *args: Any, **kwargs: Any) -> list[PlanStep]:
        return [
            replace(step, migration=_Forward(step.migration)) if _only_adds(step) else step
            for step in super()._migration_plan(*args, **kwargs)
        ]

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:  # noqa: FBT001, FBT002
        if self.connection.capabilities.dialect == "mysql":
            from server.kit.engines.mysql_schema import Editor as MySQLEditor  # noqa: PLC0415  only with its driver

            return MySQLEditor(self.connection, atomic=atomic, collect_sql=collect_sql)
        from server.kit.engines.sqlite_schema import Editor as SqliteEditor  # noqa: PLC0415

        return SqliteEditor(self.connection, atomic=atomic, collect_sql=collect_sql)


def _only_adds(step: PlanStep) -> bool:
    """Tell whether each step may be taken with the models as they are at the migration's end.

    It may not where a table is made and changed in one migration: it would be made with the change.
    """
    operations: list[Any] = list(step.migration.operations)
    made = {operation.name for operation in operations if type(operation) is CreateModel}
    changed = {
        operation.model_name
        for operation in operations
        if type(operation) in {AddField, AddIndex, RemoveIndex}
    }
    known = all(type(operation) in {CreateModel, AddField, AddIndex, RemoveIndex} for operation in operations)
    return known and not step.backward and not made & changed


def _executor(connection: BaseDBAsyncClient, config: dict[str, Any]) -> _Executor:
    return _Executor(connection, config["apps"])


@asynccontextmanager
async def _connection(
    url: str, modules: Sequence[str], migrations: str
) -> AsyncIterator[tuple[BaseDBAsyncClient, dict[str, Any]]]:
    """Open the database for the migrations alone, beside whatever this process has open."""
    config = database_config(url, modules=modules, pool_size=3, migrations=migrations)
    async with TortoiseContext() as context:
        await context.init(config)
        yield context.connections.get(CONNECTION), config
