"""Numbers that must not be read in the database: sealed at rest, and found again by a keyed digest.

A token is `version 1 | algorithm 1 | key id 2 | nonce 12 | ciphertext | tag 16`. Its header and its place
("resident.phone|<uid>") are authenticated with it, so a token that was changed, or copied by SQL to another
row or column, does not open (reliability §4).
"""

import hashlib
import hmac
import secrets
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

VERSION = 1
HEADER = struct.Struct(">BBH")
NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16
SHORTEST_KEY = 32
LARGEST_KEY_ID = 0xFFFF


class SealBroken(Exception):
    """The token was changed, moved, or sealed with a key that this process does not hold."""


class Algorithm(IntEnum):
    AES_256_GCM = 1
    SM4_GCM = 2  # GB/T 32907, asked for by GB/T 39786

    @property
    def key_bytes(self) -> int:
        return 32 if self is Algorithm.AES_256_GCM else 16


@dataclass(frozen=True, repr=False)
class Keyring:
    """Several data keys open and one seals; several index keys search and one writes."""

    data_keys: Mapping[int, bytes]
    sealing_key: int
    index_keys: Mapping[int, bytes]
    writing_key: int
    algorithm: Algorithm = Algorithm.AES_256_GCM

    @classmethod
    def from_words(cls, *, data_keys: str, index_keys: str, algorithm: str = "AES-256-GCM") -> "Keyring":
        """Read "id:hex,id:hex"; the first of each list is the one that seals or writes. Raise `ValueError`."""
        try:
            chosen = Algorithm[algorithm.upper().replace("-", "_")]
        except KeyError:
            message = "the sealing algorithm must be AES-256-GCM or SM4-GCM"
            raise ValueError(message) from None
        data, index = _keys(data_keys), _keys(index_keys)
        if set(data.values()) & set(index.values()):
            # Whoever holds the index key can guess every phone number: it must not open them as well.
            message = "a data key must not be an index key too"
            raise ValueError(message)
        return cls(
            data_keys=data,
            sealing_key=next(iter(data)),
            index_keys=index,
            writing_key=next(iter(index)),
            algorithm=chosen,
        )


@dataclass(frozen=True)
class SpareKeys:
    """The ids of what still opens or searches, and no longer seals or writes: a rotation makes them idle."""

    data: tuple[int, ...]
    index: tuple[int, ...]


_keyring: Keyring | None = None


def configure(keyring: Keyring) -> None:
    """Set the keys of this process; called once while it starts, and by a rotation."""
    global _keyring  # noqa: PLW0603  keys belong to the process, as the database connection does
    _keyring = keyring
    _derived.cache_clear()


def seal(text: str, *, place: str) -> bytes:
    return seal_bytes(text.encode(), place=place)


def seal_bytes(content: bytes, *, place: str) -> bytes:
    ring = _configured()
    header, nonce = current_header(), secrets.token_bytes(NONCE_BYTES)
    key = _data_key(ring.data_keys[ring.sealing_key], ring.algorithm)
    return header + nonce + encrypt(ring.algorithm, key, nonce, content, _bound_to(header, place))


def open_sealed(token: bytes, *, place: str) -> str:
    """Return the text, or raise `SealBroken`."""
    return open_sealed_bytes(token, place=place).decode()


def open_sealed_bytes(token: bytes, *, place: str) -> bytes:
    """Return the content, or raise `SealBroken`."""
    ring = _configured()
    if len(token) < HEADER.size + NONCE_BYTES + TAG_BYTES:
        raise SealBroken
    algorithm, key_id = sealed_with(token)
    if key_id not in ring.data_keys:
        raise SealBroken
    nonce, body = token[HEADER.size : HEADER.size + NONCE_BYTES], token[HEADER.size + NONCE_BYTES :]
    key = _data_key(ring.data_keys[key_id], algorithm)
    return decrypt(algorithm, key, nonce, body, _bound_to(token[: HEADER.size], place))


def sealed_with(token: bytes) -> tuple[Algorithm, int]:
    """Return the algorithm and the id of the data key, which the token, or its header alone, names."""
    if len(token) < HEADER.size:
        raise SealBroken
    version, algorithm, key_id = HEADER.unpack_from(token)
    if version != VERSION or algorithm not in frozenset(Algorithm):
        raise SealBroken
    return Algorithm(algorithm), key_id


def current_header() -> bytes:
    """Return what every token begins with that is sealed now: a rotation has ended when none begins otherwise."""
    ring = _configured()
    return HEADER.pack(VERSION, ring.algorithm, ring.sealing_key)


def blind_index(text: str, *, column: str) -> str:
    """Return the digest to store beside the sealed value: equal for equal values of one column, and only there."""
    return _digest(text, column, _configured().writing_key)


def index_candidates(text: str, *, column: str) -> list[str]:
    """Return the digest under every live index key, the one that is written first: keys are changed while we serve."""
    return [_digest(text, column, key_id) for key_id in (_configured().writing_key, *spare_keys().index)]


def current_index_prefix() -> str:
    """Return what every digest begins with that is written now."""
    return _index_prefix(_configured().writing_key)


def spare_keys() -> SpareKeys:
    ring = _configured()
    return SpareKeys(
        data=tuple(key_id for key_id in ring.data_keys if key_id != ring.sealing_key),
        index=tuple(key_id for key_id in ring.index_keys if key_id != ring.writing_key),
    )


def normalized(text: str, *, column: str) -> str:
    """Return one spelling for all ways to write the same number: full width, spaces, hyphens, small x, +86."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()
    if not column.endswith("phone"):
        return plain
    digits = "".join(character for character in plain if character.isdigit())
    return digits[2:] if len(digits) == len("8613800000000") and digits.startswith("861") else digits


def encrypt(algorithm: Algorithm, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    encryptor = Cipher(_block(algorithm, key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def decrypt(algorithm: Algorithm, key: bytes, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    if len(body) < TAG_BYTES:
        raise SealBroken
    decryptor = Cipher(_block(algorithm, key), modes.GCM(nonce, body[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(bound)
    try:
        return decryptor.update(body[:-TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise SealBroken from None


def _block(algorithm: Algorithm, key: bytes) -> algorithms.AES | algorithms.SM4:
    return algorithms.AES(key) if algorithm is Algorithm.AES_256_GCM else algorithms.SM4(key)


def _bound_to(header: bytes, place: str) -> bytes:
    return header + place.encode()


def _configured() -> Keyring:
    if _keyring is None:
        message = "sealing.configure() was not called"
        raise RuntimeError(message)
    return _keyring


def _keys(words: str) -> dict[int, bytes]:
    keys: dict[int, bytes] = {}
    for word in words.split(","):
        number, _, digits = word.strip().partition(":")
        if not number.isdigit() or not 0 < int(number) <= LARGEST_KEY_ID or int(number) in keys:
            message = 'keys are written "id:hex,id:hex", each id once, from 1 to 65535'
            raise ValueError(message)
        keys[int(number)] = bytes.fromhex(digits)
        if len(keys[int(number)]) < SHORTEST_KEY:
            message = "a key has at least 32 bytes"
            raise ValueError(message)
    return keys


def _data_key(secret: bytes, algorithm: Algorithm) -> bytes:
    return _derived(secret, f"seal/{algorithm.name}", algorithm.key_bytes)


@lru_cache(maxsize=256)
def _derived(secret: bytes, purpose: str, length: int) -> bytes:
    # One secret never serves two algorithms or two columns.
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=purpose.encode()).derive(secret)


def _digest(text: str, column: str, key_id: int) -> str:
    key = _derived(_configured().index_keys[key_id], f"index/{column}", 32)
    mark = hmac.new(key, normalized(text, column=column).encode(), hashlib.sha256).hexdigest()
    return f"{_index_prefix(key_id)}{mark[: 2 * INDEX_BYTES]}"


def _index_prefix(key_id: int) -> str:
    return f"{key_id:04x}"
