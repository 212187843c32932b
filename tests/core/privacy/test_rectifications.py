"""What is said to be wrong: asked, answered, never overwritten."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor
from server.demo import Town
from server.kit.errors import NotFound
from server.notifications.models import InboxMessage
from server.people.models import ProxyGrant, ProxyGrantScope, Resident, ResidentStay
from server.people.rules import ProxyScope
from server.privacy import actions, queries
from server.privacy.actions import Wrong
from server.privacy.errors import AlreadyDecided, NobodyAnswers, NotCorrectedYet, TooManyRectifications
from server.privacy.models import Rectification
from server.privacy.rules import PARAMETERS, RectificationEvent, RectificationStatus
from server.records.actions import NewEntry, correct_entry
from server.records.models import EntryObjection, RecordEntry
from server.records.rules import EntryKind

ActorOf = Callable[[str], Awaitable[Actor]]
Worker = Callable[[], Awaitable[int]]
MOST_OPEN = next(each.value for each in PARAMETERS if each.code == "privacy.rectifications_open")
CORRECT, DECLINE = RectificationEvent.CORRECT, RectificationEvent.DECLINE


async def asked(actor: Actor, town: Town, clock: Any, entry: str | None = None) -> str:
    wrong = Wrong("出生日期写错了，应该是三月", entry)
    card = await actions.ask_for_rectification(
        actor=actor, resident_uid=town.people.wang, wrong=wrong, now=clock()
    )
    return card.uid


async def decided(
    actor: Actor, uid: str, clock: Any, event: RectificationEvent = DECLINE, answer: str = "核对过了"
) -> None:
    await actions.decide_rectification(actor=actor, uid=uid, event=event, answer=answer, now=clock())


class TestAsking:
    @pytest.mark.parametrize("persona", ["wang", "daughter"])
    async def test_reaches_the_home_that_keeps_the_register(
        self, town: Town, actor: ActorOf, clock: Any, worker_pass: Worker, persona: str
    ) -> None:
        uid = await asked(await actor(persona), town, clock)
        await worker_pass()

        row = await Rectification.get(uid=uid).select_related("institution")
        assert (row.institution.uid, row.status) == (town.alliance.yihe, RectificationStatus.OPEN)
        assert row.due_at == clock() + timedelta(days=15)
        told = await InboxMessage.filter(topic="privacy.rectification_asked").select_related("account")
        assert {each.account.uid for each in told} == {town.identity.accounts[who] for who in ("he", "jin")}

    async def test_about_an_entry_reaches_whoever_wrote_it_and_stands_beside_it(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        entry = await RecordEntry.get(uid=town.records.wang_checkup)

        uid = await asked(await actor("wang"), town, clock, entry.uid)

        row = await Rectification.get(uid=uid)
        assert row.institution_id == entry.source_id
        assert (await EntryObjection.get(entry_id=entry.id, text=row.text)).account_id == row.asked_by_id

    async def test_of_somebody_who_has_moved_out_reaches_their_last_home(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await Resident.filter(uid=town.people.wang).update(home_id=None)

        uid = await asked(await actor("wang"), town, clock)

        assert (await Rectification.get(uid=uid).select_related("institution")).institution.uid == (
            town.alliance.yihe
        )

    async def test_of_somebody_whom_no_home_knows_is_refused_with_a_number_to_call(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await Resident.filter(uid=town.people.wang).update(home_id=None)
        await ResidentStay.filter(resident__uid=town.people.wang).delete()

        with pytest.raises(NobodyAnswers):
            await asked(await actor("wang"), town, clock)

    async def test_goes_on_only_so_long(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        for _ in range(MOST_OPEN):
            await asked(wang, town, clock)

        with pytest.raises(TooManyRectifications):
            await asked(wang, town, clock)

    async def test_never_keeps_anybody_from_a_word_beside_an_entry(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        for _ in range(MOST_OPEN):
            await asked(wang, town, clock)

        for _ in range(2):
            await asked(wang, town, clock, town.records.wang_checkup)

        assert await EntryObjection.filter(entry__uid=town.records.wang_checkup).count() >= 2

    async def test_about_an_entry_is_for_a_proxy_of_the_record_alone_as_well(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await only(town, ProxyScope.RECORD)
        daughter = await actor("daughter")

        await asked(daughter, town, clock, town.records.wang_checkup)

        with pytest.raises(NotFound):
            await asked(daughter, town, clock)

    async def test_about_an_entry_is_not_for_a_proxy_of_the_register_alone(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await only(town, ProxyScope.PROFILE)

        with pytest.raises(NotFound):
            await asked(await actor("daughter"), town, clock, town.records.wang_checkup)

    async def test_answers_that_it_is_mine_to_take_back(self, town: Town, actor: ActorOf, clock: Any) -> None:
        card = await actions.ask_for_rectification(
            actor=await actor("wang"), resident_uid=town.people.wang, wrong=Wrong("写错了"), now=clock()
        )

        assert card.mine

    @pytest.mark.parametrize("persona", ["nephew", "stranger", "guardian", "nurse", "he"])
    async def test_is_for_the_resident_and_their_proxies(
        self, town: Town, actor: ActorOf, clock: Any, persona: str
    ) -> None:
        with pytest.raises(NotFound):
            await asked(await actor(persona), town, clock)


class TestReading:
    async def test_shows_a_proxy_of_the_register_nothing_of_the_record(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        await asked(await actor("wang"), town, clock, town.records.wang_checkup)
        register = await asked(await actor("wang"), town, clock)
        await only(town, ProxyScope.PROFILE)

        assert await seen(await actor("daughter"), clock) == {register}

    async def test_shows_a_proxy_of_the_record_nothing_of_the_register(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        entry = await asked(await actor("wang"), town, clock, town.records.wang_checkup)
        await asked(await actor("wang"), town, clock)
        await only(town, ProxyScope.RECORD)

        assert await seen(await actor("daughter"), clock) == {entry}

    async def test_shows_a_narrowed_proxy_only_their_categories(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await Resident.get(uid=town.people.wang)
        one = await RecordEntry.get(uid=town.records.wang_checkup)
        other = await RecordEntry.filter(resident_id=wang.id).exclude(category=one.category).first()
        uids = {
            entry.category: await asked(await actor("wang"), town, clock, entry.uid) for entry in (one, other)
        }
        grant = ProxyGrant.filter(uid=town.people.daughter_grant)
        await grant.update(categories=[one.category])

        assert await seen(await actor("daughter"), clock) == {uids[one.category]}
        # What was said of a row before it was merged into hers is narrowed with her record.
        absorbed = await Resident.exclude(id=wang.id).order_by("-id").first()
        await Resident.filter(id=absorbed.id).update(merged_into_id=wang.id)
        await Rectification.filter(uid=uids[other.category]).update(resident_id=absorbed.id)
        assert await seen(await actor("daughter"), clock) == {uids[one.category]}
        await grant.update(categories=[])
        assert await seen(await actor("daughter"), clock) == set(uids.values())


class TestAnswering:
    async def test_is_told_to_whoever_asked_and_stays_in_the_history(
        self, town: Town, actor: ActorOf, clock: Any, worker_pass: Worker
    ) -> None:
        uid = await asked(await actor("daughter"), town, clock)
        clock.advance(days=1)

        await decided(await actor("he"), uid, clock, CORRECT, "已改成三月")
        await worker_pass()

        (card,) = await queries.my_rectifications(actor=await actor("daughter"), now=clock())
        assert (card.status, card.answer, card.mine) == (RectificationStatus.CORRECTED, "已改成三月", True)
        sheet = await queries.rectification_sheet(actor=await actor("he"), uid=uid, now=clock())
        assert [line.what for line in sheet.history] == [
            "privacy.rectified",
            "privacy.rectification_asked",
        ]
        assert await InboxMessage.filter(
            topic="privacy.rectified", account__uid=town.identity.accounts["daughter"]
        ).exists()

    async def test_believes_that_an_entry_was_corrected_only_when_there_is_a_newer_version(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        entry = await RecordEntry.get(uid=town.records.wang_yihe_note)
        uid, he, nurse = await asked(await actor("wang"), town, clock, entry.uid), "he", await actor("nurse")
        with pytest.raises(NotCorrectedYet):
            await decided(await actor(he), uid, clock, CORRECT)

        new = NewEntry(
            EntryKind(entry.kind), entry.code, entry.effective_at, {**entry.body, "text": "改好了"}
        )
        await correct_entry(
            actor=nurse,
            uid=entry.uid,
            resident_uid=town.people.wang,
            new=new,
            reason="家属指出",
            now=clock(),
        )
        await decided(await actor(he), uid, clock, CORRECT)

        assert (await Rectification.get(uid=uid)).status is RectificationStatus.CORRECTED
        assert (await RecordEntry.get(id=entry.id)).body == entry.body

    async def test_happens_once(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("wang"), town, clock)
        await decided(await actor("he"), uid, clock)

        with pytest.raises(AlreadyDecided):
            await decided(await actor("he"), uid, clock, CORRECT)

    async def test_counts_the_days_aloud(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("wang"), town, clock)
        clock.advance(days=15)

        assert (await queries.rectification_sheet(actor=await actor("he"), uid=uid, now=clock())).card.overdue

    @pytest.mark.parametrize("login", ["song", "zhao", "feng", "qian", "root"])
    async def test_is_for_the_institution_that_was_asked(
        self, town: Town, actor: ActorOf, clock: Any, login: str
    ) -> None:
        uid = await asked(await actor("wang"), town, clock)

        with pytest.raises(NotFound):
            await decided(await actor(login), uid, clock)


class TestTakingBack:
    async def test_is_for_whoever_asked(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("daughter"), town, clock)
        with pytest.raises(NotFound):
            await actions.withdraw_rectification(actor=await actor("wang"), uid=uid, now=clock())

        await actions.withdraw_rectification(actor=await actor("daughter"), uid=uid, now=clock())

        assert (await Rectification.get(uid=uid)).status is RectificationStatus.WITHDRAWN


async def only(town: Town, scope: ProxyScope) -> None:
    await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant).exclude(scope=scope).delete()


async def seen(reader: Actor, clock: Any) -> set[str]:
    return {card.uid for card in await queries.my_rectifications(actor=reader, now=clock())}
