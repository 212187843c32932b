"""The ledger of work on the console: the institution's people and visits, the bureau's sums."""

import io

import openpyxl

from server.documents.models import ExportJob
from server.workload.models import WorkloadMonth


class TestAMonth:
    async def test_opens_to_people_lines_and_visits(self, console, town):
        feng, page = await console("feng"), f"/admin/workload/{town.workload.month}"
        assert "2026 年 2 月" in (await feng.get("/admin/workload")).text
        shown = (await feng.get(page)).text
        assert all(word in shown for word in ("林致远", "按 200% 计", "关账"))
        lines = (await feng.get(f"{page}/lines?account={town.identity.accounts['doctor']}")).text
        assert f"/admin/visits/{town.visits.confirmed}" in lines
        assert "100% × 100% × 200%" in lines

    async def test_is_closed_once_by_its_own(self, console, town):
        feng, page = await console("feng"), f"/admin/workload/{town.workload.month}"
        assert "个月的工作量等您关账" in (await feng.get("/admin")).text
        answer = await feng.submit(f"{page}/close")
        again = await feng.submit(f"{page}/close")
        assert (answer.status_code, again.status_code) == (303, 409)
        assert (await WorkloadMonth.get(uid=town.workload.month)).points == 200
        assert "个月的工作量等您关账" not in (await feng.get("/admin")).text

    async def test_is_sums_alone_for_the_bureau(self, console, town):
        qian, page = await console("qian"), f"/admin/workload/{town.workload.month}"
        shown = (await qian.get(page)).text
        assert "主管部门只看合计" in shown
        assert "林致远" not in shown
        assert (await qian.get(f"{page}/lines")).status_code == 404
        assert (await qian.submit(f"{page}/close")).status_code == 403
        assert (await (await console("zhao")).get(page)).status_code == 404

    async def test_leaves_as_a_table(self, console, town, worker_pass, clock):
        feng = await console("feng")
        says = {"kind": "workload_lines", "condition": f"month={town.workload.month}", "reason": "绩效核算"}
        asked = await feng.submit("/admin/exports", {**says, "proof_code": feng.proof_code})
        assert asked.status_code == 303, asked.text
        await worker_pass()
        job = await ExportJob.get()
        book = openpyxl.load_workbook(io.BytesIO((await feng.get(f"/admin/exports/{job.uid}/file")).content))
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert town.visits.confirmed in cells
        assert "林致远" not in cells  # masked, as the form says
