"""A city in the town's database: 40 homes, 100 000 residents and what they leave behind in a year, by raw inserts.

Each table's rows are copies of one row of the town, different where rows must be; no action of the product is run, so
nothing here is evidence of what the product would do, only of how long it looks.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

HOMES = 40
RESIDENTS = 100_000
VISITS, SEEN_AT_EACH = 8_000, 10
SLOTS, BOOKED_IN_EACH = 6_000, 10
TODAY = 200  # who comes to the hospital's desk today
RATINGS = 20_000
ENTRIES = 200_000
DEEDS = 300_000


@dataclass
class City:
    """`copy` puts rows into a table; `n` in a given expression is the number of the row, from 0."""

    cursor: sqlite3.Cursor
    tables: int = 0

    def copy(self, table: str, template: int, count: int, **changes: str) -> int:
        """Insert `count` rows like one that is there, and return the id of the first."""
        self.tables += 1
        described = self.cursor.execute(f"SELECT * FROM {table} LIMIT 0").description
        names = [name for name, *_ in described if name != "id"]
        first = self.value(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        given = {"uid": f"printf('7Y{self.tables:04}%020d', n)", **changes}
        said = ", ".join(["n + :first", *(given.get(name, f"t.{name}") for name in names)])
        self.cursor.execute(
            f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < :count)"
            f" INSERT INTO {table} (id, {', '.join(names)}) SELECT {said} FROM c, {table} t WHERE t.id = :template",
            {"first": first, "count": count, "template": template},
        )
        return first

    def value(self, sql: str) -> int:
        return int(self.cursor.execute(sql).fetchone()[0])


HOME = f"(SELECT id FROM home WHERE home.n = c.n % {HOMES})"
RESIDENT = f"(SELECT min + c.n % {RESIDENTS} FROM newcomer)"
THE_FIRST = "SELECT min(id) FROM {}"


def load(database: Path, *, analyze: bool = False) -> None:
    """Fill it; `analyze` also has SQLite count what it holds, as MariaDB does by itself."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        city = City(connection.cursor())
        for part in (_homes, _residents, _visits, _appointments, _consents, _ratings, _papers):
            part(city)
    with closing(sqlite3.connect(database)) as connection:
        if analyze:
            connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _earlier(column: str, by: str) -> str:
    """Say an instant of the template, so many minutes before."""
    return (
        f"strftime('%Y-%m-%d %H:%M:%S', substr(t.{column}, 1, 19), '-' || ({by}) || ' minutes') || '+00:00'"
    )


def _homes(city: City) -> None:
    """Fill up to forty homes; each new one is bound to the health center as Yihe is."""
    yihe = city.value("SELECT home_id FROM resident ORDER BY id LIMIT 1")
    count = HOMES - city.value("SELECT count(*) FROM institution WHERE kind = 'nursing_home'")
    name, uscc = "printf('云桥市第%d养老院', n + 1)", "printf('52330281MJ88%06d', n)"
    first = city.copy("institution", yihe, count, name=name, uscc=uscc)
    member = city.value(f"SELECT id FROM membership WHERE institution_id = {yihe}")
    city.copy("membership", member, count, institution_id=f"{first} + n")
    signed = city.value(
        f"SELECT min(id) FROM service_agreement WHERE home_id = {yihe} AND binding_key IS NOT NULL"
    )
    key = f"printf('%d-%d', {first} + n, t.provider_id)"
    city.copy(
        "service_agreement", signed, count, home_id=f"{first} + n", filing_number="NULL", binding_key=key
    )
    city.cursor.execute(
        "CREATE TEMP TABLE home AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM institution"
        " WHERE kind = 'nursing_home'"
    )


def _residents(city: City) -> None:
    somebody = city.value("SELECT max(id) FROM resident WHERE account_id IS NULL")
    alone = dict.fromkeys(
        ("national_id_sealed", "national_id_index", "phone_sealed", "phone_index", "bed_key"), "NULL"
    )
    name = "substr('赵钱孙李周吴郑王冯陈', 1 + n % 10, 1) || printf('长者%06d', n)"
    bed = f"printf('%d-%d', 1000 + n / {HOMES} / 2, 1 + n / {HOMES} % 2)"
    first = city.copy("resident", somebody, RESIDENTS, name=name, bed=bed, home_id=HOME, **alone)
    city.cursor.execute(f"CREATE TEMP TABLE newcomer AS SELECT {first} AS min")
    stay = city.value("SELECT max(id) FROM resident_stay WHERE ended_at IS NULL")
    city.copy(
        "resident_stay",
        stay,
        RESIDENTS,
        resident_id=RESIDENT,
        home_id=HOME,
        bed=bed,
        open_key=f"{RESIDENT} || ''",
    )
    state = city.value(f"SELECT max(id) FROM care_state_change WHERE resident_id = {somebody}")
    city.copy("care_state_change", state, RESIDENTS, resident_id=RESIDENT, open_key=f"{RESIDENT} || ''")


def _visits(city: City) -> None:
    """One of twenty waits for the home's word, as one of the town does."""
    done = city.value("SELECT min(id) FROM visit WHERE status = 'confirmed'")
    waiting = city.value("SELECT min(id) FROM visit WHERE status = 'attested_provider'")
    item = city.value(THE_FIRST.format("visit_item"))
    for template, count in ((done, VISITS * 19 // 20), (waiting, VISITS // 20)):
        when = {
            name: _earlier(name, "n * 60") for name in ("starts_at", "ends_at", "started_at", "finished_at")
        }
        first = city.copy("visit", template, count, home_id=HOME, **when)
        city.copy(
            "visit_item",
            item,
            count * SEEN_AT_EACH,
            visit_id=f"{first} + n / {SEEN_AT_EACH}",
            resident_id=RESIDENT,
        )


def _appointments(city: City) -> None:
    """A year of hours gone by, and a full morning at the desk of the hospital."""
    slot = city.value(THE_FIRST.format("slot"))
    done = city.value("SELECT min(id) FROM appointment WHERE status = 'fulfilled'")
    coming = city.value("SELECT min(id) FROM appointment WHERE status = 'booked'")
    when = {name: _earlier(name, "n * 60") for name in ("starts_at", "ends_at", "closes_at")}
    first = city.copy("slot", slot, SLOTS, slot_key="'past.' || n", **when)
    once = {"resident_id": RESIDENT, "arrival_code": "printf('P%011d', n)", "place_key": "NULL"}
    city.copy("appointment", done, SLOTS * BOOKED_IN_EACH, slot_id=f"{first} + n / {BOOKED_IN_EACH}", **once)
    today = {
        "starts_at": "'{0} 08:00:00+00:00'",
        "ends_at": "'{0} 09:00:00+00:00'",
        "closes_at": "'{0} 08:00:00+00:00'",
    }
    day = city.cursor.execute("SELECT date('now')").fetchone()[0]
    first = city.copy(
        "slot", slot, 1, slot_key="'today'", **{name: at.format(day) for name, at in today.items()}
    )
    once = {**once, "arrival_code": "printf('T%011d', n)", "place_key": f"{first} || '.' || {RESIDENT}"}
    city.copy("appointment", coming, TODAY, slot_id=f"{first}", **once)


def _consents(city: City) -> None:
    given = city.value("SELECT min(id) FROM consent WHERE status = 'granted'")
    first = city.copy(
        "consent", given, RESIDENTS, resident_id=RESIDENT, recipient_id=HOME, home_id=HOME, granted_key="NULL"
    )
    provision = city.value(f"SELECT min(id) FROM consent_provision WHERE consent_id = {given}")
    city.copy("consent_provision", provision, RESIDENTS, consent_id=f"{first} + n")


def _ratings(city: City) -> None:
    token, rating = city.value(THE_FIRST.format("rating_token")), city.value(THE_FIRST.format("rating"))
    first = city.copy("rating_token", token, RATINGS, resident_id=RESIDENT, source_uid="printf('7X%024d', n)")
    key, when = "printf('7W%024d', n)", _earlier("created_at", "n * 20")
    city.copy(
        "rating",
        rating,
        RATINGS,
        token_id=f"{first} + n",
        token_key=key,
        resident_id=RESIDENT,
        created_at=when,
    )


def _papers(city: City) -> None:
    """What is written about people: the record, and who did what."""
    city.copy("record_entry", city.value(THE_FIRST.format("record_entry")), ENTRIES, resident_id=RESIDENT)
    city.copy(
        "audit_entry",
        city.value("SELECT max(id) FROM audit_entry"),
        DEEDS,
        institution_id=HOME,
        resident_id=RESIDENT,
    )
