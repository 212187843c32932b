"""Whether answers fit their sheet, how long a result holds, who is due, and what a level leads to."""

from datetime import date
from typing import Any

import pytest

from server.assessments.errors import AnswersInvalid, NoSuchQuestionnaire
from server.assessments.queries.forms import questionnaire_card
from server.assessments.rules import (
    ASSESSMENT_MOVES,
    HABITS,
    LIVE,
    PACKAGES,
    PARAMETERS,
    RESULTS,
    AbilityLevel,
    AssessmentEvent,
    AssessmentStatus,
    CareGrade,
    WorkState,
    assessors_needed,
    care_rule,
    checked,
    clinicians_needed,
    current,
    valid_until,
    work_state,
)
from server.assessments.rules.care import TABLE, lasting
from server.demo.assessments import SCREEN, ability_answers, constitution_answers
from server.kit.clock import age_on, born_by
from server.kit.errors import IllegalMove

DEFAULTS = {each.code: each.value for each in PARAMETERS}


def refused(code: str, answers: Any, *, whole: bool = True) -> dict[str, str]:
    with pytest.raises(AnswersInvalid) as refusal:
        checked(current(code), answers, whole=whole)
    return dict(refusal.value.fields)


class TestAnswers:
    @pytest.mark.parametrize(
        ("code", "answers"),
        [("gbt42195", ability_answers()), ("selfcare", SCREEN), ("constitution", constitution_answers())],
    )
    def test_of_a_whole_sheet_are_kept_as_they_are(self, code: str, answers: dict[str, Any]) -> None:
        assert checked(current(code), answers, whole=True) == answers

    def test_every_missing_one_is_named_beside_its_cell(self) -> None:
        answers = ability_answers()
        for gone in ("B-1-1", "B-4-4", "A-4-1", "A-5-11"):
            del answers[gone]
        assert refused("gbt42195", answers).keys() == {"B-1-1", "B-4-4", "A-4-1", "A-5-11"}
        assert refused("gbt42195", answers)["B-1-1"] == "“进食”还没有答。"

    def test_of_a_draft_may_be_missing(self) -> None:
        assert checked(current("gbt42195"), {"B-1-1": "4"}, whole=False) == {"B-1-1": "4"}

    @pytest.mark.parametrize("value", ["5", "-1", "04", 4, None, ["4"], {"4": 1}, True])
    def test_that_no_option_has_are_refused(self, value: Any) -> None:
        assert "B-1-1" in refused("gbt42195", {**ability_answers(), "B-1-1": value})

    def test_to_questions_that_are_not_there_are_refused_and_not_repeated(self) -> None:
        found = refused("selfcare", {**SCREEN, "<script>": "1", "B-1-1": "4"}, whole=False)
        assert found == {"answers": "这张表上没有这一题。"}

    def test_nothing_and_something_exclude_each_other(self) -> None:
        assert "A-4-1" in refused("gbt42195", ability_answers(A_4_1=["none", "diabetes"]))

    def test_of_several_choices_are_kept_in_the_order_of_the_sheet(self) -> None:
        kept = checked(current("gbt42195"), {"A-4-1": ["diabetes", "hypertension", "diabetes"]}, whole=False)
        assert kept == {"A-4-1": ["hypertension", "diabetes"]}

    def test_come_from_the_cells_of_a_form_as_well(self) -> None:
        cells = {"A-4-1:diabetes": "true", "A-4-1:copd": "true", "B-1-1": "4"}
        assert checked(current("gbt42195"), cells, whole=False) == {
            "A-4-1": ["diabetes", "copd"],
            "B-1-1": "4",
        }
        assert checked(current("constitution"), {"weight": "61.5", "colds": "7"}, whole=False) == {
            "weight": 61.5,
            "colds": 7,
        }

    @pytest.mark.parametrize("value", ["abc", "nan", "inf", -1, 61, 1.5, True, "1e9"])
    def test_that_are_no_plausible_number_are_refused(self, value: Any) -> None:
        assert "colds" in refused("constitution", {"colds": value}, whole=False)

    @pytest.mark.parametrize("value", ["x" * 201, "a\x00b", "a\nb", 7, ["x"]])
    def test_that_are_no_plain_text_are_refused(self, value: Any) -> None:
        assert "agency" in refused("ltc", {"agency": value}, whole=False)

    def test_a_questionnaire_that_is_not_there_is_said_so(self) -> None:
        with pytest.raises(NoSuchQuestionnaire):
            current("barthel")


class TestHowLongAResultHolds:
    @pytest.mark.parametrize(
        ("day", "months", "last"),
        [
            (date(2026, 3, 2), 12, date(2027, 3, 1)),
            (date(2024, 2, 29), 12, date(2025, 2, 27)),
            (date(2026, 8, 31), 6, date(2027, 2, 27)),
            (date(2026, 12, 15), 1, date(2027, 1, 14)),
        ],
    )
    def test_is_counted_in_months(self, day: date, months: int, last: date) -> None:
        assert valid_until(day, months) == last

    @pytest.mark.parametrize(
        ("until", "state"),
        [
            (None, WorkState.NEVER),
            (date(2026, 3, 1), WorkState.LAPSED),
            (date(2026, 3, 2), WorkState.ENDING),  # its last day
            (date(2026, 4, 1), WorkState.ENDING),
            (date(2026, 4, 2), WorkState.VALID),
        ],
    )
    def test_decides_who_is_due(self, until: date | None, state: WorkState) -> None:
        asked = {"today": date(2026, 3, 2), "notice_until": date(2026, 4, 1), "valid_until": until}
        assert work_state(live=None, **asked) is state
        assert work_state(live="draft", **asked) is WorkState.DRAFT
        assert work_state(live="proposed", **asked) is WorkState.PROPOSED

    @pytest.mark.parametrize(
        "today", [date(2026, 3, 2), date(2024, 2, 29), date(2025, 2, 28), date(2026, 1, 1)]
    )
    @pytest.mark.parametrize("age", [65, 80])
    def test_an_age_is_reached_on_the_birthday(self, today: date, age: int) -> None:
        last = born_by(today, age)
        assert age_on(last, today) == age
        assert age_on(date(last.year - 1, last.month, min(last.day, 28)), today) == age + 1
        following = date.fromordinal(last.toordinal() + 1)
        assert age_on(following, today) == age - 1


class TestSignatures:
    def test_two_sign_an_ability_assessment_and_one_knows_medicine(self) -> None:
        assert (assessors_needed("gbt42195", DEFAULTS), clinicians_needed("gbt42195", DEFAULTS)) == (2, 1)

    @pytest.mark.parametrize(("code", "clinicians"), [("selfcare", 1), ("constitution", 1), ("ltc", 0)])
    def test_one_signs_the_others(self, code: str, clinicians: int) -> None:
        assert (assessors_needed(code, DEFAULTS), clinicians_needed(code, DEFAULTS)) == (1, clinicians)

    def test_every_questionnaire_has_its_habit(self) -> None:
        assert set(HABITS) == {"gbt42195", "selfcare", "constitution", "ltc"}


class TestCareLevels:
    @pytest.mark.parametrize("level", list(AbilityLevel))
    def test_never_ask_for_less_with_more_diseases_or_less_ability(self, level: AbilityLevel) -> None:
        grades = list(CareGrade)
        rules = TABLE[level]
        assert [rule.visits_a_month for rule in rules] == sorted(rule.visits_a_month for rule in rules)
        assert [grades.index(rule.grade) for rule in rules] == sorted(
            grades.index(rule.grade) for rule in rules
        )
        assert all(rule.package in PACKAGES for rule in rules)
        if level is not AbilityLevel.TOTAL:
            worse = TABLE[AbilityLevel(level + 1)]
            assert all(a.visits_a_month <= b.visits_a_month for a, b in zip(rules, worse, strict=True))

    @pytest.mark.parametrize(("count", "visits"), [(0, 2), (1, 2), (2, 2), (3, 4), (4, 4)])
    def test_count_lasting_diseases_only(self, count: int, visits: int) -> None:
        diseases = ["hypertension", "diabetes", "copd", "renal"][:count]
        assert care_rule(AbilityLevel.MODERATE, [*diseases, "pneumonia", "other"]).visits_a_month == visits
        assert lasting([*diseases, "pneumonia"]) == tuple(diseases)


class TestMoves:
    @pytest.mark.parametrize("status", list(AssessmentStatus))
    @pytest.mark.parametrize("event", list(AssessmentEvent))
    def test_are_only_those_of_the_table(self, status: AssessmentStatus, event: AssessmentEvent) -> None:
        if ASSESSMENT_MOVES.allows(status, event):
            assert ASSESSMENT_MOVES.after(status, event) in AssessmentStatus
        else:
            with pytest.raises(IllegalMove):
                ASSESSMENT_MOVES.after(status, event)

    def test_one_event_ends_in_one_state(self) -> None:
        """`try_move` relies on it."""
        for event in AssessmentEvent:
            ends = {ASSESSMENT_MOVES.after(each, event) for each in ASSESSMENT_MOVES.sources(event)}
            assert len(ends) == 1, event

    def test_what_is_over_stays_over(self) -> None:
        moved = {status for status, _ in ASSESSMENT_MOVES.table}
        assert set(AssessmentStatus) - moved == {AssessmentStatus.SUPERSEDED, AssessmentStatus.DISCARDED}
        assert set(AssessmentStatus) == LIVE | RESULTS | {AssessmentStatus.DISCARDED}


def test_a_number_is_asked_for_with_as_many_decimals_as_it_is_kept_with() -> None:
    cards = {
        each.code: each
        for part in questionnaire_card(current("constitution")).sections
        for each in part.items
    }
    items = {each.code: each for part in current("constitution").sections for each in part.items}
    assert {code: each.decimals for code, each in items.items()} == {
        code: each.decimals for code, each in cards.items()
    }
    assert {each.decimals for each in cards.values() if each.kind == "number"} == {0, 1}
