"""A demand from its publication to an agreement in force: A22; and the gaps in cover: A01, I19."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance import actions as alliance
from server.alliance.models import Institution, ServiceAgreement
from server.authority.actor import Actor, system_actor
from server.demands import actions, queries
from server.demands.actions import Line
from server.demands.models import Demand, DemandAnswer
from server.demands.queries import DemandWish
from server.demands.rules import AnswerStatus, DemandStatus, Need, Offer
from server.demo import Town
from server.invariants import faults
from server.kit.clock import local_date
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from tests.core.alliance.test_agreements import refused

Actors = Callable[[str], Awaitable[Actor]]
WORKER = system_actor("worker")


class Desk:
    """The desk of demands on one day."""

    def __init__(self, town: Town, actors: Actors, clock: Any) -> None:
        self.town, self.actors, self.clock = town, actors, clock

    async def published(self, home: str = "songhe", **needs: int) -> dict[Need, str]:
        lines = [Line(Need(need), people) for need, people in (needs or {"rounds": 30}).items()]
        home_uid = getattr(self.town.alliance, home)
        qian = await self.actors("qian")
        await actions.publish_list(actor=qian, home_uid=home_uid, lines=lines, now=self.clock())
        return {row.need: row.uid for row in await Demand.filter(live_key__isnull=False)}

    async def answered(self, uid: str, by: str = "feng", people: int = 40) -> str:
        offer = Offer(people, (2, 5), local_date(self.clock()) + timedelta(days=2))
        return await actions.answer_demand(
            actor=await self.actors(by), uid=uid, offer=offer, now=self.clock()
        )

    async def chosen(self, uid: str, answer: str, by: str = "song") -> None:
        await actions.choose_answer(actor=await self.actors(by), uid=uid, answer_uid=answer, now=self.clock())

    async def status(self, uid: str) -> tuple[DemandStatus, str]:
        row = await Demand.get(uid=uid).select_related("owner")
        return row.status, row.owner.name

    async def seen(self, by: str, **asked: Any) -> list[str]:
        page = await queries.demands(
            actor=await self.actors(by), asked=DemandWish(**asked), wish=PageWish(), now=self.clock()
        )
        return [card.uid for card in page.items]


@pytest.fixture
def desk(town: Town, actor: Actors, clock: Any) -> Desk:
    return Desk(town, actor, clock)


class TestTheWholeWay:
    async def test_published_answered_chosen_drafted_signed_and_settled(self, desk: Desk) -> None:
        """The old agreement with the center ran out; the need of its rounds leads to a new one."""
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        assert await desk.status(uid) == (DemandStatus.OPEN, "云桥市民政局")

        await desk.chosen(uid, await desk.answered(uid))
        assert await desk.status(uid) == (DemandStatus.MATCHED, "云桥市河东社区卫生服务中心")
        song, feng = await desk.actors("song"), await desk.actors("feng")
        await refused(
            "demands.no_agreement_yet", actions.settle_demand(actor=song, uid=uid, how="x", now=now)
        )
        agreement = await actions.draft_from_demand(actor=feng, uid=uid, now=now)
        await refused("demands.drafted_already", actions.draft_from_demand(actor=song, uid=uid, now=now))
        row = await ServiceAgreement.get(uid=agreement)
        assert row.first_day == local_date(now) + timedelta(days=2)
        assert [item["code"] for item in row.content["items"]] == ["patrol"]

        await alliance.propose_agreement(actor=feng, uid=agreement, now=now)
        for each in (feng, song):
            await alliance.sign_agreement(actor=each, uid=agreement, content_hash=row.content_hash, now=now)
        await alliance.file_agreement(
            actor=await desk.actors("tang"), uid=agreement, filing_number="N1", now=now
        )
        assert await actions.sweep_demands(actor=WORKER, now=now) == 0
        later = now + timedelta(days=2)
        await alliance.sweep_agreements(actor=WORKER, now=later)
        assert await actions.sweep_demands(actor=WORKER, now=later) == 1

        assert (await desk.status(uid))[0] is DemandStatus.SETTLED
        topics = await OutboxMessage.filter(topic__startswith="demands.").order_by("id")
        assert [each.topic for each in topics] == [
            "demands.published", "demands.answered", "demands.matched", "demands.settled",
        ]  # fmt: skip
        assert await faults(now=later) == []

    async def test_a_draft_that_was_given_up_is_drafted_again(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        await desk.chosen(uid, await desk.answered(uid))
        feng = await desk.actors("feng")
        first = await actions.draft_from_demand(actor=feng, uid=uid, now=now)
        assert not (await queries.demand_sheet(actor=feng, uid=uid, now=now)).may_draft
        await alliance.withdraw_agreement(actor=feng, uid=first, reason="写错了", now=now)

        assert (await queries.demand_sheet(actor=feng, uid=uid, now=now)).may_draft
        assert await actions.draft_from_demand(actor=feng, uid=uid, now=now) != first

    async def test_a_pair_that_is_bound_arranges_a_visit(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published("yihe"))[Need.ROUNDS]
        await desk.chosen(uid, await desk.answered(uid), by="he")
        he = await desk.actors("he")

        await refused("demands.bound_already", actions.draft_from_demand(actor=he, uid=uid, now=now))
        sheet = await queries.demand_sheet(actor=he, uid=uid, now=now)
        assert (sheet.agreement_in_force, sheet.may_settle, sheet.may_draft) == (
            desk.town.alliance.yihe_health_center, True, False,
        )  # fmt: skip
        await refused("demands.reason_needed", actions.settle_demand(actor=he, uid=uid, how=" ", now=now))
        await actions.settle_demand(actor=he, uid=uid, how="周二来了第一次", now=now)
        await refused("kit.illegal_move", actions.settle_demand(actor=he, uid=uid, how="x", now=now))

    async def test_the_chosen_one_steps_back_and_the_others_stand_again(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        chosen, other = await desk.answered(uid), await desk.answered(uid, "zhao", 10)
        await desk.chosen(uid, chosen, by="qian")
        assert (await DemandAnswer.get(uid=other)).status is AnswerStatus.PASSED

        feng = await desk.actors("feng")
        words = {"actor": feng, "uid": uid, "answer_uid": chosen, "now": now}
        await refused("demands.reason_needed", actions.withdraw_answer(reason="", **words))
        await actions.withdraw_answer(reason="人手不够", **words)

        assert await desk.status(uid) == (DemandStatus.OPEN, "云桥市民政局")
        assert (await DemandAnswer.get(uid=other)).status is AnswerStatus.OFFERED
        again = await desk.answered(uid)  # somebody may change their mind
        await desk.chosen(uid, again)
        await refused(
            "kit.not_found",
            actions.withdraw_answer(actor=feng, uid=uid, answer_uid=other, reason="x", now=now),
        )
        assert await faults(now=now) == []


class TestPublishing:
    async def test_few_are_kept_as_few_and_nought_is_left_out(self, desk: Desk) -> None:
        uids = await desk.published(rounds=30, checkup=4, mood=0)

        rows = {row.need: row.people for row in await Demand.all()}
        assert rows == {Need.ROUNDS: 30, Need.CHECKUP: None}
        card = (
            await queries.demand_sheet(
                actor=await desk.actors("feng"), uid=uids[Need.CHECKUP], now=desk.clock()
            )
        ).card
        assert card.people == "少于 5 位"

    async def test_what_is_wrong_is_said(self, desk: Desk) -> None:
        now, qian = desk.clock(), await desk.actors("qian")
        words = {"actor": qian, "home_uid": desk.town.alliance.songhe, "now": now}
        rounds = [Line(Need.ROUNDS, 9)]

        await refused("demands.nothing_needed", actions.publish_list(lines=[Line(Need.MOOD, 0)], **words))
        await refused(
            "demands.number_wrong", actions.publish_list(lines=[*rounds, Line(Need.MOOD, -1)], **words)
        )
        today = local_date(now)
        await refused("demands.term_past", actions.publish_list(lines=rounds, answer_by=today, **words))
        await actions.publish_list(lines=rounds, answer_by=today + timedelta(days=1), **words)
        await refused("demands.needed_already", actions.publish_list(lines=rounds, **words))
        for elsewhere in (desk.town.alliance.first_hospital, "01ARZ3NDEKTSV4RRFFQ69G5FAV"):
            await refused(
                "kit.not_found", actions.publish_list(**{**words, "home_uid": elsewhere}, lines=rounds)
            )
        tang = await desk.actors("tang")
        await refused(
            "kit.not_found", actions.publish_list(**{**words, "actor": tang}, lines=[Line(Need.MOOD, 9)])
        )

    async def test_the_proposal_counts_who_lives_there_and_hides_few(self, desk: Desk) -> None:
        found = await queries.proposal(
            actor=await desk.actors("qian"), home_uid=desk.town.alliance.yihe, now=desk.clock()
        )
        lines = {line.need: line for line in found.lines}

        assert lines[Need.ROUNDS].words == "少于 5 位"
        assert lines[Need.ROUNDS].people == found.least - 1
        assert (lines[Need.CLINIC].words, lines[Need.CLINIC].people) == ("", 0)
        await refused(
            "kit.not_found",
            queries.proposal(
                actor=await desk.actors("he"), home_uid=desk.town.alliance.yihe, now=desk.clock()
            ),
        )

    async def test_withdrawn_it_may_be_published_again(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        await desk.answered(uid)
        qian = await desk.actors("qian")

        await actions.withdraw_demand(actor=qian, uid=uid, reason="已有人接", now=now)

        assert await OutboxMessage.filter(topic="demands.withdrawn").count() == 1
        assert (await desk.published())[Need.ROUNDS] != uid
        await refused("kit.illegal_move", actions.withdraw_demand(actor=qian, uid=uid, reason="x", now=now))
        assert await faults(now=now) == []


class TestAnswering:
    async def test_once_each_while_it_is_open(self, desk: Desk) -> None:
        uid = (await desk.published())[Need.ROUNDS]
        await desk.answered(uid)

        await refused("demands.answered_already", desk.answered(uid))
        await refused("demands.answer_wrong", desk.answered(uid, "zhao", 0))
        await refused("kit.not_found", desk.answered(uid, "song"))
        await desk.chosen(uid, (await DemandAnswer.get()).uid)
        await refused("kit.not_found", desk.answered(uid, "zhao"))

    async def test_a_hospital_sees_what_is_open_and_its_own_answers_only(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        mine = await desk.answered(uid)
        await desk.answered(uid, "zhao", 10)

        async def answers(by: str) -> int:
            sheet = await queries.demand_sheet(actor=await desk.actors(by), uid=uid, now=now)
            return len(sheet.answers)

        assert [await answers(each) for each in ("feng", "zhao", "sun", "song", "qian", "tang")] == [
            1,
            1,
            0,
            2,
            2,
            2,
        ]
        await refused("kit.not_found", answers("he"))
        await desk.chosen(uid, mine)
        assert [await desk.seen(each) for each in ("feng", "zhao", "sun", "he")] == [[uid], [uid], [], []]

    async def test_who_answered_and_why_one_stepped_back_is_not_read_next_door(self, desk: Desk) -> None:
        """ADR 36.7: neither before one is chosen nor by the chosen one."""
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        mine, feng = await desk.answered(uid), await desk.actors("feng")
        await desk.chosen(uid, mine)
        await actions.withdraw_answer(actor=feng, uid=uid, answer_uid=mine, reason="人手不够", now=now)

        async def told(by: str) -> tuple[bool, str | None]:
            sheet = await queries.demand_sheet(actor=await desk.actors(by), uid=uid, now=now)
            return bool(sheet.history), sheet.reason

        for outsider in ("zhao", "sun"):
            assert await told(outsider) == (False, None)
        for party in ("song", "qian", "tang"):
            assert await told(party) == (True, "人手不够")
        await desk.chosen(uid, await desk.answered(uid, "zhao", 10))
        assert await told("zhao") == (False, None)


class TestClocks:
    async def test_what_nobody_answers_goes_to_the_health_commission_once(self, desk: Desk) -> None:
        now, uid = desk.clock(), (await desk.published())[Need.ROUNDS]
        due_at = (await Demand.get(uid=uid)).due_at
        assert due_at == now + timedelta(days=14)

        assert await actions.sweep_demands(actor=WORKER, now=due_at - timedelta(seconds=1)) == 0
        assert await actions.sweep_demands(actor=WORKER, now=due_at) == 1
        assert await actions.sweep_demands(actor=WORKER, now=due_at + timedelta(days=30)) == 0

        assert await desk.status(uid) == (DemandStatus.OPEN, "云桥市卫生健康局")
        assert await queries.count_to_urge(actor=await desk.actors("tang")) == 1
        assert await desk.seen("tang", overdue=True) == [uid]

    async def test_what_was_chosen_and_not_brought_about_goes_to_civil_affairs(self, desk: Desk) -> None:
        uid = (await desk.published())[Need.ROUNDS]
        await desk.chosen(uid, await desk.answered(uid))
        later = desk.clock() + timedelta(days=30)

        assert await actions.sweep_demands(actor=WORKER, now=later) == 1

        assert await desk.status(uid) == (DemandStatus.MATCHED, "云桥市民政局")
        assert await queries.count_to_urge(actor=await desk.actors("qian")) == 1

    async def test_what_waits_is_counted_for_whom_it_waits(self, desk: Desk) -> None:
        uid = (await desk.published())[Need.ROUNDS]
        feng, song, he = [await desk.actors(each) for each in ("feng", "song", "he")]
        before = (await queries.count_to_answer(actor=feng), await queries.count_to_choose(actor=song))
        await desk.answered(uid)
        after = (await queries.count_to_answer(actor=feng), await queries.count_to_choose(actor=song))

        assert (before, after) == ((1, 0), (0, 1))
        assert await queries.count_to_choose(actor=he) == 0


class TestGaps:
    async def test_name_every_home_without_primary_care_and_who_is_near_with_room(self, desk: Desk) -> None:
        found = {
            each.home.home_uid: each
            for each in await queries.gaps(actor=await desk.actors("qian"), now=desk.clock())
        }

        assert desk.town.alliance.yihe not in found
        (near,) = found[desk.town.alliance.songhe].candidates
        assert (near.name, near.spare) == ("云桥市河东社区卫生服务中心", 1)
        assert near.kilometres == pytest.approx(3.7, abs=0.1)
        assert found[desk.town.alliance.qinghe].candidates[0].kilometres is None  # one district

    async def test_who_has_no_room_is_not_named(self, desk: Desk) -> None:
        today, now = local_date(desk.clock()), desk.clock()
        span = {"first_day": today, "last_day": today + timedelta(days=9)}
        content = (await ServiceAgreement.get(uid=desk.town.alliance.yihe_health_center)).content
        from server.alliance.rules import content_of

        card = await alliance.draft_agreement(
            actor=await desk.actors("feng"), home_uid=desk.town.alliance.qinghe,
            provider_uid=desk.town.alliance.health_center, content=content_of(content), now=now, **span,
        )  # fmt: skip
        await alliance.propose_agreement(actor=await desk.actors("feng"), uid=card.uid, now=now)

        found = await queries.gaps(actor=await desk.actors("qian"), now=now)
        assert {each.candidates for each in found} == {()}

    async def test_of_another_district_without_a_place_it_is_not_near(self, desk: Desk) -> None:
        await Institution.filter(uid=desk.town.alliance.health_center).update(latitude=None)
        found = await queries.gaps(actor=await desk.actors("song"), now=desk.clock())
        assert [each.home.home_uid for each in found] == [desk.town.alliance.songhe]
        assert found[0].candidates[0].kilometres is None

        await Institution.filter(uid=desk.town.alliance.songhe).update(uscc="52330282MJ8700002X")
        (gap,) = await queries.gaps(actor=await desk.actors("song"), now=desk.clock())
        assert gap.candidates == ()


async def test_invariants_tell_what_was_changed_behind_the_rules(desk: Desk) -> None:
    uids = await desk.published(rounds=30, checkup=8)
    await Demand.filter(uid=uids[Need.ROUNDS]).update(status=DemandStatus.MATCHED)
    await Demand.filter(uid=uids[Need.CHECKUP]).update(people=3, live_key=None)

    assert len([line for line in await faults(now=desk.clock()) if line.startswith("A22")]) == 3
