"""What stands around every page: finding by a few letters, lists kept at hand, and a no that is said where it belongs."""

from playwright.async_api import expect

from server.identity.models import SavedView


class TestFinding:
    async def test_the_stroke_and_a_few_letters_lead_to_the_resident(self, scripted, town):
        async with scripted("he") as it:
            await it.sign_in()
            await it.key("/")
            await it.page.keyboard.type("王桂")
            await it.page.get_by_role("link", name="王桂兰").first.click()

            await it.at(f"/admin/residents/{town.people.wang}")

    async def test_without_scripts_the_same_letters_have_a_page(self, screen, town):
        async with screen("he") as it:
            await it.sign_in()
            box = it.page.get_by_label("查找长者、巡诊、协议")
            await box.fill("201-1")
            await box.press("Enter")
            await it.follow("王桂兰")

            await it.at(f"/admin/residents/{town.people.wang}")
            assert "201" not in it.page.url  # what was typed stands in no address


class TestAListAtHand:
    async def test_is_kept_opened_from_the_first_page_and_forgotten(self, screen, town):
        async with screen("he") as it:
            await it.sign_in("/admin/visits?status=confirmed")
            await it.press("存为常用")
            await it.write("给这个查询起个名字", "已经算数的")
            await it.press("存下")
            await it.reads("已存为常用查询“已经算数的”")
            await it.open("/admin")
            await it.follow("已经算数的")
            await it.at("/admin/visits")
            await it.reads("共 1 条")

            await it.open("/admin/views")
            await it.press("删除")
            await it.reads("还没有常用查询")
        assert await SavedView.all().count() == 0


class TestANo:
    async def test_is_said_beside_the_field_and_what_was_typed_stays(self, scripted, town):
        async with scripted("he") as it:
            await it.sign_in("/admin/residents")
            await it.press("导出表格")
            await it.write("用来做什么", "季度盘点")
            await it.write("动态口令", "000000")
            await it.button("导出", within=it.main.locator(".export form")).click()

            await expect(it.main.locator(".fault")).to_contain_text("这一步要再输一次动态口令")
            await expect(it.control("动态口令")).to_be_focused()
            await expect(it.control("动态口令")).to_have_attribute("aria-invalid", "true")
            await expect(it.control("用来做什么")).to_have_value("季度盘点")

            await it.write("动态口令", await it.code())
            await it.button("导出", within=it.main.locator(".export form")).click()
            await it.reads("排上队了")
