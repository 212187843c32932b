"""What somebody was shown before they say yes, carried by their own page: sealed for a place that names them, and not for long.

Nobody keeps the rows between the two steps, so nothing lies in a table that the second step does not need.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from server.kit import sealing

AT = "at"


class TicketOver(Exception):
    """Too old, altered, sealed for another place, or packed by an older release."""


def sealed_ticket(said: Mapping[str, Any], *, place: str, now: datetime) -> str:
    """Return text for a page; `place` names what it is for and for whom."""
    whole = {**said, AT: int(now.timestamp())}
    packed = zlib.compress(json.dumps(whole, ensure_ascii=False).encode())
    return base64.b64encode(sealing.seal_bytes(packed, place=place)).decode()


def opened_ticket(text: str, *, place: str, lasts: timedelta, now: datetime) -> dict[str, Any]:
    """Return what was sealed, or raise `TicketOver`."""
    try:
        packed = sealing.open_sealed_bytes(base64.b64decode(text, validate=True), place=place)
        said: dict[str, Any] = json.loads(zlib.decompress(packed))
    except (sealing.SealBroken, binascii.Error, zlib.error, ValueError):
        raise TicketOver from None
    if not timedelta(0) <= now - datetime.fromtimestamp(said[AT], UTC) < lasts:
        raise TicketOver
    return said
