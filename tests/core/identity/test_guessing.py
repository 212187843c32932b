"""Thousands of guesses at the console's door (reliability 2.3 E): none gets in, and the rightful one still does."""

import itertools
import os
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest

from server.authority.actor import Actor, Channel
from server.demo import Town, cast
from server.identity import doors
from server.identity.errors import SignInLocked, WrongSignIn
from server.identity.models import Session

pytestmark = pytest.mark.sqlite  # tests/mysql/test_identity_races.py sends guesses side by side

GUESSES = int(os.environ.get("GUESSES", "1000"))
DAY = timedelta(days=1)
WINDOW = timedelta(minutes=15)
NOBODY = Actor(account_id=None, account_uid="", name="", grants=(), channel=Channel.CONSOLE)


async def knock(login: str, password: str, code: str, now: datetime) -> str:
    """Try the door, and return what was said: "in", or the refusal."""
    try:
        await doors.sign_in_to_console(
            actor=NOBODY, login=login, password=password, code=code, label="x", replaces=None, memory_kib=64, now=now
        )  # fmt: skip
    except (WrongSignIn, SignInLocked) as refusal:
        return type(refusal).__name__
    return "in"


def most_within(window: timedelta, instants: Iterable[datetime]) -> int:
    times = sorted(instants)
    return max(sum(first <= each < first + window for each in times) for first in times)


class TestGuessesAtOneLogin:
    async def test_are_judged_five_times_in_fifteen_minutes_and_never_let_in(
        self, town: Town, clock: Any
    ) -> None:
        """The code is right every time: what stands between is the password alone."""
        said: Counter[str] = Counter()
        judged = []
        for number in range(GUESSES):
            now = clock.advance(seconds=DAY.total_seconds() / GUESSES)
            word = await knock("he", f"guess-{number}", pyotp.TOTP(cast.TOTP_SECRET).at(now), now)
            said[word] += 1
            judged += [now] if word == "WrongSignIn" else []

        assert said.keys() == {"WrongSignIn", "SignInLocked"}
        assert most_within(WINDOW, judged) <= 5
        assert await Session.all().count() == 0

    async def test_leave_the_door_open_to_the_rightful_one_within_fifteen_minutes(
        self, town: Town, clock: Any
    ) -> None:
        for number in range(20):
            await knock("he", f"guess-{number}", "000000", clock())

        now = clock.advance(minutes=15)

        assert await knock("he", cast.CONSOLE_PASSWORD, pyotp.TOTP(cast.TOTP_SECRET).at(now), now) == "in"


class TestGuessesAtManyLogins:
    async def test_hit_nothing_and_tell_known_from_unknown_by_nothing(self, town: Town, clock: Any) -> None:
        known = [each.key for each in cast.CAST if each.login]
        made_up = (f"somebody-{number}" for number in itertools.count())
        logins = [*known, *itertools.islice(made_up, GUESSES // 2)]

        said = {login: await knock(login, "123456", "000000", clock()) for login in logins}

        assert set(said.values()) == {"WrongSignIn"}
        assert await Session.all().count() == 0
