"""The writes of the ledger of work, each made ready to be stopped at any of its statements."""

from datetime import date, timedelta

from server.alliance.models import Institution
from server.visits.rules import Outcome
from server.workload import actions
from server.workload.models import WorkloadLine, WorkloadMonth, WorkloadVisit
from tests.core.visits.conftest import Round
from tests.core.visits.writes import set_the_scene
from tests.core.workload.corrections import corrected
from tests.crashes import Flow, flow

__all__ = ["set_the_scene"]
MARCH = date(2026, 3, 1)


async def march_of_the_center(morning: Round) -> WorkloadMonth:
    center = await Institution.get(uid=morning.town.alliance.health_center)
    row = WorkloadMonth(institution_id=center.id, month=MARCH, created_at=morning.now)
    await row.save()
    return row


async def book(morning: Round) -> Flow:
    """Of the worker, who has no keys: here a person does it, and below."""
    await morning.confirm()
    return flow(morning.feng, actions.book_visit, visit_uid=morning.uid, now=morning.now)


async def take_back_what_was_corrected(morning: Round) -> Flow:
    await (await book(morning)).run()
    await corrected(morning, morning.uid, morning.town.visits.today_li, Outcome.ABSENT)
    return flow(morning.feng, actions.book_visit, visit_uid=morning.uid, now=morning.now)


async def recount(morning: Round) -> Flow:
    march = await march_of_the_center(morning)
    await morning.confirm()
    return flow(morning.feng, actions.recount_month, uid=march.uid, now=morning.now)


async def begin_a_month_of_before(morning: Round) -> Flow:
    await WorkloadLine.all().delete()
    await WorkloadVisit.all().delete()
    await WorkloadMonth.all().delete()
    center, day = morning.town.alliance.health_center, date(2026, 2, 17)
    return flow(morning.feng, actions.count_month, institution_uid=center, day=day, now=morning.now)


async def close_with_what_is_missing(morning: Round) -> Flow:
    march = await march_of_the_center(morning)
    await morning.confirm()
    return flow(morning.feng, actions.close_month, uid=march.uid, now=morning.now + timedelta(days=31))


WRITES = (
    book, take_back_what_was_corrected, recount, begin_a_month_of_before, close_with_what_is_missing,
)  # fmt: skip
