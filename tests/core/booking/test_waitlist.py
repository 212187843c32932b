"""A freed seat goes to who waits, in an order that can be explained."""

import asyncio
from datetime import timedelta

import pytest

from server.authority.actor import system_actor
from server.booking import actions, queries
from server.booking.errors import AlreadyWaiting, OfferLapsed, Overlapping, SlotFull, WindowInvalid
from server.booking.models import Slot, WaitlistEntry
from server.booking.queries import AppointmentCard, WaitlistCard
from server.booking.rules import Pool, Urgency
from server.kit.clock import local_date
from server.kit.errors import Forbidden, NotFound
from server.people.models import Resident
from tests.core.booking.world import NOW, World, live_offer, seats, topics

WORKER = system_actor("worker")
AFTER_OFFER = NOW + timedelta(minutes=31)


async def book(world: World, slot: Slot, resident: Resident, *, now: object = NOW) -> AppointmentCard:
    return await actions.book_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=now
    )


async def wait(world: World, resident: Resident, *, now: object = NOW, **more: object) -> WaitlistCard:
    more.setdefault("actor", world.nurse)
    return await actions.join_waitlist(
        resident_uid=resident.uid, department_uid=world.department.uid, first_day=local_date(NOW),
        last_day=local_date(NOW) + timedelta(days=10), reason="复诊", now=now, **more,
    )  # fmt: skip


async def full_slot(world: World, **more: object) -> tuple[Slot, AppointmentCard]:
    slot = await world.slot(capacity=1, **more)
    return slot, await book(world, slot, await world.resident())


@pytest.fixture(autouse=True)
async def nothing_is_wrong_afterwards(town: object):
    yield
    assert await queries.faults(now=NOW) == []


class TestOffer:
    async def test_follows_a_cancellation_at_once_and_holds_the_seat(self, world: World) -> None:
        """I28."""
        slot, sitting = await full_slot(world)
        waiting, passing = await world.residents(2)
        entry = await wait(world, waiting)

        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)

        assert await seats(slot) == (0, 1)
        offer = await live_offer(entry.uid)
        assert offer is not None
        assert "第一位" in offer.explanation
        with pytest.raises(SlotFull):
            await book(world, slot, passing)

    async def test_becomes_an_appointment_when_accepted(self, world: World) -> None:
        slot, sitting = await full_slot(world)
        entry = await wait(world, await world.resident())
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        (card,) = await queries.offers(actor=world.nurse, now=NOW)

        booked = await actions.accept_offer(actor=world.nurse, offer_uid=card.uid, now=NOW)

        assert (booked.status, booked.reason) == ("booked", "复诊")
        assert await seats(slot) == (1, 0)
        assert await queries.offers(actor=world.nurse, now=NOW) == ()
        row = await WaitlistEntry.get(uid=entry.uid)
        assert (row.status, row.waiting_key) == ("accepted", None)

    async def test_goes_to_the_next_when_declined_and_is_not_made_to_the_same_again(
        self, world: World
    ) -> None:
        slot, sitting = await full_slot(world)
        first, second = await world.residents(2)
        one = await wait(world, first)
        two = await wait(world, second, now=NOW + timedelta(seconds=1))
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        offer = await live_offer(one.uid)
        assert offer is not None

        kept = await actions.decline_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW)

        assert kept.status == "waiting"
        assert await live_offer(two.uid) is not None
        assert await seats(slot) == (0, 1)
        with pytest.raises(OfferLapsed):
            await actions.accept_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW)
        second_offer = await live_offer(two.uid)
        await actions.decline_offer(actor=world.nurse, offer_uid=second_offer.uid, now=NOW)
        assert await seats(slot) == (0, 0)
        assert await actions.sweep_waitlist(actor=WORKER, now=NOW) == 0

    async def test_times_out_for_the_next_even_when_somebody_else_comes_first(self, world: World) -> None:
        slot, sitting = await full_slot(world)
        first, second, passing = await world.residents(3)
        one = await wait(world, first)
        two = await wait(world, second, now=NOW + timedelta(seconds=1))
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        offer = await live_offer(one.uid)

        with pytest.raises(SlotFull):
            await book(world, slot, passing, now=AFTER_OFFER)
        with pytest.raises(OfferLapsed):
            await actions.accept_offer(actor=world.nurse, offer_uid=offer.uid, now=AFTER_OFFER)
        assert await actions.sweep_holds(actor=WORKER, now=AFTER_OFFER) == 1

        assert await live_offer(one.uid) is None
        assert await live_offer(two.uid) is not None
        assert await seats(slot) == (0, 1)
        assert (await topics(world)).count("booking.offer_lapsed") == 1

    async def test_is_made_by_the_sweep_for_a_seat_that_was_free_all_along(self, world: World) -> None:
        slot = await world.slot(capacity=1)
        first, second = await world.residents(2)
        one, two = await wait(world, first), await wait(world, second, now=NOW + timedelta(seconds=1))

        made = [await actions.sweep_waitlist(actor=WORKER, now=NOW + timedelta(minutes=1)) for _ in range(2)]

        assert made == [1, 0]
        assert await seats(slot) == (0, 1)
        assert await live_offer(one.uid) is not None
        assert await live_offer(two.uid) is None

    async def test_can_be_accepted_once(self, world: World) -> None:
        slot, sitting = await full_slot(world)
        entry = await wait(world, await world.resident())
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        offer = await live_offer(entry.uid)

        answers = await asyncio.gather(
            *(actions.accept_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW) for _ in range(4)),
            actions.decline_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW),
            return_exceptions=True,
        )

        assert sum(isinstance(answer, AppointmentCard) for answer in answers) <= 1
        assert await seats(slot) in [(1, 0), (0, 0)]

    async def test_accepting_never_overlaps_another_appointment(self, world: World) -> None:
        """I24."""
        slot, sitting = await full_slot(world)
        resident = await world.resident()
        entry = await wait(world, resident)
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        await book(world, await world.slot(), resident)
        offer = await live_offer(entry.uid)

        with pytest.raises(Overlapping):
            await actions.accept_offer(actor=world.nurse, offer_uid=offer.uid, now=NOW)

        assert await seats(slot) == (0, 1)

    async def test_is_not_made_to_who_is_booked_elsewhere_at_that_time(self, world: World) -> None:
        _, sitting = await full_slot(world)
        busy, free = await world.residents(2)
        await book(world, await world.slot(), busy)
        skipped = await wait(world, busy)
        entry = await wait(world, free, now=NOW + timedelta(minutes=1))

        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)

        assert await live_offer(skipped.uid) is None
        assert await live_offer(entry.uid) is not None

    async def test_of_a_green_seat_passes_over_homes_without_an_agreement(self, world: World) -> None:
        """I26."""
        start = NOW + timedelta(days=3)
        slot, sitting = await full_slot(
            world, pool=Pool.GREEN, starts_at=start, release_at=start - timedelta(hours=12)
        )
        (outside,) = await world.residents(1, home=world.unsigned_home)
        passed_over = await wait(world, outside, actor=world.other_nurse)
        entry = await wait(world, await world.resident(), now=NOW + timedelta(minutes=1))

        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)

        assert await live_offer(passed_over.uid) is None
        assert await live_offer(entry.uid) is not None
        assert await seats(slot) == (0, 1)

    async def test_does_not_exist_for_strangers(self, world: World) -> None:
        _, sitting = await full_slot(world)
        entry = await wait(world, await world.resident())
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)
        offer = await live_offer(entry.uid)

        with pytest.raises(NotFound):
            await actions.accept_offer(actor=world.other_nurse, offer_uid=offer.uid, now=NOW)


class TestOrder:
    async def test_is_urgency_then_waiting(self, world: World) -> None:
        """I29."""
        slot = await world.slot(capacity=1)
        early, urgent = await world.residents(2)
        await wait(world, early)
        entry = await wait(world, urgent, now=NOW + timedelta(hours=1), urgency=Urgency.SOON)

        await actions.sweep_waitlist(actor=WORKER, now=NOW + timedelta(hours=2))

        assert await live_offer(entry.uid) is not None
        assert await seats(slot) == (0, 1)

    async def test_counts_who_is_ahead_and_says_why(self, world: World) -> None:
        first, second = await world.residents(2)
        await wait(world, first)
        await wait(world, second, now=NOW + timedelta(minutes=1))

        cards = await queries.waitlist(actor=world.nurse, now=NOW)

        assert [card.ahead for card in cards] == [0, 1]
        assert "前面还有 1 位" in cards[1].explanation

    async def test_urgency_is_a_nurses_word(self, world: World) -> None:
        with pytest.raises(Forbidden):
            await wait(world, await world.resident(), urgency=Urgency.DISPLACED)


class TestProviderCancels:
    async def test_puts_the_resident_first_in_line_and_finds_the_next_seat(self, world: World) -> None:
        """I27."""
        slot, later = await world.slot(), await world.slot(starts_at=NOW + timedelta(days=5))
        resident, rival = await world.residents(2)
        card = await book(world, slot, resident)
        await wait(world, rival, urgency=Urgency.SOON)
        await actions.sweep_waitlist(actor=WORKER, now=NOW)

        await actions.cancel_by_provider(
            actor=world.manager, appointment_uid=card.uid, reason="医生出诊", now=NOW
        )
        await actions.sweep_waitlist(actor=WORKER, now=NOW)

        mine = [
            offer
            for offer in await queries.offers(actor=world.nurse, now=NOW)
            if offer.resident_uid == resident.uid
        ]
        assert [offer.slot_uid for offer in mine] == [later.uid]
        (gone,) = (await queries.appointments(actor=world.nurse, resident_uid=resident.uid, now=NOW)).items
        assert (gone.cancelled_by, gone.ended_reason) == ("provider", "医生出诊")

    async def test_moves_up_who_was_waiting_already(self, world: World) -> None:
        slot, resident = await world.slot(capacity=1), await world.resident()
        card = await book(world, slot, resident)
        entry = await wait(world, resident)

        await actions.cancel_by_provider(
            actor=world.manager, appointment_uid=card.uid, reason="停诊", now=NOW
        )

        assert (await WaitlistEntry.get(uid=entry.uid)).urgency == "displaced"

    async def test_is_only_for_the_desk_of_the_slot(self, world: World) -> None:
        card = await book(world, await world.slot(), await world.resident())

        with pytest.raises(NotFound):
            await actions.cancel_by_provider(
                actor=world.nurse, appointment_uid=card.uid, reason="停诊", now=NOW
            )


class TestWaiting:
    async def test_once_for_each_department(self, world: World) -> None:
        resident = await world.resident()
        answers = await asyncio.gather(*(wait(world, resident) for _ in range(3)), return_exceptions=True)

        assert sum(isinstance(answer, AlreadyWaiting) for answer in answers) == 2

    async def test_ends_when_left_and_passes_an_offer_on(self, world: World) -> None:
        slot, sitting = await full_slot(world)
        first, second = await world.residents(2)
        one = await wait(world, first)
        two = await wait(world, second, now=NOW + timedelta(seconds=1))
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=sitting.uid, now=NOW)

        await actions.leave_waitlist(actor=world.nurse, entry_uid=one.uid, now=NOW)

        assert await live_offer(two.uid) is not None
        assert await seats(slot) == (0, 1)
        await wait(world, first)  # and may join again

    async def test_ends_with_its_window(self, world: World) -> None:
        entry = await wait(world, await world.resident())

        await actions.sweep_waitlist(actor=WORKER, now=NOW + timedelta(days=30))

        assert (await WaitlistEntry.get(uid=entry.uid)).status == "removed"
        assert "booking.waitlist_ended" in await topics(world)

    async def test_needs_days_that_are_still_to_come(self, world: World) -> None:
        resident = await world.resident()
        today = local_date(NOW)
        for first, last in (
            (today, today - timedelta(days=1)),
            (today - timedelta(days=3), today - timedelta(days=1)),
        ):
            with pytest.raises(WindowInvalid):
                await actions.join_waitlist(
                    actor=world.nurse, resident_uid=resident.uid, department_uid=world.department.uid,
                    first_day=first, last_day=last, reason="复诊", now=NOW,
                )  # fmt: skip
