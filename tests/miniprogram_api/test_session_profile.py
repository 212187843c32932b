"""What a person says about themselves: phone and name."""

import pytest

from server.identity import actions, doors
from server.identity.models import Account, WechatIdentity
from server.kit.errors import DomainError
from server.kit.shared import InProcessShared
from server.wechat.gateway import PhoneNumber, WeChatRefused, WeChatUnavailable
from tests.miniprogram_api.signing_in import Platform, codes, login_code


class TestRegisterPhone:
    async def test_the_number_is_kept_sealed_and_shown_masked(self, api, simulator, town, actor, clock):
        said = await actions.register_phone(
            actor=await actor("stranger"), phone=PhoneNumber("13812345678", "86"), now=clock()
        )

        row = await Account.get(uid=town.identity.accounts["stranger"])
        assert said.account.phone == "138****5678"
        assert b"13812345678" not in row.phone_sealed
        assert "13812345678" not in row.phone_index

    async def test_a_number_of_another_account_neither_merges_nor_opens_anything(self, town, actor, clock):
        """T8: numbers are handed on, and one phone serves a couple."""
        for key in ("wang", "stranger"):
            await actions.register_phone(
                actor=await actor(key), phone=PhoneNumber("13812345678", "86"), now=clock()
            )

        rows = await Account.filter(
            uid__in=[town.identity.accounts["wang"], town.identity.accounts["stranger"]]
        )
        assert len({row.id for row in rows}) == 2
        assert len({row.phone_index for row in rows}) == 1
        assert len(await WechatIdentity.filter(account_id__in=[row.id for row in rows])) == 2

    async def test_the_button_of_the_phone_registers_it(self, api, town):
        stranger = await api("stranger")

        answer = await stranger.post(
            "/session/phone", json={"code": f"simphone:stranger:13812345678:{next(codes)}"}
        )

        assert answer.status_code == 200, answer.text
        assert answer.json()["account"]["phone"] == "138****5678"

    async def test_sent_again_after_a_lost_answer_it_is_answered_as_the_first_time(self, api, town):
        """The platform would call the code spent, though the number was registered."""
        stranger = await api("stranger")
        body = {"code": f"simphone:stranger:13812345678:{next(codes)}"}
        headers = {"Idempotency-Key": "the-same-press"}

        first = await stranger.post("/session/phone", json=body, headers=headers)
        again = await stranger.post("/session/phone", json=body, headers=headers)

        assert again.status_code == 200
        assert again.json() == first.json()

    async def test_a_code_pressed_by_somebody_else_is_refused(self, api, town):
        stranger = await api("stranger")

        answer = await stranger.post(
            "/session/phone", json={"code": f"simphone:wang:13812345678:{next(codes)}"}
        )

        assert answer.json()["code"] == "identity.phone_code_refused"

    async def test_five_a_day_are_enough_since_each_costs_money(self, town, actor, clock):
        nephew, shared = await actor("nephew"), InProcessShared()
        found = []
        for _ in range(6):
            with pytest.raises(DomainError) as refused:
                await doors.register_phone(
                    actor=nephew,
                    code="abcd",
                    wechat=Platform(WeChatRefused(40029, "/p")),
                    shared=shared,
                    now=clock(),
                )
            found.append(refused.value.code)

        assert found == ["identity.phone_code_refused"] * 5 + ["kit.too_many"]

    async def test_a_code_wechat_refuses_asks_for_another_press(self, api):
        daughter = await api("daughter")

        answer = await daughter.post("/session/phone", json={"code": "0" * 64})

        assert answer.status_code == 422
        assert answer.json()["code"] == "identity.phone_code_refused"

    async def test_a_platform_that_is_away_is_said_so(self, town, actor, services, clock):
        with pytest.raises(DomainError) as refused:
            await doors.register_phone(
                actor=await actor("daughter"),
                code="abcd",
                wechat=Platform(WeChatUnavailable("timeout", "/p")),
                shared=services.shared,
                now=clock(),
            )

        assert refused.value.code == "identity.wechat_unreachable"


class TestStateName:
    async def test_a_newcomer_says_what_she_is_called(self, anonymous, town):
        said = (await anonymous.post("/session", json={"code": login_code("somebody_new")})).json()
        anonymous.headers["Authorization"] = f"Bearer {said['token']}"

        answer = await anonymous.put("/session/name", json={"name": "周小雨"})

        assert answer.json()["account"]["name"] == "周小雨"
        assert "name" not in answer.json()["needs"]

    async def test_staff_are_named_by_their_institution(self, api):
        nurse = await api("nurse")

        assert (await nurse.put("/session/name", json={"name": "院长"})).json()[
            "code"
        ] == "identity.named_by_institution"
