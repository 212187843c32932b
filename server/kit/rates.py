"""A share of people, as every table says it (facts/domain.md 8)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HIDDEN = "—"


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
