"""Two people do it at the same instant, on MariaDB: the same follow-up, the same report, the same duty."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from server.checkups import actions as checkups
from server.checkups import queries as checkup_queries
from server.checkups.actions import Found
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.rules import DutyStatus, PlaceStatus, Settled
from server.followups import actions, queries
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import Disease
from server.records.models import RecordEntry
from tests.core.checkups.flows import FIRST, ILL, LAST, planned, reported
from tests.core.followups.filled import pressure

pytestmark = pytest.mark.mysql
HANDS = 8


@pytest_asyncio.fixture(autouse=True)
async def _afterwards(town: Any, clock: Any) -> AsyncIterator[None]:
    yield
    assert await queries.faults(now=clock()) == []
    assert await checkup_queries.faults(now=clock()) == []


async def at_once(*steps: Awaitable[Any]) -> Counter[str]:
    answers = await asyncio.gather(*steps, return_exceptions=True)
    return Counter(
        getattr(each, "code", repr(each)) if isinstance(each, BaseException) else "done" for each in answers
    )


class TestFollowUps:
    async def test_of_one_day_are_written_once(self, town: Any, actor: Any, clock: Any) -> None:
        doctor, feng = await actor("doctor"), await actor("feng")
        told = await at_once(
            *(
                actions.record_follow_up(
                    actor=who, episode_uid=town.followups.wang, filled=pressure(), now=clock()
                )
                for who in (doctor, feng) * (HANDS // 2)
            )
        )
        assert told["done"] == 1
        assert set(told) <= {"done", "followups.just_recorded", "followups.same_day"}
        assert await FollowUp.all().count() == 1
        assert await RecordEntry.filter(kind="follow_up", effective_at=clock()).count() == 1

    async def test_enroll_somebody_once(self, town: Any, actor: Any, clock: Any) -> None:
        doctor = await actor("doctor")
        told = await at_once(
            *(
                actions.enroll(
                    actor=doctor,
                    resident_uid=town.people.wang,
                    disease=Disease.DIABETES,
                    evidence="小结",
                    now=clock(),
                )
                for _ in range(HANDS)
            )
        )
        assert told == {"done": 1, "followups.already_enrolled": HANDS - 1}
        assert (
            await ChronicEpisode.filter(disease=Disease.DIABETES, resident__uid=town.people.wang).count() == 1
        )

    async def test_are_corrected_once(self, town: Any, actor: Any, clock: Any) -> None:
        doctor = await actor("doctor")
        card = await actions.record_follow_up(
            actor=doctor, episode_uid=town.followups.wang, filled=pressure(), now=clock()
        )
        told = await at_once(
            *(
                actions.correct_follow_up(
                    actor=doctor,
                    follow_up_uid=card.uid,
                    filled=pressure(systolic=130),
                    reason="抄错",
                    now=clock(),
                )
                for _ in range(HANDS)
            )
        )
        assert told["done"] == 1
        assert set(told) <= {"done", "followups.outdated", "followups.just_recorded", "records.superseded"}


class TestCheckups:
    async def test_are_planned_once_a_year(self, town: Any, actor: Any, clock: Any) -> None:
        he, feng = await actor("he"), await actor("feng")
        pair = {"home_uid": town.alliance.yihe, "provider_uid": town.alliance.health_center}
        told = await at_once(
            *(
                checkups.plan_campaign(actor=who, **pair, starts_on=FIRST, ends_on=LAST, now=clock())
                for who in (he, feng) * (HANDS // 2)
            )
        )
        assert told == {"done": 1, "checkups.already_planned": HANDS - 1}
        assert await CheckupCampaign.all().count() == 1

    async def test_have_their_days_planned_while_somebody_says_no(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, feng, he = await planned(town, actor, clock), await actor("feng"), await actor("he")
        place = await CheckupPlace.get(campaign__uid=uid, resident__uid=town.people.wang)
        plan = {"campaign_uid": uid, "days": [FIRST], "per_day": 9, "first_minute": 480}
        told = await at_once(
            checkups.plan_days(actor=feng, **plan, now=clock()),
            checkups.answer(actor=he, place_uid=place.uid, wants=False, now=clock()),
        )
        assert told == {"done": 2}
        found = {
            each.status: (each.day, each.minute) for each in await CheckupPlace.filter(campaign__uid=uid)
        }
        assert found[PlaceStatus.DECLINED] == (None, None)
        assert found[PlaceStatus.LISTED][0] == FIRST
        assert found[PlaceStatus.LISTED][1] in {480, 490}

    async def test_of_one_resident_are_reported_once(self, town: Any, actor: Any, clock: Any) -> None:
        uid, feng = await planned(town, actor, clock), await actor("feng")
        found = Found(date(2026, 3, 2), ILL)
        told = await at_once(
            *(
                checkups.enter_report(
                    actor=feng, campaign_uid=uid, resident_uid=town.people.wang, found=found, now=clock()
                )
                for _ in range(HANDS)
            )
        )
        assert told == {"done": 1, "checkups.already_reported": HANDS - 1}
        assert await CheckupReport.all().count() == 1
        assert await CheckupDuty.all().count() == 3

    async def test_what_is_abnormal_is_settled_once(self, town: Any, actor: Any, clock: Any) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        feng, duty = await actor("feng"), await CheckupDuty.get(item="hgb")
        told = await at_once(
            *(
                checkups.settle_duty(actor=feng, duty_uid=duty.uid, settled=each, note="办了", now=clock())
                for each in (Settled.RECHECKED, Settled.REFERRED) * (HANDS // 2)
            )
        )
        assert told == {"done": 1, "checkups.not_this_now": HANDS - 1}
        assert await CheckupDuty.filter(status=DutyStatus.DONE).count() == 1
