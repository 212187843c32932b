"""The rounds of a home that were due, came about and count."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.rules import Days
from server.authority.actor import Actor, system_actor
from server.demo import Town
from server.kit.pages import PageWish
from server.visits.actions import sweep_kept
from server.visits.models import Visit
from server.visits.queries import KeptCard, kept_by_home, not_counted
from server.visits.rules import VisitStatus

Ask = Callable[[str], Awaitable[Actor]]
FEBRUARY, MARCH = Days(date(2026, 2, 1), date(2026, 2, 28)), Days(date(2026, 3, 1), date(2026, 3, 31))
MINUTE = timedelta(minutes=1)
WORKER = system_actor("worker")
ALL = PageWish(limit=100)


async def of_home(actor: Actor, home_uid: str, days: Days, now: Any) -> KeptCard:
    board = await kept_by_home(actor=actor, days=days, now=now)
    return next(card for card in board.cards if card.home_uid == home_uid)


class TestKept:
    async def test_counts_what_was_due_what_came_and_what_both_confirmed(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        card = await of_home(await actor("qian"), town.alliance.yihe, FEBRUARY, clock())

        assert (card.planned, card.kept, card.confirmed, card.cancelled) == (2, 2, 1, 0)

    async def test_a_round_that_may_still_begin_is_not_due(self, town: Town, actor: Ask, clock: Any) -> None:
        qian = await actor("qian")
        today = await Visit.get(uid=town.visits.today)

        before = await of_home(qian, town.alliance.yihe, MARCH, clock())
        after = await of_home(qian, town.alliance.yihe, MARCH, today.ends_at)

        assert (before.planned, after.planned, after.kept) == (0, 1, 0)

    @pytest.mark.parametrize(
        ("status", "planned", "kept", "cancelled"),
        [
            (VisitStatus.MISSED, 2, 1, 0),
            (VisitStatus.VOID, 2, 1, 0),
            (VisitStatus.DISPUTED, 2, 2, 0),
            (VisitStatus.CANCELLED, 1, 1, 1),
        ],
    )
    async def test_counts_by_what_became_of_it(
        self,
        town: Town,
        actor: Ask,
        clock: Any,
        *,
        status: VisitStatus,
        planned: int,
        kept: int,
        cancelled: int,
    ) -> None:
        await Visit.filter(uid=town.visits.waiting).update(status=status)

        card = await of_home(await actor("tang"), town.alliance.yihe, FEBRUARY, clock())

        assert (card.planned, card.kept, card.cancelled) == (planned, kept, cancelled)

    async def test_an_institution_sees_its_own(self, town: Town, actor: Ask, clock: Any) -> None:
        songs = await kept_by_home(actor=await actor("song"), days=FEBRUARY, now=clock())
        fengs = await of_home(await actor("feng"), town.alliance.yihe, FEBRUARY, clock())
        zhaos = await of_home(await actor("zhao"), town.alliance.yihe, FEBRUARY, clock())

        assert town.alliance.yihe not in [card.home_uid for card in songs.cards]
        assert (fengs.planned, zhaos.planned) == (2, 0)  # another provider's rounds are not its business


class TestCountedBeforehand:
    async def test_says_the_same_as_counting_afresh_and_when_it_was(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        qian = await actor("qian")
        afresh = await kept_by_home(actor=qian, days=FEBRUARY, now=clock())

        assert await sweep_kept(actor=WORKER, now=clock()) > 1
        await Visit.filter(uid=town.visits.waiting).update(status=VisitStatus.MISSED)
        shown = await kept_by_home(actor=qian, days=FEBRUARY, now=clock() + MINUTE / 2)

        assert shown == afresh
        assert await sweep_kept(actor=WORKER, now=clock() + MINUTE / 2) == 0

    async def test_follows_what_changed_with_the_next_count(self, town: Town, actor: Ask, clock: Any) -> None:
        qian, later = await actor("qian"), clock() + 2 * MINUTE
        await sweep_kept(actor=WORKER, now=clock())
        await Visit.filter(uid=town.visits.waiting).update(status=VisitStatus.MISSED)

        await sweep_kept(actor=WORKER, now=later)

        shown = await kept_by_home(actor=qian, days=FEBRUARY, now=later)
        whole = Days(FEBRUARY.first, FEBRUARY.last + timedelta(days=1))  # no month: counted afresh
        assert shown.counted_at == later
        assert [card.kept for card in shown.cards] == [
            card.kept for card in (await kept_by_home(actor=qian, days=whole, now=later)).cards
        ]

    async def test_is_not_what_an_institution_sees(self, town: Town, actor: Ask, clock: Any) -> None:
        await sweep_kept(actor=WORKER, now=clock())
        await Visit.filter(uid=town.visits.waiting).update(status=VisitStatus.MISSED)

        card = await of_home(await actor("feng"), town.alliance.yihe, FEBRUARY, clock())

        assert (card.planned, card.kept) == (2, 1)


class TestWhatDoesNotCount:
    async def test_is_listed_with_where_it_is_stuck(self, town: Town, actor: Ask, clock: Any) -> None:
        page = await not_counted(
            actor=await actor("qian"), days=FEBRUARY, home_uid=town.alliance.yihe, wish=ALL, now=clock()
        )

        assert [(card.uid, card.status) for card in page.items] == [
            (town.visits.waiting, VisitStatus.ATTESTED_PROVIDER)
        ]
        assert "李福生" not in repr(page)

    async def test_of_another_home_is_not(self, town: Town, actor: Ask, clock: Any) -> None:
        elsewhere = await not_counted(
            actor=await actor("qian"), days=FEBRUARY, home_uid=town.alliance.songhe, wish=ALL, now=clock()
        )
        unseen = await not_counted(
            actor=await actor("song"), days=FEBRUARY, home_uid=town.alliance.yihe, wish=ALL, now=clock()
        )
        long_ago = await not_counted(
            actor=await actor("qian"),
            days=Days(FEBRUARY.first - timedelta(days=60), FEBRUARY.first - timedelta(days=30)),
            home_uid=None,
            wish=ALL,
            now=clock(),
        )

        assert not [*elsewhere.items, *unseen.items, *long_ago.items]
