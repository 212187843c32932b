"""Each confirmed service once, what is corrected away comes to nothing, a closed month stays as it is (A18)."""

from datetime import date, timedelta

import pytest

from server.alliance.models import PolicyParameter
from server.authority.actor import system_actor
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.visits import actions as visits
from server.visits.models import Visit
from server.visits.rules import Outcome
from server.workload import actions, queries
from server.workload.errors import MonthClosed, MonthNotBegun, MonthNotOver
from server.workload.models import WorkloadLine, WorkloadMonth, WorkloadVisit
from server.workload.rules import LineKind, MonthStatus
from tests.core.visits.conftest import morning
from tests.core.workload.corrections import corrected

__all__ = ["morning"]
WORKER = system_actor("worker")


async def points(**which) -> list[int]:
    return [row.points for row in await WorkloadLine.filter(**which).order_by("id")]


class TestBooking:
    async def test_comes_with_the_second_word_and_only_once(self, morning, worker_pass):
        await morning.finish()
        await visits.attest(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        await worker_pass()
        assert await points(visit_uid=morning.uid) == []
        await visits.attest(actor=morning.nurse, visit_uid=morning.uid, now=morning.now)
        await worker_pass()

        assert await points(visit_uid=morning.uid) == [200, 200]
        assert await actions.book_visit(actor=WORKER, visit_uid=morning.uid, now=morning.now) == 0
        lines = await WorkloadLine.filter(visit_uid=morning.uid).select_related("month")
        assert {(row.account_id, row.month.month) for row in lines} == {
            (morning.doctor.account_id, date(2026, 3, 1))
        }
        assert await queries.faults(now=morning.now) == []

    async def test_takes_back_what_a_correction_takes_away_and_credits_it_anew(self, morning, worker_pass):
        await morning.confirm()
        await worker_pass()
        item = morning.town.visits.today_li
        await corrected(morning, morning.uid, item, Outcome.ABSENT)
        assert await queries.faults(now=morning.now) == []  # the worker is on its way
        await worker_pass()
        assert await points(item_uid=item) == [200, -200]
        await corrected(morning, morning.uid, item, Outcome.SEEN)
        await worker_pass()
        assert await points(item_uid=item) == [200, -200, 200]
        assert await queries.faults(now=morning.now) == []

    async def test_stands_still_while_a_correction_is_decided(self, morning, worker_pass):
        await morning.confirm()
        await worker_pass()
        await visits.request_correction(
            actor=morning.feng,
            visit_uid=morning.uid,
            reason="写错了",
            outcomes={morning.town.visits.today_li: Outcome.ABSENT},
            now=morning.now,
        )
        await worker_pass()
        assert await points(visit_uid=morning.uid) == [200, 200]
        assert await queries.faults(now=morning.now) == []

    async def test_counts_by_the_number_of_the_day_of_the_service(self, morning, worker_pass):
        await PolicyParameter(
            code="workload.place_home", version=2, value=300, unit="percent", citation="试", confidence="assumed",
            effective_from=date(2026, 3, 2), created_at=morning.now,
        ).save()  # fmt: skip
        await morning.confirm()
        await worker_pass()
        assert await points(visit_uid=morning.uid) == [300, 300]
        assert await points(visit_uid=morning.town.visits.confirmed) == [200]


class TestClosing:
    async def test_waits_for_the_end_books_what_is_missing_and_happens_once(self, morning):
        march = await WorkloadMonth(
            institution_id=(await morning.row()).provider_id, month=date(2026, 3, 1), created_at=morning.now
        ).save() or await WorkloadMonth.get(month=date(2026, 3, 1))
        with pytest.raises(MonthNotOver):
            await actions.close_month(actor=morning.feng, uid=march.uid, now=morning.now)
        await morning.confirm()  # and the worker has not come by
        later = morning.now + timedelta(days=31)
        assert await actions.close_month(actor=morning.feng, uid=march.uid, now=later) == 400
        with pytest.raises(MonthClosed):
            await actions.close_month(actor=morning.feng, uid=march.uid, now=later)
        with pytest.raises(MonthClosed):
            await actions.recount_month(actor=morning.feng, uid=march.uid, now=later)
        assert await queries.faults(now=later) == []

    async def test_books_what_counts_again_before_the_worker_has_heard_of_it(self, morning, worker_pass):
        later, item = morning.now + timedelta(days=31), morning.town.visits.today_li
        await morning.confirm()
        await worker_pass()
        await corrected(morning, morning.uid, item, Outcome.ABSENT)
        await worker_pass()
        await corrected(morning, morning.uid, item, Outcome.SEEN)  # and the worker has not come by

        march = await WorkloadMonth.get(month=date(2026, 3, 1))
        assert await actions.close_month(actor=morning.feng, uid=march.uid, now=later) == 400
        assert await points(item_uid=item) == [200, -200, 200]

    async def test_sends_later_corrections_to_the_month_that_runs(self, morning, worker_pass):
        february = await WorkloadMonth.get(uid=morning.town.workload.month)
        await actions.close_month(actor=morning.feng, uid=february.uid, now=morning.now)
        await corrected(
            morning, morning.town.visits.confirmed, morning.town.visits.confirmed_wang, Outcome.ABSENT
        )
        await worker_pass()
        row = await WorkloadLine.get(kind=LineKind.REVERSAL).select_related("month")
        assert (row.points, row.month.month) == (-200, date(2026, 3, 1))
        assert (await WorkloadMonth.get(id=february.id)).points == 200
        assert await queries.faults(now=morning.now) == []

    async def test_is_the_institutions_own(self, morning, actor):
        for login in ("zhao", "qian", "he"):
            with pytest.raises(NotFound):
                await actions.close_month(
                    actor=await actor(login), uid=morning.town.workload.month, now=morning.now
                )

    async def test_is_asked_for_once_from_the_tenth_on(self, morning):
        ninth = morning.now + timedelta(days=7)
        assert await actions.sweep_months(actor=WORKER, now=ninth) == 0
        assert await actions.sweep_months(actor=WORKER, now=ninth + timedelta(days=1)) == 1
        assert await actions.sweep_months(actor=WORKER, now=ninth + timedelta(days=2)) == 0


class TestCounting:
    async def test_brings_in_what_was_confirmed_before_there_was_a_ledger(self, morning, actor):
        await WorkloadLine.all().delete()
        await WorkloadVisit.all().delete()
        await WorkloadMonth.all().delete()
        wish = {"institution_uid": morning.town.alliance.health_center, "now": morning.now}
        uid = await actions.count_month(actor=morning.feng, day=date(2026, 2, 17), **wish)
        sheet = await queries.month_sheet(actor=morning.feng, uid=uid, now=morning.now)
        assert (sheet.card.points, sheet.card.services) == ("2", 1)
        assert await actions.count_month(actor=morning.feng, day=date(2026, 2, 1), **wish) == uid
        with pytest.raises(MonthNotBegun):
            await actions.count_month(actor=morning.feng, day=date(2026, 4, 1), **wish)
        with pytest.raises(NotFound):
            await actions.count_month(actor=await actor("zhao"), day=date(2026, 2, 1), **wish)


class TestReading:
    async def test_opens_every_figure_to_its_visits_for_the_institution_and_sums_alone_for_the_bureau(
        self, morning, actor
    ):
        uid, now = morning.town.workload.month, morning.now
        sheet = await queries.month_sheet(actor=morning.feng, uid=uid, now=now)
        assert [(each.name, each.services, each.points) for each in sheet.people] == [("林致远", 1, "2")]
        page = await queries.month_lines(actor=morning.feng, uid=uid, wish=PageWish(), now=now)
        assert [line.visit_uid for line in page.items] == [morning.town.visits.confirmed]

        qian = await actor("qian")
        city = await queries.month_sheet(actor=qian, uid=uid, now=now)
        assert (city.card.points, city.people, city.history) == ("2", (), ())
        with pytest.raises(NotFound):
            await queries.month_lines(actor=qian, uid=uid, wish=PageWish(), now=now)
        with pytest.raises(NotFound):
            await queries.month_sheet(actor=await actor("zhao"), uid=uid, now=now)

    async def test_mine_is_mine(self, morning, actor):
        mine = await queries.my_work(
            actor=morning.doctor, month=date(2026, 2, 1), wish=PageWish(), now=morning.now
        )
        assert (mine.points, mine.services, len(mine.lines.items)) == ("2", 1, 1)
        theirs = await queries.my_work(
            actor=await actor("zhao"), month=date(2026, 2, 1), wish=PageWish(), now=morning.now
        )
        assert (theirs.points, theirs.lines.items) == ("0", ())

    async def test_an_old_month_of_mine_is_summed_as_well(self, morning):
        line = await WorkloadLine.get(visit_uid=morning.town.visits.confirmed).select_related("month")
        for number in range(1, 13):  # with the one that is there, one more than are listed
            row = WorkloadMonth(
                institution_id=line.month.institution_id, month=date(2024, number, 1), created_at=morning.now
            )
            await row.save()
            old = line.clone(pk=None)
            old.uid, old.month_id, old.credit_key = f"{line.uid[:-2]}{number:02d}", row.id, f"old:{number}"
            await old.save()
        oldest = date(2024, 1, 1)
        mine = await queries.my_work(actor=morning.doctor, month=oldest, wish=PageWish(), now=morning.now)
        assert (mine.points, mine.services, len(mine.lines.items)) == ("2", 1, 1)
        assert len(mine.months) == 12
        assert oldest not in {each.month for each in mine.months}


class TestTheCheck:
    async def test_finds_a_line_that_was_changed_by_hand(self, morning):
        line = await WorkloadLine.get(visit_uid=morning.town.visits.confirmed)
        await Visit.filter(uid=morning.town.visits.confirmed).update(status="void")
        assert any(line.item_uid in fault for fault in await queries.faults(now=morning.now))
        await WorkloadMonth.filter(id=line.month_id).update(status=MonthStatus.CLOSED, points=1)
        assert any("closed month" in fault for fault in await queries.faults(now=morning.now))
