"""A low rating or a complaint on its way to being put right: steps, clocks, appeal, and the two persons of a void."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.audit.models import AuditEntry
from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.feedback import actions, queries
from server.feedback.actions.cases import move_case
from server.feedback.errors import (
    AlreadyDecided,
    CallbackWaiting,
    ReasonNeeded,
    ReopenTooLate,
    SecondPersonNeeded,
    VoidPending,
)
from server.feedback.models import CaseStep, FeedbackCase, Rating
from server.feedback.rules import (
    CASE_MOVES,
    CASE_REASONS_NEEDED,
    LIVE_CASES,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
)
from server.kit.errors import Forbidden, IllegalMove, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from tests.core.feedback import given

Ask = Callable[[str], Awaitable[Actor]]
SYSTEM = system_actor("tests")
ALL = PageWish(limit=100)


async def case_of(town: Town) -> FeedbackCase:
    return await FeedbackCase.get(uid=town.feedback.case).select_related("subject", "owner")


class TestOpening:
    @pytest.mark.parametrize(("score", "opens"), [(1, True), (2, True), (3, False), (5, False)])
    async def test_a_score_of_two_or_less_opens_a_case_once_it_counts(
        self, town: Town, actor: Ask, clock: Any, *, score: int, opens: bool
    ) -> None:
        card = await given.rating(
            town, await actor("daughter"), "wang", "first_hospital", score=score, now=clock()
        )

        await actions.sweep_clocks(actor=SYSTEM, now=clock() + given.UNDO - timedelta(seconds=1))
        assert not await FeedbackCase.exists(origin_uid=card.uid)
        for _ in range(2):
            await actions.sweep_clocks(actor=SYSTEM, now=clock() + given.UNDO)

        assert await FeedbackCase.filter(origin_uid=card.uid).count() == int(opens)

    async def test_a_complaint_opens_a_case_at_once(self, town: Town, actor: Ask, clock: Any) -> None:
        card = await actions.complain(
            actor=await actor("daughter"), resident_uid=town.people.wang, institution_uid=town.alliance.yihe,
            kind=ComplaintKind.CHARGES, text="这个月多收了两次护理费", now=clock(),
        )  # fmt: skip

        assert (card.status, card.institution, card.owner) == (
            CaseStatus.OPENED,
            "云桥市颐和养老院",
            "云桥市颐和养老院",
        )
        assert card.next_deadline == clock() + timedelta(days=3)

    async def test_nobody_complains_for_a_resident_who_is_not_theirs(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        with pytest.raises(NotFound):
            await actions.complain(
                actor=await actor("nephew"), resident_uid=town.people.wang, institution_uid=town.alliance.yihe,
                kind=ComplaintKind.OTHER, text="想知道她的事", now=clock(),
            )  # fmt: skip


class TestSteps:
    async def test_verify_rectify_call_back_and_the_family_confirms(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        feng, uid = await actor("feng"), town.feedback.case
        await actions.handle_case(
            actor=feng, uid=uid, event=CaseEvent.RECTIFY, reason="排班改了", now=clock()
        )
        await actions.handle_case(
            actor=feng, uid=uid, event=CaseEvent.CALL_BACK, reason="打过电话", now=clock()
        )

        await actions.answer_callback(
            actor=await actor("guardian"), uid=uid, settled=True, reason="", now=clock()
        )

        case = await case_of(town)
        assert (case.status, case.next_deadline, case.closed_at) == (CaseStatus.CLOSED, None, clock())
        assert await CaseStep.filter(case_id=case.id).count() == 5
        assert await OutboxMessage.exists(topic="feedback.case_closed")

    @pytest.mark.parametrize("event", [CaseEvent.RECTIFY, CaseEvent.APPEAL])
    async def test_each_step_says_what_was_done(
        self, town: Town, actor: Ask, clock: Any, event: CaseEvent
    ) -> None:
        """T16."""
        with pytest.raises(ReasonNeeded):
            await actions.handle_case(
                actor=await actor("feng"), uid=town.feedback.case, event=event, reason=" ", now=clock()
            )

    @pytest.mark.parametrize("state", list(CaseStatus))
    @pytest.mark.parametrize("event", list(CaseEvent))
    async def test_every_pair_is_carried_out_or_refused(
        self, town: Town, actor: Ask, clock: Any, state: CaseStatus, event: CaseEvent
    ) -> None:
        """T16: every (state, event), and an open case never without owner and deadline."""
        await FeedbackCase.filter(uid=town.feedback.case).update(status=state)
        case = await case_of(town)
        step = move_case(await actor("qian"), case, event, owner=case.subject, reason="因为", now=clock())

        if not CASE_MOVES.allows(state, event):
            with pytest.raises(IllegalMove):
                await step
            return
        await step
        moved = await case_of(town)
        assert moved.status is CASE_MOVES.after(state, event)
        assert (moved.next_deadline is not None) == (moved.status in LIVE_CASES)

    @pytest.mark.parametrize("event", sorted(CASE_REASONS_NEEDED))
    async def test_only_a_confirmation_goes_without_a_reason(
        self, town: Town, actor: Ask, clock: Any, event: CaseEvent
    ) -> None:
        state = next(status for status in CaseStatus if CASE_MOVES.allows(status, event))
        await FeedbackCase.filter(uid=town.feedback.case).update(status=state)
        case = await case_of(town)

        with pytest.raises(ReasonNeeded):
            await move_case(await actor("qian"), case, event, owner=case.subject, reason="", now=clock())

    async def test_another_institution_does_not_find_it(self, town: Town, actor: Ask, clock: Any) -> None:
        for who in ("zhao", "he", "song"):
            with pytest.raises(NotFound):
                await actions.handle_case(
                    actor=await actor(who),
                    uid=town.feedback.case,
                    event=CaseEvent.RECTIFY,
                    reason="改",
                    now=clock(),
                )

    async def test_the_institution_cannot_speak_for_the_family(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        for event in (CaseEvent.CONFIRM, CaseEvent.REOPEN, CaseEvent.UPHOLD, CaseEvent.VOID):
            with pytest.raises(IllegalMove):
                await actions.handle_case(
                    actor=await actor("feng"), uid=town.feedback.case, event=event, reason="是", now=clock()
                )

    async def test_the_institution_may_close_only_after_waiting_for_the_family(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        feng, uid = await actor("feng"), town.feedback.case
        await actions.handle_case(
            actor=feng, uid=uid, event=CaseEvent.RECTIFY, reason="排班改了", now=clock()
        )
        await actions.handle_case(
            actor=feng, uid=uid, event=CaseEvent.CALL_BACK, reason="打过电话", now=clock()
        )
        waited = clock() + timedelta(days=3)

        with pytest.raises(CallbackWaiting):
            await actions.handle_case(
                actor=feng,
                uid=uid,
                event=CaseEvent.CLOSE,
                reason="没有回音",
                now=waited - timedelta(seconds=1),
            )

        await actions.handle_case(actor=feng, uid=uid, event=CaseEvent.CLOSE, reason="没有回音", now=waited)
        assert (await case_of(town)).status is CaseStatus.CLOSED

    async def test_the_family_sends_it_back_while_it_is_fresh(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        guardian, uid = await actor("guardian"), town.feedback.case
        await FeedbackCase.filter(uid=uid).update(
            status=CaseStatus.CLOSED, closed_at=clock(), next_deadline=None
        )

        with pytest.raises(ReopenTooLate):
            await actions.answer_callback(
                actor=guardian, uid=uid, settled=False, reason="又迟到了", now=clock() + timedelta(days=30)
            )
        await actions.answer_callback(
            actor=guardian, uid=uid, settled=False, reason="又迟到了", now=clock() + timedelta(days=29)
        )

        case = await case_of(town)
        assert (case.status, case.rounds, case.closed_at) == (CaseStatus.REOPENED, 1, None)

    async def test_nobody_confirms_a_case_about_their_own_employer(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        guardian, doctor = await actor("guardian"), await actor("doctor")
        both = replace(guardian, grants=(*guardian.grants, *doctor.grants))
        await FeedbackCase.filter(uid=town.feedback.case).update(status=CaseStatus.CALLBACK)

        with pytest.raises(Forbidden):
            await actions.answer_callback(
                actor=both, uid=town.feedback.case, settled=True, reason="", now=clock()
            )

    async def test_a_step_that_somebody_else_has_taken_is_refused(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        stale = await case_of(town)
        await FeedbackCase.filter(id=stale.id).update(status=CaseStatus.RECTIFYING)

        with pytest.raises(AlreadyDecided):
            await move_case(
                await actor("feng"), stale, CaseEvent.RECTIFY, owner=stale.subject, reason="改", now=clock()
            )


class TestAppeal:
    async def test_hands_the_case_to_the_bureau_and_back(self, town: Town, actor: Ask, clock: Any) -> None:
        feng, uid = await actor("feng"), town.feedback.case
        await actions.handle_case(
            actor=feng, uid=uid, event=CaseEvent.APPEAL, reason="当天有抢救", now=clock()
        )
        assert (await case_of(town)).owner.uid == town.alliance.health_commission
        with pytest.raises(Forbidden):
            await actions.uphold_rating(actor=feng, uid=uid, reason="我来定", now=clock())

        await actions.uphold_rating(actor=await actor("tang"), uid=uid, reason="应当提前告知", now=clock())

        case = await case_of(town)
        assert (case.status, case.owner.uid) == (CaseStatus.UPHELD, town.alliance.health_center)


class TestVoid:
    async def test_takes_two_persons(self, town: Town, actor: Ask, clock: Any) -> None:
        qian = await actor("qian")
        void = await actions.propose_case_void(
            actor=qian, case_uid=town.feedback.case, reason="查实不符", now=clock()
        )

        with pytest.raises(SecondPersonNeeded):
            await actions.decide_void(actor=qian, uid=void.uid, approve=True, reason="同意", now=clock())
        assert (await Rating.get(uid=town.feedback.low)).voided_at is None

        await actions.decide_void(
            actor=await actor("tang"), uid=void.uid, approve=True, reason="同意", now=clock()
        )

        assert (await Rating.get(uid=town.feedback.low)).voided_at == clock()
        assert (await case_of(town)).status is CaseStatus.VOIDED
        assert await queries.faults(now=clock()) == []

    async def test_the_second_person_may_say_no(self, town: Town, actor: Ask, clock: Any) -> None:
        void = await actions.propose_void(
            actor=await actor("qian"), rating_uid=town.feedback.low, reason="查实不符", now=clock()
        )

        await actions.decide_void(
            actor=await actor("tang"), uid=void.uid, approve=False, reason="证据不足", now=clock()
        )

        assert (await Rating.get(uid=town.feedback.low)).voided_at is None
        assert (await case_of(town)).status is CaseStatus.VERIFYING

    async def test_is_proposed_once_at_a_time_and_with_a_reason(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        qian, tang = await actor("qian"), await actor("tang")
        with pytest.raises(ReasonNeeded):
            await actions.propose_void(actor=qian, rating_uid=town.feedback.low, reason="", now=clock())
        await actions.propose_void(actor=qian, rating_uid=town.feedback.low, reason="查实不符", now=clock())

        with pytest.raises(VoidPending):
            await actions.propose_void(
                actor=tang, rating_uid=town.feedback.low, reason="查实不符", now=clock()
            )

    @pytest.mark.parametrize("who", ["feng", "shen", "he", "guardian", "root"])
    async def test_is_for_the_bureaus_alone(self, town: Town, actor: Ask, clock: Any, who: str) -> None:
        with pytest.raises((NotFound, Forbidden)):
            await actions.propose_void(
                actor=await actor(who), rating_uid=town.feedback.low, reason="查实不符", now=clock()
            )

    async def test_void_of_a_complaint_ends_its_case(self, town: Town, actor: Ask, clock: Any) -> None:
        card = await actions.complain(
            actor=await actor("daughter"), resident_uid=town.people.wang, institution_uid=town.alliance.yihe,
            kind=ComplaintKind.CARE, text="窗户漏风", now=clock(),
        )  # fmt: skip
        void = await actions.propose_case_void(
            actor=await actor("qian"), case_uid=card.uid, reason="重复投诉", now=clock()
        )

        await actions.decide_void(
            actor=await actor("tang"), uid=void.uid, approve=True, reason="同意", now=clock()
        )

        assert (await FeedbackCase.get(uid=card.uid)).status is CaseStatus.VOIDED


class TestClocks:
    async def test_an_overdue_step_is_shown_and_told_to_the_bureau_once(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        case = await case_of(town)
        late = case.next_deadline

        assert await actions.sweep_overdue_cases(actor=SYSTEM, now=late - timedelta(seconds=1)) == 0
        assert await actions.sweep_overdue_cases(actor=SYSTEM, now=late) == 1
        assert await actions.sweep_overdue_cases(actor=SYSTEM, now=late + timedelta(days=1)) == 0

        card = next(
            each for each in (await queries.cases(actor=await actor("qian"), wish=ALL, now=late)).items
        )
        assert (card.overdue, card.escalated_at) == (True, late)
        told = await OutboxMessage.get(topic="feedback.case_overdue")
        assert told.payload["bureau"] == town.alliance.health_commission

    async def test_no_history_leaves_a_case_without_owner_or_deadline(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        """The same promise as T17, for cases: after any random walk."""
        dice, qian = random.Random(20260302), await actor("qian")
        homes = [
            await Institution.get(uid=town.alliance.health_center),
            await Institution.get(uid=town.alliance.yihe),
        ]
        for _ in range(150):
            case = await case_of(town)
            event = dice.choice(list(CaseEvent))
            if event is CaseEvent.VOID and dice.random() < 0.9:
                continue
            if CASE_MOVES.allows(case.status, event):
                await move_case(qian, case, event, owner=dice.choice(homes), reason="因为", now=clock())
            assert [each for each in await queries.faults(now=clock()) if "case" in each] == []


class TestWhoSees:
    async def test_names_are_told_only_inside_the_case_and_the_look_is_on_record(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        feng = await actor("feng")
        page = await queries.cases(actor=feng, wish=ALL, now=clock())
        assert "李福生" not in repr(page)
        assert "周正" not in repr(page)

        file = await queries.case_file(actor=feng, uid=town.feedback.case, now=clock())

        assert (file.resident, file.author) == ("李福生", "周正")
        line = await AuditEntry.get(action="feedback.case_read")
        assert (line.account_id, line.subject_uid) == (feng.account_id, town.feedback.case)

    @pytest.mark.parametrize(
        "who", ["zhao", "he", "shen", "xu", "zheng", "daughter", "stranger", "nurse", "doctor"]
    )
    async def test_it_does_not_exist_for_others(self, town: Town, actor: Ask, clock: Any, who: str) -> None:
        with pytest.raises(NotFound):
            await queries.case_file(actor=await actor(who), uid=town.feedback.case, now=clock())
