"""Whatever happens in whatever order: I22 to I24 and I26 to I29 hold after every step."""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server.authority.actor import system_actor
from server.booking import actions, queries
from server.booking.models import Appointment, Slot, WaitlistEntry, WaitlistOffer
from server.booking.rules import LIVE_STATUSES, Pool, Urgency
from server.kit.clock import local_date
from server.kit.errors import DomainError, NotFound
from server.people.models import Resident
from tests.core.booking.world import NOW, World, build

WORKER = system_actor("worker")
START = NOW + timedelta(hours=6)
RELEASE = START - timedelta(hours=3)
HISTORIES = int(os.environ.get("HISTORIES", "12"))


class History:
    """One small hospital with three overlapping slots, and six people who want in."""

    def __init__(self, world: World, slots: list[Slot], people: list[Resident]) -> None:
        self.world, self.slots, self.people = world, slots, people
        self.now = NOW

    @classmethod
    async def begin(cls) -> "History":
        world = await build()
        slots = [
            await world.slot(capacity=2, starts_at=START),
            await world.slot(capacity=1, starts_at=START, pool=Pool.GREEN, release_at=RELEASE),
            await world.slot(capacity=1, starts_at=START + timedelta(minutes=15)),
            await world.slot(capacity=1, starts_at=START + timedelta(days=1)),
        ]
        people = [*await world.residents(4), *await world.residents(2, home=world.unsigned_home)]
        return cls(world, slots, people)

    def who(self, resident: Resident) -> Any:
        return self.world.nurse if resident.home_id == self.world.home.id else self.world.other_nurse

    async def step(self, event: str, one: int, two: int) -> None:
        at = self.now
        with suppress(
            DomainError
        ):  # a refusal is an answer; what it leaves behind is checked like everything else
            await getattr(self, event)(one, two)
        await self.check(at)

    async def book(self, one: int, two: int) -> None:
        resident, slot = self.people[one % 6], self.slots[two % 4]
        await actions.book_slot(
            actor=self.who(resident),
            slot_uid=slot.uid,
            resident_uid=resident.uid,
            reason="复诊",
            now=self.now,
        )

    async def hold(self, one: int, two: int) -> None:
        resident, slot = self.people[one % 6], self.slots[two % 4]
        await actions.hold_slot(
            actor=self.who(resident),
            slot_uid=slot.uid,
            resident_uid=resident.uid,
            reason="复诊",
            now=self.now,
        )

    async def confirm(self, one: int, _: int) -> None:
        row = await self.appointment(one, "held")
        await actions.confirm_hold(actor=self.who(row.resident), appointment_uid=row.uid, now=self.now)

    async def cancel(self, one: int, _: int) -> None:
        row = await self.appointment(one)
        await actions.cancel_appointment(actor=self.who(row.resident), appointment_uid=row.uid, now=self.now)

    async def displace(self, one: int, _: int) -> None:
        row = await self.appointment(one)
        await actions.cancel_by_provider(
            actor=self.world.manager, appointment_uid=row.uid, reason="停诊", now=self.now
        )
        assert (
            await WaitlistEntry.filter(resident_id=row.resident_id, urgency="displaced")
            .exclude(status="removed")
            .exists()
        )

    async def move(self, one: int, two: int) -> None:
        row = await self.appointment(one, "booked")
        await actions.reschedule(
            actor=self.who(row.resident),
            appointment_uid=row.uid,
            slot_uid=self.slots[two % 4].uid,
            now=self.now,
        )

    async def strike_out(self, one: int, _: int) -> None:
        row = await self.appointment(one)
        await actions.report_error(
            actor=self.world.manager, appointment_uid=row.uid, reason="错", now=self.now
        )
        await actions.enter_in_error(actor=self.world.colleague, appointment_uid=row.uid, now=self.now)

    async def wait(self, one: int, two: int) -> None:
        resident = self.people[one % 6]
        await actions.join_waitlist(
            actor=self.who(resident), resident_uid=resident.uid, department_uid=self.world.department.uid,
            first_day=local_date(NOW), last_day=local_date(NOW) + timedelta(days=2), reason="复诊",
            urgency=Urgency.SOON if two % 3 == 0 else Urgency.ROUTINE, now=self.now,
        )  # fmt: skip

    async def leave(self, one: int, _: int) -> None:
        entries = await WaitlistEntry.filter(
            department_id=self.world.department.id, waiting_key__isnull=False
        ).select_related("resident")
        if entries:
            entry = entries[one % len(entries)]
            await actions.leave_waitlist(actor=self.who(entry.resident), entry_uid=entry.uid, now=self.now)

    async def accept(self, one: int, _: int) -> None:
        offer = await self.offer(one)
        if offer:
            await actions.accept_offer(
                actor=self.who(offer.entry.resident), offer_uid=offer.uid, now=self.now
            )

    async def decline(self, one: int, _: int) -> None:
        offer = await self.offer(one)
        if offer:
            await actions.decline_offer(
                actor=self.who(offer.entry.resident), offer_uid=offer.uid, now=self.now
            )

    async def sweep(self, *_: int) -> None:
        for each in (actions.sweep_holds, actions.sweep_waitlist, actions.sweep_no_shows):
            await each(actor=WORKER, now=self.now)

    async def arrive(self, one: int, _: int) -> None:
        row = await self.appointment(one, "booked")
        await actions.confirm_arrival(actor=self.world.manager, appointment_uid=row.uid, now=self.now)
        if one % 2:
            await actions.fulfil(actor=self.world.colleague, appointment_uid=row.uid, now=self.now)

    async def time_passes(self, one: int, _: int) -> None:
        self.now += timedelta(minutes=(1, 5, 11, 31, 90, 240)[one % 6])

    async def appointment(self, number: int, status: str | None = None) -> Appointment:
        rows = Appointment.filter(slot__department_id=self.world.department.id).select_related("resident")
        found = await (rows.filter(status=status) if status else rows).order_by("id")
        if not found:
            raise NotFound
        return found[number % len(found)]

    async def offer(self, number: int) -> WaitlistOffer | None:
        found = await WaitlistOffer.filter(
            slot__department_id=self.world.department.id, status="offered"
        ).select_related("entry__resident")
        return found[number % len(found)] if found else None

    async def check(self, before: datetime) -> None:
        assert await queries.faults(now=self.now) == []  # I22, I23, and the seats of I28
        rows = await Appointment.filter(slot__department_id=self.world.department.id).select_related(
            "slot", "resident"
        )
        self.nobody_is_in_two_places([row for row in rows if row.status in LIVE_STATUSES])
        self.green_seats_are_kept(rows)
        await self.one_offer_each()
        if before == self.now:
            await self.nobody_was_passed_over()

    def nobody_is_in_two_places(self, live: list[Appointment]) -> None:
        """I24; a hold that has run out keeps nobody from anything."""
        live = [row for row in live if row.status != "held" or row.hold_expires_at > self.now]
        for row in live:
            for other in live:
                if row.id < other.id and row.resident_id == other.resident_id:
                    apart = (
                        row.slot.ends_at <= other.slot.starts_at or other.slot.ends_at <= row.slot.starts_at
                    )
                    assert apart, (row.slot.starts_at, other.slot.starts_at)

    def green_seats_are_kept(self, rows: list[Appointment]) -> None:
        """I26."""
        for row in rows:
            if row.slot.pool == Pool.GREEN and row.created_at < RELEASE:
                assert row.resident.home_id == self.world.home.id

    async def one_offer_each(self) -> None:
        """I28."""
        offers = await WaitlistOffer.filter(
            slot__department_id=self.world.department.id, status="offered"
        ).select_related("entry")
        assert len({offer.entry_id for offer in offers}) == len(offers)
        assert {offer.entry.status.value for offer in offers} <= {"offered"}

    async def nobody_was_passed_over(self) -> None:
        """I29: who still waits and could have had a seat offered just now does not come before who was offered it."""
        made_now = await WaitlistOffer.filter(
            slot__department_id=self.world.department.id, status="offered", created_at=self.now
        ).select_related("entry", "slot")
        for offer in made_now:
            for entry in await WaitlistEntry.filter(
                department_id=self.world.department.id, status="waiting"
            ).select_related("resident"):
                if await self.could_take(entry, offer.slot):
                    theirs, mine = (
                        (entry.urgency_rank, entry.joined_at),
                        (offer.entry.urgency_rank, offer.entry.joined_at),
                    )
                    assert theirs >= mine

    async def could_take(self, entry: WaitlistEntry, slot: Slot) -> bool:
        reserved = slot.pool == Pool.GREEN and self.now < RELEASE
        asked = await WaitlistOffer.filter(slot_id=slot.id, entry_id=entry.id).exists()
        busy = await Appointment.filter(
            resident_id=entry.resident_id, status__in=sorted(LIVE_STATUSES),
            slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at,
        ).exists()  # fmt: skip
        # Joined or moved up in this very step: the seat had been offered before.
        new = entry.joined_at == self.now or entry.urgency == Urgency.DISPLACED
        fits = entry.earliest_at <= slot.starts_at < entry.latest_at
        return (
            fits
            and not (asked or busy or new)
            and (not reserved or entry.resident.home_id == self.world.home.id)
        )


EVENTS = (
    "book", "book", "hold", "confirm", "cancel", "displace", "move", "strike_out", "wait", "wait", "leave", "accept",
    "decline", "sweep", "arrive", "time_passes",
)  # fmt: skip
STEPS = st.tuples(st.sampled_from(EVENTS), st.integers(0, 11), st.integers(0, 11))


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=HISTORIES < 100,
    phases=[Phase.explicit, Phase.generate],  # shrinking a history through a database takes minutes
    print_blob=True,
)
@given(st.lists(STEPS, min_size=10, max_size=35))
async def test_invariants_hold_after_every_step(town: Any, steps: list[tuple[str, int, int]]) -> None:
    """A few seconds for a dozen histories; HISTORIES=2000 for a night."""
    history = await History.begin()
    for event, one, two in steps:
        await history.step(event, one, two)
