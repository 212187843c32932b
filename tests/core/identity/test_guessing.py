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
from server.identity.actions import ConsoleSession
from server.identity.browsers import known_browser
from server.identity.errors import SignInLocked, WrongSignIn
from server.identity.models import Session

pytestmark = pytest.mark.sqlite  # tests/mysql/test_identity_races.py sends guesses side by side

GUESSES = int(os.environ.get("GUESSES", "1000"))
DAY = timedelta(days=1)
WINDOW = timedelta(minutes=15)
NOBODY = Actor(account_id=None, account_uid="", name="", grants=(), channel=Channel.CONSOLE)


async def knock(login: str, password: str, code: str, now: datetime, browser: str | None = None) -> str:
    """Try the door, and return what was said: "in", or the refusal."""
    try:
        await opened(login, password, code, now, browser)
    except (WrongSignIn, SignInLocked) as refusal:
        return type(refusal).__name__
    return "in"


async def opened(
    login: str, password: str, code: str, now: datetime, browser: str | None = None
) -> ConsoleSession:
    return await doors.sign_in_to_console(
        actor=NOBODY, login=login, password=password, code=code, label="x", replaces=None, browser=browser,
        memory_kib=64, now=now,
    )  # fmt: skip


async def known_to(*logins: str, clock: Any) -> str:
    """Return what a browser keeps in which these have signed in, one after the other."""
    browser = None
    for login in logins:
        now = clock.advance(seconds=30)
        code = pyotp.TOTP(cast.TOTP_SECRET).at(now)
        browser = (await opened(login, cast.CONSOLE_PASSWORD, code, now, browser)).browser
    assert browser
    return browser


def code_at(now: datetime) -> str:
    return pyotp.TOTP(cast.TOTP_SECRET).at(now)


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


class TestABrowserThatIsKnown:
    async def test_lets_the_rightful_one_in_while_strangers_guess_day_and_night(
        self, town: Town, clock: Any
    ) -> None:
        """Five guesses at the beginning of each window kept the rightful one out for as long as somebody liked."""
        browser = await known_to("he", clock=clock)
        for _ in range(4):
            now = clock.advance(minutes=15)
            for number in range(6):
                await knock("he", f"guess-{number}", "000000", now)

            assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now) == "SignInLocked"
            assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now, browser) == "in"

    async def test_has_five_tries_of_its_own_and_no_more(self, town: Town, clock: Any) -> None:
        browser = await known_to("he", clock=clock)
        now = clock.advance(seconds=30)
        said = [await knock("he", f"guess-{number}", "000000", now, browser) for number in range(7)]

        assert said == ["WrongSignIn"] * 5 + ["SignInLocked"] * 2
        assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now, browser) == "SignInLocked"
        assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now) == "in"  # a colleague's machine

    async def test_does_not_give_strangers_more_tries_when_the_rightful_one_comes_in(
        self, town: Town, clock: Any
    ) -> None:
        browser = await known_to("he", clock=clock)
        now = clock.advance(seconds=30)
        for number in range(5):
            await knock("he", f"guess-{number}", "000000", now)

        assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now, browser) == "in"
        assert await knock("he", "one-more", "000000", now) == "SignInLocked"

    async def test_is_known_to_all_who_share_it_and_to_nobody_else(self, town: Town, clock: Any) -> None:
        browser = await known_to("he", "song", clock=clock)
        now = clock.advance(seconds=30)
        for login in ("he", "song", "feng"):
            for number in range(5):
                await knock(login, f"guess-{number}", "000000", now)

        assert [
            await knock(login, cast.CONSOLE_PASSWORD, code_at(now), now, browser)
            for login in ("he", "song", "feng")
        ] == ["in", "in", "SignInLocked"]

    @pytest.mark.parametrize("spoilt", ["", "x", "é", "A" * 3000, "changed"])
    async def test_is_not_one_that_says_so_itself(self, town: Town, clock: Any, spoilt: str) -> None:
        browser = await known_to("he", clock=clock)
        now = clock.advance(seconds=30)
        for number in range(5):
            await knock("he", f"guess-{number}", "000000", now)
        middle = len(browser) // 2
        changed = browser[:middle] + ("A" if browser[middle] != "A" else "B") + browser[middle + 1 :]

        told = changed if spoilt == "changed" else spoilt

        assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now, told) == "SignInLocked"

    async def test_is_forgotten_after_half_a_year(self, town: Town, clock: Any) -> None:
        browser = await known_to("he", clock=clock)
        now = clock.advance(days=180)
        for number in range(5):
            await knock("he", f"guess-{number}", "000000", now)

        assert await knock("he", cast.CONSOLE_PASSWORD, code_at(now), now, browser) == "SignInLocked"

    async def test_keeps_a_bounded_number_of_those_who_sign_in(self, clock: Any) -> None:
        browser = known_browser(None)
        for number in range(30):
            browser = browser.having_signed_in(f"{number}".rjust(32, "x"), now=clock.advance(seconds=1))

        assert len(browser.logins) == 8
        assert len(browser.sealed()) < 1000
        assert known_browser(browser.sealed()) == browser


class TestChangingThePassword:
    async def test_is_not_kept_from_anybody_by_strangers_at_the_door(
        self, town: Town, clock: Any, actor: Any
    ) -> None:
        he = await actor("he")
        for number in range(5):
            await knock("he", f"guess-{number}", "000000", clock())

        with pytest.raises(WrongSignIn):
            await doors.change_password(
                actor=he, old="not the old one", new="a wholly other sentence", memory_kib=64, now=clock()
            )
        await doors.change_password(
            actor=he, old=cast.CONSOLE_PASSWORD, new="a wholly other sentence", memory_kib=64, now=clock()
        )

    async def test_is_tried_five_times_and_no_more(self, town: Town, clock: Any, actor: Any) -> None:
        he = await actor("he")
        for _ in range(5):
            with pytest.raises(WrongSignIn):
                await doors.change_password(
                    actor=he, old="not the old one", new="a wholly other sentence", memory_kib=64, now=clock()
                )

        with pytest.raises(SignInLocked):
            await doors.change_password(
                actor=he, old=cast.CONSOLE_PASSWORD, new="a wholly other sentence", memory_kib=64, now=clock()
            )


class TestGuessesAtManyLogins:
    async def test_hit_nothing_and_tell_known_from_unknown_by_nothing(self, town: Town, clock: Any) -> None:
        known = [each.key for each in cast.CAST if each.login]
        made_up = (f"somebody-{number}" for number in itertools.count())
        logins = [*known, *itertools.islice(made_up, GUESSES // 2)]

        said = {login: await knock(login, "123456", "000000", clock()) for login in logins}

        assert set(said.values()) == {"WrongSignIn"}
        assert await Session.all().count() == 0
