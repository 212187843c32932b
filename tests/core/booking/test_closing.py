"""A day is called off: who is told what, and which seat each of them is offered instead."""

from datetime import timedelta

import pytest

from server.booking import actions, queries
from server.booking.errors import ClosedAlready
from server.booking.models import Slot, WaitlistEntry
from server.booking.rules import Pool
from server.kit.clock import local_date
from server.kit.errors import NotFound
from tests.core.booking.world import NOW, World, live_offer, seats, status_of

DAY = NOW + timedelta(days=3)
LATER = NOW + timedelta(days=5)


async def book(world: World, slot: Slot, *, outside: bool = False) -> str:
    home = world.unsigned_home if outside else None
    (resident,) = await world.residents(1, home=home)
    card = await actions.book_slot(
        actor=world.other_nurse if outside else world.nurse, slot_uid=slot.uid, resident_uid=resident.uid,
        reason="复诊", now=NOW,
    )  # fmt: skip
    return card.uid


async def preview(world: World) -> queries.ClosingPreview:
    return await queries.closing_preview(
        actor=world.manager, department_uid=world.department.uid, day=local_date(DAY), now=NOW
    )


async def close(world: World, replacements: dict[str, str] | None = None) -> actions.DayClosed:
    return await actions.close_day(
        actor=world.manager, department_uid=world.department.uid, day=local_date(DAY), reason="医生外出",
        replacements=replacements, now=NOW,
    )  # fmt: skip


def moves(shown: queries.ClosingPreview) -> dict[str, str]:
    return {each.appointment_uid: each.instead_slot_uid for each in shown.affected if each.instead_slot_uid}


class TestPreview:
    async def test_proposes_each_a_seat_of_their_own_as_long_as_there_are_any(self, world: World) -> None:
        day, first, second = (
            await world.slot(starts_at=DAY),
            await world.slot(starts_at=LATER, capacity=2),
            await world.slot(starts_at=LATER + timedelta(hours=1), capacity=1),
        )
        uids = [await book(world, day) for _ in range(4)]

        shown = await preview(world)

        assert [each.appointment_uid for each in shown.affected] == uids
        assert [each.instead_slot_uid for each in shown.affected] == [first.uid, first.uid, second.uid, None]
        assert [each.reachable for each in shown.affected] == [False] * 4
        assert await seats(first) == (0, 0)  # nothing is kept by looking

    async def test_proposes_reserved_green_seats_only_to_whom_they_are_reserved_for(
        self, world: World
    ) -> None:
        day = await world.slot(starts_at=DAY)
        green = await world.slot(starts_at=LATER, pool=Pool.GREEN, release_at=LATER - timedelta(days=1))
        stranger, ours = await book(world, day, outside=True), await book(world, day)

        shown = await preview(world)

        assert moves(shown) == {ours: green.uid}
        assert stranger in {each.appointment_uid for each in shown.affected}

    async def test_proposes_no_hour_at_which_the_resident_is_elsewhere(self, world: World) -> None:
        other = await world.another_department()
        day, early = await world.slot(starts_at=DAY), await world.slot(starts_at=LATER)
        late = await world.slot(starts_at=LATER + timedelta(hours=2))
        elsewhere = await world.slot(starts_at=LATER, department=other)
        resident = await world.resident()
        for slot in (day, elsewhere):
            await actions.book_slot(
                actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
            )

        (affected,) = (await preview(world)).affected

        assert affected.instead_slot_uid == late.uid != early.uid

    async def test_is_the_own_hospitals(self, world: World) -> None:
        with pytest.raises(NotFound):
            await queries.closing_preview(
                actor=world.nurse, department_uid=world.department.uid, day=local_date(DAY), now=NOW
            )


class TestClosing:
    async def test_offers_exactly_the_seat_that_was_proposed_and_keeps_it_for_a_day(
        self, world: World
    ) -> None:
        day, instead = await world.slot(starts_at=DAY), await world.slot(starts_at=LATER, capacity=1)
        uid, without = await book(world, day), await book(world, day)

        done = await close(world, moves(await preview(world)))

        assert (done.displaced, done.offered) == (2, 1)
        assert await status_of(uid) == await status_of(without) == "cancelled"
        (offer,) = await queries.offers(actor=world.nurse, now=NOW)
        assert (offer.slot_uid, offer.expires_at) == (instead.uid, NOW + timedelta(days=1))
        assert "停诊" in offer.explanation
        assert await seats(instead) == (0, 1)
        card = await actions.accept_offer(
            actor=world.nurse, offer_uid=offer.uid, now=NOW + timedelta(hours=20)
        )
        assert card.slot_uid == instead.uid
        assert await queries.faults(now=NOW) == []

    async def test_who_declines_stays_first_in_line(self, world: World) -> None:
        day, _ = await world.slot(starts_at=DAY), await world.slot(starts_at=LATER)
        await book(world, day)
        await close(world, moves(await preview(world)))
        (offer,) = await queries.offers(actor=world.nurse, now=NOW)

        card = await actions.decline_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW)

        assert (card.urgency, card.status) == ("displaced", "waiting")

    async def test_a_seat_that_was_taken_meanwhile_is_not_offered_twice(self, world: World) -> None:
        day, instead = await world.slot(starts_at=DAY), await world.slot(starts_at=LATER, capacity=1)
        await book(world, day)
        proposed = moves(await preview(world))
        await book(world, instead)

        done = await close(world, proposed)

        assert (done.displaced, done.offered) == (1, 0)
        assert await seats(instead) == (1, 0)
        entry = await WaitlistEntry.get(department_id=world.department.id)
        assert (entry.urgency, entry.status) == ("displaced", "waiting")

    async def test_gives_no_seat_of_another_department_whatever_the_form_says(self, world: World) -> None:
        other = await world.another_department()
        day, foreign = await world.slot(starts_at=DAY), await world.slot(starts_at=LATER, department=other)
        uid = await book(world, day)

        done = await close(world, {uid: foreign.uid})

        assert done.offered == 0
        assert await seats(foreign) == (0, 0)

    async def test_who_waits_for_the_closed_day_and_was_offered_it_gets_their_place_back(
        self, world: World
    ) -> None:
        day, instead = (
            await world.slot(starts_at=DAY, capacity=1),
            await world.slot(starts_at=LATER, capacity=1),
        )
        sitting = await book(world, day)
        waiting = await world.resident()
        entry = await actions.join_waitlist(
            actor=world.nurse, resident_uid=waiting.uid, department_uid=world.department.uid,
            first_day=local_date(DAY), last_day=local_date(DAY), reason="复诊", now=NOW,
        )  # fmt: skip
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting, now=NOW)
        assert await live_offer(entry.uid) is not None

        await close(world)

        assert await live_offer(entry.uid) is None
        assert await seats(instead) == (0, 0)
        with pytest.raises(ClosedAlready):
            await close(world)
        assert await queries.faults(now=NOW) == []
