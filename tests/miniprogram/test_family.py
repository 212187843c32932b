"""Who may act for me: asked, confirmed, paused, ended; invited by the resident, or applied for by a relative."""

from typing import Any

import pytest

from server.people.actions import verify_proxy
from tests.miniprogram.line import Busy, LostAnswers, sign_out_everywhere
from tests.miniprogram.phone import Phone

WANG_NUMBER = "330299193602290029"
NOBODYS_NUMBER = "33029919470315002X"


@pytest.fixture
def proxies(api, town):
    """Ask the server who may act for Wang Guilan, by uid."""

    async def asked() -> dict[str, Any]:
        cards = (await (await api("wang")).get(f"/residents/{town.people.wang}/proxies")).json()
        return {each["uid"]: each for each in cards}

    return asked


@pytest.fixture
def checked(actor, clock):
    """The home has compared somebody's papers with their face."""

    async def done(uid: str) -> Any:
        return await verify_proxy(actor=await actor("he"), uid=uid, now=clock())

    return done


async def answers(it: Phone, *words: str) -> None:
    """Choose these, then go on."""
    for each in words:
        await it.choose(each)
    await it.tap("下一步")


async def shared_path(it: Phone) -> str:
    await it.tap("发给家里人")
    shared = await it.page.evaluate("window.__wxWorld.shared")
    return str(shared[-1]["path"]).lstrip("/")


class TestMyOwnWord:
    async def test_says_yes_to_an_application_pauses_it_and_gives_it_back(
        self, phone, town, proxies, checked, api
    ):
        nephew = town.people.nephew_grant
        record = f"/residents/{town.people.wang}/record/summary"
        async with phone("wang") as it:
            await it.open(f"pages/family/family?resident={town.people.wang}")
            await it.reads("陈晓敏，儿子或女儿")
            await it.reads("等养老院核对证件")
            await checked(nephew)
            await it.open(f"pages/family/family?resident={town.people.wang}")
            await it.reads("王磊想替您办事")
            await it.tap("看清楚，再决定")
            await it.reads("让王磊替您办这些事吗？")
            await it.tap_twice("让王磊替我办")
            await it.reads("办好了，您同意了")
            assert len(await it.requests("/confirm")) == 1
            assert (await proxies())[nephew]["status"] == "active"
            assert (await (await api("nephew")).get(record)).status_code == 200

            await it.tap("先停一停")
            await it.reads("为什么要停一停？")
            await it.tap("停一停")
            await it.reads("请先点一个原因")
            await it.choose("我想先停一停")
            await it.tap("停一停", nth=0)
            await it.reads("停好了")
            assert (await (await api("nephew")).get(record)).status_code == 404

            await it.tap("恢复，让王磊接着办")
            await it.reads("恢复了")
            assert (await proxies())[nephew]["status"] == "active"

    async def test_says_no_before_the_home_has_even_looked(self, phone, town, proxies):
        async with phone("wang") as it:
            await it.open(f"pages/family/proxy?uid={town.people.nephew_grant}")
            await it.reads("想办这些事")
            await it.tap("不同意，不让王磊办")

            await it.reads("记下了，您没有同意")
            assert (await proxies())[town.people.nephew_grant]["status"] == "rejected"

    async def test_what_was_paused_out_of_fear_only_staff_give_back(self, phone, town, proxies):
        async with phone("wang") as it:
            await it.open(f"pages/family/proxy?uid={town.people.daughter_grant}")
            await it.tap("先停一停")
            await it.choose("我不放心，怕吃亏")
            await it.tap("停一停")

            await it.reads("停好了")
            await it.reads("要恢复请找养老院的工作人员")
            assert await it.button("恢复").count() == 0
            assert (await proxies())[town.people.daughter_grant]["reason"] == "safeguarding"

    async def test_ends_it_after_reading_what_that_means(self, phone, town, proxies, api):
        async with phone("wang") as it:
            await it.open(f"pages/family/proxy?uid={town.people.daughter_grant}")
            await it.tap("以后都不让办了")
            await it.reads("这一份不能再恢复")
            await it.tap("不停了，回去")
            await it.reads("现在能办")
            await it.tap("以后都不让办了")
            await it.choose("我不用人办了")
            await it.tap("结束，不再办了")

            await it.reads("已经结束")
            assert (await proxies())[town.people.daughter_grant]["status"] == "ended"
            assert (await (await api("daughter")).get("/residents")).json() == []

    async def test_no_network_a_busy_server_and_a_revoked_token_end_in_one_pause(
        self, phone, town, proxies, api
    ):
        async with phone("wang") as it:
            await it.open(f"pages/family/proxy?uid={town.people.daughter_grant}")
            await it.tap("先停一停")
            await it.choose("我想先停一停")
            await it.online(False)
            await it.tap("停一停")
            await it.reads("手机现在没有网络")
            await it.online(True)
            await sign_out_everywhere(await api("wang"))
            keys = it.keys_of("/suspend")
            await it.page.route("**/api/v1/proxies/*/suspend", Busy())
            await it.reads("已选")  # what was chosen is still there
            await it.tap("停一停")

            await it.reads("停好了")
            assert len(keys) == 3  # busy, with a dead token, with a new one
            assert len(set(keys)) == 1
            assert (await proxies())[town.people.daughter_grant]["status"] == "suspended"

    async def test_somebody_else_was_faster(self, phone, town, checked, api):
        await checked(town.people.nephew_grant)
        async with phone("wang") as it:
            await it.open(f"pages/family/proxy?uid={town.people.nephew_grant}")
            await it.reads("让王磊替您办这些事吗？")
            await (await api("nephew")).post(f"/proxies/{town.people.nephew_grant}/withdraw")
            await it.tap("让王磊替我办")

            await it.reads("没有办成")
            await it.reads("申请收回了")


class TestOthers:
    async def test_a_daughter_sees_the_others_but_only_leaves_herself(self, phone, town, proxies):
        async with phone("daughter") as it:
            await it.open(f"pages/family/family?resident={town.people.wang}")
            await it.reads("谁能替王桂兰办事？")
            await it.reads("得王桂兰本人来")
            assert await it.button("请一位家里人").count() == 0
            await it.tap("王磊")
            await it.reads("要停掉或者恢复，得王桂兰本人来")
            assert await it.button("不同意").count() == 0
            await it.back()
            await it.tap("替王桂兰办事")
            await it.tap("我不再替老人办了")
            await it.choose("我不想再办了")
            await it.tap("结束，不再办了")

            await it.reads("结束了")
            assert (await proxies())[town.people.daughter_grant]["reason"] == "proxy_wish"

    async def test_a_nephew_takes_his_application_back(self, phone, town, proxies):
        async with phone("nephew") as it:
            await it.open("pages/family/family")
            await it.reads("替家里人办事")
            await it.reads_not("王桂兰")
            await it.tap("我交的申请")
            await it.tap("收回这份申请")

            await it.reads("申请收回了")
            assert (await proxies())[town.people.nephew_grant]["status"] == "withdrawn"

    async def test_a_stranger_learns_nothing(self, phone, town):
        async with phone("stranger") as it:
            await it.open(f"pages/family/proxy?uid={town.people.daughter_grant}")
            await it.reads("没有找到这一条")
            await it.open(f"pages/family/family?resident={town.people.wang}")

            await it.reads("替家里人办事")
            await it.reads_not("陈晓敏")


class TestInviting:
    async def test_three_questions_make_one_invitation_and_going_back_loses_nothing(self, phone, town, api):
        async with phone("wang") as it:
            await it.open(f"pages/family/invite?resident={town.people.wang}")
            await it.tap("下一步")
            await it.reads("请先点一下")
            await answers(it, "孙辈")
            await it.reads("第 2 步，共 3 步")
            await it.choose("预约看病")
            await it.back()
            await it.reads("已选")
            await answers(it)
            await answers(it, "看健康档案")  # booking was still chosen
            await it.choose("三个月")
            await it.tap_twice("做一份邀请")
            await it.reads("邀请做好了")
            await it.reads("帮您：看健康档案、预约看病")
            [live] = (await (await api("wang")).get(f"/residents/{town.people.wang}/invitations")).json()
            assert (live["relation"], live["scopes"]) == ("grandchild", ["booking", "record"])
            code = (await shared_path(it)).split("=")[1]
            assert code not in await it.memory()
            await it.tap("好了")
            await it.reads("给孙辈的邀请")

    async def test_a_relative_accepts_and_the_home_checks(self, phone, town, proxies, checked):
        async with phone("wang") as it:
            path = await invited(it, town)

        async with phone("newcomer") as it:
            await it.open(path)
            await it.reads("邀请码已经带来了")
            await it.reads_not("王")
            await it.tap("接受邀请")
            await it.reads("还没有写您的姓名")
            await it.write("您的姓名", "王小宝")
            await it.tap_twice("接受邀请")
            await it.reads("接受了，还差一步")
            await it.reads("王**请您帮忙")
            assert path.split("=")[1] not in await it.memory()
            [grant] = [each for each in (await proxies()).values() if each["proxy"] == "王小宝"]
            assert (grant["status"], grant["relation"]) == ("applied", "neighbor")
            await checked(grant["uid"])
            await it.tap("看看办到哪一步")
            await it.reads("替王桂兰办事")
            await it.reads("现在能办")

    async def test_a_code_is_read_out_typed_by_ear_and_works_once(self, phone, town):
        async with phone("wang") as it:
            path = await invited(it, town)
            code = path.split("=")[1]
            spoken = " ".join(code[at : at + 4] for at in range(0, 24, 4)).lower()
            assert (await it.screen.get_by_label("邀请码").inner_text()).replace("\n", "").replace(
                " ", ""
            ) == code

        async with phone("stranger") as it:
            await it.open("pages/family/join")
            await it.write("邀请码", "ABCD EFGH")
            await it.tap("接受邀请")
            await it.reads("现在是 8 个")
            await it.write("邀请码", spoken.replace("o", "0").replace("i", "1"))
            await it.tap("接受邀请")
            await it.reads("接受了，还差一步")

        async with phone("nephew") as it:
            await it.open(path)
            await it.tap("接受邀请")
            await it.reads("邀请码不对、已经用过，或者过期了")

    async def test_is_not_for_herself_is_taken_back_and_then_opens_nothing(self, phone, town):
        async with phone("wang") as it:
            path = await invited(it, town)
            await it.open(path)
            await it.tap("接受邀请")
            await it.reads("这是您自己发出的邀请")

            await it.open(f"pages/family/family?resident={town.people.wang}")
            await it.reads("给邻居的邀请")
            await it.tap("收回这份邀请")
            await it.reads("那个邀请码不能用了")
            await it.reads_not("给邻居的邀请")

        async with phone("stranger") as it:
            await it.open(path)
            await it.tap("接受邀请")
            await it.reads("邀请码不对、已经用过，或者过期了")

    async def test_a_broken_line_makes_one_invitation_and_keeps_what_was_chosen(self, phone, town, api):
        async with phone("wang") as it:
            lost = LostAnswers()
            keys = it.keys_of("/invitations")
            await it.open(f"pages/family/invite?resident={town.people.wang}")
            await answers(it, "朋友")
            await answers(it, "知道近况")
            await it.choose("一年")
            await it.page.route("**/api/v1/residents/*/invitations", lost)
            await it.tap("做一份邀请")

            await it.reads("邀请做好了")
            live = (await (await api("wang")).get(f"/residents/{town.people.wang}/invitations")).json()
            assert len(live) == 1
            assert lost.answers == [201]
            assert len(keys) == 2
            assert len(set(keys)) == 1


async def invited(it: Phone, town: Any) -> str:
    """Make the shortest invitation; return what is shared."""
    await it.open(f"pages/family/invite?resident={town.people.wang}")
    await answers(it, "邻居")
    await answers(it, "知道近况")
    await it.choose("一直帮下去")
    await it.tap("做一份邀请")
    await it.reads("邀请做好了")
    return await shared_path(it)


class TestApplying:
    async def test_the_answer_is_the_same_whoever_lives_there(self, phone, town, proxies):
        told = []
        for persona, number in (("stranger", WANG_NUMBER), ("newcomer", NOBODYS_NUMBER)):
            async with phone(persona) as it:
                await it.open("pages/family/apply")
                if persona == "newcomer":
                    await it.tap("下一步")
                    await it.reads("请写上您自己的姓名")
                    await it.write("您自己的姓名", "赵一")
                await it.write("老人的姓名", "王桂兰")
                await it.write("老人的身份证号", number[:-1])
                await it.tap("下一步")
                await it.reads("现在是 17 位")
                await it.write("老人的身份证号", number)
                await it.tap("下一步")
                await answers(it, "邻居")
                await answers(it, "老人自己愿意")
                await it.choose("知道近况")
                await it.tap("交申请")
                await it.reads("要不要用微信告诉您")
                told.append(await it.screen.inner_text())
                assert number not in await it.memory()
        assert told[0] == told[1]
        assert sum(each["relation"] == "neighbor" for each in (await proxies()).values()) == 1

    async def test_goes_back_in_the_middle_and_loses_nothing(self, phone, town, api):
        async with phone("stranger") as it:
            await it.open("pages/family/apply")
            await it.write("老人的姓名", "王桂兰")
            await it.write("老人的身份证号", WANG_NUMBER.lower())
            await it.tap("下一步")
            await answers(it, "侄子侄女")
            await it.choose("我是法定监护人")
            await it.tap("下一步")
            await it.reads("请写上文件上的编号")
            await it.write("文件上的编号", "云桥民〔2026〕3 号")
            await it.back()
            await it.reads("侄子侄女、外甥外甥女已选")
            await it.back()
            assert await it.screen.get_by_label("老人的姓名").input_value() == "王桂兰"
            await it.tap("下一步")
            await it.tap("下一步")
            assert await it.screen.get_by_label("文件上的编号").input_value() == "云桥民〔2026〕3 号"
            await it.tap("下一步")
            await it.choose("看健康档案")
            await it.online(False)
            await it.tap("交申请")
            await it.reads("手机现在没有网络")
            await it.online(True)
            await it.tap_twice("交申请")
            await it.reads("申请交上去了")
            [grant] = (await (await api("stranger")).get("/proxies")).json()
            assert (grant["basis"], grant["resident"]) == ("statutory", None)

    async def test_a_second_application_is_refused_in_words(self, phone, town):
        async with phone("nephew") as it:
            await it.open("pages/family/apply")
            await it.write("老人的姓名", "王桂兰")
            await it.write("老人的身份证号", WANG_NUMBER)
            await it.tap("下一步")
            await answers(it, "侄子侄女")
            await answers(it, "老人自己愿意")
            await it.choose("知道近况")
            await it.tap("交申请")

            await it.reads("您已经为这位长者提交过申请")

    async def test_a_number_the_server_refuses_leads_back_to_the_field(self, phone, town):
        async with phone("stranger") as it:
            await it.open("pages/family/apply")
            await it.write("老人的姓名", "王桂兰")
            await it.write(
                "老人的身份证号", "100000193602290023"
            )  # right in itself; there is no such province
            await it.tap("下一步")
            await answers(it, "朋友")
            await answers(it, "老人自己愿意")
            await it.choose("知道近况")
            await it.tap("交申请")

            await it.reads("第 1 步，共 4 步")
            await it.reads("身份证号")
            await it.reads("省份")
            assert await it.screen.get_by_label("老人的姓名").input_value() == "王桂兰"
