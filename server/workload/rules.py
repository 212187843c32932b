"""What a service counts, in which month, and how a month closes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.alliance.rules import Parameter
from server.authority.permissions import Role
from server.kit.clock import local_date
from server.kit.months import Month
from server.kit.moves import Moves

WHOLE = 100  # one service at plain weight is 1.00, kept as 100

_DOUBLE = "政策①④ 漳州：机构内服务按双倍服务量计算（facts/domain.md 典型经验）"
_OWN = "按项目折算服务量，数值自拟，请卫生健康部门核定"
ITEMS: Mapping[str, int] = {
    "patrol": 100,
    "follow_up": 100,
    "checkup": 150,
    "ability": 150,
    "consultation": 150,
    "bed_round": 150,
    "other": 100,
}
ITEM_CODES = {item: f"workload.item_{item}" for item in ITEMS}
ROLE_CODES = {
    Role.CLINICIAN: "workload.role_clinician",
    Role.HOSPITAL_MANAGER: "workload.role_hospital_manager",
}
PLACE_CODE = "workload.place_home"  # every confirmed visit takes place in a nursing home

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(PLACE_CODE, 200, "percent", _DOUBLE, "medium"),
    *(Parameter(code, 100, "percent", "按岗位折算服务量（自拟）") for code in ROLE_CODES.values()),
    *(Parameter(ITEM_CODES[item], weight, "percent", _OWN) for item, weight in ITEMS.items()),
    Parameter("workload.close_day", 10, "day of month", "每月几号起提醒还没有关上个月的账（自拟）"),
)


class LineKind(StrEnum):
    CREDIT = "credit"
    REVERSAL = "reversal"


LINE_WORDS: Mapping[LineKind, str] = {LineKind.CREDIT: "记入", LineKind.REVERSAL: "冲回"}


class MonthStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class MonthEvent(StrEnum):
    CLOSE = "close"


MONTH_MOVES: Moves[MonthStatus, MonthEvent] = Moves(
    {(MonthStatus.OPEN, MonthEvent.CLOSE): MonthStatus.CLOSED}
)
MONTH_WORDS: Mapping[MonthStatus, str] = {MonthStatus.OPEN: "未关账", MonthStatus.CLOSED: "已关账"}


@dataclass(frozen=True)
class Weights:
    """Per cent of one plain service, as they stood on the day of the service."""

    item: int
    role: int
    place: int

    @property
    def points(self) -> int:
        """Return hundredths of a service, a half rounded up."""
        return (self.item * self.role * self.place + WHOLE * WHOLE // 2) // (WHOLE * WHOLE)


def weights(numbers: Mapping[str, int], *, service: str, role: Role) -> Weights:
    return Weights(
        item=numbers[ITEM_CODES.get(service, ITEM_CODES["other"])],
        role=numbers[ROLE_CODES.get(role, ROLE_CODES[Role.CLINICIAN])],
        place=numbers[PLACE_CODE],
    )


CODES = (PLACE_CODE, *ROLE_CODES.values(), *ITEM_CODES.values())


@dataclass(frozen=True)
class Work:
    """One service that counts: who did what, where, on which day."""

    item_uid: str
    account_id: int
    service: str
    home_id: int
    on_day: date


def is_over(month: date, *, now: datetime) -> bool:
    return local_date(now) >= Month(month).following.first


def said_points(points: int) -> str:
    """Write hundredths as people read them: 2, 1.5, -0.75."""
    sign = "-" if points < 0 else ""
    whole, rest = divmod(abs(points), WHOLE)
    return f"{sign}{whole}" + (f".{rest:02d}".rstrip("0") if rest else "")
