"""How homes write their beds: "201-1" is the first bed of room 201."""

import hashlib
import re
import unicodedata

WITHIN_A_ROOM = re.compile(r"[-/#·\s]+[^-/#·\s]+$")
NUMBERS = re.compile(r"(\d+)")


def bed_key(home_id: int, bed: str | None) -> str | None:
    """Return the key that only one resident may hold: one person per bed."""
    return f"{home_id}/{hashlib.sha256(bed.encode()).hexdigest()[:24]}" if bed else None


def plain_bed(bed: str) -> str:
    """Return one spelling for all ways to write the same bed: full width, spaces, small letters."""
    return "".join(unicodedata.normalize("NFKC", bed).split()).upper()


def room_of(bed: str) -> str:
    """Return the room; a bed whose name has one part only is a room of its own."""
    return WITHIN_A_ROOM.sub("", plain_room(bed))


def plain_room(name: str) -> str:
    """Return one spelling of a room's name; unlike a bed's it keeps its spaces, which part it."""
    return unicodedata.normalize("NFKC", name).strip().upper()


def in_house_order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts rooms and beds as people walk past them: 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in NUMBERS.split(name) if part]
