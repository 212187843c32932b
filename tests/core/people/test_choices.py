"""Whom a form offers: by the bed, no more than one list, and always whom it was about."""

from collections.abc import Awaitable, Callable
from typing import Any

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demo import Town
from server.people.models import Resident
from server.people.queries import ResidentChoices, choices_of, count_resident_choices, resident_choices

Actors = Callable[[str], Awaitable[Actor]]


async def offered(who: Actor, clock: Any, **wish: Any) -> ResidentChoices:
    return await resident_choices(actor=who, permission=Permission.RESIDENT_ADMIT, now=clock(), **wish)


def beds(found: ResidentChoices) -> list[str | None]:
    return [each.bed for each in found.residents]


class TestWhomAFormOffers:
    async def test_those_of_ones_own_home_by_their_beds(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        found = await offered(await actor("he"), clock)

        assert (beds(found), found.more) == (["201-1", "202-1"], False)
        assert beds(await offered(await actor("zhao"), clock)) == []

    async def test_of_many_those_whose_bed_begins_like_this(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town
        he = await actor("he")

        assert (beds(await offered(he, clock, bed="202")), beds(await offered(he, clock, bed=""))) == (
            ["202-1"],
            ["201-1", "202-1"],
        )
        cut = await offered(he, clock, most=1)
        assert (beds(cut), cut.more) == (["201-1"], True)
        wish = {"permission": Permission.RESIDENT_ADMIT, "now": clock()}
        assert await count_resident_choices(actor=he, **wish) == 2

    async def test_whoever_was_chosen_is_always_among_them_if_they_may_be(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        he = await actor("he")

        kept = await offered(he, clock, bed="201", chosen=town.people.li)

        assert beds(kept) == ["202-1", "201-1"]
        assert beds(await offered(he, clock, bed="201", chosen=town.people.zhao_yun)) == ["201-1"]

    async def test_the_living_unless_somebody_asks_otherwise(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        he = await actor("he")
        await Resident.filter(uid=town.people.li).update(died_at=clock())

        assert beds(await offered(he, clock)) == ["201-1"]
        assert beds(await offered(he, clock, which=Q())) == ["201-1", "202-1"]

    async def test_those_that_are_named(self, town: Town) -> None:
        li = await Resident.get(uid=town.people.li)

        assert [each.uid for each in await choices_of(resident_ids=[li.id])] == [li.uid]
        assert await choices_of(resident_ids=[]) == ()
