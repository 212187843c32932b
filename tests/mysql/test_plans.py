"""What every phone and the worker ask of MariaDB goes by an index, in tables of many thousand rows: EXPLAIN says so.

The rows are copies of the town's with nobody of the town in them: they lie in the way and belong to no answer. Reads of
the health record have a test of their own (test_records_plans.py).
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiomysql import Connection
from pymysql.constants import COMMAND
from tortoise.connection import get_connection

import miniprogram_api
from server.demo import Town
from server.kit.ids import new_uid
from server.settings import Settings
from tests.conftest import ApiClient
from tests.rings import connect_to

pytestmark = pytest.mark.mysql

GROWN = (
    "account", "appointment", "audit_entry", "consent", "consent_provision",
    "inbox_message", "outbox_message", "proxy_grant", "rating", "rating_token", "record_entry", "resident",
    "resident_stay", "session", "slot", "visit", "visit_item", "waitlist_entry", "waitlist_offer",
)  # fmt: skip
# Of these only phones ask here: a worker would tidy up after residents who are nowhere.
ALSO = (
    "access_entry", "checkup_duty", "checkup_place", "device", "enrolment", "entry_objection", "home_bed", "kinship", "long_prescription",
    "medicine_delivery", "prescription_refill", "proxy_grant_scope", "quiet_preference", "referral", "role_grant", "training_record", "wechat_identity",
)  # fmt: skip
COPIES = 5000
OUT_OF_A_FILE = {"/trail/checkpoint"}  # and there is none yet
FEW = 200  # rows that may be put in order by hand
# Nothing is left to do about the copies, and they live in other homes than the nurse's.
ELSEWHERE = "1000000 + n.seq DIV 100"
OVER = {
    "outbox_message": {"status": "'done'"}, "waitlist_entry": {"status": "'removed'"},
    "resident": {"home_id": ELSEWHERE}, "resident_stay": {"home_id": ELSEWHERE},
    "consent": {"home_id": ELSEWHERE, "recipient_id": ELSEWHERE},
    "proxy_grant_scope": {"grant_id": "1000000 + n.seq"},
    "referral": {"owner_id": ELSEWHERE, "lower_id": ELSEWHERE, "upper_id": ELSEWHERE},
}  # fmt: skip
PERSONS = ("resident_id", "account_id", "proxy_id", "author_id", "booked_by_id", "joined_by_id")
PHONES = ("daughter", "nurse", "doctor")
LISTS = [
    route.path for route in miniprogram_api.face().routes if route.method == "GET" and "<" not in route.path
]


@pytest_asyncio.fixture
async def grown(town: Town, settings: Settings, _standing: Any) -> Any:
    _grow(settings, GROWN)
    yield town
    _standing.snapshot.restore(everything=True)


@pytest_asyncio.fixture
async def crowded(grown: Town, settings: Settings) -> Town:
    _grow(settings, ALSO)
    return grown


def _grow(settings: Settings, tables: Sequence[str]) -> None:
    with closing(connect_to(settings.database)) as connection, connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in tables:
            _multiply(cursor, table)
        cursor.execute(f"ANALYZE TABLE {', '.join(tables)}")
        cursor.fetchall()


def _multiply(cursor: Any, table: str) -> None:
    """Copy one row many times; what must be its own is, and what leads to a person leads to nobody."""
    cursor.execute(
        "SELECT c.column_name, c.data_type, c.is_nullable, c.character_maximum_length, EXISTS ("
        " SELECT 1 FROM information_schema.statistics s WHERE s.table_schema = c.table_schema"
        " AND s.table_name = c.table_name AND s.column_name = c.column_name AND s.non_unique = 0)"
        " FROM information_schema.columns c WHERE c.table_schema = DATABASE() AND c.table_name = %s"
        " ORDER BY c.ordinal_position",
        (table,),
    )
    columns = [row for row in cursor.fetchall() if row[0] != "id"]
    over = OVER.get(table, {})
    said = ", ".join(over.get(column[0]) or _value(*column) for column in columns)
    names = ", ".join(f"`{name}`" for name, *_ in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {said} FROM seq_1_to_{COPIES} AS n,"  # noqa: S608
        f" (SELECT * FROM {table} ORDER BY id LIMIT 1) AS t"
    )


def _value(name: str, kind: str, nullable: str, length: int | None, unique: int) -> str:
    if name in PERSONS:
        return "1000000 + n.seq"
    if kind in {"datetime", "date"}:
        return f"t.`{name}` - INTERVAL n.seq {'MINUTE' if kind == 'datetime' else 'DAY'}"
    if not unique:
        return f"t.`{name}`"
    if nullable == "YES":
        return "NULL"
    if length is None:
        return f"t.`{name}` + 1000000 + n.seq"
    return f"CONCAT('7Z', LPAD(n.seq, {length - 2}, '0'))"


@contextmanager
def said_to_mariadb() -> Iterator[set[str]]:
    """Hear every statement as it goes over the wire, its values in their places."""
    heard: set[str] = set()
    stock = Connection._execute_command

    async def listening(self: Any, command: int, sql: Any) -> Any:
        if command == COMMAND.COM_QUERY:
            heard.add(sql if isinstance(sql, str) else bytes(sql).decode(errors="replace"))
        return await stock(self, command, sql)

    Connection._execute_command = listening
    try:
        yield heard
    finally:
        Connection._execute_command = stock


async def faults_of(statements: set[str]) -> list[str]:
    """Return what reads a grown table from end to end, or puts many rows in order by hand."""
    found = []
    for sql in sorted(statements):
        if not sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        _, plan = await get_connection("default").execute_query("EXPLAIN " + sql.replace("%", "%%"))
        called = {table for table in (*GROWN, *ALSO) if f"`{table}`" in sql or f" {table}" in sql}
        for step in map(dict, plan):
            rows = int(str(step["rows"] or 0).split()[0])  # "2 (0%)" behind a filter
            whole = step["type"] in {"ALL", "index"}  # of the table, or of an index in its order
            if rows > FEW and called and (whole or "filesort" in str(step["Extra"])):
                found.append(
                    f"{step['table']}: {step['type']}, {rows} rows, {step['Extra']}\n    {sql[:600]}"
                )
    return found


async def test_every_list_of_a_phone(crowded: Town, api: Callable[[str], Awaitable[ApiClient]]) -> None:
    found: dict[str, list[str]] = {}
    unseen = set(LISTS) - OUT_OF_A_FILE
    for persona in PHONES:
        client = await api(persona)
        for path in LISTS:
            with said_to_mariadb() as statements:
                answer = await client.get(path)
            assert answer.status_code < 500, f"{persona}: {path}"
            if answer.status_code == 200:
                unseen.discard(path)
            assert statements
            if faults := await faults_of(statements):
                found.setdefault(path, []).extend(f"{persona}: {fault}" for fault in faults)

    assert unseen == set(), "nobody was shown these: what was refused at the door asked nothing that matters"
    assert not found, "\n".join(fault for faults in found.values() for fault in faults)


async def test_finding_a_seat_and_booking_it(grown: Town, api: Callable[[str], Awaitable[ApiClient]]) -> None:
    client = await api("daughter")
    place = {"department": grown.alliance.geriatrics, "day": "2026-03-04", "resident": grown.people.wang}
    with said_to_mariadb() as statements:
        found = await client.get(f"/institutions/{grown.alliance.first_hospital}/slots", params=place)
        slot = next(each["uid"] for each in found.json()["items"] if each["for_you"] and each["free"])
        body = {"resident": grown.people.wang, "reason": "膝盖复查", "companion_note": ""}
        booked = await client.post(
            f"/slots/{slot}/appointments", json=body, headers={"Idempotency-Key": new_uid()}
        )
        assert booked.status_code == 201, booked.text
        uid = booked.json()["uid"]
        gone = await client.post(
            f"/appointments/{uid}/cancel", json={"reason": "不去了"}, headers={"Idempotency-Key": new_uid()}
        )
        assert gone.status_code < 300, gone.text

    faults = await faults_of(statements)
    assert not faults, "\n".join(faults)


async def test_a_pass_of_the_worker(grown: Town, worker_pass: Callable[[], Awaitable[int]]) -> None:
    await worker_pass()  # the first one tidies up after the copies
    with said_to_mariadb() as statements:
        await worker_pass()

    faults = await faults_of(statements)
    assert not faults, "\n".join(faults)
