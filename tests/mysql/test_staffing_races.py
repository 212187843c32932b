"""The last seat, a month that closes while it is booked, and a doctor lent by two desks, at the same instant on MariaDB."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from server import invariants
from server.authority.actor import system_actor
from server.authority.permissions import Role
from server.identity import actions as identity
from server.identity.errors import SecondedElsewhere
from server.identity.models import RoleGrant
from server.identity.rules import Engagement, Terms
from server.kit.clock import SHANGHAI, local_date
from server.training import actions as training
from server.training.codes import shown_code
from server.training.errors import SessionFull
from server.training.models import TrainingSession
from server.training.queries.sessions import CourseSessionCard
from server.workload import actions as workload
from server.workload.errors import MonthClosed
from server.workload.models import WorkloadLine, WorkloadMonth
from server.workload.rules import MonthStatus
from tests.core.visits.conftest import Round, morning

pytestmark = pytest.mark.mysql
__all__ = ["morning"]
WORKER = system_actor("worker")
AFTERNOON = datetime(2026, 3, 2, 14, 40, tzinfo=SHANGHAI)


@pytest_asyncio.fixture(autouse=True)
async def _afterwards(town: Any, clock: Any) -> AsyncIterator[None]:
    yield
    assert await invariants.faults(now=clock()) == []


async def at_once(*steps: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*steps, return_exceptions=True)


class TestTheLastSeat:
    async def test_is_taken_by_one(self, town: Any, actor: Any, clock: Any) -> None:
        clock.set(AFTERNOON)
        await TrainingSession.filter(uid=town.training.session).update(seats=1)
        row = await TrainingSession.get(uid=town.training.session)
        code = shown_code(session_id=row.id, now=clock())
        people = [await actor(key) for key in ("nurse", "doctor", "other_nurse")]
        tried = await at_once(*(training.attend(actor=each, code=code, now=clock()) for each in people))
        assert [type(each) for each in tried].count(CourseSessionCard) == 1
        assert [type(each) for each in tried].count(SessionFull) == 2


class TestTheLedger:
    async def test_books_once_and_closes_with_what_its_lines_come_to(self, morning: Round) -> None:
        wish: dict[str, Any] = {
            "actor": morning.feng,
            "institution_uid": morning.town.alliance.health_center,
            "day": local_date(morning.now),
        }
        march = await workload.count_month(**wish, now=morning.now)
        await morning.confirm()
        later = morning.now + timedelta(days=31)
        tried = await at_once(
            *(workload.book_visit(actor=WORKER, visit_uid=morning.uid, now=later) for _ in range(4)),
            workload.count_month(**wish, now=later),
            *(workload.close_month(actor=morning.feng, uid=march, now=later) for _ in range(2)),
        )
        assert sum(tried[:4]) in {0, 2}  # the worker, or whoever closes and books before
        assert tried[4] == march
        assert {each if isinstance(each, int) else type(each) for each in tried[5:]} == {400, MonthClosed}
        month = await WorkloadMonth.get(uid=march)
        assert (month.status, month.points) == (MonthStatus.CLOSED, 400)
        assert await WorkloadLine.filter(visit_uid=morning.uid, month_id=month.id).count() == 2


class TestALoan:
    async def test_by_two_desks_at_once_is_one(self, town: Any, actor: Any, clock: Any) -> None:
        root, now = await actor("root"), clock()
        wish = {
            "actor": root,
            "account_uid": town.identity.accounts["doctor"],
            "role": Role.CLINICIAN,
            "starts_at": now,
            "ends_at": now + timedelta(days=30),
            "terms": Terms(Engagement.SECONDMENT),
            "now": now,
        }
        houses = (town.alliance.first_hospital, town.alliance.second_hospital)
        tried = await at_once(*(identity.grant_role(**wish, institution_uid=house) for house in houses))
        assert sum(isinstance(each, SecondedElsewhere) for each in tried) == 1
        assert await RoleGrant.filter(engagement=Engagement.SECONDMENT).count() == 1
