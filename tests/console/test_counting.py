"""What a month was worth: the work of whoever went out, and the figures, from a name to the city and back."""

from server.indicators.models import IndicatorReport
from server.workload.models import WorkloadMonth
from tests.architecture.verdicts.scenes import Scenes


class TestAMonthOfWork:
    async def test_opens_to_the_visit_behind_it_and_is_closed(self, screen, town):
        month = f"/admin/workload/{town.workload.month}"
        async with screen("feng") as it:
            await it.sign_in("/admin/workload")
            await it.follow("2026 年 2 月", within=it.main)
            await it.follow("林致远", within=it.main)
            await it.reads("100% × 100% × 200%")
            await it.follow("2026年2月23日", within=it.main)
            await it.reads("双方已确认")
            await it.open(month)
            await it.press("关账")
            await it.press("确定关账")

            await it.reads("已关账")
            await it.reads_not("按巡诊核对补记")
        assert (await WorkloadMonth.get(uid=town.workload.month)).status == "closed"


class TestAFigure:
    async def test_opens_to_who_is_missing_and_what_to_do_next(self, screen, town):
        await Scenes(town).indicators_counted()
        async with screen("he") as it:
            await it.sign_in("/admin/indicators")
            await it.follow("看是谁", within=it.row("80 岁及以上能力评估率"))

            await it.reads("还差的")
            line = it.row("王桂兰")
            await line.get_by_text("本机构没有可用的评估结果").wait_for()
            await line.get_by_text("安排两位评估员评估").wait_for()

    async def test_is_frozen_reopened_with_a_reason_and_frozen_again(self, scripted, town):
        page = f"/admin/indicators/reports/{await Scenes(town).indicator_period()}"
        async with scripted("he") as it:
            await it.sign_in("/admin/indicators/reports")
            await it.follow("2026 年 2 月", within=it.main)
            await self.freeze(it)
            await it.reads("第 1 次冻结的数")
        async with scripted("qian") as it:
            await it.sign_in(page)
            await it.press("重新打开")
            await it.write("为什么重新打开", "一份评估补录了")
            await it.press("确定重新打开")
            await it.reads("一份评估补录了")
        async with scripted("he") as it:
            await it.sign_in(page)
            await self.freeze(it)

            await it.reads("第 2 次冻结的数")
            await it.follow("第 1 次", within=it.main)
            await it.reads("第 1 次冻结的数")
        report = await IndicatorReport.get(uid=page.rsplit("/", 1)[1])
        assert (report.status, report.edition) == ("frozen", 2)

    async def freeze(self, it) -> None:
        await it.press("冻结")
        await it.press("确定冻结")
