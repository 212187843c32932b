"""Enroll, follow up, put right, ask back, end; and what time does."""

from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from tortoise import connections

from server.alliance.models import Institution
from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import Grant, system_actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.followups import actions, queries
from server.followups.errors import (
    AlreadyEnrolled,
    EpisodeOver,
    FormOutdated,
    JustRecorded,
    MeasuredStays,
    NoSuchDiagnosis,
    NothingToCheckBack,
    OnlyEarlier,
    Outdated,
    ReasonNeeded,
    SameDay,
    TooYoung,
    WrongDay,
    WrongForm,
    YearNotCounted,
)
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries import Behind, Work, WorkFilter
from server.followups.queries.years import TILE
from server.followups.rules import Course, Disease, EndReason, EpisodeStatus, Outcome
from server.kit.engines.counting import counted
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.kit.rollups import CITY, lay_down
from server.outbox.models import OutboxMessage
from server.people.actions import record_death
from server.people.models import Resident
from server.records.models import RecordEntry
from server.records.queries import EntryWish, missing
from server.records.rules import EntryKind
from tests.core.followups.filled import pressure, sugar

WISH = PageWish()
RATES = import_module("server.followups.queries.rates")  # the package has a function of its name
HIGH = {"systolic": 168, "diastolic": 92}


async def recorded(town: Any, actor: Any, clock: Any, *filled: Any, days: int = 14) -> list[Any]:
    """Follow Wang up several times, some days apart."""
    doctor, cards = await actor("doctor"), []
    for each in filled:
        cards.append(
            await actions.record_follow_up(
                actor=doctor, episode_uid=town.followups.wang, filled=each, now=clock()
            )
        )
        clock.advance(days=days)
    return cards


async def enroll_diabetes(who: Any, town: Any, clock: Any) -> Any:
    return await actions.enroll(
        actor=who, resident_uid=town.people.wang, disease=Disease.DIABETES, evidence="小结", now=clock()
    )


class TestEnroll:
    async def test_by_a_diagnosis_that_we_may_see(self, town: Any) -> None:
        row = await ChronicEpisode.get(uid=town.followups.wang)
        assert (row.status, row.diagnosis_uid) == (EpisodeStatus.ENROLLED, town.records.wang_hypertension)

    async def test_by_a_paper(self, town: Any, actor: Any, clock: Any) -> None:
        card = await actions.enroll(
            actor=await actor("doctor"), resident_uid=town.people.wang, disease=Disease.DIABETES,
            evidence="2024 年出院小结", now=clock(),
        )  # fmt: skip
        assert (card.disease, card.next_on) == (Disease.DIABETES, clock.instant.date())

    async def test_by_whichever_of_ones_institutions_serves_the_home(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """The first hospital comes first by its number, and has no agreement with Yihe."""
        doctor = await actor("doctor")
        hospital = await Institution.get(uid=town.alliance.first_hospital)
        both = replace(doctor, grants=(Grant(doctor.grants[0].role, hospital.id), *doctor.grants))
        (own,) = doctor.institutions_with(Permission.FOLLOW_UP_WRITE)
        assert hospital.id < own
        await enroll_diabetes(both, town, clock)
        assert (
            await ChronicEpisode.get(disease=Disease.DIABETES, resident__uid=town.people.wang)
        ).institution_id == own

    async def test_once(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(AlreadyEnrolled):
            await actions.enroll(
                actor=await actor("doctor"), resident_uid=town.people.wang, disease=Disease.HYPERTENSION,
                evidence="门诊病历", now=clock(),
            )  # fmt: skip

    async def test_not_by_another_diagnosis_nor_by_nothing(self, town: Any, actor: Any, clock: Any) -> None:
        doctor = await actor("doctor")
        for uid, refusal in ((town.records.wang_hypertension, NoSuchDiagnosis), (None, ReasonNeeded)):
            with pytest.raises(refusal):
                await actions.enroll(
                    actor=doctor, resident_uid=town.people.wang, disease=Disease.DIABETES, diagnosis_uid=uid, now=clock()
                )  # fmt: skip

    async def test_not_somebody_too_young(self, town: Any, actor: Any, clock: Any) -> None:
        await Resident.filter(uid=town.people.wang).update(birth_date=date(1991, 3, 3))
        with pytest.raises(TooYoung):
            await actions.enroll(
                actor=await actor("doctor"), resident_uid=town.people.wang, disease=Disease.DIABETES, evidence="有",
                now=clock(),
            )  # fmt: skip
        await Resident.filter(uid=town.people.wang).update(birth_date=date(1991, 3, 2))
        assert await actions.enroll(
            actor=await actor("doctor"), resident_uid=town.people.wang, disease=Disease.DIABETES, evidence="有",
            now=clock(),
        )  # fmt: skip

    @pytest.mark.parametrize("who", ["nurse", "he", "daughter", "sun", "qian"])
    async def test_is_not_for(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NotFound):
            await actions.enroll(
                actor=await actor(who), resident_uid=town.people.wang, disease=Disease.DIABETES, evidence="有", now=clock()
            )  # fmt: skip


class TestRecord:
    async def test_writes_the_record_and_says_what_follows(self, town: Any, actor: Any, clock: Any) -> None:
        (card,) = await recorded(town, actor, clock, pressure())
        assert (card.course, card.outcome, card.next_on) == (Course.ROUTINE, Outcome.GOOD, date(2026, 6, 2))
        row = await FollowUp.get(uid=card.uid)
        written = {
            (each.kind, each.code): each for each in await RecordEntry.filter(uid__in=row.entries.values())
        }
        assert written[EntryKind.FOLLOW_UP, "hypertension"].body["next_on"] == "2026-06-02"
        assert written[EntryKind.OBSERVATION, "85354-9"].body == {"systolic": 138, "diastolic": 82}
        assert written[EntryKind.OBSERVATION, "39156-5"].body == {"value": 24.0}
        assert "收缩压" in written[EntryKind.NOTE, "follow-up-sheet"].body["text"]
        assert (row.age, row.numbers["records.systolic_line_senior"]) == (90, 150)

    async def test_settles_the_duty_of_the_record(self, town: Any, actor: Any, clock: Any) -> None:
        await recorded(town, actor, clock, pressure(), days=0)
        wish = EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())
        due = {each.code: each for each in await missing(wish=wish)}
        assert due["hypertension_follow_up"].last_day == clock.instant.date()

    async def test_twice_not_controlled_is_referred_and_waits_to_be_asked(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        first, second = await recorded(town, actor, clock, pressure(**HIGH), pressure(**HIGH))
        assert [first.course, second.course] == [Course.ADJUST, Course.REFER]
        assert second.check_back_by == second.happened_on + timedelta(days=14)
        counts = await queries.work_counts(actor=await actor("doctor"), now=clock())
        assert counts[Work.CHECK_BACK] == counts[Work.POOR] == 1
        doctor = await actor("doctor")
        card = await actions.check_back(actor=doctor, follow_up_uid=second.uid, note="已住院", now=clock())
        assert card.checked_back_note == "已住院"
        assert (await queries.work_counts(actor=doctor, now=clock()))[Work.CHECK_BACK] == 0
        with pytest.raises(NothingToCheckBack):
            await actions.check_back(actor=doctor, follow_up_uid=second.uid, note="又问", now=clock())

    async def test_urgent_is_told_to_the_family_and_the_home(self, town: Any, actor: Any, clock: Any) -> None:
        (card,) = await recorded(town, actor, clock, pressure(systolic=182))
        assert card.course is Course.URGENT
        assert "182" in card.why[0]
        (message,) = await OutboxMessage.filter(topic="followups.urgent")
        assert set(message.payload) == {"episode", "resident", "institution"}

    async def test_sugar_of_li(self, town: Any, actor: Any, clock: Any) -> None:
        doctor = await actor("doctor")
        card = await actions.record_follow_up(
            actor=doctor, episode_uid=town.followups.li, filled=sugar(glucose=3.9), now=clock()
        )
        assert card.course is Course.URGENT

    async def test_the_next_one_may_only_be_earlier(self, town: Any, actor: Any, clock: Any) -> None:
        doctor, uid = await actor("doctor"), town.followups.wang
        for day in (date(2026, 6, 3), date(2026, 3, 2), date(2026, 3, 1)):
            with pytest.raises(OnlyEarlier):
                await actions.record_follow_up(
                    actor=doctor, episode_uid=uid, filled=pressure(next_on=day), now=clock()
                )
        card = await actions.record_follow_up(
            actor=doctor, episode_uid=uid, filled=pressure(next_on=date(2026, 4, 1)), now=clock()
        )
        assert (card.next_on, card.latest_next_on) == (date(2026, 4, 1), date(2026, 6, 2))

    async def test_once_a_day_in_order_and_never_tomorrow(self, town: Any, actor: Any, clock: Any) -> None:
        await recorded(town, actor, clock, pressure(), days=0)
        doctor, uid = await actor("doctor"), town.followups.wang
        for day, refusal in (
            (None, SameDay), (date(2026, 3, 1), WrongDay), (date(2026, 3, 3), WrongDay),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await actions.record_follow_up(
                    actor=doctor, episode_uid=uid, filled=pressure(happened_on=day), now=clock()
                )

    async def test_a_wrong_form_writes_nothing(self, town: Any, actor: Any, clock: Any) -> None:
        before = await RecordEntry.all().count()
        with pytest.raises(WrongForm):
            await recorded(town, actor, clock, pressure(systolic=900))
        with pytest.raises(FormOutdated):
            await recorded(town, actor, clock, replace(pressure(), version="2011.1"))
        assert await RecordEntry.all().count() == before
        assert not await FollowUp.exists()

    @pytest.mark.parametrize("who", ["nurse", "he", "zhao", "daughter"])
    async def test_is_not_for(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NotFound):
            await actions.record_follow_up(
                actor=await actor(who), episode_uid=town.followups.wang, filled=pressure(), now=clock()
            )

    async def test_counts_the_age_of_the_day(self, town: Any, actor: Any, clock: Any) -> None:
        """145/85 is not controlled on the day before the 65th birthday, and is on the day."""
        await Resident.filter(uid=town.people.wang).update(birth_date=date(1961, 3, 2))
        eve, day = await recorded(
            town,
            actor,
            clock,
            pressure(systolic=145, diastolic=85, happened_on=date(2026, 3, 1)),
            pressure(systolic=145, diastolic=85, happened_on=date(2026, 3, 2)),
            days=0,
        )
        assert [eve.controlled, day.controlled] == [False, True]


class TestCorrect:
    async def test_puts_a_new_version_over_it_and_keeps_the_old(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        (old,) = await recorded(town, actor, clock, pressure(**HIGH))
        doctor = await actor("doctor")
        new = await actions.correct_follow_up(
            actor=doctor, follow_up_uid=old.uid, filled=pressure(), reason="抄错了", now=clock()
        )
        assert (new.version, new.course, new.next_on) == (2, Course.ROUTINE, date(2026, 6, 2))
        episode = await ChronicEpisode.get(uid=town.followups.wang)
        assert (episode.last_controlled, episode.next_on) == (True, date(2026, 6, 2))
        entries = (await FollowUp.get(uid=old.uid)).entries
        assert not await RecordEntry.filter(uid__in=entries.values(), is_current=True)
        sheet = await queries.episode_sheet(actor=doctor, uid=town.followups.wang, now=clock())
        assert [each.version for each in sheet.follow_ups] == [2]
        assert [each.version for each in sheet.replaced] == [1]

    async def test_takes_a_referral_back(self, town: Any, actor: Any, clock: Any) -> None:
        (old,) = await recorded(town, actor, clock, pressure(systolic=185))
        await actions.correct_follow_up(
            actor=await actor("doctor"),
            follow_up_uid=old.uid,
            filled=pressure(),
            reason="看错了",
            now=clock(),
        )
        assert (await ChronicEpisode.get(uid=town.followups.wang)).check_back_by is None
        assert await queries.faults(now=clock()) == []

    async def test_refuses_without_a_reason_twice_and_less_than_was_measured(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        (old,) = await recorded(town, actor, clock, pressure())
        doctor = await actor("doctor")
        for filled, reason, refusal in (
            (pressure(), " ", ReasonNeeded), (pressure(pulse=None), "没有量", MeasuredStays),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await actions.correct_follow_up(
                    actor=doctor, follow_up_uid=old.uid, filled=filled, reason=reason, now=clock()
                )
        await actions.correct_follow_up(
            actor=doctor, follow_up_uid=old.uid, filled=pressure(pulse=70), reason="抄错", now=clock()
        )
        with pytest.raises(Outdated):
            await actions.correct_follow_up(
                actor=doctor, follow_up_uid=old.uid, filled=pressure(), reason="抄错", now=clock()
            )


class TestEnd:
    async def test_opens_the_way_for_somebody_else(self, town: Any, actor: Any, clock: Any) -> None:
        doctor = await actor("doctor")
        card = await actions.end_episode(
            actor=doctor, episode_uid=town.followups.wang, reason=EndReason.TRANSFERRED, now=clock()
        )
        assert card.status is EpisodeStatus.ENDED
        with pytest.raises(EpisodeOver):
            await actions.record_follow_up(
                actor=doctor, episode_uid=town.followups.wang, filled=pressure(), now=clock()
            )
        again = await actions.enroll(
            actor=doctor,
            resident_uid=town.people.wang,
            disease=Disease.HYPERTENSION,
            evidence="回来了",
            now=clock(),
        )
        assert again.uid != card.uid
        assert await queries.faults(now=clock()) == []


class TestFaster:
    async def test_who_read_an_older_state_is_refused(
        self, town: Any, actor: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from server.followups.actions import recording

        asked = recording.episode_for

        async def stale(**given: Any) -> Any:
            row = await asked(**given)
            await ChronicEpisode.filter(id=row.id).update(touched=row.touched + 1)
            return row

        monkeypatch.setattr(recording, "episode_for", stale)
        with pytest.raises(JustRecorded):
            await recorded(town, actor, clock, pressure())


class TestTime:
    async def sweep(self, clock: Any) -> int:
        return await actions.sweep_follow_ups(actor=system_actor("worker"), now=clock())

    async def test_says_once_that_a_follow_up_is_overdue(self, town: Any, clock: Any) -> None:
        assert await self.sweep(clock) == 0
        clock.advance(days=2)
        assert await self.sweep(clock) == 2
        assert await self.sweep(clock) == 0
        assert await OutboxMessage.filter(topic="followups.overdue").count() == 2
        assert await AuditEntry.filter(action="followups.overdue").count() == 2

    async def test_says_again_when_the_next_date_passes(self, town: Any, actor: Any, clock: Any) -> None:
        clock.advance(days=2)
        await self.sweep(clock)
        await recorded(town, actor, clock, pressure(), days=93)
        assert await self.sweep(clock) == 1

    async def test_says_that_nobody_asked_after_a_referral(self, town: Any, actor: Any, clock: Any) -> None:
        await recorded(town, actor, clock, pressure(systolic=185), days=15)
        await self.sweep(clock)
        assert await OutboxMessage.filter(topic="followups.check_back_overdue").count() == 1

    async def test_finds_who_is_lost_and_a_follow_up_brings_them_back(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        wang = ChronicEpisode.filter(uid=town.followups.wang)
        await wang.update(enrolled_on=clock.instant.date() - timedelta(days=365))
        await self.sweep(clock)
        assert (await wang.get()).status is EpisodeStatus.ENROLLED
        await wang.update(enrolled_on=clock.instant.date() - timedelta(days=366))
        await self.sweep(clock)
        assert (await ChronicEpisode.get(uid=town.followups.wang)).status is EpisodeStatus.LOST
        await recorded(town, actor, clock, pressure(), days=0)
        assert (await ChronicEpisode.get(uid=town.followups.wang)).status is EpisodeStatus.ENROLLED

    async def test_ends_at_the_news_of_a_death(
        self, town: Any, actor: Any, clock: Any, worker_pass: Any
    ) -> None:
        await record_death(
            actor=await actor("he"), resident_uid=town.people.wang, died_at=clock(), now=clock()
        )
        assert await self.sweep(clock) == 0
        await worker_pass()
        row = await ChronicEpisode.get(uid=town.followups.wang)
        assert (row.status, row.end_reason, row.live_key) == (EpisodeStatus.ENDED, EndReason.DIED, None)
        assert (await ChronicEpisode.get(uid=town.followups.li)).status is EpisodeStatus.ENROLLED

    @pytest.mark.parametrize("enrolled_ago", [0, 400])
    async def test_ends_and_says_nothing_of_the_dead_of_whom_no_news_came(
        self, enrolled_ago: int, town: Any, clock: Any
    ) -> None:
        await Resident.filter(uid=town.people.wang).update(died_at=clock())
        since = clock.instant.date() - timedelta(days=enrolled_ago)
        await ChronicEpisode.filter(uid=town.followups.wang).update(enrolled_on=since)
        clock.advance(days=2)
        assert await self.sweep(clock) == 2
        assert await OutboxMessage.filter(topic="followups.overdue").count() == 1
        row = await ChronicEpisode.get(uid=town.followups.wang)
        assert (row.status, row.end_reason, row.live_key) == (EpisodeStatus.ENDED, EndReason.DIED, None)

    @pytest.mark.sqlite
    async def test_reads_nothing_whole_in_a_quiet_second(self, town: Any, clock: Any) -> None:
        clock.advance(days=2)
        await self.sweep(clock)
        with counted() as statements:
            assert await self.sweep(clock) == 0
        asked = {sql for sql in statements if sql.lstrip().startswith("SELECT") and "chronic_episode" in sql}
        assert len(asked) == 4
        for sql in asked:
            plan = await connections.get("default").execute_query_dict(
                f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")
            )
            (how,) = [step["detail"] for step in plan if step["detail"].split()[1] == "chronic_episode"]
            assert how.startswith("SEARCH"), how
            assert "<?" in how, how  # the dates that have passed, not everybody who lives


class TestReading:
    async def test_candidates_show_what_we_may_see_and_leave_a_line(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        before = await AccessEntry.all().count()
        board = await queries.candidates(
            actor=await actor("doctor"), home_uid=town.alliance.yihe, wish=WISH, now=clock()
        )
        found = {each.name: each for each in board.page.items}
        assert [one.disease for one in found["王桂兰"].diagnoses] == [Disease.HYPERTENSION]
        assert found["王桂兰"].diagnoses[0].taken
        assert await AccessEntry.all().count() == before + 2

    async def test_a_hospital_that_serves_nobody_sees_nobody(self, town: Any, actor: Any, clock: Any) -> None:
        sun = await actor("sun")
        page = await queries.work_rows(actor=sun, wanted=WorkFilter(), wish=WISH, now=clock())
        assert page.items == ()
        with pytest.raises(NotFound):
            await queries.episode_sheet(actor=sun, uid=town.followups.wang, now=clock())

    async def test_the_sheet_leaves_a_line_and_the_list_none(self, town: Any, actor: Any, clock: Any) -> None:
        await recorded(town, actor, clock, pressure(), days=0)
        doctor, before = await actor("doctor"), await AccessEntry.all().count()
        await queries.work_board(actor=doctor, wanted=WorkFilter(), wish=WISH, now=clock())
        assert await AccessEntry.all().count() == before
        sheet = await queries.episode_sheet(actor=doctor, uid=town.followups.wang, now=clock())
        assert len(sheet.follow_ups) == 1
        assert await AccessEntry.all().count() == before + 1

    async def test_the_form_carries_medicines_over_but_no_measurement(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await recorded(town, actor, clock, pressure())
        sheet = await queries.form_sheet(
            actor=await actor("doctor"), episode_uid=town.followups.wang, now=clock()
        )
        assert sheet.answers["medicine_1"] == "苯磺酸氨氯地平片"
        assert {"systolic", "symptoms", "weight"}.isdisjoint(sheet.answers)
        assert "150/90" in sheet.line_words

    @pytest.mark.parametrize(("who", "lines"), [("wang", 1), ("daughter", 1), ("nurse", 1), ("doctor", 1)])
    async def test_the_family_reads_it_in_a_sentence(
        self, who: str, lines: int, town: Any, actor: Any, clock: Any
    ) -> None:
        await recorded(town, actor, clock, pressure(), days=0)
        found = await queries.follow_ups_of(
            actor=await actor(who), resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
        )
        assert len(found) == lines
        assert "上次随访是今天，控制满意" in found[0].sentence

    @pytest.mark.parametrize("who", ["stranger", "nephew", "other_nurse"])
    async def test_nobody_else_reads_it(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NotFound):
            await queries.follow_ups_of(
                actor=await actor(who), resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
            )

    async def test_a_home_without_consent_sees_nothing_of_it(self, town: Any, actor: Any, clock: Any) -> None:
        """Li's guardian shared with the health center alone."""
        await actions.record_follow_up(
            actor=await actor("doctor"), episode_uid=town.followups.li, filled=sugar(), now=clock()
        )
        found = await queries.follow_ups_of(
            actor=await actor("nurse"), resident_uid=town.people.li, purpose=Purpose.CARE, now=clock()
        )
        assert found == ()

    async def test_rates_name_people_to_who_works_there_and_hide_few_from_the_bureau(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await recorded(town, actor, clock, pressure(), days=1)
        own = await queries.rates(actor=await actor("feng"), year=None, now=clock())
        assert own.diseases[0].rates[1].percent == "100.00%"
        assert own.names_people
        city = await queries.rates(actor=await actor("tang"), year=2026, now=clock())
        assert city.diseases[0].counts[Behind.MANAGED] == "<5"
        assert city.diseases[0].rates[1].percent == "—"
        assert await actions.sweep_rates(actor=system_actor("worker"), now=clock()) == 4
        kept = await queries.rates(actor=await actor("tang"), year=2026, now=clock())
        assert kept.diseases == city.diseases
        # What is one's own is told as it stands, like the list behind it; the city as it was counted.
        await recorded(town, actor, clock, pressure(systolic=170), days=1)
        own, city = [
            await queries.rates(actor=await actor(who), year=2026, now=clock()) for who in ("feng", "tang")
        ]
        assert (own.counted_at, own.diseases[0].rates[1].percent) == (clock(), "0.00%")
        assert city.counted_at < clock()
        await recorded(town, actor, clock, pressure(), days=1)
        page = await queries.people_behind(
            actor=await actor("feng"), disease=Disease.HYPERTENSION, year=2026, behind=Behind.CONTROLLED, wish=WISH,
            now=clock(),
        )  # fmt: skip
        assert [each.resident_name for each in page.items] == ["王桂兰"]

    async def test_rates_hide_a_few_of_many_and_what_is_left_of_many(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """98 of 100 names two people to whoever knows the hundred."""
        year = date(2026, 1, 1)
        sums = {"managed": 100, "regular": 98, "controlled": 60, "lost": 3, "left_out": 2}
        await lay_down(
            TILE, year, {(CITY, f"hypertension/{what}"): many for what, many in sums.items()}, now=clock()
        )
        card = (await queries.rates(actor=await actor("tang"), year=2026, now=clock())).diseases[0]
        assert [(line.numerator, line.denominator, line.percent) for line in card.rates] == [
            ("—", "100", "—"), ("60", "100", "60.00%"),
        ]  # fmt: skip
        assert list(card.counts.values()) == ["100", "—", "60", "<5", "<5"]

    async def test_rates_are_counted_beforehand_for_every_year_that_is_offered_and_no_other(
        self, town: Any, actor: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await recorded(town, actor, clock, pressure(), days=0)
        await actions.sweep_rates(actor=system_actor("worker"), now=clock())
        counted_at = clock()
        clock.advance(minutes=5)

        async def never(**given: Any) -> Any:
            raise AssertionError(given)

        monkeypatch.setattr(RATES, "institution_sums", never)
        tang = await actor("tang")
        card = await queries.rates(actor=tang, year=None, now=clock())
        assert card.years == (2026, 2025, 2024, 2023)
        for year in card.years:
            assert (await queries.rates(actor=tang, year=year, now=clock())).counted_at == counted_at
        assert card.diseases[0].counts[Behind.MANAGED] == "<5"
        for who in ("tang", "feng"):
            with pytest.raises(YearNotCounted):
                await queries.rates(actor=await actor(who), year=2022, now=clock())

    async def test_people_behind_a_number_come_page_by_page_and_as_many_as_were_counted(
        self, town: Any, actor: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(RATES, "PIECE", 2)
        doctor, feng = await actor("doctor"), await actor("feng")
        people = await Resident.filter(home__uid=town.alliance.yihe).exclude(uid=town.people.wang)
        row = await ChronicEpisode.get(uid=town.followups.wang)
        for number, resident in enumerate(people * 3):
            await ChronicEpisode(
                resident_id=resident.id, institution_id=row.institution_id, disease=Disease.HYPERTENSION,
                enrolled_how=row.enrolled_how, enrolled_on=row.enrolled_on - timedelta(days=9 - number),
                enrolled_by_id=row.enrolled_by_id, next_on=row.next_on, status=EpisodeStatus.ENDED,
                ended_on=row.enrolled_on, end_reason=EndReason.DECLINED, created_at=clock(),
            ).save()  # fmt: skip
        await recorded(town, actor, clock, pressure(), days=0)
        card = await queries.rates(actor=feng, year=2026, now=clock())
        wish = {"actor": doctor, "disease": Disease.HYPERTENSION, "year": 2026, "now": clock()}
        for behind in Behind:
            found, after = list[str](), None
            while True:
                page = await queries.people_behind(**wish, behind=behind, wish=PageWish(after, 1))
                found += [each.uid for each in page.items]
                after = page.next
                if after is None:
                    break
            assert (len(found), len(set(found))) == (int(card.diseases[0].counts[behind]), len(found))
        assert card.diseases[0].counts[Behind.MANAGED] == str(1 + len(people))
