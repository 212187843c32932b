"""The codes on plates and screens (facts/wechat.md §5.2): at most 32 characters, every one of them checked before a look-up.

Plate     P + key id + base64url(15 random bytes ‖ 6 bytes of HMAC)              30 characters, printed, never changes
Rotating  R + key id + base64url(screen u32 ‖ step u32 ‖ 12 bytes of HMAC)      29 characters, step = floor(t / 30 s)
Nonce     base64url(16 random bytes)                                            22 characters, once

The HMAC covers the mini-program's id and the purpose, so that a code of one kind, or of another installation, is never
taken for another. `configure` is called once by whatever starts the process, with the settings' `plate_keys`
("id:hex,id:hex"; the first one writes, all of them read).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

STEP_SECONDS = 30
STEP_TOLERANCE = 1
_PLATE_ID = 15
_PLATE_TAG = 6
_ROTATING_TAG = 12
_U32 = 2**32
_SHORTEST_KEY = 16  # bytes
LONGEST = 32  # characters: what a mini-program code can carry


class Malformed(ValueError):
    """Not a code of this kind at all: another maker's sticker, a web address, a torn label."""


class Forged(ValueError):
    """It has the right shape, and the tag is not ours."""


@dataclass(frozen=True)
class CodeKeys:
    appid: str
    live: str  # the key id that writes
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, text: str, *, appid: str) -> "CodeKeys":
        """Read "id:hex,id:hex"; an id is one character, because codes have 32."""
        pairs = [pair.split(":", 1) for pair in text.split(",") if pair]
        keys = {key_id.strip(): bytes.fromhex(key) for key_id, key in pairs}
        if not keys or any(len(key_id) != 1 or len(key) < _SHORTEST_KEY for key_id, key in keys.items()):
            msg = "plate keys: one character, a colon, at least 16 bytes in hex"
            raise ValueError(msg)
        return cls(appid=appid, live=pairs[0][0].strip(), keys=keys)

    def tag(self, key_id: str, purpose: str, body: bytes, length: int) -> bytes:
        if key_id not in self.keys:
            raise Forged
        return hmac.new(self.keys[key_id], f"{self.appid}|{purpose}|".encode() + body, "sha256").digest()[
            :length
        ]


_configured: list[CodeKeys] = []


def configure(*, appid: str, keys: str) -> None:
    _configured[:] = [CodeKeys.read(keys, appid=appid)]


def code_keys() -> CodeKeys:
    if not _configured:
        msg = "visits.codes.configure was not called by whatever started this process"
        raise RuntimeError(msg)
    return _configured[0]


@dataclass(frozen=True)
class FreshPlate:
    """A plate that has just been made: the only moment at which its text is known."""

    text: str = field(repr=False)
    digest: str
    key_id: str


@dataclass(frozen=True)
class Step:
    screen: int
    number: int


def new_plate(keys: CodeKeys) -> FreshPlate:
    plate_id = secrets.token_bytes(_PLATE_ID)
    tag = keys.tag(keys.live, "plate", plate_id, _PLATE_TAG)
    return FreshPlate(
        text=f"P{keys.live}{_encoded(plate_id + tag)}", digest=_digest(plate_id), key_id=keys.live
    )


def plate_digest(text: str, keys: CodeKeys) -> str:
    """Return what the database knows the plate by; refuse `Malformed` or `Forged`."""
    key_id, raw = _taken_apart(text, "P", _PLATE_ID + _PLATE_TAG)
    plate_id, tag = raw[:_PLATE_ID], raw[_PLATE_ID:]
    if not hmac.compare_digest(tag, keys.tag(key_id, "plate", plate_id, _PLATE_TAG)):
        raise Forged
    return _digest(plate_id)


def step_at(instant: datetime) -> int:
    return int(instant.timestamp()) // STEP_SECONDS


def seconds_left(instant: datetime) -> int:
    return STEP_SECONDS - int(instant.timestamp()) % STEP_SECONDS


def rotating_code(*, screen: int, now: datetime, keys: CodeKeys) -> str:
    body = struct.pack(">II", screen % _U32, step_at(now))
    return f"R{keys.live}{_encoded(body + keys.tag(keys.live, 'rotating', body, _ROTATING_TAG))}"


def rotating_step(text: str, keys: CodeKeys) -> Step:
    """Return which screen showed it and when; refuse `Malformed` or `Forged`. Its age is for the caller to judge."""
    key_id, raw = _taken_apart(text, "R", 8 + _ROTATING_TAG)
    body, tag = raw[:8], raw[8:]
    if not hmac.compare_digest(tag, keys.tag(key_id, "rotating", body, _ROTATING_TAG)):
        raise Forged
    screen, number = struct.unpack(">II", body)
    return Step(screen=screen, number=number)


def is_current(step: Step, *, at: datetime) -> bool:
    return abs(step.number - step_at(at)) <= STEP_TOLERANCE


def is_screen(step: Step, screen: int) -> bool:
    return step.screen == screen % _U32


def new_nonce() -> str:
    return _encoded(secrets.token_bytes(16))


def nonce_digest(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()


def _digest(plate_id: bytes) -> str:
    return hashlib.sha256(plate_id).hexdigest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _taken_apart(text: str, letter: str, length: int) -> tuple[str, bytes]:
    if len(text) > LONGEST or text[:1] != letter:
        raise Malformed
    body = text[2:]
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed from None
    # 160 bits stand in 27 characters: three other last characters would decode to the same bytes.
    if len(raw) != length or _encoded(raw) != body:
        raise Malformed
    return text[1], raw
