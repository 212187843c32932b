"""Policy numbers: rows with a citation, never constants (R7)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Confidence = Literal["high", "medium", "low", "assumed"]


@dataclass(frozen=True)
class Parameter:
    """A policy number as a row with its citation (R7); a new value is a new version, never an edit."""

    code: str  # "people.proxies_per_resident"
    value: int
    unit: str  # "days", "fen", "people"
    citation: str
    confidence: Confidence = "assumed"
    version: int = 1
    effective_from: date = date(2024, 1, 1)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "alliance.expiring_first_notice", 30, "days", "facts/domain.md §7.2 到期前 30/7 日提醒", "medium"
    ),
    Parameter(
        "alliance.expiring_last_notice", 7, "days", "facts/domain.md §7.2 到期前 30/7 日提醒", "medium"
    ),
    Parameter(
        "alliance.least_persons_shown", 5, "people", "少于此数的人数统计不向上显示，同领域模型 I45（自拟）"
    ),
)
