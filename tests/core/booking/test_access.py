"""Whose places and offers a booking reaches."""

from dataclasses import replace

import pytest

from server.alliance.models import Department
from server.booking.actions.diary import be_alone_with
from server.booking.actions.seats import _offer
from server.booking.errors import WrongStatus
from server.booking.models import Appointment, WaitlistEntry
from server.booking.queries import RiderWish, propose_trip
from server.booking.rules import APPOINTMENT_MOVES as MOVES
from server.booking.rules import AppointmentEvent, AppointmentStatus, HalfDay, WaitStatus
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.booking import writes
from tests.core.booking.world import NOW, World, seats


class TestAnOffer:
    @pytest.mark.parametrize("write", [writes.accept, writes.decline], ids=lambda each: each.__name__)
    async def test_is_there_for_those_who_care_for_the_resident_alone(self, world: World, write) -> None:
        ready = await write(world)
        with pytest.raises(NotFound):
            await replace(ready, actor=world.other_nurse).run()
        await ready.run()

    async def test_is_not_made_to_somebody_who_has_just_been_offered_another(self, world: World) -> None:
        uid, slot = await writes.waiting(world), await world.slot()
        entry = await WaitlistEntry.get(uid=uid).select_related("resident")
        await WaitlistEntry.filter(uid=uid).update(status=WaitStatus.OFFERED)
        assert not await _offer(slot, entry, minutes=5, explanation="", now=NOW)
        assert await seats(slot) == (0, 0)


async def test_an_error_is_reported_of_what_still_stands(world: World) -> None:
    ready = await writes.report_an_error(world)
    over = next(each for each in AppointmentStatus if not MOVES.allows(each, AppointmentEvent.ENTER_IN_ERROR))
    await Appointment.filter(uid=ready.said["appointment_uid"]).update(status=over)
    with pytest.raises(WrongStatus):
        await ready.run()


async def test_a_trip_goes_to_departments_of_its_hospital(world: World) -> None:
    other = await Department.exclude(institution_id=world.hospital.id).first()
    assert other is not None
    wish = RiderWish((await world.resident()).uid, other.uid)
    with pytest.raises(NotFound):
        await propose_trip(
            actor=world.nurse, provider_uid=world.hospital.uid, day=local_date(NOW), half=HalfDay.MORNING,
            bus_seats=3, wishes=[wish], now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("gone", ["died_at", "merged_into_id"])
async def test_nobody_is_alone_with_who_died_or_was_merged_this_moment(world: World, gone: str) -> None:
    looked_at, other = await world.resident(), await world.resident()
    since = {"died_at": NOW, "merged_into_id": other.id}
    await Resident.filter(id=looked_at.id).update(**{gone: since[gone]})
    with pytest.raises(NotFound):
        await be_alone_with(looked_at)
    await be_alone_with(other)
