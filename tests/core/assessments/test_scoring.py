"""Every cut-off on both sides, every adjustment, every measured line: what a sheet gives, without a database."""

import itertools
from typing import Any

import pytest

from server.assessments.rules import (
    ABILITY_WORDS,
    NUMBERS,
    PARAMETERS,
    VERSIONS,
    AbilityLevel,
    AnswerKind,
    current,
    score_of,
    scored,
)
from server.assessments.rules import constitution as tcm
from server.assessments.rules.gbt42195 import GBT42195
from server.assessments.rules.scoring import (
    MOSTLY,
    NO,
    TENDENCY,
    YES,
    balanced_verdict,
    final_level,
    leaning_verdict,
    measured_points,
    preliminary_level,
    selfcare_level,
)
from server.assessments.rules.selfcare import SELFCARE
from server.demo.assessments import ability_answers, constitution_answers

L = AbilityLevel
DEFAULTS = {each.code: each.value for each in PARAMETERS}


def ability(*, stacking: bool = False, **answers: Any) -> Any:
    numbers = {**DEFAULTS, "assessments.stack_adjustments": int(stacking)}
    return scored(GBT42195, ability_answers(**answers), numbers)


def constitution(every: str = "1", **otherwise: Any) -> dict[str, Any]:
    result = scored(current("constitution"), constitution_answers(every, **otherwise), DEFAULTS)
    return {part.code: part for part in result.parts}


class TestTheStandard:
    def test_has_26_items_in_four_parts_and_90_points(self) -> None:
        parts = [(part.code, len(part.items), part.most) for part in GBT42195.scored]
        assert parts == [("B-1", 8, 32), ("B-2", 4, 15), ("B-3", 9, 28), ("B-4", 5, 15)]
        assert sum(most for _, _, most in parts) == 90

    @pytest.mark.parametrize(
        ("code", "scores"),
        [
            *((f"B-1-{n}", [4, 3, 2, 1, 0]) for n in range(1, 9)),
            *((f"B-2-{n}", [4, 3, 2, 1, 0]) for n in range(1, 4)),
            ("B-2-4", [3, 2, 1, 0]),
            *((f"B-3-{n}", [4, 3, 2, 1, 0]) for n in range(1, 7)),
            ("B-3-7", [1, 0]),
            ("B-3-8", [1, 0]),
            ("B-3-9", [2, 1, 0, 0]),  # 昏睡 and 昏迷 apart
            ("B-4-1", [2, 1, 0]),
            ("B-4-2", [2, 1, 0]),
            ("B-4-3", [4, 3, 2, 1, 0]),
            ("B-4-4", [3, 2, 1, 0]),  # not 2: else 90 could never be reached
            ("B-4-5", [4, 3, 2, 1, 0]),
        ],
    )
    def test_scores_every_option_as_it_does(self, code: str, scores: list[int]) -> None:
        assert [option.score for option in GBT42195.by_code[code].options] == scores

    @pytest.mark.parametrize(
        ("total", "level"),
        [
            (90, L.INTACT), (89, L.MILD), (66, L.MILD), (65, L.MODERATE), (46, L.MODERATE), (45, L.SEVERE),
            (30, L.SEVERE), (29, L.TOTAL), (0, L.TOTAL),
        ],
    )  # fmt: skip
    def test_cuts_its_levels_where_it_does(self, total: int, level: AbilityLevel) -> None:
        assert preliminary_level(total) is level
        result = ability(lost=90 - total)
        assert (result.total, result.preliminary, result.level) == (total, level, level)
        assert ABILITY_WORDS[level] in result.result

    def test_adds_up_its_parts_to_the_total(self) -> None:
        result = ability(lost=37)
        assert [part.score for part in result.parts] == [16, 8, 19, 10]
        assert result.total == 53


class TestAdjustments:
    @pytest.mark.parametrize(("field", "value"), [("B_3_9", "coma"), ("A_5_11", "yes")])
    def test_a_coma_decides_by_itself(self, field: str, value: str) -> None:
        result = ability(**{field: value})
        assert (result.level, result.triggers) == (L.TOTAL, ("coma",))

    def test_deep_sleep_is_no_coma(self) -> None:
        result = ability(B_3_9="0")
        assert (result.total, result.level, result.triggers) == (88, L.MILD, ())

    @pytest.mark.parametrize("diagnosis", ["dementia", "mental"])
    def test_a_disorder_of_the_mind_raises_by_one(self, diagnosis: str) -> None:
        result = ability(A_4_1=["hypertension", diagnosis])
        assert (result.preliminary, result.level) == (L.INTACT, L.MILD)  # from nought, too
        assert result.triggers == ("diagnosis",)

    def test_other_diagnoses_raise_nothing(self) -> None:
        others = [each.value for each in GBT42195.by_code["A-4-1"].options]
        left = [each for each in others if each not in {"none", "dementia", "mental"}]
        assert ability(A_4_1=left).level is L.INTACT or ability(A_4_1=left).level == 0

    @pytest.mark.parametrize(
        ("falls", "lost", "raised"),
        [("0", "0", False), ("1", "0", False), ("1", "1", True), ("2", "0", True), ("3", "0", True)],
    )
    def test_two_events_raise_by_one_whatever_their_kind(
        self, falls: str, lost: str, *, raised: bool
    ) -> None:
        result = ability(A_2_14_fall=falls, A_2_14_lost=lost)
        assert result.level == int(raised)
        assert result.triggers == (("events",) if raised else ())

    @pytest.mark.parametrize(
        ("preliminary", "triggers", "stacking", "level"),
        [
            (0, ("diagnosis", "events"), False, 1),
            (0, ("diagnosis", "events"), True, 2),
            (3, ("diagnosis", "events"), True, 4),
            (4, ("diagnosis",), False, 4),
            (4, ("diagnosis", "events"), True, 4),
            (2, ("coma", "diagnosis"), False, 4),
            (2, (), True, 2),
        ],
    )
    def test_stop_at_the_last_level(
        self, preliminary: int, triggers: tuple[str, ...], stacking: bool, level: int
    ) -> None:
        assert final_level(L(preliminary), triggers, stacking=stacking) == level

    def test_both_raise_by_one_or_by_two_as_the_parameter_says_and_both_are_kept(self) -> None:
        both = {"A_4_1": ["dementia"], "A_2_14_choking": "2"}
        assert (ability(**both).level, ability(stacking=True, **both).level) == (1, 2)
        assert ability(**both).triggers == ("diagnosis", "events")
        assert ability(**both).numbers == {"risk_events": 2, "stack_adjustments": 0}


class TestSelfCare:
    @pytest.mark.parametrize(
        ("total", "grade"), [(0, 0), (3, 0), (4, 1), (8, 1), (9, 2), (18, 2), (19, 3), (37, 3)]
    )
    def test_cuts_its_grades_where_it_does(self, total: int, grade: int) -> None:
        assert selfcare_level(total) == grade

    def test_scores_every_option_as_it_does(self) -> None:
        scores = {item.code: [option.score for option in item.options] for item in SELFCARE.items()}
        assert scores == {
            "eating": [0, 3, 5],
            "grooming": [0, 1, 3, 7],
            "dressing": [0, 3, 5],
            "toilet": [0, 1, 5, 10],
            "moving": [0, 1, 5, 10],
        }

    def test_every_sum_falls_into_a_grade_and_the_worst_is_37(self) -> None:
        options = [[option.score for option in item.options] for item in SELFCARE.items()]
        sums = {sum(each) for each in itertools.product(*options)}
        assert (min(sums), max(sums)) == (0, 37)

    def test_says_which_way_it_counts(self) -> None:
        answers = {item.code: item.options[-1].value for item in SELFCARE.items()}
        result = scored(SELFCARE, answers, DEFAULTS)
        assert (result.total, result.level) == (37, 3)
        assert result.result == "不能自理，37 分（0–37 分，分数越高越需要帮助）"


class TestConstitution:
    def test_has_33_questions_each_of_which_counts(self) -> None:
        counted = {number for _, _, items in (*tcm.LEANING, tcm.BALANCED) for number in items}
        assert counted == set(range(1, 34))
        asked = {item.code for item in current("constitution").items() if item.code.startswith("Q")}
        assert len(asked) + len(tcm.MEASURED) == 33

    def test_nothing_at_all_is_balanced(self) -> None:
        found = constitution("1")
        assert {part.score for code, part in found.items() if code != "balanced"} == {4}
        assert (found["balanced"].score, found["balanced"].verdict) == (21, YES)

    def test_everything_sometimes_is_every_leaning_and_not_balanced(self) -> None:
        found = constitution("3", height=165, weight=69, colds=5, waist=86)  # index 25.3
        assert {(part.score, part.verdict) for code, part in found.items() if code != "balanced"} == {
            (12, YES)
        }
        assert (found["balanced"].score, found["balanced"].verdict) == (15, NO)

    @pytest.mark.parametrize(
        ("score", "verdict"), [(4, NO), (8, NO), (9, TENDENCY), (10, TENDENCY), (11, YES)]
    )
    def test_leans_from_nine_and_is_from_eleven(self, score: int, verdict: str) -> None:
        assert leaning_verdict(score) == verdict

    @pytest.mark.parametrize(
        ("score", "worst", "verdict"),
        [(17, 8, YES), (17, 9, MOSTLY), (17, 10, MOSTLY), (17, 11, NO), (16, 8, NO), (25, 4, YES)],
    )
    def test_is_balanced_only_where_nothing_leans(self, score: int, worst: int, verdict: str) -> None:
        assert balanced_verdict(score, [4, worst, 4]) == verdict

    def test_several_may_be_found_at_once(self) -> None:
        answers = constitution_answers("1", Q11="5", Q12="4", Q10="4", Q21="4")
        result = scored(current("constitution"), answers, DEFAULTS)
        assert result.result == "阳虚质（是）、阴虚质（倾向是）"

    @pytest.mark.parametrize(
        ("weight", "points"),
        [(59.9, 1), (60.0, 2), (62.4, 2), (62.5, 3), (64.9, 3), (65.0, 4), (69.9, 4), (70.0, 5)],
    )
    def test_item_9_follows_the_body_mass_index(self, weight: float, points: int) -> None:
        """24, 25, 26 and 28 begin a step: at 158.1 cm one unit is just under 2.5 kg."""
        answers = constitution_answers(height=158.1, weight=weight)
        assert measured_points(answers, DEFAULTS)[9] == points

    @pytest.mark.parametrize(
        ("colds", "points"),
        [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (6, 3), (7, 4), (8, 4), (11, 4), (12, 5)],
    )
    def test_item_14_follows_the_colds_of_a_year(self, colds: int, points: int) -> None:
        """Seven, which the official table leaves out, is four points."""
        assert measured_points(constitution_answers(colds=colds), DEFAULTS)[14] == points

    @pytest.mark.parametrize(
        ("waist", "points"),
        [(79.9, 1), (80, 2), (85, 2), (85.1, 3), (86, 3), (90, 3), (91, 4), (105, 4), (105.1, 5), (106, 5)],
    )
    def test_item_28_follows_the_waist(self, waist: float, points: int) -> None:
        assert measured_points(constitution_answers(waist=waist), DEFAULTS)[28] == points

    def test_item_17_has_its_own_steps(self) -> None:
        assert [option.score for option in tcm.ALLERGIES.options] == [1, 2, 3, 4, 5]

    def test_keeps_what_was_measured(self) -> None:
        result = scored(current("constitution"), constitution_answers(colds=7), DEFAULTS)
        assert result.numbers is not None
        assert (result.numbers["colds"], result.numbers["bmi"]) == (7, 22.0)


class TestLongTermCare:
    @pytest.mark.parametrize("grade", ["0", "1", "2", "3", "4", "5"])
    def test_is_what_the_agency_found(self, grade: str) -> None:
        answers = {"grade": grade, "agency": "云桥评估中心", "report": "2026-17"}
        result = scored(current("ltc"), answers, DEFAULTS)
        assert (result.level, result.total, result.parts) == (int(grade), None, ())
        assert result.result.endswith("（云桥评估中心评定）")

    def test_keeps_its_seventeen_items_with_their_steps(self) -> None:
        steps = {item.code: len(item.options) for item in current("ltc").items() if not item.required}
        assert len(steps) == 17
        assert [steps[code] for code in ("eating", "cleaning", "walking", "stairs", "bathing")] == [
            3,
            2,
            4,
            3,
            2,
        ]
        assert {steps[code] for code in ("time", "people", "place", "memory", "sight", "talking")} == {5}


class TestEveryQuestionnaire:
    @pytest.mark.parametrize("questionnaire", VERSIONS, ids=lambda each: each.code)
    def test_names_its_items_once_and_says_where_it_is_from(self, questionnaire: Any) -> None:
        codes = [item.code for item in questionnaire.items()]
        assert len(codes) == len(set(codes)) <= 80
        assert all(len(code) <= 32 and ":" not in code and "." not in code for code in codes)
        assert questionnaire.source
        assert questionnaire.sure
        for item in questionnaire.items():
            assert (item.kind in {AnswerKind.ONE, AnswerKind.MANY}) is bool(item.options), item.code
            assert len(item.by_value) == len(item.options), item.code

    @pytest.mark.parametrize(
        ("code", "answers"),
        [("gbt42195", ability_answers(lost=3)), ("constitution", constitution_answers("2"))],
    )
    def test_comes_back_out_of_the_table_as_it_went_in(self, code: str, answers: dict[str, Any]) -> None:
        import orjson

        result = scored(current(code), answers, DEFAULTS)
        assert score_of(orjson.loads(orjson.dumps(result.as_json()))) == result

    def test_every_number_is_a_row_with_a_citation(self) -> None:
        assert len(set(NUMBERS)) == len(NUMBERS)
        assert all(each.citation for each in PARAMETERS)
