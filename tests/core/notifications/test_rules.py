"""Notifications without a database: quiet hours, field sizes, outcomes, sentences."""

import itertools
import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kit.clock import SHANGHAI
from server.kit.errors import IllegalMove
from server.notifications.queries import Facts
from server.notifications.rules import (
    DELIVERY_MOVES,
    MOST_ATTEMPTS,
    DeliveryEvent,
    DeliveryStatus,
    QuietHours,
    SendOutcome,
    event_of,
    fitted,
    minute_of,
)
from server.notifications.templates import TEMPLATES, WECHAT, Audience
from server.wechat.gateway import Errcode, Outage
from server.wechat.simulator.templates import demo_templates

NIGHT = QuietHours(minute_of("21:00"), minute_of("07:00"))
S, E = DeliveryStatus, DeliveryEvent
LISTED = {
    (S.WAITING, E.BEGIN): S.SENDING,
    (S.WAITING, E.DROP): S.UNNEEDED,
    (S.SENDING, E.ACCEPTED): S.SENT,
    (S.SENDING, E.NOT_SUBSCRIBED): S.NO_CREDIT,
    (S.SENDING, E.REFUSE): S.REFUSED,
    (S.SENDING, E.LOSE): S.LOST,
    (S.SENDING, E.RETRY): S.WAITING,
}


def at(clock: str, day: int = 2) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(2026, 3, day, int(hours), int(minutes), tzinfo=SHANGHAI)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(DeliveryStatus, DeliveryEvent)))
def test_every_pair_of_delivery_state_and_event_is_listed_or_refused(
    state: DeliveryStatus, event: DeliveryEvent
) -> None:
    if (state, event) in LISTED:
        assert DELIVERY_MOVES.after(state, event) is LISTED[state, event]
    else:
        with pytest.raises(IllegalMove):
            DELIVERY_MOVES.after(state, event)


class TestQuietHours:
    @pytest.mark.parametrize(
        ("clock", "due"),
        [
            ("20:59", at("20:59")),
            ("21:00", at("07:00", day=3)),
            ("23:59", at("07:00", day=3)),
            ("00:00", at("07:00")),
            ("06:59", at("07:00")),
            ("07:00", at("07:00")),
        ],
    )
    def test_the_evening_and_the_morning_edge(self, clock: str, due: datetime) -> None:
        assert NIGHT.due_at(at(clock)) == due

    def test_an_hour_in_the_afternoon(self) -> None:
        nap = QuietHours(minute_of("12:00"), minute_of("14:30"))

        assert nap.due_at(at("12:00")) == at("14:30")
        assert nap.due_at(at("14:30")) == at("14:30")
        assert nap.due_at(at("11:59")) == at("11:59")

    @given(
        start=st.integers(0, 1439),
        end=st.integers(0, 1439),
        instant=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  given its zone below
    )
    def test_what_is_due_is_never_quiet_and_never_late(self, start: int, end: int, instant: datetime) -> None:
        hours, now = QuietHours(start, end), instant.replace(tzinfo=SHANGHAI)

        due = hours.due_at(now)

        assert not hours.cover(due)
        assert now <= due < now + timedelta(days=1)


class TestWhatAnOutcomeDoes:
    @pytest.mark.parametrize(
        ("outcome", "event"),
        [
            (SendOutcome(platform_uid="9223372036854775808"), E.ACCEPTED),
            (SendOutcome(), E.ACCEPTED),
            (SendOutcome(refused=Errcode.NOT_SUBSCRIBED), E.NOT_SUBSCRIBED),
            (SendOutcome(refused=Errcode.SENT_CONCURRENTLY), E.RETRY),
            (SendOutcome(refused=Errcode.INVALID_TEMPLATE), E.REFUSE),
            (SendOutcome(refused=Errcode.MESSAGING_BANNED), E.REFUSE),
            (SendOutcome(outage=Outage.CONNECT), E.RETRY),
            (SendOutcome(outage=Outage.TIMEOUT), E.LOSE),
            (SendOutcome(outage=Outage.BUSY), E.LOSE),
            (SendOutcome(outage="http502"), E.LOSE),
        ],
    )
    def test_only_what_certainly_was_not_sent_is_tried_again(
        self, outcome: SendOutcome, event: DeliveryEvent
    ) -> None:
        assert event_of(outcome, attempts=1) is event

    def test_trying_again_has_an_end(self) -> None:
        assert event_of(SendOutcome(refused=Errcode.SENT_CONCURRENTLY), attempts=MOST_ATTEMPTS) is E.REFUSE


class TestFieldSizes:
    def test_a_thing_is_cut_to_twenty_code_points(self) -> None:
        assert fitted("thing1", "一" * 20) == "一" * 20
        assert fitted("thing1", "一" * 21) == "一" * 19 + "…"

    def test_no_line_break_and_no_empty_value_gets_through(self) -> None:
        assert fitted("thing1", "一行\n两行") == "一行 两行"
        assert fitted("thing1", "") == "无"

    def test_a_time_is_told_in_the_city(self) -> None:
        assert fitted("time2", at("09:30")) == "2026-03-02 09:30"


class TestSentences:
    @pytest.mark.parametrize("topic", sorted(TEMPLATES))
    def test_each_reads_as_a_sentence_even_when_nothing_is_known(self, topic: str) -> None:
        for template in TEMPLATES[topic]:
            words = {**Facts("01ARZ3NDEKTSV4RRFFQ69G5FAV").spoken("王桂兰"), "resident_uid": "x"}
            said = template.sentence.format_map(words)
            assert said.endswith(("。", "？"))
            assert len(said) <= 200
            assert len(template.title) <= 40
            assert template.target.format_map(words)
            assert len(template.hint) <= 20
            assert len(template.state) <= 5

    def test_no_sentence_tells_what_was_found(self) -> None:
        told = "".join(
            each.sentence + each.title + each.hint for several in TEMPLATES.values() for each in several
        )

        assert not re.search(r"血压|血糖|诊断|结果为|mmHg|异常", told)

    def test_whoever_is_staff_has_a_role_and_a_place(self) -> None:
        staff = [
            each for several in TEMPLATES.values() for each in several if each.audience is Audience.STAFF
        ]

        assert staff
        assert all(each.roles and each.place for each in staff)

    def test_the_platform_has_every_template_with_these_fields(self) -> None:
        listed = {each.template_id: set(each.keywords) for each in demo_templates()}

        assert {template: set(fields) for template, fields in WECHAT.items()} == listed

    def test_every_template_that_is_named_exists(self) -> None:
        named = {each.wechat for several in TEMPLATES.values() for each in several if each.wechat}

        assert named <= set(WECHAT)
