"""What a figure says, how few may be told, and in what order a period is frozen. Without any database."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.indicators.queries.evaluators import registry
from server.indicators.queries.evaluators.registry import INDICATORS, TARGETS
from server.indicators.queries.evaluators.visits import DISPUTED, KEPT
from server.indicators.queries.places import places_of
from server.indicators.rules import (
    BY_CODE,
    REPORT_MOVES,
    TASKS,
    Cadence,
    Figure,
    Milestone,
    Period,
    ReportEvent,
    ReportStatus,
    Standing,
    Wanted,
    county_of,
    hidden_in_city,
    period_of,
    progress,
    reached,
    standings,
    tells_few,
    told_counts,
)
from server.kit.errors import IllegalMove
from server.kit.rollups import CITY

LEAST = 5


class TestAFigure:
    def test_has_two_decimals_rounded_half_up_and_a_line_for_nobody(self) -> None:
        assert Figure(1, 8).percent == "12.50%"
        assert Figure(1, 3).percent == "33.33%"
        assert Figure(2, 3).percent == "66.67%"
        assert Figure(0, 0).percent == "—"

    @pytest.mark.parametrize(("met", "high", "low"), [(94, False, False), (95, True, False), (5, False, True), (6, False, False)])  # fmt: skip
    def test_reaches_its_target_from_the_side_that_is_wanted(self, met: int, high: bool, low: bool) -> None:
        assert reached(KEPT, Figure(met, 100), 95) is high
        assert reached(DISPUTED, Figure(met, 100), 5) is low

    def test_of_nobody_reaches_and_misses_nothing(self) -> None:
        assert reached(KEPT, Figure(), 95) is None
        assert reached(KEPT, Figure(1, 2), None) is None


class TestAPeriod:
    def test_ends_with_its_month_or_year(self) -> None:
        assert period_of(Cadence.MONTH, date(2026, 12, 31)).after == date(2027, 1, 1)
        assert period_of(Cadence.MONTH, date(2026, 1, 1)).before.first == date(2025, 12, 1)
        assert period_of(Cadence.YEAR, date(2024, 2, 29)) == Period(Cadence.YEAR, date(2024, 1, 1))
        assert period_of(Cadence.YEAR, date(2024, 2, 29)).after == date(2025, 1, 1)


class TestAVersion:
    def test_of_a_period_that_is_over_is_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = registry.indicator_of("visits_kept", date(2026, 3, 1))
        new = replace(old, definition=replace(old.definition, version=2, effective_from=date(2026, 4, 1)))
        monkeypatch.setattr(registry, "INDICATORS", (*registry.INDICATORS, new))
        today = date(2026, 4, 10)

        versions = {
            day: [
                each.definition.version
                for each in registry.indicators_in(day, today=today)
                if each.definition.code == "visits_kept"
            ]
            for day in (date(2026, 3, 1), today)
        }

        assert versions == {date(2026, 3, 1): [1], today: [2]}
        assert registry.indicator_in("visits_kept", date(2026, 3, 5), today=today)[0] is old
        assert registry.indicator_in("visits_kept", today, today=today)[0] is new


class TestTheDictionary:
    def test_names_each_once_with_reasons_that_fit_and_a_target_of_its_own(self) -> None:
        keys = [each.definition.key for each in INDICATORS]
        assert len(keys) == len(set(keys))
        assert len({each.code for each in TARGETS}) == len(TARGETS)
        for each in INDICATORS:
            definition = each.definition
            assert len(definition.code) <= 20
            assert all(len(f"excluded/{code}") <= 32 for code in definition.reasons)
            assert definition.clause
            assert definition.wanted is not Wanted.TOLD or definition.target is None

    def test_covers_every_task_of_the_project_table(self) -> None:
        codes = {each.definition.code for each in INDICATORS}
        assert {task.indicator for task in TASKS} <= codes
        assert all(0 < task.by_middle < 100 for task in TASKS)
        assert [task.number for task in TASKS] == list(range(1, len(TASKS) + 1))


class TestAReport:
    ALLOWED = {(ReportStatus.OPEN, ReportEvent.FREEZE), (ReportStatus.FROZEN, ReportEvent.REOPEN)}

    @pytest.mark.parametrize(("state", "event"), [*itertools.product(ReportStatus, ReportEvent)])
    def test_moves_only_as_listed(self, state: ReportStatus, event: ReportEvent) -> None:
        if (state, event) in self.ALLOWED:
            assert REPORT_MOVES.after(state, event) is not state
        else:
            with pytest.raises(IllegalMove):
                REPORT_MOVES.after(state, event)

    def test_county_is_read_from_the_credit_code(self) -> None:
        assert county_of("52330281MJ87000014") == "330281"


class TestFewPeople:
    @pytest.mark.parametrize(("met", "counted", "few"), [(0, 0, False), (0, 20, False), (4, 20, True), (5, 20, False), (15, 20, False), (16, 20, True), (20, 20, False), (3, 3, True)])  # fmt: skip
    def test_are_those_who_could_be_counted(self, met: int, counted: int, few: bool) -> None:
        assert tells_few(Figure(met, counted), least=LEAST) is few

    def test_one_hidden_home_takes_the_smallest_other_along(self) -> None:
        homes = {"a": Figure(2, 30), "b": Figure(20, 40), "c": Figure(10, 20)}
        assert hidden_in_city({"x": homes}, least=LEAST).homes == {"a", "c"}

    def test_a_county_of_one_hidden_home_is_hidden_and_another_with_it(self) -> None:
        found = hidden_in_city(
            {"x": {"a": Figure(2, 30)}, "y": {"b": Figure(20, 40), "c": Figure(10, 20)}}, least=LEAST
        )
        assert found.counties == {"x", "y"}
        assert found.homes == {"a", "c"}
        assert not found.city

    def test_counties_are_hidden_until_nobody_can_be_worked_out_of_the_city(self) -> None:
        """The second county has no home left to hide; its own few are then not enough, and the third goes along."""
        found = hidden_in_city(
            {
                "x": {"a": Figure(0, 1)},
                "y": {"b": Figure(1, 1), "c": Figure(4, 4)},
                "z": {"d": Figure(0, 5)},
            },
            least=LEAST,
        )
        assert found.counties == {"x", "y", "z"}
        assert found.homes == {"a", "b", "c", "d"}

    def test_that_are_left_out_are_no_more_told_than_those_who_are_counted(self) -> None:
        homes = {1: ("a", "A"), 2: ("b", "B"), 3: ("c", "C")}
        sums = {(1, "excluded"): 2, (2, "excluded"): 9, (3, "excluded"): 40, (CITY, "excluded"): 51}
        people = {(place, word): 20 for place in homes for word in ("met", "counted")}
        definition = next(each.definition for each in INDICATORS if each.definition.code == "dossiers")

        found = places_of(definition, {**sums, **people}, {"x": homes}, least=LEAST, target=95)

        ((county, lines),) = found.counties
        assert [line.told.excluded for line in (county, *lines)] == ["51", "<5", "不显示", "40"]
        assert {line.told.met for line in lines} == {"20"}

    def test_are_not_told_of_a_reason_nor_worked_out_from_the_others(self) -> None:
        assert told_counts({"a": 3, "b": 9, "c": 40}, least=LEAST) == {"a": "<5", "b": "不显示", "c": "40"}
        assert told_counts({"a": 7, "b": 9}, least=LEAST) == {"a": "7", "b": "9"}

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=1, max_size=5),
            min_size=1,
            max_size=4,
        )
    )
    def test_cannot_be_worked_out_from_what_is_told(self, drawn: list[list[tuple[int, int]]]) -> None:
        counties = {
            county: {(county, home): Figure(met, met + rest) for home, (met, rest) in enumerate(homes)}
            for county, homes in enumerate(drawn)
        }
        told = hidden_in_city(counties, least=LEAST)

        wholes = []  # each whole that is told, and what is hidden under it
        for county, homes in counties.items():
            hidden = [figure for home, figure in homes.items() if home in told.homes]
            assert all(
                not tells_few(figure, least=LEAST) for home, figure in homes.items() if home not in told.homes
            )
            if county not in told.counties:
                wholes.append((sum(homes.values(), Figure()), hidden))
        everyone = sum((figure for homes in counties.values() for figure in homes.values()), Figure())
        if not told.city:
            under = [
                figure
                for county, homes in counties.items()
                if county in told.counties
                for home, figure in homes.items()
                if home in told.homes
            ]
            wholes.append((everyone, under))
        for whole, hidden in wholes:
            assert not tells_few(whole, least=LEAST)
            nothing_else = whole == sum(hidden, Figure()) and whole == everyone
            safe = len(hidden) > 1 and not tells_few(sum(hidden, Figure()), least=LEAST)
            assert not hidden or safe or nothing_else


class TestATask:
    @pytest.mark.parametrize(
        ("code", "figure", "found"),
        [
            ("dossiers", Figure(), None),
            ("dossiers", Figure(95, 100), 100),
            ("dossiers", Figure(99, 100), 100),
            ("dossiers", Figure(47, 100), 49),
            ("in_house", Figure(2, 9), 40),
            ("in_house", Figure(6, 9), 100),
        ],
    )
    def test_is_as_far_as_its_facts(self, code: str, figure: Figure, found: int | None) -> None:
        assert progress(BY_CODE[code], figure) == found

    @pytest.mark.parametrize(
        ("reported", "shown", "day", "found"),
        [
            (None, None, date(2026, 10, 1), (Standing.UNREPORTED,)),
            (80, None, date(2026, 10, 1), (Standing.UNSHOWN,)),
            (80, 75, date(2026, 10, 1), (Standing.AGREES,)),
            (80, 74, date(2026, 10, 1), (Standing.DIFFERS,)),
            (80, 60, date(2026, 10, 20), (Standing.DIFFERS,)),
            (80, 60, date(2026, 10, 21), (Standing.LATE, Standing.DIFFERS)),
            (100, 85, date(2026, 12, 20), (Standing.DIFFERS,)),
            (100, 85, date(2026, 12, 21), (Standing.LATE, Standing.DIFFERS)),
            (100, 100, date(2026, 12, 21), (Standing.AGREES,)),
        ],
    )
    def test_differs_or_is_late_for_either_date(
        self, reported: int | None, shown: int | None, day: date, found: tuple[Standing, ...]
    ) -> None:
        sign = BY_CODE["sign"]  # eighty of a hundred by the first date
        told = standings(sign, reported=reported, shown=shown, today=day, year=2026, tolerance=5)
        assert told == found

    def test_has_the_two_dates_of_the_annex(self) -> None:
        assert [each.on(2026) for each in Milestone] == [date(2026, 10, 20), date(2026, 12, 20)]
