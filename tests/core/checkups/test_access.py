"""Whose campaigns, places and reports somebody reaches; what is done in one campaign, or for one resident, is done there only."""

from datetime import date
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import system_actor
from server.checkups import actions, queries
from server.checkups.actions import Facts
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupFacts, CheckupPlace
from server.checkups.rules import CampaignEvent, CampaignStatus, DutyStatus, Insurance, PlaceStatus, Settled
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.people.models import Resident
from tests.core.checkups.flows import FIRST, WELL, planned, reported
from tests.overtaken import meanwhile, overtaken

CARD = Facts(Insurance.RESIDENT, extreme_poverty=False, source="医保卡")
WORKER = system_actor("worker")


@pytest.fixture
async def campaign(town: Any, actor: Any, clock: Any) -> str:
    return await planned(town, actor, clock)


@pytest.fixture
async def last_year(campaign: str, clock: Any) -> CheckupCampaign:
    """Another campaign of the same two, with a place of Wang's and a day."""
    now = await CheckupCampaign.get(uid=campaign).select_related("home", "provider")
    row = CheckupCampaign(
        home=now.home, provider=now.provider, year=now.year - 1, edition=now.edition, starts_on=date(2025, 3, 10),
        ends_on=date(2025, 3, 20), planned_by_id=now.planned_by_id, year_key=f"{now.home_id}/{now.year - 1}",
        created_at=clock(),
    )  # fmt: skip
    await row.save()
    return row


async def settle_all(actor: Any, clock: Any) -> None:
    feng = await actor("feng")
    for uid in await CheckupDuty.filter(status=DutyStatus.OPEN).values_list("uid", flat=True):
        await actions.settle_duty(
            actor=feng, duty_uid=uid, settled=Settled.RECHECKED, note="复查过", now=clock()
        )


async def place_in(last_year: CheckupCampaign, resident_uid: str, **values: Any) -> CheckupPlace:
    resident = await Resident.get(uid=resident_uid)
    row = CheckupPlace(campaign=last_year, resident=resident, created_at=last_year.created_at, **values)
    await row.save()
    return row


class TestACampaign:
    @pytest.mark.parametrize("who", ["song", "sun", "zhao"])
    async def test_is_reached_by_its_two_institutions_and_no_other(
        self, campaign: str, actor: Any, clock: Any, who: str
    ) -> None:
        for own in ("he", "feng"):
            await queries.campaign_sheet(actor=await actor(own), uid=campaign, now=clock())
        other = await actor(who)
        with pytest.raises(NotFound):
            await queries.campaign_sheet(actor=other, uid=campaign, now=clock())
        with pytest.raises(NotFound):
            await actions.move_campaign(
                actor=other, campaign_uid=campaign, event=CampaignEvent.CLOSE, now=clock()
            )
        assert (await CheckupCampaign.get(uid=campaign)).status is CampaignStatus.OPEN

    async def test_has_its_places_answered_by_its_two_institutions_and_no_other(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        place = await CheckupPlace.get(resident__uid=town.people.wang)
        for who in ("song", "sun"):
            with pytest.raises(NotFound):
                await actions.answer(actor=await actor(who), place_uid=place.uid, wants=False, now=clock())
        assert (await CheckupPlace.get(id=place.id)).status is PlaceStatus.LISTED

    async def test_gives_days_to_its_own_places_only(
        self, campaign: str, last_year: CheckupCampaign, town: Any, actor: Any, clock: Any
    ) -> None:
        before = await place_in(last_year, town.people.wang, day=date(2025, 3, 11), minute=480)
        plan = {"campaign_uid": campaign, "days": [FIRST], "per_day": 9, "first_minute": 540}
        await actions.plan_days(actor=await actor("he"), **plan, now=clock())
        after = await CheckupPlace.get(id=before.id)
        assert (after.day, after.minute) == (date(2025, 3, 11), 480)

    async def test_is_the_one_that_a_report_counts_in(
        self, campaign: str, last_year: CheckupCampaign, town: Any, actor: Any, clock: Any
    ) -> None:
        before = await place_in(last_year, town.people.wang, status=PlaceStatus.DECLINED)
        await reported(town, actor, clock, campaign)
        assert (await CheckupPlace.get(id=before.id)).status is PlaceStatus.DECLINED

    async def test_gives_no_day_to_who_says_no_in_the_same_moment(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        he = await actor("he")
        place = await CheckupPlace.get(resident__uid=town.people.wang)

        async def no() -> None:
            await actions.answer(actor=he, place_uid=place.uid, wants=False, now=clock())

        plan = {"campaign_uid": campaign, "days": [FIRST], "per_day": 9, "first_minute": 540}
        with meanwhile("checkup_place", no, place=1):
            await actions.plan_days(actor=he, **plan, now=clock())
        after = await CheckupPlace.get(id=place.id)
        assert (after.status, after.day) == (PlaceStatus.DECLINED, None)


class TestAReport:
    async def test_put_right_leaves_alone_what_is_settled_in_the_same_moment_and_asks_anew(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        first = await reported(town, actor, clock, campaign, {**WELL, "hgb": 98})
        with meanwhile("checkup_duty", lambda: settle_all(actor, clock), place=1):
            await reported(town, actor, clock, campaign, {**WELL, "hgb": 90}, reason="抄错了")
        done, asked = await CheckupDuty.filter(item="hgb").order_by("id").select_related("report")
        assert (done.status, done.report.uid, "98" in done.sentence) == (DutyStatus.DONE, first, True)
        assert (asked.status, "90" in asked.sentence) == (DutyStatus.OPEN, True)
        assert await queries.faults(now=clock()) == []

    @pytest.mark.parametrize("who", ["wang", "daughter", "song"])
    async def test_is_opened_at_work_and_not_by_who_may_see_what_it_says(
        self, campaign: str, town: Any, actor: Any, clock: Any, who: str
    ) -> None:
        """The family reads it in its own words, on its own page."""
        uid = await reported(town, actor, clock, campaign)
        with pytest.raises(NotFound):
            await queries.report_sheet(actor=await actor(who), uid=uid, now=clock())


async def test_facts_of_one_leave_those_of_another_as_they_are(town: Any, actor: Any, clock: Any) -> None:
    for uid in (town.people.wang, town.people.li):
        await actions.state_facts(actor=await actor("he"), resident_uid=uid, facts=CARD, now=clock())
    assert await CheckupFacts.filter(current_key__isnull=False).count() == 2


class TestTwoWorkers:
    """Each UPDATE of a sweep finds that another worker has just done the same."""

    async def test_say_once_what_is_overdue_and_what_is_over(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, campaign)
        clock.advance(days=4)
        with overtaken(0):
            assert await actions.sweep_checkups(actor=WORKER, now=clock()) == 0
        clock.advance(days=15)
        with overtaken(0):
            assert await actions.sweep_checkups(actor=WORKER, now=clock()) == 0
        assert not await OutboxMessage.filter(topic__in=["checkups.duty_overdue", "checkups.over"]).exists()

    async def test_say_of_nothing_that_it_is_overdue_when_it_was_settled_a_moment_ago(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, campaign)
        clock.advance(days=4)
        with meanwhile("checkup_duty", lambda: settle_all(actor, clock)):
            assert await actions.sweep_checkups(actor=WORKER, now=clock()) == 0

    async def test_say_nothing_of_what_was_settled_a_moment_ago(
        self, campaign: str, town: Any, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, campaign)
        with overtaken(0):
            done = await actions.end_of_the_dead(actor=WORKER, resident_uid=town.people.wang, now=clock())
        assert done == await CheckupDuty.filter(status=DutyStatus.VOID).count() - 1
        assert await AuditEntry.filter(action="checkups.duty_withdrawn").count() == done
