"""Write, correct, object; read in an emergency and have it reviewed (C03, C06, I13)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.audit.chain import AccessBasis
from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor, Channel, system_actor
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit import plain
from server.kit.errors import Forbidden, NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.records import queries
from server.records.actions import (
    NewEntry,
    correct_entry,
    object_to_entry,
    read_in_emergency,
    review_emergency,
    sweep_emergencies,
    write_entries,
)
from server.records.errors import ImplausibleValue, OwnRead, ReviewDone, Superseded
from server.records.models import EmergencyRead, RecordEntry
from server.records.queries import EntryWish
from server.records.rules import EmergencyReason, EmergencyStatus, EntryKind
from tests.core.records.worlds import writer

ActorOf = Callable[[str], Awaitable[Actor]]


def pressure(at: Any, systolic: int = 140) -> NewEntry:
    body = {"systolic": systolic, "diastolic": 80}
    return NewEntry(EntryKind.OBSERVATION, "85354-9", at, body, RecordCategory.CHRONIC)


class TestWrite:
    async def test_adds_entries_of_the_authors_institution(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        cards = await write_entries(
            actor=await actor("doctor"),
            resident_uid=town.people.wang,
            entries=[pressure(clock())],
            now=clock(),
        )

        assert cards[0].source_uid == town.alliance.health_center
        assert cards[0].author == "林致远"
        line = await AuditEntry.filter(action="records.written").order_by("-id").first()
        assert line is not None
        assert line.detail == {"entries": [cards[0].uid]}

    async def test_writes_all_or_nothing(self, town: Town, actor: ActorOf, clock: Any) -> None:
        before = await RecordEntry.all().count()

        with pytest.raises(ImplausibleValue) as refused:
            await write_entries(
                actor=await actor("nurse"),
                resident_uid=town.people.wang,
                entries=[pressure(clock()), pressure(clock(), systolic=1400)],
                now=clock(),
            )

        assert set(refused.value.fields) == {"entries.1.body.systolic"}
        assert await RecordEntry.all().count() == before

    async def test_not_in_the_future(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(ImplausibleValue):
            await write_entries(
                actor=await actor("nurse"),
                resident_uid=town.people.wang,
                entries=[pressure(clock() + timedelta(minutes=6))],
                now=clock(),
            )

    @pytest.mark.parametrize("somebody", ["other_nurse", "sun", "wang", "daughter", "stranger"])
    async def test_is_not_for_others(self, town: Town, actor: ActorOf, clock: Any, somebody: str) -> None:
        with pytest.raises(NotFound):
            await write_entries(
                actor=await actor(somebody),
                resident_uid=town.people.wang,
                entries=[pressure(clock())],
                now=clock(),
            )

    async def test_not_for_an_institution_one_does_not_work_at(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        with pytest.raises(NotFound):
            await write_entries(
                actor=await actor("nurse"),
                resident_uid=town.people.wang,
                entries=[pressure(clock())],
                institution_uid=town.alliance.health_center,
                now=clock(),
            )


class TestCorrect:
    async def test_adds_a_version_and_keeps_the_old_one(self, town: Town, actor: ActorOf, clock: Any) -> None:
        corrected = await correct_entry(
            actor=await actor("doctor"),
            uid=town.records.wang_pressure,
            resident_uid=town.people.wang,
            new=pressure(clock(), 142),
            reason="抄错一位数字",
            now=clock(),
        )

        wish = EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())
        versions = await queries.entry_history(wish=wish, uid=corrected.uid)
        assert [(each.version, each.body["systolic"], each.is_current) for each in versions] == [
            (2, 142, True),
            (1, 152, False),
        ]
        page = await queries.timeline(wish=wish, page=PageWish(limit=100))
        assert town.records.wang_pressure not in {card.uid for card in page.items}

    async def test_the_second_of_two_is_told_so(self, town: Town, actor: ActorOf, clock: Any) -> None:
        async def correct() -> None:
            await correct_entry(
                actor=await actor("doctor"),
                uid=town.records.wang_pressure,
                resident_uid=town.people.wang,
                new=pressure(clock(), 142),
                reason="抄错",
                now=clock(),
            )

        await correct()
        with pytest.raises(Superseded):
            await correct()

    async def test_another_house_s_entry_is_not_found(self, town: Town, actor: ActorOf, clock: Any) -> None:
        refusals = []
        for uid in (town.records.wang_checkup, new_uid()):
            with pytest.raises(NotFound) as refused:
                await correct_entry(
                    actor=await actor("nurse"), uid=uid, resident_uid=town.people.wang,
                    new=pressure(clock()), reason="x", now=clock(),
                )  # fmt: skip
            refusals.append((refused.value.code, refused.value.sentence))
        assert refusals[0] == refusals[1]

    async def test_is_not_for_those_who_write_nowhere(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(Forbidden):
            await correct_entry(
                actor=await actor("wang"), uid=town.records.wang_checkup, resident_uid=town.people.wang,
                new=pressure(clock()), reason="x", now=clock(),
            )  # fmt: skip


class TestObject:
    async def test_stands_beside_the_entry_for_every_reader(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await object_to_entry(
            actor=await actor("daughter"),
            uid=town.records.wang_pressure,
            resident_uid=town.people.wang,
            text="那天刚爬完楼梯",
            now=clock(),
        )

        wish = EntryWish(await actor("nurse"), town.people.wang, Purpose.CARE, clock())
        page = await queries.timeline(wish=wish, page=PageWish(limit=100))
        entry = next(card for card in page.items if card.uid == town.records.wang_pressure)
        assert [each.text for each in entry.objections] == ["那天刚爬完楼梯"]
        message = await OutboxMessage.filter(topic="records.objected").first()
        assert message is not None
        assert "楼梯" not in str(message.payload)

    @pytest.mark.parametrize("somebody", ["nurse", "stranger", "nephew", "doctor"])
    async def test_is_the_family_s_alone(self, town: Town, actor: ActorOf, clock: Any, somebody: str) -> None:
        with pytest.raises(NotFound):
            await object_to_entry(
                actor=await actor(somebody), uid=town.records.wang_checkup, resident_uid=town.people.wang,
                text="不对", now=clock(),
            )  # fmt: skip


@pytest.fixture
def in_emergency(town: Town, actor: ActorOf, clock: Any) -> Callable[..., Awaitable[Any]]:
    async def read(somebody: str, resident: str = "wang") -> Any:
        return await read_in_emergency(
            actor=await actor(somebody),
            resident_uid=getattr(town.people, resident),
            reason=EmergencyReason.UNCONSCIOUS,
            explanation="早餐时突然倒地，呼之不应",
            now=clock(),
        )

    return read


class TestEmergency:
    async def test_shows_the_page_tells_the_family_and_owes_a_review(
        self, town: Town, in_emergency: Callable[..., Awaitable[Any]], clock: Any
    ) -> None:
        """I13."""
        page = await in_emergency("nurse")

        assert town.records.wang_penicillin in {card.uid for card in page.entries}
        read = await EmergencyRead.get(uid=page.uid)
        assert (read.status, read.review_due - clock()) == (EmergencyStatus.OPEN, timedelta(hours=72))
        line = await AccessEntry.filter(basis_uid=page.uid).get()
        assert (line.basis, line.count) == (AccessBasis.EMERGENCY, len(page.entries))
        told = await OutboxMessage.get(topic="records.emergency_read")
        assert told.payload["emergency"] == page.uid

    async def test_is_for_any_clinician(self, in_emergency: Callable[..., Awaitable[Any]]) -> None:
        assert (await in_emergency("doctor", "zhao_yun")).entries == ()

    @pytest.mark.parametrize("somebody", ["other_nurse", "wang", "daughter", "stranger", "zhao", "qian"])
    async def test_is_not_for_others(
        self, in_emergency: Callable[..., Awaitable[Any]], somebody: str
    ) -> None:
        with pytest.raises(NotFound):
            await in_emergency(somebody)

    async def test_withholds_what_is_restricted_without_a_trace(
        self, town: Town, in_emergency: Callable[..., Awaitable[Any]], clock: Any
    ) -> None:
        def said(page: Any) -> bytes:
            return plain.dumps((page.resident_uid, page.name, page.entries))

        before = said(await in_emergency("nurse"))
        withheld = [
            each
            for each in RecordCategory
            if each.startswith("restricted") or each is RecordCategory.UNLABELED
        ]
        await (await writer(town, clock())).write_all(withheld)

        assert said(await in_emergency("nurse")) == before


class TestReview:
    async def test_is_judged_by_somebody_else_once(
        self, town: Town, actor: ActorOf, in_emergency: Callable[..., Awaitable[Any]], clock: Any
    ) -> None:
        page = await in_emergency("nurse")
        qian = await actor("qian")

        card = await review_emergency(
            actor=qian, uid=page.uid, justified=True, remark="有抢救记录", now=clock()
        )

        assert card.status is EmergencyStatus.JUSTIFIED
        assert card.resident == "王**"
        with pytest.raises(ReviewDone):
            await review_emergency(actor=qian, uid=page.uid, justified=False, remark="再想想", now=clock())

    async def test_never_by_the_reader(
        self, actor: ActorOf, in_emergency: Callable[..., Awaitable[Any]], clock: Any
    ) -> None:
        page = await in_emergency("nurse")
        qian = await actor("qian")
        await EmergencyRead.filter(uid=page.uid).update(reader_id=qian.account_id)

        with pytest.raises(OwnRead):
            await review_emergency(actor=qian, uid=page.uid, justified=True, remark="自己看自己", now=clock())

    @pytest.mark.parametrize("somebody", ["nurse", "he", "zhao", "wang", "zheng"])
    async def test_is_the_bureau_s(
        self, actor: ActorOf, in_emergency: Callable[..., Awaitable[Any]], clock: Any, somebody: str
    ) -> None:
        page = await in_emergency("nurse")

        with pytest.raises(NotFound):
            await review_emergency(
                actor=await actor(somebody), uid=page.uid, justified=True, remark="x", now=clock()
            )

    async def test_overdue_is_raised_once_and_shown(
        self, actor: ActorOf, in_emergency: Callable[..., Awaitable[Any]], clock: Any
    ) -> None:
        await in_emergency("nurse")
        clock.advance(hours=72)
        worker = system_actor("worker", Channel.WORKER)

        done = [await sweep_emergencies(actor=worker, now=clock()) for _ in range(2)]

        assert done == [1, 0]
        assert await OutboxMessage.filter(topic="records.emergency_overdue").count() == 1
        page = await queries.emergency_reads(
            actor=await actor("tang"), waiting_only=True, page=PageWish(), now=clock()
        )
        assert [card.overdue for card in page.items] == [True]


class TestSummary:
    async def test_every_sentence_names_its_source_and_day(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        card = await queries.summary(
            wish=EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())
        )

        assert card.sentences
        assert all(each.source in each.words and "月" in each.words for each in card.sentences)
        pressure_said = next(
            each.words for each in card.sentences if each.entry_uid == town.records.wang_pressure
        )
        assert pressure_said.startswith("血压 152/88 mmHg，比目标高一点，请告诉护士。")

    async def test_what_is_due_names_who_owes_it(self, town: Town, actor: ActorOf, clock: Any) -> None:
        due = await queries.missing(
            wish=EntryWish(await actor("guardian"), town.people.li, Purpose.SELF, clock())
        )

        assert {each.code: each.overdue for each in due} == {
            "checkup": True,
            "diabetes_follow_up": True,
            "ability": True,
        }
        assert all(each.owed_by for each in due)

    async def test_export_is_complete_and_the_family_s_alone(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await correct_entry(
            actor=await actor("doctor"), uid=town.records.wang_pressure, resident_uid=town.people.wang,
            new=pressure(clock(), 142), reason="抄错", now=clock(),
        )  # fmt: skip

        whole = await queries.export(
            wish=EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())
        )

        rows = await RecordEntry.filter(resident__uid=town.people.wang).values_list("uid", flat=True)
        assert {each.uid for each in whole.entries} == set(rows)
        with pytest.raises(NotFound):
            await queries.export(
                wish=EntryWish(await actor("nurse"), town.people.wang, Purpose.CARE, clock())
            )

    async def test_preview_is_what_the_recipient_will_see(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await (await writer(town, clock())).write(RecordCategory.ABILITY, EntryKind.ASSESSMENT, days=3)
        wish = EntryWish(await actor("wang"), town.people.wang, Purpose.SELF, clock())

        shown = await queries.preview(
            actor=await actor("wang"), consent_uid=town.consent.wang_pending, chosen=(), now=clock()
        )

        for group in shown.groups:
            page = await queries.timeline(wish=wish, category=group.category, page=PageWish(limit=100))
            assert (group.entries, group.newest) == (len(page.items), page.items)
        assert {group.category for group in shown.groups} == {RecordCategory.ABILITY, RecordCategory.HOMEBED}
        assert sum(group.entries for group in shown.groups) >= 1
        for somebody in ("he", "nurse", "stranger"):
            with pytest.raises(NotFound):
                await queries.preview(
                    actor=await actor(somebody), consent_uid=town.consent.wang_pending, chosen=(), now=clock()
                )
