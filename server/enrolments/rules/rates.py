"""A rate of few people would tell who they are: how it is written for whoever may not know them."""

from decimal import ROUND_HALF_UP, Decimal

HIDDEN = "—"


def percent(numerator: int, denominator: int) -> str:
    """Return the share with two decimals, or a dash where there is nobody."""
    if not denominator:
        return HIDDEN
    share = Decimal(100 * numerator) / Decimal(denominator)
    return f"{share.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def shown(number: int, *, least: int) -> str:
    """Return a number of people; of fewer than `least`, only that they are fewer."""
    return f"<{least}" if 0 < number < least else str(number)


def tells_few(numerator: int, denominator: int, *, least: int) -> bool:
    """Tell whether the share would give away a number that is not shown."""
    return any(0 < each < least for each in (numerator, denominator - numerator))
