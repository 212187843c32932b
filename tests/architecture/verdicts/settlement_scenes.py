"""Scenes about a month's statement: drawn, doubted, explained, taken to the bureau, accepted, paid."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.settlement import actions
from server.settlement.models import Statement
from server.settlement.rules import StatementStatus
from tests.architecture.subjects import NOW, Stage


class SettlementScenes(Stage):
    """Each returns the uids that stand in the address."""

    async def drawn(self) -> dict[str, str]:
        await actions.sweep_statements(actor=system_actor("worker"), now=NOW + timedelta(days=2))
        row = await Statement.filter(status=StatementStatus.OPEN).order_by("-id").first()
        assert row is not None
        return {"statement_uid": row.uid}

    def statement(self) -> dict[str, str]:
        return {"statement_uid": self.town.settlement.statement}

    def one_line(self) -> dict[str, str]:
        return {**self.statement(), "line_uid": self.town.settlement.line}

    async def doubted(self) -> dict[str, str]:
        line = {"statement_uid": self.town.settlement.statement, "uid": self.town.settlement.line}
        await actions.dispute_line(actor=await self.acting("he"), reason="没有约定", now=NOW, **line)
        return self.one_line()

    async def explained(self) -> dict[str, str]:
        await self.doubted()
        line = {"statement_uid": self.town.settlement.statement, "uid": self.town.settlement.line}
        await actions.keep_line(actor=await self.acting("feng"), answer="协议第三条", now=NOW, **line)
        return self.one_line()

    async def escalated(self) -> dict[str, str]:
        await self.explained()
        line = {"statement_uid": self.town.settlement.statement, "uid": self.town.settlement.line}
        await actions.escalate_line(actor=await self.acting("he"), reason="请裁定", now=NOW, **line)
        return self.one_line()

    async def accepted(self) -> dict[str, str]:
        await actions.accept_statement(
            actor=await self.acting("he"), uid=self.town.settlement.statement, now=NOW
        )
        return self.statement()

    async def paid(self) -> dict[str, str]:
        await self.accepted()
        await actions.record_payment(
            actor=await self.acting("feng"),
            uid=self.town.settlement.statement,
            paid_on=NOW.date(),
            bank_reference="回单 0001",
            now=NOW,
        )
        return self.statement()
