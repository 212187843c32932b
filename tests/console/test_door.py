"""Coming in, being sent away, and working without a mouse."""

import re

from server.demo import cast
from server.feedback.models import Rating
from server.identity.models import Session
from server.visits.models import Visit


class TestTheDoor:
    async def test_leads_on_to_the_page_that_was_asked_for(self, screen, town):
        async with screen("he") as it:
            await it.sign_in(f"/admin/residents/{town.people.li}")

            await it.at(f"/admin/residents/{town.people.li}")
            await it.reads("李福生")

    async def test_stays_shut_for_a_wrong_password(self, screen):
        async with screen("he") as it:
            await it.open("/admin")
            await it.write("登录名", "he")
            await it.write("密码", "wrong")
            await it.write("动态口令", await it.code())
            await it.press("登录")

            await it.reads("不对")

    async def test_is_shown_again_when_the_session_has_ended_meanwhile(self, screen, town):
        async with screen("he") as it:
            await it.sign_in()
            await it.open(f"/admin/visits/{town.visits.waiting}")
            await Session.filter(account__uid=town.identity.accounts["he"]).delete()
            await it.press("确认这次巡诊")
            await it.press("代表本机构确认")

            await it.reads("动态口令")
        assert (await Visit.get(uid=town.visits.waiting)).status != "confirmed"

    async def test_stays_shut_for_the_back_button_after_signing_out(self, scripted):
        async with scripted("he") as it:
            await it.sign_in("/admin/residents")
            await it.reads("王桂兰")
            await it.page.get_by_role("button", name="退出").click()
            await it.reads("动态口令")
            await it.page.go_back()

            await it.reads_not("王桂兰")


class TestByKeyboardAlone:
    async def _come_in(self, it) -> None:
        await it.open("/admin")
        await it.type_into("登录名", it.login)
        await it.type_into("密码", cast.CONSOLE_PASSWORD)
        await it.type_into("动态口令", await it.code())
        await it.key("Enter")

    async def test_a_home_s_manager_confirms_a_visit(self, screen, town):
        async with screen("he") as it:
            await self._come_in(it)
            await it.enter(it.main.get_by_role("link", name=re.compile("次巡诊等您确认")))
            await it.enter(it.row("颐和养老院").get_by_role("link").first)
            await it.enter(it.button("确认这次巡诊"))
            await it.enter(it.button("代表本机构确认"))

            await it.reads("已确认")
        assert (await Visit.get(uid=town.visits.waiting)).status == "confirmed"

    async def test_a_moderator_decides(self, screen, town):
        async with screen("shen") as it:
            await self._come_in(it)
            await it.enter(it.main.get_by_role("link", name=re.compile("条评价文字等您审核")))
            await it.enter(it.button("公开"))

            await it.reads("没有等着看的文字")
        assert (await Rating.get(uid=town.feedback.waiting)).status == "published"

    async def test_a_moderator_decides_with_the_keys_that_the_page_names(self, scripted, town):
        async with scripted("shen") as it:
            await it.sign_in("/admin/moderation")
            await it.reads("挂号的小伙子")
            await it.key("1")

            await it.reads("没有等着看的文字")
        assert (await Rating.get(uid=town.feedback.waiting)).status == "published"
