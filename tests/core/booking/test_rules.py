"""Appointments, seats and queues without a database."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from server.booking.errors import GreenSeatsReserved, ScheduleInvalid, SlotClosed, SlotFull, TooLate
from server.booking.rules import (
    APPOINTMENT_MOVES,
    BOOKED_STATUSES,
    LIVE_STATUSES,
    OFFER_MOVES,
    WAIT_MOVES,
    AppointmentEvent,
    AppointmentStatus,
    DayRule,
    OfferEvent,
    OfferStatus,
    Pool,
    SlotFacts,
    SlotState,
    Urgency,
    WaitEvent,
    WaitStatus,
    last_day_to_remind,
    may_give_up,
    may_move,
    planned_slots,
    queue_explained,
    queue_order,
    reminder_due,
    why_no_seat,
)
from server.kit.clock import SHANGHAI
from server.kit.errors import IllegalMove

NINE = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)  # nine o'clock in the city

APPOINTMENT_LAW = {
    ("held", "confirm"): "booked",
    ("held", "lapse"): "lapsed",
    ("held", "release"): "released",
    ("held", "cancel"): "cancelled",
    ("booked", "arrive"): "arrived",
    ("booked", "cancel"): "cancelled",
    ("booked", "reschedule"): "rescheduled",
    ("booked", "miss"): "noshow",
    ("arrived", "fulfil"): "fulfilled",
}


class TestMoves:
    @pytest.mark.parametrize(("status", "event"), list(product(AppointmentStatus, AppointmentEvent)))
    def test_every_pair_of_an_appointment_is_allowed_or_refused_as_written(
        self, status: AppointmentStatus, event: AppointmentEvent
    ) -> None:
        """T16."""
        law = APPOINTMENT_LAW.get((status.value, event.value))
        if event == AppointmentEvent.ENTER_IN_ERROR and status != AppointmentStatus.ENTERED_IN_ERROR:
            law = "entered_in_error"
        if law is None:
            with pytest.raises(IllegalMove):
                APPOINTMENT_MOVES.after(status, event)
        else:
            assert APPOINTMENT_MOVES.after(status, event) == law

    @pytest.mark.parametrize(
        ("status", "gives_up", "moves"),
        [
            ("held", True, False),
            ("booked", True, True),
            ("arrived", False, False),
            ("released", False, False),
        ],
    )
    def test_a_place_is_given_up_or_moved_only_before_it_begins(
        self, status: str, gives_up: bool, moves: bool
    ) -> None:
        told = [
            (may_give_up(state, starts_at=NINE, now=now), may_move(state, starts_at=NINE, now=now))
            for state in [AppointmentStatus(status)]
            for now in (NINE - timedelta(seconds=1), NINE)
        ]

        assert told == [(gives_up, moves), (False, False)]

    @pytest.mark.parametrize(("status", "event"), list(product(WaitStatus, WaitEvent)))
    def test_every_pair_of_an_entry(self, status: WaitStatus, event: WaitEvent) -> None:
        law = {
            ("waiting", "offer"): "offered",
            ("waiting", "remove"): "removed",
            ("offered", "accept"): "accepted",
            ("offered", "return"): "waiting",
            ("offered", "remove"): "removed",
        }.get((status.value, event.value))
        assert WAIT_MOVES.allows(status, event) == (law is not None)
        assert law is None or WAIT_MOVES.after(status, event) == law

    @pytest.mark.parametrize(("status", "event"), list(product(OfferStatus, OfferEvent)))
    def test_every_pair_of_an_offer(self, status: OfferStatus, event: OfferEvent) -> None:
        assert OFFER_MOVES.allows(status, event) == (status == OfferStatus.OFFERED)

    def test_who_no_longer_comes_neither_holds_a_seat_nor_blocks_the_diary(self) -> None:
        gone = {"cancelled", "rescheduled", "lapsed", "entered_in_error"}
        assert not gone & {status.value for status in BOOKED_STATUSES | LIVE_STATUSES}


class TestPlannedSlots:
    def test_cut_the_hours_into_slots_of_both_pools(self) -> None:
        rule = DayRule(9 * 60, 10 * 60, 30, capacity=5, green_capacity=3)

        slots = list(planned_slots(rule, date(2026, 3, 5)))

        assert [(slot.starts_at, slot.pool, slot.capacity) for slot in slots] == [
            (NINE, Pool.PUBLIC, 2),
            (NINE, Pool.GREEN, 3),
            (NINE + timedelta(minutes=30), Pool.PUBLIC, 2),
            (NINE + timedelta(minutes=30), Pool.GREEN, 3),
        ]

    def test_leave_out_a_remainder_and_an_empty_pool(self) -> None:
        slots = list(planned_slots(DayRule(0, 50, 30, capacity=2, green_capacity=2), date(2026, 3, 5)))

        assert [slot.pool for slot in slots] == [Pool.GREEN]

    @pytest.mark.parametrize(
        "numbers",
        [(60, 60, 30, 1, 0), (60, 30, 30, 1, 0), (-1, 30, 30, 1, 0), (0, 1441, 30, 1, 0), (0, 30, 31, 1, 0),
         (0, 30, 0, 1, 0), (0, 30, 30, 0, 0), (0, 30, 30, 1, 2), (0, 30, 30, 1, -1)],
    )  # fmt: skip
    def test_refuse_hours_that_make_no_sense(self, numbers: tuple[int, int, int, int, int]) -> None:
        with pytest.raises(ScheduleInvalid):
            DayRule(*numbers)

    def test_reach_to_midnight(self) -> None:
        (slot,) = planned_slots(DayRule(23 * 60 + 30, 24 * 60, 30, 1, 0), date(2024, 2, 29))

        assert slot.ends_at == datetime(2024, 2, 29, 16, 0, tzinfo=UTC)


class TestWhyNoSeat:
    def test_names_the_first_reason_that_holds(self) -> None:
        def why(
            *,
            state: SlotState = SlotState.OPEN,
            pool: Pool = Pool.PUBLIC,
            may_green: bool = False,
            **times: int,
        ) -> type:
            facts = SlotFacts(state, pool, NINE, NINE - timedelta(hours=times.get("release", 2)))
            at = NINE - timedelta(minutes=times.get("before", 180))
            return type(why_no_seat(facts, may_green=may_green, now=at))

        assert why(state=SlotState.CLOSED, before=0) is SlotClosed
        assert why(before=0) is TooLate
        assert why(before=1) is SlotFull
        assert why(pool=Pool.GREEN) is GreenSeatsReserved
        assert why(pool=Pool.GREEN, before=120) is SlotFull  # released this very minute
        assert why(pool=Pool.GREEN, may_green=True) is SlotFull


class TestQueue:
    def test_puts_urgency_before_waiting_and_waiting_before_the_lot(self) -> None:
        def key(urgency: Urgency, minutes: int, entry: str) -> tuple[int, datetime, int]:
            return queue_order(
                urgency=urgency, joined_at=NINE + timedelta(minutes=minutes), slot_uid="S", entry_uid=entry
            )

        people = {
            "displaced late": key(Urgency.DISPLACED, 9, "a"),
            "soon": key(Urgency.SOON, 5, "b"),
            "routine early": key(Urgency.ROUTINE, 0, "c"),
            "routine late": key(Urgency.ROUTINE, 1, "d"),
        }
        assert sorted(people, key=lambda who: people[who]) == list(people)

    def test_draws_a_lot_that_depends_on_the_seat_and_can_be_drawn_again(self) -> None:
        def first(slot: str) -> str:
            return min(
                "abcdefgh",
                key=lambda entry: queue_order(
                    urgency=Urgency.ROUTINE, joined_at=NINE, slot_uid=slot, entry_uid=entry
                ),
            )

        winners = {first(f"slot {number}") for number in range(40)}
        assert first("slot 1") == first("slot 1")
        assert len(winners) > 3

    def test_is_explained_in_words(self) -> None:
        said = queue_explained(urgency=Urgency.SOON, joined="3 月 2 日 09:00", ahead=2)
        assert "前面还有 2 位" in said
        assert "尽快" in said
        assert not any(word in said for word in ("复算", "号源", "候补", "系统"))


class TestAReminder:
    def test_is_due_the_evening_before_in_the_citys_time(self) -> None:
        due = reminder_due(date(2026, 3, 1), days=1, minute=18 * 60)

        assert due == datetime(2026, 2, 28, 18, 0, tzinfo=SHANGHAI)

    @pytest.mark.parametrize(("days", "minute"), [(1, 18 * 60), (0, 0), (3, 23 * 60 + 59)])
    def test_covers_a_day_from_its_hour_on(self, days: int, minute: int) -> None:
        day = date(2026, 3, 1)
        due = reminder_due(day, days=days, minute=minute)

        assert last_day_to_remind(due, days=days, minute=minute) == day
        assert last_day_to_remind(due - timedelta(microseconds=1), days=days, minute=minute) < day
