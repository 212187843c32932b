"""Counting, freezing, reopening: what is told now, what was told then, and who stands behind it (T15)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.authority.actor import Actor, system_actor
from server.indicators import actions, queries
from server.indicators.errors import (
    FrozenAbove,
    HomesStillOpen,
    NoReason,
    NotTried,
    NotYetCounted,
    NotYetTheirs,
    ReportMoved,
)
from server.indicators.models import IndicatorEdition, IndicatorFact, IndicatorReport, IndicatorValue
from server.indicators.queries import BehindWish
from server.indicators.queries.counts import counted_again, figure_at, sums_known, tile_of
from server.indicators.queries.evaluators.health import DOSSIERS
from server.indicators.rules import Cadence, Figure, Level, ReportStatus, State
from server.kit.clock import SHANGHAI, local_date
from server.kit.errors import Forbidden, NotFound
from server.kit.pages import PageWish
from server.kit.rollups import RollUp, RollUpPeriod
from server.people.models import Resident
from server.visits.models import Visit
from server.visits.rules import VisitStatus

Acting = Callable[[str], Awaitable[Actor]]
MARCH = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LAST_OF_MARCH = datetime(2026, 3, 31, 23, 0, tzinfo=SHANGHAI)
APRIL = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
WORKER = system_actor("worker")
WISH = PageWish()


async def sweep(now: datetime) -> None:
    await actions.sweep_indicators(actor=WORKER, now=now)
    await actions.sweep_reports(actor=WORKER, now=now)


async def reports(level: Level) -> list[IndicatorReport]:
    return (
        await IndicatorReport.filter(level=level, cadence=Cadence.MONTH).order_by("id").select_related("home")
    )


async def march_is_over() -> None:
    await sweep(MARCH)
    await sweep(LAST_OF_MARCH)
    await sweep(APRIL)


async def freeze_homes(acting: Acting, now: datetime = APRIL) -> None:
    jin = await acting("jin")
    for row in await reports(Level.HOME):
        await actions.freeze_report(actor=jin, uid=row.uid, now=now)


async def freeze_all(acting: Acting, now: datetime = APRIL) -> None:
    await freeze_homes(acting, now)
    qian = await acting("qian")
    for row in [*await reports(Level.COUNTY), *await reports(Level.CITY)]:
        await actions.freeze_report(actor=qian, uid=row.uid, now=now)


async def report_of(place: str) -> IndicatorReport:
    return await IndicatorReport.get(place=place, cadence=Cadence.MONTH)


async def a_round_of_march(town: Any) -> None:
    """Let a round turn out to have been due in March, so that the next count has something to write."""
    row = await Visit.filter(home__uid=town.alliance.yihe).exclude(status=VisitStatus.CONFIRMED).first()
    assert row is not None
    at = datetime(2026, 3, 10, 2, tzinfo=UTC)
    await Visit.filter(id=row.id).update(starts_at=at, ends_at=at, status=VisitStatus.VOID)


async def value_of(row: IndicatorReport, code: str, number: int) -> Figure:
    value = await IndicatorValue.get(edition__report_id=row.id, edition__number=number, code=code)
    return Figure(value.met, value.counted, value.excluded)


class TestASweep:
    async def test_lays_down_facts_whose_sums_are_the_roll_ups(self, town: Any) -> None:
        await sweep(MARCH)

        assert await queries.faults(now=MARCH) == []
        facts = IndicatorFact.filter(code="ability", known_to__isnull=True)
        old = {row.resident_id: (row.state, row.reason) for row in await facts.select_related("resident")}
        wang = await Resident.get(uid=town.people.wang)
        assert wang.id in old
        assert all(state is not State.EXCLUDED or reason == "young" for state, reason in old.values())

    async def test_writes_only_what_changed_and_keeps_what_was_known(self, town: Any) -> None:
        await sweep(MARCH)
        before = await IndicatorFact.all().count()
        await sweep(MARCH + timedelta(hours=1))
        assert await IndicatorFact.all().count() == before

        home = await Institution.get(uid=town.alliance.yihe)
        await Resident.filter(uid=town.people.wang).update(died_at=MARCH + timedelta(hours=2))
        await sweep(MARCH + timedelta(hours=3))

        since = date(2026, 3, 1)
        then = await sums_known(DOSSIERS, since, moment=MARCH + timedelta(hours=1))
        now = await sums_known(DOSSIERS, since, moment=None)
        assert figure_at(now, home.id).counted == figure_at(then, home.id).counted - 1
        assert await queries.faults(now=MARCH) == []

    async def test_whose_sums_are_not_those_of_its_facts_is_named(self, town: Any) -> None:
        await sweep(MARCH)
        of_dossiers = {"tile": tile_of(DOSSIERS), "since": date(2026, 3, 1)}
        row = await RollUp.filter(**of_dossiers).order_by("id").first()
        assert row is not None
        await RollUp.filter(id=row.id).update(count=row.count + 1)
        (said,) = await queries.faults(now=MARCH)
        assert said.startswith(f"A19: the sums of {DOSSIERS.key} since 2026-03-01")

    async def test_of_two_workers_counts_once(self, town: Any) -> None:
        await sweep(MARCH)
        assert await actions.sweep_indicators(actor=WORKER, now=MARCH) == 0


class TestFreezing:
    async def test_goes_from_the_homes_to_the_city_and_what_is_frozen_is_what_was_known(
        self, town: Any, actor: Acting
    ) -> None:
        await march_is_over()
        await freeze_all(actor)

        (city,) = await reports(Level.CITY)
        assert city.status is ReportStatus.FROZEN
        homes = await reports(Level.HOME)
        total = sum([await value_of(row, "dossiers", 1) for row in homes], Figure())
        assert await value_of(city, "dossiers", 1) == total
        assert await queries.faults(now=APRIL) == []

    async def test_of_a_county_before_its_homes_is_refused(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        qian = await actor("qian")
        (county,) = await reports(Level.COUNTY)
        with pytest.raises(HomesStillOpen):
            await actions.freeze_report(actor=qian, uid=county.uid, now=APRIL)
        (city,) = await reports(Level.CITY)
        with pytest.raises(HomesStillOpen):
            await actions.freeze_report(actor=qian, uid=city.uid, now=APRIL)
        assert await IndicatorEdition.all().count() == 0
        assert await queries.faults(now=APRIL) == []

    async def test_happens_once_and_not_before_all_was_counted(self, town: Any, actor: Acting) -> None:
        await sweep(MARCH)
        await actions.sweep_reports(actor=WORKER, now=APRIL)  # nobody has counted since March ended
        jin, (first, *_) = await actor("jin"), await reports(Level.HOME)
        with pytest.raises(NotYetCounted):
            await actions.freeze_report(actor=jin, uid=first.uid, now=APRIL)
        await sweep(APRIL)
        await actions.freeze_report(actor=jin, uid=first.uid, now=APRIL)
        with pytest.raises(ReportMoved):
            await actions.freeze_report(actor=jin, uid=first.uid, now=APRIL)

    async def test_is_the_homes_own_until_its_time_has_passed(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        song, qian = await actor("song"), await actor("qian")
        yihe = next(row for row in await reports(Level.HOME) if row.place == town.alliance.yihe)
        with pytest.raises(NotFound):
            await actions.freeze_report(actor=song, uid=yihe.uid, now=APRIL)
        with pytest.raises(NotYetTheirs):
            await actions.freeze_report(actor=qian, uid=yihe.uid, reason="催过两次", now=APRIL)
        late = APRIL + timedelta(days=20)
        with pytest.raises(NoReason):
            await actions.freeze_report(actor=qian, uid=yihe.uid, now=late)
        await actions.freeze_report(actor=qian, uid=yihe.uid, reason="催过两次", now=late)
        assert (await IndicatorEdition.get(report_id=yihe.id)).on_behalf == "催过两次"

    async def test_tells_its_owner_and_once_the_bureau(
        self, town: Any, worker_pass: Any, clock: Any, console: Any
    ) -> None:
        clock.set(LAST_OF_MARCH)
        await worker_pass()
        clock.set(APRIL)
        await worker_pass()
        page = await (await console("song")).get("/admin")
        assert "期指标等您核对冻结" in page.text
        clock.advance(days=20)
        await worker_pass()
        late = await IndicatorReport.filter(told_at__isnull=False).count()
        assert late == len(await reports(Level.HOME))


class TestReopening:
    async def test_leaves_a_trace_and_the_old_value(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        await freeze_all(actor)
        qian, jin = await actor("qian"), await actor("jin")
        yihe = next(row for row in await reports(Level.HOME) if row.place == town.alliance.yihe)
        (county,), (city,) = await reports(Level.COUNTY), await reports(Level.CITY)
        before = await value_of(yihe, "visits_kept", 1)
        whole = await value_of(city, "visits_kept", 1)

        for row in (city, county, yihe):
            await actions.reopen_report(actor=qian, uid=row.uid, reason="漏了一次巡诊", now=APRIL)
        row = await Visit.filter(home_id=yihe.home_id).exclude(status=VisitStatus.CONFIRMED).first()
        assert row is not None
        march = datetime(2026, 3, 10, 2, tzinfo=UTC)
        await Visit.filter(id=row.id).update(starts_at=march, ends_at=march, status=VisitStatus.MISSED)
        await sweep(APRIL + timedelta(hours=1))
        await actions.freeze_report(actor=jin, uid=yihe.uid, now=APRIL + timedelta(hours=1))
        for above in (county, city):
            await actions.freeze_report(actor=qian, uid=above.uid, now=APRIL + timedelta(hours=1))

        assert await value_of(yihe, "visits_kept", 1) == before
        assert await value_of(city, "visits_kept", 1) == whole
        assert await value_of(city, "visits_kept", 2) == whole + Figure(0, 1)
        sheet = await queries.report_sheet(actor=qian, uid=yihe.uid, edition=1, now=APRIL)
        assert [each.number for each in sheet.editions] == [2, 1]
        assert sheet.editions[1].reopen_reason == "漏了一次巡诊"
        assert await queries.faults(now=APRIL) == []

    async def test_of_a_home_below_a_frozen_county_is_refused(self, town: Any, actor: Acting) -> None:
        await march_is_over()
        await freeze_all(actor)
        qian, (home, *_), (county,) = (
            await actor("qian"),
            await reports(Level.HOME),
            await reports(Level.COUNTY),
        )
        for row in (home, county):
            with pytest.raises(FrozenAbove):
                await actions.reopen_report(actor=qian, uid=row.uid, reason="要改", now=APRIL)
        with pytest.raises(Forbidden):
            await actions.reopen_report(actor=await actor("jin"), uid=home.uid, reason="要改", now=APRIL)
        assert await queries.faults(now=APRIL) == []

    async def test_a_count_at_the_very_moment_does_not_touch_what_was_frozen(
        self, town: Any, actor: Acting
    ) -> None:
        await march_is_over()
        await a_round_of_march(town)
        late = APRIL + timedelta(hours=3)
        jin, row = await actor("jin"), await report_of(town.alliance.yihe)
        await actions.freeze_report(actor=jin, uid=row.uid, now=late)

        behind = late - timedelta(seconds=2)  # the clock of the worker's machine
        assert await actions.sweep_indicators(actor=WORKER, now=behind) > 0

        edition = await IndicatorEdition.get(report_id=row.id)
        newest = await IndicatorFact.filter(code="visits_kept").order_by("-id").first()
        assert newest is not None
        assert newest.known_from > edition.known_at
        assert await queries.faults(now=late) == []

    async def test_a_freeze_dates_itself_after_a_count_that_was_ahead(self, town: Any, actor: Acting) -> None:
        """It waited for that count; what it sums is what was known then, not a second before."""
        await march_is_over()
        await a_round_of_march(town)
        ahead = APRIL + timedelta(hours=3)
        await actions.sweep_indicators(actor=WORKER, now=ahead)
        jin, row = await actor("jin"), await report_of(town.alliance.yihe)

        await actions.freeze_report(actor=jin, uid=row.uid, now=ahead - timedelta(seconds=2))

        assert (await IndicatorEdition.get(report_id=row.id)).known_at == ahead
        assert await queries.faults(now=ahead) == []


class TestWhatIsCountedAgain:
    async def counted(self, now: datetime) -> set[tuple[str, date]]:
        return {(each.definition.code, period.first) for each, period in await counted_again(local_date(now))}

    async def test_is_what_happened_until_every_home_has_frozen_it(self, town: Any, actor: Acting) -> None:
        march, first = date(2026, 3, 1), ("visits_kept", date(2026, 3, 1))
        await march_is_over()
        assert first in await self.counted(APRIL)
        assert ("dossiers", march) not in await self.counted(APRIL)
        await freeze_all(actor)
        assert first not in await self.counted(APRIL)

        june = APRIL + timedelta(days=60)
        qian = await actor("qian")
        for row in (*await reports(Level.CITY), *await reports(Level.COUNTY), (await reports(Level.HOME))[0]):
            await actions.reopen_report(actor=qian, uid=row.uid, reason="漏了一次巡诊", now=june)
        assert first in await self.counted(june)

    async def test_is_a_running_year_as_often_as_a_running_month(self, town: Any) -> None:
        await sweep(MARCH)
        await actions.sweep_indicators(actor=WORKER, now=MARCH + timedelta(minutes=31))
        counted = await RollUpPeriod.filter(tile__startswith="ind.").values_list(
            "tile", "since", "counted_at"
        )
        running = {at for tile, since, at in counted if since in {date(2026, 1, 1), date(2026, 3, 1)}}
        assert running == {MARCH + timedelta(minutes=31)}


class TestWhoStandsBehind:
    async def test_is_told_to_their_home_with_reason_and_next_step(self, town: Any, actor: Acting) -> None:
        await sweep(MARCH)
        found = await queries.people_behind(
            actor=await actor("he"), wish=BehindWish("checkups"), page=WISH, now=MARCH
        )
        assert any(
            "王桂兰" in line.label and line.reason == "该查" and line.next_step for line in found.page.items
        )

        other = await queries.people_behind(
            actor=await actor("song"), wish=BehindWish("checkups"), page=WISH, now=MARCH
        )
        assert not any("王桂兰" in line.label for line in other.page.items)

    async def test_is_not_told_to_a_bureau(self, town: Any, actor: Acting) -> None:
        await sweep(MARCH)
        for who in ("qian", "tang"):
            with pytest.raises(Forbidden):
                await queries.people_behind(
                    actor=await actor(who), wish=BehindWish("checkups"), page=WISH, now=MARCH
                )
        homes = await queries.people_behind(
            actor=await actor("qian"), wish=BehindWish("agreements"), page=WISH, now=MARCH
        )
        assert homes.page.items

    async def test_of_a_chronic_disease_is_told_to_who_manages_it_and_not_to_the_home(
        self, town: Any, actor: Acting
    ) -> None:
        await sweep(MARCH)
        wish = BehindWish("bp_control")
        kept = await queries.people_behind(actor=await actor("feng"), wish=wish, page=WISH, now=MARCH)
        assert [line.label for line in kept.page.items] == ["王桂兰"]
        at_home = await queries.people_behind(actor=await actor("he"), wish=wish, page=WISH, now=MARCH)
        assert at_home.page.items == ()


class TestTheBoard:
    async def test_tells_a_bureau_no_few_people(self, town: Any, actor: Acting) -> None:
        await sweep(MARCH)
        board = await queries.board(actor=await actor("qian"), month=None, home_uid=None, now=MARCH)
        by_code = {card.definition.code: card for card in board.cards}
        assert by_code["bp_control"].told.percent == "不显示"  # one resident
        assert by_code["agreements"].told.percent.endswith("%")
        kept = await queries.board(actor=await actor("feng"), month=None, home_uid=None, now=MARCH)
        theirs = {card.definition.code: card for card in kept.cards}["bp_control"]
        assert (theirs.told.met, theirs.told.counted) == ("0", "1")  # whom they may open by name
        own = await queries.board(actor=await actor("he"), month=None, home_uid=None, now=MARCH)
        assert {card.definition.code: card for card in own.cards}["dossiers"].told.counted != "不显示"

    async def test_gives_the_figure_of_a_past_day_again(self, town: Any, actor: Acting) -> None:
        await sweep(MARCH)
        await Institution.filter(uid=town.alliance.yihe).update(nursing_beds=0)
        await sweep(MARCH + timedelta(days=2))
        qian = await actor("qian")

        async def whole(known: date | None) -> str:
            sheet = await queries.indicator_sheet(
                actor=qian, code="nursing_beds", since=None, known=known, now=MARCH + timedelta(days=3)
            )
            return sheet.whole.met

        assert await whole(date(2026, 3, 2)) != await whole(None)
        assert await whole(date(2026, 3, 1)) == "0"  # nothing was known yet

    async def test_is_not_a_strangers(self, town: Any, actor: Acting) -> None:
        with pytest.raises(Forbidden):
            await queries.indicator_sheet(
                actor=await actor("he"), code="dossiers", since=None, known=None, now=MARCH
            )
        with pytest.raises(NotFound):
            await queries.board(actor=await actor("song"), month=None, home_uid=town.alliance.yihe, now=MARCH)


class TestTryingANumber:
    async def test_names_to_a_home_who_falls_in(self, town: Any, actor: Acting) -> None:
        he = await actor("he")
        found = await queries.trial(
            actor=he, code="ability", parameter_code="records.ability_age", value=88, now=MARCH
        )
        assert any("李福生" in line.label and line.after == "不计入" for line in found.named)
        assert found.before is not None
        assert found.after is not None
        assert found.after.counted < found.before.counted
        assert not await IndicatorFact.exists()

    async def test_tells_a_bureau_no_few_and_no_difference_of_few(self, town: Any, actor: Acting) -> None:
        found = await queries.trial(
            actor=await actor("qian"),
            code="ability",
            parameter_code="records.ability_age",
            value=88,
            now=MARCH,
        )
        assert found.named == ()
        assert all(line.people.startswith("<") or int(line.people) >= 5 for line in found.moves)
        assert found.before is None or all(not line.people.startswith("<") for line in found.moves)

    async def test_of_another_number_is_refused(self, town: Any, actor: Acting) -> None:
        with pytest.raises(NotTried):
            await queries.trial(
                actor=await actor("he"),
                code="ability",
                parameter_code="booking.fewest_shown",
                value=3,
                now=MARCH,
            )
