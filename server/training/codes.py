"""The code that a trainer's screen shows: made anew every 30 seconds, of this purpose alone."""

from datetime import datetime

from server.kit.camera_codes import (
    Forged,
    Malformed,
    code_keys,
    is_current,
    rotating_code,
    rotating_step,
)
from server.training.errors import CodeNotOurs, CodeOver

_ROTATING = {"letter": "T", "purpose": "training"}


def shown_code(*, session_id: int, now: datetime) -> str:
    return rotating_code(screen=session_id, now=now, keys=code_keys(), **_ROTATING)


def session_of_code(text: str, *, now: datetime) -> int:
    """Return the number of the session whose screen shows this code now."""
    try:
        step = rotating_step(text, code_keys(), **_ROTATING)
    except (Malformed, Forged):
        raise CodeNotOurs from None
    if not is_current(step, at=now):
        raise CodeOver
    return step.screen
