"""wechatpy's own synchronous client against the simulator: a client that we did not write agrees with it.

Only its host is rewritten, as the facts (3.4) describe.
"""

import base64
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException

from tests.wechat.conftest import Platform

PLATFORM = "https://api.weixin.qq.com"
BOOKED = {
    "thing1": {"value": "王奶奶"},
    "thing2": {"value": "医院"},
    "thing3": {"value": "科室"},
    "time4": {"value": "09:30"},
    "thing5": {"value": "无"},
}


class Rewrite(HTTPAdapter):
    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        request.url = self.base_url + request.url.removeprefix(PLATFORM)
        return super().send(request, *args, **{**options, "timeout": 5})


@pytest.fixture
def client(platform: Platform) -> WeChatClient:
    client = WeChatClient(platform.appid, platform.secret, auto_retry=False)
    client._http = requests.Session()
    client._http.trust_env = False
    client._http.mount(PLATFORM, Rewrite(platform.base_url))
    return client


def refusal(call: Any, *args: Any, **options: Any) -> int:
    with pytest.raises(WeChatClientException) as caught:
        call(*args, **options)
    return int(caught.value.errcode)


def test_signs_in(platform: Platform, client: WeChatClient) -> None:
    login = platform.control("login", persona="daughter")

    session = client.wxa.code_to_session(login["code"])

    assert (session["openid"], session["unionid"]) == (login["openid"], login["unionid"])
    assert len(session["openid"]) == 28
    assert len(base64.b64decode(session["session_key"])) == 16
    assert "errcode" not in session
    assert refusal(client.wxa.code_to_session, login["code"]) == 40163


def test_its_needless_token_is_noticed(platform: Platform, client: WeChatClient) -> None:
    client.wxa.code_to_session("sim:daughter:1")

    assert platform.control("log")["warnings"] == ["/sns/jscode2session: undocumented ['access_token']"]


def test_fetches_classic_tokens(client: WeChatClient) -> None:
    first = client.fetch_access_token()
    second = client.fetch_access_token()

    assert first["expires_in"] == 7200
    assert len(first["access_token"]) >= 130
    assert first["access_token"] != second["access_token"]


def test_asks_for_codes(platform: Platform, client: WeChatClient) -> None:
    answer = client.wxa.get_wxa_code_unlimited("P1abc", page="pages/plate/plate")

    assert answer.content.startswith(b"\x89PNG")
    scanned = platform.control("scan", png=base64.b64encode(answer.content).decode())
    assert (scanned["scene"], scanned["page"]) == ("P1abc", "pages/plate/plate")
    assert refusal(client.wxa.get_wxa_code_unlimited, "x" * 33) == 40169


def test_sends_messages(platform: Platform, client: WeChatClient) -> None:
    openid = platform.openid("daughter")
    platform.control("subscribe", persona="daughter", template="tmpl_appointment_booked")

    sent = client.wxa.send_subscribe_message(openid, "tmpl_appointment_booked", BOOKED)

    assert sent["errmsg"] == "ok"
    assert sent["msgid"] > 2**53
    assert refusal(client.wxa.send_subscribe_message, openid, "tmpl_appointment_booked", BOOKED) == 43101


def test_its_old_text_check_is_refused(client: WeChatClient) -> None:
    """Version 1 is dead at the platform, and 1.8 knows no other."""
    assert refusal(client.wxa.check_text_security, "好") == 47001


def test_answers_within_two_days(platform: Platform, client: WeChatClient) -> None:
    openid = platform.openid("daughter")
    assert refusal(client.message.send_text, openid, "您好") == 45015
    platform.control("contact", persona="daughter")

    for _ in range(5):
        client.message.send_text(openid, "您好")

    assert refusal(client.message.send_text, openid, "您好") == 45047


def test_finds_the_platforms_addresses(client: WeChatClient) -> None:
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]


def test_dead_tokens_and_limits_map_to_its_exceptions(platform: Platform, client: WeChatClient) -> None:
    openid = platform.openid("daughter")
    client.fetch_access_token()
    platform.control("revoke")
    assert refusal(client.wxa.send_subscribe_message, openid, "tmpl_appointment_booked", BOOKED) == 40001

    platform.control("limit", name="token_daily", value=1)
    with pytest.raises(WeChatClientException):
        client.fetch_access_token()

    client.session.set(client.access_token_key, stable(platform))
    platform.control("limit", name="subscribe_daily", value=0)
    with pytest.raises(APILimitedException):
        client.wxa.send_subscribe_message(openid, "tmpl_appointment_booked", BOOKED)


def test_swaps_a_dead_token_by_itself(platform: Platform, client: WeChatClient) -> None:
    client.auto_retry = True
    client.fetch_access_token()
    platform.control("revoke")

    assert client.misc.get_wechat_ips() == ["127.0.0.1"]

    assert len(platform.asked("/cgi-bin/token")) == 2


def stable(platform: Platform) -> str:
    wish = {"grant_type": "client_credential", "appid": platform.appid, "secret": platform.secret}
    answer = platform._http.post(f"{platform.base_url}/cgi-bin/stable_token", json=wish).json()
    return str(answer["access_token"])
