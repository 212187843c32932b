"""Two conditions say whom an actor reaches, of a set and of each row: they and the residents' own list agree."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demo import Town
from server.people.access import (
    joined_to_residents_visible_to,
    of_residents_visible_to,
    residents_visible_to,
)
from server.people.models import Resident, ResidentStay

PEOPLE = ("wang", "guardian", "daughter", "stranger", "he", "song", "jin", "feng", "zhao", "qian", "root")
ASKED = (
    Permission.RESIDENT_READ,
    Permission.RECORD_READ,
    Permission.PROXY_REVIEW,
    Permission.CONSENT_WITNESS,
    Permission.APPOINTMENT_BOOK,
    Permission.TRAIL_READ,
)


@pytest.mark.parametrize("who", PEOPLE)
async def test_a_set_and_each_row_say_the_same(
    town: Town, actor: Callable[[str], Awaitable[Actor]], clock: Callable[[], datetime], who: str
) -> None:
    survivor, absorbed = await Resident.get(uid=town.people.wang), await Resident.get(uid=town.people.li)
    reader = await actor(who)
    for merged_into in (None, survivor.id):
        await Resident.filter(id=absorbed.id).update(merged_into_id=merged_into)
        for permission in ASKED:
            asked = {"actor": reader, "permission": permission, "now": clock()}
            reached = await Resident.filter(residents_visible_to(**asked)).values_list("id", flat=True)
            follows = {absorbed.id} if merged_into in reached else set()
            stays = ResidentStay.filter(resident_id__in=sorted({*reached, *follows}))
            wanted = sorted(await stays.values_list("id", flat=True))
            for condition in (of_residents_visible_to, joined_to_residents_visible_to):
                found = ResidentStay.filter(condition("resident", **asked))
                assert sorted(await found.values_list("id", flat=True)) == wanted, (permission, condition)


async def test_somebody_is_reached(
    town: Town,
    actor: Callable[[str], Awaitable[Actor]],
    clock: Callable[[], datetime],
) -> None:
    seen = joined_to_residents_visible_to(
        "resident", actor=await actor("he"), permission=Permission.RESIDENT_READ, now=clock()
    )

    assert await ResidentStay.filter(seen).count() > 1
