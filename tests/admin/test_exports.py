"""Tables in the console: the form on a list, the code, the page that shows them, the download."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import openpyxl
import pytest

from server.demo import Town
from server.documents.models import ExportJob

Console = Callable[[str], Awaitable[Any]]
Worker = Callable[[], Awaitable[int]]


async def ask(page: Any, kind: str = "consents", **fields: Any) -> Any:
    form = {"kind": kind, "reason": "季度汇报", "proof_code": page.proof_code, **fields}
    return await page.submit("/admin/exports", form)


class TestAsking:
    async def test_from_a_list_writes_and_hands_out_a_table(
        self, town: Town, console: Console, worker_pass: Worker
    ) -> None:
        he = await console("he")
        listed = await he.get("/admin/consents?status=requested")
        assert 'name="condition" value="status=requested"' in listed.text

        answer = await ask(he, condition=["status=requested"])
        before = await he.get("/admin/exports")
        await worker_pass()
        home, after = await he.get("/admin"), await he.get("/admin/exports")
        job = await ExportJob.all().order_by("-id").first()
        file = await he.get(f"/admin/exports/{job.uid}/file")

        assert answer.status_code == 303, answer.text
        assert "排队等待" in before.text
        assert "写好了" in after.text
        assert "份表格写好了" in home.text
        book = openpyxl.load_workbook(io.BytesIO(file.content))
        assert book.sheetnames == ["数据", "说明"]
        assert book["数据"].max_row == 2

    async def test_without_a_fresh_code_is_refused(self, town: Town, console: Console) -> None:
        he = await console("he")

        answer = await he.submit("/admin/exports", {"kind": "consents", "reason": "季度汇报"})

        assert answer.status_code == 422
        assert "identity.proof_needed" in answer.text
        assert await ExportJob.all().count() == 0

    async def test_needs_a_reason(self, town: Town, console: Console) -> None:
        he = await console("he")

        assert (await ask(he, reason="")).status_code == 422

    async def test_is_refused_for_a_list_that_is_not_theirs(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        assert (await ask(qian, "residents")).status_code == 403

    @pytest.mark.parametrize("login", ["shen", "xu", "zheng", "root"])
    async def test_is_not_for_those_who_take_nothing_away(
        self, town: Town, console: Console, login: str
    ) -> None:
        page = await console(login)

        assert (await page.get("/admin/exports")).status_code == 403
        assert (await ask(page)).status_code == 403


class TestATable:
    async def test_is_nobody_elses(self, town: Town, console: Console, worker_pass: Worker) -> None:
        he, jin = await console("he"), await console("jin")
        await ask(he)
        await worker_pass()
        job = await ExportJob.all().order_by("-id").first()

        assert (await jin.get(f"/admin/exports/{job.uid}/file")).status_code == 404
        assert (await jin.submit(f"/admin/exports/{job.uid}/cancel")).status_code == 404
        assert "季度汇报" not in (await jin.get("/admin/exports")).text

    async def test_is_deleted_on_request(self, town: Town, console: Console, worker_pass: Worker) -> None:
        he = await console("he")
        await ask(he)
        await worker_pass()
        job = await ExportJob.all().order_by("-id").first()

        assert (await he.submit(f"/admin/exports/{job.uid}/cancel")).status_code == 303

        assert (await he.get(f"/admin/exports/{job.uid}/file")).status_code == 409
        assert "已取消" in (await he.get("/admin/exports")).text

    async def test_says_when_it_has_expired(
        self, town: Town, console: Console, worker_pass: Worker, clock: Any
    ) -> None:
        he = await console("he")
        await ask(he)
        await worker_pass()
        job = await ExportJob.all().order_by("-id").first()
        await ExportJob.filter(id=job.id).update(expires_at=clock())

        late = await he.get(f"/admin/exports/{job.uid}/file")

        assert late.status_code == 409
        assert "重新导出" in late.text
