"""A password takes a core for a while: never the event loop's, and never more than two at once."""

import asyncio
import threading
import time
from typing import Any

import pytest

from server.identity import passwords

pytestmark = pytest.mark.sqlite  # no database is asked


async def test_are_looked_at_two_at_once_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, at_once, most, threads = threading.Lock(), 0, 0, set()

    def slow(*_: Any) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            threads.add(threading.get_ident())
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return True

    monkeypatch.setattr(passwords, "_matches", slow)
    asked = asyncio.gather(*(passwords.matches("password", None, memory_kib=64) for _ in range(8)))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0.005)
        turns += 1

    assert most == 2
    assert threading.get_ident() not in threads
    assert turns > 8  # the loop went round while they were at it
