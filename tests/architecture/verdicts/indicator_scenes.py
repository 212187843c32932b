"""Scenes about figures: February was counted while it ran, and is over; one home has frozen it; a task was reported."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.indicators import actions
from server.indicators.models import IndicatorReport, ProjectEvidence, ProjectReport
from server.indicators.rules import Cadence, ReportStatus
from tests.architecture.subjects import NOW, Stage
from tests.architecture.verdicts.paper_scenes import SCAN


class IndicatorScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def indicators_counted(self) -> None:
        for at in (NOW - timedelta(days=5), NOW):
            await actions.sweep_indicators(actor=system_actor("worker"), now=at)
            await actions.sweep_reports(actor=system_actor("worker"), now=at)

    async def indicator_period(self) -> str:
        await self.indicators_counted()
        row = await IndicatorReport.get(place=self.town.alliance.yihe, cadence=Cadence.MONTH)
        return str(row.uid)

    async def indicator_period_frozen(self) -> str:
        uid = await self.indicator_period()
        if await IndicatorReport.filter(uid=uid, status=ReportStatus.OPEN).exists():
            await actions.freeze_report(actor=await self.acting("he"), uid=uid, now=NOW)
        return uid

    async def project_reported(self) -> str:
        if (made := await ProjectReport.first()) is not None:
            return str(made.uid)
        return await actions.report_on_task(
            actor=await self.acting("qian"), task="sign", percent=40, words="正在签", now=NOW
        )

    async def project_evidence(self) -> str:
        report = await self.project_reported()
        if (made := await ProjectEvidence.first()) is not None:
            return str(made.uid)
        return await actions.add_evidence(
            actor=await self.acting("qian"), report_uid=report, scan=SCAN, now=NOW
        )
