"""Indicators and the project table in the console."""

from collections.abc import Awaitable, Callable
from typing import Any

import openpyxl
import pytest

from server.documents.models import ExportJob
from server.indicators.models import IndicatorReport, ProjectEvidence, ProjectReport
from server.indicators.rules import Level
from tests.core.indicators.test_figures import APRIL, LAST_OF_MARCH

Console = Callable[[str], Awaitable[Any]]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
async def counted(town: Any, worker_pass: Any) -> None:
    await worker_pass()


@pytest.mark.usefixtures("counted")
class TestTheBoard:
    async def test_shows_a_bureau_every_figure_with_target_and_no_person(self, console: Console) -> None:
        page = await (await console("qian")).get("/admin/indicators")
        assert page.status_code == 200
        for words in ("机构签约率", "80 岁及以上能力评估率", "月结按期率", "不低于 95%", "data-chart"):
            assert words in page.text
        assert "王桂兰" not in page.text

    async def test_opens_one_indicator_by_county_home_and_reason(self, console: Console) -> None:
        tang = await console("tang")
        page = await tang.get("/admin/indicators/agreements")
        for words in (
            "区划 330281",
            "云桥市颐和养老院",
            "为什么还差",
            "下一步",
            "分子：",
            "余姚医养结合工作方案（2020）",
        ):
            assert words in page.text
        then = await tang.get("/admin/indicators/agreements?known=2026-03-01")
        assert "结束时知道的" in then.text

    async def test_shows_a_home_its_own_people_and_what_to_do(self, console: Console) -> None:
        he = await console("he")
        page = await he.get("/admin/indicators")
        assert "看是谁" in page.text
        people = await he.get("/admin/indicators/checkups/people")
        assert "王桂兰" in people.text
        assert "排进体检日程" in people.text
        narrowed = await he.get("/admin/indicators/checkups/people?state=met")
        assert "王桂兰" not in narrowed.text

    async def test_shows_the_health_center_what_it_keeps(self, console: Console) -> None:
        feng = await console("feng")
        assert "本机构经手的" in (await feng.get("/admin/indicators")).text
        assert "王桂兰" in (await feng.get("/admin/indicators/bp_control/people")).text

    @pytest.mark.parametrize(("who", "path", "status"), [("he", "/admin/indicators/dossiers", 403), ("qian", "/admin/indicators/dossiers/people", 403), ("xu", "/admin/indicators", 403), ("qian", "/admin/indicators/nothing", 404), ("he", "/admin/projects", 403)])  # fmt: skip
    async def test_refuses_what_is_not_theirs(
        self, console: Console, who: str, path: str, status: int
    ) -> None:
        assert (await (await console(who)).get(path)).status_code == status

    async def test_tries_a_number(self, console: Console) -> None:
        he = await console("he")
        asked = await he.get("/admin/indicators/ability/trial")
        assert "records.ability_age" in asked.text
        found = await he.get("/admin/indicators/ability/trial?parameter=records.ability_age&value=88")
        assert "李福生" in found.text
        assert (await he.get("/admin/indicators/ability/trial?parameter=x&value=1")).status_code == 422


class TestAPeriod:
    async def test_is_frozen_upward_and_reopened_with_a_reason(
        self, town: Any, console: Console, clock: Any, worker_pass: Any
    ) -> None:
        for at in (LAST_OF_MARCH, APRIL):
            clock.set(at)
            await worker_pass()
        home = await IndicatorReport.get(place=town.alliance.yihe)
        county = await IndicatorReport.get(level=Level.COUNTY)
        qian = await console("qian")
        early = await qian.submit(f"/admin/indicators/reports/{county.uid}/freeze")
        assert "indicators.below_still_open" in early.text

        jin = await console("jin")
        for row in await IndicatorReport.filter(level=Level.HOME):
            answer = await jin.submit(f"/admin/indicators/reports/{row.uid}/freeze")
            assert answer.status_code == 303, answer.text
        assert (await qian.submit(f"/admin/indicators/reports/{county.uid}/freeze")).status_code == 303

        refused = await qian.submit(f"/admin/indicators/reports/{home.uid}/reopen", {"reason": "漏了"})
        assert "indicators.frozen_above" in refused.text
        for uid in (county.uid, home.uid):
            answer = await qian.submit(f"/admin/indicators/reports/{uid}/reopen", {"reason": "漏了一位"})
            assert answer.status_code == 303, answer.text
        page = await jin.get(f"/admin/indicators/reports/{home.uid}")
        for words in ("漏了一位", "第 1 次", "重新打开指标"):
            assert words in page.text
        assert (await (await console("song")).get(f"/admin/indicators/reports/{home.uid}")).status_code == 404


class TestTheProjectTable:
    @pytest.mark.usefixtures("counted")
    async def test_puts_the_facts_beside_the_self_report_and_flags_a_difference(
        self, console: Console
    ) -> None:
        qian = await console("qian")
        page = await qian.get("/admin/projects")
        for words in ("项目任务进度表", "12 月 20 日", "护理型床位", "还没有自报"):
            assert words in page.text
        said = await qian.submit(
            "/admin/projects/sign/reports", {"percent": "100", "words": "全部签完（虚构）"}
        )
        assert said.status_code == 303, said.text
        sheet = await qian.get("/admin/projects/sign")
        assert "全部签完" in sheet.text
        assert "自报与数据不一致" in sheet.text

    async def test_keeps_a_file_sealed_and_gives_it_back(self, town: Any, console: Console) -> None:
        qian = await console("qian")
        await qian.submit("/admin/projects/sign/reports", {"percent": "40", "words": "正在签"})
        report = await ProjectReport.first()
        files = {"file": ("证据.png", PNG, "image/png")}
        path = f"/admin/projects/sign/reports/{report.uid}/files"
        assert (await qian.submit(path, files=files)).status_code == 303
        kept = await ProjectEvidence.first()
        assert PNG not in bytes(kept.sealed)
        tang = await console("tang")
        assert (await tang.get(f"/admin/projects/files/{kept.uid}")).content == PNG
        # Only the unit itself adds to its report, and reports on its tasks.
        assert (await tang.submit(path, files=files)).status_code == 404
        refused = await tang.submit("/admin/projects/sign/reports", {"percent": "50", "words": "x"})
        assert refused.status_code == 404


class TestTheTable:
    @pytest.mark.usefixtures("counted")
    async def test_leaves_with_its_definitions(
        self, console: Console, worker_pass: Any, clock: Any, tmp_path: Any
    ) -> None:
        qian = await console("qian")
        form = {"kind": "indicators", "reason": "月报", "proof_code": qian.proof_code}
        asked = await qian.submit("/admin/exports", form)
        assert asked.status_code == 303, asked.text
        await worker_pass()
        job = await ExportJob.first()
        file = tmp_path / "t.xlsx"
        file.write_bytes((await qian.get(f"/admin/exports/{job.uid}/file")).content)
        book = openpyxl.load_workbook(file)
        rows = [*book["数据"].values]
        assert ("机构签约率", 1, "2026 年 3 月", "全市") in [row[:4] for row in rows]
        notes = dict(row[:2] for row in book["说明"].values)
        assert notes["巡诊达成率（第 1 版）"].startswith("分子：双方确认的巡诊")
