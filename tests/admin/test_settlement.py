"""The pages on which a month is settled: whose turn, why this sum, and what the ledger says."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.settlement.models import LedgerEntry, Statement
from server.settlement.rules import StatementStatus

Console = Callable[[str], Awaitable[Any]]


@pytest.fixture
def page(town: Town) -> str:
    return f"/admin/statements/{town.settlement.statement}"


class TestList:
    async def test_tells_each_side_what_waits(self, console: Console, town: Town) -> None:
        he = await console("he")
        home = await he.get("/admin")
        assert "份结算单等您确认" in home.text
        listed = await he.get("/admin/statements")
        assert "2026 年 1 月" in listed.text
        assert "30.00 元" in listed.text
        assert "待养老机构确认" in listed.text

    async def test_can_be_narrowed_to_a_month_by_any_of_its_days(self, console: Console) -> None:
        he = await console("he")
        assert "2026 年 1 月" in (await he.get("/admin/statements?month=2026-01-17")).text
        assert "还没有结算单" in (await he.get("/admin/statements?month=2026-02-17")).text

    async def test_shows_the_bureau_the_city(self, console: Console, town: Town) -> None:
        assert town.settlement.statement in (await (await console("qian")).get("/admin/statements")).text


class TestAccepting:
    async def test_goes_from_the_fee_to_the_ledger_and_to_the_bank(self, console: Console, page: str) -> None:
        he, feng = await console("he"), await console("feng")
        assert "谁付多少" in (await he.get(page)).text
        answer = await he.submit(f"{page}/accept", {})
        assert answer.status_code == 303
        assert "已确认，待收款" in (await feng.get(page)).text
        paid = {"paid_on": "2026-03-02", "bank_reference": "回单 0001"}
        assert (await feng.submit(f"{page}/payment", paid)).status_code == 303
        assert "已结清" in (await he.get(page)).text
        books = await he.get("/admin/ledger")
        assert "应付医疗机构" in books.text
        assert "应收养老机构" not in books.text
        assert await LedgerEntry.all().count() == 2

    async def test_is_not_the_providers(self, console: Console, page: str) -> None:
        feng = await console("feng")
        assert "确认结算单" not in (await feng.get(page)).text
        assert (await feng.submit(f"{page}/accept", {})).status_code == 403

    async def test_of_a_payment_of_tomorrow_is_refused_beside_the_field(
        self, console: Console, page: str
    ) -> None:
        he, feng = await console("he"), await console("feng")
        await he.submit(f"{page}/accept", {})
        answer = await feng.submit(f"{page}/payment", {"paid_on": "2026-03-03", "bank_reference": "回单"})
        assert answer.status_code == 422
        assert "收款日不能晚于今天" in answer.text


class TestOneLine:
    async def test_shows_why_it_costs_what_it_costs(self, console: Console, town: Town, page: str) -> None:
        sheet = await (await console("he")).get(f"{page}/lines/{town.settlement.line}")
        assert "2026 年 1 月的月费" in sheet.text
        assert "协议" in sheet.text

    async def test_goes_through_doubt_explanation_and_ruling(
        self, console: Console, town: Town, page: str
    ) -> None:
        he, feng, qian = await console("he"), await console("feng"), await console("qian")
        line = f"{page}/lines/{town.settlement.line}"
        assert (await he.submit(f"{line}/dispute", {"reason": "没有约定"})).status_code == 303
        assert "有 1 行没有谈妥" in (await he.get(page)).text
        assert "行结算有异议" in (await feng.get("/admin")).text
        assert (await feng.submit(f"{line}/keep", {"reason": "协议第三条"})).status_code == 303
        assert (await he.submit(f"{line}/escalate", {"reason": "请看第三条"})).status_code == 303
        assert "行结算等您裁定" in (await qian.get("/admin")).text
        assert (
            await qian.submit(f"{line}/ruling", {"stands": "false", "ruling": "没有约定"})
        ).status_code == 303
        assert "已撤下" in (await he.get(line)).text
        assert (await Statement.get(uid=town.settlement.statement)).status is StatementStatus.ISSUED


class TestCatalogue:
    async def test_is_shown_to_both_sides_and_changed_by_the_commission(self, console: Console) -> None:
        assert "慢病随访" in (await (await console("he")).get("/admin/catalogue")).text
        tang = await console("tang")
        assert "发布新的一版" in (await tang.get("/admin/catalogue")).text
        new = {"yuan": "25.50", "clause": "云医保〔2026〕3 号", "effective_from": "2026-04-01"}
        answer = await tang.submit("/admin/catalogue/follow_up", {**new, "proof_code": tang.proof_code})
        assert answer.status_code == 303
        assert "25.50" in (await tang.get("/admin/catalogue")).text

    async def test_does_not_change_for_days_that_have_begun(self, console: Console) -> None:
        tang = await console("tang")
        new = {"yuan": "25.50", "clause": "云医保〔2026〕3 号", "effective_from": "2026-03-02"}
        assert (
            await tang.submit("/admin/catalogue/follow_up", {**new, "proof_code": tang.proof_code})
        ).status_code == 422
