"""How beds are written, sorted and counted."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.authority.actor import Actor
from server.demo import Town
from server.people import queries
from server.people.models import Resident
from server.people.queries import BedCensus
from server.people.rules import in_house_order, plain_bed, plain_room, room_of

Actors = Callable[[str], Awaitable[Actor]]


class TestWriting:
    @pytest.mark.parametrize(
        ("bed", "room"),
        [
            ("201-1", "201"),
            ("A楼201-1", "A楼201"),
            ("2-201-1", "2-201"),
            ("201/1", "201"),
            ("9", "9"),
            ("２０１－１", "201"),
        ],
    )
    def test_a_bed_stands_in_a_room(self, bed: str, room: str) -> None:
        assert room_of(bed) == room

    def test_one_bed_is_written_in_many_ways(self) -> None:
        assert {plain_bed(bed) for bed in ("A201-1", "a201-1", "Ａ２０１－１", "A 201 -1")} == {"A201-1"}

    def test_a_room_is_looked_for_as_it_is_written(self) -> None:
        assert plain_room(" ａ 栋 201 ") == "A 栋 201"
        assert room_of(" ａ 栋 201－2 ") == "A 栋 201"

    def test_rooms_are_sorted_as_one_walks_past_them(self) -> None:
        rooms = ["10", "B2", "2", "A10", "A2"]

        assert sorted(rooms, key=in_house_order) == ["A2", "A10", "B2", "2", "10"]


class TestCensus:
    def census(self, beds: int, residents: int) -> BedCensus:
        return BedCensus("", "", beds, 0, residents, 0, 0)

    def test_a_full_home_a_home_beyond_and_one_of_which_nobody_has_said(self) -> None:
        full, beyond, unsaid = self.census(10, 10), self.census(10, 12), self.census(0, 5)

        assert [(each.free, each.beyond, each.utilisation) for each in (full, beyond, unsaid)] == [
            (0, 0, 1.0),
            (0, 2, 1.2),
            (0, 0, None),
        ]

    async def test_leaves_out_who_was_merged(self, town: Town, actor: Actors, clock: Any) -> None:
        wang = await Resident.get(uid=town.people.wang)
        await Resident.filter(uid=town.people.li).update(merged_into_id=wang.id)

        sheet = await queries.beds(actor=await actor("he"), now=clock())

        assert sheet.homes[0].residents == 1
        assert sheet.board is not None
        assert [room.name for room in sheet.board.rooms] == ["201"]
