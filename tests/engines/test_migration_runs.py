"""How migrations are run: all or nothing, once, and never back without a target."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest
from tortoise.exceptions import OperationalError

from server.kit.schema import SchemaError, lock_name
from tests.engines.steps import FIRST, HOME, ROW, Steps
from tests.engines.stock import MODULES
from tests.rings import connect_to

KEY = (
    'ops.AddField(model_name="Guest", name="second", field=fields.ForeignKeyField('
    '"care.Home", source_field="second_id", null=True, related_name=False, on_delete=OnDelete.RESTRICT))'
)


async def test_partial_unique_keys_are_refused_loudly(steps: Steps):
    steps.add(
        "0001_first",
        HOME.replace('("name", "beds"), name', '("name", "beds"), condition="beds > 1", name'),
    )
    with pytest.raises(NotImplementedError):
        await steps.up()


async def test_semicolons_within_a_statement_do_not_split_it(sqlite_steps: Steps):
    sqlite_steps.add("0001_first", *FIRST)
    sqlite_steps.add(
        "0002_words",
        """ops.RunSQL("INSERT INTO home (name, town, beds) VALUES ('a;b', 'c', 1) /* one; comment */; """
        """UPDATE home SET town='d;e'")""",
        after="0001_first",
    )
    await sqlite_steps.up()
    assert sqlite_steps.sql("SELECT name, town FROM home") == [("a;b", "d;e")]


async def test_going_back_needs_a_target(steps: Steps):
    steps.add("0001_first", *FIRST)
    await steps.up()
    for target in ("", "__first__"):
        with pytest.raises(SchemaError):
            await steps.down(target)
    steps.sql("SELECT COUNT(*) FROM home")


async def test_a_failed_run_leaves_nothing_on_sqlite(sqlite_steps: Steps):
    sqlite_steps.add("0001_first", *FIRST)
    sqlite_steps.add("0002_bad", "ops.RunSQL('INSERT INTO nowhere VALUES (1)')", after="0001_first")
    with pytest.raises(OperationalError):
        await sqlite_steps.up()
    assert sqlite_steps.sql("SELECT name FROM sqlite_master") == []


async def test_tables_compare_rare_hanzi_and_emoji_as_different(mysql_steps: Steps):
    mysql_steps.add("0001_first", *FIRST)
    await mysql_steps.up()
    mysql_steps.sql(
        ROW.format("𠮷", "x", 1), ROW.format("𠮾", "x", 1), ROW.format("😀", "x", 1), ROW.format("😁", "x", 1)
    )
    assert mysql_steps.sql("SHOW TABLE STATUS LIKE 'home'")[0][14] == "utf8mb4_unicode_520_ci"


async def test_an_account_without_the_right_to_change_tables_finds_nothing_to_do(mysql_steps: Steps):
    mysql_steps.add("0001_first", *FIRST)
    await mysql_steps.up()
    parts = urlsplit(mysql_steps.url)
    database = parts.path.lstrip("/")
    for statement in (
        "CREATE USER IF NOT EXISTS 'rows_only'@'%'",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON `{database}`.* TO 'rows_only'@'%'",
    ):
        mysql_steps.sql(statement)
    mysql_steps.url = parts._replace(netloc=f"rows_only@{parts.hostname}:{parts.port}").geturl()

    assert await mysql_steps.up() == []

    mysql_steps.add("0002_more", "ops.RunSQL('CREATE TABLE more (id INT)')", after="0001_first")
    with pytest.raises(OperationalError):  # what is missing is not passed over
        await mysql_steps.up()


def test_processes_that_start_at_once_migrate_once(steps: Steps):
    steps.add("0001_first", *FIRST)
    steps.add("0002_key", KEY, after="0001_first")
    code = (
        "import asyncio, sys\n"
        "from server.kit.schema import migrate_up\n"
        f"sys.path.insert(0, {str(steps.folder.parent)!r})\n"
        f"done = asyncio.run(migrate_up({steps.url!r}, modules={MODULES!r}, migrations={steps.name!r}))\n"
        "print(len(done))\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    answers = [run.communicate(timeout=30) for run in runs]
    assert sorted(out.strip() for out, _ in answers) == ["0", "0", "2"], [err[-600:] for _, err in answers]


async def test_a_run_waits_for_the_lock(steps: Steps):
    steps.add("0001_first", *FIRST)
    with _locked_by_another(steps):
        run = asyncio.create_task(steps.up())
        await asyncio.wait([run], timeout=0.4)
        assert not run.done()
    assert await asyncio.wait_for(run, 10) == ["0001_first"]


@contextmanager
def _locked_by_another(steps: Steps) -> Iterator[None]:
    if steps.mysql:
        with closing(connect_to(steps.url)) as other, other.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(%s, 0)", (lock_name("engines"),))
            yield
        return
    with closing(sqlite3.connect(urlsplit(steps.url).path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
