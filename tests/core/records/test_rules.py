"""What an entry may say, and what a number means."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kit.errors import DomainError
from server.records.errors import ImplausibleValue
from server.records.rules import (
    BLOOD_PRESSURE,
    DUTIES,
    EMERGENCY_WORDS,
    KIND_WORDS,
    LINES,
    MEASURES,
    PARAMETERS,
    EmergencyReason,
    EntryKind,
    Lines,
    Sign,
    checked_body,
    read_value,
    title_of,
    words_of_body,
)

NUMBERS = {each.code: each.value for each in PARAMETERS}
YOUNGER, OLDER = Lines(NUMBERS, 64), Lines(NUMBERS, 65)

GOOD: dict[EntryKind, tuple[str, dict[str, Any], str]] = {
    EntryKind.OBSERVATION: (BLOOD_PRESSURE, {"systolic": 152, "diastolic": 88}, "血压 152/88 mmHg"),
    EntryKind.CONDITION: ("I10", {"name": "高血压", "status": "active"}, "疾病：高血压"),
    EntryKind.ALLERGY: (
        "penicillin",
        {"substance": "青霉素", "reaction": "皮疹", "severity": "severe"},
        "过敏：青霉素，表现为皮疹，严重",
    ),
    EntryKind.MEDICATION: (
        "m1",
        {"name": "氨氯地平", "dose": "5 毫克", "status": "stopped"},
        "药：氨氯地平，5 毫克（已停用）",
    ),
    EntryKind.DIAGNOSTIC_REPORT: ("r1", {"title": "体检", "conclusion": "正常"}, "体检：正常"),
    EntryKind.FOLLOW_UP: ("f1", {"subject": "高血压", "outcome": "good"}, "高血压随访：控制满意"),
    EntryKind.ASSESSMENT: (
        "a1",
        {"scale": "能力评估", "result": "轻度失能", "score": 80},
        "能力评估：轻度失能",
    ),
    EntryKind.NOTE: ("n1", {"text": "胃口好"}, "胃口好"),
    EntryKind.REFERRAL: (
        "referral-out",
        {"form": "out", "version": "2026-1", "impression": "胸闷待查", "present": "半小时。"},
        "初步印象：胸闷待查；转出原因：半小时。",
    ),
}


class TestABody:
    @pytest.mark.parametrize("kind", EntryKind)
    def test_is_kept_and_read_out(self, kind: EntryKind) -> None:
        code, body, words = GOOD[kind]

        assert checked_body(kind, code, body) == body
        assert words_of_body(kind, code, body) == words
        assert title_of(kind, code, body)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"systolic": 1520, "diastolic": 88}, "body.systolic"),
            ({"systolic": 152, "diastolic": 8}, "body.diastolic"),
            ({"systolic": 88, "diastolic": 152}, "body.diastolic"),
            ({"systolic": 152}, "body.diastolic"),
            ({"systolic": "152", "diastolic": 88}, "body.systolic"),
            ({"systolic": True, "diastolic": 88}, "body.systolic"),
            ({"systolic": float("nan"), "diastolic": 88}, "body.systolic"),
            ({"systolic": float("inf"), "diastolic": 88}, "body.systolic"),
            ({"systolic": 152, "diastolic": 88, "note": "x"}, "body.note"),
        ],
    )
    def test_that_cannot_be_is_refused_by_field_in_chinese(self, body: dict[str, Any], field: str) -> None:
        with pytest.raises(ImplausibleValue) as refused:
            checked_body(EntryKind.OBSERVATION, BLOOD_PRESSURE, body)

        assert field in refused.value.fields
        assert refused.value.sentence.endswith("。")

    @pytest.mark.parametrize("code", MEASURES)
    def test_measures_keep_their_limits(self, code: str) -> None:
        for measure in MEASURES[code]:
            fitting = {
                each.field: (each.low + each.high) / 2 + (10 if each.field == "systolic" else 0)
                for each in MEASURES[code]
            }
            assert checked_body(EntryKind.OBSERVATION, code, fitting)
            for outside in (measure.low - 0.5, measure.high + 0.5):
                with pytest.raises(ImplausibleValue):
                    checked_body(EntryKind.OBSERVATION, code, {**fitting, measure.field: outside})

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            (EntryKind.OBSERVATION, "1-1"),
            (EntryKind.CONDITION, "i10"),
            (EntryKind.NOTE, "笔记"),
            (EntryKind.NOTE, ""),
        ],
    )
    def test_needs_a_known_code(self, kind: EntryKind, code: str) -> None:
        with pytest.raises(ImplausibleValue) as refused:
            checked_body(kind, code, GOOD[kind][1])

        assert set(refused.value.fields) == {"code"}

    @pytest.mark.parametrize("text", ["", "   ", "字" * 2001, "a\x00b", "\ud800", 5, None, ["x"]])
    def test_needs_a_readable_text(self, text: Any) -> None:
        with pytest.raises(ImplausibleValue):
            checked_body(EntryKind.NOTE, "n", {"text": text})

    def test_days_and_lists_are_looked_into(self) -> None:
        report = {"title": "体检", "conclusion": "好"}
        with pytest.raises(ImplausibleValue):
            checked_body(
                EntryKind.CONDITION, "I10", {"name": "高血压", "status": "active", "since": "2009-02-30"}
            )
        with pytest.raises(ImplausibleValue):
            checked_body(EntryKind.DIAGNOSTIC_REPORT, "r", {**report, "abnormal": ["x"] * 51})
        with pytest.raises(ImplausibleValue):
            checked_body(EntryKind.MEDICATION, "m", {"name": "药", "status": "maybe"})
        assert checked_body(EntryKind.DIAGNOSTIC_REPORT, "r", {**report, "abnormal": ["血压高"]})[
            "abnormal"
        ] == ["血压高"]

    @given(
        kind=st.sampled_from(EntryKind),
        code=st.one_of(st.sampled_from(sorted(MEASURES)), st.text(max_size=8)),
        body=st.dictionaries(
            st.sampled_from(["value", "systolic", "diastolic", "text", "name", "status", "x"]),
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(),
                st.text(),
                st.lists(st.text(), max_size=3),
            ),
            max_size=5,
        ),
    )
    def test_whatever_comes_is_kept_whole_or_refused(
        self, kind: EntryKind, code: str, body: dict[str, Any]
    ) -> None:
        try:
            kept = checked_body(kind, code, body)
        except DomainError:
            return
        assert checked_body(kind, code, kept) == kept
        assert words_of_body(kind, code, kept)


class TestAVerdict:
    @pytest.mark.parametrize(
        ("lines", "systolic", "diastolic", "sign"),
        [
            (YOUNGER, 139, 89, Sign.GOOD),
            (YOUNGER, 140, 80, Sign.WATCH),
            (YOUNGER, 130, 90, Sign.WATCH),
            (OLDER, 149, 89, Sign.GOOD),
            (OLDER, 150, 80, Sign.WATCH),
            (OLDER, 149, 90, Sign.WATCH),
            (OLDER, 179, 109, Sign.WATCH),
            (OLDER, 180, 80, Sign.URGENT),
            (OLDER, 150, 110, Sign.URGENT),
        ],
    )
    def test_of_blood_pressure_by_age(self, lines: Lines, systolic: int, diastolic: int, sign: Sign) -> None:
        assert read_value(BLOOD_PRESSURE, {"systolic": systolic, "diastolic": diastolic}, lines).sign is sign

    def test_says_what_to_do(self) -> None:
        assert (
            read_value(BLOOD_PRESSURE, {"systolic": 152, "diastolic": 88}, OLDER).words
            == "比目标高一点，请告诉护士"
        )
        assert (
            read_value(BLOOD_PRESSURE, {"systolic": 170, "diastolic": 88}, OLDER).words
            == "比目标高，请告诉护士"
        )

    @pytest.mark.parametrize(
        ("value", "sign"),
        [
            (3.9, Sign.URGENT),
            (4.0, Sign.GOOD),
            (6.9, Sign.GOOD),
            (7.0, Sign.WATCH),
            (16.6, Sign.WATCH),
            (16.7, Sign.URGENT),
        ],
    )
    def test_of_fasting_glucose(self, value: float, sign: Sign) -> None:
        assert read_value("1558-6", {"value": value}, OLDER).sign is sign

    def test_of_what_has_no_line_is_none(self) -> None:
        assert read_value("29463-7", {"value": 60}, OLDER).sign is Sign.PLAIN


class TestWords:
    def test_every_kind_and_reason_has_one(self) -> None:
        assert set(KIND_WORDS) == set(EntryKind)
        assert set(EMERGENCY_WORDS) == set(EmergencyReason)

    def test_every_number_named_by_a_rule_is_a_parameter_with_a_citation(self) -> None:
        named = {code for duty in DUTIES for code in (duty.days, duty.from_age) if code} | set(LINES)

        assert named <= set(NUMBERS)
        assert all(each.citation for each in PARAMETERS)
