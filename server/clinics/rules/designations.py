"""Whom the insurance pays (A07): a designation is of one institution and one kind, from a day to a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DesignationKind(StrEnum):
    MEDICAL = "medical"  # 医保定点
    LONG_TERM_CARE = "long_term_care"  # 长护险定点


DESIGNATION_WORDS: Mapping[DesignationKind, str] = {
    DesignationKind.MEDICAL: "医保定点",
    DesignationKind.LONG_TERM_CARE: "长护险定点",
}


@dataclass(frozen=True)
class Designated:
    institution_id: int
    kind: DesignationKind
    first_day: date
    last_day: date | None = None  # still holds on this day; None: until somebody ends it
    ended_on: date | None = None  # the first day on which it no longer holds

    def holds_on(self, day: date) -> bool:
        begun = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return begun and (self.ended_on is None or day < self.ended_on)


class Designations:
    """What is known of some institutions: may this insurance pay there on that day?"""

    def __init__(self, known: Iterable[Designated] = ()) -> None:
        self._known: dict[tuple[int, DesignationKind], list[Designated]] = {}
        for each in known:
            self._known.setdefault((each.institution_id, each.kind), []).append(each)

    def may_pay(self, institution_id: int, kind: DesignationKind, day: date) -> bool:
        return any(each.holds_on(day) for each in self._known.get((institution_id, kind), ()))
