# ruff: noqa: S608  the names are the database's own
"""What the people of the journey are known by, and where bytes of it may lie: files, rows, logs, figures."""

import base64
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl

from tests import rings
from tests.running import Running

TEXT = re.compile("char|text|json", re.IGNORECASE)


@dataclass(frozen=True)
class Secret:
    """Something to look for; `what` is told when it is found, never the thing itself."""

    what: str
    value: str
    encoded: bool = False  # look for what base64 makes of it, too

    def forms(self) -> Iterator[bytes]:
        """Yield it as it is, and as base64 makes it at each of the three places where it can begin."""
        plain = self.value.encode()
        yield plain
        for shift in range(3 if self.encoded else 0):
            whole = base64.b64encode(b"\0" * shift + plain)
            yield whole[4 if shift else 0 : (shift + len(plain)) // 3 * 4]


def those_in(roster: bytes) -> list[Secret]:
    rows = openpyxl.load_workbook(io.BytesIO(roster)).worksheets[0].iter_rows(min_row=2, values_only=True)
    found = []
    for row in rows:
        found += [Secret("name", str(row[1])), Secret("identity number", str(row[4]))]
        found += [Secret("phone", str(row[5]))] if row[5] else []
    return found


def hits(secrets: Sequence[Secret], content: bytes, where: str) -> list[str]:
    return sorted(
        {f"{each.what} in {where}" for each in secrets if any(form in content for form in each.forms())}
    )


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def settled(url: str) -> Iterator[tuple[str, bytes]]:
    """Have the database write all it holds to its files, and yield those of this schema, with the journals of all."""
    with closing(rings.connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        tables = ", ".join(f"`{name}`" for (name,) in cursor.fetchall())
        cursor.execute(f"FLUSH TABLES {tables} FOR EXPORT; UNLOCK TABLES")
        while cursor.nextset():
            pass
        cursor.execute("SELECT @@datadir, DATABASE()")
        folder, schema = cursor.fetchone()
    yield from files_of(Path(folder) / schema)
    yield from ((path.name, path.read_bytes()) for path in Path(folder).iterdir() if path.is_file())


def columns_with(secrets: Sequence[Secret], town: Running) -> set[str]:
    """Return every column of text, as table.column, in which one of them stands."""
    found = set()
    for table, column, kind in rings.rows_of(town.database, COLUMNS["DATABASE_URL" in town.env]):
        if TEXT.search(kind):
            rows = rings.rows_of(
                town.database, f"SELECT `{column}` FROM `{table}` WHERE `{column}` IS NOT NULL"
            )
            text = "\n".join(str(value) for (value,) in rows)
            if any(each.value in text for each in secrets):
                found.add(f"{table}.{column}")
    return found


COLUMNS = {
    False: "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    True: (
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = DATABASE()"
    ),
}


def copies(town: Running, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what leaves the machine at night: our backup with each file in it, or the dump of MariaDB's own tool."""
    if "DATABASE_URL" not in town.env:
        made = town.command("backup", str(folder / "backup.tar"))
        assert made.returncode == 0, made.stderr
        with tarfile.open(folder / "backup.tar") as backup:
            for member in backup.getmembers():
                file = backup.extractfile(member)
                assert file is not None
                yield f"backup/{member.name}", file.read()
        return
    parts = urlsplit(town.env["DATABASE_URL"])
    command = [
        f"--host={parts.hostname}",
        f"--port={parts.port}",
        f"--user={parts.username}",
        parts.path.strip("/"),
    ]
    dump = subprocess.run(["mariadb-dump", "--skip-ssl", *command], capture_output=True, check=True)
    yield "dump", dump.stdout
