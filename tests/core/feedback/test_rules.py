"""Feedback without a database: moves, reasons, the local list, and which numbers may be shown."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.feedback.rules import (
    CASE_MOVES,
    CLOCKS,
    LIVE_CASES,
    MODERATOR_EVENTS,
    PARAMETERS,
    RATING_MOVES,
    REASONS,
    CaseEvent,
    CaseStatus,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Tally,
    Verdict,
    digest_of,
    event_after,
    found_by_local_list,
    likeness,
    needs_reason,
    share_of,
    shown,
    shown_in_time,
    tidy_tags,
    wilson,
)
from server.kit.errors import IllegalMove

R, E = RatingStatus, RatingEvent
LISTED_RATING_MOVES = {
    (R.TOKEN, E.SUBMIT): R.SUBMITTED,
    (R.SUBMITTED, E.SCREEN): R.SCREENING,
    (R.SUBMITTED, E.PUBLISH): R.PUBLISHED,
    (R.SCREENING, E.PUBLISH): R.PUBLISHED,
    (R.SCREENING, E.RETURN): R.RETURNED_FOR_EDIT,
    (R.SCREENING, E.WITHHOLD): R.WITHHELD,
    (R.SCREENING, E.ESCALATE): R.ESCALATED,
    (R.ESCALATED, E.PUBLISH): R.PUBLISHED,
    (R.ESCALATED, E.RETURN): R.RETURNED_FOR_EDIT,
    (R.ESCALATED, E.WITHHOLD): R.WITHHELD,
    (R.PUBLISHED, E.WITHHOLD): R.WITHHELD,
    (R.WITHHELD, E.PUBLISH): R.PUBLISHED,
    (R.RETURNED_FOR_EDIT, E.PUBLISH): R.PUBLISHED,
    (R.RETURNED_FOR_EDIT, E.EDIT): R.SCREENING,
    (R.WITHHELD, E.EDIT): R.SCREENING,
}
C, S = CaseEvent, CaseStatus
LISTED_CASE_MOVES = {
    (S.OPENED, C.VERIFY): S.VERIFYING,
    (S.REOPENED, C.VERIFY): S.VERIFYING,
    (S.UPHELD, C.VERIFY): S.VERIFYING,
    (S.VERIFYING, C.RECTIFY): S.RECTIFYING,
    (S.RECTIFYING, C.CALL_BACK): S.CALLBACK,
    (S.CALLBACK, C.CONFIRM): S.CLOSED,
    (S.CALLBACK, C.CLOSE): S.CLOSED,
    (S.CALLBACK, C.REOPEN): S.REOPENED,
    (S.CLOSED, C.REOPEN): S.REOPENED,
    (S.OPENED, C.APPEAL): S.APPEALED,
    (S.VERIFYING, C.APPEAL): S.APPEALED,
    (S.APPEALED, C.UPHOLD): S.UPHELD,
    (S.OPENED, C.VOID): S.VOIDED,
    (S.VERIFYING, C.VOID): S.VOIDED,
    (S.RECTIFYING, C.VOID): S.VOIDED,
    (S.CALLBACK, C.VOID): S.VOIDED,
    (S.REOPENED, C.VOID): S.VOIDED,
    (S.APPEALED, C.VOID): S.VOIDED,
    (S.UPHELD, C.VOID): S.VOIDED,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(RatingStatus, RatingEvent)))
def test_every_pair_of_rating_state_and_event_is_listed_or_refused(
    state: RatingStatus, event: RatingEvent
) -> None:
    if (state, event) in LISTED_RATING_MOVES:
        assert RATING_MOVES.after(state, event) is LISTED_RATING_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            RATING_MOVES.after(state, event)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(CaseStatus, CaseEvent)))
def test_every_pair_of_case_state_and_event_is_listed_or_refused(state: CaseStatus, event: CaseEvent) -> None:
    if (state, event) in LISTED_CASE_MOVES:
        assert CASE_MOVES.after(state, event) is LISTED_CASE_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            CASE_MOVES.after(state, event)


class TestCases:
    def test_every_open_state_has_a_clock_and_no_ended_one_has(self) -> None:
        assert set(CLOCKS) == LIVE_CASES
        assert set(CaseStatus) - LIVE_CASES == {CaseStatus.CLOSED, CaseStatus.VOIDED}

    def test_every_clock_is_a_parameter_with_a_citation(self) -> None:
        cited = {each.code: each.citation for each in PARAMETERS}

        assert all(cited[code] for code in CLOCKS.values())


class TestReasons:
    def test_hiding_a_text_needs_a_reason_and_showing_it_does_not(self) -> None:
        assert {event for event in MODERATOR_EVENTS if needs_reason(event)} == {
            E.RETURN,
            E.WITHHOLD,
            E.ESCALATE,
        }

    @pytest.mark.parametrize("code", list(ReasonCode))
    def test_every_reason_tells_the_author_something(self, code: ReasonCode) -> None:
        assert REASONS[code].sentence.endswith("。")
        assert REASONS[code].events <= MODERATOR_EVENTS


class TestTheMachinesVerdict:
    @pytest.mark.parametrize("auto_publish", [True, False])
    def test_doubt_and_silence_leave_the_text_to_a_person(self, *, auto_publish: bool) -> None:
        assert event_after(Verdict.REVIEW, auto_publish=auto_publish) is None
        assert event_after(Verdict.UNAVAILABLE, auto_publish=auto_publish) is None
        assert event_after(Verdict.RISKY, auto_publish=auto_publish) is E.RETURN

    def test_a_pass_is_published_only_where_the_policy_says_so(self) -> None:
        assert event_after(Verdict.PASS, auto_publish=True) is E.PUBLISH
        assert event_after(Verdict.PASS, auto_publish=False) is None


class TestTheLocalList:
    @pytest.mark.parametrize(
        ("written", "found"),
        [
            ("请打 13800138000 找我", ReasonCode.PERSONAL_DATA),
            ("请打 138-0013-8000 找我", ReasonCode.PERSONAL_DATA),
            ("身份证 33029919400101001X 是我的", ReasonCode.PERSONAL_DATA),
            ("加 微 信 有优惠", ReasonCode.ADVERTISING),
            ("那人真是畜生", ReasonCode.ABUSE),
        ],
    )
    def test_finds_what_must_not_be_shown_through_gaps(self, written: str, found: ReasonCode) -> None:
        assert found_by_local_list(written) is found

    @pytest.mark.parametrize(
        "written", ["等了 45 分钟，2026 年 3 月 2 日上午", "护士态度很好", "收费 120000000000000 元？"]
    )
    def test_leaves_ordinary_words_alone(self, written: str) -> None:
        assert found_by_local_list(written) is None


LEAST = 5
tallies = st.builds(
    lambda scores: Tally(len(scores), sum(scores)),
    st.lists(st.integers(min_value=1, max_value=5), max_size=12),
)


class TestWhatMayBeShown:
    def test_counts_everybody_and_keeps_the_groups_apart(self) -> None:
        seen = shown(ranked=Tally(6, 24), assisted=Tally(5, 25), own_staff=Tally(5, 25), least=LEAST)

        assert (seen.ranked.mean, seen.ranked.count) == (4.0, 6)
        assert (seen.assisted.mean, seen.assisted.count) == (5.0, 5)
        assert (seen.everyone.mean, seen.everyone.count) == (4.62, 16)

    def test_four_are_hidden_and_five_are_shown(self) -> None:
        none = Tally()

        assert shown(ranked=Tally(4, 20), assisted=none, own_staff=none, least=LEAST).ranked.hidden
        assert not shown(ranked=Tally(5, 20), assisted=none, own_staff=none, least=LEAST).ranked.hidden

    def test_the_whole_does_not_give_a_hidden_group_away(self) -> None:
        seen = shown(ranked=Tally(10, 40), assisted=Tally(1, 1), own_staff=Tally(), least=LEAST)

        assert seen.ranked.count == 10
        assert seen.everyone.hidden

    @given(ranked=tallies, assisted=tallies, own_staff=tallies)
    def test_no_difference_of_shown_numbers_tells_on_fewer_than_five(
        self, ranked: Tally, assisted: Tally, own_staff: Tally
    ) -> None:
        seen = shown(ranked=ranked, assisted=assisted, own_staff=own_staff, least=LEAST)

        parts = [seen.ranked, seen.assisted, seen.own_staff]
        assert all(part.count is None or part.count >= LEAST for part in [*parts, seen.everyone])
        if seen.everyone.count is not None:
            rest = seen.everyone.count - sum(part.count or 0 for part in parts)
            assert rest == 0 or rest >= LEAST


class TestHowSureAShareIs:
    def test_the_interval_is_wilsons(self) -> None:
        """Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
        assert [round(bound, 4) for bound in wilson(81, 263)] == [0.2553, 0.3662]
        assert [round(bound, 4) for bound in wilson(15, 148)] == [0.0624, 0.1605]
        assert [round(bound, 4) for bound in wilson(0, 20)] == [0.0, 0.1611]
        assert [round(bound, 4) for bound in wilson(1, 29)] == [0.0061, 0.1718]

    @given(
        st.integers(min_value=1, max_value=400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    )
    def test_the_share_lies_within_and_the_bounds_between_nought_and_one(
        self, counted: tuple[int, int]
    ) -> None:
        part, whole = counted
        low, high = wilson(part, whole)

        assert 0 <= low <= part / whole + 1e-9
        assert part / whole - 1e-9 <= high <= 1

    def test_many_are_surer_than_few(self) -> None:
        few, many = wilson(4, 5), wilson(400, 500)

        assert many[1] - many[0] < few[1] - few[0]

    def test_four_are_too_few(self) -> None:
        assert share_of(Tally(4, 20, 4), least=LEAST) is None
        assert share_of(Tally(), least=0) is None
        found = share_of(Tally(5, 23, 4), least=LEAST)
        assert found is not None
        assert (found.part, found.whole, found.value) == (4, 5, 0.8)


class TestOverTime:
    def test_a_quarter_with_few_is_hidden_and_its_smallest_neighbour_with_it(self) -> None:
        shares = shown_in_time([Tally(20, 80, 15), Tally(2, 8, 1), Tally(9, 40, 8)], least=LEAST)

        assert [share is None for share in shares] == [False, True, True]

    def test_two_that_hide_each_other_need_no_third(self) -> None:
        shares = shown_in_time([Tally(20, 80, 15), Tally(3, 8, 1), Tally(4, 9, 2)], least=LEAST)

        assert [share is None for share in shares] == [False, True, True]

    def test_an_empty_quarter_hides_nobody(self) -> None:
        shares = shown_in_time([Tally(20, 80, 15), Tally()], least=LEAST)

        assert [share is None for share in shares] == [False, True]

    @given(st.lists(tallies, max_size=9))
    def test_no_difference_of_shown_numbers_tells_on_fewer_than_five(self, listed: list[Tally]) -> None:
        shares = shown_in_time(listed, least=LEAST)
        hidden = sum(tally.count for tally, share in zip(listed, shares, strict=True) if share is None)

        assert hidden == 0 or hidden >= LEAST or all(share is None for share in shares)


class TestLikeness:
    def test_a_copy_is_wholly_alike_whatever_marks_were_put_around_it(self) -> None:
        assert likeness("医生迟到两个小时，没人管。", "医生 迟到 两个小时！没人管……") == 100

    def test_a_copy_with_a_word_changed_is_much_alike(self) -> None:
        assert likeness("护士态度差，说话很冲，老人很害怕。", "护士态度很差，说话太冲，老人很害怕。") >= 60

    @pytest.mark.parametrize(
        ("one", "other"), [("等了一上午", "讲得很明白，谢谢医生"), ("好", "好"), ("", "很好"), ("好", "很好")]
    )
    def test_others_are_not(self, one: str, other: str) -> None:
        assert likeness(one, other) == 0

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_goes_both_ways_and_stays_within_bounds(self, one: str, other: str) -> None:
        assert likeness(one, other) == likeness(other, one)
        assert 0 <= likeness(one, other) <= 100


def test_a_digest_changes_with_the_score() -> None:
    digests = {digest_of(score=score, status=R.PUBLISHED, text="好") for score in range(1, 6)}

    assert len(digests) == 5


def test_tags_are_told_once_and_in_order() -> None:
    assert tidy_tags(["skill", "cost", "skill"]) == ["cost", "skill"]  # type: ignore[list-item]
