"""Signing in to the console, and out of it."""

from datetime import timedelta

import argon2
import httpx
import pyotp
import pytest

from server.audit.models import AuditEntry
from server.demo import cast
from server.identity.models import Account, RoleGrant, Session, SignInAttempts
from server.identity.rules import AccountStatus, digest
from server.web import sessions


@pytest.fixture
async def browser(address, town):
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield client


def said(clock, **other):
    """Return what somebody who knows everything types."""
    code = pyotp.TOTP(cast.TOTP_SECRET).at(clock())
    return {"login": "he", "password": cast.CONSOLE_PASSWORD, "code": code, **other}


class TestSignIn:
    async def test_password_and_one_time_code_open_the_console(self, browser, clock):
        answer = await browser.post("/admin/sign-in", data=said(clock))

        assert answer.status_code == 303
        assert answer.headers["location"] == "/admin"
        assert (await browser.get("/admin")).status_code == 200

    async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self, browser, clock):
        cookie = (await browser.post("/admin/sign-in", data=said(clock))).headers["set-cookie"]

        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/;" in cookie
        assert "Domain" not in cookie

    async def test_a_session_from_before_the_sign_in_ends_with_it(self, browser, clock, town):
        """Session fixation: a cookie planted in the browser must be worth nothing afterwards."""
        await browser.post("/admin/sign-in", data=said(clock))
        before = browser.cookies[sessions.COOKIE]
        clock.advance(seconds=30)

        await browser.post("/admin/sign-in", data=said(clock))

        assert browser.cookies[sessions.COOKIE] != before
        assert (await Session.get(token_hash=digest(before))).revoked_reason == "replaced"
        async with httpx.AsyncClient(
            base_url=str(browser.base_url), cookies={sessions.COOKIE: before}
        ) as thief:
            assert (await thief.get("/admin")).status_code == 303

    async def test_a_login_may_be_typed_in_capitals_and_the_code_in_two_halves(self, browser, clock):
        form = said(clock, login=" HE ")
        form["code"] = f"{form['code'][:3]} {form['code'][3:]}"

        assert (await browser.post("/admin/sign-in", data=form)).status_code == 303

    async def test_a_one_time_code_works_once(self, browser, clock):
        await browser.post("/admin/sign-in", data=said(clock))

        again = await browser.post("/admin/sign-in", data=said(clock))

        assert again.status_code == 422

    async def test_after_a_code_was_used_no_older_one_works(self, browser, clock):
        await browser.post("/admin/sign-in", data=said(clock))
        older = pyotp.TOTP(cast.TOTP_SECRET).at(clock() - timedelta(seconds=30))

        assert (await browser.post("/admin/sign-in", data=said(clock, code=older))).status_code == 422

    @pytest.mark.parametrize(
        "wrong",
        [
            {"login": "nobody-at-all"},
            {"password": "wrong-wrong-wrong"},
            {"code": "000000"},
            {"login": "he' --"},
        ],
    )
    async def test_every_wrong_answer_gets_the_same_page(self, browser, clock, wrong):
        page = await browser.post("/admin/sign-in", data=said(clock, **wrong))
        reference = await browser.post("/admin/sign-in", data=said(clock, login="he", password="x"))

        assert page.status_code == reference.status_code == 422
        assert page.text == reference.text
        assert "账号、密码或动态口令不对" in page.text
        assert sorted(page.headers) == sorted(reference.headers)

    async def test_closed_accounts_and_those_without_a_role_look_no_different(self, browser, clock, town):
        await Account.filter(uid=town.identity.accounts["song"]).update(status=AccountStatus.CLOSED)
        await RoleGrant.filter(account__uid=town.identity.accounts["feng"]).update(ends_at=clock())

        pages = [
            await browser.post("/admin/sign-in", data=said(clock, login=login))
            for login in ("song", "feng", "nobody")
        ]

        assert {page.status_code for page in pages} == {422}
        assert len({page.text for page in pages}) == 1

    async def test_an_unknown_login_costs_the_same_hashing_as_a_known_one(self, monkeypatch, browser, clock):
        checked = []
        verify = argon2.PasswordHasher.verify

        def watched(hasher, stored, password):
            checked.append(
                argon2.extract_parameters(stored)
            )  # raises for what is no hash, and would cost nothing
            return verify(hasher, stored, password)

        monkeypatch.setattr(argon2.PasswordHasher, "verify", watched)
        for login in ("he", "nobody-at-all"):
            await browser.post("/admin/sign-in", data=said(clock, login=login, password="x"))

        known, unknown = checked
        assert known == unknown

    @pytest.mark.parametrize("login", ["he", "nobody-at-all"])
    async def test_after_five_wrong_tries_even_the_right_one_waits(self, browser, clock, login):
        for _ in range(5):
            assert (
                await browser.post("/admin/sign-in", data=said(clock, login=login, code="000000"))
            ).status_code == 422

        locked = await browser.post("/admin/sign-in", data=said(clock, login=login))

        assert locked.status_code == 429
        assert "15 分钟" in locked.text

    async def test_the_rightful_one_waits_no_longer_than_fifteen_minutes(self, browser, clock):
        for _ in range(5):
            await browser.post("/admin/sign-in", data=said(clock, code="000000"))
        for _ in range(3):  # knocking on while locked does not prolong it
            clock.advance(minutes=4)
            await browser.post("/admin/sign-in", data=said(clock))
        clock.advance(minutes=2, seconds=59)
        assert (await browser.post("/admin/sign-in", data=said(clock))).status_code == 429

        clock.advance(seconds=1)

        assert (await browser.post("/admin/sign-in", data=said(clock))).status_code == 303

    async def test_four_wrong_tries_are_forgotten_after_a_right_one(self, browser, clock):
        for _ in range(2):
            for _ in range(4):
                await browser.post("/admin/sign-in", data=said(clock, code="000000"))
            assert (await browser.post("/admin/sign-in", data=said(clock))).status_code == 303
            clock.advance(seconds=60)

        assert await SignInAttempts.all().count() == 0

    async def test_a_browser_that_signed_in_before_is_not_kept_out_by_strangers(
        self, browser, address, clock
    ):
        told = await browser.post("/admin/sign-in", data=said(clock))
        clock.advance(days=3)  # the session is long gone
        async with httpx.AsyncClient(base_url=address) as stranger:
            for _ in range(6):
                await stranger.post("/admin/sign-in", data=said(clock, code="000000"))
            assert (await stranger.post("/admin/sign-in", data=said(clock))).status_code == 429

        assert (await browser.post("/admin/sign-in", data=said(clock))).status_code == 303
        (known,) = [
            each for each in told.headers.get_list("set-cookie") if each.startswith(sessions.KNOWN_BROWSER)
        ]
        assert all(word in known for word in ("HttpOnly", "SameSite=Lax", "Path=/;", "Max-Age=15552000"))

    async def test_locking_one_login_leaves_the_others_alone(self, browser, clock):
        for _ in range(6):
            await browser.post("/admin/sign-in", data=said(clock, code="000000"))

        assert (await browser.post("/admin/sign-in", data=said(clock, login="song"))).status_code == 303

    async def test_another_site_cannot_sign_somebody_in(self, browser, clock):
        answer = await browser.post(
            "/admin/sign-in", data=said(clock), headers={"sec-fetch-site": "cross-site"}
        )

        assert answer.status_code == 403

    async def test_a_sign_in_leaves_a_line_and_a_failed_one_leaves_no_password_anywhere(
        self, browser, clock, caplog
    ):
        caplog.set_level("INFO")
        await browser.post("/admin/sign-in", data=said(clock, password="hunter2-hunter2"))
        await browser.post("/admin/sign-in", data=said(clock))

        assert await AuditEntry.filter(action="identity.signed_in", channel="console").exists()
        assert "hunter2" not in caplog.text
        assert "hunter2" not in repr(await AuditEntry.all().values())


class TestSession:
    async def test_thirty_idle_minutes_end_it(self, console, clock):
        page = await console("he")
        clock.advance(minutes=29)
        assert (await page.get("/admin")).status_code == 200
        clock.advance(minutes=30)

        assert (await page.get("/admin")).headers["location"] == "/admin/sign-in"

    async def test_eight_hours_end_it_however_busy(self, console, clock):
        page = await console("he")
        for _ in range(19):
            clock.advance(minutes=25)
            assert (await page.get("/admin")).status_code == 200
        clock.advance(minutes=5)

        assert (await page.get("/admin")).status_code == 303

    async def test_signing_out_ends_it_on_the_server_not_only_in_the_browser(self, console, address):
        page = await console("he")
        token = page.cookies[sessions.COOKIE]

        await page.submit("/admin/sign-out")

        async with httpx.AsyncClient(base_url=address, cookies={sessions.COOKIE: token}) as thief:
            assert (await thief.get("/admin")).status_code == 303

    async def test_a_phones_token_is_no_cookie(self, api, address):
        nurse = await api("nurse")
        token = nurse.headers["authorization"].split()[1]

        async with httpx.AsyncClient(base_url=address, cookies={sessions.COOKIE: token}) as phone:
            assert (await phone.get("/admin")).status_code == 303

    async def test_forms_of_another_session_are_refused(self, console, clock):
        mine, theirs = await console("he"), await console("song")
        mine.csrf = theirs.csrf

        assert (await mine.submit("/admin/sign-out")).status_code == 403
        assert (await mine.get("/admin")).status_code == 200

    async def test_one_sees_the_other_browser_and_ends_it(self, console, clock):
        here = await console("he")
        clock.advance(seconds=60)
        there = await console("he")
        uid = (await Session.get(token_hash=digest(there.cookies[sessions.COOKIE]))).uid
        assert uid in (await here.get("/admin/sessions")).text

        await here.submit(f"/admin/sessions/{uid}/revoke")

        assert (await there.get("/admin")).status_code == 303
        assert (await here.get("/admin")).status_code == 200

    async def test_one_ends_all_others_at_once(self, console, clock):
        here = await console("he")
        clock.advance(seconds=60)
        there = await console("he")

        await here.submit("/admin/sessions/revoke-others")

        assert (await there.get("/admin")).status_code == 303
        assert (await here.get("/admin")).status_code == 200

    async def test_a_strangers_session_is_not_there(self, console):
        he, song = await console("he"), await console("song")
        uid = (await Session.get(token_hash=digest(song.cookies[sessions.COOKIE]))).uid

        assert (await he.submit(f"/admin/sessions/{uid}/revoke")).status_code == 404
        assert (await song.get("/admin")).status_code == 200
