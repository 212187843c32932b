"""Many families with long records, made of one: every connection then reads another session's own resident."""

from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pymysql

ROWS = 200
FAMILIES = 32
BLOOD_PRESSURE = "85354-9"


def families(url: str, *, resident_uid: str, token: str, sessions: int) -> list[tuple[str, str, int]]:
    """Return a token, a resident's uid and their inner number for each session."""
    parts = urlsplit(url)
    with closing(
        pymysql.connect(
            host=parts.hostname,
            port=parts.port or 3306,
            user=parts.username,
            password=parts.password or "",
            database=parts.path[1:],
        )
    ) as connection:
        with connection.cursor() as cursor:
            residents = _residents(cursor, resident_uid)
            tokens = _sessions(cursor, token, sessions)
        connection.commit()
    return [(each, *residents[place % FAMILIES]) for place, each in enumerate(tokens)]


def _residents(cursor: Any, uid: str) -> list[tuple[str, int]]:
    resident = _one(cursor, "SELECT id FROM resident WHERE uid = %s", uid)
    grant = _one(
        cursor,
        "SELECT g.id FROM proxy_grant g JOIN account a ON a.id = g.proxy_id JOIN session s ON s.account_id = a.id"
        " WHERE g.resident_id = %s AND g.status = 'active' ORDER BY s.id DESC LIMIT 1",
        resident,
    )
    scope = _one(cursor, "SELECT id FROM proxy_grant_scope WHERE grant_id = %s AND scope = 'record'", grant)
    entry = _one(
        cursor,
        "SELECT id FROM record_entry WHERE resident_id = %s AND code = %s AND is_current ORDER BY id LIMIT 1",
        resident,
        BLOOD_PRESSURE,
    )
    made = []
    alone = {"account_id": None, "national_id_index": None, "bed_key": None}
    for number in range(FAMILIES):
        mark = f"{uid[:20]}9{number:05}"
        copy = _copy(cursor, "resident", resident, uid=mark, **alone)
        held = _copy(cursor, "proxy_grant", grant, uid=mark, resident_id=copy, live_key=f"bench.{number}")
        _copy(cursor, "proxy_grant_scope", scope, uid=mark, grant_id=held)
        for day in range(ROWS):
            row = _copy(
                cursor, "record_entry", entry, uid=f"{uid[:16]}9{number:04}{day:05}", resident_id=copy
            )
            cursor.execute(
                "UPDATE record_entry SET effective_at = effective_at - INTERVAL %s DAY WHERE id = %s",
                (day, row),
            )
        made.append((mark, copy))
    return made


def _sessions(cursor: Any, token: str, count: int) -> list[str]:
    session = _one(cursor, "SELECT id FROM session WHERE token_hash = %s", _digest(token))
    tokens = [f"{token[:-4]}{number:04}" for number in range(count)]
    for number, each in enumerate(tokens):
        _copy(cursor, "session", session, uid=f"01BENCH00000000000000{number:05}", token_hash=_digest(each))
    return tokens


def _copy(cursor: Any, table: str, row: int, **changes: object) -> int:
    cursor.execute(f"SHOW COLUMNS FROM `{table}`")
    names = [name for name, *_ in cursor.fetchall() if name != "id"]
    said = ", ".join("%s" if name in changes else f"`{name}`" for name in names)
    listed = ", ".join(f"`{name}`" for name in names)
    values: Sequence[object] = [changes[name] for name in names if name in changes]
    cursor.execute(
        f"INSERT INTO `{table}` ({listed}) SELECT {said} FROM `{table}` WHERE id = %s", (*values, row)
    )
    return int(cursor.lastrowid)


def _one(cursor: Any, sql: str, *values: object) -> int:
    cursor.execute(sql, values)
    (found,) = cursor.fetchone()
    return int(found)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
