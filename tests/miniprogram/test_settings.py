"""Type size, messages, a copy to take away, and leaving for good."""

import asyncio

from playwright.async_api import expect


class TestTypeSize:
    async def test_the_choice_shows_at_once_and_stays(self, phone):
        async with phone("wang") as it:
            await it.open("pages/settings/type")
            await it.choose("特大")
            assert await it.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "30px"

            await it.open()
            await it.reads("您好")
            assert await it.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "30px"

    async def test_letters_are_never_smaller_than_the_phone_wants(self, phone):
        async with phone("wang", scale=1.4) as it:
            await it.open("pages/settings/type")
            await it.choose("大", nth=0)

            assert await it.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "28px"

    async def test_where_nothing_can_be_read_aloud_it_says_so(self, phone):
        async with phone("wang") as it:
            await it.open()
            await it.tap("读给我听")

            await it.reads("还不能朗读")


class TestMessages:
    async def test_a_message_opens_what_it_is_about_and_counts_as_read(self, phone, api):
        async with phone("daughter") as it:
            await it.open("pages/inbox/inbox")
            await it.reads("没看过")
            before = (await (await api("daughter")).get("/inbox/unread")).json()["count"]
            await it.screen.get_by_role("button").filter(has_text="没看过").first.tap()
            await it.settled()
            assert await it.page.evaluate("window.__wxPages().length") == 2

            await it.back()
            await it.settled()
            assert (await (await api("daughter")).get("/inbox/unread")).json()["count"] == before - 1

    async def test_quiet_hours_are_chosen_with_one_tap(self, phone, api):
        async with phone("daughter") as it:
            await it.open("pages/settings/quiet")
            await it.choose("午睡")

            await expect(it.screen.get_by_role("radio", checked=True)).to_contain_text("午睡")
            assert (await (await api("daughter")).get("/quiet-hours")).json() == {
                "starts": "12:00",
                "ends": "14:00",
                "own": True,
            }


class TestOwnData:
    async def test_the_record_is_handed_over_as_a_text(self, phone):
        async with phone("wang") as it:
            await it.open("pages/settings/export")
            await it.tap("王桂兰的健康档案")
            await it.reads("已经转出去了")

            [file] = await it.page.evaluate("window.__wxWorld.shared")
            assert file["fileName"] == "健康档案.txt"
            assert file["data"].startswith("王桂兰的健康档案")
            assert "undefined" not in file["data"]
            assert "一共" in file["data"]
            assert await it.page.evaluate("window.__wxWorld.files") == {}

    async def test_what_i_did_is_handed_over_as_a_text(self, phone):
        async with phone("daughter") as it:
            await it.open("pages/settings/export")
            await it.tap("我自己办过的事")
            await it.reads("已经转出去了")

            [file] = await it.page.evaluate("window.__wxWorld.shared")
            assert "【替谁办事】" in file["data"]
            assert "王**" in file["data"]
            assert "undefined" not in file["data"]

    async def test_a_complete_copy_is_asked_for_written_and_handed_over(self, phone, worker_pass):
        async with phone("wang") as it:
            await it.open("pages/settings/export")
            await it.tap("要一份完整的副本")
            await it.tap("我自己的")
            await it.reads("排队等待")
            await worker_pass()
            await it.tap("看看写好没有")
            await it.tap("取出来")
            await it.reads("已经转出去了")

            [file] = await it.page.evaluate("window.__wxWorld.shared")
            assert file["fileName"].endswith(".zip")
            assert file["data"].startswith("PK")
            assert await it.page.evaluate("window.__wxWorld.files") == {}, "the phone keeps nothing of it"

    async def test_what_is_registered_wrongly_is_said_and_answered_with_a_day(self, phone, api):
        async with phone("daughter") as it:
            await it.open("pages/settings/corrections")
            await it.tap("登记信息不对")
            await it.write("哪里不对", "生日应该是三月初五")
            await it.tap("请他们更正")
            await it.reads("颐和养老院已经收到")
            await it.tap("好，回去看")

            await it.reads("等机构核对")
            await it.tap("不用更正了")
            await it.reads("已撤回")
        [kept] = (await (await api("daughter")).get("/rectifications")).json()
        assert (kept["text"], kept["status"]) == ("生日应该是三月初五", "withdrawn")

    async def test_nothing_is_sent_before_something_is_written(self, phone, api):
        async with phone("wang") as it:
            await it.open("pages/settings/correct")
            await it.tap("请他们更正")

            await it.reads("还没有写")
        assert (await (await api("wang")).get("/rectifications")).json() == []

    async def test_leaving_says_first_what_goes_and_what_the_law_keeps(self, phone):
        async with phone("wang") as it:
            await it.open("pages/settings/leave")

            await it.reads("马上删掉")
            await it.reads("最后一次出院起 30 年")

    async def test_leaving_forgets_this_person_here_and_on_the_server(self, phone, api):
        async with phone("daughter") as it:
            await it.open()
            await it.reads("王桂兰的健康")
            await it.go("pages/settings/leave")
            await it.tap("注销账号", nth=0)
            await it.reads("账号已经注销")

            assert await it.kept("session") is None
            await it.open()
            await it.reads("还没有您能看的档案")
        assert (await (await api("wang")).get("/residents")).status_code == 200

    async def test_a_nurse_is_told_who_must_let_her_go_first(self, phone):
        async with phone("nurse") as it:
            await it.open("pages/settings/leave")
            await it.tap("注销账号", nth=0)

            await it.reads("先请单位管理员收回您的岗位")


class TestWho:
    async def test_a_name_is_written_and_a_phone_number_given(self, phone):
        async with phone("stranger") as it:
            await it.open("pages/welcome/welcome")
            await it.write("姓名", "陈大")
            await it.tap("记下来")
            await it.reads("写好了")
            await it.tap("手机号")
            await it.page.get_by_role("dialog").get_by_text("允许", exact=True).tap()

            await it.reads("已经登记：139")

    async def test_a_wrong_code_is_refused_in_a_sentence(self, phone):
        async with phone("stranger") as it:
            await it.open("pages/welcome/welcome")
            await it.write("绑定码", "ABCD2345")
            await it.tap("绑定")

            await it.reads("绑定码不对")

    async def test_the_privacy_guide_is_asked_for_only_when_needed(self, phone):
        async with phone("wang", world={"privacyAgreed": "false"}) as it:
            await it.open()
            await it.reads("您好")
            asked = asyncio.ensure_future(
                it.page.evaluate(
                    "new Promise((done) => window.__wx.setClipboardData({ data: 'x', success: () => done('yes'), fail: () => done('no') }))"
                )
            )
            await it.at("pages/settings/agree")
            await it.tap("同意")

            assert await asked == "yes"
            await it.at("pages/home/home")
