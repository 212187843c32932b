"""Queries whose SQL is kept must answer what the ORM answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tortoise.transactions import in_transaction

from server.kit.engines.counting import counted
from server.kit.engines.prepared import prepared, rows
from tests.engines.tables import Bed, Ward

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

opened_before = prepared(
    lambda before, room: (
        Ward.filter(opened_at__lte=before, booked__lt=room)
        .order_by("-opened_at", "id")
        .limit(2)
        .values("id", "name", "code", "opened_at")
    ),
    before=datetime,
    room=int,
)
names_of = prepared(lambda code: Ward.filter(code=code).values_list("name", flat=True), code=str)
beds_of = prepared(
    lambda name: Bed.filter(ward__name=name).order_by("label").values_list("ward__code", "label"), name=str
)


async def _three_wards():
    for hours, name in enumerate(("East", "West", "North")):
        await Ward(name=name, code=f"c-{name}", opened_at=NOON + timedelta(hours=hours)).save()


async def test_the_answer_is_that_of_the_orm(either):
    await _three_wards()
    until = (NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=8)))

    found = await opened_before(before=until, room=3)

    assert found == await Ward.filter(opened_at__lte=until).order_by("-opened_at", "id").limit(2).values(
        "id", "name", "code", "opened_at"
    )
    assert [row["name"] for row in found] == ["West", "East"]
    assert found[0]["opened_at"] == NOON + timedelta(hours=1)
    assert await opened_before(before=NOON, room=0) == []
    assert await names_of(code="c-North") == ["North"]


async def test_joins_and_tuples(either):
    await _three_wards()
    await Bed(ward=await Ward.get(name="East"), label="1").save()
    assert await beds_of(name="East") == [("c-East", "1")]
    assert await beds_of(name="West") == []


async def test_it_sees_the_transaction_that_is_open(either):
    async with in_transaction():
        await Ward(name="inside", code="in").save()
        assert await names_of(code="in") == ["inside"]
        assert await rows("SELECT name FROM ward") == [("inside",)]


async def test_the_sql_is_built_once_and_is_one_statement(either):
    calls = []

    def build(code):
        calls.append(code)
        return Ward.filter(code=code).values_list("name", flat=True)

    query = prepared(build, code=str)
    with counted() as statements:
        await query(code="a")
        await query(code="b")
    assert len(calls) == 1
    assert len(statements) == 2


async def test_what_cannot_be_kept_is_refused(either):
    with pytest.raises(ValueError, match="did not reach the SQL"):
        await prepared(lambda part: Ward.filter(name__contains=part).values("id"), part=str)(part="a")
    with pytest.raises(TypeError):
        await names_of(code=7)
    with pytest.raises(TypeError):
        await names_of()
    with pytest.raises(ValueError, match="naive"):
        await opened_before(before=NOON.replace(tzinfo=None), room=1)
