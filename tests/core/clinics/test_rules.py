"""Who may have a clinic, its way, and what a designation holds, at every boundary."""

from datetime import date, timedelta

import pytest

from server.clinics.rules import (
    CLINIC_MOVES,
    LIVE,
    TURN,
    ClinicEvent,
    ClinicStatus,
    Designated,
    DesignationKind,
    Designations,
    eligibility,
    next_step,
    notice_due,
    why_none,
)
from server.clinics.rules.lifecycle import due_on
from server.kit.errors import IllegalMove

S, E = ClinicStatus, ClinicEvent
DAY = date(2026, 3, 2)
# The whole table of moves, said once more by hand: whoever changes one changes both.
ALLOWED = {
    ("eligible", "intend"): "intended",
    ("intended", "apply"): "applied",
    ("intended", "withdraw"): "withdrawn",
    ("applied", "withdraw"): "withdrawn",
    ("applied", "refuse"): "intended",
    ("applied", "license"): "licensed",
    ("licensed", "insure"): "insured",
    ("licensed", "operate"): "operating",
    ("licensed", "renew"): "licensed",
    ("licensed", "lapse"): "lapsed",
    ("licensed", "close"): "closed",
    ("insured", "uninsure"): "licensed",
    ("insured", "operate"): "operating",
    ("insured", "renew"): "insured",
    ("insured", "lapse"): "lapsed",
    ("insured", "close"): "closed",
    ("operating", "insure"): "operating",
    ("operating", "uninsure"): "operating",
    ("operating", "renew"): "operating",
    ("operating", "lapse"): "lapsed",
    ("operating", "close"): "closed",
    ("lapsed", "renew"): "licensed",
    ("lapsed", "close"): "closed",
}


def found(residents: int, beds: int):
    return eligibility(residents=residents, beds=beds, residents_from=50, beds_from=100)


class TestEligibility:
    @pytest.mark.parametrize(
        ("residents", "beds", "eligible"), [(49, 99, False), (50, 99, True), (49, 100, True), (0, 0, False)]
    )
    def test_begins_with_the_fiftieth_resident_or_the_hundredth_bed(self, residents, beds, eligible) -> None:
        assert found(residents, beds).eligible is eligible

    def test_names_each_ground(self) -> None:
        assert found(60, 120).words.count("达到") == 2
        assert "未到 50 人或 100 张" in found(12, 30).words


class TestEveryStateAndEvent:
    def test_is_as_the_table_says(self) -> None:
        for status in S:
            for event in E:
                if (status, event) in ALLOWED:
                    assert CLINIC_MOVES.after(status, event) == ALLOWED[status, event]
                else:
                    with pytest.raises(IllegalMove):
                        CLINIC_MOVES.after(status, event)

    def test_that_lives_is_somebodys(self) -> None:
        assert TURN.keys() == LIVE


class TestTheNextStep:
    def test_is_one_sentence_in_every_state(self) -> None:
        for status in (None, *S):
            assert next_step(found(60, 0), status).endswith("。")
        assert "登记意向" in next_step(found(60, 0), None)
        assert "不用申办" in next_step(found(3, 3), None)

    def test_why_there_is_none_is_said_of_the_eligible_alone(self) -> None:
        assert why_none(found(3, 3), None) == ""
        assert why_none(found(60, 0), S.OPERATING) == ""
        assert why_none(found(60, 0), S.WITHDRAWN, reason="没有房间") == "申办已撤回：没有房间"
        assert "3 月 2 日" in why_none(found(60, 0), S.APPLIED, due_on=DAY)


class TestDueOn:
    DAYS = {S.LICENSED: 90, S.INTENDED: 10}

    def test_is_never_after_the_licence(self) -> None:
        until = DAY + timedelta(days=30)
        assert due_on(S.LICENSED, today=DAY, days=self.DAYS, licence_until=until) == until
        assert due_on(S.OPERATING, today=DAY, days=self.DAYS, licence_until=until) == until
        assert due_on(S.INTENDED, today=DAY, days=self.DAYS, licence_until=None) == DAY + timedelta(days=10)
        assert due_on(S.CLOSED, today=DAY, days=self.DAYS, licence_until=until) is None

    @pytest.mark.parametrize(
        ("left", "reminded", "notice"),
        [(91, None, None), (90, None, 90), (31, 90, None), (30, 90, 30), (5, None, 30), (5, 30, None), (0, 90, 30), (-1, None, None)],
    )  # fmt: skip
    def test_two_notices_go_out_once_each(self, left, reminded, notice) -> None:
        until = DAY + timedelta(days=left)
        assert notice_due(today=DAY, last_day=until, notices=(90, 30), reminded=reminded) == notice


class TestDesignations:
    def test_hold_from_the_first_day_to_the_last(self) -> None:
        last = DAY + timedelta(days=9)
        known = Designations([Designated(1, DesignationKind.MEDICAL, DAY, last)])
        days = (DAY - timedelta(days=1), DAY, last, last + timedelta(days=1))
        held = [known.may_pay(1, DesignationKind.MEDICAL, day) for day in days]
        assert held == [False, True, True, False]
        assert not known.may_pay(1, DesignationKind.LONG_TERM_CARE, DAY)
        assert not known.may_pay(2, DesignationKind.MEDICAL, DAY)

    def test_end_on_the_day_on_which_they_were_ended(self) -> None:
        one = Designated(1, DesignationKind.MEDICAL, DAY, None, DAY + timedelta(days=2))
        assert [one.holds_on(DAY + timedelta(days=each)) for each in range(3)] == [True, True, False]
