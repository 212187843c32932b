"""A home bed from its application to its end, and what follows from the care state, the clock, visits and statements."""

from datetime import timedelta
from typing import Any

import pytest

from server import invariants
from server.alliance.models import Institution
from server.authority.actor import system_actor
from server.home_beds import actions, queries
from server.home_beds.errors import (
    AlreadyHasOne,
    CriteriaNotMet,
    InHospital,
    NotBound,
    NotOpenThen,
    NotOurStaff,
    NotThisNow,
    ReasonNeeded,
    RoundsOutOfBounds,
    TooOften,
    UnknownCriterion,
    WrongTime,
)
from server.home_beds.models import HomeBed, HomeBedEmergency, HomeBedRound, HomeBedSpan
from server.home_beds.queries import Work
from server.home_beds.rules import EndReason, HomeBedStatus, RoundLevel, Source
from server.identity.models import RoleGrant
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.people.actions import discharge, transfer
from server.people.models import Resident
from server.people.rules import CareEvent, StayEnd
from server.records.models import RecordEntry
from server.visits import actions as visits
from server.visits.models import VisitCorrection
from server.visits.rules import Outcome
from tests.core.home_beds.flows import NOTE, OPENING, TICKED, BedWay
from tests.core.visits.conftest import Round, morning

S = HomeBedStatus
__all__ = ["morning"]
WORKER = system_actor("worker")


@pytest.fixture
async def way(town: Any, actor: Any, clock: Any):
    made = BedWay(town, actor, clock)
    yield made
    assert await invariants.faults(now=clock()) == []


class TestApplying:
    @pytest.mark.parametrize(
        ("who", "source"), [("he", Source.HOME), ("daughter", Source.FAMILY), ("doctor", Source.CLINICIAN)]
    )
    async def test_by_the_home_the_family_or_a_clinician(self, way: BedWay, who: str, source: Source) -> None:
        await way.applied(who)
        row = await way.row()
        assert (row.status, row.source, row.owner_id) == (S.APPLIED, source, row.institution_id)
        assert row.next_deadline == way.clock() + timedelta(days=3)

    async def test_one_bed_a_person(self, way: BedWay) -> None:
        await way.applied()
        with pytest.raises(AlreadyHasOne):
            await way.applied("daughter", "first_hospital")

    async def test_only_at_an_institution_that_is_bound_and_a_clinician_at_their_own(
        self, way: BedWay
    ) -> None:
        for who, house in (("he", "second_hospital"), ("he", "songhe"), ("doctor", "first_hospital")):
            with pytest.raises(NotBound):
                await way.applied(who, house)

    async def test_a_stranger_and_the_other_home_find_nobody(self, way: BedWay) -> None:
        for who in ("stranger", "song", "sun"):
            with pytest.raises(NotFound):
                await way.applied(who)

    async def test_is_taken_back_by_who_may_ask_and_declined_by_the_institution(self, way: BedWay) -> None:
        await way.applied()
        with pytest.raises(ReasonNeeded):
            await actions.withdraw_bed(
                actor=await way.actor("daughter"), uid=way.uid, reason=" ", now=way.clock()
            )
        await actions.withdraw_bed(
            actor=await way.actor("daughter"), uid=way.uid, reason="不要了", now=way.clock()
        )
        await way.applied()
        with pytest.raises(NotFound):
            await actions.decline_bed(actor=await way.actor("he"), uid=way.uid, reason="x", now=way.clock())
        await actions.decline_bed(
            actor=await way.actor("feng"), uid=way.uid, reason="要住院", now=way.clock()
        )
        assert (await way.row()).status is S.DECLINED


class TestAssessing:
    async def test_writes_what_was_found_into_the_record_with_its_category(self, way: BedWay) -> None:
        await way.assessed()
        entry = await RecordEntry.get(code="home-bed-assessment")
        assert (entry.category, entry.body["text"][:4]) == ("homebed", "长期卧床")
        assert (await way.row()).status is S.ASSESSED

    async def test_is_entrusted_only_to_who_is_registered_there(self, way: BedWay) -> None:
        await way.applied()
        feng = await way.actor("feng")
        doctor = way.town.identity.accounts["doctor"]
        for ends, offered in ((None, True), (local_date(way.clock()), False)):
            await RoleGrant.filter(account__uid=doctor).update(registration_ends_on=ends)
            sheet = await queries.bed_sheet(actor=feng, uid=way.uid, now=way.clock())
            assert (doctor in {each.uid for each in sheet.staff}) is offered

    async def test_is_refused_where_the_criteria_are_not_met(self, way: BedWay) -> None:
        for ticked, refusal in ((TICKED[1:], CriteriaNotMet), ([*TICKED, "other"], UnknownCriterion)):
            with pytest.raises(refusal):
                await way.assessed(ticked=ticked)
        with pytest.raises(UnknownCriterion):
            await way.assessed(version="2020.1")
        with pytest.raises(NotOurStaff):
            await way.assessed(doctor_uid=way.town.identity.accounts["nurse"])
        assert not await RecordEntry.filter(code="home-bed-assessment").exists()


class TestOpening:
    async def test_counts_from_today_until_its_last_day(self, way: BedWay) -> None:
        await way.opened()
        row = await way.row()
        assert row.last_day == local_date(way.clock()) + timedelta(days=89)
        assert row.next_deadline == way.clock() + timedelta(hours=24)
        assert await HomeBedSpan.filter(bed_id=row.id, ended_at=None).count() == 1

    async def test_needs_an_assessment(self, way: BedWay) -> None:
        await way.applied()
        with pytest.raises(NotThisNow):
            await way.open()

    async def test_not_in_hospital_and_not_more_seldom_than_once_a_week(self, way: BedWay) -> None:
        await way.assessed()
        with pytest.raises(RoundsOutOfBounds):
            await way.open(type(OPENING)("1", "1", 8))
        await way.care(CareEvent.HOSPITALIZE)
        with pytest.raises(InHospital):
            await way.open()

    async def test_at_most_three_times_and_so_many_days_a_year(self, way: BedWay) -> None:
        for _ in range(3):
            way.uid = ""
            await way.opened()
            way.clock.advance(days=1)
            await way.close()
        way.uid = ""
        await way.assessed()
        with pytest.raises(TooOften):
            await way.open()

    async def test_the_last_day_is_what_the_year_has_left(self, way: BedWay) -> None:
        for days in (89, 89):
            way.uid = ""
            await way.opened()
            way.clock.advance(days=days)
            await way.close()
        way.uid = ""
        await way.opened()
        assert (await way.row()).last_day == local_date(way.clock()) + timedelta(days=1)


class TestTheCareState:
    async def test_suspends_and_reopens_by_itself_at_the_very_instants(
        self, way: BedWay, worker_pass: Any
    ) -> None:
        await way.opened()
        way.clock.advance(days=2)
        left = way.clock()
        await way.care(CareEvent.HOSPITALIZE)
        way.clock.advance(hours=3)
        await worker_pass()
        row = await way.row()
        assert row.status is S.SUSPENDED
        assert (await HomeBedSpan.get(bed_id=row.id)).ended_at == left
        assert row.next_deadline == left + timedelta(days=30)
        with pytest.raises(InHospital):
            await actions.write_round(actor=await way.actor("feng"), uid=way.uid, note=NOTE, now=way.clock())

        way.clock.advance(days=4)
        await way.care(CareEvent.RETURN)
        await worker_pass()
        sheet = await queries.bed_sheet(actor=await way.actor("feng"), uid=way.uid, now=way.clock())
        assert (sheet.card.status, sheet.days) == (S.OPENED, 3)  # two before, and today

    async def test_news_that_comes_late_changes_no_day(self, way: BedWay, worker_pass: Any) -> None:
        await way.opened()
        start = way.clock()
        await way.care(CareEvent.HOSPITALIZE, at=start + timedelta(days=2))
        await way.care(CareEvent.RETURN, at=start + timedelta(days=5))
        way.clock.advance(days=6)
        assert await invariants.faults(now=way.clock()) == []  # it is on its way, hence no fault
        await worker_pass()
        spans = await HomeBedSpan.all().order_by("started_at").values_list("started_at", "ended_at")
        assert spans == [(start, start + timedelta(days=2)), (start + timedelta(days=5), None)]

    async def test_a_bed_is_closed_before_the_news_comes_and_no_day_in_hospital_is_counted(
        self, way: BedWay
    ) -> None:
        await way.opened()
        left = way.clock() + timedelta(days=2)
        await way.care(CareEvent.HOSPITALIZE, at=left)
        way.clock.advance(days=6)
        await way.close()
        assert (await HomeBedSpan.get(bed__uid=way.uid)).ended_at == left
        assert await invariants.faults(now=way.clock()) == []

    async def test_no_round_is_written_before_the_news_of_the_hospital_comes(self, way: BedWay) -> None:
        await way.opened()
        await way.care(CareEvent.HOSPITALIZE)
        with pytest.raises(InHospital):
            await actions.write_round(actor=await way.actor("feng"), uid=way.uid, note=NOTE, now=way.clock())
        assert not await HomeBedRound.all().exists()

    async def test_nothing_counts_after_the_last_day_however_late_the_worker_comes(self, way: BedWay) -> None:
        await way.opened()
        out = start_of_day((await way.row()).last_day + timedelta(days=1))
        await way.care(CareEvent.HOSPITALIZE, at=out + timedelta(days=3))
        way.clock.set(out + timedelta(days=5))
        with pytest.raises(NotThisNow):
            await way.close()
        await actions.sweep_home_beds(actor=WORKER, now=way.clock())
        row = await way.row()
        assert (row.status, row.end_reason, row.ended_at) == (S.CLOSED, EndReason.EXPIRED, out)
        assert (await HomeBedSpan.get(bed_id=row.id)).ended_at == out

    async def test_without_any_news_the_sweep_finds_it(self, way: BedWay) -> None:
        await way.opened()
        await way.care(CareEvent.HOSPITALIZE)
        await OutboxMessage.all().delete()
        assert any(line.startswith("H5") for line in await invariants.faults(now=way.clock()))
        await actions.sweep_home_beds(actor=WORKER, now=way.clock())
        assert (await way.row()).status is S.SUSPENDED

    async def test_leaving_closes_an_open_bed_and_withdraws_an_application(
        self, way: BedWay, worker_pass: Any
    ) -> None:
        await way.opened()
        await discharge(
            actor=await way.actor("he"),
            resident_uid=way.town.people.wang,
            reason=StayEnd.WENT_HOME,
            now=way.clock(),
        )
        await worker_pass()
        row = await way.row()
        assert (row.status, row.end_reason, row.live_key) == (S.CLOSED, EndReason.LEFT, None)

    async def test_moving_to_another_home_closes_it(self, way: BedWay, worker_pass: Any) -> None:
        await way.opened()
        await transfer(
            actor=await way.actor("jin"),
            resident_uid=way.town.people.wang,
            home_uid=way.town.alliance.songhe,
            reason="离女儿近",
            now=way.clock(),
        )
        await worker_pass()
        row = await way.row()
        assert (row.status, row.end_reason) == (S.CLOSED, EndReason.LEFT)

    async def test_a_bed_of_a_row_that_was_merged_is_the_persons(self, way: BedWay) -> None:
        await way.opened()
        wang, li = [await Resident.get(uid=uid) for uid in (way.town.people.wang, way.town.people.li)]
        center = await Institution.get(uid=way.town.alliance.health_center)
        await Resident.filter(id=wang.id).update(merged_into_id=li.id)
        beds = await queries.open_beds_of(resident_ids=[li.id, wang.id], institution_id=center.id)
        today = local_date(way.clock())
        assert [beds.was_open(each, today) for each in (li.id, wang.id)] == [True, True]
        await Resident.filter(id=wang.id).update(merged_into_id=None)


class TestRounds:
    async def test_a_written_one_puts_the_next_date(self, way: BedWay) -> None:
        await way.opened()
        await actions.write_round(
            actor=await way.actor("doctor"), uid=way.uid, note=NOTE, level=RoundLevel.SECOND, now=way.clock()
        )
        assert (await way.row()).next_deadline == way.clock() + timedelta(days=3, hours=12)
        assert "查体和检查：血压" in (await RecordEntry.get(code="home-bed-round")).body["text"]

    async def test_a_confirmed_visit_is_one_once(self, way: BedWay) -> None:
        await way.opened()
        row = await way.row()
        for _ in range(2):
            await actions.note_visit_rounds(
                actor=WORKER,
                visit_uid="01VISIT",
                institution_id=row.institution_id,
                resident_ids=[row.resident_id],
                made_at=way.clock(),
                now=way.clock(),
            )
        assert await HomeBedRound.all().count() == 1

    async def test_a_visit_that_was_corrected_is_one_for_whom_was_seen_after_all(self, way: BedWay) -> None:
        """I36: absent, the round and its deadline go; seen again, and at another time, they come back."""
        await way.opened()
        await HomeBed.filter(uid=way.uid).update(rounds_a_week=7)
        row, first = await way.row(), (await way.row()).next_deadline
        way.clock.advance(hours=2)
        came = way.clock()

        async def heard(seen: list[int], made_at: Any) -> Any:
            await actions.note_visit_rounds(
                actor=WORKER,
                visit_uid="01VISIT",
                institution_id=row.institution_id,
                resident_ids=seen,
                made_at=made_at,
                now=way.clock(),
            )
            return (await way.row()).next_deadline

        after = await heard([row.resident_id], came)
        assert after != first
        assert await heard([], came) == first
        assert not await HomeBedRound.all().exists()
        assert await heard([row.resident_id], came) == after
        assert await heard([row.resident_id], came - timedelta(hours=1)) == after - timedelta(hours=1)
        assert (await HomeBedRound.get()).made_at == came - timedelta(hours=1)

    async def test_news_of_a_correction_reaches_the_bed(
        self, way: BedWay, morning: Round, worker_pass: Any
    ) -> None:
        await way.opened()
        await morning.confirm()
        await worker_pass()
        assert await HomeBedRound.all().count() == 1
        await visits.request_correction(
            actor=morning.he,
            visit_uid=morning.uid,
            reason="当时在医院",
            outcomes={morning.town.visits.today_wang: Outcome.ABSENT},
            now=morning.now,
        )
        correction = await VisitCorrection.get(visit__uid=morning.uid)
        await visits.approve_correction(actor=morning.feng, correction_uid=correction.uid, now=morning.now)
        await worker_pass()
        assert not await HomeBedRound.all().exists()

    async def test_a_visit_to_a_row_that_was_merged_is_a_round_at_the_survivors_bed(
        self, way: BedWay
    ) -> None:
        await way.opened()
        row, li = await way.row(), await Resident.get(uid=way.town.people.li)
        await Resident.filter(id=li.id).update(merged_into_id=row.resident_id)
        noted = await actions.note_visit_rounds(
            actor=WORKER, visit_uid="01VISIT", institution_id=row.institution_id, resident_ids=[li.id],
            made_at=way.clock(), now=way.clock(),
        )  # fmt: skip
        assert noted == 1

    async def test_raise_how_often_the_home_is_to_be_visited(self, way: BedWay) -> None:
        await way.opened()
        row = await way.row()
        asked = {"home_id": row.home_id, "institution_id": row.institution_id}
        assert await queries.rounds_a_week_in(**asked) == {row.resident_id: 2}
        await way.close()
        assert await queries.rounds_a_week_in(**asked) == {}


class TestAnEmergency:
    async def test_is_marked_where_the_bed_was_open_then(self, way: BedWay, worker_pass: Any) -> None:
        await way.opened()
        way.clock.advance(days=1)
        then, nurse = way.clock(), await way.actor("nurse")
        await way.care(CareEvent.HOSPITALIZE)
        await worker_pass()
        way.clock.advance(hours=2)
        says = {"actor": nurse, "uid": way.uid, "taken_to": "市第一人民医院急诊", "now": way.clock()}
        await actions.mark_emergency(happened_at=then, **says)
        assert await HomeBedEmergency.all().count() == 1
        for moment, refusal in (
            (then - timedelta(days=3), WrongTime),
            (way.clock() + timedelta(hours=1), WrongTime),
            (way.clock(), NotOpenThen),
        ):
            with pytest.raises(refusal):
                await actions.mark_emergency(happened_at=moment, **says)


class TestTheEnd:
    async def test_comes_with_a_summary_in_the_record(self, way: BedWay) -> None:
        await way.opened()
        with pytest.raises(ReasonNeeded):
            await way.close(summary="")
        with pytest.raises(ReasonNeeded):
            await way.close(why=EndReason.EXPIRED)
        await way.close()
        row = await way.row()
        entry = await RecordEntry.get(code="home-bed-summary")
        assert (row.summary_uid, row.owner_id, row.next_deadline) == (entry.uid, None, None)
        with pytest.raises(NotThisNow):
            await way.close()

    async def test_comes_by_itself_after_the_last_day(self, way: BedWay) -> None:
        await way.opened()
        way.clock.advance(days=83)
        await actions.sweep_home_beds(actor=WORKER, now=way.clock())
        assert await OutboxMessage.filter(topic="home_beds.expiring").count() == 1
        assert await OutboxMessage.filter(topic="home_beds.overdue").count() == 1
        way.clock.advance(days=7)
        await actions.sweep_home_beds(actor=WORKER, now=way.clock())
        row = await way.row()
        assert (row.status, row.end_reason) == (S.CLOSED, EndReason.EXPIRED)
        feng = await way.actor("feng")
        assert (await queries.bed_sheet(actor=feng, uid=way.uid, now=way.clock())).days == 90


class TestWhatIsTold:
    async def test_each_side_of_its_own(self, way: BedWay) -> None:
        await way.opened()
        for who, seen in (("feng", 1), ("he", 1), ("zhao", 0), ("song", 0)):
            count = await queries.count_beds(actor=await way.actor(who), work=Work.IN_USE, now=way.clock())
            assert count == seen, who

    async def test_the_home_sees_that_there_is_a_note_and_reads_it_only_with_consent(
        self, way: BedWay
    ) -> None:
        await way.opened()
        for who, text in (("feng", "长期卧床，病情平稳，骶尾部压伤换药"), ("song", None)):
            if text is None:
                with pytest.raises(NotFound):
                    await queries.bed_sheet(actor=await way.actor(who), uid=way.uid, now=way.clock())
            else:
                sheet = await queries.bed_sheet(actor=await way.actor(who), uid=way.uid, now=way.clock())
                assert sheet.notes[0].text == text
                assert sheet.criteria

    async def test_what_was_ticked_is_read_with_the_entry_behind_it(self, way: BedWay) -> None:
        """It names what somebody suffers from: the home reads it as little as the note, and with consent both."""
        await way.opened()
        he = await way.actor("he")
        sheet = await queries.bed_sheet(actor=he, uid=way.uid, now=way.clock())
        assert (sheet.notes[0].text, sheet.criteria) == (None, ())

    async def test_the_bureau_sees_no_small_number(self, way: BedWay) -> None:
        await way.opened()
        for who, shown in (("qian", None), ("feng", 1)):
            counts = await queries.bed_counts(actor=await way.actor(who), now=way.clock())
            assert [line.open_now for line in counts.lines] == [shown]
            assert counts.whole.days == shown

    async def test_the_city_is_counted_by_the_worker(self, way: BedWay) -> None:
        """Whoever opens the page reads what was kept, and from when."""
        counted_at = way.clock()
        await actions.sweep_home_bed_counts(actor=WORKER, now=counted_at)
        way.clock.advance(seconds=10)
        await way.opened()
        qian, feng = await way.actor("qian"), await way.actor("feng")
        kept = await queries.bed_counts(actor=qian, now=way.clock())
        assert (kept.lines, kept.counted_at) == ((), counted_at)
        assert len((await queries.bed_counts(actor=feng, now=way.clock())).lines) == 1
        way.clock.advance(minutes=2)
        await actions.sweep_home_bed_counts(actor=WORKER, now=way.clock())
        assert len((await queries.bed_counts(actor=qian, now=way.clock())).lines) == 1

    async def test_rows_hold_who_it_is_about(self, way: BedWay) -> None:
        await way.opened()
        assert await HomeBed.filter(live_key__isnull=False).count() == 1
