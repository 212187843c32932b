"""Whose places and offers a booking reaches."""

from dataclasses import replace

import pytest

from server.booking.actions.diary import be_alone_with
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.booking import writes
from tests.core.booking.world import NOW, World


class TestAnOffer:
    @pytest.mark.parametrize("write", [writes.accept, writes.decline], ids=lambda each: each.__name__)
    async def test_is_there_for_those_who_care_for_the_resident_alone(self, world: World, write) -> None:
        ready = await write(world)
        with pytest.raises(NotFound):
            await replace(ready, actor=world.other_nurse).run()
        await ready.run()


@pytest.mark.parametrize("gone", ["died_at", "merged_into_id"])
async def test_nobody_is_alone_with_who_died_or_was_merged_this_moment(world: World, gone: str) -> None:
    looked_at, other = await world.resident(), await world.resident()
    since = {"died_at": NOW, "merged_into_id": other.id}
    await Resident.filter(id=looked_at.id).update(**{gone: since[gone]})
    with pytest.raises(NotFound):
        await be_alone_with(looked_at)
    await be_alone_with(other)
