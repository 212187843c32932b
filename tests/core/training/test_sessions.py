"""A session from its announcement to its certificates, and everybody who may not."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from server.alliance.models import Institution, PolicyParameter
from server.authority.actor import system_actor
from server.identity.models import RoleGrant, TrainingRecord
from server.kit.clock import SHANGHAI, local_date
from server.kit.engines.counting import counted
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.kit.rates import Rate
from server.outbox.models import OutboxMessage
from server.training import actions, queries
from server.training.access import HOLD
from server.training.actions import Planned
from server.training.codes import shown_code
from server.training.errors import (
    AttendedAlready,
    CodeNotOurs,
    CodeOver,
    NotBegun,
    NotInvited,
    NotThisSession,
    OutsideHours,
    SecondPersonNeeded,
    SessionFull,
)
from server.training.models import TrainingAttendance, TrainingSession
from server.training.rules import OpenTo
from server.visits.codes import code_keys, rotating_code
from tests.overtaken import overtaken

AFTERNOON = datetime(2026, 3, 2, 14, 40, tzinfo=SHANGHAI)
WORKER = system_actor("worker")


async def row_of(town) -> TrainingSession:
    return await TrainingSession.get(uid=town.training.session)


async def code_of(town, now) -> str:
    return shown_code(session_id=(await row_of(town)).id, now=now)


async def own_course(actor, town, now, **otherwise) -> str:
    """Plan one at Yihe that has begun, for its own people."""
    begins = now - timedelta(minutes=5)
    planned = Planned("care_annual", "活动室", "周老师", begins, begins + timedelta(hours=2), 2)
    return await actions.plan_session(
        actor=actor, institution_uid=town.alliance.yihe, planned=replace(planned, **otherwise), now=now
    )


class TestAttending:
    async def test_by_the_code_of_the_screen_and_the_certificate_follows(self, town, actor, clock):
        clock.set(AFTERNOON)
        doctor, feng, now = await actor("doctor"), await actor("feng"), clock()

        card = await actions.attend(actor=doctor, code=await code_of(town, now), now=now)
        assert (card.taken, card.title) == (1, "感染防控与手卫生")
        assert await actions.finish_session(actor=feng, uid=town.training.session, now=now) == 1

        there = await TrainingAttendance.get(session__uid=town.training.session)
        row = await TrainingRecord.get(attendance_uid=there.uid)
        assert (row.account_id, row.course, row.completed_on, row.expires_on) == (
            doctor.account_id, "infection_control", date(2026, 3, 2), date(2027, 3, 2),
        )  # fmt: skip
        assert row.certificate_number.startswith("PX20260302-")
        assert await OutboxMessage.filter(topic="training.certified").count() == 1
        assert await queries.faults(now=now) == []

    async def test_of_the_alliance_is_open_to_the_home_beside(self, town, actor, clock):
        clock.set(AFTERNOON)
        nurse, now = await actor("nurse"), clock()
        await actions.attend(actor=nurse, code=await code_of(town, now), now=now)

        there = await TrainingAttendance.get(session__uid=town.training.session).select_related("institution")
        assert there.institution.uid == town.alliance.yihe

    async def test_of_a_bureau_is_open_to_every_member(self, town, actor, clock):
        qian, nurse, now = await actor("qian"), await actor("nurse"), clock()
        bureau = await Institution.get(id__in=sorted(qian.institutions_with(HOLD)))
        begins = now - timedelta(minutes=5)
        planned = Planned(
            "care_annual", "礼堂", "周老师", begins, begins + timedelta(hours=2), 99, OpenTo.ALLIANCE
        )
        uid = await actions.plan_session(actor=qian, institution_uid=bureau.uid, planned=planned, now=now)
        code = shown_code(session_id=(await TrainingSession.get(uid=uid)).id, now=now)
        await actions.attend(actor=nurse, code=code, now=now)
        there = await TrainingAttendance.get(session__uid=uid).select_related("institution")
        assert there.institution.uid == town.alliance.yihe

    async def test_is_refused_to_others_twice_too_early_and_with_any_other_code(self, town, actor, clock):
        nurse, other = await actor("nurse"), await actor("other_nurse")
        early = clock()
        with pytest.raises(OutsideHours):
            await actions.attend(actor=nurse, code=await code_of(town, early), now=early)
        clock.set(AFTERNOON)
        now, good = clock(), await code_of(town, clock())
        visit_code = rotating_code(screen=(await row_of(town)).id, now=now, keys=code_keys())
        for wrong in (visit_code, good[:-1] + ("A" if good[-1] != "A" else "B"), "T", "https://example.com"):
            with pytest.raises(CodeNotOurs):
                await actions.attend(actor=nurse, code=wrong, now=now)
        with pytest.raises(CodeOver):
            await actions.attend(actor=nurse, code=good, now=now + timedelta(minutes=2))
        own = await own_course(await actor("he"), town, now)
        closed = shown_code(session_id=(await TrainingSession.get(uid=own)).id, now=now)
        with pytest.raises(NotInvited):
            await actions.attend(actor=other, code=closed, now=now)

        await actions.attend(actor=nurse, code=good, now=now)
        with pytest.raises(AttendedAlready):
            await actions.attend(actor=nurse, code=good, now=now)
        assert (await row_of(town)).taken == 1

    async def test_ends_with_the_seats(self, town, actor, clock):
        clock.set(AFTERNOON)
        await TrainingSession.filter(uid=town.training.session).update(seats=1)
        code = await code_of(town, clock())
        await actions.attend(actor=await actor("nurse"), code=code, now=clock())
        with pytest.raises(SessionFull):
            await actions.attend(actor=await actor("doctor"), code=code, now=clock())


class TestPaper:
    async def test_is_entered_by_another_hand_with_a_reason_and_only_for_ones_own_staff(
        self, town, actor, clock
    ):
        clock.set(AFTERNOON)
        he, now, people = await actor("he"), clock(), town.identity.accounts
        uid = await own_course(he, town, now)
        wish = {"actor": he, "session_uid": uid, "reason": "手机没电", "now": now}

        await actions.enter_attendance(account_uid=people["nurse"], **wish)
        with pytest.raises(SecondPersonNeeded):
            await actions.enter_attendance(account_uid=people["he"], **wish)
        with pytest.raises(NotFound):
            await actions.enter_attendance(account_uid=people["other_nurse"], **wish)
        with pytest.raises(NotFound):  # not open to them, and so not there
            await actions.enter_attendance(
                **{**wish, "actor": await actor("song")}, account_uid=people["other_nurse"]
            )
        there = await TrainingAttendance.get(session__uid=uid)
        assert (there.reason, there.entered_by_id) == ("手机没电", he.account_id)
        assert await queries.faults(now=now) == []


class TestFinishing:
    async def test_is_the_hosts_once_and_not_before_it_has_begun(self, town, actor, clock):
        feng, zhao, now = await actor("feng"), await actor("zhao"), clock()
        with pytest.raises(NotBegun):
            await actions.finish_session(actor=feng, uid=town.training.session, now=now)
        clock.set(AFTERNOON)
        with pytest.raises(NotFound):
            await actions.finish_session(actor=zhao, uid=town.training.session, now=clock())
        await actions.cancel_session(actor=feng, uid=town.training.session, reason="讲师病了", now=clock())
        with pytest.raises(NotThisSession):
            await actions.finish_session(actor=feng, uid=town.training.session, now=clock())
        with pytest.raises(NotThisSession):
            await actions.attend(actor=await actor("nurse"), code=await code_of(town, clock()), now=clock())

    async def test_is_not_by_the_hand_of_one_who_was_there(self, town, actor, clock):
        clock.set(AFTERNOON)
        feng, now = await actor("feng"), clock()
        await actions.attend(actor=feng, code=await code_of(town, now), now=now)
        with pytest.raises(SecondPersonNeeded):
            await actions.finish_session(actor=feng, uid=town.training.session, now=now)
        assert (await row_of(town)).status == "planned"
        assert not await TrainingRecord.filter(attendance_uid__isnull=False).exists()

        own = await TrainingRecord.filter(account_id=feng.account_id, course__isnull=False).first()
        await TrainingRecord.filter(id=own.id).update(recorded_by_id=feng.account_id)
        assert await queries.faults(now=now) == [
            f"training: certificate {own.uid} was written by the one it is about"
        ]

    async def test_of_many_runs_no_more_statements_than_of_one(self, town, actor, clock):
        clock.set(AFTERNOON)
        he, now = await actor("he"), clock()

        async def finished(*keys: str) -> int:
            uid = await own_course(he, town, now, open_to="alliance", seats=9)
            code = shown_code(session_id=(await TrainingSession.get(uid=uid)).id, now=now)
            for key in keys:
                await actions.attend(actor=await actor(key), code=code, now=now)
            with counted() as statements:
                assert await actions.finish_session(actor=he, uid=uid, now=now) == len(keys)
            return len(statements)

        assert await finished("nurse", "doctor", "feng") == await finished("nurse")

    async def test_is_asked_for_once_a_day_later(self, town, actor, clock):
        clock.set(AFTERNOON + timedelta(days=2))
        assert await actions.sweep_sessions(actor=WORKER, now=clock()) == 1
        assert await actions.sweep_sessions(actor=WORKER, now=clock()) == 0


class TestCertificates:
    async def test_that_run_out_are_told_thirty_and_seven_days_ahead_once_each(self, town, actor, clock):
        row = await TrainingRecord.get(
            account__uid=town.identity.accounts["doctor"], course="infection_control"
        )
        told = []
        for days in (31, 30, 29, 8, 7, 1, 0):
            now = datetime.combine(row.expires_on, datetime.min.time(), SHANGHAI) - timedelta(days=days)
            before = await OutboxMessage.filter(topic="training.certificate_ending").count()
            await actions.sweep_certificates(actor=WORKER, now=now)
            if await OutboxMessage.filter(topic="training.certificate_ending").count() > before:
                told.append(days)
        assert told == [30, 7]

    async def test_that_are_entered_late_are_told_once(self, town, actor, clock):
        await actions.sweep_certificates(actor=WORKER, now=clock())
        row = await TrainingRecord.get(
            account__uid=town.identity.accounts["doctor"], course="infection_control"
        )
        ends = local_date(clock()) + timedelta(days=5)
        await TrainingRecord.filter(id=row.id).update(expires_on=ends, reminded_days=None)
        assert await actions.sweep_certificates(actor=WORKER, now=clock()) == 1
        assert await actions.sweep_certificates(actor=WORKER, now=clock()) == 0

    async def test_that_were_renewed_are_not_told(self, town, actor, clock):
        row = await TrainingRecord.get(
            account__uid=town.identity.accounts["doctor"], course="infection_control"
        )
        await actions.record_certificate(
            actor=await actor("feng"),
            account_uid=town.identity.accounts["doctor"],
            institution_uid=town.alliance.health_center,
            course="infection_control",
            completed_on=date(2026, 3, 1),
            now=clock(),
        )
        now = datetime.combine(row.expires_on, datetime.min.time(), SHANGHAI) - timedelta(days=10)
        await (
            TrainingRecord.filter(course="infection_control", expires_on=row.expires_on)
            .exclude(account_id=row.account_id)
            .update(reminded_days=7)
        )
        assert await actions.sweep_certificates(actor=WORKER, now=now) == 0

    async def test_of_a_listed_course_are_not_of_ones_own_writing_and_end_by_its_validity(
        self, town, actor, clock
    ):
        feng, people = await actor("feng"), town.identity.accounts
        wish = {"institution_uid": town.alliance.health_center, "course": "emergency", "now": clock()}
        day = date(2026, 2, 1)
        uid = await actions.record_certificate(
            actor=feng, account_uid=people["doctor"], completed_on=day, **wish
        )
        row = await TrainingRecord.get(uid=uid)
        assert (row.title, row.expires_on) == ("急救与心肺复苏", date(2028, 2, 1))
        with pytest.raises(SecondPersonNeeded):
            await actions.record_certificate(actor=feng, account_uid=people["feng"], completed_on=day, **wish)


class TestRates:
    async def test_count_people_and_open_to_whoever_manages_them(self, town, actor, clock):
        feng, qian, now = await actor("feng"), await actor("qian"), clock()
        own = await queries.rates(actor=feng, wish=PageWish(), now=now)
        (card,) = own.page.items
        assert (card.staff, card.pre_service, card.certificate, card.opens) == (
            1,
            Rate(1, 1),
            Rate(1, 1),
            True,
        )

        city = await queries.rates(actor=qian, wish=PageWish(), now=now)
        at = {each.institution_uid: each for each in city.page.items}
        assert at[town.alliance.yihe].pre_service.percent == "0.00%"  # the nurse has nothing yet
        assert not any(each.opens for each in city.page.items)
        with pytest.raises(NotFound):
            await queries.rate_people(actor=qian, institution_uid=town.alliance.yihe, now=now)
        people = await queries.rate_people(
            actor=await actor("he"), institution_uid=town.alliance.yihe, now=now
        )
        assert "养老护理员岗前培训" in people.people[0].missing

    async def test_a_certificate_that_ran_out_or_was_struck_out_no_longer_counts(self, town, actor, clock):
        await TrainingRecord.filter(course="practice_licence").update(struck_out_at=clock())
        (card,) = (await queries.rates(actor=await actor("feng"), wish=PageWish(), now=clock())).page.items
        assert (card.certificate.percent, card.pre_service.percent) == ("0.00%", "100.00%")


class TestLacking:
    async def test_grace_lets_a_newcomer_and_a_lapsed_certificate_pass_for_its_days(self, town, clock):
        grant = await RoleGrant.get(account__uid=town.identity.accounts["doctor"]).select_related("account")
        await TrainingRecord.filter(account_id=grant.account_id).update(struck_out_at=clock())
        day = date(2026, 3, 2)
        someone = queries.Assigned(
            grant.account_id, "林致远", frozenset({grant.role}), day - timedelta(days=9)
        )
        assert len((await queries.lacking([someone], day=day))[grant.account_id]) == 2
        await PolicyParameter.filter(code="training.grace_days").update(value=10)
        assert await queries.lacking([someone], day=day) == {}
        await PolicyParameter.filter(code="training.grace_days").update(value=9)
        assert grant.account_id in await queries.lacking([someone], day=day)


class TestTwoWorkers:
    """The UPDATE of each sweep finds that another worker has just done the same."""

    async def test_tell_once_that_a_certificate_runs_out(self, town, clock):
        row = await TrainingRecord.filter(course="infection_control").order_by("id").first()
        await TrainingRecord.filter(course="infection_control").exclude(id=row.id).update(reminded_days=7)
        now = datetime.combine(row.expires_on, datetime.min.time(), SHANGHAI) - timedelta(days=10)
        with overtaken(0):
            assert await actions.sweep_certificates(actor=WORKER, now=now) == 0
        assert not await OutboxMessage.filter(topic="training.certificate_ending").exists()

    async def test_ask_once_that_a_session_be_finished(self, town, clock):
        clock.set(AFTERNOON + timedelta(days=2))
        with overtaken(0):
            assert await actions.sweep_sessions(actor=WORKER, now=clock()) == 0
        assert not await OutboxMessage.filter(topic="training.unfinished").exists()
