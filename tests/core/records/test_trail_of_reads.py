"""Every answer leaves exactly one line, committed before it is given, and asks a bounded number of questions (I12)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.audit import trail
from server.audit.chain import AccessBasis
from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit.engines.counting import counted
from server.kit.errors import Busy, NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from server.people.models import Resident
from server.records import queries
from server.records.queries import EntryWish
from server.records.rules import EntryKind
from tests.core.records.worlds import writer

ActorOf = Callable[[str], Awaitable[Actor]]

ASKS: dict[str, Callable[[EntryWish], Awaitable[Any]]] = {
    "records.summary": lambda wish: queries.summary(wish=wish),
    "records.timeline": lambda wish: queries.timeline(wish=wish, page=PageWish()),
    "records.categories": lambda wish: queries.categories(wish=wish),
    "records.trend": lambda wish: queries.trend(wish=wish, code="85354-9", days=400),
    "records.missing": lambda wish: queries.missing(wish=wish),
}


async def lines(town: Town) -> list[AccessEntry]:
    resident = await Resident.get(uid=town.people.wang)
    return await AccessEntry.filter(resident_id=resident.id).order_by("seq")


class TestOneLinePerAnswer:
    @pytest.mark.parametrize("what", ASKS)
    @pytest.mark.parametrize(
        ("somebody", "purpose", "basis"),
        [
            ("wang", Purpose.SELF, AccessBasis.OWN),
            ("daughter", Purpose.SELF, AccessBasis.PROXY),
            ("nurse", Purpose.CARE, AccessBasis.CONSENT),
        ],
    )
    async def test_says_who_why_and_what(
        self,
        *,
        town: Town,
        actor: ActorOf,
        clock: Any,
        what: str,
        somebody: str,
        purpose: Purpose,
        basis: AccessBasis,
    ) -> None:
        reader = await actor(somebody)
        before = len(await lines(town))

        await ASKS[what](EntryWish(reader, town.people.wang, purpose, clock()))

        written = (await lines(town))[before:]
        assert [(each.what, each.account_id, each.purpose) for each in written] == [
            (what, reader.account_id, purpose)
        ]
        if written[0].count:
            assert written[0].basis == basis

    async def test_counts_the_entries_and_names_the_consent(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        page = await queries.timeline(
            wish=EntryWish(await actor("nurse"), town.people.wang, Purpose.CARE, clock()),
            page=PageWish(limit=100),
        )

        line = (await lines(town))[-1]
        assert line.count == len(page.items)
        assert set(line.categories.split(",")) == {str(card.category) for card in page.items}
        assert line.basis_uid == town.consent.wang_yihe

    async def test_what_our_own_house_wrote_is_said_to_be_so(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await queries.timeline(
            wish=EntryWish(await actor("nurse"), town.people.wang, Purpose.VISIT, clock()), page=PageWish()
        )

        assert (await lines(town))[-1].basis == AccessBasis.AUTHOR

    async def test_an_empty_answer_leaves_one_too(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await queries.timeline(
            wish=EntryWish(await actor("nurse"), town.people.wang, Purpose.CARE, clock()),
            category=RecordCategory.TCM,
            page=PageWish(),
        )

        line = (await lines(town))[-1]
        assert (line.count, line.categories) == (0, "")

    async def test_a_refusal_leaves_none(self, town: Town, actor: ActorOf, clock: Any) -> None:
        before = len(await lines(town))

        with pytest.raises(NotFound):
            await queries.timeline(
                wish=EntryWish(await actor("zhao"), town.people.wang, Purpose.CARE, clock()), page=PageWish()
            )

        assert len(await lines(town)) == before

    async def test_no_answer_without_its_line(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unwritten(answers: Any) -> Any:
            raise Busy

        monkeypatch.setattr(trail, "_write_together", unwritten)

        for ask in ASKS.values():
            with pytest.raises(Busy):
                await ask(EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock()))

    async def test_history_export_and_preview_leave_theirs(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        wish = EntryWish(wang, town.people.wang, Purpose.SELF, clock())
        before = len(await lines(town))

        await queries.entry_history(wish=wish, uid=town.records.wang_checkup)
        await queries.export(wish=wish)
        await queries.preview(actor=wang, consent_uid=town.consent.wang_pending, chosen=(), now=clock())

        assert [each.what for each in (await lines(town))[before:]] == [
            "records.history",
            "records.export",
            "records.preview",
        ]


class TestQueries:
    @pytest.mark.parametrize("what", ASKS)
    @pytest.mark.parametrize(("somebody", "purpose"), [("wang", Purpose.SELF), ("nurse", Purpose.CARE)])
    async def test_do_not_grow_with_the_rows(
        self, *, town: Town, actor: ActorOf, clock: Any, what: str, somebody: str, purpose: Purpose
    ) -> None:
        wish = EntryWish(await actor(somebody), town.people.wang, purpose, clock())
        async with counted() as few:
            await ASKS[what](wish)
        wrote = await writer(town, clock())
        for days in range(40):
            await wrote.write(RecordCategory.CHRONIC, EntryKind.OBSERVATION, days=days / 7)

        async with counted() as many:
            await ASKS[what](wish)

        assert len(many) == len(few) <= 14


class TestWhoHasLooked:
    async def test_is_told_in_words(self, town: Town, actor: ActorOf, clock: Any) -> None:
        """In the order of the list that people know from the consent, not of an alphabet."""
        await queries.summary(wish=EntryWish(await actor("nurse"), town.people.wang, Purpose.CARE, clock()))

        page = await queries.access_trail(
            actor=await actor("wang"),
            resident_uid=town.people.wang,
            others_only=True,
            page=PageWish(),
            now=clock(),
        )

        assert (
            page.items[0].words
            == "云桥市颐和养老院的李秀英因日常照护看了：健康体检报告、慢性病随访、用药与过敏（您同意过）"
        )

    async def test_leaves_ones_own_looks_out_when_asked(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        await queries.summary(wish=EntryWish(wang, town.people.wang, Purpose.SELF, clock()))

        found = [
            {card.basis for card in (await queries.access_trail(
                actor=wang, resident_uid=town.people.wang, others_only=others, page=PageWish(), now=clock()
            )).items}
            for others in (False, True)
        ]  # fmt: skip

        assert AccessBasis.OWN in found[0]
        assert AccessBasis.OWN not in found[1]

    async def test_is_the_family_s_alone(self, town: Town, actor: ActorOf, clock: Any) -> None:
        for somebody in ("stranger", "nephew", "nurse", "he", "doctor"):
            with pytest.raises(NotFound):
                await queries.access_trail(
                    actor=await actor(somebody),
                    resident_uid=town.people.wang,
                    others_only=False,
                    page=PageWish(),
                    now=clock(),
                )

    async def test_a_home_manager_sees_what_the_homes_own_staff_did(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        for somebody, purpose in (("nurse", Purpose.CARE), ("doctor", Purpose.VISIT), ("wang", Purpose.SELF)):
            await queries.summary(wish=EntryWish(await actor(somebody), town.people.wang, purpose, clock()))

        page = await queries.trail_of_resident(
            actor=await actor("he"), resident_uid=town.people.wang, page=PageWish(), now=clock()
        )

        assert {card.institution for card in page.items} == {"云桥市颐和养老院"}

    async def test_an_auditor_sees_all(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await queries.summary(wish=EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock()))
        auditor = await actor("zheng")

        page = await queries.trail_of_resident(
            actor=auditor, resident_uid=town.people.wang, page=PageWish(), now=clock()
        )

        assert page.items
        with pytest.raises(NotFound):
            await queries.trail_of_resident(
                actor=auditor, resident_uid=new_uid(), page=PageWish(), now=clock()
            )
