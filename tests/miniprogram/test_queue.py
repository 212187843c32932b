"""Work without a signal: kept on the phone, handed in when the line is back, each with its verdict, none lost, none twice."""

from typing import Any

from server.visits.models import OfflineEvent, Scan, Visit, VisitItem
from server.visits.rules import VisitStatus
from tests.miniprogram.camera import Camera, forged
from tests.miniprogram.line import ALWAYS, Busy, LostAnswers, Slow
from tests.miniprogram.phone import Phone
from tests.miniprogram.walking import begun

ROUND, QUEUE = "pages/round/round", "pages/round/queue"


async def restart(it: Phone, url: str, *, online: bool) -> None:
    it.world["online"] = "true" if online else "false"
    await it.open(url)


async def go_on(it: Phone) -> None:
    """Go on with the visit that has begun."""
    await it.open(ROUND)
    await it.tap("接着巡诊")
    await it.reads("201-1 王桂兰")


async def write_down(it: Phone, bed: str, outcome: str, pulse: str = "") -> None:
    await it.tap(bed)
    await it.reads(f"{bed} 床")
    await it.reads("本人不愿意")
    await it.choose(outcome)
    if pulse:
        await it.tap("心率")
        await it.press(pulse)
        await it.tap("记下，回到单子")
    await it.tap("记好了")
    await it.at("pages/round/visit")


async def held(it: Phone) -> list[dict[str, Any]]:
    return list(await it.kept("visit-queue") or [])


async def out_of_reach(it: Phone) -> None:
    """Open the round where there is still a signal, then lose it."""
    await it.open(ROUND)
    await it.reads("扫码开始")
    await it.page.wait_for_function("localStorage.getItem('wx:visit-nonces')")
    await it.online(False)
    await it.tap("扫码开始")


async def scan_offline(it: Phone, camera: Camera, plate: str, code: str) -> None:
    await camera.sees_code(plate)
    await it.tap("扫牌子")
    await it.reads("再扫护士手机上的码")
    await camera.sees_code(code)
    await it.tap("扫动态码")
    await it.reads("先记在手机上了")
    await it.tap("去看老人")
    await it.reads("已开始，等着上传")


async def hand_in(it: Phone, count: int) -> None:
    """Let the line come back and look at the verdicts: what was accepted then leaves the phone."""
    await it.go(QUEUE)
    await it.reads(f"还有 {count} 条等着上传")
    await it.online(True)
    await it.reads("已收下")
    await it.reads("断网时扫码，联网后补传，已标记待核对。")
    await it.reads_not("等着上传")
    assert all(each["event"] is None for each in await held(it))
    await it.back()
    assert await held(it) == []


class TestWithoutSignal:
    async def test_a_whole_visit_survives_a_restart_and_is_handed_in_when_the_line_is_back(
        self, filming, camera, town, clock, api
    ):
        visit = town.visits.today
        code = (await (await api("nurse")).get(f"/visits/{visit}/rotating-code")).json()["text"]
        async with filming("doctor") as it:
            await out_of_reach(it)
            await scan_offline(it, camera, town.visits.plate_code("201-1"), code)
            await write_down(it, "201-1", "已看", "72")
            await it.reads("已看，等着上传")

            await restart(it, ROUND, online=False)
            await it.reads("现在没有网络")
            await it.reads("手机上有 2 条等着上传")
            await it.tap("接着巡诊")
            await write_down(it, "202-1", "本人不愿意")
            await it.pass_time(clock, minutes=20)
            await it.tap("结束巡诊")
            await it.reads("已结束，等着上传")

            await hand_in(it, 4)

        row = await Visit.get(uid=visit)
        assert (row.status, row.exceptions) == (VisitStatus.FINISHED, ["offline"])
        lines = await VisitItem.filter(visit_id=row.id).order_by("bed")
        assert [(line.outcome, len(line.entries)) for line in lines] == [("seen", 1), ("refused", 0)]
        assert [event.kind for event in await OfflineEvent.all().order_by("id")] == [
            "start", "findings", "findings", "finish",
        ]  # fmt: skip

    async def test_a_start_that_is_refused_holds_the_rest_back_until_it_is_scanned_anew(
        self, filming, camera, town
    ):
        visit = town.visits.today
        plate = town.visits.plate_code("201-1")
        async with filming("doctor") as it:
            await out_of_reach(it)
            await camera.sees_code(forged(plate))
            await it.tap("扫牌子")
            await it.tap("他们的手机用不了，直接开始")
            await it.tap("去看老人")
            await write_down(it, "201-1", "已看", "72")
            await it.online(True)

            await it.go(QUEUE)
            await it.reads("这张床牌不是本平台印制的，请告诉院方更换。")
            await it.reads("这次巡诊的扫码没有收下。重新扫码以后，这一条会接着上传。")
            await it.tap("重新扫码开始")
            await camera.sees_code(plate)
            await it.tap("扫牌子")
            await it.tap("他们的手机用不了，直接开始")
            await it.tap("去看老人")
            await it.reads("201-1 王桂兰")
            await it.reads_not("等着上传")
            await it.reads("还有 1 位没有记")

        assert len((await VisitItem.get(uid=town.visits.today_wang)).entries) == 1
        assert [scan.result for scan in await Scan.filter(visit__uid=visit).order_by("id")] == [
            "refused", "exception",
        ]  # fmt: skip

    async def test_what_never_left_the_phone_can_still_be_changed(self, phone, town, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await go_on(it)
            await it.online(False)
            await write_down(it, "201-1", "已看", "72")
            await it.tap("201-1")
            await it.reads("72")
            await it.tap("心率")
            await it.tap("清空")
            await it.press("80")
            await it.tap("记下，回到单子")
            await it.tap("记好了")
            await it.reads("已看，等着上传")
            assert [each["event"]["results"][0]["pulse"] for each in await held(it)] == [80]
            await it.online(True)
            await it.reads_not("等着上传")

        assert len((await VisitItem.get(uid=town.visits.today_wang)).entries) == 1


class TestBrokenLine:
    async def test_an_answer_lost_on_the_way_writes_nothing_twice(self, phone, town, clock, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await go_on(it)
            lost, keys = LostAnswers(ALWAYS), it.keys_of("/offline-batch")
            await it.page.route("**/offline-batch", lost)
            await write_down(it, "201-1", "已看", "72")
            await it.reads("已看，等着上传")
            assert len(lost.answers) >= 3
            assert (
                len(set(keys[:3])) == 1
            )  # the tries of one hand-in; the next hand-in is known by what is in it
            lost.mend()
            await it.pass_time(clock, minutes=1)
            await it.go(QUEUE)
            await it.reads("已收下")

        assert len((await VisitItem.get(uid=town.visits.today_wang)).entries) == 1
        assert await OfflineEvent.all().count() == 1

    async def test_a_finish_whose_answer_was_lost_is_finished_once_and_not_called_refused(
        self, phone, town, clock, api, walk
    ):
        await begun(walk)
        doctor = await api("doctor")
        rows = [
            {"item": item, "outcome": "absent"} for item in (town.visits.today_wang, town.visits.today_li)
        ]
        await doctor.post(f"/visits/{town.visits.today}/results", json={"results": rows})
        async with phone("doctor") as it:
            await it.open(ROUND)
            await it.tap("接着巡诊")
            await it.reads("都记好了，结束巡诊？")
            await it.pass_time(clock, minutes=20)
            lost, keys = LostAnswers(times=3), it.keys_of("/finish")
            await it.page.route("**/finish", lost)
            await it.tap("结束巡诊")
            await it.reads("已结束，等双方确认")
            assert lost.count == len(keys) == 3
            assert len(set(keys)) == 1
            await it.go(QUEUE)
            await it.reads("已收下")
            await it.reads_not("没有收下")

        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.FINISHED

    async def test_a_busy_server_and_a_slow_line_keep_nobody_waiting_at_a_bed(self, phone, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await go_on(it)
            slow, busy = Slow(), Busy(ALWAYS)
            for harm in (slow, busy):  # busy is met first
                await it.page.route("**/offline-batch", harm)
            await write_down(it, "201-1", "已看", "72")
            await it.reads("已看，等着上传")
            assert busy.count >= 3
            busy.mend()
            await it.tap("202-1")
            await it.reads("本人不愿意")
            await it.choose("不在")
            await it.tap("记好了")
            await it.button("正在存").wait_for()
            await slow.has()
            await it.page.clock.fast_forward(4500)
            await it.reads("不在，等着上传")
            slow.let_through()
            await it.reads("都记好了，结束巡诊？")


class TestRefused:
    async def test_a_wrong_clock_is_said_at_once_and_what_was_typed_stays(self, phone, town, clock, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await it.open(f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_wang}")
            await it.reads("本人不愿意")
            await it.choose("已看")
            await it.tap("心率")
            await it.press("72")
            await it.tap("记下，回到单子")
            await it.page.clock.fast_forward(10 * 60_000)
            await it.tap("记好了")
            await it.reads("手机时间不对，请打开“自动设置时间”后重试。")
            await it.reads("72")
            clock.advance(minutes=10)
            await it.tap("记好了")
            await it.at("pages/round/visit")
            await it.reads("还有 1 位没有记")

        assert len((await VisitItem.get(uid=town.visits.today_wang)).entries) == 1

    async def test_what_the_office_undid_meanwhile_is_refused_with_the_reason_and_kept(
        self, phone, town, walk
    ):
        await begun(walk)
        async with phone("doctor") as it:
            await go_on(it)
            await it.online(False)
            await write_down(it, "201-1", "已看", "72")
            await Visit.filter(uid=town.visits.today).update(status=VisitStatus.VOID)
            await it.online(True)
            await it.reads("有 1 条没有收下")
            await it.tap("有 1 条没有收下")
            await it.reads("这次巡诊的状态已经变化")
            [kept] = await held(it)
            assert kept["event"]["results"][0]["pulse"] == 72

            await it.tap("不用了，从手机上去掉")
            await it.reads("都传上去了")
            assert await held(it) == []

    async def test_somebody_elses_work_is_not_sent_and_not_shown(self, phone, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await go_on(it)
            await it.online(False)
            await write_down(it, "201-1", "已看", "72")
            it.persona, it.device = "nurse", None
            await it.page.evaluate(
                "localStorage.removeItem('wx:session');"
                "localStorage.setItem('wx:device', JSON.stringify('demo-phone-of-nurse'))"
            )
            await restart(it, ROUND, online=True)
            await it.reads("今天的巡诊")
            await it.reads("王桂兰")
            await it.reads_not("等着上传")
            await it.go(QUEUE)
            await it.reads("这部手机上没有等着上传的东西")

        assert await OfflineEvent.all().count() == 0
