"""What a reader may not see leaves no trace in any answer: body, counts, pages, order, errors (T5, B02); and the proof
that this suite would notice if consent were not asked (T6)."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from tortoise.expressions import Q

from server.authority.actor import Actor
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from server.people.models import ProxyGrant
from server.records import access
from server.records.queries import EntryWish, newest, timelines
from tests.core.records.worlds import everything, writer

ActorOf = Callable[[str], Awaitable[Actor]]
ALL = frozenset(RecordCategory)
SHARED = frozenset({RecordCategory.EXAM, RecordCategory.CHRONIC, RecordCategory.MEDS})
NARROWED = frozenset({RecordCategory.EXAM})


async def assert_worlds_alike(
    town: Town, reader: Actor, purpose: Purpose, hidden: frozenset[RecordCategory], now: Any
) -> None:
    uid = town.people.wang
    nobody = new_uid()
    before = await everything(reader, uid, purpose, entry_uids=(nobody, nobody, nobody), now=now)

    rows = await (await writer(town, now)).write_all(hidden)

    asked = (rows[0].uid, rows[len(rows) // 2].uid, rows[-1].uid)
    assert await everything(reader, uid, purpose, entry_uids=asked, now=now) == before


READERS = (
    ("doctor", Purpose.VISIT, ALL - SHARED),
    ("doctor", Purpose.CARE, ALL),
    ("feng", Purpose.VISIT, ALL - SHARED),
    ("nurse", Purpose.CARE, ALL - SHARED),
    ("nurse", Purpose.VISIT, ALL),
    ("he", Purpose.TREATMENT, ALL),
    ("zhao", Purpose.TREATMENT, ALL),
    ("song", Purpose.CARE, ALL),
    ("other_nurse", Purpose.CARE, ALL),
    ("stranger", Purpose.SELF, ALL),
    ("nephew", Purpose.SELF, ALL),
    ("qian", Purpose.OVERSIGHT, ALL),
    ("zheng", Purpose.OVERSIGHT, ALL),
    ("root", Purpose.CARE, ALL),
)


@pytest.mark.parametrize(
    ("somebody", "purpose", "hidden"), READERS, ids=[f"{each[0]}-{each[1]}" for each in READERS]
)
async def test_answers_are_identical(
    *,
    town: Town,
    actor: ActorOf,
    clock: Any,
    somebody: str,
    purpose: Purpose,
    hidden: frozenset[RecordCategory],
) -> None:
    await assert_worlds_alike(town, await actor(somebody), purpose, hidden, clock())


async def test_answers_to_a_narrowed_proxy_are_identical(town: Town, actor: ActorOf, clock: Any) -> None:
    daughter = await actor("daughter")
    await ProxyGrant.filter(proxy_id=daughter.account_id).update(categories=sorted(NARROWED))

    await assert_worlds_alike(town, daughter, Purpose.SELF, ALL - NARROWED, clock())


async def test_a_resident_who_exists_is_like_one_who_does_not(town: Town, actor: ActorOf, clock: Any) -> None:
    for somebody in ("zhao", "stranger", "song", "qian"):
        reader = await actor(somebody)
        uids = (new_uid(),)

        real = await everything(
            reader, town.people.wang, Purpose.CARE, entry_uids=(town.records.wang_checkup,), now=clock()
        )

        assert real == await everything(reader, new_uid(), Purpose.CARE, entry_uids=uids, now=clock())


consented = access.consented


def always(**says: Any) -> Q:
    return consented(**says) | Q(id__gt=0)


class TestTheSuiteWouldNotice:
    """T6: take the gate away, and the comparison above must fail."""

    @pytest.fixture(autouse=True)
    def _no_kept_sql(self) -> Iterator[None]:
        """The gate is part of SQL that is built once; it is built anew without it, and anew with it afterwards."""
        newest.newest_for_staff.cache_clear()
        yield
        newest.newest_for_staff.cache_clear()

    @pytest.mark.parametrize(("somebody", "purpose"), [("doctor", Purpose.VISIT), ("nurse", Purpose.CARE)])
    async def test_that_the_kept_sql_does_not_ask(
        self,
        *,
        town: Town,
        actor: ActorOf,
        clock: Any,
        monkeypatch: pytest.MonkeyPatch,
        somebody: str,
        purpose: Purpose,
    ) -> None:
        wish = EntryWish(await actor(somebody), town.people.wang, purpose, clock())
        await (await writer(town, clock())).write_all(ALL - SHARED)
        gated = await timelines.timeline(wish=wish, page=PageWish())
        monkeypatch.setattr(access, "consented", always)
        newest.newest_for_staff.cache_clear()

        open_to_all = await timelines.timeline(wish=wish, page=PageWish())

        assert town.alliance.second_hospital not in {card.source_uid for card in gated.items}
        assert town.alliance.second_hospital in {card.source_uid for card in open_to_all.items}

    @pytest.mark.parametrize(
        ("somebody", "purpose"),
        [("doctor", Purpose.VISIT), ("nurse", Purpose.CARE), ("nurse", Purpose.VISIT)],
    )
    async def test_that_consent_is_not_asked(
        self,
        *,
        town: Town,
        actor: ActorOf,
        clock: Any,
        monkeypatch: pytest.MonkeyPatch,
        somebody: str,
        purpose: Purpose,
    ) -> None:
        monkeypatch.setattr(access, "consented", always)

        with pytest.raises(AssertionError):
            await assert_worlds_alike(town, await actor(somebody), purpose, ALL - SHARED, clock())

    async def test_that_the_purpose_is_not_asked(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = access.permitted_categories
        monkeypatch.setattr(
            access, "permitted_categories", lambda **says: asked(**{**says, "purpose": Purpose.CARE})
        )

        with pytest.raises(AssertionError):
            await assert_worlds_alike(town, await actor("nurse"), Purpose.VISIT, ALL, clock())

    async def test_that_the_recipient_is_not_asked(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = access.permitted_categories
        everybody = tuple(range(1, 1000))
        monkeypatch.setattr(
            access, "permitted_categories", lambda **says: asked(**{**says, "institution_ids": everybody})
        )

        with pytest.raises(AssertionError):
            await assert_worlds_alike(town, await actor("nurse"), Purpose.VISIT, ALL, clock())
