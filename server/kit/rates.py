"""A share of people, as every table says it (facts/domain.md 8): few of them would tell who they are."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HIDDEN = "—"


@dataclass(frozen=True)
class Rate:
    numerator: int
    denominator: int

    @property
    def share(self) -> Decimal | None:
        """Return per cent with two decimals, half up; nothing where nobody is below it."""
        if self.denominator == 0:
            return None
        return (Decimal(100 * self.numerator) / Decimal(self.denominator)).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )

    @property
    def percent(self) -> str:
        return HIDDEN if self.share is None else f"{self.share}%"

    def reaches(self, percent: int) -> bool:
        """Tell whether a goal is reached, by the numbers themselves: rounding up reaches nothing."""
        return 100 * self.numerator >= percent * self.denominator > 0


def shown(number: int, *, least: int) -> str:
    """Return a number of people; of fewer than `least`, only that they are fewer."""
    return f"<{least}" if 0 < number < least else str(number)


def shown_part(number: int, whole: int, *, least: int) -> str:
    """Return a part of a number that stands beside it: neither it nor the rest may be few."""
    return HIDDEN if 0 < whole - number < least and not 0 < number < least else shown(number, least=least)


def tells_few(numerator: int, denominator: int, *, least: int) -> bool:
    """Tell whether the share would give away a number that is not shown."""
    return any(0 < each < least for each in (numerator, denominator - numerator))
