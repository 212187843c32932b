"""The feature's parameters as the rules want them."""

from datetime import date

from server.alliance.queries import parameters
from server.visits.rules import Evidence, Tolerance, Weights


async def tolerance(day: date) -> Tolerance:
    early, late = "visits.early_minutes", "visits.late_minutes"
    numbers = await parameters((early, late), on=day)
    return Tolerance(early=numbers[early], late=numbers[late])


async def weights(day: date) -> Weights:
    codes, threshold = {each: f"visits.weight_{each}" for each in Evidence}, "visits.verified_at"
    numbers = await parameters((*codes.values(), threshold), on=day)
    return Weights(of={each: numbers[code] for each, code in codes.items()}, verified_at=numbers[threshold])
