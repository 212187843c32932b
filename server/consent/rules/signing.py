"""What is written under a consent: a name on the screen, or the scan of a signed paper. Pure."""

from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from server.consent.errors import (
    PaperTooLarge,
    PaperUnreadable,
    SignatureOutside,
    SignatureTooLong,
    SignatureTooShort,
)
from server.kit import scans


@dataclass(frozen=True)
class Signature:
    """A name written with a finger: strokes of points within a box, in its own units."""

    width: int
    height: int
    strokes: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def canonical(self) -> str:
        """Return the one spelling that is sealed and digested."""
        return dumps([self.width, self.height, self.strokes], separators=(",", ":"))

    @property
    def digest(self) -> str:
        return sha256(self.canonical.encode()).hexdigest()


MOST_STROKES, MOST_POINTS, LEAST_POINTS = 120, 4000, 12


def ensure_signature(signature: Signature) -> None:
    """Refuse what cannot be somebody's name; whose hand it was, nobody can tell from it."""
    points = [point for stroke in signature.strokes for point in stroke]
    if len(points) > MOST_POINTS or len(signature.strokes) > MOST_STROKES:
        raise SignatureTooLong(fields={"signature": SignatureTooLong.message})
    if len(points) < LEAST_POINTS:
        raise SignatureTooShort(fields={"signature": SignatureTooShort.message})
    if not all(0 <= x <= signature.width and 0 <= y <= signature.height for x, y in points):
        raise SignatureOutside(fields={"signature": SignatureOutside.message})


MOST_PAPERS = 6


def media_type_of(scan: bytes) -> str:
    return scans.media_type_of(scan, too_large=PaperTooLarge, unreadable=PaperUnreadable)
