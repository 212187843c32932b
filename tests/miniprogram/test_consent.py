"""Who may see my record: asked, looked at beforehand, chosen part by part, signed, and taken back as easily."""

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Route

from server.consent.actions import request_consent
from server.consent.rules import Purpose, RecordCategory
from server.kit.clock import local_date
from tests.miniprogram.line import Busy, LostAnswers, sign_out_everywhere
from tests.miniprogram.phone import Phone

GRANT = "**/api/v1/consents/*/grant"


async def to_sign(it: Phone, uid: str) -> None:
    await it.open(f"pages/consent/consent?uid={uid}")
    await it.tap("下一步签名")
    await it.reads("请在框里写上您的名字")
    await paper(it)


async def paper(it: Phone) -> None:
    """Wait until the sheet to sign on has been laid out."""
    ready = "() => (document.querySelector('wx-page:not([hidden]) canvas')?.width ?? 0) > 300"
    await it.page.wait_for_function(ready)


@pytest.fixture
def status(api):
    """Ask the server how a consent stands."""

    async def asked(uid: str) -> dict[str, Any]:
        return (await (await api("wang")).get(f"/consents/{uid}")).json()["card"]

    return asked


@pytest.fixture
async def sensitive(town, actor, clock):
    """A request in which something sensitive is asked for besides."""
    card = await request_consent(
        actor=await actor("feng"),
        resident_uid=town.people.wang,
        institution_uid=town.alliance.health_center,
        purpose=Purpose.TREATMENT,
        categories=(RecordCategory.MEDS, RecordCategory.RESTRICTED_MENTAL, RecordCategory.RESTRICTED_GENETIC),
        last_day=local_date(clock()) + timedelta(days=90),
        now=clock(),
    )
    return card.uid


class TestSayingYes:
    async def test_chooses_looks_signs_and_it_holds(self, phone, town, status):
        async with phone("wang") as it:
            await it.open(f"pages/consent/consents?resident={town.people.wang}")
            await it.reads("等您决定")
            await it.tap("看清楚，再决定")
            await it.reads("第 1 步，共 2 步")
            await it.reads("为了：转诊衔接")
            await it.choose("家庭病床与巡诊记录")
            await it.tap("先看看他们会看到什么")
            await it.reads("能力评估结果")
            await it.reads_not("家庭病床与巡诊记录")
            await it.tap("看好了，回去决定")
            await it.reads("您选了 1 项：能力评估结果。")
            await it.tap("下一步签名")
            await it.reads("第 2 步，共 2 步")
            await paper(it)
            await it.draw()
            await it.tap("签好了，同意")

            await it.reads("办好了，您已经同意")
            await it.reads("本人决定的，签了名")
            card = await status(town.consent.wang_pending)
            assert card["status"] == "granted"
            assert card["signed"]
            assert {each["category"]: each["verdict"] for each in card["provisions"]} == {
                "ability": "permit",
                "homebed": "deny",
            }
            kept = await it.memory()
            assert "strokes" not in kept
            assert "ability" not in kept

    async def test_without_a_signature_by_whoever_cannot_write(self, phone, town, status):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            await it.reads("写明没有签名")
            await it.tap("我写不了字，不签名同意")

            await it.reads("没有签名")
            await it.reads("现在让他们看")
            card = await status(town.consent.wang_pending)
            assert (card["status"], card["signed"]) == ("granted", False)

    async def test_a_daughter_decides_for_her_mother_and_signs_her_own_name(self, phone, town, status):
        async with phone("daughter") as it:
            await it.open(f"pages/consent/consents?resident={town.people.wang}")
            await it.reads("谁能看王桂兰的档案？")
            await it.tap("看清楚，再决定")
            await it.reads("让云桥市颐和养老院看王桂兰的这些档案吗？")
            await it.tap("下一步签名")
            await it.reads("请写您自己的名字")
            await paper(it)
            await it.draw()
            await it.tap("签好了，同意")

            await it.reads("家里人代为决定的，签了名")
            assert (await status(town.consent.wang_pending))["basis"] == "proxy"


class TestTheSignature:
    async def test_is_cleared_found_again_and_still_there_after_going_back(self, phone, town):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            dark = """() => { const c = document.querySelector('wx-page:not([hidden]) canvas');
                return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((v, i) => i % 4 === 3 && v > 200).length }"""
            empty = await it.page.evaluate(dark)
            await it.tap("签好了，同意")
            await it.reads("框里还没有名字")
            await it.draw()
            await it.button("擦掉重写").wait_for()
            assert await it.page.evaluate(dark) > empty + 500
            await it.tap("擦掉重写")
            await it.button("找回刚才写的").wait_for()
            assert await it.page.evaluate(dark) == empty
            await it.tap("找回刚才写的")
            await it.button("擦掉重写").wait_for()
            written = await it.page.evaluate(dark)
            assert written > empty + 500

            await it.tap("还没想好，先回去")
            await it.tap("下一步签名")
            await it.button("擦掉重写").wait_for()
            await it.page.wait_for_function(f"({dark})() === {written}")

    async def test_a_dot_is_nobodys_name(self, phone, town):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            await it.screen.locator("wx-canvas").first.tap()
            await it.tap("签好了，同意")

            await it.reads("签名太短")
            assert not await it.requests("/grant")

    async def test_is_whole_numbers_within_its_box_and_within_the_servers_bounds(self, phone, town):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            sent = []

            async def seen(route: Route) -> None:
                sent.append(json.loads(route.request.post_data))
                await route.continue_()

            await it.page.route(GRANT, seen)
            box = await it.screen.locator("wx-canvas").first.bounding_box()
            await it.page.evaluate(
                """([left, top]) => {
                    const pad = document.querySelector('wx-page:not([hidden]) wx-canvas')
                    const say = (type, x, y) => {
                        const touch = new Touch({ identifier: 1, target: pad, clientX: left + x, clientY: top + y })
                        const list = type === 'touchend' ? [] : [touch]
                        pad.dispatchEvent(new TouchEvent(type, { touches: list, changedTouches: [touch], bubbles: true, cancelable: true }))
                    }
                    for (let stroke = 0; stroke < 140; stroke += 1) {
                        say('touchstart', -40, stroke)
                        for (let at = 0; at < 40; at += 1) say('touchmove', at * 10.3, stroke + (at % 2) * 3.7)
                        say('touchend', 900, 900)
                    }
                }""",
                [box["x"], box["y"]],
            )
            await it.reads("框里写满了")
            await it.tap("签好了，同意")
            await it.reads("办好了")

        ink = sent[0]["signature"]
        points = [point for stroke in ink["strokes"] for point in stroke]
        assert len(ink["strokes"]) <= 120
        assert len(points) <= 4000
        assert all(isinstance(value, int) for point in points for value in point)
        assert all(0 <= x <= ink["width"] and 0 <= y <= ink["height"] for x, y in points)


class TestWhatIsSensitive:
    async def test_is_never_chosen_beforehand_and_each_has_its_own_yes(self, phone, sensitive, status):
        async with phone("wang") as it:
            await it.open(f"pages/consent/consent?uid={sensitive}")
            await it.reads("特别私密的，一项一项决定")
            await it.reads("您选了 1 项：用药与过敏。")
            assert await it.screen.get_by_role("radio", checked=True).count() == 0
            await it.screen.get_by_role("radio", name="精神心理疾病，这一项给看").tap()
            await it.reads("您选了 2 项：用药与过敏、精神心理疾病。")
            await it.tap("下一步签名")
            await it.tap("我写不了字")

            await it.reads("办好了")
            verdicts = {each["category"]: each["verdict"] for each in (await status(sensitive))["provisions"]}
            assert verdicts == {"meds": "permit", "restricted_mental": "permit", "restricted_genetic": "deny"}


class TestSayingNo:
    async def test_is_one_tap_and_costs_nothing(self, phone, town, status):
        async with phone("wang") as it:
            await it.open(f"pages/consent/consent?uid={town.consent.wang_pending}")
            await it.reads("什么都不变")
            yes, no = [await it.button(each).bounding_box() for each in ("下一步签名", "什么都不会变")]
            assert (no["width"], no["height"]) == (yes["width"], yes["height"])
            await it.tap("什么都不会变")

            await it.reads("记下了，您没有同意")
            await it.reads("重新问您一次")
            assert (await status(town.consent.wang_pending))["status"] == "denied"

    async def test_nothing_chosen_is_told_what_to_do(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/consent/consent?uid={town.consent.wang_pending}")
            await it.choose("能力评估结果")
            await it.choose("家庭病床与巡诊记录")
            await it.tap("先看看他们会看到什么")
            await it.reads("他们什么也看不到")
            await it.back()
            await it.tap("下一步签名")

            await it.reads("不想让他们看，请点“不同意”")


class TestTakingItBack:
    async def test_the_recipients_next_look_obeys(self, phone, town, api):
        nurse = await api("nurse")
        path = f"/residents/{town.people.wang}/record/entries?purpose=care&limit=100"
        assert len((await nurse.get(path)).json()["items"]) > 1

        async with phone("wang") as it:
            await it.open(f"pages/consent/consents?resident={town.people.wang}")
            await it.reads("能看：健康体检报告、慢性病随访、用药与过敏")
            await it.tap("不让云桥市颐和养老院看了")
            await it.reads("点一下就收回")
            await it.tap_twice("收回，不让他们看了")
            await it.reads("收回了，从现在起他们看不到了")
            await it.reads("重新问您一次")
            assert len(await it.requests("/withdrawal")) == 1
            left = (await nurse.get(path)).json()["items"]
            assert [each["uid"] for each in left] == [town.records.wang_yihe_note]

            await it.back()
            await it.reads("已经过去的")
            await it.reads("已撤回")


class TestWhatMayGoWrong:
    async def test_the_text_changed_meanwhile_and_the_choices_stay(self, phone, town, status):
        async with phone("wang") as it:
            old = True

            async def another_text(route: Route) -> None:
                answer = await route.fetch()
                body = await answer.json()
                if old:
                    body["text_hash"] = "0" * 64
                    body["sections"][0]["sentence"] = "旧的一句。"
                await route.fulfill(response=answer, json=body)

            await it.page.route(f"**/api/v1/consents/{town.consent.wang_pending}", another_text)
            await it.open(f"pages/consent/consent?uid={town.consent.wang_pending}")
            await it.reads("旧的一句。")
            await it.choose("家庭病床与巡诊记录")
            await it.tap("下一步签名")
            await paper(it)
            await it.draw()
            old = False
            await it.tap("签好了，同意")

            await it.reads("告知书刚刚改过了")
            await it.reads_not("旧的一句。")
            await it.reads("您选了 1 项：能力评估结果。")
            assert (await status(town.consent.wang_pending))["status"] == "requested"
            await it.tap("下一步签名")
            await it.button("擦掉重写").wait_for()  # what was written is still there
            await it.tap("签好了，同意")
            await it.reads("办好了")

    async def test_no_network_then_network_is_one_yes(self, phone, town, status):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            await it.draw()
            await it.online(False)
            await it.tap("签好了，同意")
            await it.reads("手机现在没有网络")
            assert (await status(town.consent.wang_pending))["status"] == "requested"
            await it.online(True)
            await it.tap("签好了，同意")

            await it.reads("办好了")
            assert (await status(town.consent.wang_pending))["signed"]

    async def test_an_answer_lost_on_the_way_and_a_busy_server_are_one_yes(self, phone, town, status):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            await it.draw()
            keys = it.keys_of("/grant")
            await it.page.route(GRANT, LostAnswers())
            await it.page.route(GRANT, Busy(headers={"retry-after": "0"}))
            await it.tap_twice("签好了，同意")

            await it.reads("办好了")
            assert len(keys) == 3
            assert len(set(keys)) == 1
            assert (await status(town.consent.wang_pending))["status"] == "granted"

    async def test_somebody_else_was_faster(self, phone, town, api):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            answer = await (await api("daughter")).post(f"/consents/{town.consent.wang_pending}/denial")
            assert answer.status_code == 200
            await it.tap("我写不了字")

            await it.reads("这一件已经有了结果")
            await it.reads("您没有同意")

    async def test_a_revoked_token_is_not_noticed(self, phone, town, api, status):
        async with phone("wang") as it:
            await to_sign(it, town.consent.wang_pending)
            await sign_out_everywhere(await api("wang"))
            await it.tap("我写不了字")

            await it.reads("办好了")
            assert (await status(town.consent.wang_pending))["status"] == "granted"


class TestWhoSeesThis:
    @pytest.mark.parametrize("persona", ["stranger", "nephew"])
    async def test_not_yours_is_not_there(self, phone, town, persona):
        async with phone(persona) as it:
            await it.open(f"pages/consent/consent?uid={town.consent.wang_pending}")

            await it.reads("没有打开")
            await it.reads_not("云桥市颐和养老院")

    async def test_a_nurse_finds_her_work_elsewhere(self, phone, town):
        async with phone("nurse") as it:
            await it.open(f"pages/consent/consents?resident={town.people.wang}")

            await it.reads("这里没有您能决定的")
            await it.reads_not("收回")
            await it.open(f"pages/consent/consent?uid={town.consent.wang_pending}")
            await it.reads("要王桂兰本人或者家里人决定")
            assert await it.button("同意").count() == 0

    async def test_a_guardian_sees_what_he_allowed_for_his_ward(self, phone, town):
        async with phone("guardian") as it:
            await it.open(f"pages/consent/consents?resident={town.people.li}")

            await it.reads("谁能看李福生的档案？")
            await it.reads("云桥市河东社区卫生服务中心")
