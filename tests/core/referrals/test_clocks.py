"""Deadlines and what is owed: raised once, settled by a step or by the bureau, and never lost (I30)."""

from datetime import timedelta

import pytest

from server import invariants
from server.audit.models import AuditEntry
from server.authority.actor import system_actor
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.notifications.models import InboxMessage
from server.people.actions import record_death
from server.people.models import Resident
from server.records.models import RecordEntry
from server.referrals import actions, queries
from server.referrals.errors import DutyOver, EscalationOver, FollowUpOwed, ReasonNeeded
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.rules import FollowUpOutcome, FollowUpStatus, ReferralStatus
from tests.core.referrals.conftest import ALL_THE_WAY, URGENT, E, Way

WORKER = system_actor("worker")


async def swept(way: Way) -> int:
    return await actions.sweep_deadlines(actor=WORKER, now=way.now)


class TestADeadline:
    async def test_not_a_second_too_early(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        due = (await way.row(uid)).next_deadline
        assert due is not None
        way.clock.set(due - timedelta(seconds=1))
        assert await swept(way) == 0
        way.clock.set(due)
        assert await swept(way) == 1
        assert await swept(way) == 0  # once

    async def test_is_told_to_the_owner_and_the_bureau(self, way: Way, worker_pass) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await worker_pass()
        told = InboxMessage.filter(topic="referrals.escalated")
        accounts = set(await told.values_list("account__uid", flat=True))
        ours = way.town.identity.accounts
        assert {ours["zhao"], ours["tang"], ours["qian"]} <= accounts
        assert ours["he"] not in accounts

    async def test_moved_settles_it(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await swept(way)
        await way.step(uid, E.ACCEPT)
        row, late = await way.row(uid), await ReferralEscalation.get(referral__uid=uid)
        assert row.escalated_at is None
        assert (late.open_key, late.settled_by_id) == (None, way.zhao.account_id)
        assert await invariants.faults(now=way.now) == []

    async def test_the_bureau_gives_another_date_and_it_is_raised_again(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await swept(way)
        late = await ReferralEscalation.get(referral__uid=uid)
        card = await actions.settle_escalation(
            actor=way.tang, uid=late.uid, remark="已电话", hours=2, now=way.now
        )
        assert (card.remark, card.settled_by) == ("已电话", "唐慧")
        with pytest.raises(EscalationOver):
            await actions.settle_escalation(actor=way.tang, uid=late.uid, remark="再", hours=2, now=way.now)
        assert await swept(way) == 0
        way.clock.advance(hours=2)
        assert await swept(way) == 1
        assert await ReferralEscalation.filter(referral__uid=uid).count() == 2

    async def test_no_institution_settles_its_own(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        await swept(way)
        late = await ReferralEscalation.get(referral__uid=uid)
        with pytest.raises(NotFound):
            await actions.settle_escalation(actor=way.zhao, uid=late.uid, remark="好", hours=9, now=way.now)

    async def test_ended_has_none(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, E.DECLINE)
        way.clock.advance(days=90)
        assert await swept(way) == 0
        assert (await way.row(uid)).escalated_at is None


class TestAFollowUp:
    async def test_is_owed_for_urgent_ones_only_and_once(self, way: Way) -> None:
        await way.to(E.SUBMIT, E.RETURN, E.SUBMIT, wish=URGENT)
        assert await ReferralFollowUp.all().count() == 1
        await way.written(resident="li")
        assert await ReferralFollowUp.all().count() == 1

    async def test_late_after_two_weeks_to_the_second(self, way: Way) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        duty = await ReferralFollowUp.get()
        way.clock.set(duty.due_at - timedelta(seconds=1))
        assert await actions.sweep_follow_ups(actor=WORKER, now=way.now) == 0
        way.clock.set(duty.due_at)
        assert await actions.sweep_follow_ups(actor=WORKER, now=way.now) == 1
        assert await actions.sweep_follow_ups(actor=WORKER, now=way.now) == 0
        page = await queries.follow_ups(actor=way.nurse, owed_only=True, wish=PageWish(), now=way.now)
        assert [(each.late, each.status) for each in page.items] == [(True, FollowUpStatus.OVERDUE)]
        assert await queries.count_owed(actor=way.nurse, now=way.now) == (1, 1)
        assert await queries.count_owed(actor=way.zhao, now=way.now) == (0, 0)

    async def test_done_stands_in_the_record(self, way: Way) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        duty = await ReferralFollowUp.get()
        card = await actions.do_follow_up(
            actor=way.nurse, uid=duty.uid, outcome=FollowUpOutcome.GOOD, remark="好转", now=way.now
        )
        assert (card.status, card.owed) == (FollowUpStatus.DONE, False)
        entry = await RecordEntry.get(uid=(await ReferralFollowUp.get()).entry_uid)
        assert (entry.kind, entry.category, entry.body["subject"]) == ("follow_up", "encounter", "转诊")
        with pytest.raises(DutyOver):
            await actions.waive_follow_up(actor=way.nurse, uid=duty.uid, reason="多余", now=way.now)

    async def test_waived_says_why(self, way: Way) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        duty = await ReferralFollowUp.get()
        with pytest.raises(ReasonNeeded):
            await actions.waive_follow_up(actor=way.nurse, uid=duty.uid, reason="", now=way.now)
        card = await actions.waive_follow_up(actor=way.nurse, uid=duty.uid, reason="仍在住院", now=way.now)
        assert (card.status, card.reason) == (FollowUpStatus.WAIVED, "仍在住院")

    async def test_not_by_the_other_side(self, way: Way) -> None:
        await way.to(E.SUBMIT, wish=URGENT)
        duty = await ReferralFollowUp.get()
        with pytest.raises(NotFound):
            await actions.waive_follow_up(actor=way.zhao, uid=duty.uid, reason="不用", now=way.now)

    async def test_an_urgent_one_is_not_closed_before(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY, wish=URGENT)
        with pytest.raises(FollowUpOwed):
            await way.step(uid, E.CLOSE)
        duty = await ReferralFollowUp.get()
        await actions.do_follow_up(
            actor=way.nurse, uid=duty.uid, outcome=FollowUpOutcome.GOOD, remark="好转", now=way.now
        )
        await way.step(uid, E.CLOSE)
        assert (await way.row(uid)).status is ReferralStatus.CLOSED


class TestAfterADeath:
    async def test_what_is_open_ends_and_nothing_is_owed(self, way: Way, worker_pass) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        await record_death(actor=way.he, resident_uid=way.town.people.wang, died_at=way.now, now=way.now)
        await worker_pass()
        row = await Referral.get(uid=uid)
        assert (row.status, row.reason) == (ReferralStatus.CANCELLED, "长者已离世")
        assert (await ReferralFollowUp.get()).status is FollowUpStatus.WAIVED
        waived = await AuditEntry.get(action="referrals.follow_up_waived")
        assert (waived.subject_uid, waived.reason) == (uid, "长者已离世")
        again = await actions.end_of_the_dead(actor=WORKER, resident_uid=way.town.people.wang, now=way.now)
        assert again == 0
        assert await invariants.faults(now=way.now) == []

    async def test_nothing_is_owed_of_what_had_ended_before(self, way: Way) -> None:
        await way.to(E.SUBMIT, E.DECLINE, wish=URGENT)
        await record_death(actor=way.he, resident_uid=way.town.people.wang, died_at=way.now, now=way.now)
        assert (
            await actions.end_of_the_dead(actor=WORKER, resident_uid=way.town.people.wang, now=way.now) == 1
        )
        assert (await ReferralFollowUp.get()).status is FollowUpStatus.WAIVED

    async def test_of_whom_no_news_came_nothing_is_raised_but_ended(self, way: Way) -> None:
        await way.to(E.SUBMIT, E.DECLINE, wish=URGENT)
        open_one = await way.to(E.SUBMIT, wish=URGENT)
        await Resident.filter(uid=way.town.people.wang).update(died_at=way.now)
        way.clock.advance(days=30)
        await actions.sweep_follow_ups(actor=WORKER, now=way.now)
        assert not await ReferralFollowUp.filter(status=FollowUpStatus.OVERDUE).exists()
        await swept(way)
        assert (await way.row(open_one)).status is ReferralStatus.CANCELLED
        assert not await ReferralEscalation.exists()
