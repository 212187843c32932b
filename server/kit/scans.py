"""Scanned pages: how large they may be, and what they are by their first bytes. Each feature refuses in its own words."""

from collections.abc import Mapping

from server.kit.errors import DomainError

LARGEST_PAPER = 8 * 1024 * 1024
_BEGINNINGS: Mapping[bytes, str] = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


def media_type_of(scan: bytes, *, too_large: type[DomainError], unreadable: type[DomainError]) -> str:
    """Tell what a scanned page is by its first bytes; what a file calls itself is nobody's word."""
    if len(scan) > LARGEST_PAPER:
        raise too_large(fields={"file": too_large.message})
    for beginning, media_type in _BEGINNINGS.items():
        if scan.startswith(beginning):
            return media_type
    raise unreadable(fields={"file": unreadable.message})
