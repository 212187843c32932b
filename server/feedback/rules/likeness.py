"""How alike two texts are: copies of one text share its pairs of neighbouring characters, whatever was put around them."""

import re

_NOISE = re.compile(r"[\W_]+")  # spaces, marks and faces are what copies differ in first


def pairs_of(text: str) -> frozenset[str]:
    bare = _NOISE.sub("", text)
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1))


def likeness(one: str, other: str) -> int:
    """Return in per cent how many of their pairs two texts share (Dice); texts too short for a pair are like nothing."""
    mine, theirs = pairs_of(one), pairs_of(other)
    if not mine or not theirs:
        return 0
    return round(200 * len(mine & theirs) / (len(mine) + len(theirs)))
