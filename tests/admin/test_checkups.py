"""The annual check-up in the console: plan, list, days, file, report, duty."""

from collections.abc import Awaitable, Callable
from typing import Any

from admin.checkups.reports import TICKED, Report
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupReport
from server.checkups.rules import CampaignStatus, DutyStatus
from tests.console.walking import ways_of
from tests.core.checkups.flows import WHOLE, planned, reported
from tests.core.checkups.test_actions import FILE

Console = Callable[[str], Awaitable[Any]]


class TestPlan:
    async def test_lists_everybody_with_why(self, town: Any, console: Console) -> None:
        he = await console("he")
        assert "河东社区卫生服务中心来做" in (await he.get("/admin/checkups/new")).text
        pair = f"{town.alliance.yihe}|{town.alliance.health_center}"
        fields = {"pair": pair, "starts_on": "2026-03-09", "ends_on": "2026-03-20"}
        answer = await he.submit("/admin/checkups", fields)
        assert answer.status_code == 303
        row = await CheckupCampaign.get()
        page = await he.get(f"/admin/checkups/{row.uid}")
        assert "65岁以上每年有一次免费体检" in page.text
        assert "该查 2 位，已查 0 位，覆盖率 0.00%" in page.text
        assert "胸片" in page.text

    async def test_gives_days_that_can_be_printed(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        uid, he = await planned(town, actor, clock), await console("he")
        fields = {"first_on": "2026-03-09", "last_on": "2026-03-10", "per_day": "1", "first_at": "08:30"}
        assert (await he.submit(f"/admin/checkups/{uid}/days", fields)).status_code == 303
        sheet = (await he.get(f"/admin/checkups/{uid}/days")).text
        assert sheet.index("王桂兰") < sheet.index("李福生")
        assert sheet.count("08:30") == 2
        assert "001" in (await he.get(f"/admin/checkups/{uid}/labels")).text
        clock.set(clock.instant.replace(day=9))
        assert "到云桥市颐和养老院体检" in (await (await console("feng")).get("/admin")).text

    async def test_opens_and_closes(self, town: Any, console: Console, actor: Any, clock: Any) -> None:
        uid, feng = await planned(town, actor, clock), await console("feng")
        assert "导入报告" in (await feng.get(f"/admin/checkups/{uid}")).text
        await feng.submit(f"/admin/checkups/{uid}/move", {"event": "close"})
        assert (await CheckupCampaign.get(uid=uid)).status is CampaignStatus.CLOSED
        page = await feng.get(f"/admin/checkups/{uid}")
        assert "导入报告" not in page.text
        assert "手工录入" not in page.text
        assert "体检已经结束" in (await feng.get(f"/admin/checkups/{uid}/reports")).text


class TestFacts:
    async def test_change_who_is_due(self, town: Any, console: Console) -> None:
        he = await console("he")
        fields = {
            "insurance": "employee", "employer_exam_on": "2026-01-08", "employer_exam_where": "市二院", "source": "报告",
        }  # fmt: skip
        await he.submit(f"/admin/checkups/facts/{town.people.wang}", fields)
        page = await he.get("/admin/checkups/facts?name=王桂兰")
        assert "1月8日在市二院做过职工医保的体检" in page.text


class TestReports:
    def test_every_item_of_several_boxes_is_a_field_of_the_form(self) -> None:
        assert set(TICKED) <= set(Report.model_fields)

    async def test_come_by_file_looked_at_first(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        uid, feng = await planned(town, actor, clock), await console("feng")
        files = {"reports": ("结果.csv", FILE.encode(), "text/csv")}
        shown = await feng.submit(f"/admin/checkups/{uid}/reports", files=files)
        assert shown.status_code == 200
        for words in ("2</b> 份录入", "右肺小结节", "没有认出、不会导入的列", "备注"):
            assert words in shown.text
        ticket = next(filled["ticket"] for _, _, filled in ways_of(shown.text).forms if "ticket" in filled)
        answer = await feng.submit(f"/admin/checkups/{uid}/reports/import", {"ticket": ticket})
        assert answer.status_code == 303
        assert await CheckupReport.all().count() == 2

    async def test_have_a_template(self, town: Any, console: Console, actor: Any, clock: Any) -> None:
        uid, feng = await planned(town, actor, clock), await console("feng")
        answer = await feng.get(f"/admin/checkups/{uid}/template")
        assert answer.headers["content-type"].startswith("application/vnd.openxml")

    async def test_come_by_hand_and_are_put_right(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        uid, feng = await planned(town, actor, clock), await console("feng")
        path = f"/admin/checkups/{uid}/reports/{town.people.wang}"
        asked = (await feng.get(path)).text
        for words in ("糖化血红蛋白", "乳房胀痛", "服药依从性", "职业病危害因素接触史"):
            assert words in asked
        answer = await feng.submit(path, {"examined_on": "2026-03-02", "hgb": "98"})
        page = await feng.get(answer.headers["location"])
        assert "低于 115" in page.text
        assert 'value="98"' in (await feng.get(path)).text
        again = {"examined_on": "2026-03-02", "hgb": "119", "why_corrected": "抄错了"}
        answer = await feng.submit(path, again)
        page = await feng.get(answer.headers["location"])
        assert "抄错了" in page.text
        assert await CheckupDuty.filter(status=DutyStatus.OPEN).count() == 0
        assert "补齐了才计入覆盖" in page.text
        typed = {**WHOLE, "symptoms": ["2", "19"], "examined_on": "2026-03-02", "why_corrected": "补录"}
        answer = await feng.submit(path, typed)
        page = await feng.get(answer.headers["location"])
        assert "头痛、便秘" in page.text
        assert "还差" not in page.text
        assert "该查 2 位，已查 1 位，覆盖率 50.00%" in (await feng.get(f"/admin/checkups/{uid}")).text
        assert 'value="19" checked' in (await feng.get(path)).text


class TestDuties:
    async def test_wait_on_the_first_page_and_are_settled(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        feng = await console("feng")
        assert "项体检异常等您办" in (await feng.get("/admin")).text
        row = await CheckupDuty.get(item="hgb")
        assert "血红蛋白" in (await feng.get("/admin/checkups/duties?status=open")).text
        await feng.submit(f"/admin/checkups/duties/{row.uid}", {"settled": "rechecked", "note": "复查 118"})
        assert (await CheckupDuty.get(uid=row.uid)).status is DutyStatus.DONE

    async def test_the_home_reads_of_labs_only_what_was_shared(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        page = (await (await console("he")).get("/admin/checkups/duties")).text
        assert "右肺小结节" in page
        assert "血红蛋白" not in page
