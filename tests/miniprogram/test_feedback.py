"""Say how it was, take it back, rewrite what may not be shown, and see that what went wrong is put right."""

from typing import Any

from server.feedback.actions import handle_case, reply
from server.feedback.rules import CaseEvent
from tests.miniprogram.line import LostAnswers, Slow, sign_out_everywhere
from tests.miniprogram.phone import Phone


async def ratings(client: Any) -> list[dict[str, Any]]:
    return list((await client.get("/ratings", params={"limit": 100})).json()["items"])


async def standing(client: Any) -> list[dict[str, Any]]:
    return [each for each in await ratings(client) if not each["taken_back"]]


async def to_the_words(it: Phone, token: str, score: str) -> None:
    await it.open(f"pages/feedback/rate?token={token}")
    await it.reads("这次服务怎么样？")
    await it.choose(score)
    await it.tap("下一步")
    await it.reads("第 2 步，共 3 步")
    await it.tap("下一步")
    await it.reads("还想说什么？")


async def call_back(actor: Any, town: Any, clock: Any) -> None:
    """Take the town's case to where the family is asked."""
    feng = await actor("feng")
    for event, reason in (
        (CaseEvent.RECTIFY, "以后提前打电话约好时间。"),
        (CaseEvent.CALL_BACK, "已打电话道歉。"),
    ):
        await handle_case(actor=feng, uid=town.feedback.case, event=event, reason=reason, now=clock())


class TestRating:
    async def test_one_question_a_page_and_it_can_be_taken_back(self, phone, town, api):
        client = await api("daughter")
        before = len(await standing(client))
        async with phone("daughter") as it:
            await it.open()
            await it.go(f"pages/feedback/rate?token={town.feedback.open_token}")
            await it.reads("给王桂兰的服务")
            await it.choose("不满意", nth=0)
            await it.tap("下一步")
            await it.reads("哪里不好？")
            await it.back()
            await it.reads("已选")  # back in the middle: the choice is still there
            await it.choose("很满意", nth=0)
            await it.tap("下一步")
            await it.reads("哪里好？")
            await it.choose("态度")
            await it.choose("讲解")
            await it.tap("下一步")
            await it.write("还想说什么", "讲得很慢")
            await it.tap("交上去")

            await it.reads("谢谢您，评好了")
            await it.reads("到上午 9 点 10 分以前可以收回")
            newest = (await ratings(client))[0]
            assert (newest["score"], newest["tags"], newest["text"]) == (
                5,
                ["attitude", "explained"],
                "讲得很慢",
            )

            await it.tap("收回，重新评")
            await it.reads("这次服务怎么样？")
            await it.reads("已选")
            assert len(await standing(client)) == before
            await it.back()  # not through the questions once more
            await it.at("pages/home/home")

    async def test_undo_is_there_as_long_as_the_server_allows_and_no_longer(self, phone, town, clock):
        async with phone("wang") as it:
            await to_the_words(it, town.feedback.open_token, "一般")
            await it.tap("交上去")
            await it.reads("可以收回")
            clock.advance(minutes=11)  # the server's time is over, the phone does not know it yet
            await it.tap("收回，重新评")
            await it.reads("评价已经生效，不能收回了")
            await it.reads_not("以前可以收回")

            await it.open(f"pages/feedback/rate?token={town.feedback.open_token}")
            await it.reads("这次服务现在不能评")
            await it.tap("看看我评过的")
            await it.reads("一般")
            await it.reads_not("收回这条评价")

    async def test_what_was_rated_can_be_taken_back_from_the_list(self, phone, town, api):
        client = await api("daughter")
        answer = await client.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 4})
        assert answer.status_code == 201
        async with phone("daughter") as it:
            await it.open("pages/feedback/ratings")
            await it.tap("收回这条评价")

            await it.reads("收回了")
            mine = next(each for each in await ratings(client) if each["uid"] == answer.json()["uid"])
            assert mine["taken_back"]
            # the undo is gone with the phone's own clock as well
            await client.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 4})
            await it.open(f"pages/feedback/rate?token={town.feedback.open_token}")
            await it.reads("这次服务现在不能评")

    async def test_a_lost_answer_and_a_double_tap_are_one_rating(self, phone, town, api):
        client = await api("daughter")
        before = len(await standing(client))
        slow = Slow()
        async with phone("daughter") as it:
            await to_the_words(it, town.feedback.open_token, "满意")
            await it.write("还想说什么", "挺好")
            keys = it.keys_of("/rating")
            await it.page.route("**/rating", LostAnswers())
            await it.page.route("**/rating", slow)
            await it.tap_twice("交上去")
            await slow.has()
            await it.button("正在交").tap(force=True)
            slow.let_through()

            await it.reads("谢谢您，评好了")
            assert len(keys) == 2
            assert len(set(keys)) == 1
            assert len(await standing(client)) == before + 1

    async def test_somebody_else_rated_it_meanwhile(self, phone, town, api):
        async with phone("wang") as it:
            await it.open(f"pages/feedback/rate?token={town.feedback.open_token}")
            await it.tap("下一步")
            await it.reads("请先点一个")
            await to_the_words(it, town.feedback.open_token, "满意")
            other = await api("daughter")
            await other.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 4})
            await it.tap("交上去")

            await it.reads("这次服务已经评价过了")

    async def test_a_nephew_and_a_stranger_have_nothing_to_rate(self, phone, town):
        for persona in ("nephew", "stranger"):
            async with phone(persona) as it:
                await it.open(f"pages/feedback/rate?token={town.feedback.open_token}")
                await it.reads("这次服务现在不能评")
                await it.go("pages/feedback/complaint")
                await it.reads("您现在还不能替老人反映")
                await it.go(f"pages/feedback/case?uid={town.feedback.case}")
                await it.reads("它不归您看")
                await it.reads_not("李福生")


class TestWords:
    async def test_that_were_returned_are_rewritten_and_the_score_stands(self, phone, town, api):
        client = await api("daughter")
        opinion = {"score": 2, "text": "找小陈 13900001111 就行"}
        answer = await client.post(f"/rating-tokens/{town.feedback.open_token}/rating", json=opinion)
        uid = answer.json()["uid"]
        async with phone("daughter") as it:
            await it.open("pages/feedback/ratings")
            await it.reads("文字要改一改")
            await it.tap("改一改文字")
            await it.reads("为保护隐私，请删去")
            await it.tap("改好了，交上去")
            await it.reads("文字还和原来一样")
            await it.write("改成这样说", "打 13900001111 找他")
            await it.tap("改好了，交上去")
            await it.reads("改过的文字还不行")
            await it.online(False)
            await it.write("改成这样说", "来得晚了")
            await it.tap("改好了，交上去")
            await it.reads("手机现在没有网络")
            await it.online(True)
            await it.tap("改好了，交上去")

            await it.reads("改好的文字已经交了")
            mine = next(each for each in await ratings(client) if each["uid"] == uid)
            assert (mine["text"], mine["score"], mine["status"]) == ("来得晚了", 2, "screening")

    async def test_a_reply_stands_beside_what_was_said(self, phone, town, actor, clock):
        await reply(
            actor=await actor("feng"),
            rating_uid=town.feedback.praised,
            text="谢谢您，林医生看到了。",
            now=clock(),
        )
        async with phone("daughter") as it:
            await it.open("pages/feedback/ratings")

            await it.reads("谢谢您，林医生看到了。")
            await it.reads("已经公开")


class TestComplaint:
    async def test_says_what_where_and_how_and_becomes_a_case(self, phone, town, api):
        async with phone("guardian") as it:
            await it.open("pages/feedback/complaint")
            await it.reads("是哪方面的事？")
            await it.tap("下一步")
            await it.reads("请先点一个")
            await it.choose("收费")
            await it.tap("下一步")
            await it.reads("是在哪里？")
            await it.choose("颐和养老院")
            await it.tap("下一步")
            await it.write("出了什么事", "床位费多收了一次")
            await it.back()
            await it.tap("下一步")
            await it.reads("出了什么事？")
            assert await it.screen.get_by_label("出了什么事").input_value() == "床位费多收了一次"
            await it.tap("交上去")

            await it.reads("收到了，这就去办")
            await it.reads("床位费多收了一次")
            await it.reads("现在由云桥市颐和养老院来办")
            cases = (await (await api("guardian")).get("/cases")).json()["items"]
            assert [each["complaint"] for each in cases if each["complaint"]] == ["charges"]
            await it.tap("好了，回首页")
            await it.at("pages/home/home")

    async def test_is_put_right_step_by_step_and_the_family_has_the_last_word(
        self, phone, town, api, actor, clock
    ):
        async with phone("guardian") as it:
            await it.open("pages/feedback/ratings")
            await it.tap("正在了解情况")
            await it.reads("已调当天的巡诊记录")
            await it.reads_not("已经解决了")

            await call_back(actor, town, clock)
            await it.open(f"pages/feedback/case?uid={town.feedback.case}")
            await it.reads("请您说一声，解决了没有")
            await it.reads("以后提前打电话约好时间")
            await it.tap("还没解决")
            await it.tap("还没解决，请重新办")
            await it.reads("请写一两句，哪里还没解决")
            await it.write("哪里还没解决", "昨天又晚了")
            await it.tap("还没解决，请重新办")
            await it.reads("您说还没解决，正在重办")
            await it.reads("昨天又晚了")

            client = await api("guardian")
            file = (await client.get(f"/cases/{town.feedback.case}")).json()
            assert (file["card"]["status"], file["card"]["rounds"]) == ("reopened", 1)

    async def test_that_was_put_right_is_closed_by_the_family(self, phone, town, api, actor, clock):
        await call_back(actor, town, clock)
        client = await api("guardian")
        async with phone("guardian") as it:
            await it.open(f"pages/feedback/case?uid={town.feedback.case}")
            await sign_out_everywhere(client)
            await it.tap("已经解决了")

            await it.reads("办完了")
            await it.reads("家里人说解决了")
            assert (await client.get(f"/cases/{town.feedback.case}")).json()["card"]["status"] == "closed"
