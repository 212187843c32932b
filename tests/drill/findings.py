"""What a drill found out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.load.ledger import Comparison


@dataclass(frozen=True)
class Finding:
    """One drill; times in seconds."""

    name: str
    acknowledged: int  # writes, before the moment to which it was restored
    slowest_before: float  # write, without a backup
    backup: float
    slowest_meanwhile: float
    size: int  # bytes of the backup
    restore: float
    compared: Comparison
    faults: Sequence[str]

    @property
    def passed(self) -> bool:
        return not (self.compared.faults or self.faults)


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
