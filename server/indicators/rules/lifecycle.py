"""How a period's figures are frozen: home, then county, then city; reopened from above, and never overwritten (T15)."""

from collections.abc import Mapping
from enum import StrEnum

from server.indicators.rules.definitions import Level
from server.kit.moves import Moves


class ReportStatus(StrEnum):
    OPEN = "open"
    FROZEN = "frozen"


class ReportEvent(StrEnum):
    FREEZE = "freeze"
    REOPEN = "reopen"


REPORT_WORDS: Mapping[ReportStatus, str] = {ReportStatus.OPEN: "等冻结", ReportStatus.FROZEN: "已冻结"}
REPORT_MOVES: Moves[ReportStatus, ReportEvent] = Moves(
    {
        (ReportStatus.OPEN, ReportEvent.FREEZE): ReportStatus.FROZEN,
        (ReportStatus.FROZEN, ReportEvent.REOPEN): ReportStatus.OPEN,
    }
)
BELOW: Mapping[Level, Level] = {Level.CITY: Level.COUNTY, Level.COUNTY: Level.HOME}
CITY_PLACE = "city"
DIVISION = slice(2, 8)  # of a unified social credit code: six digits of GB/T 2260


def county_of(uscc: str) -> str:
    """Return the county by which an institution is registered: its code says so (GB 32100)."""
    return uscc[DIVISION]
