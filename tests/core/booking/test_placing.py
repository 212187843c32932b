"""Into a slot and out again."""

import asyncio
from datetime import timedelta

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor, Channel, Grant, system_actor
from server.authority.permissions import Role
from server.booking import actions, queries
from server.booking.errors import (
    AlreadyBooked,
    AlreadyHeld,
    GreenSeatsReserved,
    HoldLapsed,
    Overlapping,
    ReasonMissing,
    SamePersonTwice,
    SlotClosed,
    SlotFull,
    TooLate,
    TooManyOpen,
    WrongStatus,
)
from server.booking.models import Appointment, Slot, WaitlistEntry
from server.booking.queries import AppointmentCard
from server.booking.rules import Pool, SlotState
from server.identity.models import Account
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.booking.world import NOW, World, live_offer, seats, status_of, topics

WORKER = system_actor("worker")
LATER = NOW + timedelta(minutes=11)  # when a hold of now has run out


async def book(
    world: World, slot: Slot, resident: object, *, now: object = NOW, **more: object
) -> AppointmentCard:
    return await actions.book_slot(
        actor=more.pop("actor", world.nurse), slot_uid=slot.uid, resident_uid=resident.uid,
        reason="复诊", now=now, **more,
    )  # fmt: skip


async def hold(world: World, slot: Slot, resident: object, *, now: object = NOW) -> AppointmentCard:
    return await actions.hold_slot(
        actor=world.nurse, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=now
    )


@pytest.fixture(autouse=True)
async def nothing_is_wrong_afterwards(town: object):
    yield
    assert await queries.faults(now=NOW) == []


class TestBookSlot:
    async def test_takes_a_seat_and_leaves_one_line_and_one_message(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()
        before = await AuditEntry.all().count()

        card = await book(world, slot, resident)

        assert await seats(slot) == (1, 0)
        assert (card.status, card.number, card.on_behalf_basis) == ("booked", 1, "home_staff")
        assert await topics(world) == ["booking.booked"]
        assert await AuditEntry.all().count() == before + 1

    async def test_refuses_a_full_slot_and_leaves_no_trace(self, world: World) -> None:
        slot = await world.slot(capacity=1)
        first, second = await world.residents(2)
        await book(world, slot, first)
        lines = await AuditEntry.all().count()

        with pytest.raises(SlotFull):
            await book(world, slot, second)

        assert await seats(slot) == (1, 0)
        assert await AuditEntry.all().count() == lines
        assert await topics(world) == ["booking.booked"]

    async def test_tells_a_double_tap_that_it_is_booked_already_even_when_full(self, world: World) -> None:
        slot, resident = await world.slot(capacity=1), await world.resident()

        taps = await asyncio.gather(*(book(world, slot, resident) for _ in range(2)), return_exceptions=True)

        assert sorted(type(tap).__name__ for tap in taps) == ["AlreadyBooked", "AppointmentCard"]
        assert await seats(slot) == (1, 0)

    async def test_lets_them_book_again_after_cancelling(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()
        card = await book(world, slot, resident)
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)

        again = await book(world, slot, resident)

        assert again.uid != card.uid
        assert await seats(slot) == (1, 0)

    async def test_refuses_from_the_closing_minute_on(self, world: World) -> None:
        slot = await world.slot()
        first, second = await world.residents(2)
        await book(world, slot, first, now=slot.closes_at - timedelta(seconds=1))

        with pytest.raises(TooLate):
            await book(world, slot, second, now=slot.closes_at)

    async def test_refuses_a_closed_slot(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()
        await Slot.filter(id=slot.id).update(state=SlotState.CLOSED)

        with pytest.raises(SlotClosed):
            await book(world, slot, resident)

    async def test_allows_three_open_bookings_and_not_four(self, world: World) -> None:
        resident = await world.resident()
        slots = [await world.slot(starts_at=NOW + timedelta(days=1, hours=hour)) for hour in range(4)]
        for slot in slots[:3]:
            await book(world, slot, resident)

        with pytest.raises(TooManyOpen):
            await book(world, slots[3], resident)

    async def test_refuses_two_at_the_same_time_unless_staff_say_why(self, world: World) -> None:
        """I24."""
        resident = await world.resident()
        start = NOW + timedelta(days=1)
        await book(world, await world.slot(starts_at=start), resident)
        beside = await world.slot(starts_at=start + timedelta(minutes=29))
        touching = await world.slot(starts_at=start + timedelta(minutes=30))

        with pytest.raises(Overlapping):
            await book(world, beside, resident)
        await book(world, beside, resident, overlap_reason="两科联合会诊")
        row = await Appointment.get(slot_id=beside.id)
        assert row.overlap_reason == "两科联合会诊"
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=row.uid, now=NOW)
        await book(world, touching, resident)

    async def test_never_lets_two_requests_at_once_overlap(self, world: World) -> None:
        resident = await world.resident()
        slots = [await world.slot(starts_at=NOW + timedelta(days=1, minutes=5 * step)) for step in range(4)]

        answers = await asyncio.gather(
            *(book(world, slot, resident) for slot in slots), return_exceptions=True
        )

        assert sorted(type(answer).__name__ for answer in answers) == [
            "AppointmentCard",
            *["Overlapping"] * 3,
        ]

    async def test_does_not_admit_that_a_stranger_exists(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()

        with pytest.raises(NotFound):
            await book(world, slot, resident, actor=world.other_nurse)

    async def test_works_at_the_counter_of_the_hospital_and_at_no_other(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()

        card = await book(world, slot, resident, actor=world.manager, source="counter")

        assert card.on_behalf_basis == "partner_staff"
        await Slot.filter(id=slot.id).update(institution_id=world.home.id)
        with pytest.raises(NotFound):
            await book(world, slot, resident, actor=world.manager)
        await Slot.filter(id=slot.id).update(institution_id=world.hospital.id)

    async def test_t1_two_hundred_at_once_for_five_seats(self, world: World) -> None:
        slot = await world.slot(capacity=5)
        residents = await world.residents(200)

        answers = await asyncio.gather(
            *(book(world, slot, each) for each in residents), return_exceptions=True
        )

        names = [type(answer).__name__ for answer in answers]
        assert (names.count("AppointmentCard"), names.count("SlotFull")) == (5, 195)
        assert await seats(slot) == (5, 0)
        assert await Appointment.filter(slot_id=slot.id, status="booked").count() == 5
        numbers = {answer.number for answer in answers if isinstance(answer, AppointmentCard)}
        assert numbers == {1, 2, 3, 4, 5}


class TestGreenChannel:
    async def test_seats_are_for_homes_with_an_agreement_until_released(self, world: World) -> None:
        """I26."""
        start = NOW + timedelta(days=3)
        slot = await world.slot(pool=Pool.GREEN, starts_at=start, release_at=start - timedelta(hours=12))
        (signed,) = await world.residents(1)
        (unsigned,) = await world.residents(1, home=world.unsigned_home)
        just_before = start - timedelta(hours=12, seconds=1)

        with pytest.raises(GreenSeatsReserved):
            await book(world, slot, unsigned, actor=world.other_nurse, now=just_before)
        await book(world, slot, signed, now=just_before)
        await book(world, slot, unsigned, actor=world.other_nurse, now=start - timedelta(hours=12))

        assert await seats(slot) == (2, 0)

    async def test_slot_list_says_whose_seats_they_are(self, world: World) -> None:
        start = NOW + timedelta(days=3)
        await world.slot(pool=Pool.GREEN, starts_at=start, release_at=start - timedelta(hours=12))
        (unsigned,) = await world.residents(1, home=world.unsigned_home)

        page = await queries.open_slots(
            actor=world.other_nurse, institution_uid=world.hospital.uid, resident_uid=unsigned.uid, now=NOW
        )

        (card,) = page.items
        assert not card.for_you
        assert "签了约" in card.pool_note


class TestHold:
    async def test_occupies_a_seat_until_confirmed_and_is_then_booked(self, world: World) -> None:
        """T2: what waits to be confirmed occupies."""
        slot = await world.slot(capacity=1)
        first, second = await world.residents(2)
        held = await hold(world, slot, first)
        assert await seats(slot) == (0, 1)
        with pytest.raises(SlotFull):
            await book(world, slot, second)
        with pytest.raises(AlreadyHeld):
            await book(world, slot, first)

        card = await actions.confirm_hold(actor=world.nurse, appointment_uid=held.uid, now=NOW)

        assert (card.status, card.hold_expires_at) == ("booked", None)
        assert await seats(slot) == (1, 0)
        with pytest.raises(AlreadyBooked):
            await actions.confirm_hold(actor=world.nurse, appointment_uid=held.uid, now=NOW)

    async def test_two_confirms_at_once_have_one_effect(self, world: World) -> None:
        """T2: one wins."""
        slot = await world.slot(capacity=2)
        held = await hold(world, slot, await world.resident())

        answers = await asyncio.gather(
            *(actions.confirm_hold(actor=world.nurse, appointment_uid=held.uid, now=NOW) for _ in range(5)),
            return_exceptions=True,
        )

        assert sum(isinstance(answer, AppointmentCard) for answer in answers) == 1
        assert await seats(slot) == (1, 0)

    async def test_run_out_gives_its_seat_to_the_next_who_asks_without_any_sweep(self, world: World) -> None:
        slot = await world.slot(capacity=1)
        first, second = await world.residents(2)
        held = await hold(world, slot, first)

        await book(world, slot, second, now=LATER)

        assert await status_of(held.uid) == "lapsed"
        assert await seats(slot) == (1, 0)
        assert "booking.hold_lapsed" in await topics(world)
        with pytest.raises(HoldLapsed):
            await actions.confirm_hold(actor=world.nurse, appointment_uid=held.uid, now=LATER)

    async def test_run_out_neither_blocks_the_diary_nor_counts(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()
        await hold(world, slot, resident)

        card = await book(world, slot, resident, now=LATER)

        assert card.status == "booked"
        assert await seats(slot) == (1, 0)

    async def test_cannot_be_confirmed_at_the_second_it_runs_out(self, world: World) -> None:
        slot = await world.slot()
        held = await hold(world, slot, await world.resident())
        assert held.hold_expires_at is not None

        with pytest.raises(HoldLapsed):
            await actions.confirm_hold(actor=world.nurse, appointment_uid=held.uid, now=held.hold_expires_at)

        assert await seats(slot) == (0, 1)

    async def test_is_swept_once(self, world: World) -> None:
        slot = await world.slot()
        for resident in await world.residents(3):
            await hold(world, slot, resident)

        swept = [await actions.sweep_holds(actor=WORKER, now=LATER) for _ in range(2)]

        assert swept == [3, 0]
        assert await seats(slot) == (0, 0)
        assert (await topics(world)).count("booking.hold_lapsed") == 3

    async def test_counts_as_free_in_the_list_when_it_has_run_out(self, world: World) -> None:
        slot = await world.slot(capacity=1)
        await hold(world, slot, await world.resident())

        free = [
            (await queries.open_slots(actor=world.nurse, institution_uid=world.hospital.uid, now=now))
            .items[0]
            .free
            for now in (NOW, LATER)
        ]

        assert free == [0, 1]


class TestPlaceThatWasOnlyHeld:
    @pytest.fixture
    async def family(self, world: World) -> tuple[Actor, Resident]:
        """Return somebody who books for themselves, and who they are."""
        account = Account(name="长者", created_at=NOW)
        await account.save()
        resident = await world.resident()
        await Resident.filter(id=resident.id).update(account_id=account.id)
        own = Actor(account.id, account.uid, account.name, (Grant(Role.PERSON, None),), Channel.MINI_PROGRAM)
        return own, await Resident.get(id=resident.id)

    async def held_by(self, actor: Actor, slot: Slot, resident: Resident) -> AppointmentCard:
        return await actions.hold_slot(
            actor=actor, slot_uid=slot.uid, resident_uid=resident.uid, reason="复诊", now=NOW
        )

    async def test_is_given_back_without_a_word_to_anybody_and_offered_to_who_waits(
        self, world: World, family: tuple[Actor, Resident]
    ) -> None:
        own, resident = family
        slot, waiting = await world.slot(capacity=1), await world.resident()
        held = await self.held_by(own, slot, resident)
        entry = await actions.join_waitlist(
            actor=world.nurse, resident_uid=waiting.uid, department_uid=world.department.uid,
            first_day=local_date(slot.starts_at), last_day=local_date(slot.starts_at), reason="复诊", now=NOW,
        )  # fmt: skip

        card = await actions.cancel_appointment(actor=own, appointment_uid=held.uid, now=NOW)

        assert (card.status, card.may_cancel, card.may_confirm) == ("released", False, False)
        assert await live_offer(entry.uid) is not None
        assert await topics(world) == ["booking.held", "booking.waiting", "booking.offered"]
        assert await AuditEntry.filter(action="booking.released", subject_uid=held.uid).count() == 1
        with pytest.raises(WrongStatus):
            await actions.cancel_appointment(actor=own, appointment_uid=held.uid, now=NOW)

    async def test_given_back_by_the_nurse_who_kept_it_is_no_news_either(self, world: World) -> None:
        held = await hold(world, await world.slot(), await world.resident())

        await actions.cancel_appointment(actor=world.nurse, appointment_uid=held.uid, now=NOW)

        assert await topics(world) == ["booking.held"]

    async def test_of_the_family_lapses_silently(self, world: World, family: tuple[Actor, Resident]) -> None:
        slot = await world.slot()
        held = await self.held_by(family[0], slot, family[1])

        assert await actions.sweep_holds(actor=WORKER, now=LATER) == 1

        assert (await status_of(held.uid), await seats(slot)) == ("lapsed", (0, 0))
        assert await topics(world) == ["booking.held"]

    async def test_was_never_an_appointment_in_the_familys_list(
        self, world: World, family: tuple[Actor, Resident]
    ) -> None:
        own, resident = family
        for status in ("released", "lapsed"):
            held = await self.held_by(own, await world.slot(), resident)
            if status == "released":
                await actions.cancel_appointment(actor=own, appointment_uid=held.uid, now=NOW)
        kept_by_nurse = await hold(world, await world.slot(starts_at=NOW + timedelta(days=5)), resident)
        await actions.sweep_holds(actor=WORKER, now=LATER)

        page = await queries.appointments(actor=own, now=LATER)

        assert [card.uid for card in page.items] == [kept_by_nurse.uid]
        assert (await topics(world)).count("booking.hold_lapsed") == 1

    async def test_withdrawn_by_the_hospital_is_told_and_offered_anew(
        self, world: World, family: tuple[Actor, Resident]
    ) -> None:
        held = await self.held_by(family[0], await world.slot(), family[1])

        await actions.cancel_by_provider(
            actor=world.manager, appointment_uid=held.uid, reason="停诊", now=NOW
        )

        assert await status_of(held.uid) == "cancelled"
        assert "booking.cancelled" in await topics(world)
        assert await WaitlistEntry.filter(resident_id=family[1].id, urgency="displaced").exists()


class TestCancel:
    async def test_frees_the_seat_and_is_attributed_to_the_resident(self, world: World) -> None:
        slot, resident = await world.slot(), await world.resident()
        card = await book(world, slot, resident)

        gone = await actions.cancel_appointment(
            actor=world.nurse, appointment_uid=card.uid, reason="天气不好", now=NOW
        )

        assert (gone.status, gone.cancelled_by) == ("cancelled", "resident")
        assert await seats(slot) == (0, 0)
        with pytest.raises(WrongStatus):
            await actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)
        assert await seats(slot) == (0, 0)

    async def test_is_too_late_once_the_slot_has_begun(self, world: World) -> None:
        slot = await world.slot()
        card = await book(world, slot, await world.resident())

        with pytest.raises(TooLate):
            await actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=slot.starts_at)

    async def test_is_no_longer_offered_by_the_card_then(self, world: World) -> None:
        slot = await world.slot()
        card = await book(world, slot, await world.resident())

        told = [
            await queries.appointment(actor=world.nurse, uid=card.uid, now=now)
            for now in (slot.starts_at - timedelta(seconds=1), slot.starts_at)
        ]

        assert [(each.may_cancel, each.may_reschedule) for each in told] == [(True, True), (False, False)]

    async def test_is_not_for_the_desk_under_the_residents_name(self, world: World) -> None:
        card = await book(world, await world.slot(), await world.resident())

        with pytest.raises(NotFound):
            await actions.cancel_appointment(actor=world.manager, appointment_uid=card.uid, now=NOW)

    async def test_many_at_once_free_one_seat(self, world: World) -> None:
        slot = await world.slot()
        card = await book(world, slot, await world.resident())
        await book(world, slot, await world.resident())

        await asyncio.gather(
            *(
                actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)
                for _ in range(5)
            ),
            return_exceptions=True,
        )

        assert await seats(slot) == (1, 0)

    async def test_against_booking_neither_loses_nor_invents_a_seat(self, world: World) -> None:
        """T4: cancel against book."""
        slot = await world.slot(capacity=3)
        sitting, coming = await world.residents(3), await world.residents(6)
        cards = [await book(world, slot, each) for each in sitting]

        answers = await asyncio.gather(
            *(
                actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)
                for card in cards
            ),
            *(book(world, slot, each) for each in coming),
            return_exceptions=True,
        )

        came = sum(isinstance(answer, AppointmentCard) and answer.status == "booked" for answer in answers)
        assert await seats(slot) == (came, 0)
        assert {type(a).__name__ for a in answers} <= {"AppointmentCard", "SlotFull"}


class TestReschedule:
    async def test_has_the_new_seat_before_the_old_is_free(self, world: World) -> None:
        resident = await world.resident()
        old_slot, new_slot = await world.slot(), await world.slot(starts_at=NOW + timedelta(days=4))
        old = await book(world, old_slot, resident)

        new = await actions.reschedule(
            actor=world.nurse, appointment_uid=old.uid, slot_uid=new_slot.uid, now=NOW
        )

        assert (await seats(old_slot), await seats(new_slot)) == ((0, 0), (1, 0))
        assert await status_of(old.uid) == "rescheduled"
        row = await Appointment.get(uid=old.uid)
        assert row.successor_id == (await Appointment.get(uid=new.uid)).id
        assert (await topics(world))[-1] == "booking.rescheduled"

    async def test_keeps_the_old_seat_when_the_new_slot_is_full(self, world: World) -> None:
        first, second = await world.residents(2)
        old_slot = await world.slot(starts_at=NOW + timedelta(days=4))
        full = await world.slot(capacity=1)
        old = await book(world, old_slot, first)
        await book(world, full, second)

        with pytest.raises(SlotFull):
            await actions.reschedule(actor=world.nurse, appointment_uid=old.uid, slot_uid=full.uid, now=NOW)

        assert await status_of(old.uid) == "booked"
        assert (await seats(old_slot), await seats(full)) == ((1, 0), (1, 0))

    async def test_may_move_by_half_a_slot_and_not_to_where_it_is(self, world: World) -> None:
        resident = await world.resident()
        slot = await world.slot(starts_at=NOW + timedelta(days=1))
        overlapping = await world.slot(starts_at=NOW + timedelta(days=1, minutes=15))
        old = await book(world, slot, resident)

        with pytest.raises(AlreadyBooked):
            await actions.reschedule(actor=world.nurse, appointment_uid=old.uid, slot_uid=slot.uid, now=NOW)
        await actions.reschedule(
            actor=world.nurse, appointment_uid=old.uid, slot_uid=overlapping.uid, now=NOW
        )

    async def test_against_cancel_ends_in_one_of_both(self, world: World) -> None:
        """T4: reschedule against cancel."""
        resident = await world.resident()
        old_slot, new_slot = await world.slot(), await world.slot(starts_at=NOW + timedelta(days=4))
        old = await book(world, old_slot, resident)

        await asyncio.gather(
            actions.reschedule(actor=world.nurse, appointment_uid=old.uid, slot_uid=new_slot.uid, now=NOW),
            actions.cancel_appointment(actor=world.nurse, appointment_uid=old.uid, now=NOW),
            return_exceptions=True,
        )

        moved = await status_of(old.uid) == "rescheduled"
        assert (await seats(old_slot), await seats(new_slot)) == ((0, 0), (1 if moved else 0, 0))


class TestEnteredInError:
    async def test_takes_two_people(self, world: World) -> None:
        slot = await world.slot()
        card = await book(world, slot, await world.resident())
        with pytest.raises(WrongStatus):
            await actions.enter_in_error(actor=world.colleague, appointment_uid=card.uid, now=NOW)
        with pytest.raises(ReasonMissing):
            await actions.report_error(actor=world.manager, appointment_uid=card.uid, reason=" ", now=NOW)
        await actions.report_error(
            actor=world.manager, appointment_uid=card.uid, reason="同名登记错", now=NOW
        )

        with pytest.raises(SamePersonTwice):
            await actions.enter_in_error(actor=world.manager, appointment_uid=card.uid, now=NOW)
        struck = await actions.enter_in_error(actor=world.colleague, appointment_uid=card.uid, now=NOW)

        assert struck.status == "entered_in_error"
        assert await seats(slot) == (0, 0)

    async def test_of_a_cancelled_one_frees_nothing_twice(self, world: World) -> None:
        slot = await world.slot()
        kept = await book(world, slot, await world.resident())
        card = await book(world, slot, await world.resident())
        await actions.cancel_appointment(actor=world.nurse, appointment_uid=card.uid, now=NOW)
        await actions.report_error(actor=world.manager, appointment_uid=card.uid, reason="重复", now=NOW)

        await actions.enter_in_error(actor=world.colleague, appointment_uid=card.uid, now=NOW)

        assert await seats(slot) == (1, 0)
        assert await status_of(kept.uid) == "booked"


class TestReceipt:
    async def test_shows_a_row_that_was_lost(self, world: World) -> None:
        card = await book(world, await world.slot(), await world.resident())
        kept = {
            "uid": card.uid, "slot_uid": card.slot_uid, "resident_uid": card.resident_uid,
            "starts_at": card.starts_at, "receipt": card.receipt,
        }  # fmt: skip

        there = await queries.check_receipt(actor=world.nurse, **kept, now=NOW)
        forged = await queries.check_receipt(actor=world.nurse, **kept | {"starts_at": NOW}, now=NOW)
        row = await Appointment.get(uid=card.uid)
        await Appointment.filter(uid=card.uid).delete()
        lost = await queries.check_receipt(actor=world.nurse, **kept, now=NOW)
        await Slot.filter(id=row.slot_id).update(booked=0)

        assert (there.genuine, there.found) == (True, True)
        assert (forged.genuine, forged.found) == (False, False)
        assert (lost.genuine, lost.found) == (True, False)
