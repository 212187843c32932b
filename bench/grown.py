"""The same city at several sizes, a schema each on one durable MariaDB, kept between runs: `bench.growth` asks them in turn.

Everything grows with the record: forty entries, four appointments, a proxy and her session for each resident, a home for
every hundred of them. So what one person's pages show is of the same size everywhere, and only what lies around it grows.
"""

import hashlib
import inspect
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import processes
from bench.database import durable_mariadb
from bench.measuring import RESULTS
from bench.town import MINE, UID, copied, copy, one
from tests.rings import connect_to, new_schema

ENTRIES = 40  # of each resident: two pages
YEARS = 2  # in which they were written, half of them in each
APPOINTMENTS = 4  # of each resident
SEATS = 10  # taken in each hour
HOUSE = 100  # residents of one home
POOL = (
    4 * 1024**3
)  # of the database's memory: what is read stays in it, as on a server of its own (deploy/mariadb)
FAMILY = "growth-{number:07}"


@dataclass(frozen=True)
class Grown:
    """One size of the city, and what it took to make it."""

    entries: int
    url: str
    folder: Path
    seconds: float
    bytes: int

    @property
    def residents(self) -> int:
        return self.entries // ENTRIES


@dataclass(frozen=True)
class Asking:
    token: str
    resident_uid: str


@contextmanager
def grown(sizes: Sequence[int]) -> Iterator[list[Grown]]:
    """Build what is not there yet, and serve all of them by one database."""
    folder = RESULTS.resolve() / f"growth-{_version()}"
    for stale in set(RESULTS.resolve().glob("growth-*/")) - {folder}:
        shutil.rmtree(stale)  # gigabytes of tables that the product no longer has
    home = folder / "mariadb"
    with durable_mariadb(home) as url:
        with closing(connect_to(url)) as connection, connection.cursor() as cursor:
            cursor.execute(f"SET GLOBAL innodb_buffer_pool_size = {POOL}")
        # Beside the tables, and gone with them: a note of what is no longer there would be believed.
        yield [_one_size(url, home / f"entries-{entries}", entries) for entries in sizes]


def askings(city: Grown, count: int) -> list[Asking]:
    """Return some of the families, evenly spread; nobody has to be noted as seen while they ask."""
    with closing(connect_to(city.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE session SET last_seen_at = NOW(6) + INTERVAL 1 HOUR, expires_at = NOW(6) + INTERVAL 1 DAY"
            f" WHERE {MINE}"
        )
    every = max(1, city.residents // count)
    numbers = list(range(1, city.residents + 1))[::every][:count]
    return [Asking(FAMILY.format(number=number), f"01BENCH{number:019}") for number in numbers]


def _one_size(url: str, folder: Path, entries: int) -> Grown:
    """Return the schema of this size as it was built, or build it: the note of what it took is written last."""
    note, schema = folder / "built.json", f"entries_{entries}"
    own = url.replace("/care", f"/{schema}")
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)  # with it, the keys of a city that was left half-way
        new_schema(url, schema)
        with processes.ours(folder / "ours", DATABASE_URL=own) as served:
            processes.sign_in(served)  # its tables, and the town of which the city is made
        began = time.monotonic()
        with _in_haste(own) as cursor:
            build(cursor, entries // ENTRIES)
        note.write_text(json.dumps({"seconds": time.monotonic() - began, "bytes": _bytes(own, schema)}))
    _forget_reads(own)
    return Grown(entries, own, folder, **json.loads(note.read_text()))


def _forget_reads(url: str) -> None:
    """Let every run begin with the chains that the last one found."""
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"DELETE e FROM access_entry e JOIN access_chain_head h ON h.resident_id = e.resident_id WHERE h.{MINE}"
        )
        cursor.execute(f"UPDATE access_chain_head SET seq = 0, mac = '' WHERE {MINE} AND seq > 0")


def _bytes(url: str, schema: str) -> int:
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT SUM(file_size) FROM information_schema.innodb_sys_tablespaces WHERE name LIKE %s",
            (f"{schema}/%",),
        )
        return int(cursor.fetchone()[0])


@contextmanager
def _in_haste(url: str) -> Iterator[Any]:
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
        try:
            yield cursor
        finally:
            cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
        cursor.execute(
            "ANALYZE TABLE institution, account, resident, resident_stay, session, proxy_grant, proxy_grant_scope,"
            " slot, appointment, record_entry"
        )


def build(cursor: Any, residents: int) -> None:
    """Copy so many residents, with homes, families, appointments and entries, out of the town."""
    resident, grant = copied(cursor)
    _homes(cursor, residents)
    _families(cursor, resident, grant, residents)
    _appointments(cursor, residents)
    _entries(cursor, resident, residents)


def _homes(cursor: Any, residents: int) -> None:
    """The first hundred live in the town's own home, whose manager opens her roster; the others in homes like it."""
    yihe = _yihe(cursor)
    uscc = "CONCAT('52330281M', LPAD(n.seq, 9, '0'))"
    homes = max(1, residents // HOUSE)
    copy(cursor, "institution", yihe, count=homes, name="CONCAT('云桥市第', n.seq, '养老院')", uscc=uscc)
    member = one(cursor, f"SELECT id FROM membership WHERE institution_id = {yihe}")
    copy(
        cursor, "membership", member, f"JOIN institution i ON i.uid = {UID}", count=homes, institution_id="i.id"
    )  # fmt: skip


def _yihe(cursor: Any) -> int:
    return one(cursor, "SELECT home_id FROM resident ORDER BY id LIMIT 1")


def _families(cursor: Any, resident: int, grant: int, residents: int) -> None:
    session = one(cursor, "SELECT id FROM session WHERE kind = 'family' LIMIT 1")
    account = one(cursor, f"SELECT account_id FROM session WHERE id = {session}")
    scope = one(cursor, f"SELECT id FROM proxy_grant_scope WHERE grant_id = {grant} AND scope = 'record'")
    stay = one(
        cursor, f"SELECT MAX(id) FROM resident_stay WHERE resident_id = {resident} AND ended_at IS NULL"
    )
    state = one(cursor, f"SELECT MAX(id) FROM care_state_change WHERE resident_id = {resident}")
    first = f"{_yihe(cursor)}"
    house = f"LEFT JOIN institution i ON i.uid = CONCAT('01BENCH', LPAD((n.seq - 1) DIV {HOUSE}, 19, '0'))"
    bed = f"CONCAT(900 + (n.seq - 1) % {HOUSE} DIV 2, '-', 1 + n.seq % 2)"
    him, her = f"JOIN resident r ON r.uid = {UID}", f"JOIN account a ON a.uid = {UID}"
    home = f"COALESCE(i.id, {first})"
    copy(cursor, "account", account, count=residents, phone_index="NULL")
    copy(
        cursor, "resident", resident, house, count=residents, account_id="NULL", home_id=home, bed=bed,
        name="CONCAT('长者', LPAD(n.seq, 7, '0'))", national_id_sealed="NULL", national_id_index="NULL",
        phone_sealed="NULL", phone_index="NULL", bed_key="NULL",
    )  # fmt: skip
    copy(
        cursor, "resident_stay", stay, f"{him} {house}", count=residents, resident_id="r.id", home_id=home, bed=bed,
        open_key="CONCAT(r.id)",
    )  # fmt: skip
    copy(
        cursor, "care_state_change", state, him, count=residents, resident_id="r.id", open_key="CONCAT(r.id)"
    )
    cursor.execute(
        "INSERT INTO access_chain_head (uid, created_at, resident_id, seq, mac, rights)"
        f" SELECT uid, NOW(6), id, 0, '', 0 FROM resident WHERE {MINE}"
    )
    copy(
        cursor, "session", session, her, count=residents, account_id="a.id", device_id="NULL", revoked_at="NULL",
        token_hash="SHA2(CONCAT('growth-', LPAD(n.seq, 7, '0')), 256)",
    )  # fmt: skip
    copy(
        cursor, "proxy_grant", grant, f"{him} {her}", count=residents, resident_id="r.id", proxy_id="a.id",
        live_key=UID, ends_at="NULL",
    )  # fmt: skip
    granted = f"JOIN proxy_grant g ON g.uid = {UID}"
    for mark, word in (("1", "record"), ("2", "booking")):
        uid = f"CONCAT('01BENCH{mark}', LPAD(n.seq, 18, '0'))"
        copy(
            cursor, "proxy_grant_scope", scope, granted, count=residents, uid=uid, grant_id="g.id",
            scope=f"'{word}'",
        )  # fmt: skip


def _appointments(cursor: Any, residents: int) -> None:
    """Hours of two years gone by, ten people in each."""
    slot = one(cursor, "SELECT MIN(id) FROM slot")
    kept = one(cursor, "SELECT MIN(id) FROM appointment WHERE status = 'fulfilled'")
    slots = max(1, residents * APPOINTMENTS // SEATS)
    at = f"t.{{}} - INTERVAL FLOOR(n.seq * {YEARS * 365 * 24 * 60} / {slots}) MINUTE"
    when = {name: at.format(name) for name in ("starts_at", "ends_at", "closes_at")}
    copy(cursor, "slot", slot, count=slots, slot_key=UID, release_at="NULL", **when)
    for number in range(APPOINTMENTS):
        uid = f"CONCAT('01BENCH{number}', LPAD(n.seq, 18, '0'))"
        hour = f"CONCAT('01BENCH', LPAD(1 + (n.seq * {APPOINTMENTS} + {number}) % {slots}, 19, '0'))"
        copy(
            cursor, "appointment", kept, f"JOIN resident r ON r.uid = {UID} JOIN slot s ON s.uid = {hour}",
            count=residents, uid=uid, resident_id="r.id", slot_id="s.id", arrival_code=f"SUBSTR({uid}, 7)",
            place_key="NULL", created_at="s.starts_at - INTERVAL 3 DAY", booked_by_id="NULL", successor_id="NULL",
        )  # fmt: skip


def _entries(cursor: Any, resident: int, residents: int) -> None:
    """As they came in: the oldest of everybody first, so that those of one resident lie far apart."""
    cursor.execute(
        "SELECT id FROM record_entry WHERE resident_id = %s AND is_current ORDER BY effective_at DESC LIMIT %s",
        (resident, ENTRIES // YEARS),
    )
    rows = [row for (row,) in cursor.fetchall()]
    for year in reversed(range(YEARS)):
        for row in reversed(rows):
            copy(
                cursor, "record_entry", row, f"JOIN resident r ON r.uid = {UID}", count=residents,
                uid=f"CONCAT('01BENCH', {year}, LPAD({row}, 8, '0'), LPAD(n.seq, 10, '0'))", resident_id="r.id",
                supersedes_id="NULL", effective_at=f"t.effective_at - INTERVAL {year} YEAR",
            )  # fmt: skip


def _version() -> str:
    """Change when the tables or the way they are filled do."""
    texts = [path.read_text() for path in (*sorted(Path("migrations").glob("*.py")), Path(__file__))]
    return hashlib.sha256("".join([*texts, inspect.getsource(copy)]).encode()).hexdigest()[:12]
