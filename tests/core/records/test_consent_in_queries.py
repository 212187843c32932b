"""When consent holds, and when it does not any more: asked at every read, no job needed (I9, I10, T7)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import AgreementStatus
from server.audit import trail
from server.audit.errors import RightsChanged
from server.audit.verification import verify_trails
from server.authority.actor import Actor
from server.consent.access import touch_consents
from server.consent.actions import withdraw_consent
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import REQUESTABLE, Purpose, RecordCategory, Verdict, carried
from server.demo import Town
from server.kit.pages import PageWish
from server.people import actions as people
from server.people.models import ProxyGrant, Resident
from server.people.rules import ProxyStatus, StayEnd
from server.records import access, queries
from server.records.queries import EntryWish
from server.records.rules import EntryKind
from tests.core.records.worlds import writer

ActorOf = Callable[[str], Awaitable[Actor]]
EXAM = RecordCategory.EXAM


async def categories_seen(
    reader: Actor, resident_uid: str, purpose: Purpose, now: datetime
) -> set[RecordCategory]:
    page = await queries.timeline(
        wish=EntryWish(reader, resident_uid, purpose, now), page=PageWish(limit=100)
    )
    return {card.category for card in page.items}


class TestAGrantHolds:
    async def test_from_the_decision_to_the_exclusive_end(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        """I9."""
        nurse = await actor("nurse")
        consent = await Consent.get(uid=town.consent.wang_yihe)
        tick = timedelta(microseconds=1)

        seen = [
            EXAM in await categories_seen(nurse, town.people.wang, Purpose.CARE, instant)
            for instant in (
                consent.decided_at - tick,
                consent.decided_at,
                consent.until - tick,
                consent.until,
            )
            if instant is not None
        ]

        assert seen == [False, True, True, False]

    async def test_while_the_resident_lives_there(self, town: Town, actor: ActorOf, clock: Any) -> None:
        nurse = await actor("nurse")
        songhe = await Institution.get(uid=town.alliance.songhe)
        await Resident.filter(uid=town.people.wang).update(home_id=songhe.id)

        assert EXAM not in await categories_seen(nurse, town.people.wang, Purpose.CARE, clock())

    @pytest.mark.parametrize(
        "status", [AgreementStatus.TERMINATED, AgreementStatus.SUSPENDED, AgreementStatus.EXPIRED]
    )
    async def test_while_the_agreement_is_in_force(
        self, town: Town, actor: ActorOf, clock: Any, status: AgreementStatus
    ) -> None:
        doctor = await actor("doctor")
        await (await writer(town, clock())).write(EXAM, EntryKind.ALLERGY, days=1)
        before = await queries.timeline(
            wish=EntryWish(doctor, town.people.wang, Purpose.VISIT, clock()), page=PageWish(limit=100)
        )
        await ServiceAgreement.filter(uid=town.alliance.yihe_health_center).update(status=status)

        after = await queries.timeline(
            wish=EntryWish(doctor, town.people.wang, Purpose.VISIT, clock()), page=PageWish(limit=100)
        )

        assert len(after.items) == len(before.items) - 1  # what the center wrote itself stays with it

    async def test_when_the_agreement_ran_out_by_itself(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await (await writer(town, clock())).write(EXAM, EntryKind.ALLERGY, days=1)
        agreement = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
        await Consent.filter(uid=town.consent.wang_health_center).update(until=clock() + timedelta(days=3000))
        last = datetime.combine(agreement.last_day, datetime.min.time(), clock().tzinfo)
        doctor = await actor("doctor")

        seen = []
        for now in (last, last + timedelta(days=1)):
            page = await queries.timeline(
                wish=EntryWish(doctor, town.people.wang, Purpose.VISIT, now), page=PageWish(limit=100)
            )
            seen.append(any(card.source_uid == town.alliance.second_hospital for card in page.items))

        assert seen == [True, False]

    async def test_for_its_own_purpose_only(self, town: Town, actor: ActorOf, clock: Any) -> None:
        """I7."""
        nurse = await actor("nurse")

        for purpose in (
            Purpose.VISIT,
            Purpose.TREATMENT,
            Purpose.CONTINUITY,
            Purpose.EMERGENCY,
            Purpose.SELF,
        ):
            assert EXAM not in await categories_seen(nurse, town.people.wang, purpose, clock())


class TestAnEntryThatNobodyLabeled:
    async def test_is_seen_only_by_holders_of_every_category(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        """I10."""
        await (await writer(town, clock())).write(RecordCategory.UNLABELED, EntryKind.NOTE, days=1)
        consent = await Consent.get(uid=town.consent.wang_yihe)
        nurse = await actor("nurse")

        async def permit(categories: frozenset[RecordCategory]) -> bool:
            await ConsentProvision.filter(consent_id=consent.id).delete()
            for category in carried(categories):
                await ConsentProvision(
                    consent=consent, category=category, verdict=Verdict.PERMIT, created_at=clock()
                ).save()
            return RecordCategory.UNLABELED in await categories_seen(
                nurse, town.people.wang, Purpose.CARE, clock()
            )

        assert await permit(frozenset(REQUESTABLE))
        assert not await permit(frozenset(REQUESTABLE) - {RecordCategory.RESTRICTED_GENETIC})

    async def test_is_seen_by_the_resident(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await (await writer(town, clock())).write(RecordCategory.UNLABELED, EntryKind.NOTE, days=1)

        assert RecordCategory.UNLABELED in await categories_seen(
            await actor("wang"), town.people.wang, Purpose.SELF, clock()
        )


class TestAWithdrawal:
    async def test_the_next_read_is_denied_and_no_job_ran(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        """T7."""
        nurse = await actor("nurse")
        assert EXAM in await categories_seen(nurse, town.people.wang, Purpose.CARE, clock())

        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_yihe, now=clock())

        assert await categories_seen(nurse, town.people.wang, Purpose.CARE, clock()) == {RecordCategory.BASIC}

    async def test_stops_a_read_that_has_already_read(self, town: Town, actor: ActorOf, clock: Any) -> None:
        """The reader has the rows in hand when the withdrawal is acknowledged: they may not be answered any more."""
        nurse = await actor("nurse")
        view = await access.view_of(
            actor=nurse, resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
        )
        rows = await view.entries()
        assert any(row.category is EXAM for row in rows)

        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_yihe, now=clock())

        with pytest.raises(RightsChanged):
            await trail.record([view.line("records.timeline", rows)], now=clock())

    async def test_makes_a_read_under_way_ask_again(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The withdrawal falls exactly between the reader's query and its line."""
        wang, recorded = await actor("wang"), trail.record
        fallen: list[bool] = []

        async def withdrawn_just_before(lines: Any, *, now: datetime) -> None:
            if not fallen:
                fallen.append(True)
                await withdraw_consent(actor=wang, uid=town.consent.wang_yihe, now=now)
            await recorded(lines, now=now)

        monkeypatch.setattr(trail, "record", withdrawn_just_before)

        assert await categories_seen(await actor("nurse"), town.people.wang, Purpose.CARE, clock()) == {
            RecordCategory.BASIC
        }

    async def test_among_many_readers(self, town: Town, actor: ActorOf, clock: Any) -> None:
        nurse, wang = await actor("nurse"), await actor("wang")
        acknowledged = asyncio.Event()
        late: list[set[RecordCategory]] = []

        async def read_on() -> None:
            for _ in range(6):
                begun_after = acknowledged.is_set()
                seen = await categories_seen(nurse, town.people.wang, Purpose.CARE, clock())
                if begun_after:
                    late.append(seen)

        async def withdraw() -> None:
            await asyncio.sleep(0.02)
            await withdraw_consent(actor=wang, uid=town.consent.wang_yihe, now=clock())
            acknowledged.set()

        await asyncio.gather(withdraw(), *(read_on() for _ in range(12)))

        assert late
        assert all(seen == {RecordCategory.BASIC} for seen in late)
        assert (await verify_trails(None)).sound

    async def test_a_grant_raises_the_same_guard(self, town: Town, actor: ActorOf, clock: Any) -> None:
        resident = await Resident.get(uid=town.people.wang)
        before = await trail.rights_of(resident.id)

        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_yihe, now=clock())

        assert await trail.rights_of(resident.id) == before + 1


class TestTouch:
    async def test_counts_the_consents_that_a_disclosure_rests_on(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        resident = await Resident.get(uid=town.people.wang)
        yihe = await Institution.get(uid=town.alliance.yihe)

        async def touched(purpose: Purpose) -> int:
            return await touch_consents(
                resident_id=resident.id, institution_ids=[yihe.id], purpose=purpose, now=clock()
            )

        assert await touched(Purpose.CARE) == 1
        assert (await Consent.get(uid=town.consent.wang_yihe)).touched == 1
        assert await touched(Purpose.VISIT) == 0
        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_yihe, now=clock())
        assert await touched(Purpose.CARE) == 0


class TestAProxy:
    async def test_suspended_sees_nothing_at_once(self, town: Town, actor: ActorOf, clock: Any) -> None:
        daughter = await actor("daughter")
        await ProxyGrant.filter(proxy_id=daughter.account_id).update(status=ProxyStatus.SUSPENDED)

        with pytest.raises(access.NotFound):
            await categories_seen(daughter, town.people.wang, Purpose.SELF, clock())


class TestAMerge:
    async def test_closes_what_was_agreed_to_for_the_absorbed_row_until_it_is_undone(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        """Who agreed as one row is asked again as the other; what was written follows (C01). Nothing opens by itself."""
        now, nurse, qian = clock(), await actor("nurse"), await actor("qian")
        hers = await Resident.get(uid=town.people.wang)
        twin = await people.admit(
            actor=await actor("song"), home_uid=town.alliance.songhe, name="王桂兰", sex=hers.sex,
            birth_date=hers.birth_date, now=now,
        )  # fmt: skip
        await people.discharge(
            actor=await actor("song"), resident_uid=twin.uid, reason=StayEnd.OTHER, now=now
        )
        assert EXAM in await categories_seen(nurse, town.people.wang, Purpose.CARE, now)

        await people.merge_residents(
            actor=qian, survivor_uid=twin.uid, absorbed_uid=town.people.wang, reason="重复登记", now=now
        )
        for uid in (twin.uid, town.people.wang):
            assert EXAM not in await categories_seen(nurse, uid, Purpose.CARE, now)
            assert EXAM in await categories_seen(await actor("daughter"), uid, Purpose.SELF, now)

        await people.unmerge_residents(actor=qian, absorbed_uid=town.people.wang, reason="是两个人", now=now)
        assert EXAM in await categories_seen(nurse, town.people.wang, Purpose.CARE, now)
