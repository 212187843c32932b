"""The decision table, its lines at every boundary, the forms, and the rates: without a database."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from server.followups.errors import WrongForm
from server.followups.rules import (
    CURRENT,
    EPISODE_MOVES,
    FORMS,
    PARAMETERS,
    Before,
    Complication,
    Course,
    Disease,
    EndReason,
    EpisodeEvent,
    EpisodeStatus,
    Finding,
    Measured,
    Outcome,
    Rate,
    Terms,
    YearOfOne,
    decide,
    diagnosis_of,
    entries_of,
    finding_of,
    is_controlled,
    rates_of,
    small,
    subject_of,
    urgent_reasons,
)
from server.followups.rules.findings import SHEET_CODE, body_mass_index
from server.kit.clock import age_on
from server.kit.errors import IllegalMove
from server.kit.rates import told
from server.records.rules import PARAMETERS as OF_RECORDS
from server.records.rules import EntryKind, Lines, checked_body
from tests.core.followups.filled import PRESSURE, SUGAR

NUMBERS = {each.code: each.value for each in (*PARAMETERS, *OF_RECORDS)}
BORN = date(1961, 3, 2)
GOOD, POOR = Measured(135, 85, glucose=60), Measured(165, 95, glucose=90)
HT, DM = Disease.HYPERTENSION, Disease.DIABETES


def terms(age: int = 70) -> Terms:
    return Terms(Lines(NUMBERS, age), NUMBERS, NUMBERS["records.follow_up_days"])


class TestControl:
    @pytest.mark.parametrize(
        ("age", "systolic", "diastolic", "controlled"),
        [
            (64, 139, 89, True), (64, 140, 89, False), (64, 139, 90, False), (64, 140, 90, False),
            (65, 149, 89, True), (65, 150, 89, False), (65, 149, 90, False), (90, 149, 89, True),
        ],
    )  # fmt: skip
    def test_of_pressure_needs_both_below_the_lines_of_the_age(
        self, age: int, systolic: int, diastolic: int, controlled: bool
    ) -> None:
        assert is_controlled(HT, Measured(systolic, diastolic), terms(age).lines) is controlled

    @pytest.mark.parametrize(
        ("day", "controlled"), [(date(2026, 3, 1), False), (date(2026, 3, 2), True), (date(2026, 3, 3), True)]
    )
    def test_changes_its_line_on_the_sixty_fifth_birthday(self, day: date, controlled: bool) -> None:
        assert is_controlled(HT, Measured(145, 85), terms(age_on(BORN, day)).lines) is controlled

    def test_of_somebody_born_on_a_leap_day_changes_in_march(self) -> None:
        born = date(1960, 2, 29)
        assert age_on(born, date(2025, 2, 28)) == 64
        assert age_on(born, date(2025, 3, 1)) == 65

    @pytest.mark.parametrize(("glucose", "controlled"), [(69, True), (70, False), (71, False), (None, False)])
    def test_of_sugar_is_below_seven(self, glucose: int | None, controlled: bool) -> None:
        assert is_controlled(DM, Measured(160, 100, glucose=glucose), terms().lines) is controlled


class TestUrgent:
    @pytest.mark.parametrize(
        ("systolic", "diastolic", "urgent"),
        [(179, 109, False), (180, 80, True), (150, 110, True), (181, 111, True)],
    )
    @pytest.mark.parametrize("disease", list(Disease))
    def test_pressure(self, disease: Disease, systolic: int, diastolic: int, urgent: bool) -> None:
        found = urgent_reasons(Finding(disease, Measured(systolic, diastolic, glucose=60)), terms())
        assert bool(found) is urgent

    @pytest.mark.parametrize(
        ("glucose", "urgent"),
        [(39, True), (40, False), (69, False), (166, False), (167, True), (39 - 1, True)],
    )
    def test_sugar(self, glucose: int, urgent: bool) -> None:
        assert bool(urgent_reasons(Finding(DM, Measured(120, 70, glucose=glucose)), terms())) is urgent

    @pytest.mark.parametrize(
        ("more", "urgent"),
        [
            ({"pulse": 100}, False),
            ({"pulse": 101}, True),
            ({"temperature": 390}, False),
            ({"temperature": 391}, True),
        ],
    )
    def test_pulse_and_temperature_with_diabetes(self, more: dict[str, int], urgent: bool) -> None:
        assert bool(urgent_reasons(Finding(DM, Measured(120, 70, 60, **more)), terms())) is urgent
        assert not urgent_reasons(Finding(HT, Measured(120, 70, **more)), terms())

    @pytest.mark.parametrize("disease", list(Disease))
    def test_every_sign_of_the_form_says_why(self, disease: Disease) -> None:
        form = CURRENT[disease]
        signs = next(each for each in form.questions if each.name == "urgent_signs")
        given = PRESSURE if disease is HT else SUGAR
        for code, words in signs.options:
            decision = decide(finding_of(form, {**given, "urgent_signs": [code]}), None, terms())
            assert decision.course is Course.URGENT
            assert words in decision.why[0]

    def test_several_reasons_are_all_said(self) -> None:
        finding = Finding(DM, Measured(185, 70, glucose=170), signs=("腹痛",))
        assert len(urgent_reasons(finding, terms())) == 3


class TestDecision:
    @pytest.mark.parametrize("disease", list(Disease))
    def test_well_is_seen_again_in_three_months(self, disease: Disease) -> None:
        decision = decide(Finding(disease, GOOD), None, terms())
        assert (decision.course, decision.outcome, decision.days) == (Course.ROUTINE, Outcome.GOOD, 92)
        assert decision.next_on(date(2026, 3, 2)) == date(2026, 6, 2)

    @pytest.mark.parametrize("disease", list(Disease))
    @pytest.mark.parametrize("before", [None, Before(controlled=True, outcome=Outcome.GOOD)])
    def test_not_controlled_for_the_first_time_is_seen_again_in_two_weeks(
        self, disease: Disease, before: Before | None
    ) -> None:
        decision = decide(Finding(disease, POOR), before, terms())
        assert (decision.course, decision.outcome, decision.days) == (Course.ADJUST, Outcome.POOR, 14)
        assert not decision.refers

    @pytest.mark.parametrize("disease", list(Disease))
    def test_twice_in_a_row_is_referred(self, disease: Disease) -> None:
        before = Before(controlled=False, outcome=Outcome.POOR)
        decision = decide(Finding(disease, POOR), before, terms())
        assert (decision.course, decision.why, decision.days) == (Course.REFER, ("连续两次控制不满意",), 14)

    def test_well_in_between_begins_anew(self) -> None:
        decision = decide(Finding(HT, GOOD), Before(controlled=False, outcome=Outcome.POOR), terms())
        assert decision.course is Course.ROUTINE

    def test_a_reaction_is_adjusted_first_and_referred_when_hard_or_again(self) -> None:
        first = decide(Finding(HT, GOOD, reaction=True), None, terms())
        hard = decide(Finding(HT, GOOD, reaction=True, reaction_hard=True), None, terms())
        again = decide(
            Finding(HT, GOOD, reaction=True), Before(controlled=True, outcome=Outcome.REACTION), terms()
        )
        assert [each.course for each in (first, hard, again)] == [Course.ADJUST, Course.REFER, Course.REFER]
        assert {each.outcome for each in (first, hard, again)} == {Outcome.REACTION}

    @pytest.mark.parametrize("complication", [Complication.NEW, Complication.WORSE])
    def test_a_new_or_worse_complication_is_referred_at_once(self, complication: Complication) -> None:
        decision = decide(Finding(HT, GOOD, complication=complication), None, terms())
        assert (decision.course, decision.outcome) == (Course.REFER, Outcome.COMPLICATION)

    def test_the_graver_goes_before_the_lesser(self) -> None:
        finding = Finding(HT, Measured(190, 95), reaction=True, complication=Complication.NEW)
        decision = decide(finding, Before(controlled=False, outcome=Outcome.POOR), terms())
        assert (decision.course, decision.outcome) == (Course.URGENT, Outcome.COMPLICATION)

    def test_every_course_that_refers_is_asked_about(self) -> None:
        cases = product(
            list(Disease), (GOOD, POOR, Measured(185, 90, 60)), (True, False), (True, False), list(Complication),
            (None, Before(controlled=True, outcome=Outcome.REACTION), Before(controlled=False, outcome=Outcome.POOR)),
        )  # fmt: skip
        for disease, measured, reaction, hard, complication, before in cases:
            finding = Finding(
                disease, measured, reaction=reaction, reaction_hard=hard, complication=complication
            )
            decision = decide(finding, before, terms())
            assert decision.refers is (decision.course in {Course.REFER, Course.URGENT})
            assert decision.days == (92 if decision.course is Course.ROUTINE else 14)
            assert decision.why


class TestMoves:
    @pytest.mark.parametrize(("state", "event"), list(product(EpisodeStatus, EpisodeEvent)))
    def test_only_these_are_allowed(self, state: EpisodeStatus, event: EpisodeEvent) -> None:
        allowed = {
            (EpisodeStatus.ENROLLED, EpisodeEvent.RECORD): EpisodeStatus.ENROLLED,
            (EpisodeStatus.ENROLLED, EpisodeEvent.LOSE): EpisodeStatus.LOST,
            (EpisodeStatus.ENROLLED, EpisodeEvent.END): EpisodeStatus.ENDED,
            (EpisodeStatus.LOST, EpisodeEvent.RECORD): EpisodeStatus.ENROLLED,
            (EpisodeStatus.LOST, EpisodeEvent.END): EpisodeStatus.ENDED,
        }
        if (state, event) in allowed:
            assert EPISODE_MOVES.after(state, event) is allowed[state, event]
        else:
            with pytest.raises(IllegalMove):
                EPISODE_MOVES.after(state, event)


class TestForms:
    @pytest.mark.parametrize("given", [PRESSURE, SUGAR])
    def test_keep_what_was_filled_in(self, given: dict[str, Any]) -> None:
        form = CURRENT[HT if given is PRESSURE else DM]
        assert form.checked(given) == given
        assert FORMS[form.code, form.version] is form

    def test_leave_out_what_is_empty(self) -> None:
        kept = CURRENT[HT].checked({**PRESSURE, "signs": "  ", "smoking": None, "reaction_hard": False})
        assert {"signs", "smoking", "reaction_hard"}.isdisjoint(kept)

    def test_keep_a_nought(self) -> None:
        assert CURRENT[HT].checked({**PRESSURE, "smoking": 0})["smoking"] == 0

    def test_take_text_of_a_browser(self) -> None:
        typed = {name: value if isinstance(value, list) else str(value) for name, value in SUGAR.items()}
        assert CURRENT[DM].checked(typed) == SUGAR

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("systolic", 301), ("systolic", 49), ("systolic", "高"), ("systolic", True), ("systolic", float("nan")),
            ("systolic", ""), ("diastolic", 138), ("way", "4"), ("symptoms", ["1", "2"]), ("symptoms", ["99"]),
            ("symptoms", ["10"]), ("symptoms", []), ("adherence", None), ("signs", "甲" * 101), ("signs", "a\x00b"),
            ("reaction", "2"), ("no_such_question", "1"),
        ],
    )  # fmt: skip
    def test_name_what_is_wrong(self, name: str, value: Any) -> None:
        with pytest.raises(WrongForm) as refused:
            CURRENT[HT].checked({**PRESSURE, name: value})
        told = {"reaction": "reaction_text", "symptoms": "symptoms_other" if value == ["10"] else "symptoms"}
        assert set(refused.value.fields) == {told.get(name, name)}

    @pytest.mark.parametrize("edge", [50, 300])
    def test_take_the_limits_themselves(self, edge: int) -> None:
        assert CURRENT[HT].checked({**PRESSURE, "systolic": edge, "diastolic": 20})["systolic"] == edge

    def test_refuse_a_day_that_is_none(self) -> None:
        with pytest.raises(WrongForm) as refused:
            CURRENT[DM].checked({**SUGAR, "hba1c_on": "2026-02-30"})
        assert set(refused.value.fields) == {"hba1c_on"}

    @pytest.mark.parametrize("form", FORMS.values(), ids=lambda each: each.code)
    def test_name_each_question_once_and_fit_the_record(self, form: Any) -> None:
        names = [each.name for each in form.questions]
        assert len(names) == len(set(names))
        given = PRESSURE if form.disease is HT else SUGAR
        decision = decide(finding_of(form, given), None, terms())
        entries = entries_of(form, form.checked(given), decision, date(2026, 6, 2))
        for entry in entries:
            assert checked_body(entry.kind, entry.code, entry.body)
        assert entries[0].kind is EntryKind.FOLLOW_UP
        assert entries[-1].code == SHEET_CODE
        assert entries[0].body["subject"] == subject_of(form.disease)

    def test_read_themselves_out(self) -> None:
        told = dict(CURRENT[HT].read_out(PRESSURE))
        assert ("收缩压（高压）", "138 mmHg") in told["体征"]
        assert ("症状", "无症状") in told["随访与症状"]

    def test_know_the_records_words(self) -> None:
        assert (subject_of(HT), subject_of(DM)) == ("高血压", "糖尿病")
        assert (diagnosis_of(HT), diagnosis_of(DM)) == ("I10", "E11")

    def test_count_the_body_mass_index(self) -> None:
        assert body_mass_index({"weight": 58.5, "height": 156}) == 24.0
        assert body_mass_index({"weight": 58.5}) is None


def one(number: int = 1, *, since: date = date(2025, 1, 1), **more: Any) -> YearOfOne:
    return YearOfOne(number, since, more.get("ended"), more.get("why"), more.get("days", ()))


def seen(*months: int, well: bool = True, faced: bool = True) -> tuple[tuple[date, bool, bool], ...]:
    return tuple((date(2026, month, 10), faced, well) for month in months)


class TestRates:
    def rates(self, *people: YearOfOne, until: date = date(2026, 12, 31)) -> Any:
        return rates_of(people, year=2026, times=4, until=until)

    def test_count_who_was_seen_four_times_and_is_well(self) -> None:
        counted = self.rates(one(1, days=seen(1, 4, 7, 10)), one(2, days=seen(1, 4, 7)))
        assert (counted.managed, counted.regular, counted.controlled) == ((1, 2), (1,), (1, 2))

    def test_take_the_last_follow_up_of_the_year(self) -> None:
        days = (*seen(1, 4), *seen(7, well=False))
        assert self.rates(one(days=days)).controlled == ()

    def test_keep_the_lost_in_the_denominator(self) -> None:
        counted = self.rates(one(1), one(2, days=seen(2)))
        assert (counted.lost, counted.control_rate.percent) == ((1,), "50.00%")

    def test_do_not_count_a_telephone_call_as_face_to_face(self) -> None:
        assert self.rates(one(days=(*seen(1, 4, 7), *seen(10, faced=False)))).regular == ()

    @pytest.mark.parametrize(
        ("why", "managed"),
        [
            (EndReason.DIED, ()), (EndReason.MOVED, ()), (EndReason.TRANSFERRED, ()), (EndReason.MISDIAGNOSED, ()),
            (EndReason.DECLINED, (1,)),
        ],
    )  # fmt: skip
    def test_leave_out_who_died_or_left_and_keep_who_declined(
        self, why: EndReason, managed: tuple[int, ...]
    ) -> None:
        counted = self.rates(one(ended=date(2026, 5, 1), why=why))
        assert counted.managed == managed
        assert counted.left_out == (() if managed else (1,))

    def test_forget_who_was_over_before_and_who_comes_after(self) -> None:
        counted = self.rates(
            one(1, ended=date(2025, 12, 31), why=EndReason.DIED), one(2, since=date(2027, 1, 1))
        )
        assert counted.managed == counted.left_out == ()

    @pytest.mark.parametrize(
        ("since", "until", "owed"),
        [
            (date(2025, 1, 1), date(2026, 12, 31), 4), (date(2026, 3, 31), date(2026, 12, 31), 4),
            (date(2026, 4, 1), date(2026, 12, 31), 3), (date(2026, 10, 1), date(2026, 12, 31), 1),
            (date(2025, 1, 1), date(2026, 3, 2), 1), (date(2025, 1, 1), date(2026, 4, 1), 2),
        ],
    )  # fmt: skip
    def test_ask_for_less_of_who_came_late_and_of_a_year_that_is_not_over(
        self, since: date, until: date, owed: int
    ) -> None:
        assert one(since=since).owed(2026, times=4, until=until) == owed

    @pytest.mark.parametrize(
        ("rate", "percent"), [(Rate(0, 0), "—"), (Rate(1, 3), "33.33%"), (Rate(1, 800), "0.13%"), (Rate(2, 2), "100.00%")]
    )  # fmt: skip
    def test_are_said_with_two_decimals_half_up(self, rate: Rate, percent: str) -> None:
        assert rate.percent == percent

    @pytest.mark.parametrize(("number", "said"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5")])
    def test_hide_small_numbers(self, number: int, said: str) -> None:
        assert small(number, least=5) == said

    @pytest.mark.parametrize(
        ("part", "said"), [(0, "0"), (4, "<5"), (5, "5"), (95, "95"), (96, "—"), (99, "—"), (100, "100")]
    )
    def test_hide_what_leaves_a_few_of_the_whole(self, part: int, said: str) -> None:
        assert told(part, 100, least=5) == said
