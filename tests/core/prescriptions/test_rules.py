"""What may be prescribed for long, at every boundary; the moves; the refill's days."""

from datetime import date

import pytest

from server.prescriptions.rules import (
    ALLOWED,
    DELIVERY_MOVES,
    FORMULARY,
    PRESCRIPTION_MOVES,
    REFILL_MOVES,
    Agreed,
    Conditions,
    DeliveryEvent,
    DeliveryStatus,
    DrugClass,
    Limits,
    PrescriptionEvent,
    PrescriptionStatus,
    RefillEvent,
    RefillStatus,
    class_of,
    faults_of,
    is_longer,
    refill_days,
)
from tests.core.prescriptions.written import CONDITIONS, SIGNED, drug

LIMITS = Limits(usual=28, longest=84)


@pytest.mark.parametrize(
    ("days", "conditions", "faults"),
    [
        (1, CONDITIONS, set()),
        (28, CONDITIONS, set()),
        (29, CONDITIONS, {"reason", "agreed"}),
        (29, SIGNED, set()),
        (84, SIGNED, set()),
        (85, SIGNED, {"lines.0.days"}),
        (0, CONDITIONS, {"lines.0.days"}),
    ],
)
def test_four_weeks_or_twelve_with_reason_and_signature(
    days: int, conditions: Conditions, faults: set[str]
) -> None:
    assert faults_of([drug(days=days)], conditions, LIMITS).keys() == faults
    assert is_longer([drug(days=days)], LIMITS) is (days > 28)


@pytest.mark.parametrize("kind", list(DrugClass))
def test_left_out_classes_are_refused(kind: DrugClass) -> None:
    found = faults_of([drug("某某片", kind=kind)], SIGNED, LIMITS)
    assert ("lines.0.name" in found) is (kind not in ALLOWED)


def test_the_formulary_outweighs_what_was_ticked() -> None:
    for each in FORMULARY:
        assert class_of(f"{each.name}（分散）", DrugClass.ORDINARY) is each.kind
    assert class_of("某某片", DrugClass.NARCOTIC) is DrugClass.NARCOTIC
    assert faults_of([drug("异烟肼片")], CONDITIONS, LIMITS).keys() == {"reason"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("阿普唑仑", DrugClass.PSYCHOTROPIC_2),
        ("氯硝西泮片", DrugClass.PSYCHOTROPIC_2),
        ("盐酸哌甲酯缓释片", DrugClass.PSYCHOTROPIC_1),
        ("吗啡片", DrugClass.NARCOTIC),
        ("复方盐酸伪麻黄碱缓释胶囊", DrugClass.PRECURSOR),
        ("A型肉毒毒素", DrugClass.TOXIC),
        ("碘[131I]化钠胶囊", DrugClass.RADIOACTIVE),
        ("阿莫西林", DrugClass.ANTIMICROBIAL),
        ("阿莫西林克拉维酸钾片", DrugClass.ANTIMICROBIAL),
        ("盐酸莫西沙星片", DrugClass.ANTIMICROBIAL),
        ("头孢克肟颗粒", DrugClass.ANTIMICROBIAL),
        ("胰岛素注射液", DrugClass.SPECIAL_STORAGE),
        ("甘精胰岛素注射液", DrugClass.SPECIAL_STORAGE),
        ("异烟肼", DrugClass.ANTIMICROBIAL_CHRONIC),
    ],
)
def test_a_stem_is_known_anywhere_in_a_name(name: str, kind: DrugClass) -> None:
    assert class_of(name, DrugClass.ORDINARY) is kind
    assert ("lines.0.name" in faults_of([drug(name)], SIGNED, LIMITS)) is (kind not in ALLOWED)


def test_every_class_that_is_left_out_has_a_stem() -> None:
    assert {each.kind for each in FORMULARY if each.stem} == set(DrugClass) - {DrugClass.ORDINARY}
    assert all(bool(each.stem) is (each.kind is not DrugClass.ORDINARY) for each in FORMULARY)


@pytest.mark.parametrize("missing", ["diagnosed", "stable", "adherent"])
def test_every_condition_is_asked(missing: str) -> None:
    given = {"diagnosed": True, "stable": True, "adherent": True, missing: False}
    assert faults_of([drug()], Conditions(**given, agreed=Agreed.ORAL), LIMITS).keys() == {missing}


def test_a_signature_says_where_it_is_and_a_drug_stands_once() -> None:
    assert faults_of([drug()], Conditions(diagnosed=True, stable=True, adherent=True, agreed=Agreed.SIGNED), LIMITS).keys() == {"slip"}  # fmt: skip
    assert faults_of([drug(), drug()], CONDITIONS, LIMITS).keys() == {"lines"}
    assert faults_of([], CONDITIONS, LIMITS).keys() == {"lines"}
    assert faults_of([drug(per_day=0)], CONDITIONS, LIMITS).keys() == {"lines.0.per_day"}


def test_a_begun_unit_is_a_whole_one() -> None:
    assert [drug(per_day=tenths, days=7).quantity for tenths in (5, 10, 15)] == [4, 7, 11]
    assert drug(days=28).last_on(date(2026, 3, 2)) == date(2026, 3, 29)


def test_a_refill_is_due_before_the_last_day() -> None:
    first = date(2026, 3, 2)
    assert refill_days(first, date(2026, 3, 29), ahead=7) == (date(2026, 3, 22), date(2026, 3, 28))
    assert refill_days(first, date(2026, 3, 5), ahead=7) == (first, date(2026, 3, 4))
    assert refill_days(first, first, ahead=7) == (first, first)


def test_every_state_and_event() -> None:
    _p, _f, _d = PrescriptionStatus, RefillStatus, DeliveryStatus
    assert {(s, e) for s in _p for e in PrescriptionEvent if PRESCRIPTION_MOVES.allows(s, e)} == {
        (_p.ACTIVE, PrescriptionEvent.FINISH), (_p.ACTIVE, PrescriptionEvent.STOP),
    }  # fmt: skip
    assert {(s, e) for s in _f for e in RefillEvent if REFILL_MOVES.allows(s, e)} == {
        (_f.OPEN, each) for each in RefillEvent
    }
    assert {(s, e) for s in _d for e in DeliveryEvent if DELIVERY_MOVES.allows(s, e)} == {
        (_d.ASSIGNED, DeliveryEvent.HAND_OVER), (_d.ASSIGNED, DeliveryEvent.RECEIVE),
        (_d.ASSIGNED, DeliveryEvent.CANCEL), (_d.HANDED_OVER, DeliveryEvent.CLOSE),
    }  # fmt: skip
