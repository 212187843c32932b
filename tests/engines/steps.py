# ruff: noqa: S608  the names are the database's own
"""Migrations written by a test, and what they made of the database."""

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate as stock_migrate

from server.kit.schema import migrate_down, migrate_up
from tests.engines.stock import MODULES, stock_config
from tests.rings import connect_to

ROW = "INSERT INTO home (name, town, beds) VALUES ('{}', '{}', {})"

HEAD = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

"""

HOME = """
ops.CreateModel(
    name="Home",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True)),
        ("name", fields.CharField(max_length=40)),
        ("town", fields.CharField(max_length=40, default="a;b")),
        ("beds", fields.IntField(default=1)),
    ],
    options={
        "table": "home", "app": "care", "pk_attr": "id",
        "unique_together": (("name", "town"),),
        "indexes": [Index(fields=["beds", "name"], name="ix_home_beds")],
        "constraints": [
            CheckConstraint(check="beds > 0", name="ck_home_beds"),
            UniqueConstraint(fields=("name", "beds"), name="uq_home_name_beds"),
        ],
    },
    bases=["Model"],
)
"""
GUEST = """
ops.CreateModel(
    name="Guest",
    fields=[
        ("id", fields.IntField(generated=True, primary_key=True)),
        ("home", fields.ForeignKeyField("care.Home", source_field="home_id", on_delete=OnDelete.{rule})),
    ],
    options={{"table": "guest", "app": "care", "pk_attr": "id"}},
    bases=["Model"],
)
"""
FIRST = (HOME, GUEST.format(rule="RESTRICT"))


class Steps:
    """A package of migrations of its own, and a database to run them on."""

    def __init__(self, folder: Path, url: str) -> None:
        self.name = f"steps_{uuid.uuid4().hex}"
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "__init__.py").touch()
        self.url = url
        self.mysql = url.startswith("mysql")

    def add(self, name: str, *operations: str, after: str | None = None) -> None:
        depends = f"[('care', {after!r})]" if after else "[]"
        body = "".join(f"        {operation.strip()},\n" for operation in operations)
        text = f"{HEAD}class Migration(migrations.Migration):\n    dependencies = {depends}\n    operations = [\n{body}    ]\n"
        (self.folder / f"{name}.py").write_text(text)

    async def up(self) -> list[str]:
        return await migrate_up(self.url, modules=MODULES, migrations=self.name)

    async def down(self, to: str) -> list[str]:
        return await migrate_down(self.url, modules=MODULES, to=to, migrations=self.name)

    async def stock_up(self) -> None:
        config = stock_config(self.url)
        config["apps"]["care"]["migrations"] = self.name
        async with TortoiseContext():
            await stock_migrate(config=config)

    def sql(self, *statements: str) -> list[tuple]:
        rows: list[tuple] = []
        if self.mysql:
            with closing(connect_to(self.url)) as server, server.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                    rows = list(cursor.fetchall())
            return rows
        with closing(sqlite3.connect(urlsplit(self.url).path)) as file, file:
            file.execute("PRAGMA foreign_keys=ON")
            for statement in statements:
                rows = file.execute(statement).fetchall()
        return rows

    def indexes(self, table: str) -> set[str]:
        if self.mysql:
            return {row[2] for row in self.sql(f"SHOW INDEX FROM {table}")}
        return {
            row[0]
            for row in self.sql(f"SELECT name FROM sqlite_master WHERE type='index' AND tbl_name='{table}'")
        }

    def columns(self, table: str, index: str) -> list[str | None]:
        if self.mysql:
            return [row[4] for row in self.sql(f"SHOW INDEX FROM {table} WHERE Key_name='{index}'")]
        return [row[2] for row in self.sql(f"PRAGMA index_info('{index}')")]

    def refuses(self, statement: str) -> bool:
        try:
            self.sql(statement)
        except Exception as error:  # noqa: BLE001  two drivers, two families of errors
            text = str(error)
            assert any(
                word in text
                for word in ("UNIQUE", "CHECK", "CONSTRAINT", "Duplicate", "FOREIGN KEY", "foreign key")
            ), text
            return True
        return False
