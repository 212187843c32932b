"""What is written is what is read and found, and the same on both engines."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from tortoise import fields
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.expressions import F
from tortoise.functions import Sum
from tortoise.transactions import in_transaction

from server.kit.database import is_duplicate
from server.kit.engines.prepared import rows
from tests.engines.conftest import make_tables
from tests.engines.tables import Bed, Ward

SHANGHAI = timezone(timedelta(hours=8))
EIGHT = datetime(2026, 5, 4, 8, 0, 0, 250_000, tzinfo=SHANGHAI)  # midnight in UTC


class TestTimes:
    async def test_every_way_of_writing_stores_the_same_instant(self, either):
        made = await Ward.create(name="made", opened_at=EIGHT)
        saved = await Ward.create(name="saved")
        saved.opened_at = EIGHT
        await saved.save(update_fields=["opened_at"])
        updated = await Ward.create(name="updated")
        await Ward.filter(id=updated.id).update(opened_at=EIGHT)
        bulk = await Ward.create(name="bulk")
        bulk.opened_at = EIGHT
        await Ward.bulk_update([bulk], ["opened_at"])

        instants = await Ward.all().values_list("opened_at", flat=True)
        assert instants == [EIGHT] * 4
        assert all(instant.utcoffset() == timedelta(0) for instant in instants)
        assert made.opened_at == EIGHT

    @pytest.mark.parametrize("zone", [UTC, SHANGHAI])
    async def test_filters_find_it_from_any_zone(self, either, zone):
        ward = await Ward.create(name="made", opened_at=EIGHT)
        at = EIGHT.astimezone(zone)
        assert await Ward.filter(opened_at=at).count() == 1
        assert await Ward.filter(opened_at__gte=at).count() == 1
        assert await Ward.filter(opened_at__gt=at).count() == 0
        assert await Ward.filter(opened_at__in=[at]).count() == 1
        assert await Ward.filter(opened_at__range=(at, at)).count() == 1
        assert (await Ward.get(id=ward.id)).opened_at == EIGHT

    async def test_naive_times_are_refused(self, either):
        ward = await Ward.create(name="made")
        with pytest.raises(ValueError, match="naive"):
            await Ward.filter(id=ward.id).update(opened_at=EIGHT.replace(tzinfo=None))
        with pytest.raises(ValueError, match="naive"):
            await Ward.filter(opened_at__gt=EIGHT.replace(tzinfo=None))

    async def test_the_stock_field_shifts_them_silently(self, mysql):
        plain = fields.DatetimeField()
        plain.model_field_name = "opened_at"
        sent = plain.to_db_value(EIGHT, Ward)
        async with get_connection("default").acquire_connection() as connection:
            assert connection.escape(sent) == "'2026-05-04 08:00:00.250000'"  # eight hours after the instant

    async def test_every_connection_of_the_pool_keeps_utc_and_our_rules(self, mysql):
        client = get_connection("default")
        pool = await client.pool()
        held = [await pool.acquire() for _ in range(pool.size)]
        for connection in held:
            async with connection.cursor() as cursor:
                await cursor.execute("SELECT @@time_zone, @@tx_isolation, @@sql_mode, @@collation_connection")
                zone, isolation, modes, collation = await cursor.fetchone()
            assert (zone, isolation, collation) == ("+00:00", "READ-COMMITTED", "utf8mb4_unicode_520_ci")
            assert {"STRICT_ALL_TABLES", "NO_ENGINE_SUBSTITUTION"} <= set(modes.split(","))
            pool.release(connection)

    async def test_stock_tortoise_sets_the_zone_on_one_connection_only(self, stock_mysql):
        pool = get_connection("default")._pool
        zones = set()
        held = [await pool.acquire() for _ in range(3)]
        for connection in held:
            async with connection.cursor() as cursor:
                await cursor.execute("SELECT @@time_zone")
                zones.add((await cursor.fetchone())[0])
            await pool.release(connection)
        assert zones in ({"+0:00", "SYSTEM"}, {"+00:00", "SYSTEM"})


class TestCounts:
    async def test_an_update_counts_the_rows_it_matched(self, either):
        await Ward.create(name="East", capacity=5)
        assert await Ward.filter(name="East").update(capacity=5) == 1
        assert await Ward.filter(name="West").update(capacity=5) == 0
        async with in_transaction():
            assert (
                await Ward.filter(name="East", booked__lt=F("capacity")).update(booked=F("booked") + 1) == 1
            )

    async def test_stock_tortoise_counts_the_rows_it_changed(self, stock_mysql):
        await Ward.create(name="East", capacity=5)
        assert await Ward.filter(name="East").update(capacity=5) == 0

    async def test_a_limit_is_kept_or_refused_but_never_ignored(self, either):
        for number in range(3):
            await Ward.create(name=f"{number}")
        if either.startswith("sqlite") and not _sqlite_knows_limits():
            with pytest.raises(OperationalError):
                await Ward.all().limit(1).update(booked=1)
            return
        assert await Ward.all().limit(1).update(booked=1) == 1
        assert await Ward.filter(booked=1).count() == 1
        assert await Ward.all().order_by("-id").limit(1).delete() == 1
        assert await Ward.all().order_by("id").values_list("name", flat=True) == ["0", "1"]

    async def test_sums_of_whole_numbers_are_whole(self, either):
        for number in (2, 3):
            await Ward.create(name=f"{number}", booked=number)
        total = (await Ward.all().annotate(total=Sum("booked")).values("total"))[0]["total"]
        raw = (await rows("SELECT SUM(booked) FROM ward"))[0][0]
        assert (total, type(total)) == (raw, type(raw)) == (5, int)

    async def test_fractions_stay_decimal(self, mysql):
        assert await rows("SELECT CAST(1.50 AS DECIMAL(5,2))") == [(Decimal("1.50"),)]


def _sqlite_knows_limits() -> bool:
    with closing(sqlite3.connect(":memory:")) as memory:
        return ("ENABLE_UPDATE_DELETE_LIMIT",) in memory.execute("PRAGMA compile_options").fetchall()


class TestConflicts:
    async def test_an_upsert_in_bulk(self, either):
        # Tortoise wrote `AS new ON DUPLICATE KEY`, which is MySQL 8 only: error 1064 on MariaDB.
        await Ward.create(name="old", code="a")
        wards = [Ward(name="new", code="a"), Ward(name="other", code="b")]
        await Ward.bulk_create(wards, on_conflict=["code"], update_fields=["name"])
        assert await Ward.all().order_by("code").values_list("code", "name") == [("a", "new"), ("b", "other")]

    async def test_ignored_conflicts_print_no_warnings(self, either, recwarn):
        await Ward.create(name="old", code="a")
        await Ward.bulk_create([Ward(name="new", code="a"), Ward(name="b", code="b")], ignore_conflicts=True)
        assert await Ward.all().count() == 2
        assert not recwarn.list

    async def test_a_duplicate_is_told_from_other_refusals(self, either):
        await Ward.create(name="one", code="a")
        with pytest.raises(Exception, match=r"1062|UNIQUE") as duplicate:
            await Ward.create(name="two", code="a")
        with pytest.raises(Exception, match=r"1452|FOREIGN KEY") as orphan:
            await Bed.create(ward_id=99, label="x")
        assert is_duplicate(duplicate.value)
        assert not is_duplicate(orphan.value)


class TestText:
    async def test_tokens_are_compared_byte_by_byte(self, either):
        for code in ("oAbC", "oabc", "oAbC "):
            await Ward.create(name="x", capacity=len(code) * 3 + (code == "oabc"), code=code)
        assert await Ward.filter(code="oAbC").count() == 1
        assert await Ward.filter(code="OABC").count() == 0

    async def test_a_token_is_looked_for_with_any_text(self, either):
        # What a stranger sends as an openid may hold anything; it must find nothing, not fail.
        assert await Ward.filter(code="老人").count() == 0
        assert await Ward.filter(code="😀").count() == 0

    async def test_rare_hanzi_and_emoji_differ(self, either):
        for capacity, name in enumerate(("𠮷", "𠮾", "😀", "😁")):
            await Ward.create(name=name, capacity=capacity + 1)
        assert await Ward.filter(name="𠮷").values_list("capacity", flat=True) == [1]
        assert await Ward.filter(name="😁").values_list("capacity", flat=True) == [4]

    async def test_stock_tortoise_holds_them_for_equal(self, stock_mysql):
        await Ward.create(name="𠮷")
        assert await Ward.filter(name="𠮾").count() == 1

    async def test_bytes_come_back_as_they_went(self, either):
        ward = await Ward.create(name="East")
        blob = bytes(range(256))
        bed = await Bed.create(ward=ward, label="1", digest=blob)
        assert (await Bed.get(id=bed.id)).digest == blob

    async def test_nothing_in_a_value_is_read_as_sql(self, either):
        hostile = "x'; DELETE FROM ward; -- %s \\ \" ` \x00 ?"
        await Ward.create(name=hostile)
        assert await Ward.filter(name=hostile).count() == 1
        assert await Ward.filter(name__contains="%s").count() == 1


async def test_every_statement_of_a_script_counts(mysql):
    with pytest.raises(Exception, match="nowhere"):
        await get_connection("default").execute_script("SELECT 1; INSERT INTO nowhere VALUES (1)")
    with pytest.raises(Exception, match="already exists"):
        await make_tables()
