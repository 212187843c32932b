"""Changing one's password."""

import pyotp

from server.demo import cast
from server.identity.models import ConsoleCredential


class TestChangePassword:
    NEW = "three-quiet-herons"

    async def test_every_session_ends_and_only_the_new_one_opens(self, console, browser_for, clock):
        page = await console("he")
        clock.advance(seconds=60)
        other = await console("he")

        answer = await page.submit(
            "/admin/password", {"old_password": cast.CONSOLE_PASSWORD, "new_password": self.NEW}
        )

        assert answer.headers["location"] == "/admin/sign-in"
        assert (await other.get("/admin")).status_code == 303
        clock.advance(seconds=60)
        code = pyotp.TOTP(cast.TOTP_SECRET).at(clock())
        assert (await browser_for("he", cast.CONSOLE_PASSWORD, code)).status_code == 422
        assert (await browser_for("he", self.NEW, code)).status_code == 303

    async def test_without_the_old_one_nothing_changes_and_one_stays_signed_in(self, console):
        page = await console("he")
        before = (await ConsoleCredential.get(login="he")).password_hash

        answer = await page.submit("/admin/password", {"old_password": "wrong", "new_password": self.NEW})

        assert answer.status_code == 422
        assert (await ConsoleCredential.get(login="he")).password_hash == before
        assert (await page.get("/admin")).status_code == 200

    async def test_guessing_the_old_one_is_locked_as_at_the_door(self, console):
        page = await console("he")
        for _ in range(5):
            await page.submit("/admin/password", {"old_password": "wrong", "new_password": self.NEW})

        answer = await page.submit(
            "/admin/password", {"old_password": cast.CONSOLE_PASSWORD, "new_password": self.NEW}
        )

        assert answer.status_code == 429

    async def test_a_weak_one_is_refused(self, console):
        page = await console("he")

        answer = await page.submit(
            "/admin/password", {"old_password": cast.CONSOLE_PASSWORD, "new_password": "short"}
        )

        assert answer.status_code == 422
        assert "12 个字" in answer.text
