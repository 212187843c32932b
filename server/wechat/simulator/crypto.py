"""The push encryption, written anew from the platform's page: shares no line with the receiving side."""

import base64
import hashlib
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform's choice


def encrypted(encoding_key: str, message: bytes, appid: str, noise: bytes | None = None) -> str:
    key = base64.b64decode(encoding_key + "=")
    noise = noise or secrets.token_hex(8).encode()
    plain = noise + len(message).to_bytes(4, "big") + message + appid.encode()
    missing = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypted(encoding_key: str, sealed: str) -> tuple[bytes, str]:
    """The message and the appid behind it."""
    key = base64.b64decode(encoding_key + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    content = plain[16 : -plain[-1]]
    length = int.from_bytes(content[:4], "big")
    return content[4 : 4 + length], content[4 + length :].decode()
