"""Hash and check console passwords: argon2id, in threads of their own, at most two at once in this process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 47 MiB for one pass keeps a core busy for about 65 ms; more than two at once would starve the two cores.
_HASHERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)


@lru_cache(maxsize=4)
def _nobodys_hash(memory_kib: int) -> str:
    """Return what is checked when a login does not exist, so that the answer takes as long."""
    return _hasher(memory_kib).hash("nobody has this password")


async def hashed(password: str, *, memory_kib: int) -> str:
    return await asyncio.get_running_loop().run_in_executor(_HASHERS, _hasher(memory_kib).hash, password)


async def matches(password: str, stored: str | None, *, memory_kib: int) -> bool:
    """Tell whether the password is the one that was hashed; for None do the same work and say no."""
    return await asyncio.get_running_loop().run_in_executor(_HASHERS, _matches, password, stored, memory_kib)


def _matches(password: str, stored: str | None, memory_kib: int) -> bool:
    try:
        _hasher(memory_kib).verify(stored or _nobodys_hash(memory_kib), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
