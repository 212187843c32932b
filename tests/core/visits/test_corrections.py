"""A confirmed visit is corrected by two institutions, and every version is kept."""

import pytest

from server.kit.errors import Forbidden, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.visits import actions, queries
from server.visits.errors import (
    EndsBeforeStart,
    NothingToCorrect,
    SameHands,
)
from server.visits.models import VisitCorrection, VisitItem
from server.visits.rules import Outcome, VisitStatus
from tests.core.visits.conftest import Ask, Round, on_both_sides

S = VisitStatus


class TestCorrection:
    async def requested(self, morning: Round) -> VisitCorrection:
        await morning.confirm()
        await actions.request_correction(
            actor=morning.he,
            visit_uid=morning.uid,
            reason="李福生当时在医院",
            outcomes={morning.town.visits.today_li: Outcome.ABSENT},
            now=morning.now,
        )
        return await VisitCorrection.get(visit__uid=morning.uid)

    async def test_is_approved_by_the_other_institution(self, morning: Round) -> None:
        correction = await self.requested(morning)
        assert await queries.confirmed_visit(morning.uid) is None

        card = await actions.approve_correction(
            actor=morning.feng, correction_uid=correction.uid, now=morning.now
        )

        assert (card.status, card.version) == (S.CONFIRMED, 2)
        counted = await queries.confirmed_visit(morning.uid)
        assert counted is not None
        assert [item.resident_uid for item in counted.items] == [morning.town.people.wang]
        kept = await VisitCorrection.get(id=correction.id)
        assert (set(kept.before.values()), set(kept.after.values())) == ({"seen"}, {"absent"})
        assert kept.decided_by_id == morning.feng.account_id
        assert await OutboxMessage.filter(topic="visits.corrected").count() == 1
        assert await queries.faults(now=morning.now) == []

    async def test_shows_what_would_change(self, morning: Round) -> None:
        await self.requested(morning)
        page = await queries.corrections_to_approve(actor=morning.feng, wish=PageWish())
        assert page.items[0].changes == (("李福生", "已看", "不在"),)
        assert (await queries.corrections_to_approve(actor=morning.he, wish=PageWish())).items == ()

    async def test_declined_leaves_all_as_it_was(self, morning: Round) -> None:
        correction = await self.requested(morning)
        card = await actions.refuse_correction(
            actor=morning.feng, correction_uid=correction.uid, reason="记录无误", now=morning.now
        )
        assert (card.status, card.version) == (S.CONFIRMED, 1)
        assert (await VisitItem.get(uid=morning.town.visits.today_li)).outcome is Outcome.SEEN

    async def test_is_not_approved_by_whoever_asked_even_with_two_posts(self, morning: Round) -> None:
        correction = await self.requested(morning)
        both = on_both_sides(morning.he, morning.feng)
        with pytest.raises(SameHands):
            await actions.approve_correction(actor=both, correction_uid=correction.uid, now=morning.now)

    async def test_is_not_approved_by_the_side_that_asked(self, morning: Round, actor: Ask) -> None:
        await morning.confirm()
        await actions.request_correction(
            actor=on_both_sides(await actor("nurse"), morning.he),
            visit_uid=morning.uid,
            reason="x",
            outcomes={morning.town.visits.today_li: Outcome.ABSENT},
            now=morning.now,
        )
        correction = await VisitCorrection.get(visit__uid=morning.uid)
        with pytest.raises(Forbidden):
            await actions.approve_correction(actor=morning.he, correction_uid=correction.uid, now=morning.now)

    async def test_of_the_times_is_checked(self, morning: Round) -> None:
        await morning.confirm()
        row = await morning.row()
        assert row.started_at is not None
        with pytest.raises(EndsBeforeStart):
            await actions.request_correction(
                actor=morning.he,
                visit_uid=morning.uid,
                reason="x",
                finished_at=row.started_at,
                now=morning.now,
            )
        with pytest.raises(NothingToCorrect):
            await actions.request_correction(
                actor=morning.he,
                visit_uid=morning.uid,
                reason="x",
                started_at=row.started_at,
                now=morning.now,
            )

    async def test_of_a_line_of_another_visit_is_not_found(self, morning: Round) -> None:
        await morning.confirm()
        with pytest.raises(NotFound):
            await actions.request_correction(
                actor=morning.he,
                visit_uid=morning.uid,
                reason="x",
                outcomes={morning.town.visits.waiting_li: Outcome.ABSENT},
                now=morning.now,
            )
