"""Whose episodes and follow-ups somebody reaches, and which of them may still be asked about."""

from typing import Any

import pytest

from server.authority.actor import system_actor
from server.followups import actions, queries
from server.followups.actions import Filled
from server.followups.errors import JustRecorded, NothingToCheckBack
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import Disease, EndReason, EpisodeStatus
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.records.models import RecordEntry
from tests.core.followups.filled import pressure
from tests.overtaken import meanwhile, overtaken

URGENT = pressure(systolic=185)


@pytest.fixture
async def referred(town: Any, actor: Any, clock: Any) -> str:
    """Wang was sent to hospital at her follow-up of today."""
    return await record(town, actor, clock, URGENT)


async def record(town: Any, actor: Any, clock: Any, filled: Filled) -> str:
    card = await actions.record_follow_up(
        actor=await actor("doctor"), episode_uid=town.followups.wang, filled=filled, now=clock()
    )
    return card.uid


async def asked_about(actor: Any, clock: Any, uid: str, who: str = "doctor") -> None:
    await actions.check_back(actor=await actor(who), follow_up_uid=uid, note="已住院", now=clock())


async def corrected(actor: Any, clock: Any, uid: str, filled: Any) -> str:
    card = await actions.correct_follow_up(
        actor=await actor("doctor"), follow_up_uid=uid, filled=filled, reason="抄错", now=clock()
    )
    return card.uid


class TestAnEpisode:
    @pytest.mark.parametrize("who", ["sun", "zhao", "he", "daughter"])
    async def test_is_ended_by_its_own_institution_only(
        self, town: Any, actor: Any, clock: Any, who: str
    ) -> None:
        uid = town.followups.wang
        with pytest.raises(NotFound):
            await actions.end_episode(
                actor=await actor(who), episode_uid=uid, reason=EndReason.MOVED, now=clock()
            )
        assert (await ChronicEpisode.get(uid=uid)).status is EpisodeStatus.ENROLLED

    async def test_is_of_an_institution_of_ones_own(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NotFound):
            await actions.enroll(
                actor=await actor("doctor"), resident_uid=town.people.wang, disease=Disease.DIABETES,
                evidence="小结", institution_uid=town.alliance.first_hospital, now=clock(),
            )  # fmt: skip


class TestAFollowUp:
    @pytest.mark.parametrize("who", ["sun", "zhao", "he", "daughter"])
    async def test_is_asked_about_by_its_own_institution_only(
        self, actor: Any, clock: Any, referred: str, who: str
    ) -> None:
        with pytest.raises(NotFound):
            await asked_about(actor, clock, referred, who)
        assert (await FollowUp.get(uid=referred)).checked_back_at is None

    async def test_is_asked_about_in_its_newest_version_and_when_it_referred(
        self, actor: Any, clock: Any, referred: str
    ) -> None:
        newest = await corrected(actor, clock, referred, pressure(systolic=186))
        with pytest.raises(NothingToCheckBack):
            await asked_about(actor, clock, referred)
        mild = await corrected(actor, clock, newest, pressure())
        with pytest.raises(NothingToCheckBack):
            await asked_about(actor, clock, mild)
        assert not await FollowUp.filter(checked_back_at__isnull=False).exists()

    async def test_of_an_episode_that_has_ended_waits_for_nobody(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        doctor, uid = await actor("doctor"), town.followups.wang
        mild = await record(town, actor, clock, pressure())
        await actions.end_episode(actor=doctor, episode_uid=uid, reason=EndReason.MOVED, now=clock())
        await corrected(actor, clock, mild, URGENT)
        assert (await ChronicEpisode.get(uid=uid)).check_back_by is None
        assert await queries.faults(now=clock()) == []

    async def test_is_put_right_only_by_who_may_see_what_it_wrote(
        self, town: Any, actor: Any, clock: Any, referred: str
    ) -> None:
        wish = {"actor": await actor("doctor"), "follow_up_uid": referred, "now": clock()}
        assert (await queries.correction_sheet(**wish)).follow_up.uid == referred
        row, other = await FollowUp.get(uid=referred), await RecordEntry.get(uid=town.records.li_diabetes)
        await RecordEntry.filter(uid=row.entry_uid).update(resident_id=other.resident_id)
        with pytest.raises(NotFound):
            await queries.correction_sheet(**wish)


class TestInTheSameMoment:
    """A referral was asked about, and another follow-up recorded: neither undoes the other."""

    async def test_a_follow_up_brings_no_referral_back_that_was_asked_about(
        self, town: Any, actor: Any, clock: Any, referred: str
    ) -> None:
        clock.advance(days=1)
        asked = meanwhile("chronic_episode", lambda: asked_about(actor, clock, referred))
        with asked, pytest.raises(JustRecorded):
            await record(town, actor, clock, pressure())

    async def test_asking_loses_no_referral_that_was_just_made(
        self, town: Any, actor: Any, clock: Any, referred: str
    ) -> None:
        clock.advance(days=1)
        recorded = meanwhile("chronic_episode", lambda: record(town, actor, clock, URGENT))
        with recorded, pytest.raises(JustRecorded):
            await asked_about(actor, clock, referred)


async def test_two_workers_say_once_what_is_overdue(town: Any, clock: Any) -> None:
    """The UPDATE of each finds that another worker has just done the same."""
    clock.advance(days=2)
    with overtaken(0):
        assert await actions.sweep_follow_ups(actor=system_actor("worker"), now=clock()) == 1
    assert await OutboxMessage.filter(topic="followups.overdue").count() == 1
