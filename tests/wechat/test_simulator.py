"""The simulated platform itself: what the pages say of it, asked with plain HTTP."""

import re
import time
from typing import Any

import httpx
import pytest

from tests.wechat.conftest import Platform

RID = re.compile(r",? rid: ([0-9a-f]{8})-[0-9a-f]{8}-[0-9a-f]{8}$")


class Raw:
    """Somebody at the platform's address who knows nothing of our client."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.token = self.stable()

    def ask(self, path: str, body: object = None, *, method: str = "POST", **query: str) -> Any:
        answer = self.platform._http.request(
            method, self.platform.base_url + path, params=query, json=body, headers={"Accept": "*/*"}
        )
        assert answer.status_code == 200
        return answer.json()

    def stable(self, **more: Any) -> str:
        return str(self.tokens("/cgi-bin/stable_token", **more)["access_token"])

    def tokens(self, path: str, **more: Any) -> Any:
        wish = {
            "grant_type": "client_credential",
            "appid": self.platform.appid,
            "secret": self.platform.secret,
        }
        wish |= more
        return self.ask(path, wish) if path.endswith("stable_token") else self.ask(path, method="GET", **wish)

    def call(self, path: str, body: object = None, **more: Any) -> Any:
        return self.ask(path, body, access_token=self.token, **more)

    def login(self, code: str) -> Any:
        return self.ask(
            "/sns/jscode2session",
            method="GET",
            appid=self.platform.appid,
            secret=self.platform.secret,
            js_code=code,
            grant_type="authorization_code",
        )


@pytest.fixture
def raw(platform: Platform) -> Raw:
    return Raw(platform)


class TestOrderOfChecks:
    def test_method_token_fault_body_fields(self, platform: Platform, raw: Raw) -> None:
        path = "/wxa/generate_urllink"
        platform.control("fault", path=path, action="errcode", value=45009)

        assert raw.ask(path, method="GET")["errcode"] == 43002
        assert raw.ask(path, {"path": "a"})["errcode"] == 41001
        assert raw.ask(path, {"access_token": raw.token})["errcode"] == 41001  # in the body it does not count
        assert raw.ask(path, {}, access_token="invented")["errcode"] == 40001
        assert raw.call(path)["errcode"] == 45009
        assert raw.call(path)["errcode"] == 44002
        assert raw.call(path, ["no object"])["errcode"] == 47001
        assert raw.call(path, {"path": "a"})["errcode"] == 85401

    def test_credentials_in_the_observed_order(self, raw: Raw) -> None:
        stable = "/cgi-bin/stable_token"

        assert raw.tokens(stable, appid="wx1", secret="x", grant_type="x")["errcode"] == 40013
        assert raw.tokens(stable, secret="x", grant_type="x")["errcode"] == 40125
        assert raw.tokens(stable, grant_type="x")["errcode"] == 40002
        assert raw.tokens("/cgi-bin/token", grant_type="x")["errcode"] == 40002

    def test_errors_name_a_request_that_can_be_looked_up(self, platform: Platform, raw: Raw) -> None:
        refused = raw.login("invented")
        assert refused["errmsg"].startswith("invalid code, rid: ")
        found = RID.search(refused["errmsg"])
        assert found
        now = platform.control("advance", seconds=0)["now"]
        assert abs(int(found[1], 16) - now) < 5

        request = raw.call("/cgi-bin/openapi/rid/get", {"rid": found[0].split("rid: ")[1]})["request"]

        assert request["request_url"] == "/sns/jscode2session"
        assert raw.call("/cgi-bin/openapi/rid/get", {"rid": "x"})["errcode"] == 76001

    def test_unknown_paths_and_fields_are_written_down(self, platform: Platform, raw: Raw) -> None:
        answer = platform._http.post(platform.base_url + "/wxa/invented", json={})
        assert answer.status_code == 404
        raw.call(
            "/wxa/generate_urllink", {"path": "a", "expire_type": 1, "expire_interval": 1, "invented": 1}
        )

        unknown, undocumented = platform.control("log")["warnings"]
        assert unknown == "unknown path /wxa/invented"
        assert undocumented == "/wxa/generate_urllink: undocumented ['invented']"


class TestTokens:
    def test_stable_stays_until_five_minutes_are_left(self, platform: Platform, raw: Raw) -> None:
        assert raw.stable() == raw.token
        platform.control("advance", seconds=7200 - 310)
        assert raw.stable() == raw.token
        platform.control("advance", seconds=20)
        second = raw.stable()

        assert second != raw.token
        assert "errcode" not in raw.call("/cgi-bin/getcallbackip", method="GET")  # both live for a while
        platform.control("advance", seconds=300)
        assert raw.call("/cgi-bin/getcallbackip", method="GET")["errcode"] == 40001

    def test_the_last_one_expires_with_another_code(self, platform: Platform, raw: Raw) -> None:
        platform.control("advance", seconds=7201)

        assert raw.call("/cgi-bin/getcallbackip", method="GET")["errcode"] == 42001

    @pytest.mark.parametrize(("lenient", "after"), [(False, 40001), (True, None)])
    def test_forcing(self, platform: Platform, raw: Raw, after: int | None, *, lenient: bool) -> None:
        platform.control("configure", lenient_tokens=lenient)
        forced = raw.stable(force_refresh=True)

        assert forced != raw.token
        assert raw.stable(force_refresh=True) == forced  # less than 30 s later
        assert raw.call("/cgi-bin/getcallbackip", method="GET").get("errcode") == after

    def test_forcing_twenty_times_a_day(self, platform: Platform, raw: Raw) -> None:
        for _ in range(20):
            raw.stable(force_refresh=True)
            platform.control("advance", seconds=31)

        assert raw.tokens("/cgi-bin/stable_token", force_refresh=True)["errcode"] == 45009

    def test_the_pools_do_not_know_each_other(self, raw: Raw) -> None:
        raw.tokens("/cgi-bin/token")

        assert raw.stable() == raw.token

    def test_addresses_and_frozen_secrets(self, platform: Platform, raw: Raw) -> None:
        platform.control("configure", allowed_addresses=["203.0.113.1"])
        assert raw.tokens("/cgi-bin/stable_token")["errcode"] == 40164
        platform.control("configure", allowed_addresses=[], frozen=True)
        assert raw.tokens("/cgi-bin/stable_token")["errcode"] == 40243


class TestLimits:
    def test_quota_is_counted_shown_and_cleared(self, platform: Platform, raw: Raw) -> None:
        link = {"path": "a", "expire_type": 1, "expire_interval": 1}
        platform.control("limit", name="link_daily", value=1)
        raw.call("/wxa/generate_urllink", link)

        assert raw.call("/wxa/generate_urllink", link)["errcode"] == 45009
        shown = raw.call("/cgi-bin/openapi/quota/get", {"cgi_path": "/wxa/generate_urllink"})["quota"]
        assert shown == {"daily_limit": 1, "used": 1, "remain": 0}
        raw.call("/cgi-bin/clear_quota", {"appid": platform.appid})
        assert raw.call("/wxa/generate_urllink", link)["errcode"] == 0
        for _ in range(9):
            raw.ask("/cgi-bin/clear_quota/v2", {"appid": platform.appid, "appsecret": platform.secret})
        assert raw.call("/cgi-bin/clear_quota", {"appid": platform.appid})["errcode"] == 48006

    def test_each_person_may_log_in_a_hundred_times_a_minute(self, platform: Platform, raw: Raw) -> None:
        platform.control("limit", name="login_minute_each", value=2)

        codes = [raw.login(f"sim:daughter:{n}").get("errcode") for n in range(3)]

        assert codes == [None, None, 45011]
        assert "openid" in raw.login("sim:nephew:1")

    def test_two_messages_to_one_person_at_once(self, platform: Platform, raw: Raw) -> None:
        """In real time, hence with a delay."""
        openid = platform.openid("daughter")
        platform.control("configure", open_subscriptions=True)
        path = "/cgi-bin/message/subscribe/send"
        platform.control("fault", path=path, action="delay", value=0.3)
        data = {"thing1": "甲", "time2": "09:30", "thing3": "乙"}
        body = {
            "touser": openid,
            "template_id": "tmpl_rating_request",
            "data": {key: {"value": value} for key, value in data.items()},
        }
        slow = httpx.Client(trust_env=False, timeout=0.1)

        with pytest.raises(httpx.ReadTimeout):
            slow.post(platform.base_url + path, params={"access_token": raw.token}, json=body)

        assert raw.call(path, body)["errcode"] == 43108
        time.sleep(0.3)
        assert raw.call(path, body)["errcode"] == 0
        slow.close()


class TestTheControlPlane:
    def test_is_guarded(self, platform: Platform) -> None:
        for headers in ({}, {"X-Sim-Token": "wrong"}):
            answer = platform._http.post(f"{platform.base_url}/__sim/outbox", headers=headers)
            assert answer.status_code == 403

    def test_explains_mistakes(self, platform: Platform) -> None:
        headers = {"X-Sim-Token": platform.control_token}
        for name, status in (("invented", 404), ("login", 400)):
            assert (
                platform._http.post(f"{platform.base_url}/__sim/{name}", headers=headers).status_code
                == status
            )

    def test_the_same_names_are_the_same_people(self, platform: Platform) -> None:
        before = platform.control("login", persona="daughter")
        platform.control("reset", seed="another")
        after = platform.control("login", persona="daughter")

        assert before["openid"] == after["openid"]
        assert before["code"] != after["code"]

    def test_templates_can_be_added_banned_and_long_term(self, platform: Platform, raw: Raw) -> None:
        openid = platform.openid("daughter")
        path, body = "/cgi-bin/message/subscribe/send", {"touser": openid, "template_id": "mine"}
        body["data"] = {"enum1": {"value": "甲"}}  # type: ignore[assignment]
        assert raw.call(path, body)["errcode"] == 40037
        platform.control(
            "template", template_id="mine", title="试", keywords={"enum1": "项"}, choices={"enum1": ["甲"]}
        )
        assert raw.call(path, body)["errcode"] == 43101
        platform.control("template", template_id="mine", long_term=True)
        platform.control("subscribe", persona="daughter", template="mine")
        assert [raw.call(path, body)["errcode"] for _ in range(3)] == [0, 0, 0]
        platform.control("template", template_id="mine", banned=True)
        assert raw.call(path, body)["errcode"] == 43107


class TestFaults:
    def test_every_third_call_is_busy(self, platform: Platform, raw: Raw) -> None:
        platform.control("fault", preset="busy_third")

        codes = [raw.call("/cgi-bin/getcallbackip", method="GET").get("errcode") for _ in range(6)]

        assert codes == [None, None, -1, None, None, -1]
