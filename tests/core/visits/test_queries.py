"""Who sees which visits and which lines, and how many queries that takes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from server.authority.actor import Actor
from server.consent.rules import RecordCategory
from server.kit.engines.counting import counted
from server.kit.errors import NotFound
from server.kit.pages import PageWish
from server.visits import actions, queries
from server.visits.actions import ItemResult
from server.visits.queries import VisitFilter
from server.visits.rules import Outcome, VisitStatus
from server.visits.rules.findings import Findings
from tests.core.visits.conftest import Ask, Round

List = Callable[[Round, Actor], Awaitable[object]]
WISH = PageWish()


class TestWhoSeesWhat:
    @pytest.mark.parametrize("key", ["doctor", "nurse", "he", "feng"])
    async def test_both_institutions_see_the_whole_visit(self, morning: Round, actor: Ask, key: str) -> None:
        card = await queries.visit(actor=await actor(key), visit_uid=morning.uid, now=morning.now)
        assert [item.bed for item in card.items] == ["201-1", "202-1"]

    @pytest.mark.parametrize(
        ("key", "name"), [("wang", "王桂兰"), ("daughter", "王桂兰"), ("guardian", "李福生")]
    )
    async def test_a_family_sees_its_own_line_only(
        self, morning: Round, actor: Ask, key: str, name: str
    ) -> None:
        person = await actor(key)
        one = await queries.visit(actor=person, visit_uid=morning.uid, now=morning.now)
        page = await queries.visits(actor=person, wish=WISH, now=morning.now)

        assert [item.resident_name for item in one.items] == [name]
        assert {item.resident_name for card in page.items for item in card.items} == {name}

    @pytest.mark.parametrize(
        "key", ["nephew", "stranger", "other_nurse", "song", "zhao", "sun", "qian", "tang", "xu"]
    )
    async def test_others_see_nothing(self, morning: Round, actor: Ask, key: str) -> None:
        other = await actor(key)
        with pytest.raises(NotFound):
            await queries.visit(actor=other, visit_uid=morning.uid, now=morning.now)
        assert (await queries.visits(actor=other, wish=WISH, now=morning.now)).items == ()

    async def test_a_resident_s_visits_are_listed_with_their_line(self, morning: Round, actor: Ask) -> None:
        page = await queries.visits_of_resident(
            actor=await actor("guardian"), resident_uid=morning.town.people.li, wish=WISH, now=morning.now
        )
        assert {card.uid for card in page.items} == {morning.uid, morning.town.visits.waiting}
        assert all(item.resident_name == "李福生" for card in page.items for item in card.items)

    async def test_another_s_resident_is_not_found(self, morning: Round, actor: Ask) -> None:
        with pytest.raises(NotFound):
            await queries.visits_of_resident(
                actor=await actor("guardian"),
                resident_uid=morning.town.people.wang,
                wish=WISH,
                now=morning.now,
            )


class TestTodaysRound:
    async def test_says_who_lies_where_and_what_is_due(self, morning: Round) -> None:
        (card,) = await queries.todays_round(actor=morning.doctor, now=morning.now)
        assert [(item.resident_name, item.bed, item.due) for item in card.items] == [
            ("王桂兰", "201-1", "量血压、血糖，问睡眠"),
            ("李福生", "202-1", "量血压，看伤口"),
        ]

    async def test_is_one_s_own(self, morning: Round) -> None:
        assert await queries.todays_round(actor=morning.feng, now=morning.now) == ()

    async def test_ends_at_midnight_in_the_city(self, morning: Round) -> None:
        """T14: the server's day changes eight hours later."""
        morning.clock.set(morning.now.replace(hour=15, minute=59))  # 23:59 in the city
        assert len(await queries.todays_round(actor=morning.doctor, now=morning.now)) == 1
        morning.clock.advance(minutes=1)
        assert await queries.todays_round(actor=morning.doctor, now=morning.now) == ()

    async def test_keeps_a_visit_that_runs_past_midnight(self, morning: Round) -> None:
        await morning.start()
        morning.clock.advance(days=1)
        assert len(await queries.todays_round(actor=morning.doctor, now=morning.now)) == 1


class TestWaiting:
    async def test_lists_what_waits_for_the_own_side(self, morning: Round) -> None:
        ours = await queries.visits_waiting_for_confirmation(actor=morning.he, wish=WISH, now=morning.now)
        theirs = await queries.visits_waiting_for_confirmation(actor=morning.feng, wish=WISH, now=morning.now)
        assert [card.uid for card in ours.items] == [morning.town.visits.waiting]
        assert theirs.items == ()

    async def test_is_empty_for_others(self, morning: Round, actor: Ask) -> None:
        page = await queries.visits_waiting_for_confirmation(
            actor=await actor("song"), wish=WISH, now=morning.now
        )
        assert page.items == ()


class TestFindings:
    async def test_the_family_reads_them(self, morning: Round, actor: Ask) -> None:
        read = await queries.findings_of(
            actor=await actor("daughter"),
            visit_uid=morning.town.visits.confirmed,
            resident_uid=morning.town.people.wang,
            now=morning.now,
        )
        assert [entry.words for entry in read] == [
            "心率 72 次/分",
            "体温 36.5 ℃",
            "精神好，睡眠可，继续原来的用药。",
        ]
        assert {entry.category for entry in read} == {RecordCategory.HOMEBED}

    async def test_the_home_reads_them_only_with_consent(self, morning: Round) -> None:
        """The round's findings are the health center's: for this category the town has not said yes."""
        read = await queries.findings_of(
            actor=morning.nurse,
            visit_uid=morning.town.visits.confirmed,
            resident_uid=morning.town.people.wang,
            now=morning.now,
        )
        assert read == ()

    async def test_of_a_visit_to_somebody_else_are_not_found(self, morning: Round, actor: Ask) -> None:
        with pytest.raises(NotFound):
            await queries.findings_of(
                actor=await actor("daughter"),
                visit_uid=morning.town.visits.waiting,
                resident_uid=morning.town.people.li,
                now=morning.now,
            )


class TestWhatCounts:
    async def test_is_only_what_both_confirmed(self, morning: Round) -> None:
        """I36."""
        since, until = morning.now - timedelta(days=30), morning.now + timedelta(days=1)
        items = await queries.confirmed_items(since=since, until=until)
        assert [item.visit_uid for item in items] == [morning.town.visits.confirmed]
        home = items[0].home_id
        assert await queries.confirmed_items(since=since, until=until, home_id=home) == items
        assert await queries.confirmed_items(since=since, until=until, provider_id=home) == ()

    @pytest.mark.parametrize("status", sorted(set(VisitStatus) - {VisitStatus.CONFIRMED}))
    async def test_is_nothing_in_any_other_state(self, morning: Round, status: VisitStatus) -> None:
        from server.visits.models import Visit

        await Visit.filter(uid=morning.town.visits.confirmed).update(status=status)
        assert await queries.confirmed_visit(morning.town.visits.confirmed) is None

    async def test_the_end_of_the_period_is_exclusive(self, morning: Round) -> None:
        whole = await queries.confirmed_items(since=morning.now - timedelta(days=30), until=morning.now)
        end = whole[0].finished_at
        assert await queries.confirmed_items(since=end, until=end) == ()
        assert await queries.confirmed_items(since=end - timedelta(days=9), until=end) == ()
        assert await queries.confirmed_items(since=end, until=end + timedelta(seconds=1)) == whole


LISTS: dict[str, tuple[int, List]] = {
    "round": (4, lambda m, a: queries.todays_round(actor=a, now=m.now)),
    "visits": (3, lambda m, a: queries.visits(actor=a, wish=WISH, now=m.now)),
    "waiting": (3, lambda m, a: queries.visits_waiting_for_confirmation(actor=a, wish=WISH, now=m.now)),
    "resident": (
        5,
        lambda m, a: queries.visits_of_resident(
            actor=a, resident_uid=m.town.people.wang, wish=WISH, now=m.now
        ),
    ),
    "rows": (4, lambda m, a: queries.visit_rows(actor=a, wanted=VisitFilter(), wish=WISH, now=m.now)),
    "waiting rows": (3, lambda m, a: queries.waiting_rows(actor=a, wish=WISH, now=m.now)),
    "review": (16, lambda m, a: queries.review(actor=a, visit_uid=m.uid, now=m.now)),
}


class TestNumberOfQueries:
    @pytest.mark.parametrize("name", LISTS)
    async def test_does_not_grow_with_the_list(self, morning: Round, name: str) -> None:
        most, read = LISTS[name]
        for each in range(6):
            await morning.planned_like_today(begin=timedelta(minutes=each))
        await morning.finish()
        with counted() as statements:
            await read(morning, morning.doctor)
        selects = [statement for statement in statements if statement.lstrip().upper().startswith("SELECT")]
        assert 0 < len(selects) <= most, selects


class TestRecordingTwice:
    async def test_adds_to_the_record_and_replaces_the_outcome(self, morning: Round) -> None:
        await morning.start()
        for pulse in (70, 72):
            result = ItemResult(morning.town.visits.today_wang, Outcome.SEEN, Findings(pulse=pulse))
            card = await actions.record_results(
                actor=morning.doctor, visit_uid=morning.uid, results=[result], now=morning.now
            )
        assert card.items[0].findings == 2
