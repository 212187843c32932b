"""How far two institutions are from each other, and how many agreements one can carry (A01). Pure."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088  # mean radius
MILLIONTHS = 1_000_000  # how finely a place is kept: about 11 cm
_DISTRICT = slice(2, 8)  # of a unified social credit code: where it was registered


@dataclass(frozen=True)
class Place:
    latitude: float
    longitude: float


def is_on_earth(latitude: float, longitude: float) -> bool:
    return -90 <= latitude <= 90 and -180 <= longitude <= 180  # noqa: PLR2004  degrees


def kilometres(here: Place, there: Place) -> float:
    """Return the great-circle distance (haversine): as the crow flies, not by road."""
    up, along = radians(there.latitude - here.latitude), radians(there.longitude - here.longitude)
    chord = (
        sin(up / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(along / 2) ** 2
    )
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def county_of(uscc: str) -> str:
    """Return the six digits of the district at which an institution is registered."""
    return uscc[_DISTRICT]


def spare_agreements(*, clinicians: int, each: int, held: int) -> int:
    """Return how many more agreements a medical institution can carry."""
    return max(0, clinicians * each - held)
