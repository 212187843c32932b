"""A share of people, as every table says it (facts/domain.md 8)."""

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
