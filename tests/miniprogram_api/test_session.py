"""Signing in to the mini-program, and out of it."""

import pytest

from server.authority.permissions import Role
from server.demo.identity import openid_of
from server.identity import actions, doors
from server.identity.models import Account, Device, Session, WechatIdentity
from server.identity.rules import UNNAMED, AccountStatus, SessionKind, digest
from server.kit.engines.counting import counted
from server.kit.errors import DomainError
from server.web import sessions
from server.wechat.gateway import WeChatIdentity, WeChatRefused, WeChatUnavailable
from tests.miniprogram_api.signing_in import Platform, login_code


class TestSignIn:
    async def test_a_daughter_signs_in_and_is_told_who_she_is(self, anonymous, town):
        answer = await anonymous.post("/session", json={"code": login_code("daughter")})

        said = answer.json()
        assert answer.status_code == 201
        assert said["account"] == {
            "uid": town.identity.accounts["daughter"],
            "name": "陈晓敏",
            "phone": said["account"]["phone"],
        }
        assert "****" in said["account"]["phone"]
        assert said["roles"] == ["person"]
        assert said["needs"] == []
        assert len(said["token"]) == 43
        assert said["expires_at"].endswith("+08:00")

    async def test_only_a_digest_of_the_token_is_kept(self, anonymous, town):
        said = (await anonymous.post("/session", json={"code": login_code("daughter")})).json()

        row = await Session.get(token_hash=digest(said["token"]))
        assert row.kind is SessionKind.FAMILY
        assert said["token"] not in repr(await Session.all().values())
        assert said["device_id"] not in repr(await Device.all().values())

    async def test_somebody_new_gets_an_account_and_is_asked_for_name_and_phone(self, anonymous, town):
        said = (await anonymous.post("/session", json={"code": login_code("somebody_new")})).json()

        assert said["needs"] == ["name", "phone"]
        assert said["account"]["name"] == UNNAMED
        assert said["roles"] == ["person"]

    async def test_the_second_visit_finds_the_same_account_and_device(self, anonymous, town):
        first = (await anonymous.post("/session", json={"code": login_code("somebody_new")})).json()
        second = (
            await anonymous.post(
                "/session", json={"code": login_code("somebody_new"), "device_id": first["device_id"]}
            )
        ).json()

        assert second["account"] == first["account"]
        assert second["device_id"] == first["device_id"]
        assert second["token"] != first["token"]

    async def test_neither_openid_nor_unionid_nor_session_key_is_in_any_answer_or_log(
        self, anonymous, town, settings, caplog
    ):
        caplog.set_level("INFO")  # the drivers print bound values below that; production never goes there
        answer = await anonymous.post("/session", json={"code": login_code("daughter")})
        anonymous.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        others = [await anonymous.get(path) for path in ("/session", "/sessions")]

        row = await WechatIdentity.get(openid=openid_of(settings.wechat_appid, "daughter"))
        written = caplog.text + "".join(each.text for each in (answer, *others))
        assert row.openid not in written
        assert row.unionid is None or row.unionid not in written
        assert "session_key" not in written
        assert "openid" not in answer.text

    async def test_a_code_that_comes_twice_is_not_sent_to_wechat_again(self, anonymous, town):
        code = login_code("daughter")
        await anonymous.post("/session", json={"code": code})

        again = await anonymous.post("/session", json={"code": code})

        assert again.status_code == 409
        assert again.json()["code"] == "identity.login_code_seen"

    async def test_a_code_wechat_does_not_know_asks_for_a_new_one(self, anonymous, town):
        answer = await anonymous.post("/session", json={"code": "0" * 32})

        assert answer.status_code == 401
        assert answer.json()["code"] == "identity.login_code_refused"

    async def test_whom_wechat_calls_risky_is_refused_in_neutral_words(self, anonymous, town):
        answer = await anonymous.post("/session", json={"code": login_code("risk")})

        assert answer.status_code == 403
        assert answer.json()["code"] == "identity.sign_in_refused"
        assert "风险" not in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("failure", "code"),
        [
            (WeChatUnavailable("timeout", "/sns/jscode2session"), "identity.wechat_unreachable"),
            (WeChatRefused(40013, "/sns/jscode2session"), "identity.wechat_unreachable"),
            (WeChatRefused(40163, "/sns/jscode2session"), "identity.login_code_refused"),
            (WeChatRefused(45011, "/sns/jscode2session"), "kit.too_many"),
        ],
    )
    async def test_each_failure_of_the_platform_has_its_sentence(
        self, services, clock, actor, *, failure, code
    ):
        with pytest.raises(DomainError) as refused:
            await doors.sign_in(
                actor=await actor("stranger"),
                code=login_code("x"),
                device_id=None,
                label="x",
                appid="wx",
                wechat=Platform(failure),
                shared=services.shared,
                now=clock(),
            )

        assert refused.value.code == code

    async def test_a_closed_account_stays_closed(self, anonymous, town):
        await Account.filter(uid=town.identity.accounts["stranger"]).update(status=AccountStatus.CLOSED)

        answer = await anonymous.post("/session", json={"code": login_code("stranger")})

        assert answer.json()["code"] == "identity.account_closed"

    @pytest.mark.parametrize(
        "body",
        [{}, {"code": ""}, {"code": "a b"}, {"code": "x" * 129}, {"code": 7}, {"code": "abcd", "x": 1}],
    )
    async def test_a_body_that_makes_no_sense_is_refused(self, anonymous, town, body):
        assert (await anonymous.post("/session", json=body)).status_code == 422

    async def test_a_device_id_made_up_by_the_phone_is_replaced(self, anonymous, town):
        body = {"code": login_code("daughter"), "device_id": "made-up-by-the-phone"}

        said = (await anonymous.post("/session", json=body)).json()

        assert said["device_id"] != body["device_id"]

    async def test_openids_that_differ_in_case_are_two_people(self, town, actor, clock, settings):
        found = []
        for openid in ("oAbCdEfGhIjKlMnOpQrStUvWxYz0", "oabcdefghijklmnopqrstuvwxyz0"):
            signed_in = await actions.sign_in_with_wechat(
                actor=await actor("stranger"),
                appid=settings.wechat_appid,
                identity=WeChatIdentity(openid, None, "k"),
                device_id=None,
                label="x",
                now=clock(),
            )
            found.append(signed_in.account.uid)

        assert len(set(found)) == 2


class TestWhoAmI:
    async def test_without_a_token_nobody(self, anonymous):
        answer = await anonymous.get("/session")

        assert answer.status_code == 401
        assert answer.json()["code"] == "kit.sign_in_needed"

    @pytest.mark.parametrize("token", ["x" * 43, "x" * 5000, "' OR 1=1 --"])
    async def test_with_a_wrong_one_nobody_either(self, anonymous, token):
        assert (
            await anonymous.get("/session", headers={"Authorization": f"Bearer {token}"})
        ).status_code == 401

    async def test_a_console_cookie_is_no_token_for_the_phone(self, anonymous, console):
        page = await console("he")
        token = page.cookies["console"]

        assert (
            await anonymous.get("/session", headers={"Authorization": f"Bearer {token}"})
        ).status_code == 401

    async def test_who_it_is_costs_one_question_to_the_database(self, api, clock):
        nurse = await api("nurse")
        token = nurse.headers["authorization"].split()[1]

        with counted() as statements:
            found = await sessions.actor_by_bearer(token, now=clock())

        assert {grant.role for grant in found.grants} == {Role.PERSON, Role.NURSE}
        assert len(statements) == 1

    async def test_last_seen_moves_at_most_once_a_minute(self, api, clock, town):
        daughter = await api("daughter")
        signed_in_at = clock()
        theirs = Session.filter(account__uid=town.identity.accounts["daughter"]).order_by("-id")

        clock.advance(seconds=59)
        await daughter.get("/session")
        assert (await theirs.first()).last_seen_at == signed_in_at

        clock.advance(seconds=1)
        await daughter.get("/session")
        assert (await theirs.first()).last_seen_at == clock()


class TestSignOut:
    async def test_the_token_is_worth_nothing_afterwards(self, api):
        daughter = await api("daughter")

        assert (await daughter.delete("/session")).status_code == 204

        assert (await daughter.get("/session")).status_code == 401

    async def test_the_other_phone_stays_signed_in(self, api):
        one, other = await api("daughter"), await api("daughter")

        await one.delete("/session")

        assert (await other.get("/session")).status_code == 200


class TestSessions:
    async def test_she_sees_where_she_is_signed_in_and_ends_the_lost_phone(self, api):
        here, lost = await api("daughter"), await api("daughter")
        cards = (await here.get("/sessions")).json()
        assert [card["is_this"] for card in cards] == [False, True]

        answer = await here.delete(f"/sessions/{cards[0]['uid']}")

        assert answer.status_code == 204
        assert (await lost.get("/session")).status_code == 401
        assert len((await here.get("/sessions")).json()) == 1

    async def test_somebody_elses_session_does_not_exist(self, api):
        daughter, stranger = await api("daughter"), await api("stranger")
        theirs = (await daughter.get("/sessions")).json()[0]["uid"]

        answer = await stranger.delete(f"/sessions/{theirs}")

        assert answer.status_code == 404
        assert (await daughter.get("/session")).status_code == 200
