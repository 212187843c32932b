"""Who is due and why, what is examined, what is abnormal, who comes when: without a database."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from server.checkups.errors import DaysTooFew, DayTooLong, WrongDays, WrongReport
from server.checkups.rules import (
    CAMPAIGN_MOVES,
    DUTY_MOVES,
    EDITIONS,
    PLACE_MOVES,
    Ages,
    CampaignEvent,
    CampaignStatus,
    DutyEvent,
    DutyStatus,
    Insurance,
    Person,
    PlaceEvent,
    PlaceStatus,
    Standing,
    abnormal,
    days_between,
    edition_of,
    eligibility,
    in_turn,
)
from server.kit.errors import IllegalMove
from server.records.rules import PARAMETERS as OF_RECORDS
from server.records.rules import Lines
from tests.core.checkups.flows import WHOLE

TODAY, YEAR = date(2026, 3, 2), 2026
AGES = Ages(home_age=60, public_health_age=65, at_year_end=True, resident_days=30)
OLD = Person(birth_date=date(1940, 1, 1), here_since=date(2025, 5, 6))
LINES = Lines({each.code: each.value for each in OF_RECORDS}, 80)


def asked(person: Person = OLD, *, ages: Ages = AGES, today: date = TODAY, **otherwise: Any) -> Any:
    return eligibility(replace(person, **otherwise), year=YEAR, today=today, ages=ages)


class TestWhoIsDue:
    def test_somebody_old_who_lives_there(self) -> None:
        found = asked()
        assert found.standing is Standing.DUE
        assert found.sentence == "您今年满86岁，65岁以上每年有一次免费体检，今年的还没有做。"
        assert found.next_step

    @pytest.mark.parametrize(
        ("born", "standing"),
        [
            (date(1966, 12, 31), Standing.DUE), (date(1967, 1, 1), Standing.TOO_YOUNG), (date(1966, 3, 3), Standing.DUE),
        ],
    )  # fmt: skip
    def test_counts_the_year_in_which_they_turn_sixty(self, born: date, standing: Standing) -> None:
        assert asked(birth_date=born).standing is standing

    @pytest.mark.parametrize(
        ("born", "standing"),
        [
            (date(1966, 3, 2), Standing.DUE),
            (date(1966, 3, 3), Standing.TOO_YOUNG),
            (date(1966, 3, 1), Standing.DUE),
        ],
    )
    def test_or_the_birthday_where_the_city_counts_so(self, born: date, standing: Standing) -> None:
        assert asked(birth_date=born, ages=replace(AGES, at_year_end=False)).standing is standing

    @pytest.mark.parametrize(
        ("born", "words"), [(date(1961, 6, 1), "65岁以上"), (date(1962, 6, 1), "住在养老院")]
    )
    def test_says_by_which_right(self, born: date, words: str) -> None:
        assert words in asked(birth_date=born).sentence

    def test_extreme_poverty_has_no_age(self) -> None:
        found = asked(birth_date=date(1980, 1, 1), extreme_poverty=True)
        assert (found.standing, "特困供养" in found.sentence) == (Standing.DUE, True)

    def test_employee_insurance_of_this_year_is_not_done_twice_and_says_when_and_where(self) -> None:
        mine = {
            "insurance": Insurance.EMPLOYEE,
            "employer_exam_on": date(2026, 1, 8),
            "employer_exam_where": "市二院",
        }
        found = asked(**mine)
        assert found.standing is Standing.ELSEWHERE
        assert "1月8日在市二院" in found.sentence
        assert not found.next_step

    @pytest.mark.parametrize(
        "mine",
        [
            {"insurance": Insurance.EMPLOYEE, "employer_exam_on": date(2025, 12, 31)},
            {"insurance": Insurance.RESIDENT, "employer_exam_on": date(2026, 1, 8)},
            {"insurance": Insurance.EMPLOYEE},
        ],
    )
    def test_other_insurance_or_another_year_does_not_count(self, mine: dict[str, Any]) -> None:
        assert asked(**mine).standing is Standing.DUE

    @pytest.mark.parametrize(
        ("since", "standing"), [(date(2026, 1, 31), Standing.DUE), (date(2026, 2, 1), Standing.TOO_NEW)]
    )
    def test_waits_until_they_have_lived_there_long_enough(self, since: date, standing: Standing) -> None:
        assert asked(here_since=since).standing is standing

    @pytest.mark.parametrize(
        ("more", "standing"),
        [
            ({"died": True}, Standing.GONE), ({"here_since": None}, Standing.GONE), ({"in_hospital": True}, Standing.PAUSED),
            ({"declined": True}, Standing.DECLINED), ({"examined_on": date(2026, 2, 1)}, Standing.EXAMINED),
            ({"examined_on": date(2025, 12, 31)}, Standing.DUE),
            ({"examined_on": date(2026, 2, 1), "missing": ("胸片",)}, Standing.PARTLY),
            ({"examined_on": date(2026, 2, 1), "missing": ("胸片",), "in_hospital": True}, Standing.PAUSED),
            ({"examined_on": date(2026, 2, 1), "declined": True, "in_hospital": True}, Standing.EXAMINED),
        ],
    )  # fmt: skip
    def test_otherwise(self, more: dict[str, Any], standing: Standing) -> None:
        found = asked(**more)
        assert found.standing is standing
        assert found.sentence.endswith("。")

    def test_names_a_few_of_what_is_missing(self) -> None:
        found = asked(examined_on=date(2026, 2, 1), missing=("胸片", "心电图", "视力", "听力"))
        assert "还差胸片、心电图、视力等 4 项" in found.sentence
        assert found.next_step


class TestEditions:
    @pytest.mark.parametrize(("year", "version"), [(2024, "2017.3"), (2025, "2025.1"), (2026, "2026.1")])
    def test_follow_the_year(self, year: int, version: str) -> None:
        assert edition_of(year).version == version

    def test_of_2025_add_chest_and_hba1c_from_sixty_five(self) -> None:
        old = {item.name for item in EDITIONS["2017.3"].items}
        new = {item.name: item.from_age for item in EDITIONS["2025.1"].items if item.name not in old}
        assert new == {"chest": 65, "hba1c": 65}

    def test_of_2026_ask_the_whole_form(self) -> None:
        items = {item.name: item for item in EDITIONS["2026.1"].items}
        assert {item.name for item in EDITIONS["2025.1"].items} < items.keys()
        assert len(items["symptoms"].options) == 25
        lifestyle = {
            "symptoms",
            "exercise",
            "diet",
            "smoking",
            "drinking",
            "exposure",
            "medicines",
            "adherence",
        }
        assert all(items[name].needed for name in lifestyle)

    def test_say_by_age_what_a_form_still_needs(self) -> None:
        edition = EDITIONS["2026.1"]
        assert edition.missing(WHOLE, age=80) == ()
        young = {item.name for item in edition.missing({}, age=64)}
        old = {item.name for item in edition.missing({}, age=65)}
        assert old - young == {"chest", "hba1c", "self_health", "self_care", "cognition", "mood"}
        without = {**WHOLE, "medicines": "无", "adherence": None, "chest": "拒查"}
        assert [item.name for item in edition.missing(without, age=80)] == ["chest"]

    @pytest.mark.parametrize(
        ("name", "given", "kept"),
        [
            ("symptoms", ["2", "19"], ["2", "19"]), ("symptoms", "便秘、头痛", ["2", "19"]), ("symptoms", "无症状", ["1"]),
            ("smoking", "已戒烟", "2"), ("smoking", "3", "3"), ("edema", " 无 ", "1"), ("diet", "1，4", ["1", "4"]),
        ],
    )  # fmt: skip
    def test_keep_codes_of_what_was_chosen(self, name: str, given: Any, kept: Any) -> None:
        assert EDITIONS["2026.1"].checked({name: given}) == {name: kept}

    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({"symptoms": ["1", "2"]}, "symptoms"), ({"symptoms": "牙疼"}, "symptoms"), ({"smoking": ["1", "2"]}, "smoking"),
            ({"symptoms": ["25"]}, "symptoms_other"), ({"exposure": "2"}, "exposure_text"), ({"smoking": "4"}, "smoking"),
            ({"medicines": "甲" * 401}, "medicines"),
        ],
    )  # fmt: skip
    def test_name_what_cannot_be_chosen(self, values: dict[str, Any], fault: str) -> None:
        with pytest.raises(WrongReport) as refused:
            EDITIONS["2026.1"].checked(values)
        assert fault in refused.value.fields

    def test_name_each_item_once_and_a_substitute_for_what_is_elsewhere(self) -> None:
        for edition in EDITIONS.values():
            names = [item.name for item in edition.items]
            assert len(names) == len(set(names))
            assert all(item.on_site or item.substitute for item in edition.items)

    def test_keep_what_was_found(self) -> None:
        kept = EDITIONS["2025.1"].checked({"hgb": "118", "ecg": " 窦性心律 ", "glucose": "", "hba1c": 6.25})
        assert kept == {"hgb": 118, "ecg": "窦性心律", "hba1c": 6.2}

    @pytest.mark.parametrize(
        ("values", "fault"),
        [
            ({"hgb": 251}, "hgb"), ({"hgb": "高"}, "hgb"), ({"hgb": float("nan")}, "hgb"), ({"hgb": True}, "hgb"),
            ({"systolic": 130}, "diastolic"), ({"systolic": 80, "diastolic": 90}, "diastolic"), ({"what": 1}, "what"),
            ({}, "values"), ({"ecg": "甲" * 201}, "ecg"), ({"ecg": "a\x00"}, "ecg"),
        ],
    )  # fmt: skip
    def test_name_what_is_wrong(self, values: dict[str, Any], fault: str) -> None:
        with pytest.raises(WrongReport) as refused:
            EDITIONS["2025.1"].checked(values)
        assert fault in refused.value.fields


class TestAbnormal:
    def found(self, values: dict[str, Any], sex: str = "female") -> Any:
        return abnormal(EDITIONS["2025.1"], values, sex=sex, lines=LINES)

    @pytest.mark.parametrize(
        ("sex", "value", "count"),
        [
            ("female", 115, 0),
            ("female", 114, 1),
            ("male", 130, 0),
            ("male", 129, 1),
            ("unknown", 115, 0),
            ("unknown", 114, 1),
        ],
    )
    def test_by_the_ranges_of_the_sex(self, sex: str, value: int, count: int) -> None:
        assert len(self.found({"hgb": value}, sex)) == count

    @pytest.mark.parametrize(("value", "grave"), [(61, False), (60, True)])
    def test_grave_from_a_line_on(self, value: int, grave: bool) -> None:
        (one,) = self.found({"hgb": value})
        assert one.grave is grave

    @pytest.mark.parametrize(
        ("systolic", "diastolic", "grave"), [(149, 89, None), (150, 89, False), (180, 80, True)]
    )
    def test_pressure_by_the_lines_of_the_record(
        self, systolic: int, diastolic: int, grave: bool | None
    ) -> None:
        found = self.found({"systolic": systolic, "diastolic": diastolic})
        assert [each.grave for each in found] == ([] if grave is None else [grave])

    @pytest.mark.parametrize(("glucose", "count"), [(6.9, 0), (7.0, 1)])
    def test_sugar_by_the_lines_of_the_record(self, glucose: float, count: int) -> None:
        assert len(self.found({"glucose": glucose})) == count

    @pytest.mark.parametrize(
        ("words", "count"), [("未见明显异常", 0), ("正常", 0), ("阴性", 0), ("左肺占位", 1), ("脂肪肝", 1)]
    )
    def test_words_that_do_not_say_well(self, words: str, count: int) -> None:
        assert len(self.found({"chest": words})) == count

    @pytest.mark.parametrize(
        ("item", "words"),
        [
            ("ecg", "窦性心律"), ("ecg", "窦性心律，正常心电图"), ("ecg", "窦性心律 72次/分"), ("ecg", "大致正常心电图。"),
            ("sight", "0.8"), ("sight", "左 0.6 右 0.8"), ("sight", "左眼：4.8，右眼：4.9"), ("sight", "0.6/0.8"),
            ("heart_lungs", "双肺呼吸音清"), ("heart_lungs", "双肺呼吸音清，未闻及干湿性啰音；心律齐；腹软，无压痛、反跳痛"),
            ("chest", "双肺纹理清晰，心影大小正常，未见胸腔积液"), ("chest", "心肺膈未见明显异常"), ("chest", "胸片：未做，卧床不能搬动"),
            ("ultrasound", "肝胆胰脾未见明显异常"), ("hearing", "双耳听见"), ("motion", "可顺利完成"), ("urine_protein", "（－）"),
            ("urine_protein", "阴性(-)"), ("cognition", "粗筛阴性"), ("ultrasound", "腹部B超：肝、胆、胰、脾未见明显异常"),
            ("ultrasound", "肝脏大小、形态正常，回声均匀；胆囊壁光滑；脾不大"),
            ("chest", "未查见明显异常"), ("chest", "未查及异常"), ("chest", "未拍侧位片，双肺纹理清晰"), ("ecg", "因卧床未做"), ("ecg", "窦性心律72次/分，心电图正常"),
            ("chest", "胸廓对称，气管居中，双肺透亮度正常，心影不大"), ("heart_lungs", "双肺未闻及干、湿性啰音，心率 70 次/分，律齐"),
        ],
    )  # fmt: skip
    def test_words_of_each_item_that_say_well(self, item: str, words: str) -> None:
        assert self.found({item: words.removeprefix("胸片：")}) == ()

    @pytest.mark.parametrize(
        ("item", "words", "grave"),
        [
            ("chest", "未见胸腔积液；右肺占位", True), ("ecg", "正常范围，不能排除急性心肌梗死", True),
            ("chest", "未见胸腔积液、右肺结节", False), ("chest", "右肺占位未见转移", True), ("chest", "未见好转", False),
            ("chest", "未见积液但有结节", False), ("chest", "不正常", False), ("ecg", "窦性心律不齐", False),
            ("hearing", "左耳听见，右耳听不清", False), ("hearing", "无法听见", False), ("motion", "无力", False),
            ("sight", "0.1", False), ("sight", "左0.8，右失明", False), ("urine_protein", "+", False),
            ("heart_lungs", "双肺呼吸音清，心尖区可闻及收缩期杂音", False), ("ultrasound", "右肾无回声区", False),
            ("ultrasound", "肝、胆、脾未见异常，胰腺占位", True), ("ecg", "窦性心律 45次/分", False), ("chest", "心影大", False),
            ("chest", "未查见异常，右肺占位", True), ("ecg", "未做运动试验，急性前壁心肌梗死", True), ("chest", "未做CT右肺占位", True),
            ("chest", "拒绝侧位片，右肺占位", True), ("chest", "未查出异常", False), ("motion", "卧床", False), ("sight", "右未查，左0.1", False),
        ],
    )  # fmt: skip
    def test_a_good_beginning_answers_for_nothing_behind_it(self, item: str, words: str, grave: bool) -> None:
        (one,) = self.found({item: words})
        assert (one.grave, words in one.sentence) == (grave, True)

    @pytest.mark.parametrize(
        ("words", "done"),
        [
            ("拒查", False), ("未做，卧床", False), ("胸片未做、卧床", False), ("因长期卧床未做胸片。", False), ("拒绝。", False),
            ("未查见明显异常", True), ("未查及异常", True), ("未拍侧位片，双肺纹理清晰", True), ("未做，右肺占位", True), ("卧床", True),
        ],
    )  # fmt: skip
    def test_what_was_not_done_is_told_from_what_was_not_seen(self, words: str, done: bool) -> None:
        assert EDITIONS["2026.1"].item("chest").is_given({"chest": words}) is done

    @pytest.mark.parametrize("piece", ["心肺膈", "肋膈角", "未做胸片、", "因卧床、", "胸部腹部肺野"])
    def test_a_long_line_is_read_at_once(self, piece: str) -> None:
        assert self.found({"chest": piece * (180 // len(piece)) + "占位"})

    def test_of_what_was_chosen_only_what_is_judged(self) -> None:
        found = abnormal(
            EDITIONS["2026.1"],
            {"edema": "4", "smoking": "3", "problems": "脑梗死后遗症"},
            sex="female",
            lines=LINES,
        )
        assert [(each.item, each.sentence) for each in found] == [("edema", "下肢水肿：双侧对称")]
        assert abnormal(EDITIONS["2026.1"], WHOLE, sex="female", lines=LINES) == ()

    def test_grave_words(self) -> None:
        assert self.found({"chest": "左肺占位"})[0].grave
        assert not self.found({"ultrasound": "脂肪肝"})[0].grave
        assert not self.found({"ecg": "窦性心律不齐，未见急性改变"})[0].grave


class TestMoves:
    @pytest.mark.parametrize(
        ("moves", "states", "events", "allowed"),
        [
            (CAMPAIGN_MOVES, CampaignStatus, CampaignEvent,
             {("planned", "open"): "open", ("open", "close"): "closed", ("closed", "reopen"): "open"}),
            (PLACE_MOVES, PlaceStatus, PlaceEvent,
             {("listed", "decline"): "declined", ("declined", "accept"): "listed", ("listed", "report"): "examined",
              ("declined", "report"): "examined"}),
            (DUTY_MOVES, DutyStatus, DutyEvent, {("open", "settle"): "done", ("open", "withdraw"): "void"}),
        ],
    )  # fmt: skip
    def test_only_these_are_allowed(
        self, moves: Any, states: Any, events: Any, allowed: dict[Any, str]
    ) -> None:
        for state, event in product(states, events):
            if (state, event) in allowed:
                assert moves.after(state, event) == allowed[state, event]
            else:
                with pytest.raises(IllegalMove):
                    moves.after(state, event)


class TestTurns:
    def test_go_from_room_to_room(self) -> None:
        days = (date(2026, 3, 9), date(2026, 3, 10))
        turns = in_turn(
            [(1, "10-1"), (2, "2-2"), (3, ""), (4, "2-1")],
            days=days,
            per_day=2,
            first_minute=480,
            minutes_each=10,
            last_minute=1020,
        )
        assert [(each.place, each.day, each.minute) for each in turns] == [
            (4, days[0], 480), (2, days[0], 490), (1, days[1], 480), (3, days[1], 490),
        ]  # fmt: skip

    def test_refuse_what_does_not_fit(self) -> None:
        with pytest.raises(DaysTooFew):
            in_turn(
                [(1, "1"), (2, "2")],
                days=(TODAY,),
                per_day=1,
                first_minute=480,
                minutes_each=10,
                last_minute=1020,
            )

    def test_end_with_the_day(self) -> None:
        plan = {"days": (TODAY,), "minutes_each": 30, "last_minute": 1020}
        assert in_turn([(1, "1"), (2, "2")], **plan, per_day=20, first_minute=960)[1].minute == 990
        for first in (961, 1430):
            with pytest.raises(DayTooLong, match="day_too_long"):
                in_turn([(1, "1"), (2, "2")], **plan, per_day=20, first_minute=first)

    def test_are_given_on_every_day_or_on_weekdays(self) -> None:
        assert len(days_between(date(2026, 1, 1), date(2026, 12, 31), weekends=True)) == 365
        assert [day.day for day in days_between(date(2026, 3, 6), date(2026, 3, 9), weekends=False)] == [6, 9]
        for last in (date(2026, 3, 5), date(2027, 3, 7)):
            with pytest.raises(WrongDays):
                days_between(date(2026, 3, 6), last, weekends=True)
