"""The codes on plates and screens (facts/wechat.md §5.2): at most 32 characters, every one of them checked before a look-up.

Plate     P + key id + base64url(15 random bytes ‖ 6 bytes of HMAC)              30 characters, printed, never changes
Rotating  R + key id + base64url(screen u32 ‖ step u32 ‖ 12 bytes of HMAC)      29 characters, step = floor(t / 30 s)
Nonce     base64url(16 random bytes)                                            22 characters, once

The HMAC covers the mini-program's id and the purpose, so that a code of one kind, or of another installation, is never
taken for another. `configure` is called once by whatever starts the process, with the settings' `plate_keys`
("id:hex,id:hex"; the first one writes, all of them read).
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from server.kit import camera_codes
from server.kit.camera_codes import (
    STEP_SECONDS,
    STEP_TOLERANCE,
    CodeKeys,
    Forged,
    Malformed,
    Step,
    code_keys,
    configure,
    encoded,
    is_current,
    is_screen,
    seconds_left,
    step_at,
    taken_apart,
)

__all__ = [
    "STEP_SECONDS",
    "STEP_TOLERANCE",
    "CodeKeys",
    "Forged",
    "FreshPlate",
    "Malformed",
    "Step",
    "code_keys",
    "configure",
    "is_current",
    "is_screen",
    "new_nonce",
    "new_plate",
    "nonce_digest",
    "plate_digest",
    "rotating_code",
    "rotating_step",
    "seconds_left",
    "step_at",
]

_PLATE_ID = 15
_PLATE_TAG = 6
_ROTATING = {"letter": "R", "purpose": "rotating"}


@dataclass(frozen=True)
class FreshPlate:
    """A plate that has just been made: the only moment at which its text is known."""

    text: str = field(repr=False)
    digest: str
    key_id: str


def new_plate(keys: CodeKeys) -> FreshPlate:
    plate_id = secrets.token_bytes(_PLATE_ID)
    tag = keys.tag(keys.live, "plate", plate_id, _PLATE_TAG)
    return FreshPlate(
        text=f"P{keys.live}{encoded(plate_id + tag)}", digest=_digest(plate_id), key_id=keys.live
    )


def plate_digest(text: str, keys: CodeKeys) -> str:
    """Return what the database knows the plate by; refuse `Malformed` or `Forged`."""
    key_id, raw = taken_apart(text, "P", _PLATE_ID + _PLATE_TAG)
    plate_id, tag = raw[:_PLATE_ID], raw[_PLATE_ID:]
    if not hmac.compare_digest(tag, keys.tag(key_id, "plate", plate_id, _PLATE_TAG)):
        raise Forged
    return _digest(plate_id)


def rotating_code(*, screen: int, now: datetime, keys: CodeKeys) -> str:
    return camera_codes.rotating_code(screen=screen, now=now, keys=keys, **_ROTATING)


def rotating_step(text: str, keys: CodeKeys) -> Step:
    """Return which screen showed it and when; refuse `Malformed` or `Forged`. Its age is for the caller to judge."""
    return camera_codes.rotating_step(text, keys, **_ROTATING)


def new_nonce() -> str:
    return encoded(secrets.token_bytes(16))


def nonce_digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _digest(plate_id: bytes) -> str:
    return hashlib.sha256(plate_id).hexdigest()
