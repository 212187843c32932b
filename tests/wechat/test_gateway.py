"""Each call of the gateway against the simulated platform: what it gives, and how it refuses."""

import base64
import struct
import zlib

import pytest
import zxingcpp

from server.wechat.client import WeChatClientGateway
from server.wechat.gateway import (
    Errcode,
    MediaType,
    RiskScene,
    Suggest,
    TextScene,
    WeChatGateway,
    WeChatRefused,
)
from tests.wechat.conftest import Platform

BOOKED = {
    "thing1": "王奶奶",
    "thing2": "第一人民医院",
    "thing3": "老年医学科",
    "time4": "2026年3月2日 09:30",
    "thing5": "请带好医保卡",
}


async def refusal(awaited: object) -> int:
    with pytest.raises(WeChatRefused) as caught:
        await awaited  # type: ignore[misc]
    return caught.value.code


async def test_it_is_a_gateway(gateway: WeChatClientGateway) -> None:
    accepted: WeChatGateway = gateway

    assert accepted is gateway


class TestIdentityByCode:
    async def test_says_who_it_is(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        login = platform.control("login", persona="daughter")

        identity = await gateway.identity_by_code(login["code"])

        assert (identity.openid, identity.unionid) == (login["openid"], login["unionid"])
        assert len(base64.b64decode(identity.session_key)) == 16
        assert identity.openid not in repr(identity)
        assert identity.session_key not in repr(identity)

    async def test_asks_without_an_access_token(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        await gateway.identity_by_code("sim:daughter:1")

        assert platform.asked("/cgi-bin/stable_token") == []
        assert platform.control("log")["warnings"] == []

    async def test_bears_accounts_without_unionid_and_old_ones(self, gateway: WeChatClientGateway) -> None:
        assert (await gateway.identity_by_code("sim:nounion:1")).unionid is None
        assert (await gateway.identity_by_code("sim:legacy:1")).openid

    async def test_refuses_spent_old_and_invented_codes(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        old = platform.control("login", persona="daughter")["code"]
        platform.control("advance", seconds=301)
        await gateway.identity_by_code("sim:daughter:1")

        assert await refusal(gateway.identity_by_code("sim:daughter:1")) == Errcode.CODE_USED
        assert await refusal(gateway.identity_by_code(old)) == Errcode.INVALID_CODE
        assert await refusal(gateway.identity_by_code("invented")) == Errcode.INVALID_CODE

    async def test_refuses_whom_the_platform_distrusts(self, gateway: WeChatClientGateway) -> None:
        assert await refusal(gateway.identity_by_code("sim:risk:1")) == Errcode.HIGH_RISK_USER


class TestPhoneNumber:
    async def test_gives_the_number(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        code = platform.control("phone", persona="daughter", number="13800000001")["code"]

        phone = await gateway.phone_number(code, platform.openid("daughter"))

        assert (phone.number, phone.country_code) == ("13800000001", "86")
        assert "13800000001" not in repr(phone)

    async def test_refuses_another_persons_code_and_spent_ones(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        daughter, nephew = platform.openid("daughter"), platform.openid("nephew")
        code = "simphone:daughter:13800000001:1"

        assert await refusal(gateway.phone_number(code, nephew)) == Errcode.INVALID_CODE
        await gateway.phone_number(code, daughter)
        assert await refusal(gateway.phone_number(code, daughter)) == Errcode.INVALID_CODE

    async def test_refuses_a_number_issued_to_another_mini_program(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        info = '{"purePhoneNumber":"13800000001","countryCode":86,"watermark":{"appid":"wxother"}}'
        platform.control(
            "fault",
            path="/wxa/business/getuserphonenumber",
            action="raw",
            value=f'{{"errcode":0,"phone_info":{info}}}',
        )

        with pytest.raises(Exception, match="unparsable"):
            await gateway.phone_number("simphone:daughter:13800000001:1", platform.openid("daughter"))


class TestMiniCode:
    async def test_is_a_code_that_opens_the_page(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        image = await gateway.mini_code("P1abc", "pages/plate/plate", env_version="trial", check_path=False)

        (found,) = zxingcpp.read_barcodes(pixels(image))
        assert found.text == f"wxa://{platform.appid}/pages/plate/plate?scene=P1abc&env=trial"
        scanned = platform.control("scan", png=base64.b64encode(image).decode())
        assert scanned == {"page": "pages/plate/plate", "scene": "P1abc", "env_version": "trial"}

    @pytest.mark.parametrize(
        ("scene", "page", "code"),
        [
            ("x" * 33, "pages/plate/plate", 40169),
            ("", "pages/plate/plate", 40169),
            ("中文", "pages/plate/plate", 40129),
            ("50%", "pages/plate/plate", 40129),
            ("a", "/pages/plate/plate", 41030),
            ("a", "pages/plate/plate?x=1", 41030),
            ("a", "pages/absent/absent", 41030),
        ],
    )
    async def test_refuses_what_the_platform_refuses(
        self, platform: Platform, gateway: WeChatClientGateway, scene: str, page: str, code: int
    ) -> None:
        platform.control("page", pages=["pages/plate/plate"])

        assert await refusal(gateway.mini_code(scene, page)) == code


class TestSubscribeMessage:
    async def test_arrives_once_per_acceptance(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        platform.control("subscribe", persona="daughter", template="tmpl_appointment_booked")

        message_id = await gateway.send_subscribe_message(
            openid, "tmpl_appointment_booked", BOOKED, page="pages/booking/booking?uid=1"
        )

        (sent,) = platform.control("outbox", persona="daughter")["messages"]
        assert sent["msgid"] == message_id
        assert sent["data"]["thing1"] == {"value": "王奶奶"}
        assert sent["state"] == "formal"
        again = gateway.send_subscribe_message(openid, "tmpl_appointment_booked", BOOKED)
        assert await refusal(again) == Errcode.NOT_SUBSCRIBED

    async def test_refuses_wrong_people_templates_and_words(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        too_long = {**BOOKED, "thing1": "长" * 21}

        unknown = gateway.send_subscribe_message("o" + "x" * 27, "tmpl_appointment_booked", BOOKED)
        assert await refusal(unknown) == Errcode.INVALID_OPENID
        assert await refusal(gateway.send_subscribe_message(openid, "tmpl_none", BOOKED)) == 40037
        assert (
            await refusal(gateway.send_subscribe_message(openid, "tmpl_appointment_booked", too_long))
            == 47003
        )
        sensitive = {**BOOKED, "thing5": "敏感词样本"}
        assert (
            await refusal(gateway.send_subscribe_message(openid, "tmpl_appointment_booked", sensitive))
            == 45168
        )


class TestEmployeeMessage:
    async def test_reaches_staff_only(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        openid = platform.openid("nurse")
        data = {"thing1": "王奶奶", "time2": "09:30", "name3": "李护士", "thing4": "血压正常"}

        sending = gateway.send_employee_message(openid, "tmpl_visit_report", data)
        assert await refusal(sending) == Errcode.NOT_AN_EMPLOYEE
        platform.control("employ", persona="nurse")
        await gateway.send_employee_message(openid, "tmpl_visit_report", data, page="pages/round/round")

        (sent,) = platform.control("outbox")["messages"]
        assert sent["kind"] == "employee"


class TestContent:
    @pytest.mark.parametrize(
        ("content", "suggest", "label"),
        [
            ("护士很耐心", Suggest.PASS, 100),
            ("真是混蛋", Suggest.REVIEW, 20003),
            ("这个药保证治愈", Suggest.RISKY, 20008),
            ("sim:risky:20001", Suggest.RISKY, 20001),
        ],
    )
    async def test_judges_a_text(
        self, platform: Platform, gateway: WeChatClientGateway, content: str, suggest: Suggest, label: int
    ) -> None:
        verdict = await gateway.check_text(platform.openid("daughter"), content, TextScene.COMMENT)

        assert (verdict.suggest, verdict.label) == (suggest, label)

    async def test_refuses_authors_who_were_not_there_lately(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        openid = platform.openid("daughter")
        platform.control("advance", seconds=7201)

        assert (
            await refusal(gateway.check_text(openid, "好", TextScene.COMMENT)) == Errcode.NOT_VISITED_LATELY
        )
        absent = platform.openid("notvisited")
        assert (
            await refusal(gateway.check_text(absent, "好", TextScene.COMMENT)) == Errcode.NOT_VISITED_LATELY
        )

    async def test_promises_a_verdict_on_a_picture(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        url = f"{platform.base_url}/__sim/health"

        trace_id = await gateway.check_media(
            platform.openid("daughter"), url, MediaType.IMAGE, TextScene.COMMENT
        )
        platform.control("advance", seconds=2)

        (event,) = platform.control("events")["events"]
        assert (event["Event"], event["trace_id"]) == ("wxa_media_check", trace_id)
        assert event["result"] == {"suggest": "pass", "label": "100"}


class TestTheRest:
    async def test_makes_links(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        assert (await gateway.url_link("pages/invite/invite", "i=abc", days=7)).startswith(
            "https://wxaurl.cn/"
        )
        assert await refusal(gateway.url_link("pages/invite/invite", "i=abc", days=31)) == 85401
        assert await refusal(gateway.url_link("pages/invite/invite", "i=中文", days=7)) == 40212
        assert platform.control("log")["warnings"] == []

    async def test_knows_whether_a_session_lives(
        self, platform: Platform, gateway: WeChatClientGateway
    ) -> None:
        identity = await gateway.identity_by_code("sim:daughter:1")

        assert await gateway.session_is_alive(identity.openid, identity.session_key)
        await gateway.identity_by_code("sim:daughter:2")  # a new login replaces the key
        assert not await gateway.session_is_alive(identity.openid, identity.session_key)
        platform.control("expire_session", persona="daughter")
        assert not await gateway.session_is_alive(identity.openid, identity.session_key)

    async def test_ranks_risk(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        platform.control("rank", persona="daughter", rank=3)

        assert await gateway.risk_rank(platform.openid("daughter"), "203.0.113.7", RiskScene.REGISTER) == 3
        assert platform.control("log")["warnings"] == []

    async def test_refuses_half_a_character(self, platform: Platform, gateway: WeChatClientGateway) -> None:
        """A surrogate half can come out of a person's JSON, and has no bytes."""
        assert (
            await refusal(gateway.check_text(platform.openid("daughter"), "\ud800", TextScene.COMMENT))
            == 47001
        )


def pixels(png: bytes) -> memoryview:
    """The gray pixels of a PNG as segno writes it: one bit each, a repeated row as no change from above."""
    width, height, depth, color = struct.unpack(">IIBB", png[16:26])
    assert (depth, color) == (1, 0)
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += 12 + length
    rows, stride = zlib.decompress(packed), 1 + (width + 7) // 8
    gray, above = bytearray(), bytes(stride - 1)
    for y in range(height):
        row = rows[y * stride + 1 : (y + 1) * stride]
        if rows[y * stride] == 2:
            row = bytes((low + high) % 256 for low, high in zip(row, above, strict=True))
        above = row
        gray += bytes(255 * (row[x // 8] >> (7 - x % 8) & 1) for x in range(width))
    return memoryview(bytes(gray)).cast("B", (height, width))
