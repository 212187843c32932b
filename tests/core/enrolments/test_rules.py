"""Contracts apart from any database: moves, years, groups, packages, reasons, small numbers."""

from datetime import date

import pytest

from server.enrolments.rules import (
    ABOUT_HEALTH,
    END_WORDS,
    ENROLMENT_MOVES,
    GROUP_WORDS,
    NEXT_STEP,
    PACKAGES,
    WHY_WORDS,
    EndReason,
    EnrolmentEvent,
    EnrolmentStatus,
    Group,
    Why,
    contract_text,
    digest_of,
    groups_of,
    last_day_of,
    offered,
    price_words,
    why_none,
)

_S, _E = EnrolmentStatus, EnrolmentEvent
ALLOWED = {
    (_S.APPLIED, _E.AGREE), (_S.APPLIED, _E.COMPLETE), (_S.SIGNED, _E.ACTIVATE), (_S.ACTIVE, _E.RENEW),
    (_S.APPLIED, _E.END), (_S.SIGNED, _E.END), (_S.ACTIVE, _E.END),
}  # fmt: skip


def test_every_state_and_event() -> None:
    for status in _S:
        for event in _E:
            assert ENROLMENT_MOVES.allows(status, event) is ((status, event) in ALLOWED)


@pytest.mark.parametrize(
    ("first", "last"),
    [((2026, 3, 2), (2027, 3, 1)), ((2027, 3, 1), (2028, 2, 29)), ((2028, 2, 29), (2029, 2, 28)), ((2026, 1, 1), (2026, 12, 31))],
)  # fmt: skip
def test_a_year_ends_the_day_before(first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    assert last_day_of(date(*first)) == date(*last)


def test_groups_by_age_begin_on_the_birthday() -> None:
    born = date(1961, 3, 3)
    assert groups_of(born, [], today=date(2026, 3, 2)) == ()
    assert groups_of(born, [Group.DISABLED], today=date(2026, 3, 3)) == (Group.AGED_65, Group.DISABLED)
    assert Group.AGED_80 in groups_of(date(1946, 3, 3), [], today=date(2026, 3, 3))


def test_packages_are_for_whom_they_are_meant_and_say_what_is_signed() -> None:
    by_code = {each.code: each for each in offered(date(2026, 3, 2))}
    assert by_code["base"].is_meant_for(())
    assert not by_code["chronic"].is_meant_for((Group.AGED_65,))
    assert by_code["chronic"].is_meant_for((Group.HYPERTENSION,))
    assert offered(date(2023, 12, 31)) == ()
    texts = {
        digest_of(contract_text(each, institution="甲", team="乙", leader="丙", notices=(30, 7)))
        for each in PACKAGES
    }
    assert len(texts) == len(PACKAGES)
    assert [price_words(fen) for fen in (0, 2400, 1250)] == ["不收费", "每年 24 元", "每年 12.50 元"]


def test_why_none_has_words_and_a_next_step_for_each() -> None:
    assert why_none(None, signed=False, ended=None) is Why.NEVER_ASKED
    assert why_none(_S.APPLIED, signed=False, ended=None) is Why.WAITS_FOR_FAMILY
    assert why_none(_S.APPLIED, signed=True, ended=None) is Why.WAITS_FOR_TEAM
    assert why_none(_S.SIGNED, signed=True, ended=None) is Why.NOT_YET_BEGUN
    for reason in EndReason:
        assert why_none(_S.ENDED, signed=True, ended=reason) in Why
        assert END_WORDS[reason]
    assert set(WHY_WORDS) == set(NEXT_STEP) == set(Why)
    assert set(GROUP_WORDS) >= ABOUT_HEALTH
