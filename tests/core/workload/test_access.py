"""Whose months are closed and opened by whom, and that two workers remind once."""

from datetime import timedelta

import pytest

from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.workload import access, actions
from server.workload.models import WorkloadMonth
from server.workload.rules import MonthStatus
from tests.core.visits.conftest import morning
from tests.core.workload.test_ledger import WORKER
from tests.overtaken import meanwhile

__all__ = ["morning"]


async def test_a_month_is_nobody_elses_to_recount_or_to_close(morning, actor):
    uid, now = morning.town.workload.month, morning.now
    for login in ("zhao", "sun", "he", "qian"):
        for step in (actions.recount_month, actions.close_month):
            with pytest.raises(NotFound):
                await step(actor=await actor(login), uid=uid, now=now)
    assert (await WorkloadMonth.get(uid=uid)).status is MonthStatus.OPEN


@pytest.mark.parametrize(
    ("login", "sums", "people"),
    [("feng", 1, 1), ("zhao", 0, 0), ("he", 0, 0), ("qian", 1, 0), ("tang", 1, 0), ("wang", 0, 0)],
)
async def test_a_bureau_reads_sums_and_the_institution_its_people(morning, actor, login, sums, people):
    who, uid = await actor(login), morning.town.workload.month
    assert await WorkloadMonth.filter(access.months_visible_to(actor=who), uid=uid).count() == sums
    assert await WorkloadMonth.filter(access.months_with_people(actor=who), uid=uid).count() == people


async def test_two_workers_remind_once(morning):
    tenth = morning.now + timedelta(days=8)

    async def remind():
        return await actions.sweep_months(actor=WORKER, now=tenth)

    with meanwhile("workload_month", remind):
        assert await remind() == 0
    assert await OutboxMessage.filter(topic="workload.month_due").count() == 1
