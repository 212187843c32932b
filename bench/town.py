"""A city of families made of one: 25 000 residents with 20 entries each, a proxy for each of them and her session.

Copied inside the database, by its own sequence tables. The entries lie by time, as they came in, so that those of one
resident are far apart.
"""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.rings import connect_to

RESIDENTS = 25_000
ENTRIES = 20  # of each resident, at most
UID = "CONCAT('01BENCH', LPAD(n.seq, 19, '0'))"
MINE = "uid LIKE '01BENCH%'"
TOKEN = "bench-{number:05}"
# A grant by which somebody of the family reads the record.
OPEN = "FROM proxy_grant g JOIN proxy_grant_scope s ON s.grant_id = g.id AND s.scope = 'record' WHERE g.status = 'active'"


@dataclass(frozen=True)
class Family:
    """A proxy's token, and the resident for whom she asks."""

    token: str
    resident_uid: str
    resident: int  # the inner number


def new_slots(url: str, mark: str, count: int, *, capacity: int) -> list[str]:
    """Return the uids of free slots on one day, five minutes apart, for anybody."""
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        slot = one(
            cursor,
            "SELECT id FROM slot WHERE pool = 'public' AND state = 'open' ORDER BY starts_at DESC LIMIT 1",
        )
        at = "DATE(NOW()) + INTERVAL 3 DAY + INTERVAL 5 * n.seq MINUTE"
        uid = f"CONCAT('01BENCH{mark}', LPAD(n.seq, 8, '0'))"
        copy(
            cursor, "slot", slot, count=count,
            uid=uid, slot_key=uid, starts_at=at, ends_at=f"{at} + INTERVAL 5 MINUTE", closes_at=at, release_at="NULL",
            capacity=str(capacity), booked="0", held="0", issued="0",
        )  # fmt: skip
        cursor.execute("SELECT uid FROM slot WHERE uid LIKE %s ORDER BY id", (f"01BENCH{mark}%",))
        return [row for (row,) in cursor.fetchall()]


def families(url: str, count: int) -> list[Family]:
    """Return some of them, evenly spread, whose sessions were seen just now."""
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        _refresh(cursor)
        cursor.execute(f"SELECT uid, id FROM resident WHERE {MINE} ORDER BY id")
        found = cursor.fetchall()
    every = max(1, len(found) // count)
    return [Family(TOKEN.format(number=number + 1), uid, row) for number, (uid, row) in enumerate(found)][
        ::every
    ][:count]


def build(url: str, residents: int = RESIDENTS) -> None:
    """Copy the most written-about resident whose family reads along, with all that hangs on her."""
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        _build(cursor, residents)


def forget(url: str) -> None:
    """Forget who has read and booked in the last run."""
    with closing(connect_to(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute(f"DELETE a FROM appointment a JOIN slot s ON s.id = a.slot_id WHERE s.{MINE}")
        cursor.execute(f"DELETE FROM slot WHERE {MINE}")
        cursor.execute("SET foreign_key_checks = 1")
        cursor.execute(f"DELETE FROM access_chain_head WHERE {MINE}")
        cursor.execute("TRUNCATE access_entry")
        cursor.execute(
            f"INSERT INTO access_chain_head (uid, created_at, resident_id, seq, mac, rights)"
            f" SELECT uid, NOW(6), id, 0, '', 0 FROM resident WHERE {MINE}"
        )
        cursor.execute(
            "ANALYZE TABLE resident, account, session, proxy_grant, proxy_grant_scope, record_entry"
        )


def _refresh(cursor: Any) -> None:
    """For an hour nobody has to be noted as seen again."""
    cursor.execute(
        f"UPDATE session SET last_seen_at = NOW(6) + INTERVAL 1 HOUR, expires_at = NOW(6) + INTERVAL 1 DAY WHERE {MINE}"
    )


def _build(cursor: Any, residents: int) -> None:
    resident, grant = copied(cursor)
    session = one(cursor, "SELECT id FROM session WHERE kind = 'family' LIMIT 1")
    account = one(cursor, f"SELECT account_id FROM session WHERE id = {session}")
    scope = one(cursor, f"SELECT id FROM proxy_grant_scope WHERE grant_id = {grant} AND scope = 'record'")
    booking = "CONCAT('01BENCHB', LPAD(n.seq, 18, '0'))"
    people = f"JOIN account a ON a.uid = {UID}"
    both = f"{people} JOIN resident r ON r.uid = {UID}"
    copy(cursor, "account", account, count=residents, phone_index="NULL")
    copy(
        cursor, "resident", resident, count=residents,
        account_id="NULL", national_id_index="NULL", phone_index="NULL", bed="NULL", bed_key="NULL",
    )  # fmt: skip
    copy(
        cursor, "session", session, people, residents,
        account_id="a.id", token_hash="SHA2(CONCAT('bench-', LPAD(n.seq, 5, '0')), 256)", device_id="NULL",
        revoked_at="NULL",
    )  # fmt: skip
    copy(
        cursor, "proxy_grant", grant, both, residents, resident_id="r.id", proxy_id="a.id", live_key=UID,
        ends_at="NULL",
    )  # fmt: skip
    granted = f"JOIN proxy_grant g ON g.uid = {UID}"
    copy(cursor, "proxy_grant_scope", scope, granted, residents, grant_id="g.id")
    copy(
        cursor, "proxy_grant_scope", scope, granted, residents,
        uid=booking, grant_id="g.id", scope="'booking'",
    )  # fmt: skip
    _copy_entries(cursor, resident, residents)


def _copy_entries(cursor: Any, resident: int, residents: int) -> None:
    cursor.execute(
        "SELECT id FROM record_entry WHERE resident_id = %s AND is_current ORDER BY effective_at DESC LIMIT %s",
        (resident, ENTRIES),
    )
    rows = [row for (row,) in cursor.fetchall()]
    for row in reversed(rows):  # the oldest of everybody first
        copy(
            cursor, "record_entry", row, f"JOIN resident r ON r.uid = {UID}", residents,
            uid=f"CONCAT('01BENCH', LPAD({row}, 9, '0'), LPAD(n.seq, 10, '0'))", resident_id="r.id", supersedes_id="NULL",
        )  # fmt: skip


def copy(cursor: Any, table: str, row: int, joined: str = "", count: int = RESIDENTS, **changes: str) -> None:
    changes = {"uid": UID, **changes}
    cursor.execute(f"SHOW COLUMNS FROM `{table}`")
    names = [name for name, *_ in cursor.fetchall() if name != "id"]
    said = ", ".join(changes.get(name, f"t.`{name}`") for name in names)
    listed = ", ".join(f"`{name}`" for name in names)
    cursor.execute(
        f"INSERT INTO `{table}` ({listed}) SELECT {said} FROM `{table}` t"
        f" JOIN seq_1_to_{count} n {joined} WHERE t.id = {row} ORDER BY n.seq"
    )


def copied(cursor: Any) -> tuple[int, int]:
    """Return who in the town a city is copied from, with the most entries, and the grant by which the family reads them."""
    resident = one(
        cursor,
        f"SELECT resident_id FROM record_entry WHERE is_current AND resident_id IN (SELECT g.resident_id {OPEN})"
        " GROUP BY resident_id ORDER BY COUNT(*) DESC LIMIT 1",
    )
    return resident, one(cursor, f"SELECT g.id {OPEN} AND g.resident_id = {resident} LIMIT 1")


def one(cursor: Any, sql: str) -> int:
    cursor.execute(sql)
    (found,) = cursor.fetchone()
    return int(found)
