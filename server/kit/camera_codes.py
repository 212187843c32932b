"""Short codes for cameras: an HMAC over what they say, the purpose and the mini-program's id.

At most 32 characters, which is what a mini-program code can carry. The HMAC covers the purpose, so that a code of one
kind, or of another installation, is never taken for another. `configure` is called once by whatever starts the process,
with the settings' `plate_keys` ("id:hex,id:hex"; the first one writes, all of them read).

Rotating  letter + key id + base64url(screen u32 ‖ step u32 ‖ 12 bytes of HMAC)      29 characters, step = floor(t / 30 s)
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

STEP_SECONDS = 30
STEP_TOLERANCE = 1
ROTATING_TAG = 12
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
        msg = "kit.camera_codes.configure was not called by whatever started this process"
        raise RuntimeError(msg)
    return _configured[0]


@dataclass(frozen=True)
class Step:
    screen: int
    number: int


def step_at(instant: datetime) -> int:
    return int(instant.timestamp()) // STEP_SECONDS


def seconds_left(instant: datetime) -> int:
    return STEP_SECONDS - int(instant.timestamp()) % STEP_SECONDS


def rotating_code(*, screen: int, now: datetime, keys: CodeKeys, letter: str, purpose: str) -> str:
    body = struct.pack(">II", screen % _U32, step_at(now))
    return f"{letter}{keys.live}{encoded(body + keys.tag(keys.live, purpose, body, ROTATING_TAG))}"


def rotating_step(text: str, keys: CodeKeys, *, letter: str, purpose: str) -> Step:
    """Return which screen showed it and when; refuse `Malformed` or `Forged`. Its age is for the caller to judge."""
    key_id, raw = taken_apart(text, letter, 8 + ROTATING_TAG)
    body, tag = raw[:8], raw[8:]
    if not hmac.compare_digest(tag, keys.tag(key_id, purpose, body, ROTATING_TAG)):
        raise Forged
    screen, number = struct.unpack(">II", body)
    return Step(screen=screen, number=number)


def is_current(step: Step, *, at: datetime) -> bool:
    return abs(step.number - step_at(at)) <= STEP_TOLERANCE


def is_screen(step: Step, screen: int) -> bool:
    return step.screen == screen % _U32


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def taken_apart(text: str, letter: str, length: int) -> tuple[str, bytes]:
    if len(text) > LONGEST or text[:1] != letter:
        raise Malformed
    body = text[2:]
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed from None
    # 160 bits stand in 27 characters: three other last characters would decode to the same bytes.
    if len(raw) != length or encoded(raw) != body:
        raise Malformed
    return text[1], raw
