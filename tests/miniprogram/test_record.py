"""The health record in plain words: read, followed over time, contradicted, and who has looked."""

import re
from typing import Any

from playwright.async_api import expect

from server.audit.trail_models import AccessEntry
from server.people.models import ProxyGrantScope
from tests.miniprogram.line import Busy, LostAnswers, Slow, sign_out_everywhere

CLOSED = "没有找到，或者现在还不能给您看"
CANVAS = ".trend-canvas canvas"
DRAWN = """(canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let inked = 0
  for (let i = 3; i < data.length; i += 4) if (data[i]) inked += 1
  return { width: canvas.width, height: canvas.height, inked }
}"""
ANSWERS_PER_PAGE = 20


def of(resident: str, **more: str) -> str:
    return "&".join(f"{key}={value}" for key, value in {"resident": resident, **more}.items())


def record(resident: str, what: str) -> str:
    return f"/residents/{resident}/record/{what}"


async def objections(client: Any, resident: str, entry: str) -> list[str]:
    answer = await client.get(record(resident, f"entries/{entry}/history"))
    return [each["text"] for each in answer.json()[0]["objections"]]


async def notes(client: Any, resident: str, count: int) -> None:
    entries = [
        {
            "kind": "note",
            "code": "care",
            "category": "basic",
            "effective_at": f"2026-02-{1 + place % 25:02}T08:{place:02}:00+08:00",
            "body": {"text": f"第 {place + 1} 条护理记录"},
        }
        for place in range(count)
    ]
    answer = await client.post(record(resident, "entries"), json={"entries": entries})
    assert answer.status_code == 201, answer.text


class TestOnePageInPlainWords:
    async def test_what_needs_care_stands_first_with_a_word_a_day_and_a_source(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")

            await it.reads("王桂兰的健康档案")
            await it.reads("有 1 样要留意")
            first = it.button("血压 152/88 mmHg，比目标高一点，请告诉护士")
            await expect(first).to_contain_text("要留意")
            await expect(first).to_contain_text("今天，云桥市河东社区卫生服务中心")
            await it.reads("一年一次的能力评估")
            await it.reads("慢性病随访14 条")
            assert len(await it.requests()) <= 3

    async def test_a_daughter_and_a_guardian_read_those_who_let_them(self, phone, town):
        async with phone("daughter") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("青霉素，表现为皮疹")
        async with phone("guardian") as it:
            await it.open(f"pages/record/record?{of(town.people.li)}")
            await it.reads("空腹血糖 6.8 mmol/L，在目标范围内")
            await it.reads("有目标的 1 样，在目标范围内")
            await it.reads("有 3 件该做了")

    async def test_who_may_not_is_told_plainly_and_nothing_leaks(self, phone, town):
        for persona in ("nephew", "stranger"):
            async with phone(persona) as it:
                for page in (
                    "record/record",
                    "record/category",
                    "record/missing",
                    "record/trail",
                    "visits/visits",
                ):
                    await it.open(f"pages/{page}?{of(town.people.wang)}")
                    await it.reads(CLOSED)
                    await it.reads_not("王桂兰")
                await it.open(f"pages/record/entry?{of(town.people.wang, uid=town.records.wang_pressure)}")
                await it.reads(CLOSED)
                await it.open(f"pages/record/record?{of('01' + 'Z' * 24)}")
                await it.reads(CLOSED)

    async def test_an_authority_that_ended_meanwhile_closes_the_next_page(self, phone, town):
        async with phone("daughter") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("青霉素")
            await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope="record").delete()

            await it.tap("青霉素")

            await it.reads(CLOSED)
            await it.reads_not("皮疹")

    async def test_a_broken_server_and_a_dead_token_are_got_over(self, phone, town, api):
        busy = Busy(json={"code": "kit.overloaded", "detail": "正忙，请过一会儿再试。"})
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("有 1 样要留意")
            await sign_out_everywhere(await api("wang"))
            await it.page.route("**/history*", busy)

            await it.tap("青霉素")

            await it.reads("表现为皮疹")
            assert busy.count == 1
            assert len(await it.requests("/session")) == 2

    async def test_without_a_network_it_says_so_and_opens_when_there_is_one(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("有 1 样要留意")
            await it.online(False)
            await it.tap("该做了")
            await it.reads("手机现在没有网络")

            await it.online(True)
            await it.tap("再试一次")

            await it.reads("一年一次的能力评估")


class TestOneCategory:
    async def test_older_entries_come_on_wish_and_stay_after_going_back(self, phone, town, api):
        await notes(await api("nurse"), town.people.wang, ANSWERS_PER_PAGE + 5)
        slow = Slow()
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.tap("基本信息与紧急联系人")
            await it.reads("近两天胃口好")
            await it.reads_not("第 1 条护理记录")
            await it.page.route("**/entries?*", slow)
            await it.tap("再看更早的")
            await it.button("正在找更早的").tap(force=True)
            slow.let_through()
            await it.reads("到底了，没有更早的")
            await expect(it.screen.locator(".row")).to_have_count(ANSWERS_PER_PAGE + 6)

            await it.tap("第 1 条护理记录")
            await it.reads("李秀英写的")
            await it.back()

            await it.reads("第 1 条护理记录")

    async def test_without_a_choice_it_asks_which(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/record/category?{of(town.people.wang)}")
            await it.reads("看哪一类？")

            await it.tap("健康体检报告")

            await it.reads("2025 年度健康体检")


class TestOneEntry:
    async def test_tells_what_it_means_and_what_it_said_before_and_why_it_was_changed(self, phone, town, api):
        nurse = await api("nurse")
        note = town.records.wang_yihe_note
        entry = {
            "kind": "note",
            "code": "care",
            "category": "basic",
            "effective_at": "2026-02-28T08:00:00+08:00",
            "body": {"text": "近两天胃口一般"},
        }
        answer = await nurse.post(
            record(town.people.wang, f"entries/{note}/correction"),
            json={"entry": entry, "reason": "记错了人"},
        )
        assert answer.status_code == 201, answer.text
        async with phone("wang") as it:
            await it.open(f"pages/record/entry?{of(town.people.wang, uid=answer.json()['uid'])}")
            await it.reads("近两天胃口一般")
            await it.reads("以前写的是")
            await it.reads("夜间起身两次")
            await it.reads("李秀英改的，因为：记错了人")
            await it.go(f"pages/record/entry?{of(town.people.wang, uid=note)}")
            await it.reads("这一条后来改过了")
            await it.go(f"pages/record/entry?{of(town.people.wang, uid=town.records.wang_checkup)}")
            await it.reads("低盐饮食，按时服药")
            await it.go(f"pages/record/entry?{of(town.people.wang, uid=town.records.wang_pressure)}")
            await it.reads("要留意比目标高一点，请告诉护士")

    async def test_my_word_stands_beside_it_once_whatever_happens_on_the_way(self, phone, town, api):
        wang, entry, slow = town.people.wang, town.records.wang_pressure, Slow()
        client = await api("wang")
        async with phone("wang") as it:
            await it.open(f"pages/record/entry?{of(wang, uid=entry)}")
            await it.tap("这条不对，我要说明")
            await it.tap("放到这一条旁边")
            await it.reads("还没有写")
            await it.write("您来说，应该是怎样", "那天我没有量血压")
            await it.reads("还能写 492 个字")
            await it.back()
            await it.tap("这条不对，我要说明")
            await expect(it.screen.get_by_label("您来说，应该是怎样")).to_have_value("那天我没有量血压")
            await it.online(False)
            await it.tap("放到这一条旁边")
            await it.reads("手机现在没有网络")
            await expect(it.screen.get_by_label("您来说，应该是怎样")).to_have_value("那天我没有量血压")
            await it.online(True)

            await it.page.route("**/rectifications", slow)
            await it.tap("放到这一条旁边")
            await it.button("正在写上去").tap(force=True)
            slow.let_through()

            await it.reads("您的话已经写在这一条旁边")
            await it.tap("好，回去看")
            await it.reads("老人这边说不对")
            await it.reads("那天我没有量血压")
            assert await objections(client, wang, entry) == ["那天我没有量血压"]

    async def test_a_lost_answer_does_not_make_it_twice(self, phone, town, api):
        wang, entry = town.people.wang, town.records.wang_penicillin
        lost = LostAnswers(times=3)
        async with phone("daughter") as it:
            keys = it.keys_of("/rectifications")
            await it.page.route("**/rectifications", lost)
            await it.open(f"pages/record/objection?{of(wang, uid=entry)}")
            await it.write("您来说，应该是怎样", "她不过敏")
            await it.tap("放到这一条旁边")
            await it.reads("没有连上")  # after three tries
            await it.tap("放到这一条旁边")
            await it.reads("您的话已经写在这一条旁边")

            assert lost.answers[0] == 201
            assert len(keys) == 4
            assert len(set(keys)) == 1
            assert await objections(await api("wang"), wang, entry) == ["她不过敏"]


class TestOverTime:
    async def test_blood_pressure_in_words_as_a_curve_and_value_by_value(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.tap("血压 152/88")

            await it.reads("血压的变化")
            await it.reads("比上一次：高压高了 4，低压高了 2。这段时间量了 12 次，6 次在目标范围内。")
            canvas = it.screen.locator(CANVAS)
            await expect(canvas).to_be_visible()
            await it.page.wait_for_function(f"({DRAWN})(document.querySelector('{CANVAS}')).inked > 500")
            await expect(
                it.screen.get_by_role("img", name=re.compile("每一次的数都写在下面"))
            ).to_be_visible()
            await it.reads_not("血压 162/94 mmHg")
            await it.tap("再看更早的")
            await it.reads("血压 162/94 mmHg")
            await it.choose("三个月")
            await it.reads("这段时间量了 3 次")
            await it.choose("一个月")
            await it.reads("只量过一次，还看不出变化")
            await it.tap("血压 152/88")
            await it.at("pages/record/entry")

    async def test_the_curve_grows_with_the_letters(self, phone, town):
        async with phone("guardian") as it:
            await it.open(f"pages/record/trend?{of(town.people.li, code='1558-6')}")
            await it.reads("空腹血糖的变化")
            await it.page.wait_for_function(f"({DRAWN})(document.querySelector('{CANVAS}')).inked > 300")
            before = await it.screen.locator(CANVAS).evaluate(DRAWN)
            await it.go("pages/call/call")
            await it.page.evaluate("window.__wxWorld.fontSizeScaleFactor = 1.5")
            await it.back()

            await it.page.wait_for_function(
                f"document.querySelector('{CANVAS}').height > {before['height']} * 1.4"
            )
            after = await it.screen.locator(CANVAS).evaluate(DRAWN)
            assert after["inked"] > before["inked"]

    async def test_a_measure_without_a_line_is_drawn_and_not_judged(self, phone, town):
        async with phone("wang") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.tap("体温 36.5")

            await it.reads("体温的变化")
            await it.reads_not("目标")
            await it.screen.locator(CANVAS).wait_for()


class TestWhatIsDue:
    async def test_says_who_owes_it_and_calls_the_home(self, phone, town):
        async with phone("guardian") as it:
            await it.open(f"pages/record/missing?{of(town.people.li)}")

            await it.reads("有 3 件该做了")
            await it.reads("该谁来办：签约的社区卫生服务中心")
            await it.tap("云桥市颐和养老院")
            assert await it.page.evaluate("window.__wxWorld.called") == ["0574-55500000"]


class TestWhoHasLooked:
    async def test_every_line_says_who_why_at_what_by_what_right_and_emergencies_stand_out(
        self, phone, town, api
    ):
        wang, nurse = town.people.wang, await api("nurse")
        await nurse.get(record(wang, "summary?purpose=care"))
        await nurse.get(record(wang, "summary?purpose=care"))
        await nurse.post(
            record(wang, "emergency-reads"), json={"reason": "unconscious", "explanation": "呼之不应"}
        )
        async with phone("wang") as it:
            await it.open(f"pages/record/trail?{of(wang)}")

            await it.reads("云桥市颐和养老院的李秀英因日常照护看了：")
            await it.reads("（您同意过）")
            urgent = it.screen.locator(".card.urgent")
            await expect(urgent).to_have_count(1)
            await expect(urgent).to_contain_text("紧急查看")
            await expect(urgent).to_contain_text("紧急查阅，正在复核")
            await expect(it.screen.locator(".card").filter(has_text="因日常照护看了")).to_have_count(1)
            await it.reads_not("您自己看了")
            await it.tap("不让他们再看")
            await it.at("pages/consent/consents")
            await it.back()
            await (await api("wang")).get(record(wang, "summary"))
            await it.choose("全部")
            await it.reads("您自己看了：")

    async def test_long_ago_is_one_tap_further(self, phone, town, api):
        wang, daughter = town.people.wang, await api("daughter")
        for _ in range(ANSWERS_PER_PAGE + 1):
            await daughter.get(record(wang, "missing"))
        await (await api("nurse")).get(record(wang, "summary?purpose=care"))
        async with phone("daughter") as it:
            await it.open(f"pages/record/trail?{of(wang)}")
            await it.reads("李秀英")
            await it.choose("全部")
            await it.reads("您看了：")

            await it.tap("再看更早的")

            await expect(it.button("再看更早的")).to_have_count(0)

    async def test_nobody_yet(self, phone, town):
        await AccessEntry.all().delete()  # the town's doctor has looked when he followed up
        async with phone("guardian") as it:
            await it.open(f"pages/record/trail?{of(town.people.li)}")
            await it.reads("还没有别人看过")


class TestAtWork:
    async def test_a_nurse_reads_for_a_purpose_that_is_written_down_and_changes_nothing(
        self, phone, town, api
    ):
        wang = town.people.wang
        async with phone("nurse") as it:
            await it.open(f"pages/record/record?{of(wang)}")
            await it.reads("您为什么看？")
            await expect(it.screen.get_by_role("radio", checked=True)).to_contain_text("日常照护")
            await it.reads("青霉素")
            await it.reads_not("谁看过这份档案")
            await it.reads_not("精神心理疾病")
            await it.tap("青霉素")
            await it.reads("表现为皮疹")
            await it.reads_not("这条不对")
            await it.back()

            await it.choose("上门巡诊")

            await expect(it.screen.get_by_role("radio", checked=True)).to_contain_text("上门巡诊")
            await it.reads_not("青霉素")  # for this nobody gave consent to the home
        looks = (await (await api("wang")).get(record(wang, "access-trail?others_only=true"))).json()["items"]
        assert {each["purpose"] for each in looks} == {"care", "visit"}

    async def test_a_doctor_reads_for_the_visit(self, phone, town):
        async with phone("doctor") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await expect(it.screen.get_by_role("radio", checked=True)).to_contain_text("上门巡诊")
            await it.tap("血压 152/88")
            await it.reads("血压的变化")

    async def test_a_nurse_of_another_home_finds_nothing(self, phone, town):
        async with phone("other_nurse") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("老人没有同意给您的单位看")
            await it.reads_not("王桂兰")

    async def test_what_was_withdrawn_is_gone_on_the_next_page(self, phone, town, api):
        async with phone("nurse") as it:
            await it.open(f"pages/record/record?{of(town.people.wang)}")
            await it.reads("青霉素")
            answer = await (await api("wang")).post(f"/consents/{town.consent.wang_yihe}/withdrawal")
            assert answer.status_code in {200, 201}, answer.text

            await it.tap("青霉素")

            await it.reads("没有找到")
            await it.reads_not("皮疹")
