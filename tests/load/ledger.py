"""What a crowd was told, kept outside the server, and compared with what the tables hold afterwards."""

import itertools
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = tuple[str, str, str]  # status, slot, resident: how an appointment stands
# Somebody else has the last seat; or she has this very slot, having chosen blindly.
EXPECTED = frozenset({"booking.slot_full", "booking.already_booked", "booking.overlapping"})


@dataclass(frozen=True)
class Told:
    """One acknowledged write."""

    appointment: str
    row: Row
    sent: float  # for the first time
    answered: float

    @property
    def took(self) -> float:
        return self.answered - self.sent


@dataclass
class Ledger:
    """What was answered, written down by those who asked."""

    told: list[Told] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)  # by the refusal's code
    met: list[tuple[float, str, str]] = field(
        default_factory=list
    )  # when, what, and the sentence: asked again
    unseen: int = 0  # acknowledged bookings that the next read did not find

    def compare(self, rows: Mapping[str, Row], *, at: float = math.inf) -> "Comparison":
        """Compare with the tables as they stood at some moment after `at`: nothing told before it may be missing."""
        words: dict[str, list[Told]] = {}
        for each in self.told:
            words.setdefault(each.appointment, []).append(each)
        missing, different = [], {}
        for uid, said in words.items():
            known = [each for each in said if each.answered <= at]
            allowed = {each.row for each in (*known[-1:], *said[len(known) :])}
            if known and uid not in rows:
                missing.append(uid)
            elif uid in rows and rows[uid] not in allowed:
                different[uid] = f"is {rows[uid]}, and was told to be {sorted(allowed)}"
        return Comparison(
            compared=len(rows),
            missing=missing,
            different=different,
            untold=[uid for uid in rows if uid not in words],
            refused={code: count for code, count in self.refused.items() if code not in EXPECTED},
            unseen=self.unseen,
        )


@dataclass(frozen=True)
class Comparison:
    compared: int
    missing: Sequence[str]
    different: Mapping[str, str]
    untold: Sequence[str]  # there, and nobody was told of it yet
    refused: Mapping[str, int]  # for another reason than that somebody was faster
    unseen: int

    @property
    def faults(self) -> list[str]:
        return [
            *(f"lost: {uid}" for uid in self.missing),
            *(f"{uid} {how}" for uid, how in self.different.items()),
            *(f"nobody was told of: {uid}" for uid in self.untold),
            *(f"refused {count} times: {code}" for code, count in self.refused.items()),
            *([f"{self.unseen} acknowledged bookings were not seen by the next read"] if self.unseen else []),
        ]


@dataclass
class Period:
    """What a ledger says of one time; while it lasts, up to now."""

    ledger: Ledger
    since: float
    until: float = math.inf

    @property
    def told(self) -> list[Told]:
        return [each for each in self.ledger.told if self.since <= each.answered <= self.until]

    @property
    def per_second(self) -> float:
        return len(self.told) / length if (length := self._end - self.since) > 0 else 0.0

    @property
    def longest_stop(self) -> float:
        """The longest time during which nobody was told anything, from the very beginning to the very end."""
        moments = sorted([self.since, self._end, *(each.answered for each in self.told)])
        return max(later - earlier for earlier, later in itertools.pairwise(moments))

    @property
    def slowest(self) -> float:
        """How long somebody waited who was waiting meanwhile, even if she was answered only afterwards."""
        waited = [
            each.took for each in self.ledger.told if each.answered > self.since and each.sent < self.until
        ]
        return max(waited, default=0.0)

    @property
    def met(self) -> Counter[str]:
        return Counter(what for what, _ in self._met())

    @property
    def sentences(self) -> set[str]:
        return {sentence for _, sentence in self._met() if sentence}

    def quantile(self, part: float) -> float:
        waits = sorted(each.took for each in self.told)
        return waits[min(int(len(waits) * part), len(waits) - 1)] if waits else 0.0

    def _met(self) -> list[tuple[str, str]]:
        return [
            (what, sentence) for when, what, sentence in self.ledger.met if self.since <= when <= self.until
        ]

    @property
    def _end(self) -> float:
        return min(self.until, time.monotonic())
