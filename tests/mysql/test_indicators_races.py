"""Two people freeze and reopen at once: nobody is frozen above what is open, and each step is taken once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor
from server.indicators import actions, queries
from server.indicators.errors import FrozenAbove, HomesStillOpen, ReportMoved
from server.indicators.models import IndicatorEdition, IndicatorReport
from server.indicators.rules import Level, ReportStatus
from tests.core.indicators.test_figures import APRIL, WORKER, freeze_homes, march_is_over, reports

pytestmark = pytest.mark.mysql
Acting = Callable[[str], Awaitable[Actor]]


async def told(*steps: Awaitable[Any]) -> list[str]:
    answers = await asyncio.gather(*steps, return_exceptions=True)
    unexpected = [
        each
        for each in answers
        if each is not None and not isinstance(each, ReportMoved | HomesStillOpen | FrozenAbove)
    ]
    assert unexpected == []
    return sorted("done" if each is None else type(each).__name__ for each in answers)


class TestTwoAtOnce:
    async def test_freeze_a_home_once(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        jin, row = await actor("jin"), (await reports(Level.HOME))[0]

        found = await told(*(actions.freeze_report(actor=jin, uid=row.uid, now=APRIL) for _ in range(4)))

        assert found == ["ReportMoved", "ReportMoved", "ReportMoved", "done"]
        assert await IndicatorEdition.filter(report_id=row.id).count() == 1
        assert await queries.faults(now=APRIL) == []

    async def test_freeze_a_county_while_a_home_is_reopened(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        await freeze_homes(actor)
        qian, home = await actor("qian"), (await reports(Level.HOME))[0]
        county = (await reports(Level.COUNTY))[0]

        found = await told(
            actions.freeze_report(actor=qian, uid=county.uid, now=APRIL),
            actions.reopen_report(actor=qian, uid=home.uid, reason="漏了", now=APRIL),
        )

        assert found in (["HomesStillOpen", "done"], ["FrozenAbove", "done"])
        above, below = await IndicatorReport.get(id=county.id), await IndicatorReport.get(id=home.id)
        assert (above.status is ReportStatus.FROZEN) is (below.status is ReportStatus.FROZEN)
        assert await queries.faults(now=APRIL) == []

    async def test_count_and_freeze_agree_on_what_was_known(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        jin, later = await actor("jin"), APRIL + timedelta(hours=1)
        freezing = [
            actions.freeze_report(actor=jin, uid=row.uid, now=later) for row in await reports(Level.HOME)
        ]

        await asyncio.gather(
            *freezing, *(actions.sweep_indicators(actor=WORKER, now=later) for _ in range(2))
        )

        assert await queries.faults(now=later) == []
