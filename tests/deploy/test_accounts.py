"""The two accounts of docs/operations.md, made by its own statements on a real MariaDB: each may do its part, and no more."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest

from tests.cluster.servers import DEPLOY
from tests.rings import connect_to, private_mariadb, servers_or_reason
from tests.running import command, environment

pytestmark = [pytest.mark.mysql, pytest.mark.timeout(240)]

PASSWORD = "chosen-by-the-operator"
TEXT = (DEPLOY.parent / "docs/operations.md").read_text()
STATEMENTS = re.findall(r"^ +((?:CREATE (?:DATABASE|USER)|GRANT) .+?);", TEXT, re.MULTILINE)


@dataclass(frozen=True)
class Installed:
    folder: Path
    rows: str  # the URL of the account that serves
    tables: str  # and of the one that changes tables


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    here, why = servers_or_reason()
    if not here:
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("accounts")
    with private_mariadb(folder, flush=1) as server:
        with closing(connect_to(server)) as connection, connection.cursor() as cursor:
            cursor.execute("SET GLOBAL idle_transaction_timeout = 5")
            for statement in STATEMENTS:
                cursor.execute(statement.replace("…", PASSWORD).replace("10.20.0.%", "127.0.0.1"))
        parts = urlsplit(server)
        rows, tables = (
            parts._replace(netloc=f"{name}:{PASSWORD}@127.0.0.1:{parts.port}", path="/alliance").geturl()
            for name in ("alliance", "alliance_ddl")
        )
        yield Installed(folder, rows, tables)


def test_the_page_makes_a_database_and_two_accounts_with_a_grant_each() -> None:
    assert [statement.split()[0] for statement in STATEMENTS] == [
        "CREATE",
        "CREATE",
        "GRANT",
        "CREATE",
        "GRANT",
    ]


def test_one_makes_the_tables_and_the_other_does_all_the_rest(installed: Installed) -> None:
    changing = environment(installed.folder / "server", DATABASE_URL=installed.tables)
    serving = {**changing, "DATABASE_URL": installed.rows}

    too_weak = command(serving, "migrate", "up")
    made = command(changing, "migrate", "up")

    assert too_weak.returncode != 0
    assert made.returncode == 0, made.stderr
    assert command(serving, "migrate", "up").stdout == "nothing to do\n"
    first = command(
        serving, "create-admin", "xu", "--name", "许管理", text="correct horse battery staple 7\n"
    )
    assert first.returncode == 0, first.stderr
    assert command(serving, "check").stdout == "all invariants hold\n"
    assert "[故障] 数据库" not in command(serving, "doctor").stdout
    rotated = command(serving, "rotate-keys")
    assert rotated.returncode == 0, rotated.stdout + rotated.stderr


def test_neither_reaches_what_is_not_the_products(installed: Installed) -> None:
    for url in (installed.rows, installed.tables):
        with (
            closing(connect_to(url)) as connection,
            connection.cursor() as cursor,
            pytest.raises(pymysql.Error),
        ):
            cursor.execute("SELECT * FROM mysql.global_priv")
