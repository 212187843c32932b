"""Beds at the end of each day: kept once, never changed, put right by a further row: A23, T14."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.invariants import faults
from server.kit.clock import SHANGHAI
from server.people import actions, queries
from server.people.models import BedCensusEntry, CareStateChange, Resident, ResidentStay
from server.people.queries.census import counted_at_end_of
from server.people.rules import CareCause, CareState, CensusSpan, Figures
from server.people.rules.census import digest_of, points_of
from tests.core.alliance.test_agreements import refused

Actors = Callable[[str], Awaitable[Actor]]
WORKER = system_actor("worker")
DAY = date(2026, 3, 2)  # the town's


def at(day: int, hour: int, minute: int = 0, second: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


class TestFigures:
    def test_shares_are_unknown_where_no_bed_is_registered(self) -> None:
        assert Figures(0, 0, 3).utilisation is None
        assert Figures(0, 0, 3).nursing_share is None
        assert (Figures(120, 60, 90).utilisation, Figures(120, 60, 90).nursing_share) == (0.75, 0.5)

    @pytest.mark.parametrize(
        ("figures", "sound"),
        [
            (Figures(10, 10, 12, 6, 6), True),  # more may live there than beds are registered
            (Figures(10, 11, 5), False),
            (Figures(10, 4, 5, 3, 3), False),
            (Figures(10, 4, -1), False),
        ],
    )
    def test_what_can_be(self, figures: Figures, sound: bool) -> None:
        assert figures.is_sound is sound

    def test_a_digest_holds_everything_and_what_was_before(self) -> None:
        words = {
            "home": "H",
            "day": DAY,
            "version": 1,
            "figures": Figures(1, 1, 1),
            "reason": "",
            "before": "",
        }
        changed = (
            {"home": "I"},
            {"day": date(2026, 3, 3)},
            {"version": 2},
            {"figures": Figures(1, 1, 0)},
            {"reason": "x"},
            {"before": "y"},
        )
        digests = {digest_of(**{**words, **each}) for each in ({}, *changed)}
        assert len(digests) == 7


class TestPoints:
    def test_every_day_every_week_or_the_ends_of_months(self) -> None:
        month, quarter, year = (points_of(span, date(2028, 3, 1)) for span in CensusSpan)

        assert (len(month), month[0], month[-1]) == (30, date(2028, 2, 1), date(2028, 3, 1))
        assert (len(quarter), quarter[0]) == (13, date(2027, 12, 8))
        assert (len(year), year[0], year[-2], year[-1]) == (
            13,
            date(2027, 3, 31),
            date(2028, 2, 29),
            date(2028, 3, 1),
        )
        assert points_of(CensusSpan.YEAR, date(2026, 1, 15))[-2] == date(2025, 12, 31)


async def kept(town: Town, day: date = DAY) -> BedCensusEntry:
    return await BedCensusEntry.get(home__uid=town.alliance.yihe, day=day, version=1)


class TestKeeping:
    async def test_a_day_is_kept_when_it_is_over_in_the_citys_time(self, town: Town) -> None:
        """T14: 23:59:59 and 00:00:00 in Shanghai, whatever UTC says."""
        assert await actions.sweep_census(actor=WORKER, now=at(2, 23, 59, 59)) == 0
        assert await actions.sweep_census(actor=WORKER, now=at(3, 0)) == 6
        assert await actions.sweep_census(actor=WORKER, now=at(3, 0, 1)) == 0

        row = await kept(town)
        assert (row.beds, row.nursing_beds, row.residents) == (120, 60, 2)
        assert await faults(now=at(3, 0)) == []

    async def test_who_comes_or_goes_at_the_stroke_of_midnight(self, town: Town) -> None:
        home = await Institution.get(uid=town.alliance.yihe)
        li = await Resident.get(uid=town.people.li)
        edges = {"ended_at": at(3, 0)}
        await ResidentStay.filter(resident_id=li.id).update(**edges)

        async def living(day: date) -> int:
            return (await counted_at_end_of(day=day, home_ids=[home.id]))[home.id].residents

        assert (await living(DAY), await living(date(2026, 3, 3))) == (2, 1)
        await ResidentStay.filter(resident_id=li.id).update(ended_at=at(2, 23, 59, 59))
        assert await living(DAY) == 1
        await ResidentStay.filter(resident_id=li.id).update(started_at=at(3, 0), ended_at=None)
        assert (await living(DAY), await living(date(2026, 3, 3))) == (1, 2)

    async def test_a_state_counts_as_it_was_that_midnight(self, town: Town) -> None:
        home = await Institution.get(uid=town.alliance.yihe)
        li = await Resident.get(uid=town.people.li)
        await CareStateChange.filter(resident_id=li.id).update(ended_at=at(2, 10), open_key=None)
        await CareStateChange(
            resident_id=li.id, state=CareState.INPATIENT, started_at=at(2, 10), ended_at=at(4, 8),
            cause=CareCause.REPORTED, created_at=at(2, 10),
        ).save()  # fmt: skip

        found = [
            (await counted_at_end_of(day=date(2026, 3, day), home_ids=[home.id]))[home.id]
            for day in (1, 2, 3, 4)
        ]

        assert [each.inpatient for each in found] == [0, 1, 1, 0]

    async def test_a_worker_that_was_away_makes_up_for_each_day(self, town: Town) -> None:
        await actions.sweep_census(actor=WORKER, now=at(3, 8))
        home = await Institution.get(uid=town.alliance.yihe)
        await ResidentStay.filter(home_id=home.id).order_by("id").limit(1)
        li = await Resident.get(uid=town.people.li)
        await ResidentStay.filter(resident_id=li.id).update(ended_at=at(5, 15))

        assert await actions.sweep_census(actor=WORKER, now=at(8, 8)) == 5 * 6

        rows = await BedCensusEntry.filter(home_id=home.id).order_by("day")
        assert [(row.day.day, row.residents) for row in rows] == [
            (2, 2),
            (3, 2),
            (4, 2),
            (5, 1),
            (6, 1),
            (7, 1),
        ]

    async def test_a_year_away_is_made_up_for_a_month_only(self, town: Town) -> None:
        await actions.sweep_census(actor=WORKER, now=at(3, 8))
        assert await actions.sweep_census(actor=WORKER, now=at(3, 8) + timedelta(days=400)) == 31 * 6


class TestCorrecting:
    async def test_adds_a_row_and_leaves_what_was_kept(self, town: Town, actor: Actors) -> None:
        now, he = at(3, 8), await actor("he")
        await actions.sweep_census(actor=WORKER, now=now)
        words = {"actor": he, "home_uid": town.alliance.yihe, "day": DAY, "now": now}

        await actions.correct_census(figures=Figures(118, 60, 5), reason="漏登三位", **words)
        await actions.correct_census(figures=Figures(118, 58, 4), reason="又多登一位", **words)

        rows = await BedCensusEntry.filter(home__uid=town.alliance.yihe).order_by("version")
        assert [(row.version, row.beds, row.nursing_beds, row.residents) for row in rows] == [
            (1, 120, 60, 2), (2, -2, 0, 3), (3, 0, -2, -1),
        ]  # fmt: skip
        board = await queries.census_board(actor=he, home_uid=None, span=CensusSpan.MONTH, now=now)
        assert board.total == Figures(118, 58, 4)
        assert board.series[-1].figures == Figures(118, 58, 4)
        assert [each.reason for each in board.corrections] == ["又多登一位", "漏登三位"]
        assert await faults(now=now) == []

    async def test_refuses_what_cannot_be_what_is_alike_and_what_is_not_mine(
        self, town: Town, actor: Actors
    ) -> None:
        now, he = at(3, 8), await actor("he")
        await actions.sweep_census(actor=WORKER, now=now)
        words: dict[str, Any] = {
            "actor": he, "home_uid": town.alliance.yihe, "day": DAY, "figures": Figures(120, 60, 3), "reason": "x", "now": now,
        }  # fmt: skip

        async def tried(**differently: Any) -> None:
            await actions.correct_census(**{**words, **differently})

        await refused("people.reason_needed", tried(reason=" "))
        await refused("people.census_unsound", tried(figures=Figures(10, 11, 3)))
        await refused("people.census_same", tried(figures=Figures(120, 60, 2)))
        await refused("kit.not_found", tried(day=DAY + timedelta(days=1)))
        await refused("kit.not_found", tried(home_uid=town.alliance.songhe))
        await refused("kit.not_found", tried(actor=await actor("qian")))

    @pytest.mark.parametrize("changes", [{"residents": 9}, {"version": 2}, {"digest": "0" * 64}])
    async def test_an_edited_row_stands_out(self, town: Town, changes: dict[str, Any]) -> None:
        await actions.sweep_census(actor=WORKER, now=at(3, 8))
        await BedCensusEntry.filter(home__uid=town.alliance.yihe).update(**changes)

        assert any(line.startswith("A23") for line in await faults(now=at(3, 8)))


class TestBoard:
    async def test_few_are_not_told_upwards_and_not_summed(self, town: Town, actor: Actors) -> None:
        now = at(3, 8)
        await actions.sweep_census(actor=WORKER, now=now)
        jin = await actor("jin")
        words = {"actor": jin, "home_uid": town.alliance.qinghe, "day": DAY, "now": now}
        await actions.correct_census(figures=Figures(300, 150, 5), reason="补登", **words)

        async def board(who: str, home: str | None = None) -> queries.CensusBoard:
            uid = getattr(town.alliance, home) if home else None
            return await queries.census_board(
                actor=await actor(who), home_uid=uid, span=CensusSpan.MONTH, now=now
            )

        bureau = await board("qian")
        told = {each.home: each.figures and each.figures.residents for each in bureau.homes}
        assert (told["云桥市颐和养老院"], told["云桥市清河养老院"], told["云桥市福寿养老院"]) == (None, 5, 0)
        assert bureau.left_out == 2  # Yihe and Songhe
        assert bureau.total is not None
        assert bureau.total.residents == 5
        hidden = await board("qian", "yihe")
        assert (hidden.total, hidden.series[-1].figures) == (None, None)
        partner = await board("feng")  # comes to the home, and is told no more than the bureau
        assert {each.home: each.too_few for each in partner.homes}["云桥市颐和养老院"]
        own = await board("he")
        assert (own.total, own.may_correct) == (Figures(120, 60, 2), True)
        chain = await board("jin")
        assert (chain.total and chain.total.residents, chain.chosen) == (8, None)
        await refused("kit.not_found", board("he", "songhe"))

    async def test_few_in_hospital_are_told_to_the_home_alone(self, town: Town, actor: Actors) -> None:
        now = at(3, 8)
        await actions.sweep_census(actor=WORKER, now=now)
        words: dict[str, Any] = {
            "actor": await actor("jin"),
            "home_uid": town.alliance.qinghe,
            "day": DAY,
            "now": now,
        }

        async def told(who: str, figures: Figures) -> tuple[str, str, int]:
            await actions.correct_census(figures=figures, reason="补登", **words)
            board = await queries.census_board(
                actor=await actor(who), home_uid=town.alliance.qinghe, span=CensusSpan.MONTH, now=now
            )
            (card,) = [each for each in board.homes if each.home_uid == town.alliance.qinghe]
            assert card.figures is not None
            return card.inpatient, card.convalescent, card.figures.inpatient

        assert await told("qian", Figures(300, 150, 40, 1, 5)) == ("<5", "5", 0)
        assert await told("qian", Figures(300, 150, 40, 37, 0)) == ("—", "0", 0)  # three who are well
        assert await told("jin", Figures(300, 150, 40, 2, 5)) == ("2", "5", 2)
