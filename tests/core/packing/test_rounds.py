"""A round in half a day: the plan is the best there is, by trying everything; and everything left out says why."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from server.packing.rounds import Clinician, Errand, HalfDay, Round, pack_round
from server.packing.why import SENTENCES, Why

CASES = int(os.environ.get("CASES", "150"))
DOCTOR = Clinician("doctor", frozenset({"doctor", "nurse"}))
NURSE = Clinician("nurse", frozenset({"nurse"}))
HALF = HalfDay(minutes=60, walking=5)


def errand(
    resident: str, minutes: int = 10, what: str = "patrol", credential: str = "nurse", **how: object
) -> Errand:
    return Errand(resident, what, minutes, credential, **how)  # type: ignore[arg-type]


def done(found: Round) -> dict[tuple[str, str], str]:
    return {(each.resident, each.what): stop.clinician for stop in found.stops for each in stop.errands}


def whys(found: Round) -> dict[tuple[str, str], Why]:
    return {(each.errand.resident, each.errand.what): each.why for each in found.left_out}


class TestPackRound:
    def test_does_everything_due_for_somebody_in_one_stop(self) -> None:
        found = pack_round([errand("wang"), errand("wang", what="follow_up")], [NURSE], HALF)

        (stop,) = found.stops
        assert (stop.clinician, stop.begins, stop.ends, len(stop.errands)) == ("nurse", 5, 25, 2)
        assert (found.left_out, found.busy, found.exact) == ((), {"nurse": 25}, True)

    def test_gives_each_errand_to_somebody_who_may(self) -> None:
        errands = [
            errand("wang", credential="doctor"),
            errand("li"),
            errand("li", what="follow_up", minutes=40),
        ]

        found = pack_round(errands, [NURSE, DOCTOR], HALF)

        assert done(found) == {
            ("wang", "patrol"): "doctor",
            ("li", "patrol"): "nurse",
            ("li", "follow_up"): "nurse",
        }

    def test_never_gives_a_weaker_claim_the_time_of_a_stronger_one(self) -> None:
        errands = [errand("a", 20), errand("b", 20), errand("c", 55, overdue_days=3)]

        assert done(pack_round(errands, [NURSE], HALF)) == {("c", "patrol"): "nurse"}
        urgent = [*errands, errand("d", 50, urgent=True)]
        assert done(pack_round(urgent, [NURSE], HALF)) == {("d", "patrol"): "nurse"}

    def test_lets_the_one_go_first_for_whom_nobody_has_come_for_longest(self) -> None:
        errands = [errand("a", 50, waited_days=10), errand("b", 50, waited_days=11)]

        assert done(pack_round(errands, [NURSE], HALF)) == {("b", "patrol"): "nurse"}

    def test_of_equal_claims_does_most_and_leaves_fewest_minutes_empty(self) -> None:
        assert set(done(pack_round([errand("a", 50), errand("b", 20), errand("c", 25)], [NURSE], HALF))) == {
            ("b", "patrol"), ("c", "patrol")
        }  # fmt: skip
        assert set(done(pack_round([errand("a", 30), errand("b", 40)], [NURSE], HALF))) == {("b", "patrol")}

    def test_goes_first_to_who_is_urgent_then_from_bed_to_bed(self) -> None:
        found = pack_round(
            [errand("a"), errand("b", overdue_days=9), errand("c", urgent=True)], [NURSE], HALF
        )

        assert [(stop.resident, stop.begins) for stop in found.stops] == [("c", 5), ("a", 20), ("b", 35)]

    def test_shares_the_work_so_that_nobody_is_busiest_for_nothing(self) -> None:
        found = pack_round([errand("a"), errand("b")], [NURSE, DOCTOR], HALF)

        assert found.busy == {"nurse": 15, "doctor": 15}

    def test_says_of_everything_left_out_why(self) -> None:
        errands = [
            errand("a", credential="assessor"), errand("b", 56), errand("c", 55, urgent=True), errand("d"),
            errand("e", hindered=Why.AWAY),
        ]  # fmt: skip

        found = pack_round(errands, [NURSE], HALF)

        assert whys(found) == {
            ("a", "patrol"): Why.NO_CREDENTIAL, ("b", "patrol"): Why.TOO_LONG, ("d", "patrol"): Why.NO_TIME,
            ("e", "patrol"): Why.AWAY,
        }  # fmt: skip

    def test_with_the_shortest_search_keeps_the_best_way_and_says_that_there_may_be_better(self) -> None:
        errands = [errand("a", 10), errand("b", 20), errand("c", 15)]

        found = pack_round(errands, [NURSE, DOCTOR], HALF, tries=1)

        assert (len(done(found)), found.exact) == (3, False)

    def test_shares_out_one_call_among_many_who_may_do_the_same_without_trying_each_of_them(self) -> None:
        errands = [errand("a", minutes, what=f"work_{minutes}") for minutes in (8, 10, 11, 15, 40)]
        going = [Clinician(f"nurse_{number}", frozenset({"nurse"})) for number in range(8)]

        began = time.perf_counter()
        found = pack_round(errands, going, HALF)

        assert (len(done(found)), found.exact, max(found.busy.values())) == (5, True, 49)
        assert time.perf_counter() - began < 0.3  # of a second; trying each took three times that

    def test_puts_no_more_on_a_list_than_it_holds_the_strongest_first(self) -> None:
        errands = [errand("a"), errand("b", overdue_days=2), errand("c", overdue_days=1)]

        found = pack_round(errands, [NURSE], replace(HALF, most=2))

        assert set(done(found)) == {("b", "patrol"), ("c", "patrol")}
        assert whys(found) == {("a", "patrol"): Why.LIST_FULL}
        assert [each.errand for each in found.left_out] == errands[:1]

    def test_gives_the_time_of_who_does_not_fit_on_the_list_to_nobody_else(self) -> None:
        errands = [errand("a", overdue_days=3), errand("b", 30, overdue_days=2), errand("c", 30)]

        found = pack_round(errands, [NURSE], replace(HALF, most=1))

        assert set(done(found)) == {("a", "patrol")}
        assert whys(found) == {("b", "patrol"): Why.LIST_FULL, ("c", "patrol"): Why.NO_TIME}

    def test_without_anybody_leaves_everything_out(self) -> None:
        assert whys(pack_round([errand("a")], [], HALF)) == {("a", "patrol"): Why.NO_CREDENTIAL}

    def test_every_word_has_a_sentence(self) -> None:
        assert set(SENTENCES) == set(Why)
        assert all(sentence.endswith("。") for sentence in SENTENCES.values())


# --- against trying everything ---

ERRANDS = st.lists(
    st.builds(
        Errand,
        resident=st.sampled_from("abc"),
        what=st.sampled_from(["patrol", "follow_up"]),
        minutes=st.sampled_from([5, 10, 15, 20, 35]),
        credential=st.sampled_from(["nurse", "doctor", "assessor"]),
        urgent=st.booleans(),
        overdue_days=st.integers(0, 1),
        waited_days=st.integers(0, 1),
    ),
    max_size=5,
    unique_by=lambda each: (each.resident, each.what),
)
CLINICIANS = st.lists(
    st.sampled_from([DOCTOR, NURSE, Clinician("other", frozenset({"nurse"}))]), max_size=2, unique=True
)
HALVES = st.builds(HalfDay, minutes=st.sampled_from([20, 40, 60]), walking=st.sampled_from([0, 5]))
Given = dict[Errand, Clinician]


def claim(errands: Sequence[Errand], resident: str) -> tuple[bool, int, int]:
    return min((not e.urgent, -e.overdue_days, -e.waited_days) for e in errands if e.resident == resident)


def minutes_of(given_: Given, clinician: Clinician, half: HalfDay) -> int:
    theirs = [each for each, who in given_.items() if who == clinician]
    return sum(each.minutes for each in theirs) + half.walking * len({each.resident for each in theirs})


def asked(errands: Sequence[Errand], given_: Given) -> list[tuple[int, int, int, int]]:
    """What the docstring of `rounds` asks of a plan, claim by claim, the strongest first."""
    claims = {each.resident: claim(errands, each.resident) for each in errands}
    found = []
    for wanted in sorted(set(claims.values())):
        here = [each for each in given_ if claims[each.resident] == wanted]
        leading = sum((not e.urgent, -e.overdue_days, -e.waited_days) == wanted for e in here)
        ways = len({(each.resident, given_[each].uid) for each in here})
        found.append((leading, len(here) - leading, sum(each.minutes for each in here), -ways))
    return found


def everything(errands: Sequence[Errand], clinicians: Sequence[Clinician], half: HalfDay) -> Iterator[Given]:
    for choice in product([None, *clinicians], repeat=len(errands)):
        given_ = {each: who for each, who in zip(errands, choice, strict=True) if who is not None}
        able = all(each.credential in who.credentials for each, who in given_.items())
        if able and all(minutes_of(given_, who, half) <= half.minutes for who in clinicians):
            yield given_


def given_by(found: Round, clinicians: Sequence[Clinician]) -> Given:
    by_uid = {each.uid: each for each in clinicians}
    return {each: by_uid[stop.clinician] for stop in found.stops for each in stop.errands}


class TestAgainstTryingEverything:
    @settings(max_examples=CASES, deadline=None)
    @given(errands=ERRANDS, clinicians=CLINICIANS, half=HALVES)
    def test_no_plan_is_better_and_none_as_good_is_calmer(
        self, errands: list[Errand], clinicians: list[Clinician], half: HalfDay
    ) -> None:
        found = pack_round(errands, clinicians, half)
        plan, alone = (
            given_by(found, clinicians),
            [e for e in errands if e.minutes + half.walking <= half.minutes],
        )
        doable = [e for e in alone if any(e.credential in who.credentials for who in clinicians)]

        ways = list(everything(doable, clinicians, half))
        best = max(asked(doable, each) for each in ways)
        busiest = [
            max((minutes_of(each, who, half) for who in clinicians), default=0)
            for each in ways
            if asked(doable, each) == best
        ]

        assert found.exact
        assert asked(doable, plan) == best
        assert max(found.busy.values(), default=0) == min(busiest)

    @settings(max_examples=CASES, deadline=None)
    @given(errands=ERRANDS, clinicians=CLINICIANS, half=HALVES, tries=st.integers(1, 30))
    def test_however_short_the_search_the_plan_holds_and_nothing_left_out_would_still_fit(
        self, errands: list[Errand], clinicians: list[Clinician], half: HalfDay, tries: int
    ) -> None:
        found = pack_round(errands, clinicians, half, tries=tries)
        plan = given_by(found, clinicians)

        assert len(plan) + len(found.left_out) == len(errands)
        for who in clinicians:
            stops = [stop for stop in found.stops if stop.clinician == who.uid]
            assert all(one.ends <= other.begins for one, other in pairwise(stops))
            assert all(stop.ends <= half.minutes for stop in stops)
            assert minutes_of(plan, who, half) == found.busy[who.uid]
            assert all(each.credential in who.credentials for stop in stops for each in stop.errands)
        for left in found.left_out:
            for who in clinicians:
                more = {**plan, left.errand: who}
                able = left.errand.credential in who.credentials
                assert not able or minutes_of(more, who, half) > half.minutes
