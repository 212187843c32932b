"""The signature under a checkpoint: whoever holds the public key can verify it, and sign nothing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES: Final = 32

_signers: list[Ed25519PrivateKey] = []


def configure(key: bytes, *retired: bytes) -> None:
    """Set the key that signs; what the retired ones signed still verifies.

    It is not the key of the chains: whoever verifies checkpoints must not be able to forge lines.
    """
    if any(len(each) != KEY_BYTES for each in (key, *retired)):
        message = f"A checkpoint key has {KEY_BYTES} bytes"
        raise ValueError(message)
    _signers[:] = [Ed25519PrivateKey.from_private_bytes(each) for each in (key, *retired)]


def signed(body: Mapping[str, Any]) -> str:
    return _keys()[0].sign(canonical(body)).hex()


def is_signed(body: Mapping[str, Any], signature: str) -> bool:
    return any(verifies(_public(key), body, signature) for key in _keys())


def verifies(public_key: bytes, body: Mapping[str, Any], signature: str) -> bool:
    """Tell whether the signature stands under this very body; all that another organisation needs."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), canonical(body))
    except (ValueError, InvalidSignature):
        return False
    return True


def public_key() -> bytes:
    return _public(_keys()[0])


def canonical(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _keys() -> list[Ed25519PrivateKey]:
    if not _signers:
        message = "audit.signing.configure(key) has not been called"
        raise RuntimeError(message)
    return _signers
