"""The second way into `book_slot`: those who ask for one slot at the same time are served together."""

import asyncio
from contextvars import Context
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.booking import queries
from server.booking.actions import book_slot, together
from server.booking.actions.together import Asked, book_together
from server.booking.errors import SlotFull
from server.booking.models import Appointment, Slot
from server.booking.queries import AppointmentCard
from server.kit.engines.counting import counted
from server.kit.idempotency import Answered, RequestKey
from server.kit.refusals import keep_refusal
from server.people.models import Resident
from tests.core.booking.world import NOW, World, seats, topics


def asked(world: World, resident: Resident, *, actor: Actor | None = None, key: str | None = None) -> Asked:
    who = actor or world.nurse
    if key is not None:
        who = replace(who, request_key=RequestKey(who.account_id or 0, key, "same"))
    return Asked(who, resident.uid, "复诊", now=NOW)


async def all_at_once(slot: Slot, requests: list[Asked]) -> list[Any]:
    return await asyncio.gather(
        *(book_together(slot_uid=slot.uid, asked=each) for each in requests), return_exceptions=True
    )


@pytest.fixture(autouse=True)
async def nothing_is_wrong_afterwards(
    town: object, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
):
    yield
    # The plain way would answer the same: unless it is said, no batch may have broken unseen.
    said = [record.getMessage() for record in caplog.get_records("call")]
    assert any("one by one" in line for line in said) == ("falls_back" in request.node.name)
    assert await queries.faults(now=NOW) == []
    assert together._queues == {}


class TestTogether:
    async def test_t1_two_hundred_at_once_for_five_seats_go_to_the_first_five(self, world: World) -> None:
        slot = await world.slot(capacity=5)
        residents = await world.residents(200)
        lines = await AuditEntry.all().count()

        answers = await all_at_once(slot, [asked(world, each) for each in residents])

        names = [type(answer).__name__ for answer in answers]
        assert names == ["AppointmentCard"] * 5 + ["SlotFull"] * 195
        assert [answer.number for answer in answers[:5]] == [1, 2, 3, 4, 5]
        assert await seats(slot) == (5, 0)
        assert await AuditEntry.all().count() == lines + 5
        assert await topics(world) == ["booking.booked"] * 5

    async def test_says_nothing_else_than_the_plain_way(self, world: World) -> None:
        """One core, two ways in: a stranger, a double tap, and those who come too late, in one batch."""
        slot = await world.slot(capacity=2)
        first, second, third = await world.residents(3)
        (outside,) = await world.residents(1, home=world.unsigned_home)
        requests = [
            asked(world, first), asked(world, outside), asked(world, second), asked(world, third),
            asked(world, first), asked(world, first, actor=world.other_nurse),
        ]  # fmt: skip

        answers = await all_at_once(slot, requests)

        assert [type(answer).__name__ for answer in answers] == [
            "AppointmentCard", "NotFound", "AppointmentCard", "SlotFull", "AlreadyBooked", "NotFound",
        ]  # fmt: skip

    async def test_repeats_its_answer_to_the_same_key(self, world: World) -> None:
        """T3."""
        slot = await world.slot()
        residents = await world.residents(4)
        requests = [asked(world, each, key=f"k{number}") for number, each in enumerate(residents)]
        first = await all_at_once(slot, requests)

        again = await all_at_once(slot, requests)

        assert all(isinstance(answer, Answered) for answer in again)
        assert [answer.answer["uid"] for answer in again] == [answer.uid for answer in first]
        assert await seats(slot) == (4, 0)

    async def test_repeats_its_refusal_to_the_same_key(self, world: World) -> None:
        slot, residents = await world.slot(), await world.residents(3)
        requests = [asked(world, each, key=f"r{number}") for number, each in enumerate(residents)]
        key = requests[1].actor.request_key
        assert key is not None
        await keep_refusal(key, SlotFull(), now=NOW)

        answers = await all_at_once(slot, requests)

        assert [type(answer).__name__ for answer in answers] == [
            "AppointmentCard",
            "RefusedBefore",
            "AppointmentCard",
        ]
        assert await seats(slot) == (2, 0)

    async def test_two_taps_with_one_key_are_one_booking(self, world: World) -> None:
        slot, (resident, other) = await world.slot(), await world.residents(2)
        requests = [asked(world, other, key="other"), *[asked(world, resident, key="tap")] * 3]

        answers = await all_at_once(slot, requests)

        assert [type(answer).__name__ for answer in answers] == [
            "AppointmentCard",
            "AppointmentCard",
            "Answered",
            "Answered",
        ]
        assert await seats(slot) == (2, 0)

    async def test_goes_on_for_the_others_when_one_hangs_up(self, world: World) -> None:
        slot = await world.slot()
        residents = await world.residents(4)
        tasks = [
            asyncio.create_task(book_together(slot_uid=slot.uid, asked=asked(world, each)))
            for each in residents
        ]
        await asyncio.sleep(0)

        tasks[0].cancel()
        tasks[2].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)

        assert [isinstance(answer, AppointmentCard) for answer in answers] == [False, True, False, True]

    async def test_falls_back_to_the_plain_way_when_the_batch_breaks(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slot = await world.slot()
        residents = await world.residents(5)

        async def breaks(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(together, "_take", breaks)
        answers = await all_at_once(slot, [asked(world, each) for each in residents])

        assert all(isinstance(answer, AppointmentCard) for answer in answers)
        assert await seats(slot) == (5, 0)
        assert await Appointment.filter(slot_id=slot.id).count() == 5

    @pytest.mark.mysql
    async def test_answers_a_request_that_another_node_carried_out_meanwhile(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy sends a request again when the node that has it is going down: it is not refused as a second one."""
        slot, (first, second) = await world.slot(), await world.residents(2)
        repeated, known = asked(world, first, key="the-same-key"), together._known
        there: list[AppointmentCard] = []

        async def and_meanwhile(batch: Any, slot_: Any) -> Any:
            found = await known(batch, slot_)
            if not there:  # in an empty context: another node is not inside our action
                elsewhere = book_slot(slot_uid=slot.uid, **repeated.saying())
                there.append(await asyncio.create_task(elsewhere, context=Context()))
            return found

        monkeypatch.setattr(together, "_known", and_meanwhile)
        answer, card = await all_at_once(slot, [repeated, asked(world, second)])

        assert isinstance(answer, Answered)
        assert answer.answer["uid"] == there[0].uid
        assert isinstance(card, AppointmentCard)
        assert await seats(slot) == (2, 0)

    async def test_takes_a_fraction_of_the_statements(self, world: World) -> None:
        """What a batch is for: the load on a hot slot, counted and not timed."""
        plain, hot = await world.slot(capacity=10), await world.slot(capacity=10)
        residents = await world.residents(100)
        with counted() as one_by_one:
            for each in residents:
                await all_at_once(plain, [asked(world, each)])
        await Appointment.filter(slot_id=plain.id).delete()
        await Slot.filter(id=plain.id).update(booked=0)

        with counted() as at_once:
            await all_at_once(hot, [asked(world, each) for each in residents])

        assert len(one_by_one) / len(at_once) > 4

    async def test_serves_only_some_slots_at_once_so_that_others_find_a_connection(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain, served = together.book_slot, list[str]()
        at_once: set[int] = set()

        async def watched(*, slot_uid: str, **said: Any) -> AppointmentCard:
            served.append(slot_uid)
            at_once.add(len(served))
            try:
                return await plain(slot_uid=slot_uid, **said)
            finally:
                served.remove(slot_uid)

        monkeypatch.setattr(together, "book_slot", watched)
        slots = [await world.slot(starts_at=NOW + timedelta(days=2, minutes=40 * step)) for step in range(9)]
        residents = await world.residents(9)

        await asyncio.gather(
            *(
                book_together(slot_uid=slot.uid, asked=asked(world, each))
                for slot, each in zip(slots, residents, strict=True)
            )
        )

        assert max(at_once) == together.SLOTS_AT_ONCE
        assert [await seats(slot) for slot in slots] == [(1, 0)] * 9
