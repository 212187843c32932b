"""A share of people, as every table says it (facts/domain.md 8)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HIDDEN = "—"


def small(number: int, *, least: int) -> str:
    """Return a number of people as it may be shown where nobody is named."""
    return f"<{least}" if 0 < number < least else str(number)


def told(part: int, whole: int, *, least: int) -> str:
    """Return a part as it may be shown beside its whole: not where it, or what is left of the whole, is a few people."""
    return HIDDEN if 0 < whole - part < least and not 0 < part < least else small(part, least=least)


def tells_few(part: int, whole: int, *, least: int) -> bool:
    """Tell whether a share would give away a number that is not shown."""
    return any(0 < each < least for each in (part, whole - part))


@dataclass(frozen=True)
class Rate:
    numerator: int
    denominator: int

    @property
    def percent(self) -> str:
        """Two decimals, half up; a line where nobody is below it."""
        if self.denominator == 0:
            return HIDDEN
        share = Decimal(100 * self.numerator) / Decimal(self.denominator)
        return f"{share.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"
