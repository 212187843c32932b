"""The nurse's and the doctor's round at the bedside: scan, see, write down, finish, and both sides' word."""

from server.visits.models import Attestation, Visit
from server.visits.rules import VisitStatus
from tests.miniprogram.camera import Camera, forged
from tests.miniprogram.line import LostAnswers, Slow, sign_out_everywhere
from tests.miniprogram.measuring import faults_of
from tests.miniprogram.phone import WIDTH, Phone
from tests.miniprogram.walking import Walk, begun

ROUND = "pages/round/round"


async def finished(walk: Walk) -> None:
    """Let the doctor have seen both and ended the visit."""
    await begun(walk)
    doctor, visits = await walk.api("doctor"), walk.town.visits
    rows = [{"item": item, "outcome": "seen", "pulse": 70} for item in (visits.today_wang, visits.today_li)]
    await doctor.post(f"/visits/{visits.today}/results", json={"results": rows})
    walk.clock.advance(minutes=20)
    assert (await doctor.post(f"/visits/{visits.today}/finish")).status_code == 200


async def scan_in(doctor: Phone, nurse: Phone, camera: Camera, plate: str) -> None:
    """Scan the plate at the bed, and the code that the nurse's own phone shows."""
    await doctor.tap("扫码开始")
    await camera.sees_code(plate)
    await doctor.tap("扫牌子")
    await doctor.reads("再扫护士手机上的码")
    await nurse.tap("给医生看动态码")
    await nurse.reads("秒换一张")
    # A canvas that nobody has painted yet is 300 wide.
    drawn = "(([{ width, clientWidth }]) => width > 200 && width === clientWidth)(document.querySelectorAll('.qr-canvas canvas'))"
    await nurse.page.wait_for_function(drawn)
    await camera.sees(await nurse.page.screenshot())
    await doctor.tap("扫动态码")
    await doctor.reads("扫码成功，巡诊开始了")


async def see_everybody(doctor: Phone) -> None:
    await doctor.tap("去看老人")
    await doctor.tap("201-1")
    await doctor.reads("这次要做：量血压、血糖，问睡眠")
    await doctor.choose("已看")
    await doctor.tap("收缩压（高压）")
    await doctor.press("152")
    await doctor.reads("偏高")
    await doctor.tap("记下，接着记舒张压（低压）")
    await doctor.press("88")
    await doctor.tap("记下，回到单子")
    await doctor.tap("空腹血糖")
    await doctor.press("6.6")
    await doctor.tap("记下，回到单子")
    await doctor.write("要说的话", "头晕减轻，睡得好")
    await doctor.tap("记好了")

    await doctor.reads("还有 1 位没有记")
    await doctor.tap("202-1")
    await doctor.reads("李福生，202-1 床")
    await doctor.choose("不在")
    await doctor.write("为什么", "去医院复查")
    await doctor.tap("记好了")
    await doctor.reads("都记好了，结束巡诊？")


async def both_confirm(doctor: Phone, nurse: Phone) -> None:
    await doctor.tap("看两边的确认")
    await doctor.tap("是这样，我确认")
    await doctor.reads("等对方单位确认")

    await nurse.go(ROUND)
    await nurse.reads("等我这边确认的")
    await nurse.tap("医疗机构已确认，等养老机构确认", nth=1)
    await nurse.tap("是这样，我确认")
    await nurse.reads("两家都确认了，这次巡诊算数")


class TestWholeRound:
    async def test_goes_from_the_plate_to_the_family(self, filming, phone, camera, town, clock):
        visit = town.visits.today
        async with filming("doctor") as doctor, phone("nurse") as nurse:
            await doctor.open(ROUND)
            await doctor.reads("201-1王桂兰量血压、血糖，问睡眠")
            await nurse.open(ROUND)
            await nurse.reads("河东社区卫生服务中心，林致远")
            await scan_in(doctor, nurse, camera, town.visits.plate_code("201-1"))
            await see_everybody(doctor)
            clock.advance(minutes=25)
            await doctor.tap("结束巡诊")
            await doctor.reads("已结束，等双方确认")
            await both_confirm(doctor, nurse)

        assert (await Visit.get(uid=visit)).status is VisitStatus.CONFIRMED
        async with phone("daughter") as daughter:
            await daughter.open(f"pages/visits/visit?uid={visit}&resident={town.people.wang}")
            await daughter.reads("152/88")
            await daughter.reads("头晕减轻，睡得好")
            await daughter.reads_not("李福生")


class TestScanning:
    async def test_a_foreign_code_is_refused_by_the_phone_in_a_plain_sentence(self, filming, camera, town):
        async with filming("doctor") as it:
            await it.open(f"pages/round/scan?visit={town.visits.today}")
            await camera.sees_code("https://prize.example.com/你中奖了")
            await it.tap("扫牌子")
            await it.reads("这不是本平台的码，手机没有打开它。请扫床头或门口的牌子。")

            await camera.sees_code(town.visits.plate_code("door"))
            await it.tap("扫牌子")
            await it.reads("再扫护士手机上的码")
            await it.reads_not("没有打开它")
            await it.tap("扫动态码")
            await it.reads("这是床头的牌子。请扫养老院护士手机上的码")

        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.PLANNED

    async def test_without_the_homes_phone_it_begins_and_says_that_it_will_be_looked_at(
        self, filming, camera, town
    ):
        async with filming("doctor") as it:
            await it.open(f"pages/round/scan?visit={town.visits.today}")
            await camera.sees_code(town.visits.plate_code("202-1"))
            await it.tap("扫牌子")
            await it.tap("他们的手机用不了，直接开始")
            await it.reads("巡诊开始了，有一处要核实")
            await it.reads("没有扫动态码：院方设备不可用，已标记待核对。")
            await it.tap("去看老人")
            await it.reads("以后要核实的")

    async def test_a_plate_that_is_not_ours_is_refused_by_the_server_and_scanned_again(
        self, filming, camera, town
    ):
        async with filming("doctor") as it:
            await it.open(f"pages/round/scan?visit={town.visits.today}")
            await camera.sees_code(forged(town.visits.plate_code("201-1")))
            await it.tap("扫牌子")
            await it.tap("他们的手机用不了，直接开始")
            await it.reads("还没有开始")
            await it.reads("这张床牌不是本平台印制的，请告诉院方更换。")

            await it.tap("重新扫牌子")
            await camera.sees_code(town.visits.plate_code("201-1"))
            await it.tap("扫牌子")
            await it.tap("他们的手机用不了，直接开始")
            await it.reads("巡诊开始了")

        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.STARTED

    async def test_closing_the_camera_and_going_back_does_no_harm(self, filming, camera):
        async with filming("doctor") as it:
            await it.open(ROUND)
            await it.tap("扫码开始")
            await camera.sees_code("blank")
            await camera.sees(
                b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "image/svg+xml"
            )
            await it.tap("扫牌子")
            await it.page.get_by_role("button", name="关闭扫一扫").tap()
            await it.reads("牌子挂在床头或房门口")
            await it.back()
            await it.reads("今天的巡诊")


class TestHomesPhone:
    async def test_the_code_changes_by_itself_until_the_visit_has_begun(self, phone, town, clock, walk):
        async with phone("nurse") as it:
            await it.open(f"pages/round/code?visit={town.visits.today}")
            await it.reads("还有 30 秒换一张")
            await it.page.clock.fast_forward(6000)
            await it.reads("还有 2")
            clock.advance(seconds=31)
            await it.page.clock.fast_forward(26000)
            await it.reads("还有 29 秒换一张")

            await begun(walk)
            await it.pass_time(clock, seconds=30)
            await it.reads("巡诊已经开始了")

    async def test_of_another_home_sees_nothing_and_is_told_plainly(self, phone, town):
        async with phone("other_nurse") as it:
            await it.open(ROUND)
            await it.reads("今天没有还要做的巡诊")
            for place in ("visit", "attest", "code"):
                await it.go(f"pages/round/{place}?visit={town.visits.today}")
                await it.reads("没有找到这一项，或者它不归您看")

    async def test_who_opens_the_scan_page_is_led_to_the_code(self, phone, town):
        async with phone("nurse") as it:
            await it.open(f"pages/round/scan?visit={town.visits.today}")
            await it.reads("扫码由来巡诊的医生做。")
            await it.tap("给医生看动态码")
            await it.reads("秒换一张")


class TestThoseWhoAreNotAtWork:
    async def test_a_daughter_who_opens_a_link_for_staff_is_told_so(self, phone, town):
        async with phone("daughter") as it:
            await it.open(ROUND)
            await it.reads("这一页是给医护人员用的")
            for place in ("visit", "attest", "code", "scan", "findings"):
                await it.go(f"pages/round/{place}?visit={town.visits.today}")
                await it.reads("这一页是给医护人员用的")
            await it.go("pages/round/queue")
            await it.reads("这一页是给医护人员用的")

    async def test_a_nurse_with_a_new_phone_reads_what_to_do_and_goes_on_once_it_is_approved(
        self, phone, console
    ):
        async with phone("nurse", device="a-new-phone-nobody-knows") as it:
            await it.open(ROUND)
            await it.reads("这部手机还没有被批准用于工作")
            await it.tap("已经批准了，再看看")
            await it.reads("管理员还没有点“批准”")

            he = await console("he")
            listed = (await he.get("/admin/staff")).text
            uid = listed.split("/admin/staff/devices/")[1].split("/")[0]
            await he.submit(f"/admin/staff/devices/{uid}/approve")
            await it.tap("已经批准了，再看看")
            await it.reads("给医生看动态码")


class TestFindings:
    async def test_what_cannot_be_is_refused_in_the_servers_own_sentence(self, phone, town, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await it.open(f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_wang}")
            await it.reads("王桂兰，201-1 床")
            await it.tap("记好了")
            await it.reads("请先选一样")
            await it.choose("已看")
            await it.tap("体温")
            await it.press("365")
            await it.reads("体温整数最多 2 位，后面的没有记。")
            await it.press(".5")
            await it.reads("36.5")
            await it.tap("清空")
            await it.press("29")
            await it.tap("记下，回到单子")
            await it.reads("体温应在 30 到 44 ℃ 之间，请核对后重新填写。")

    async def test_half_a_blood_pressure_and_a_swapped_one_are_refused(self, phone, town, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await it.open(f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_wang}")
            await it.reads("本人不愿意")
            await it.choose("已看")
            await it.tap("收缩压（高压）")
            await it.press("80")
            await it.tap("记下，回到单子")
            await it.tap("记好了")
            await it.reads("这一项必须填写。")
            await it.tap("舒张压（低压）")
            await it.press("85")
            await it.tap("记下，回到单子")
            await it.tap("记好了")
            await it.reads("低压应比高压低，请看看是不是填反了。")

        assert all(not item.outcome for item in await (await Visit.get(uid=town.visits.today)).items)

    async def test_what_was_typed_survives_going_back_and_a_restart(self, phone, town, api, walk):
        await begun(walk)
        place = f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_li}"
        async with phone("doctor") as it:
            await it.open(f"pages/round/visit?visit={town.visits.today}")
            await it.tap("202-1")
            await it.reads("李福生，202-1 床")
            await it.choose("已看")
            await it.tap("收缩压（高压）")
            await it.press("186")
            await it.reads("高得多，要紧")
            await it.tap("记下，接着记")
            await it.press("11")
            await it.back()
            await it.tap("202-1")
            await it.reads("186")
            await it.open(place)
            await it.reads("186")
            await it.tap("舒张压（低压）")
            await it.press("2")
            await it.tap("记下，回到单子")
            await it.choose("情况要紧")
            await it.tap("记好了")
            await it.reads("202-1 李福生")
            await it.reads("还有 1 位没有记")

        card = (await (await api("doctor")).get(f"/visits/{town.visits.today}")).json()
        assert [(item["outcome"], item["urgent"], item["findings"]) for item in card["items"]] == [
            (None, False, 0),
            ("seen", True, 1),
        ]

    async def test_two_quick_taps_write_once(self, phone, town, walk, api):
        slow = Slow()
        await begun(walk)
        async with phone("doctor") as it:
            await it.open(f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_wang}")
            await it.reads("王桂兰")
            await it.choose("已看")
            await it.tap("心率")
            await it.press("70")
            await it.tap("记下，回到单子")
            await it.page.route("**/offline-batch", slow)
            await it.tap_twice("记好了")
            await slow.has()
            await it.button("正在存").tap(force=True)
            slow.let_through()
            await it.at("pages/round/visit")
            await it.reads("已看")

        card = (await (await api("doctor")).get(f"/visits/{town.visits.today}")).json()
        assert card["items"][0]["findings"] == 1


class TestBothSides:
    async def test_one_says_that_it_was_not_so_and_why(self, phone, town, walk):
        await finished(walk)
        async with phone("nurse") as it:
            await it.open(f"pages/round/attest?visit={town.visits.today}")
            await it.tap("不是这样，我要说明")
            await it.tap("提出异议")
            await it.reads("请写明原因，对方和主管部门会看到。")
            await it.write("哪里和实际不一样", "202 房没有去")
            await it.tap("提出异议")
            await it.reads("两家说的不一样，等管理员商量清楚")
            await it.reads("202 房没有去")

        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.DISPUTED

    async def test_two_quick_taps_and_a_broken_answer_confirm_once(self, phone, town, walk):
        await finished(walk)
        async with phone("nurse") as it:
            await it.open(f"pages/round/attest?visit={town.visits.today}")
            await it.reads("这次巡诊是这样吗")
            lost, keys = LostAnswers(), it.keys_of("/attestation")
            await it.page.route("**/attestation", lost)
            await it.tap_twice("是这样，我确认")
            await it.reads("等对方单位确认")

        assert lost.answers == [201]
        assert len(keys) == 2
        assert len(set(keys)) == 1
        assert await Attestation.filter(visit__uid=town.visits.today).count() == 1

    async def test_the_other_side_was_faster_and_the_page_says_how_it_stands(self, phone, town, api, walk):
        await finished(walk)
        async with phone("nurse") as it:
            await it.open(f"pages/round/attest?visit={town.visits.today}")
            await it.reads("是这样，我确认")
            nurse = await api("nurse")
            await nurse.post(f"/visits/{town.visits.today}/dispute", json={"reason": "时间不对"})
            await it.tap("是这样，我确认")
            await it.reads("这次巡诊的状态已经变化")
            await it.reads("两家说的不一样")

    async def test_a_token_that_was_withdrawn_is_replaced_without_a_word(self, phone, town, api, walk):
        await finished(walk)
        async with phone("nurse") as it:
            await it.open(f"pages/round/attest?visit={town.visits.today}")
            await it.reads("是这样，我确认")
            await sign_out_everywhere(await api("nurse"))
            await it.tap("是这样，我确认")
            await it.reads("等对方单位确认")


class TestOldEyes:
    async def test_the_number_pad_and_the_form_can_be_read_and_reached_at_every_size(self, phone, town, walk):
        await begun(walk)
        async with phone("doctor") as it:
            await it.open(f"pages/round/findings?visit={town.visits.today}&item={town.visits.today_wang}")
            await it.reads("本人不愿意")
            await it.choose("已看")
            await it.tap("体重")
            await it.press("125.5")
            assert not await faults_of(it.page, width=WIDTH)
            await it.tap("记下")
            await it.tap("收缩压（高压）")
            await it.press("186")
            await it.tap("记下，回到单子")
            await it.tap("记好了")
            await it.reads("这一项必须填写。")
            assert not await faults_of(it.page, width=WIDTH)
