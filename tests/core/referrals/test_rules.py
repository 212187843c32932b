"""States, turns, deadlines, check-lists, slips and packets, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from server.alliance.rules import InstitutionKind
from server.consent.rules import Purpose
from server.kit.errors import IllegalMove
from server.records.rules import checked_body
from server.records.rules.kinds import EntryKind
from server.referrals.errors import CriterionNeeded, SlipIncomplete, TooManyEntries
from server.referrals.rules import (
    BACK,
    BESIDE_THE_OWNER,
    CHECK_LISTS,
    ENDED,
    EVENT_WORDS,
    FOLLOW_UP_MOVES,
    IN_HOSPITAL,
    MOST_ENTRIES,
    NEXT_WORDS,
    OPEN,
    OUT,
    OWED,
    PARAMETERS,
    REFERRAL_MOVES,
    SLIPS,
    STATUS_WORDS,
    STORIES,
    TURN,
    Direction,
    FollowUpEvent,
    FollowUpStatus,
    ReferralEvent,
    ReferralStatus,
    Side,
    Urgency,
    check_list,
    checked_choice,
    checked_criteria,
    checked_slip,
    criteria_in_words,
    deadline_code,
    deadline_of,
    is_code,
    makes_urgent,
    may_move,
    packet_hash,
    purpose_of,
    read_code,
    readable_until,
    spelled,
)

S, E = ReferralStatus, ReferralEvent
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestTheTable:
    @pytest.mark.parametrize(("status", "event"), list(product(S, E)))
    def test_lists_a_move_or_refuses_it(self, status: S, event: E) -> None:
        """T16."""
        if REFERRAL_MOVES.allows(status, event):
            assert status in OPEN
            assert REFERRAL_MOVES.after(status, event) in S
        else:
            with pytest.raises(IllegalMove):
                REFERRAL_MOVES.after(status, event)

    def test_every_open_state_has_exactly_one_side_in_turn(self) -> None:
        """I30."""
        assert set(TURN) == set(OPEN)
        assert set(OPEN) | ENDED == set(S)

    @pytest.mark.parametrize(("status", "event"), sorted(REFERRAL_MOVES.table))
    def test_only_the_owner_moves_it_but_for_the_words_that_are_listed(self, status: S, event: E) -> None:
        """I31."""
        sides = {side for side in Side if may_move(status, event, side)}
        beside = BESIDE_THE_OWNER.get((status, event))
        if (event, status in IN_HOSPITAL) == (E.CANCEL, True):
            assert sides == set()  # by a death alone, and by the clock
        elif beside is None:
            assert sides == {TURN[status]}
        else:
            assert beside is not TURN[status]
            assert sides <= {beside, TURN[status]}
            assert beside in sides

    def test_nothing_beside_the_owner_is_not_in_the_table(self) -> None:
        assert all(REFERRAL_MOVES.allows(*each) for each in BESIDE_THE_OWNER)

    def test_from_everywhere_there_is_a_way_to_the_end(self) -> None:
        for status in OPEN:
            reached, before = {status}, 0
            while len(reached) > before:
                before = len(reached)
                reached |= {
                    target for (source, _), target in REFERRAL_MOVES.table.items() if source in reached
                }
            assert S.CLOSED in reached, status

    def test_every_state_and_step_has_its_words(self) -> None:
        assert set(STATUS_WORDS) == set(S)
        assert set(EVENT_WORDS) == set(E)
        assert set(NEXT_WORDS) == set(OPEN)
        assert set(STORIES) == set(S) - {S.DRAFT}

    @pytest.mark.parametrize(("status", "event"), list(product(FollowUpStatus, FollowUpEvent)))
    def test_of_follow_ups(self, status: FollowUpStatus, event: FollowUpEvent) -> None:
        allowed = FOLLOW_UP_MOVES.allows(status, event)
        assert allowed is (status in OWED and not (event is FollowUpEvent.LAPSE and status is not OWED[0]))


class TestDeadlines:
    @pytest.mark.parametrize(("status", "urgency"), list(product(OPEN, Urgency)))
    def test_every_state_has_its_number(self, status: S, urgency: Urgency) -> None:
        assert deadline_code(status, urgency) in {each.code for each in PARAMETERS}

    def test_urgent_is_answered_within_a_day(self) -> None:
        hours = {each.code: each.value for each in PARAMETERS}
        assert hours[deadline_code(S.SUBMITTED, Urgency.URGENT)] == 24
        assert hours["referrals.follow_up_days"] == 14

    def test_runs_from_the_time_that_was_agreed_on(self) -> None:
        later = NOW + 5 * HOUR
        assert deadline_of(hours=2, status=S.SCHEDULED, come_at=later, now=NOW) == later + 2 * HOUR
        assert deadline_of(hours=2, status=S.SCHEDULED, come_at=NOW - HOUR, now=NOW) == NOW + 2 * HOUR
        assert deadline_of(hours=2, status=S.RECEIVED, come_at=later, now=NOW) == NOW + 2 * HOUR

    def test_every_number_names_its_source_and_how_sure_it_is(self) -> None:
        assert all(each.citation and each.confidence in {"high", "assumed"} for each in PARAMETERS)
        sure = {each.code for each in PARAMETERS if each.confidence == "high"}
        assert sure == {"referrals.follow_up_days"}


class TestCheckLists:
    def test_at_least_one_is_ticked(self) -> None:
        with pytest.raises(CriterionNeeded):
            checked_criteria(Direction.UP, [])

    def test_nothing_that_is_not_on_it(self) -> None:
        with pytest.raises(CriterionNeeded):
            checked_criteria(Direction.UP, ["rehabilitation"])

    def test_keeps_the_order_of_the_list_and_each_once(self) -> None:
        assert checked_criteria(Direction.UP, ["equipment", "critical", "critical"]) == (
            "critical",
            "equipment",
        )

    @pytest.mark.parametrize("code", ["critical", "pressure", "glucose", "chest", "consciousness"])
    def test_what_public_health_calls_urgent_is_urgent(self, code: str) -> None:
        assert makes_urgent([code])

    def test_what_is_not_is_not(self) -> None:
        assert not makes_urgent(["equipment", "twice_uncontrolled"])

    def test_old_versions_stay_readable(self) -> None:
        for each in CHECK_LISTS:
            codes = [item.code for item in each.items]
            assert len(set(codes)) == len(codes)
            assert len(criteria_in_words(each.direction, each.version, codes)) == len(codes)
            assert each.citation
        assert check_list(Direction.DOWN).version == "2026-1"


class TestSlips:
    def test_leaves_out_what_is_empty(self) -> None:
        answers = {"impression": " 胸闷 ", "present": "半小时", "past": "", "course": " "}
        assert checked_slip(OUT, answers) == {"impression": "胸闷", "present": "半小时"}

    def test_names_every_fault(self) -> None:
        with pytest.raises(SlipIncomplete) as refused:
            checked_slip(OUT, {"impression": "长" * 201, "diagnosis": "不在单上"})
        assert set(refused.value.fields) == {"impression", "present", "diagnosis"}

    @pytest.mark.parametrize("longest", [0, 1])
    def test_ends_where_it_says(self, longest: int) -> None:
        answers = {"impression": "长" * (200 + longest), "present": "半小时"}
        if longest:
            with pytest.raises(SlipIncomplete):
                checked_slip(OUT, answers)
        else:
            assert len(checked_slip(OUT, answers)["impression"]) == 200

    @pytest.mark.parametrize("form", SLIPS, ids=lambda form: form.code)
    def test_every_field_may_lie_in_the_record(self, form: object) -> None:
        assert form in (OUT, BACK)
        answers = {field.name: "话" * field.longest for field in form.fields}  # type: ignore[attr-defined]
        body = {"form": form.code, "version": form.version, **answers}  # type: ignore[attr-defined]
        assert checked_body(EntryKind.REFERRAL, f"referral-{form.code}", body) == body  # type: ignore[attr-defined]


class TestPackets:
    def test_the_digest_knows_every_change_and_no_order(self) -> None:
        one, two = {"uid": "a", "body": {"x": 1}}, {"uid": "b", "body": {"x": 2}}
        assert packet_hash([one, two]) == packet_hash([two, one])
        assert packet_hash([one, two]) != packet_hash([one, {**two, "body": {"x": 3}}])
        assert packet_hash([one]) != packet_hash([one, two])

    def test_closes_some_days_after_the_end_and_at_once_when_nothing_came_of_it(self) -> None:
        """I32."""
        assert readable_until(S.CLOSED, days=14, now=NOW) == NOW + timedelta(days=14)
        assert readable_until(S.DECLINED, days=14, now=NOW) == NOW
        assert readable_until(S.CANCELLED, days=14, now=NOW) == NOW
        assert all(readable_until(status, days=14, now=NOW) is None for status in OPEN)

    def test_takes_so_many_and_no_more(self) -> None:
        uids = [str(number) for number in range(MOST_ENTRIES)]
        assert checked_choice([*uids, "0"]) == tuple(uids)
        with pytest.raises(TooManyEntries):
            checked_choice([*uids, "one more"])

    @pytest.mark.parametrize(
        "said", ["ABCDE-23456", " abcde23456 ", "https://x/admin/referrals/slip/ABCDE23456", "ABCDE 23456"]
    )
    def test_reads_a_number_however_it_is_given(self, said: str) -> None:
        assert read_code(said) == "ABCDE23456"
        assert spelled("ABCDE23456") == "ABCDE-23456"

    @pytest.mark.parametrize(
        "said", ["", "ABCDE2345", "ABCDE234567", "ABCDE2345O", "王桂兰", "01M824HT7MDVQC8DRG7R8DGCAP"]
    )
    def test_what_cannot_be_a_number_is_none(self, said: str) -> None:
        assert not is_code(read_code(said))

    def test_looks_for_what_to_send_under_the_purpose_of_the_house(self) -> None:
        assert purpose_of(InstitutionKind.NURSING_HOME) is Purpose.CARE
        assert purpose_of(InstitutionKind.HOSPITAL) is Purpose.TREATMENT
        assert purpose_of(InstitutionKind.CIVIL_AFFAIRS_BUREAU) is Purpose.CARE
