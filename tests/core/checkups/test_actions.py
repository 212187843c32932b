"""A home's check-ups from the plan to the last duty."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import PolicyParameter
from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import system_actor
from server.checkups import actions, queries
from server.checkups.actions import Facts, Found
from server.checkups.errors import (
    AlreadyPlanned,
    AlreadyReported,
    FileUnreadable,
    NotThisNow,
    Overtaken,
    PreviewOver,
    ReasonNeeded,
    TooManyRows,
    WrongDays,
    WrongReport,
)
from server.checkups.intake import empty_sheet, read_reports
from server.checkups.models import (
    CheckupCampaign,
    CheckupDuty,
    CheckupFacts,
    CheckupIntake,
    CheckupPlace,
    CheckupReport,
)
from server.checkups.queries import Step
from server.checkups.queries.agenda import checkups_today
from server.checkups.rules import (
    EDITIONS,
    CampaignEvent,
    DutyStatus,
    Insurance,
    PlaceStatus,
    Settled,
    Standing,
)
from server.consent.rules import Purpose, RecordCategory
from server.kit.engines.counting import counted
from server.kit.errors import IllegalMove, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.people.actions import record_death
from server.people.models import Resident, ResidentStay
from server.records.models import RecordEntry
from server.records.queries import EntryWish, missing
from tests.core.checkups.flows import FIRST, ILL, LAST, WELL, WHOLE, planned, reported

WISH, MOST = PageWish(), 500
EDITION = EDITIONS["2026.1"]
FILE = (
    "姓名,床位号,体检日期,收缩压(mmHg),舒张压,血红蛋白（g/L）,胸部DR,体检结论,备注\n"
    "王桂兰,201-1,2026-03-02,182,80,98,右肺小结节,,x\n"
    "李福生,202-1,2026/3/2,130,70,140,正常,体检未见明显异常,x\n"
)


async def previewed(actor: Any, clock: Any, campaign: str, text: str = FILE) -> Any:
    file = read_reports("结果.csv", text.encode(), edition=EDITION, most_rows=MOST)
    return await queries.intake_preview(
        actor=await actor("feng"), campaign_uid=campaign, rows=file.rows, mapped=file.mapped, unknown=file.unknown,
        digest=file.digest, now=clock(),
    )  # fmt: skip


async def imported(actor: Any, clock: Any, campaign: str, text: str = FILE) -> Any:
    preview = await previewed(actor, clock, campaign, text)
    return await actions.import_reports(
        actor=await actor("feng"), campaign_uid=campaign, ticket=preview.ticket, now=clock()
    )


async def standing_of(actor: Any, clock: Any, campaign: str, name: str) -> Any:
    sheet = await queries.campaign_sheet(actor=await actor("he"), uid=campaign, now=clock())
    return next(line for line in sheet.lines if line.name == name)


class TestFacts:
    async def test_decide_who_is_due_and_stay_beside_the_older(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        assert (await standing_of(actor, clock, uid, "王桂兰")).standing is Standing.DUE
        first = Facts(Insurance.RESIDENT, extreme_poverty=False, source="医保卡")
        exam = {"employer_exam_on": date(2026, 1, 8), "employer_exam_where": "市二院"}
        for facts in (first, replace(first, insurance=Insurance.EMPLOYEE, **exam)):
            await actions.state_facts(actor=he, resident_uid=town.people.wang, facts=facts, now=clock())
        line = await standing_of(actor, clock, uid, "王桂兰")
        assert (line.standing, "市二院" in line.sentence) == (Standing.ELSEWHERE, True)
        assert await CheckupFacts.filter(resident__uid=town.people.wang).count() == 2

    async def test_need_a_source_and_a_day_that_was(self, town: Any, actor: Any, clock: Any) -> None:
        he = await actor("he")
        for facts, refusal in (
            (Facts(Insurance.EMPLOYEE, extreme_poverty=False, source=" "), ReasonNeeded),
            (Facts(Insurance.EMPLOYEE, extreme_poverty=False, source="卡", employer_exam_on=date(2026, 3, 3)), WrongDays),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await actions.state_facts(actor=he, resident_uid=town.people.wang, facts=facts, now=clock())

    @pytest.mark.parametrize("who", ["song", "feng", "nurse", "wang"])
    async def test_are_not_for(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        facts = Facts(Insurance.EMPLOYEE, extreme_poverty=False, source="卡")
        with pytest.raises(NotFound):
            await actions.state_facts(
                actor=await actor(who), resident_uid=town.people.wang, facts=facts, now=clock()
            )


class TestPlan:
    async def test_lists_who_is_due_and_tells_both_sides(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        sheet = await queries.campaign_sheet(actor=await actor("he"), uid=uid, now=clock())
        assert {line.name for line in sheet.lines if line.place_uid} == {"王桂兰", "李福生"}
        assert (sheet.covered, sheet.counted, sheet.not_listed) == (0, 2, 0)
        assert await OutboxMessage.filter(topic="checkups.planned").count() == 1

    async def test_once_a_year_within_one_year_by_who_signed(self, town: Any, actor: Any, clock: Any) -> None:
        await planned(town, actor, clock)
        with pytest.raises(AlreadyPlanned):
            await planned(town, actor, clock)
        pair = {"home_uid": town.alliance.yihe, "provider_uid": town.alliance.health_center}
        for first, last in (
            (LAST, FIRST),
            (date(2026, 12, 1), date(2027, 1, 5)),
            (date(2026, 1, 1), date(2026, 3, 1)),
        ):
            with pytest.raises(WrongDays):
                await actions.plan_campaign(
                    actor=await actor("he"), **pair, starts_on=first, ends_on=last, now=clock()
                )
        for who in ("song", "sun", "nurse"):
            with pytest.raises(NotFound):
                await actions.plan_campaign(
                    actor=await actor(who), **pair, starts_on=FIRST, ends_on=LAST, now=clock()
                )

    async def test_days_go_from_room_to_room(self, town: Any, actor: Any, clock: Any) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        count = await actions.plan_days(
            actor=he, campaign_uid=uid, days=[FIRST], per_day=10, first_minute=480, now=clock()
        )
        sheet = await queries.campaign_lines(actor=he, uid=uid, now=clock())
        ((day, lines),) = sheet.days
        assert (count, day, [(line.name, line.time) for line in lines]) == (
            2, FIRST, [("王桂兰", "08:00"), ("李福生", "08:10")],
        )  # fmt: skip
        with pytest.raises(WrongDays):
            await actions.plan_days(
                actor=he,
                campaign_uid=uid,
                days=[LAST + timedelta(days=1)],
                per_day=10,
                first_minute=480,
                now=clock(),
            )

    async def test_days_are_written_a_day_at_a_time(self, town: Any, actor: Any, clock: Any) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        campaign = await CheckupCampaign.get(uid=uid)
        for resident in await Resident.exclude(home_id=campaign.home_id).limit(4):
            await CheckupPlace(campaign=campaign, resident=resident, created_at=clock()).save()
            await ResidentStay.filter(resident_id=resident.id).update(started_at=clock() - timedelta(days=60))
        days = [FIRST, FIRST + timedelta(days=1)]
        with counted() as statements:
            count = await actions.plan_days(
                actor=he, campaign_uid=uid, days=days, per_day=3, first_minute=480, now=clock()
            )
        written = [sql for sql in statements if sql.startswith("UPDATE") and "checkup_place" in sql]
        assert len(written) == 1 + -(-count // 3)
        minutes = await CheckupPlace.filter(day=FIRST).order_by("minute").values_list("minute", flat=True)
        assert (count > 2, minutes) == (True, [480, 490, 500])

    async def test_is_told_and_printed_without_what_was_done_to_it(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, feng = await planned(town, actor, clock), await actor("feng")
        with counted() as statements:
            head = await queries.campaign_head(actor=feng, uid=uid, now=clock())
            assert (head.is_open, head.most_rows) == (True, 500)
            assert not any("resident" in sql.replace("resident_id", "") for sql in statements)
            await queries.campaign_lines(actor=feng, uid=uid, now=clock())
        assert not any("audit_entry" in sql for sql in statements)
        with pytest.raises(NotFound):
            await queries.campaign_head(actor=await actor("he"), uid=uid, now=clock())

    async def test_days_are_for_those_who_are_still_due(self, town: Any, actor: Any, clock: Any) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        plan = {"campaign_uid": uid, "days": [FIRST], "per_day": 10, "first_minute": 480}
        assert await actions.plan_days(actor=he, **plan, now=clock()) == 2
        facts = Facts(
            Insurance.EMPLOYEE, extreme_poverty=False, source="报告", employer_exam_on=date(2026, 1, 8)
        )
        await actions.state_facts(actor=he, resident_uid=town.people.wang, facts=facts, now=clock())
        assert await actions.plan_days(actor=he, **plan, now=clock()) == 1
        assert await CheckupPlace.filter(day=None).count() == 1

    async def test_days_are_also_for_those_who_lack_something_at_the_bed(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        plan = {"actor": he, "campaign_uid": uid, "per_day": 10, "first_minute": 480}
        beside = {"home_id": (await CheckupCampaign.get(uid=uid)).home_id, "actor": await actor("feng")}
        beside["provider_id"] = (await CheckupCampaign.get(uid=uid)).provider_id
        film = {name: value for name, value in WHOLE.items() if name != "chest"}
        for values, reason, count in ((WELL, "", 2), (film, "补录", 1), (WHOLE, "补片", 1)):
            await reported(town, actor, clock, uid, values, reason=reason)
            assert await actions.plan_days(**plan, days=[FIRST], now=clock()) == count
            assert len(await queries.due_beside_beds(**beside, now=clock())) == count
            line = await queries.checkup_of(
                actor=await actor("daughter"),
                resident_uid=town.people.wang,
                purpose=Purpose.SELF,
                now=clock(),
            )
            assert ("8:00" in line.appointment) is (count == 2)
            today = await checkups_today(actor=he, day=FIRST)
            assert [each.residents for each in today] == [count]

    async def test_a_no_is_kept_and_can_become_a_yes(self, town: Any, actor: Any, clock: Any) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        place = (await standing_of(actor, clock, uid, "王桂兰")).place_uid
        await actions.answer(actor=he, place_uid=place, wants=False, note="怕抽血", now=clock())
        assert (await standing_of(actor, clock, uid, "王桂兰")).standing is Standing.DECLINED
        with pytest.raises(NotThisNow):
            await actions.answer(actor=he, place_uid=place, wants=False, now=clock())
        await actions.answer(actor=he, place_uid=place, wants=True, now=clock())
        assert (await standing_of(actor, clock, uid, "王桂兰")).standing is Standing.DUE

    async def test_opens_closes_and_opens_again(self, town: Any, actor: Any, clock: Any) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        for event in (CampaignEvent.CLOSE, CampaignEvent.REOPEN):
            await actions.move_campaign(actor=he, campaign_uid=uid, event=event, now=clock())
        with pytest.raises(IllegalMove):
            await actions.move_campaign(actor=he, campaign_uid=uid, event=CampaignEvent.OPEN, now=clock())


class TestReport:
    async def test_is_written_into_the_record_and_settles_its_duty(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        row = await CheckupReport.get(uid=await reported(town, actor, clock, uid))
        written = await RecordEntry.filter(uid__in=row.entries.values())
        assert {each.category for each in written} == {RecordCategory.EXAM, RecordCategory.LABS}
        main = next(each for each in written if each.uid == row.entry_uid)
        assert len(main.body["abnormal"]) == 2
        assert "血红蛋白" not in main.body["conclusion"]
        wish = EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())
        due = {each.code: each for each in await missing(wish=wish)}
        assert due["checkup"].last_day == clock.instant.date()
        line = await standing_of(actor, clock, uid, "王桂兰")
        assert (line.standing, line.place_words) == (Standing.PARTLY, "已有报告")
        assert row.next_on == date(2027, 3, 2)

    async def test_counts_as_examined_only_when_the_form_is_complete(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        lacking = {name: value for name, value in WHOLE.items() if name not in {"chest", "hba1c"}}
        for values, reason, covered, lacks in (
            ({"hgb": 122}, "", 0, 46), (lacking, "补录", 0, 2), ({**WHOLE, "chest": "未做，卧床"}, "补录", 0, 1),
            (WHOLE, "补拍了胸片", 1, 0),
        ):  # fmt: skip
            report = await reported(town, actor, clock, uid, values, reason=reason)
            sheet = await queries.campaign_sheet(actor=he, uid=uid, now=clock())
            assert (sheet.covered, sheet.counted, sheet.rate.percent) == (covered, 2, f"{50 * covered:.2f}%")
            told = await queries.report_sheet(actor=await actor("feng"), uid=report, now=clock())
            assert len(told.card.missing) == lacks
            line = await standing_of(actor, clock, uid, "王桂兰")
            assert line.standing is (Standing.EXAMINED if covered else Standing.PARTLY)
            assert ("还差" in line.sentence) is not bool(covered)
        assert not await CheckupDuty.exists()

    async def test_keeps_what_was_asked_in_a_note_of_its_own(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        row = await CheckupReport.get(uid=await reported(town, actor, clock, uid, WHOLE))
        asked = await RecordEntry.get(uid=row.entries["asked"])
        assert "症状：无症状；" in asked.body["text"]
        assert "服药依从性：规律" in asked.body["text"]
        assert "症状" not in (await RecordEntry.get(uid=row.entries["note"])).body["text"]
        assert len(asked.body["text"]) < 2000

    async def test_by_hand_shows_whatever_has_a_value_at_any_age(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, feng = await planned(town, actor, clock), await actor("feng")
        await Resident.filter(uid=town.people.wang).update(birth_date=date(1964, 1, 1))
        wish = {"actor": feng, "campaign_uid": uid, "resident_uid": town.people.wang, "now": clock()}
        names = [item.name for _, items in (await queries.report_form(**wish)).groups for item in items]
        assert {"chest", "hba1c", "self_care"}.isdisjoint(names)
        await reported(town, actor, clock, uid, {**WELL, "chest": "正常"})
        form = await queries.report_form(**wish)
        names = [item.name for _, items in form.groups for item in items]
        assert "chest" in names
        assert "hba1c" not in names
        assert form.report.conclusion == "体检未见明显异常"

    async def test_opens_a_duty_for_everything_abnormal_with_its_term(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        due = {each.item: (each.grave, each.due_on) for each in await CheckupDuty.all()}
        assert due == {
            "systolic": (True, date(2026, 3, 5)), "hgb": (False, date(2026, 4, 1)), "chest": (False, date(2026, 4, 1)),
        }  # fmt: skip

    async def test_is_put_right_with_a_reason_and_takes_back_what_is_not_so(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        old = await reported(town, actor, clock, uid)
        with pytest.raises(AlreadyReported):
            await reported(town, actor, clock, uid, WELL)
        new = await reported(town, actor, clock, uid, {**WELL, "hgb": 101}, reason="抄错了")
        row = await CheckupReport.get(uid=new)
        assert (row.version, (await CheckupReport.get(uid=old)).is_current) == (2, False)
        open_ones = await CheckupDuty.filter(status=DutyStatus.OPEN)
        assert [(each.item, "101" in each.sentence, each.report_id) for each in open_ones] == [
            ("hgb", True, row.id)
        ]
        assert await CheckupDuty.filter(status=DutyStatus.VOID).count() == 2
        owed = await queries.duties(actor=await actor("feng"), status=DutyStatus.VOID, wish=WISH, now=clock())
        assert not any("没有同意" in each.sentence for each in owed.items)
        assert await queries.faults(now=clock()) == []

    async def test_put_right_opens_nothing_again_that_was_settled(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        await reported(town, actor, clock, uid)
        duty = await CheckupDuty.get(item="hgb")
        await actions.settle_duty(
            actor=await actor("feng"), duty_uid=duty.uid, settled=Settled.KNOWN, note="在治疗", now=clock()
        )
        await reported(town, actor, clock, uid, {**ILL, "pulse": 71}, reason="脉率抄错")
        assert [each.status for each in await CheckupDuty.filter(item="hgb")] == [DutyStatus.DONE]
        wish = {"resident_uid": town.people.wang, "purpose": Purpose.SELF, "now": clock()}
        line = await queries.checkup_of(actor=await actor("daughter"), **wish)
        assert [
            (each.done, "已经办了" in each.words) for each in line.steps if "血红蛋白" in each.sentence
        ] == [(True, True)]
        whose = {"actor": await actor("feng"), "wish": WISH, "now": clock()}
        for status in (DutyStatus.DONE, DutyStatus.VOID):
            page = await queries.duties(status=status, **whose)
            assert not any("没有同意" in each.sentence for each in page.items)
        await reported(town, actor, clock, uid, {**ILL, "hgb": 90}, reason="血红蛋白抄错")
        assert await CheckupDuty.filter(item="hgb", status=DutyStatus.OPEN).count() == 1
        assert await queries.faults(now=clock()) == []

    async def test_put_right_is_due_sooner_when_it_has_become_grave_and_later_when_it_is_not(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        await reported(town, actor, clock, uid)
        clock.advance(days=2)
        for hgb, due in ((58, date(2026, 3, 7)), (57, date(2026, 3, 7)), (97, date(2026, 4, 1))):
            found = Found(date(2026, 3, 2), {**ILL, "hgb": hgb})
            await actions.enter_report(
                actor=await actor("feng"), campaign_uid=uid, resident_uid=town.people.wang, found=found, reason="复核",
                now=clock(),
            )  # fmt: skip
            duty = await CheckupDuty.get(item="hgb", status=DutyStatus.OPEN)
            assert (duty.due_on, duty.grave) == (due, hgb < 60)

    async def test_is_neither_entered_nor_put_right_once_the_campaign_is_over(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, feng = await planned(town, actor, clock), await actor("feng")
        report = await reported(town, actor, clock, uid)
        for event, refused in ((CampaignEvent.CLOSE, True), (CampaignEvent.REOPEN, False)):
            await actions.move_campaign(actor=feng, campaign_uid=uid, event=event, now=clock())
            newest = await CheckupReport.filter(is_current=True).get()
            sheet = await queries.report_sheet(actor=feng, uid=newest.uid, now=clock())
            assert sheet.may_write is not refused
            with pytest.raises(NotThisNow) if refused else nullcontext():
                await reported(town, actor, clock, uid, WELL, reason="补录")
        assert report != (await CheckupReport.get(is_current=True)).uid

    async def test_refuses_before_it_is_open_and_what_cannot_be(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock, opened=False)
        with pytest.raises(NotThisNow):
            await reported(town, actor, clock, uid)
        await actions.move_campaign(
            actor=await actor("feng"), campaign_uid=uid, event=CampaignEvent.OPEN, now=clock()
        )
        feng = await actor("feng")
        for found in (
            Found(date(2026, 3, 3), WELL), Found(date(2025, 12, 31), WELL), Found(date(2026, 3, 2), {"hgb": 900}),
            Found(date(2026, 3, 2), WELL, next_on=date(2026, 3, 2)),
        ):  # fmt: skip
            with pytest.raises(WrongReport):
                await actions.enter_report(
                    actor=feng, campaign_uid=uid, resident_uid=town.people.wang, found=found, now=clock()
                )

    @pytest.mark.parametrize("who", ["he", "nurse", "zhao", "doctor"])
    async def test_is_not_for(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        with pytest.raises(NotFound):
            await actions.enter_report(
                actor=await actor(who), campaign_uid=uid, resident_uid=town.people.wang,
                found=Found(date(2026, 3, 2), WELL), now=clock(),
            )  # fmt: skip


class TestFile:
    async def test_is_shown_row_by_row_and_then_taken_in(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        preview = await previewed(actor, clock, uid)
        assert [(row.name, row.step, len(row.abnormal)) for row in preview.rows] == [
            ("王桂兰", Step.NEW, 3), ("李福生", Step.NEW, 0),
        ]  # fmt: skip
        assert ("胸部DR", "胸片") in preview.mapped
        assert preview.unknown == ("备注",)
        assert not await CheckupReport.exists()
        done = await imported(actor, clock, uid)
        assert (done.taken, done.left_out) == (2, 0)
        assert await CheckupPlace.filter(status=PlaceStatus.EXAMINED).count() == 2

    async def test_twice_is_the_same_import(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        await imported(actor, clock, uid)
        before = await RecordEntry.all().count()
        done = await imported(actor, clock, uid)
        assert (done.taken, done.corrected, done.unchanged) == (0, 0, 2)
        assert await RecordEntry.all().count() == before
        assert await CheckupIntake.all().count() == 2

    async def test_leaves_out_faulty_rows_and_says_which(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        text = (
            FILE
            + "张三,301-1,2026-03-02,120,70,130,正常,,\n王桂兰,201-1,2026-03-02,120,70,130,正常,,\n李福生,202-1,三月二日,1,2,3,,,\n"
        )
        preview = await previewed(actor, clock, uid, text)
        assert [fault.row for fault in preview.faults] == [4, 5, 6]
        done = await imported(actor, clock, uid, text)
        assert (done.taken, done.left_out) == (2, 3)
        assert "3 行有错" in done.sentence

    async def test_a_changed_row_puts_the_report_right(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        await imported(actor, clock, uid)
        done = await imported(actor, clock, uid, FILE.replace("182,80,98", "140,80,98"))
        assert (done.corrected, done.unchanged) == (1, 1)
        assert await queries.faults(now=clock()) == []

    async def test_a_second_file_adds_to_the_first(self, town: Any, actor: Any, clock: Any) -> None:
        """What was found at the bed comes first, the hospital's film and ultrasound days later."""
        uid = await planned(town, actor, clock)
        bed = "姓名,床位号,体检日期,收缩压,舒张压,血红蛋白,建议\n王桂兰,201-1,2026-03-02,182,80,98,低盐\n"
        film = "姓名,床位号,体检日期,胸片,腹部B超\n王桂兰,201-1,2026-03-02,右肺小结节,未见明显异常\n"
        await imported(actor, clock, uid, bed)
        (row,) = (await previewed(actor, clock, uid, film)).rows
        assert (row.step, row.items, len(row.abnormal)) == (Step.CORRECT, 5, 3)
        await imported(actor, clock, uid, film)
        report = await CheckupReport.get(is_current=True)
        assert set(report.values) == {"systolic", "diastolic", "hgb", "chest", "ultrasound"}
        assert report.conclusion.startswith("有 3 项异常")
        duties = CheckupDuty.filter(report_id=report.id, status=DutyStatus.OPEN)
        assert set(await duties.values_list("item", flat=True)) == {"systolic", "hgb", "chest"}
        for again in (bed, film):
            assert (await imported(actor, clock, uid, again)).unchanged == 1
        halves = bed.replace("182,80", "182,")
        assert len((await previewed(actor, clock, uid, halves)).faults) == 1

    async def test_a_second_file_keeps_what_was_written(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await planned(town, actor, clock)
        own = "姓名,床位号,体检日期,血红蛋白,体检结论,建议,下次体检日期\n王桂兰,201-1,2026-03-02,120,未见异常（已核）,低盐,2026-06-01\n"
        await imported(actor, clock, uid, own)
        await imported(
            actor, clock, uid, "姓名,床位号,体检日期,胸片,体检结论\n王桂兰,201-1,2026-03-02,正常,\n"
        )
        report = await CheckupReport.get(is_current=True)
        assert (report.conclusion, report.advice) == ("未见异常（已核）", "低盐")
        assert report.next_on == date(2026, 6, 1)

    async def test_is_refused_when_something_happened_in_between_too_late_or_by_somebody_else(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        preview = await previewed(actor, clock, uid)
        feng = await actor("feng")
        await reported(town, actor, clock, uid)
        with pytest.raises(Overtaken):
            await actions.import_reports(actor=feng, campaign_uid=uid, ticket=preview.ticket, now=clock())
        preview = await previewed(actor, clock, uid)
        clock.advance(minutes=31)
        for ticket in (preview.ticket, "nonsense"):
            with pytest.raises(PreviewOver):
                await actions.import_reports(actor=feng, campaign_uid=uid, ticket=ticket, now=clock())

    @pytest.mark.parametrize("content", [b"", b"\x00\xff", "甲,乙\n1,2\n".encode()])
    def test_is_refused_when_it_is_none(self, content: bytes) -> None:
        with pytest.raises(FileUnreadable):
            read_reports("a.csv", content, edition=EDITION, most_rows=MOST)

    async def test_is_refused_with_the_number_when_it_has_too_many_rows(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        head, *lines = FILE.splitlines()
        for text in ("\n".join([head, *lines, lines[0]]), "\n".join([head, "", lines[0], "", lines[1]])):
            with pytest.raises(TooManyRows) as refused:
                read_reports("a.csv", text.encode(), edition=EDITION, most_rows=2)
            assert "最多 2 行" in refused.value.sentence
        await PolicyParameter.filter(code="checkups.most_rows").update(value=1)
        with pytest.raises(TooManyRows) as refused:
            await previewed(actor, clock, uid)
        assert "最多 1 行" in refused.value.sentence

    async def test_is_refused_when_the_campaign_is_over(self, town: Any, actor: Any, clock: Any) -> None:
        uid, feng = await planned(town, actor, clock), await actor("feng")
        preview = await previewed(actor, clock, uid)
        await actions.move_campaign(actor=feng, campaign_uid=uid, event=CampaignEvent.CLOSE, now=clock())
        with pytest.raises(NotThisNow):
            await previewed(actor, clock, uid)
        with pytest.raises(NotThisNow):
            await actions.import_reports(actor=feng, campaign_uid=uid, ticket=preview.ticket, now=clock())

    def test_the_template_reads_itself(self) -> None:
        for edition in EDITIONS.values():
            file = read_reports("a.xlsx", empty_sheet(edition), edition=edition, most_rows=MOST)
            assert (file.rows, file.unknown) == ((), ())
            assert len({taken for _, taken in file.mapped}) == len(edition.items) + 8

    async def test_says_what_is_still_missing_and_takes_codes_or_words(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await planned(town, actor, clock)
        text = '姓名,床位号,体检日期,症状,饮食习惯,吸烟情况,尿蛋白\n王桂兰,201-1,2026-03-02,头痛、25,"1,4",从不吸烟,++\n'
        (fault,) = (await previewed(actor, clock, uid, text)).faults
        assert fault.sentences == ("请写明“其他症状”。",)
        (row,) = (await previewed(actor, clock, uid, text.replace("头痛、25", "头痛、便秘"))).rows
        assert (row.items, row.missing > 30, row.abnormal) == (4, True, ("尿蛋白：++",))


class TestAfterwards:
    async def test_a_duty_is_settled_once_by_who_owes_it(self, town: Any, actor: Any, clock: Any) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        duty, feng = await CheckupDuty.get(item="hgb"), await actor("feng")
        with pytest.raises(NotFound):
            await actions.settle_duty(
                actor=await actor("he"),
                duty_uid=duty.uid,
                settled=Settled.RECHECKED,
                note="好了",
                now=clock(),
            )
        with pytest.raises(ReasonNeeded):
            await actions.settle_duty(
                actor=feng, duty_uid=duty.uid, settled=Settled.RECHECKED, note=" ", now=clock()
            )
        await actions.settle_duty(
            actor=feng, duty_uid=duty.uid, settled=Settled.RECHECKED, note="复查 118", now=clock()
        )
        with pytest.raises(NotThisNow):
            await actions.settle_duty(
                actor=feng, duty_uid=duty.uid, settled=Settled.KNOWN, note="又", now=clock()
            )
        assert await queries.count_open_duties(actor=feng, now=clock()) == (2, 0)

    async def test_time_says_once_what_is_overdue(self, town: Any, actor: Any, clock: Any) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        worker = system_actor("worker")
        assert await actions.sweep_checkups(actor=worker, now=clock()) == 0
        clock.advance(days=4)
        assert await actions.sweep_checkups(actor=worker, now=clock()) == 1
        assert await actions.sweep_checkups(actor=worker, now=clock()) == 0
        clock.advance(days=15)
        assert await actions.sweep_checkups(actor=worker, now=clock()) == 1
        assert await OutboxMessage.filter(topic="checkups.over").count() == 1
        for deed in ("checkups.duty_overdue", "checkups.over"):
            assert await AuditEntry.filter(action=deed).count() == 1

    @pytest.mark.parametrize("by_news", [True, False])
    async def test_of_the_dead_nothing_is_owed(
        self, by_news: bool, town: Any, actor: Any, clock: Any, worker_pass: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        if by_news:
            await record_death(
                actor=await actor("he"), resident_uid=town.people.wang, died_at=clock(), now=clock()
            )
            await worker_pass()
        else:
            await Resident.filter(uid=town.people.wang).update(died_at=clock())
            clock.advance(days=40)
            await actions.sweep_checkups(actor=system_actor("worker"), now=clock())
        assert await CheckupDuty.filter(status=DutyStatus.VOID, note="长者已离世", open_key=None).count() == 3
        assert await AuditEntry.filter(action="checkups.duty_withdrawn").count() == 3
        assert not await AuditEntry.filter(action="checkups.duty_overdue").exists()
        assert await queries.count_open_duties(actor=await actor("feng"), now=clock()) == (0, 0)
        assert await queries.faults(now=clock()) == []

    async def test_the_family_reads_what_was_found_and_when_next(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid, he = await planned(town, actor, clock), await actor("he")
        await actions.plan_days(
            actor=he, campaign_uid=uid, days=[FIRST], per_day=9, first_minute=480, now=clock()
        )
        daughter = await actor("daughter")
        wish = {"resident_uid": town.people.wang, "purpose": Purpose.SELF}
        line = await queries.checkup_of(actor=daughter, **wish, now=clock())
        assert (line.standing, "8:00" in line.appointment) == (Standing.DUE, True)
        await reported(town, actor, clock, uid)
        line = await queries.checkup_of(actor=daughter, **wish, now=clock())
        assert "做了一部分，还差" in line.sentence
        await reported(town, actor, clock, uid, {**WHOLE, **ILL}, reason="补录")
        line = await queries.checkup_of(actor=daughter, **wish, now=clock())
        assert "已经做过了" in line.sentence
        assert "2027 年 3 月 2 日" in line.next_words
        assert len(line.reports[0].abnormal) == 3

    async def test_the_home_sees_labs_only_with_consent_for_them(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """Wang shared EXAM with Yihe for her care, not for visits, and never LABS."""
        uid = await planned(town, actor, clock)
        await reported(town, actor, clock, uid)
        line = await queries.checkup_of(
            actor=await actor("nurse"), resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
        )
        assert [name for name, _ in line.reports[0].groups] == ["一般检查", "心电图和影像"]
        assert not any("血红蛋白" in each for each in line.reports[0].abnormal)
        assert line.reports[0].hidden
        wish = {"resident_uid": town.people.wang, "purpose": Purpose.SELF, "now": clock()}
        own = await queries.checkup_of(actor=await actor("daughter"), **wish)
        assert not own.reports[0].hidden

    async def test_duties_tell_what_it_is_to_who_may_see_the_report(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await reported(town, actor, clock, await planned(town, actor, clock))
        before = await AccessEntry.all().count()
        own = await queries.duties(actor=await actor("feng"), status=DutyStatus.OPEN, wish=WISH, now=clock())
        assert any("血红蛋白" in each.sentence for each in own.items)
        assert await AccessEntry.all().count() == before + 1
        home = await queries.duties(actor=await actor("he"), status=None, wish=WISH, now=clock())
        assert len(home.items) == 3
        assert not any("血红蛋白" in each.sentence for each in home.items)
        assert not (await queries.duties(actor=await actor("sun"), status=None, wish=WISH, now=clock())).items

    async def test_the_report_opens_to_who_examined_and_to_nobody_else(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await reported(town, actor, clock, await planned(town, actor, clock), ILL)
        sheet = await queries.report_sheet(actor=await actor("feng"), uid=uid, now=clock())
        assert len(sheet.duties) == 3
        home = await queries.report_sheet(actor=await actor("he"), uid=uid, now=clock())
        assert not any("血红蛋白" in each.sentence for each in home.duties)
        for who in ("song", "sun"):
            with pytest.raises(NotFound):
                await queries.report_sheet(actor=await actor(who), uid=uid, now=clock())
