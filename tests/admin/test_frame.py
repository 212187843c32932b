"""What every page of the console has: a way back after signing in, lists kept at hand, finding, counting, bulk steps."""

import re
from datetime import timedelta
from types import SimpleNamespace

import httpx
import pyotp
import pytest

import admin
from admin.bulk import one_by_one
from server.authority.actor import Channel, system_actor
from server.authority.permissions import ROLE_PERMISSIONS
from server.demo import cast
from server.identity import doors
from server.identity.errors import ProofNeeded, SignInLocked
from server.identity.models import SavedView, Session
from server.identity.queries import standing_of_token
from server.kit.errors import NotFound
from server.kit.ids import new_uid
from server.web import sessions

GRAVE = [route for route in admin.face().routes if route.proof]
LOGINS = {
    each.login: frozenset().union(*(ROLE_PERMISSIONS[role] for role in each.roles))
    for each in cast.CAST
    if each.login
}


class TestAWayBack:
    @pytest.fixture
    async def browser(self, address, town):
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            yield client

    async def test_a_link_leads_through_the_door_to_where_it_pointed(self, browser, clock):
        door = await browser.get("/admin/visits?status=finished")
        assert door.headers["location"] == "/admin/sign-in?next=%2Fadmin%2Fvisits%3Fstatus%3Dfinished"
        page = await browser.get(door.headers["location"])
        assert 'name="next" value="/admin/visits?status=finished"' in page.text

        form = {"login": "he", "password": cast.CONSOLE_PASSWORD, "next": "/admin/visits?status=finished"}
        code = pyotp.TOTP(cast.TOTP_SECRET).at(clock())
        answer = await browser.post("/admin/sign-in", data={**form, "code": code})

        assert answer.headers["location"] == "/admin/visits?status=finished"

    @pytest.mark.parametrize(
        "way", ["https://evil.example/admin", "//evil.example", "/api/v1/me", "/administrator"]
    )
    async def test_it_never_leads_anywhere_else(self, browser, clock, way):
        code = pyotp.TOTP(cast.TOTP_SECRET).at(clock())
        form = {"login": "he", "password": cast.CONSOLE_PASSWORD, "code": code, "next": way}

        answer = await browser.post("/admin/sign-in", data=form)

        assert answer.status_code == 422


class TestViewsAtHand:
    async def test_a_list_is_kept_under_a_name_found_on_the_first_page_and_forgotten(self, console):
        page = await console("he")
        assert "存为常用" in (await page.get("/admin/visits?status=finished")).text
        assert "存为常用" not in (await page.get("/admin/visits")).text

        kept = {"title": "结束了的", "path": "/admin/visits", "query": "status=finished"}
        assert (await page.submit("/admin/views", kept)).headers[
            "location"
        ] == "/admin/visits?status=finished"
        assert 'href="/admin/visits?status=finished">结束了的<' in (await page.get("/admin")).text
        other = await console("feng")
        assert "结束了的" not in (await other.get("/admin")).text

        uid = (await SavedView.get()).uid
        assert (await other.submit(f"/admin/views/{uid}/forget")).status_code == 404
        assert (await page.submit(f"/admin/views/{uid}/forget")).status_code == 303
        assert "还没有常用查询" in (await page.get("/admin/views")).text

    async def test_the_same_name_is_said_anew_and_twenty_are_enough(self, console):
        page = await console("he")
        for number in range(20):
            kept = {"title": f"第 {number} 个", "path": "/admin/visits", "query": "status=planned"}
            assert (await page.submit("/admin/views", kept)).status_code == 303
        again = {"title": "第 1 个", "path": "/admin/visits", "query": "status=missed"}
        assert (await page.submit("/admin/views", again)).status_code == 303

        refused = await page.submit("/admin/views", {**again, "title": "多一个"})

        assert "已经有 20 个了" in refused.text
        assert await SavedView.filter(query="status=missed").count() == 1

    @pytest.mark.parametrize("wrong", [{"path": "https://x"}, {"query": "a=<b>"}, {"title": ""}])
    async def test_only_lists_of_the_console_are_kept(self, console, wrong):
        kept = {"title": "某某", "path": "/admin/visits", "query": "status=planned", **wrong}

        assert (await (await console("he")).submit("/admin/views", kept)).status_code == 422


class TestFinding:
    async def test_nothing_found_says_what_may_be_typed(self, console):
        page = await console("root")

        assert "可以输入姓名的前几个字" in (await page.submit("/admin/find", {"words": "没有这个人"})).text

    async def test_what_is_typed_comes_with_the_form_of_this_session_only(self, console):
        page = await console("he")
        page.csrf = "x"

        assert (await page.submit("/admin/find", {"words": "王"})).status_code == 403


class TestCounting:
    async def test_a_list_says_how_many_there_are_altogether(self, console):
        assert "共 " in (await (await console("he")).get("/admin/visits?limit=1")).text


class TestProof:
    """Step-up: a one-time code again before something grave."""

    @pytest.fixture
    async def he(self, console, clock):
        token = (await console("he")).cookies[sessions.COOKIE]

        async def standing():
            return (await standing_of_token(token=token, channel=Channel.CONSOLE, now=clock())).actor

        return standing

    def code(self, clock, **later):
        return pyotp.TOTP(cast.TOTP_SECRET).at(clock() + timedelta(**later))

    async def test_a_new_code_proves_the_session_for_a_while(self, he, clock):
        assert (await he()).proved_at is None

        await doors.prove(actor=await he(), code=self.code(clock, seconds=30), now=clock())

        assert (await he()).proved_at == clock()

    async def test_the_code_of_the_sign_in_is_used_up(self, he, clock):
        with pytest.raises(ProofNeeded) as refusal:
            await doors.prove(actor=await he(), code=self.code(clock), now=clock())

        assert "proof_code" in refusal.value.fields
        assert await Session.filter(proved_at__isnull=False).count() == 0

    async def test_guessing_ends_after_five_tries(self, he, clock):
        actor = await he()
        for _ in range(5):
            with pytest.raises(ProofNeeded):
                await doors.prove(actor=actor, code="000000", now=clock())

        with pytest.raises(SignInLocked):
            await doors.prove(actor=actor, code=self.code(clock, seconds=30), now=clock())


class TestEveryGraveStep:
    @pytest.mark.parametrize("route", GRAVE, ids=lambda route: route.name)
    async def test_is_refused_without_a_fresh_code_and_says_where_to_type_it(self, console, route):
        page = await console(next(login for login, held in LOGINS.items() if held & {route.needs}))
        path = re.sub(r"<\w+>", new_uid(), f"/admin{route.path}")

        refused = await page.submit(path)

        assert refused.status_code == 422
        assert "identity.proof_needed" in refused.text
        assert 'data-field="proof_code"' in refused.text

    def test_is_listed(self):
        assert {route.name.split(".", 1)[1] for route in GRAVE} == {
            "alliance.authorise", "exports.ask_for_export", "feedback.ratings.propose_void", "feedback.cases.propose_case_void",
            "feedback.voids.decide_void", "merges.merge", "merges.unmerge", "privacy.close",
            "settlement.publish", "settlement.unpay",
        }  # fmt: skip


class TestALiveRegion:
    async def test_does_not_keep_a_session_alive_that_nobody_uses(self, console, clock):
        page = await console("he")
        for _ in range(4):
            clock.advance(minutes=9)
            answer = await page.get("/admin/visits", headers={"X-Live": "1"})

        assert answer.status_code == 303
        assert answer.headers["location"] == "/admin/sign-in"


class TestSeveralRowsAtOnce:
    async def test_each_has_its_own_fate_and_its_own_key(self, clock):
        keys = []

        async def work(actor, uid):
            keys.append(actor.request_key)
            if uid == second:
                raise NotFound
            return "已办"

        first, second = new_uid(), new_uid()
        ask = SimpleNamespace(actor=system_actor("x", Channel.CONSOLE), now=clock())

        results = await one_by_one(ask, [f"{first}|王桂兰", f"{second}|李福生", f"{first}|王桂兰"], work)

        assert [(each.title, each.done) for each in results] == [("王桂兰", True), ("李福生", False)]
        assert results[1].sentence == NotFound.message
        assert len(keys) == 2
