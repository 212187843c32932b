"""How often one may ask, in fixed windows (facts: start values of the platform guide; docs/adr/0013).

What changes something, and what is worth guessing at, is counted where all processes see it. Reads are counted by
each process for itself: their limit protects the machine, not a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.kit.errors import TooMany
from server.kit.shared import Shared


@dataclass(frozen=True)
class Rate:
    count: int
    window: float  # seconds
    by_address: bool = False
    everywhere: bool = True  # counted for all processes together


RATES: Mapping[str, Rate] = {
    "read": Rate(600, 60, everywhere=False),
    "write": Rate(120, 60),
    "sign_in": Rate(30, 60, by_address=True),
    "console_sign_in": Rate(20, 60, by_address=True),
    "push": Rate(6000, 60, by_address=True),
    "scan": Rate(240, 60),
    "export": Rate(6, 60),
    "verify": Rate(30, 60, by_address=True),  # a number cannot be guessed; nobody shall try
}


async def ensure_rate(shared: Shared, name: str, *, who: str, address: str, factor: int) -> None:
    """Refuse with `TooMany` when this session (or this address) asks too often."""
    rate = RATES[name]
    subject = address if rate.by_address or not who else who
    if await shared.hit(f"rate:{name}:{subject}", window=rate.window) > rate.count * factor:
        raise TooMany
