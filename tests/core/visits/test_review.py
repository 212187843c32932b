"""One visit at a desk: what the reader may see of what was found, and where plan, words and proof differ."""

from datetime import timedelta

import pytest

from server.audit.trail_models import AccessEntry
from server.consent.actions import Choice, grant_consent, request_consent, withdraw_consent
from server.consent.queries import consent_sheet
from server.consent.rules import Purpose, RecordCategory
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.models import Resident
from server.visits import actions, queries
from server.visits.actions import ItemResult
from server.visits.models import Plate, Visit
from server.visits.queries import VisitReview
from server.visits.rules import Outcome, PlateKind, Reason
from server.visits.rules.findings import Findings
from tests.core.visits.conftest import Ask, Round, on_both_sides

WORDS_OF_LI = ("心率 72 次/分", "体温 36.5 ℃", "精神好，睡眠可，继续原来的用药。")


async def waiting(morning: Round, who: str) -> VisitReview:
    return await queries.review(
        actor=getattr(morning, who), visit_uid=morning.town.visits.waiting, now=morning.now
    )


async def finished(morning: Round, *results: ItemResult, **scan: object) -> None:
    await morning.start(**scan)
    await actions.record_results(
        actor=morning.doctor, visit_uid=morning.uid, results=results, now=morning.now
    )
    morning.clock.advance(minutes=30)
    await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)


async def both_measured(morning: Round) -> None:
    wang, li = morning.town.visits.today_wang, morning.town.visits.today_li
    await finished(
        morning,
        ItemResult(wang, Outcome.SEEN, Findings(pulse=70)),
        ItemResult(li, Outcome.SEEN, Findings(pulse=80)),
    )


async def home_may_see(morning: Round, actor: Ask) -> str:
    """Have Wang let the home see what visiting clinicians write."""
    card = await request_consent(
        actor=morning.he,
        resident_uid=morning.town.people.wang,
        institution_uid=morning.town.alliance.yihe,
        purpose=Purpose.VISIT,
        categories=(RecordCategory.HOMEBED,),
        last_day=local_date(morning.now) + timedelta(days=30),
        now=morning.now,
    )
    wang = await actor("wang")
    sheet = await consent_sheet(actor=wang, uid=card.uid, now=morning.now)
    choice = Choice(
        categories=frozenset({RecordCategory.HOMEBED}), restricted=frozenset(), text_hash=sheet.text_hash
    )
    await grant_consent(actor=wang, uid=card.uid, choice=choice, now=morning.now)
    return card.uid


class TestFindings:
    async def test_are_shown_to_those_who_wrote_them(self, morning: Round) -> None:
        found = (await waiting(morning, "feng")).findings[morning.town.visits.waiting_li]
        assert tuple(entry.words for entry in found) == WORDS_OF_LI

    async def test_are_kept_from_a_home_without_consent_which_still_sees_that_there_are_some(
        self, morning: Round
    ) -> None:
        review = await waiting(morning, "he")
        assert review.compared
        assert review.findings == {morning.town.visits.waiting_li: ()}
        assert review.card.items[0].findings == 3

    async def test_are_shown_to_the_home_for_whoever_consented_and_nobody_else(
        self, morning: Round, actor: Ask
    ) -> None:
        await home_may_see(morning, actor)
        await both_measured(morning)
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        words = {item: [entry.words for entry in found] for item, found in review.findings.items()}
        assert words == {
            morning.town.visits.today_wang: ["心率 70 次/分"],
            morning.town.visits.today_li: [],
        }

    async def test_are_gone_as_soon_as_consent_is_withdrawn(self, morning: Round, actor: Ask) -> None:
        uid = await home_may_see(morning, actor)
        await both_measured(morning)
        await withdraw_consent(actor=await actor("wang"), uid=uid, now=morning.now)
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert not any(review.findings.values())

    @pytest.mark.parametrize("who", ["he", "nurse", "feng", "doctor"])
    async def test_are_those_that_are_read_resident_by_resident(
        self, morning: Round, actor: Ask, who: str
    ) -> None:
        await home_may_see(morning, actor)
        await both_measured(morning)
        reader = getattr(morning, who)
        review = await queries.review(actor=reader, visit_uid=morning.uid, now=morning.now)
        for item in review.card.items:
            alone = await queries.findings_of(
                actor=reader, visit_uid=morning.uid, resident_uid=item.resident_uid, now=morning.now
            )
            assert review.findings[item.uid] == alone

    async def test_leave_one_line_for_each_resident_about_whom_something_is_written(
        self, morning: Round
    ) -> None:
        await both_measured(morning)
        before = await AccessEntry.all().count()
        await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        rows = await AccessEntry.all().order_by("-id").limit(await AccessEntry.all().count() - before)
        wang, li = morning.town.people.wang, morning.town.people.li
        residents = dict(await Resident.filter(uid__in=[wang, li]).values_list("id", "uid"))
        assert sorted(residents[row.resident_id] for row in rows) == sorted([wang, li])
        assert {(row.what, row.count) for row in rows} == {("visits.findings", 0)}

    async def test_stay_closed_once_nobody_has_to_judge_any_more(self, morning: Round) -> None:
        before = await AccessEntry.all().count()
        review = await queries.review(
            actor=morning.feng, visit_uid=morning.town.visits.confirmed, now=morning.now
        )
        assert (review.compared, review.findings) == (False, {})
        assert await AccessEntry.all().count() == before

    @pytest.mark.parametrize("who", ["song", "zhao", "other_nurse", "wang"])
    async def test_of_a_visit_of_others_are_not_there(self, morning: Round, actor: Ask, who: str) -> None:
        with pytest.raises(NotFound):
            await queries.review(
                actor=await actor(who), visit_uid=morning.town.visits.waiting, now=morning.now
            )


class TestDifferences:
    async def test_are_none_when_all_was_as_planned(self, morning: Round) -> None:
        await both_measured(morning)
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert review.differences == ()

    async def test_name_who_is_urgent_first_and_who_was_not_seen(self, morning: Round) -> None:
        wang, li = morning.town.visits.today_wang, morning.town.visits.today_li
        await finished(
            morning,
            ItemResult(wang, Outcome.SEEN, Findings(systolic=190, diastolic=100), urgent=True),
            ItemResult(li, Outcome.ABSENT, note="去医院了"),
        )
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert review.differences == (
            "王桂兰有紧急发现，请确认已经告知医生和家属。",
            "李福生没有看：不在。",
        )

    async def test_say_what_to_make_sure_of_when_presence_is_not_proved(self, morning: Round) -> None:
        await morning.start(code=None, device_unavailable=True)
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert review.differences[0] == "没有扫动态码，当时院方设备不可用。请向当班护士核实医护确实来过。"

    @pytest.mark.parametrize(
        ("minutes", "said"),
        [(14, None), (15, "比计划晚开始 15 分钟。"), (75, "比计划晚开始 1 小时 15 分钟。")],
    )
    async def test_count_from_a_quarter_of_an_hour(
        self, morning: Round, minutes: int, said: str | None
    ) -> None:
        morning.clock.advance(minutes=minutes)
        await morning.start()
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert review.differences == ((said,) if said else ())

    async def test_tell_a_scan_that_did_not_pass_and_a_bed_that_is_not_on_the_list(
        self, morning: Round
    ) -> None:
        await morning.start(code="nonsense")
        await morning.start()
        plate = await Plate.get(bed="201-1", valid_to=None)
        await Plate.filter(id=plate.id).update(bed="305-1", kind=PlateKind.BED)
        review = await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)
        assert review.differences == (
            "扫的是 305-1 床的床牌，名单里没有这张床。",
            "有 1 次扫码没有通过，见扫码记录。",
        )


class TestWhoSaidWhat:
    async def test_stands_side_by_side_in_its_order(self, morning: Round) -> None:
        uid = morning.town.visits.waiting
        await actions.dispute(actor=morning.he, visit_uid=uid, reason="当天没有来", now=morning.now)
        review = await waiting(morning, "feng")
        assert [(each.name, each.verdict_text, each.reason) for each in review.said] == [
            ("林致远", "确认属实", ""),
            ("何静", "提出异议", "当天没有来"),
        ]

    async def test_says_what_is_next_for_each_side(self, morning: Round) -> None:
        assert ((await waiting(morning, "he")).waits_for_me, (await waiting(morning, "he")).next) == (
            True,
            "等您确认",
        )
        assert ((await waiting(morning, "feng")).waits_for_me, (await waiting(morning, "feng")).next) == (
            False,
            "等对方确认",
        )

    async def test_asks_whoever_works_for_both_for_which_they_speak(self, morning: Round) -> None:
        both = on_both_sides(morning.he, morning.feng)
        review = await queries.review(actor=both, visit_uid=morning.town.visits.waiting, now=morning.now)
        assert review.sides == ("host", "provider")

    async def test_offers_a_correction_to_the_other_side_only(self, morning: Round) -> None:
        uid = morning.town.visits.confirmed
        row = await Visit.get(uid=uid)
        await actions.request_correction(
            actor=morning.feng,
            visit_uid=uid,
            reason="记错了",
            started_at=row.started_at + timedelta(minutes=5),
            now=morning.now,
        )
        theirs = await queries.review(actor=morning.feng, visit_uid=uid, now=morning.now)
        ours = await queries.review(actor=morning.he, visit_uid=uid, now=morning.now)
        assert (theirs.correction_to_decide, theirs.next) == (None, "等对方核准更正")
        assert (ours.correction_to_decide, ours.next) == (ours.corrections[0].uid, "等您核准更正")

    async def test_keeps_a_refused_correction_in_view(self, morning: Round) -> None:
        uid = morning.town.visits.confirmed
        await actions.request_correction(
            actor=morning.he,
            visit_uid=uid,
            reason="记错了",
            outcomes={morning.town.visits.confirmed_wang: Outcome.ABSENT},
            now=morning.now,
        )
        asked = (await queries.review(actor=morning.feng, visit_uid=uid, now=morning.now)).corrections[0]
        await actions.refuse_correction(
            actor=morning.feng, correction_uid=asked.uid, reason="当天看了", now=morning.now
        )
        review = await queries.review(actor=morning.he, visit_uid=uid, now=morning.now)
        assert [(each.changes, each.decision_reason) for each in review.corrections] == [
            ((("王桂兰", "已看", "不在"),), "当天看了")
        ]
        assert review.correction_to_decide is None


class TestTheSheet:
    async def test_is_taken_along_blank_by_the_provider_only(self, morning: Round) -> None:
        for who, may in (("feng", True), ("doctor", True), ("he", False)):
            review = await queries.review(actor=getattr(morning, who), visit_uid=morning.uid, now=morning.now)
            assert review.may_take_along is may

    async def test_is_filled_in_by_those_who_went_until_somebody_attests(self, morning: Round) -> None:
        async def may(who: str) -> bool:
            review = await queries.review(actor=getattr(morning, who), visit_uid=morning.uid, now=morning.now)
            return review.may_fill_in

        assert not await may("doctor")
        await morning.finish()
        assert (await may("doctor"), await may("feng")) == (True, False)
        await actions.attest(actor=morning.nurse, visit_uid=morning.uid, now=morning.now)
        assert not await may("doctor")


class TestNeighbours:
    async def test_lead_through_what_waits_the_oldest_first(self, morning: Round) -> None:
        await both_measured(morning)
        first = (await waiting(morning, "he")).neighbours
        second = (await queries.review(actor=morning.he, visit_uid=morning.uid, now=morning.now)).neighbours
        assert first is not None
        assert second is not None
        assert (first.place, first.total, first.before, first.after) == (1, 2, None, morning.uid)
        assert (second.place, second.before, second.after) == (2, morning.town.visits.waiting, None)

    async def test_are_not_offered_to_the_side_that_has_spoken(self, morning: Round) -> None:
        assert (await waiting(morning, "feng")).neighbours is None


class TestExceptions:
    def test_each_says_what_to_make_sure_of(self) -> None:
        from server.visits.rules.evidence import SENTENCES, TO_LOOK_AT

        words = list(Reason)
        exceptions = set(words[: words.index(Reason.PLATE_MALFORMED)])
        assert set(TO_LOOK_AT) == exceptions
        assert all("请" in sentence for sentence in TO_LOOK_AT.values())
        assert set(SENTENCES) == set(Reason)
