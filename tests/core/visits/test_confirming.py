"""Two institutions and two people: confirmations, disputes, and what the checker finds (I35, T11)."""

import pytest

from server.kit.errors import Forbidden, NotFound
from server.outbox.models import OutboxMessage
from server.people.models import Resident
from server.visits import actions, queries
from server.visits.actions import ItemResult
from server.visits.errors import (
    NotThisNow,
    ReasonNeeded,
    SameHands,
    SideNeeded,
)
from server.visits.models import Attestation, Visit
from server.visits.rules import Outcome, Side, Verdict, VisitStatus
from tests.core.visits.conftest import Ask, Round, on_both_sides

S = VisitStatus


class TestBothSides:
    """I35 and T11: two institutions, two people."""

    @pytest.mark.parametrize(("first", "second"), [("doctor", "nurse"), ("nurse", "doctor"), ("he", "feng")])
    async def test_confirm_in_either_order(self, morning: Round, first: str, second: str) -> None:
        await morning.finish()
        one = await actions.attest(actor=getattr(morning, first), visit_uid=morning.uid, now=morning.now)
        assert await queries.confirmed_visit(morning.uid) is None
        two = await actions.attest(actor=getattr(morning, second), visit_uid=morning.uid, now=morning.now)

        assert one.status in (S.ATTESTED_PROVIDER, S.ATTESTED_HOST)
        assert two.status is S.CONFIRMED
        counted = await queries.confirmed_visit(morning.uid)
        assert counted is not None
        assert {item.resident_uid for item in counted.items} == {
            morning.town.people.wang,
            morning.town.people.li,
        }
        assert await OutboxMessage.filter(once_key=f"visits.confirmed:{morning.uid}:1").count() == 1
        assert await Attestation.filter(visit__uid=morning.uid).count() == 2
        assert await queries.faults(now=morning.now) == []

    async def test_one_side_twice_does_not_count(self, morning: Round) -> None:
        await morning.finish()
        await actions.attest(actor=morning.nurse, visit_uid=morning.uid, now=morning.now)
        with pytest.raises(NotThisNow):
            await actions.attest(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert await queries.confirmed_visit(morning.uid) is None

    async def test_one_person_for_both_sides_does_not_count(self, morning: Round) -> None:
        both = on_both_sides(morning.doctor, morning.nurse)
        await morning.finish()
        with pytest.raises(SideNeeded):
            await actions.attest(actor=both, visit_uid=morning.uid, now=morning.now)
        await actions.attest(actor=both, visit_uid=morning.uid, side=Side.PROVIDER, now=morning.now)
        with pytest.raises(SameHands):
            await actions.attest(actor=both, visit_uid=morning.uid, side=Side.HOST, now=morning.now)
        assert (await morning.row()).status is S.ATTESTED_PROVIDER

    async def test_nobody_speaks_for_a_side_that_is_not_theirs(self, morning: Round) -> None:
        await morning.finish()
        with pytest.raises(Forbidden):
            await actions.attest(
                actor=morning.nurse, visit_uid=morning.uid, side=Side.PROVIDER, now=morning.now
            )

    @pytest.mark.parametrize("key", ["other_nurse", "song", "zhao", "daughter", "wang", "qian"])
    async def test_others_do_not_find_it(self, morning: Round, actor: Ask, key: str) -> None:
        await morning.finish()
        with pytest.raises(NotFound):
            await actions.attest(actor=await actor(key), visit_uid=morning.uid, now=morning.now)

    async def test_those_who_were_not_seen_are_not_counted(self, morning: Round) -> None:
        await morning.start()
        results = [
            ItemResult(morning.town.visits.today_wang, Outcome.SEEN),
            ItemResult(morning.town.visits.today_li, Outcome.ABSENT, note="去复查了"),
        ]
        await actions.record_results(
            actor=morning.doctor, visit_uid=morning.uid, results=results, now=morning.now
        )
        morning.clock.advance(minutes=30)
        await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        for who in (morning.doctor, morning.nurse):
            await actions.attest(actor=who, visit_uid=morning.uid, now=morning.now)

        counted = await queries.confirmed_visit(morning.uid)
        assert counted is not None
        assert [item.resident_uid for item in counted.items] == [morning.town.people.wang]


class TestDispute:
    async def test_ends_when_both_say_the_same(self, morning: Round) -> None:
        await morning.finish()
        await actions.attest(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        disputed = await actions.dispute(
            actor=morning.nurse, visit_uid=morning.uid, reason="李福生当天不在院", now=morning.now
        )
        assert (disputed.status, disputed.reason) == (S.DISPUTED, "李福生当天不在院")

        resolved = await actions.resolve(
            actor=morning.he,
            visit_uid=morning.uid,
            verdict=Verdict.CONFIRMED,
            reason="查了监控，来过",
            now=morning.now,
        )

        assert resolved.status is S.CONFIRMED
        assert await queries.confirmed_visit(morning.uid) is not None
        assert await queries.faults(now=morning.now) == []

    async def test_one_side_alone_does_not_end_it(self, morning: Round) -> None:
        await morning.finish()
        await actions.dispute(actor=morning.nurse, visit_uid=morning.uid, reason="没来", now=morning.now)
        one = await actions.resolve(
            actor=morning.feng, visit_uid=morning.uid, verdict=Verdict.VOID, reason="查实", now=morning.now
        )
        assert one.status is S.DISPUTED
        two = await actions.resolve(
            actor=morning.he, visit_uid=morning.uid, verdict=Verdict.VOID, reason="同意", now=morning.now
        )
        assert two.status is S.VOID

    async def test_one_person_does_not_end_it_for_both(self, morning: Round) -> None:
        both = on_both_sides(morning.feng, morning.he)
        await morning.finish()
        await actions.dispute(actor=morning.nurse, visit_uid=morning.uid, reason="没来", now=morning.now)
        for side, refusal in ((Side.PROVIDER, None), (Side.HOST, SameHands)):
            if refusal is None:
                await actions.resolve(
                    actor=both,
                    visit_uid=morning.uid,
                    verdict=Verdict.VOID,
                    reason="x",
                    side=side,
                    now=morning.now,
                )
                continue
            with pytest.raises(refusal):
                await actions.resolve(
                    actor=both,
                    visit_uid=morning.uid,
                    verdict=Verdict.VOID,
                    reason="x",
                    side=side,
                    now=morning.now,
                )
        assert (await morning.row()).status is S.DISPUTED

    async def test_needs_a_reason(self, morning: Round) -> None:
        await morning.finish()
        with pytest.raises(ReasonNeeded):
            await actions.dispute(actor=morning.nurse, visit_uid=morning.uid, reason=" ", now=morning.now)


class TestFaults:
    """The checker finds what the actions would never write."""

    @pytest.mark.parametrize(
        ("wrong", "number"),
        [
            ({"plate_id": None}, "I34"),
            ({"performer_id": None}, "I34"),
            ({"finished_at": None}, "I34"),
            ({"host_verdict": None}, "I35"),
            ({"provider_by_id": None}, "I35"),
        ],
    )
    async def test_are_found(self, morning: Round, wrong: dict[str, object], number: str) -> None:
        await morning.confirm()
        await Visit.filter(uid=morning.uid).update(**wrong)
        found = await queries.faults(now=morning.now)
        assert any(line.startswith(number) and morning.uid in line for line in found)

    async def test_one_hand_on_both_sides_is_found(self, morning: Round) -> None:
        await morning.confirm()
        await Visit.filter(uid=morning.uid).update(host_by_id=morning.doctor.account_id)
        assert any(line.startswith("I35") for line in await queries.faults(now=morning.now))

    async def test_a_visit_without_a_scan_is_found(self, morning: Round) -> None:
        await Visit.filter(uid=morning.uid).update(started_at=morning.now, status=S.STARTED)
        assert any(line.startswith("I38") for line in await queries.faults(now=morning.now))

    async def test_residents_are_never_deleted_under_a_visit(self, morning: Round) -> None:
        with pytest.raises(Exception, match="FOREIGN KEY"):
            await Resident.filter(uid=morning.town.people.wang).delete()
