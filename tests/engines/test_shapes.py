"""What is kept of a query must be what Tortoise would have built, whatever the values."""

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from tortoise.expressions import F, Q, RawSQL, Subquery
from tortoise.functions import Count, Max

from server.kit.engines import built_once, shapes
from server.kit.engines.any_of import AnyOf
from server.kit.engines.built_once import memory
from tests.engines.tables import Bed, Ward

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CITY = timezone(timedelta(hours=8))
MIXES = 400


class Name(StrEnum):
    EAST = "East"
    WEST = "West"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    memory.kept.clear()
    memory.checked.clear()
    with built_once.checking(times=sys.maxsize):
        yield
    memory.kept.clear()


def kept() -> int:
    return sum(each is not None for each in memory.kept.values())


async def three_wards() -> None:
    for number, name in enumerate(("East", "West", "North"), 1):
        await Ward(
            name=name, code=f"c-{name}", booked=number, opened_at=NOON + timedelta(hours=number)
        ).save()
        await Bed(ward_id=number, label=f"{number}").save()


async def same(*queries: Any) -> list[Any]:
    """Ask all of them; they are of one shape, and it is kept."""
    before = kept()
    found = [await query for query in queries]
    assert kept() == before + 1
    return found


def names(wards: list[Ward]) -> list[str]:
    return [ward.name for ward in wards]


class TestOfOneShape:
    async def test_rows_come_as_objects_with_what_belongs_to_them(self, either: str) -> None:
        await three_wards()

        first, second = await same(
            *(
                Bed.filter(ward__booked__gte=least).select_related("ward").order_by("-id").limit(2)
                for least in (1, 3)
            )
        )

        assert [bed.ward.name for bed in first] == ["North", "West"]
        assert [bed.ward.name for bed in second] == ["North"]

    async def test_values_counts_and_whether_there_is_any(self, either: str) -> None:
        await three_wards()

        assert await same(*(Ward.filter(code=code).values("name") for code in ("c-East", "c-?"))) == [
            [{"name": "East"}], [],
        ]  # fmt: skip
        assert await same(
            *(Ward.filter(booked__lt=most).order_by("id").values_list("name", flat=True) for most in (2, 3))
        ) == [["East"], ["East", "West"]]
        assert await same(*(Ward.filter(booked__gt=least).count() for least in (0, 2))) == [3, 1]
        assert await same(*(Ward.filter(booked=booked).exists() for booked in (2, 9))) == [True, False]
        assert await same(*(Ward.filter(name=name).first() for name in ("?", "!"))) == [None, None]

    async def test_changes(self, either: str) -> None:
        await three_wards()

        assert await same(
            *(
                Ward.filter(id=ward, booked__lt=F("capacity")).update(booked=F("booked") + seats)
                for ward, seats in ((3, 4), (2, 7), (9, 5))
            )
        ) == [1, 1, 0]
        assert await Ward.all().order_by("id").values_list("booked", flat=True) == [1, 9, 7]

        before = kept()
        await Ward.filter(id=1).update(opened_at=None)
        await Ward.filter(id=2).update(opened_at=(NOON - timedelta(days=1)).astimezone(CITY))
        await Ward.filter(id=3).update(opened_at=NOON)
        assert kept() == before + 2
        assert await Ward.all().order_by("id").values_list("opened_at", flat=True) == [
            None, NOON - timedelta(days=1), NOON,
        ]  # fmt: skip
        assert await same(*(Bed.filter(label=label).delete() for label in ("1", "?"))) == [1, 0]

    async def test_what_an_annotation_is_read_as_comes_along(self, either: str) -> None:
        await three_wards()

        first, second = await same(
            *(
                Ward.filter(booked__lte=most)
                .annotate(last=Max("opened_at"), many=Count("id"))
                .values("last", "many")
                for most in (1, 2)
            )
        )

        assert first == [{"last": NOON + timedelta(hours=1), "many": 1}]
        assert second == [{"last": NOON + timedelta(hours=2), "many": 2}]

    async def test_queries_within_queries(self, either: str) -> None:
        await three_wards()

        def within(booked: int, code: str) -> Any:
            few = Ward.filter(booked__lte=booked).values("id")
            return Bed.filter(Q(ward_id__in=AnyOf(few, Ward.filter(code=code).values("id")))).order_by("id")

        def outside(code: str) -> Any:
            return Ward.filter(~Q(id__in=Subquery(Ward.filter(code=code).values("id")))).order_by("id")

        first, second = await same(within(1, "c-North"), within(2, "c-?"))
        assert [bed.ward_id for bed in first] == [1, 3]
        assert [bed.ward_id for bed in second] == [1, 2]
        first, second = await same(outside("c-East"), outside("c-North"))
        assert names(first) == ["West", "North"]
        assert names(second) == ["East", "West"]

    async def test_one_instant_said_in_two_zones(self, either: str) -> None:
        await three_wards()
        late = NOON + timedelta(hours=3)

        def between(first: datetime, last: datetime) -> Any:
            return Ward.filter(opened_at__gte=first, opened_at__lt=last).order_by("id")

        first, second = await same(
            between(NOON, late), between((NOON + timedelta(hours=2)).astimezone(CITY), late.astimezone(UTC))
        )

        assert (names(first), names(second)) == (["East", "West"], ["West"])

    async def test_a_query_is_asked_again(self, either: str) -> None:
        await three_wards()
        query = Ward.filter(booked__gte=2).order_by("id")

        assert names(await query) == names(await query) == ["West", "North"]
        assert names(await query.filter(id__lte=2)) == ["West"]
        assert await query.count() == 2


class TestOfAnotherShape:
    async def test_values_that_are_equal_are_another_shape_than_values_that_are_not(
        self, either: str
    ) -> None:
        await three_wards()

        async def wards(booked: int, ward: int) -> list[str]:
            return names(await Ward.filter(booked=booked, id=ward))

        assert await wards(2, 2) == ["West"]  # learnt while nobody can tell which is which
        assert await wards(2, 3) == await wards(3, 2) == []
        assert await wards(3, 3) == ["North"]
        assert kept() == 2

    async def test_a_limit_that_is_also_a_value(self, either: str) -> None:
        await three_wards()

        assert names(await Ward.filter(id__gte=2).order_by("id").limit(2)) == ["West", "North"]
        assert names(await Ward.filter(id__gte=1).order_by("id").limit(2)) == ["East", "West"]
        assert names(await Ward.filter(id__gte=1).order_by("id").limit(1).offset(1)) == ["West"]
        assert names(await Ward.filter(id__gte=1).order_by("id").limit(2).offset(2)) == ["North"]

    async def test_nothing_a_list_and_a_word_are_part_of_the_shape(self, either: str) -> None:
        await three_wards()

        async def wards(**filters: Any) -> list[str]:
            return names(await Ward.filter(**filters).order_by("id"))

        assert await wards(code=None) == []
        assert await wards(code="c-East") == ["East"]
        assert await wards(id__in=[]) == []
        assert await wards(id__in=[1]) == ["East"]
        assert await wards(id__in={3, 1}) == ["East", "North"]
        assert await wards(id__in=(2, 2)) == ["West"]
        assert await wards(name=Name.EAST) == ["East"]
        assert await wards(name=Name.WEST) == ["West"]
        assert await wards(code__isnull=True) == []
        assert await wards(code__isnull=False) == ["East", "West", "North"]

    async def test_a_star_is_a_star(self, either: str) -> None:
        await three_wards()

        assert await Ward.filter(name="*").count() == 0  # Tortoise writes it into the text
        assert await Ward.filter(name="East").count() == 1
        assert await Ward.filter(name="*").count() == 0


class TestNotKept:
    async def test_a_search_is_built_each_time(self, either: str) -> None:
        await three_wards()

        assert names(await Ward.filter(name__contains="or")) == ["North"]
        assert names(await Ward.filter(name__contains="as")) == ["East"]
        assert names(await Ward.filter(name__startswith="W")) == ["West"]
        assert kept() == 0

    async def test_a_long_list_is_built_each_time(self, either: str) -> None:
        await three_wards()

        assert len(await Ward.filter(id__in=range(2))) == 1
        assert len(await Ward.filter(id__in=list(range(shapes.LONGEST + 1)))) == 3
        assert kept() == 0

    async def test_one_value_for_two_kinds_of_columns_is_built_each_time(self, either: str) -> None:
        await three_wards()

        assert await Ward.filter(name="East", code="East").count() == 0
        assert kept() == 0

    async def test_the_oldest_gives_way(self, either: str, monkeypatch: pytest.MonkeyPatch) -> None:
        await three_wards()
        memory.kept.clear()
        monkeypatch.setattr(built_once, "MOST", 3)

        for many in range(1, 9):
            assert len(await Ward.filter(id__in=list(range(many + 1)))) == min(many, 3)

        assert kept() == 3


async def test_one_that_is_not_what_would_be_built_is_noticed_and_no_value_is_told(either: str) -> None:
    await three_wards()
    await Ward.filter(booked__gte=1, id__gte=2)
    [(shape, right)] = [(shape, each) for shape, each in memory.kept.items() if each and "booked" in each.sql]
    (first, one, encode), (second, two, _) = right.places
    memory.kept[shape] = replace(right, places=((first, two, encode), (second, one, encode)))

    with pytest.raises(AssertionError, match="not what would be built") as told:
        await Ward.filter(booked__gte=1234567, id__gte=2)
    assert "1234567" not in str(told.value)


async def test_any_mix_of_filters(either: str) -> None:
    """Compare some hundred queries of few shapes, with values that are often equal, with what Tortoise builds."""
    await three_wards()
    dice = random.Random(20261123)

    def number() -> int:
        return dice.choice((1, 2, 3, dice.randrange(10**6)))

    def leaf() -> Q:
        return dice.choice(
            (
                lambda: Q(id=number()),
                lambda: Q(booked__gte=number(), capacity__lt=number()),
                lambda: Q(code=dice.choice(("c-East", "East", None))),
                lambda: Q(name=dice.choice(("East", "West", Name.WEST))),
                lambda: Q(id__in=[number() for _ in range(dice.randrange(3))]),
                lambda: Q(opened_at__lt=NOON + timedelta(hours=number())),
                lambda: Q(
                    id__in=Subquery(Bed.filter(ward_id=number(), ward__booked=number()).values("ward_id"))
                ),
                lambda: Q(id__not_in=Subquery(Ward.filter(leaf()).values("id"))),
                lambda: Q(booked=F("capacity") - number()),
            )
        )()

    def tree(depth: int) -> Q:
        if depth == 0:
            return leaf()
        inner = Q(tree(depth - 1), tree(depth - 1), join_type=dice.choice((Q.AND, Q.OR)))
        return ~inner if dice.random() < 0.3 else inner

    for _ in range(MIXES):
        rows = Ward.filter(tree(dice.randrange(3)))
        query = dice.choice(
            (
                lambda rows: rows.order_by("id").limit(number()),
                lambda rows: rows.annotate(twice=RawSQL("booked * 2")).order_by("-id").values("id", "twice"),
                lambda rows: rows.values_list("id", "name"),
                lambda rows: rows.count(),
                lambda rows: rows.exists(),
                lambda rows: rows.update(booked=number() % 9, opened_at=NOON),
            )
        )(rows)
        await query  # what is kept is compared, see the fixture
    assert kept() > 20
