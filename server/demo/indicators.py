"""Last month's figures, counted while it ran and now over: Songhe has frozen its own, two tasks were reported. Only in `make run`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel, system_actor
from server.identity.queries import actor_of
from server.indicators import actions
from server.indicators.models import IndicatorReport
from server.indicators.rules import Cadence
from server.kit.clock import local_date, start_of_day

PAGE = b"%PDF-1.4\n% made up for the town\n%%EOF\n"


@dataclass(frozen=True)
class IndicatorsTown:
    reports: int
    evidence: str


async def load(town: Any, *, now: datetime) -> IndicatorsTown:
    async def acting(key: str) -> Actor:
        uid = town.identity.accounts[key]
        return await actor_of(account_uid=uid, channel=Channel.CONSOLE, now=now)

    worker = system_actor("worker")
    last_month = start_of_day(local_date(now).replace(day=1)) - timedelta(hours=2)
    for at in (last_month, now):
        await actions.sweep_indicators(actor=worker, now=at)
        await actions.sweep_reports(actor=worker, now=at)
    songhe = await IndicatorReport.get(place=town.alliance.songhe, cadence=Cadence.MONTH)
    await actions.freeze_report(actor=await acting("song"), uid=songhe.uid, now=now)
    qian, tang = await acting("qian"), await acting("tang")
    signed = await actions.report_on_task(
        actor=qian, task="sign", percent=100, words="各家都已谈妥，个别在补签（虚构）", now=now
    )
    evidence = await actions.add_evidence(actor=qian, report_uid=signed, scan=PAGE, now=now)
    await actions.report_on_task(
        actor=tang, task="dossiers", percent=60, words="两家已建完，其余排在本月（虚构）", now=now
    )
    return IndicatorsTown(reports=await IndicatorReport.all().count(), evidence=evidence)
