"""An agreement from its draft to its end: A01, A02, I18, I19, I20, I21, T18."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.alliance import access, actions, queries
from server.alliance.errors import UnknownParameter
from server.alliance.models import AgreementSignature, Institution, PolicyParameter, ServiceAgreement
from server.alliance.rules import AgreementStatus, Fee, FeeKind, Parameter, PayCycle, plain_content
from server.authority.actor import Actor, Grant, system_actor
from server.authority.permissions import Role
from server.demo import Town
from server.demo.alliance import GREEN, PATROL
from server.kit.clock import local_date
from server.kit.engines.counting import counted
from server.kit.errors import DomainError
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage

Actors = Callable[[str], Awaitable[Actor]]
KICKBACK = replace(GREEN, fees=(Fee(FeeKind.REFERRAL_FEE, 5000, PayCycle.PER_PERSON),))


async def refused(code: str, awaitable: Awaitable[Any]) -> None:
    with pytest.raises(DomainError) as refusal:
        await awaitable
    assert refusal.value.code == code


async def drafted(actors: Actors, town: Town, now: Any, **differently: Any) -> queries.AgreementCard:
    today = local_date(now)
    wish: dict[str, Any] = {
        "home_uid": town.alliance.yihe,
        "provider_uid": town.alliance.second_hospital,
        "first_day": today,
        "last_day": today + timedelta(days=364),
        "content": GREEN,
    }
    return await actions.draft_agreement(actor=await actors("he"), now=now, **(wish | differently))


async def signed(actors: Actors, town: Town, now: Any, **differently: Any) -> queries.AgreementCard:
    card = await drafted(actors, town, now, **differently)
    await actions.propose_agreement(actor=await actors("he"), uid=card.uid, now=now)
    for key in ("he", "sun"):
        await actions.sign_agreement(
            actor=await actors(key), uid=card.uid, content_hash=card.content_hash, now=now
        )
    return card


async def in_force(town: Town, home: str, provider: str, now: Any) -> bool:
    first, second = [await Institution.get(uid=getattr(town.alliance, key)) for key in (home, provider)]
    return await queries.agreement_in_force(home_id=first.id, provider_id=second.id, now=now) is not None


class TestTheWholeWay:
    async def test_drafted_proposed_signed_by_both_filed_in_force(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now = clock()
        card = await signed(actor, town, now)
        before = await in_force(town, "yihe", "second_hospital", now)

        filed = await actions.file_agreement(
            actor=await actor("tang"), uid=card.uid, filing_number="云卫备〔2026〕099", now=now
        )

        assert (before, filed.status) == (False, AgreementStatus.ACTIVE)
        assert await in_force(town, "yihe", "second_hospital", now)
        topics = (
            await OutboxMessage.filter(topic__startswith="alliance.")
            .order_by("id")
            .values_list("topic", flat=True)
        )
        assert list(topics) == [
            "alliance.agreement_proposed",
            "alliance.agreement_signed",
            "alliance.agreement_signed",
            "alliance.agreement_filed",
        ]

    async def test_it_waits_for_its_first_day(self, town: Town, actor: Actors, clock: Any) -> None:
        now, worker = clock(), system_actor("worker")
        first_day = local_date(now) + timedelta(days=3)
        card = await signed(actor, town, now, first_day=first_day)
        filed = await actions.file_agreement(
            actor=await actor("tang"), uid=card.uid, filing_number="A1", now=now
        )

        later = now + timedelta(days=3)
        await actions.sweep_agreements(actor=worker, now=now)
        waiting = (await ServiceAgreement.get(uid=card.uid)).status
        await actions.sweep_agreements(actor=worker, now=later)

        assert (filed.status, waiting) == (AgreementStatus.FILED, AgreementStatus.FILED)
        assert await in_force(town, "yihe", "second_hospital", later)

    async def test_no_step_can_be_left_out(self, town: Town, actor: Actors, clock: Any) -> None:
        """I18."""
        now, he, sun, tang = clock(), await actor("he"), await actor("sun"), await actor("tang")
        card = await drafted(actor, town, now)
        words = {"uid": card.uid, "now": now}

        await refused("kit.illegal_move", actions.file_agreement(actor=tang, filing_number="A1", **words))
        await refused(
            "kit.illegal_move", actions.sign_agreement(actor=he, content_hash=card.content_hash, **words)
        )
        await actions.propose_agreement(actor=he, **words)
        await actions.sign_agreement(actor=he, content_hash=card.content_hash, **words)
        await refused("kit.illegal_move", actions.file_agreement(actor=tang, filing_number="A1", **words))
        await refused(
            "alliance.already_signed",
            actions.sign_agreement(actor=he, content_hash=card.content_hash, **words),
        )
        await actions.sign_agreement(actor=sun, content_hash=card.content_hash, **words)
        await refused("kit.illegal_move", actions.propose_agreement(actor=he, **words))

    async def test_one_person_is_not_both_parties(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        hospital = await Institution.get(uid=town.alliance.second_hospital)
        both = Actor(**{**vars(he), "grants": (*he.grants, Grant(Role.HOSPITAL_MANAGER, hospital.id))})
        card = await drafted(actor, town, now)
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)
        await actions.sign_agreement(actor=both, uid=card.uid, content_hash=card.content_hash, now=now)

        await refused(
            "alliance.same_signer",
            actions.sign_agreement(actor=both, uid=card.uid, content_hash=card.content_hash, now=now),
        )


class TestOneHash:
    async def test_only_what_was_read_is_signed(self, town: Town, actor: Actors, clock: Any) -> None:
        """I18."""
        now, he = clock(), await actor("he")
        card = await drafted(actor, town, now)
        revised = await actions.revise_draft(
            actor=he, uid=card.uid, first_day=card.first_day, last_day=card.last_day, content=PATROL, now=now
        )
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)

        assert revised.content_hash != card.content_hash
        await refused(
            "alliance.agreement_changed",
            actions.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now),
        )

    async def test_what_was_changed_behind_the_signatures_is_not_filed(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now = clock()
        card = await signed(actor, town, now)
        await ServiceAgreement.filter(uid=card.uid).update(content=plain_content(PATROL))

        await refused(
            "alliance.signatures_differ",
            actions.file_agreement(actor=await actor("tang"), uid=card.uid, filing_number="A1", now=now),
        )

    async def test_signatures_over_different_texts_are_not_filed(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now = clock()
        card = await signed(actor, town, now)
        await AgreementSignature.filter(agreement__uid=card.uid, side="home").update(content_hash="sha256:0")

        await refused(
            "alliance.signatures_differ",
            actions.file_agreement(actor=await actor("tang"), uid=card.uid, filing_number="A1", now=now),
        )

    async def test_a_proposed_text_is_not_revised(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        card = await signed(actor, town, now)

        await refused(
            "kit.illegal_move",
            actions.revise_draft(
                actor=await actor("he"),
                uid=card.uid,
                first_day=card.first_day,
                last_day=card.last_day,
                content=PATROL,
                now=now,
            ),
        )


class TestReferralFee:
    """I21, T18."""

    async def test_cannot_be_filed(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        card = await signed(actor, town, now, content=KICKBACK)

        for reason in (None, "", "  "):
            await refused(
                "alliance.referral_fee",
                actions.file_agreement(
                    actor=await actor("tang"),
                    uid=card.uid,
                    filing_number="A1",
                    override_reason=reason,
                    now=now,
                ),
            )
        assert not await in_force(town, "yihe", "second_hospital", now)

    async def test_unless_the_bureau_says_why(self, town: Town, actor: Actors, clock: Any) -> None:
        now, tang = clock(), await actor("tang")
        card = await signed(actor, town, now, content=KICKBACK)

        await actions.file_agreement(
            actor=tang, uid=card.uid, filing_number="A1", override_reason="财政补助，非介绍费", now=now
        )

        sheet = await queries.agreement_sheet(actor=tang, uid=card.uid, now=now)
        assert (sheet.has_referral_fee, sheet.override_reason) == (True, "财政补助，非介绍费")


class TestVersions:
    """I20."""

    async def test_an_amendment_takes_over_from_its_predecessor(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he, feng, today = clock(), await actor("he"), await actor("feng"), local_date(clock())
        older = town.alliance.yihe_health_center
        card = await actions.draft_successor(
            actor=he,
            uid=older,
            first_day=today,
            last_day=today + timedelta(days=200),
            content=PATROL,
            now=now,
        )
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)
        for side in (feng, he):
            await actions.sign_agreement(actor=side, uid=card.uid, content_hash=card.content_hash, now=now)
        assert (await ServiceAgreement.get(uid=older)).status is AgreementStatus.ACTIVE

        await actions.file_agreement(actor=await actor("tang"), uid=card.uid, filing_number="A2", now=now)

        rows = {row.uid: row for row in await ServiceAgreement.filter(uid__in=[older, card.uid])}
        assert rows[older].status is AgreementStatus.SUPERSEDED
        assert (rows[card.uid].status, rows[card.uid].version, rows[card.uid].supersedes_id) == (
            AgreementStatus.ACTIVE,
            2,
            rows[older].id,
        )
        assert await in_force(town, "yihe", "health_center", now)

    async def test_a_renewal_takes_over_on_its_first_day(self, town: Town, actor: Actors, clock: Any) -> None:
        now, worker = clock(), system_actor("worker")
        older = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
        near_end = now + timedelta(days=(older.last_day - local_date(now)).days - 10)
        await actions.sweep_agreements(actor=worker, now=near_end)
        he, first_day = await actor("he"), older.last_day + timedelta(days=1)
        card = await actions.draft_successor(
            actor=he,
            uid=older.uid,
            first_day=first_day,
            last_day=first_day + timedelta(days=364),
            content=PATROL,
            now=near_end,
        )
        await actions.propose_agreement(actor=he, uid=card.uid, now=near_end)
        for key in ("he", "feng"):
            await actions.sign_agreement(
                actor=await actor(key), uid=card.uid, content_hash=card.content_hash, now=near_end
            )
        await actions.file_agreement(
            actor=await actor("tang"), uid=card.uid, filing_number="A3", now=near_end
        )

        await actions.sweep_agreements(actor=worker, now=near_end + timedelta(days=11))

        await older.refresh_from_db()
        assert older.status is AgreementStatus.RENEWED
        assert await in_force(town, "yihe", "health_center", near_end + timedelta(days=11))

    async def test_what_is_over_when_it_is_filed_takes_nothing_over(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he, older = clock(), await actor("he"), town.alliance.yihe_health_center
        days = {"first_day": local_date(now), "last_day": local_date(now) + timedelta(days=5)}
        card = await actions.draft_successor(actor=he, uid=older, **days, content=PATROL, now=now)
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)
        for key in ("he", "feng"):
            await actions.sign_agreement(
                actor=await actor(key), uid=card.uid, content_hash=card.content_hash, now=now
            )
        later = now + timedelta(days=6)

        filed = await actions.file_agreement(
            actor=await actor("tang"), uid=card.uid, filing_number="A5", now=later
        )
        await actions.sweep_agreements(actor=system_actor("worker"), now=later)

        rows = {row.uid: row.status for row in await ServiceAgreement.filter(uid__in=[older, card.uid])}
        assert filed.status is AgreementStatus.FILED
        assert rows == {older: AgreementStatus.ACTIVE, card.uid: AgreementStatus.EXPIRED}
        assert await in_force(town, "yihe", "health_center", later)

    async def test_one_pair_is_not_bound_twice(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        card = await drafted(actor, town, now, provider_uid=town.alliance.first_hospital)
        await actions.propose_agreement(actor=he, uid=card.uid, now=now)
        for key in ("he", "zhao"):
            await actions.sign_agreement(
                actor=await actor(key), uid=card.uid, content_hash=card.content_hash, now=now
            )

        await refused(
            "alliance.already_bound",
            actions.file_agreement(actor=await actor("tang"), uid=card.uid, filing_number="A4", now=now),
        )


class TestTheCalendar:
    async def test_reminds_thirty_and_seven_days_before_and_then_ends(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert actor
        worker, row = (
            system_actor("worker"),
            await ServiceAgreement.get(uid=town.alliance.yihe_first_hospital),
        )
        told: list[tuple[int, int]] = []
        for days_left in (31, 30, 30, 8, 7, 1, 0, -1, -2):
            now = clock() + timedelta(days=(row.last_day - local_date(clock())).days - days_left)
            await actions.sweep_agreements(actor=worker, now=now)
            said = await OutboxMessage.filter(topic="alliance.agreement_expiring")
            told.append((days_left, len([each for each in said if each.payload["agreement"] == row.uid])))
            assert await in_force(town, "yihe", "first_hospital", now) is (days_left >= 0)

        assert told == [(31, 0), (30, 1), (30, 1), (8, 1), (7, 2), (1, 2), (0, 2), (-1, 2), (-2, 2)]
        await row.refresh_from_db()
        assert (row.status, row.binding_key) == (AgreementStatus.EXPIRED, None)
        ended = await OutboxMessage.filter(topic="alliance.agreement_ended")
        assert len([each for each in ended if each.payload["agreement"] == row.uid]) == 1

    async def test_it_binds_until_midnight_of_its_last_day(self, town: Town, clock: Any) -> None:
        """T14: the day is the city's, and no sweep need have run."""
        row = await ServiceAgreement.get(uid=town.alliance.yihe_first_hospital)
        midnight = (
            clock() + timedelta(days=(row.last_day - local_date(clock())).days + 1) - timedelta(hours=9)
        )

        assert await in_force(town, "yihe", "first_hospital", midnight - timedelta(seconds=1))
        assert not await in_force(town, "yihe", "first_hospital", midnight)


class TestPauseAndEnd:
    async def test_suspended_agreements_open_nothing(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he, uid = clock(), await actor("he"), town.alliance.yihe_first_hospital

        await actions.suspend_agreement(actor=he, uid=uid, reason="绿色通道整改", now=now)
        paused = await in_force(town, "yihe", "first_hospital", now)
        await actions.resume_agreement(actor=he, uid=uid, reason="整改完成", now=now)

        assert not paused
        assert await in_force(town, "yihe", "first_hospital", now)

    async def test_ended_is_ended(self, town: Town, actor: Actors, clock: Any) -> None:
        now, uid = clock(), town.alliance.yihe_first_hospital
        card = await actions.terminate_agreement(
            actor=await actor("zhao"), uid=uid, reason="双方协商解除", now=now
        )

        assert (card.status, card.reason) == (AgreementStatus.TERMINATED, "双方协商解除")
        await refused(
            "kit.illegal_move",
            actions.resume_agreement(actor=await actor("he"), uid=uid, reason="恢复", now=now),
        )

    async def test_a_reason_is_asked_for(self, town: Town, actor: Actors, clock: Any) -> None:
        """T16."""
        he, uid, now = await actor("he"), town.alliance.yihe_first_hospital, clock()
        card = await drafted(actor, town, now)

        for step in (actions.suspend_agreement, actions.terminate_agreement):
            await refused("alliance.reason_needed", step(actor=he, uid=uid, reason=" ", now=now))
        await refused(
            "alliance.reason_needed", actions.withdraw_agreement(actor=he, uid=card.uid, reason="", now=now)
        )


class TestWhoMay:
    async def test_only_the_parties_and_the_bureaus_see_it(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        seen = {}
        for key in ("he", "song", "feng", "zhao", "sun", "tang", "qian", "root", "wang", "nurse"):
            page = await queries.agreements(actor=await actor(key), wish=PageWish(), now=clock())
            seen[key] = len(page.items)

        assert town
        assert seen == {
            "he": 2,
            "song": 2,
            "feng": 2,
            "zhao": 1,
            "sun": 1,
            "tang": 4,
            "qian": 4,
            "root": 0,
            "wang": 0,
            "nurse": 0,
        }

    @pytest.mark.parametrize("outsider", ["song", "zhao", "tang", "wang"])
    async def test_nobody_else_drafts_for_a_pair(
        self, town: Town, actor: Actors, clock: Any, outsider: str
    ) -> None:
        today = local_date(clock())

        await refused(
            "kit.not_found",
            actions.draft_agreement(
                actor=await actor(outsider),
                home_uid=town.alliance.yihe,
                provider_uid=town.alliance.second_hospital,
                first_day=today,
                last_day=today,
                content=GREEN,
                now=clock(),
            ),
        )

    async def test_only_the_commission_files(self, town: Town, actor: Actors, clock: Any) -> None:
        card = await signed(actor, town, clock())

        for key in ("he", "sun", "qian"):
            await refused(
                "kit.not_found",
                actions.file_agreement(actor=await actor(key), uid=card.uid, filing_number="A1", now=clock()),
            )

    async def test_a_home_on_one_side_and_a_medical_institution_on_the_other(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        await refused(
            "alliance.wrong_parties", drafted(actor, town, clock(), provider_uid=town.alliance.songhe)
        )
        await refused(
            "alliance.wrong_content",
            drafted(actor, town, clock(), last_day=local_date(clock()) - timedelta(days=1)),
        )

    async def test_departments_are_found_in_the_directory(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        from server.authority.permissions import Permission

        found = await access.department_for(
            actor=await actor("wang"),
            uid=town.alliance.geriatrics,
            permission=Permission.SCHEDULE_READ,
            now=clock(),
        )
        assert (found.name, found.institution.uid) == ("老年医学科", town.alliance.first_hospital)
        await refused(
            "kit.not_found",
            access.department_for(
                actor=await actor("sun"),
                uid=town.alliance.geriatrics,
                permission=Permission.SCHEDULE_MANAGE,
                now=clock(),
            ),
        )


class TestCoverage:
    async def test_counts_only_agreements_in_force_and_asks_for_primary_care(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        """I19."""
        found = await queries.coverage(actor=await actor("qian"), now=clock())
        board = {card.home_uid: card for card in found}

        assert (board[town.alliance.yihe].providers, board[town.alliance.yihe].covered) == (2, True)
        assert (board[town.alliance.songhe].providers, board[town.alliance.songhe].covered) == (1, False)


class TestParameters:
    async def test_the_newest_version_in_force_counts(self, town: Town, clock: Any) -> None:
        assert town
        worker, today = system_actor("worker"), local_date(clock())
        new = [
            Parameter("test.beds", 50, "beds", "①"),
            Parameter("test.beds", 60, "beds", "①", version=2, effective_from=today + timedelta(days=1)),
        ]

        assert await actions.load_parameters(actor=worker, parameters=new, now=clock()) == 2
        assert await actions.load_parameters(actor=worker, parameters=new, now=clock()) == 0

        assert await queries.parameter("test.beds", on=clock()) == 50
        assert await queries.parameter("test.beds", on=clock() + timedelta(days=1)) == 60
        assert await PolicyParameter.filter(code="test.beds").count() == 2

    async def test_an_edit_and_a_missing_number_are_refused(self, town: Town, clock: Any) -> None:
        assert town
        first, edited = Parameter("test.beds", 50, "beds", "①"), Parameter("test.beds", 51, "beds", "①")
        await actions.load_parameters(actor=system_actor("worker"), parameters=[first], now=clock())

        with pytest.raises(ValueError, match=r"test\.beds"):
            await actions.load_parameters(actor=system_actor("worker"), parameters=[edited], now=clock())
        with pytest.raises(UnknownParameter):
            await queries.parameter("test.unknown", on=clock())
        with pytest.raises(UnknownParameter, match=r"test\.unknown"):
            await queries.parameters(["test.beds", "test.unknown"], on=clock())

    async def test_several_are_asked_for_in_one_question(self, town: Town, clock: Any) -> None:
        today = local_date(clock())
        new = [
            Parameter("test.beds", 50, "beds", "①"),
            Parameter("test.beds", 60, "beds", "①", version=2, effective_from=today + timedelta(days=1)),
            Parameter("test.nurses", 7, "nurses", "①"),
        ]
        await actions.load_parameters(actor=system_actor("worker"), parameters=new, now=clock())

        async with counted() as asked:
            numbers = await queries.parameters(("test.nurses", "test.beds"), on=clock())

        assert (numbers, len(asked)) == ({"test.beds": 50, "test.nurses": 7}, 1)
        assert (await queries.parameters(["test.beds"], on=today + timedelta(days=1))) == {"test.beds": 60}

    async def test_many_who_ask_at_once_share_one_question_a_day(self, town: Town, clock: Any) -> None:
        today, tomorrow = local_date(clock()), local_date(clock()) + timedelta(days=1)
        new = [
            Parameter("test.beds", 50, "beds", "①"),
            Parameter("test.beds", 60, "beds", "①", version=2, effective_from=tomorrow),
            Parameter("test.nurses", 7, "nurses", "①"),
        ]
        await actions.load_parameters(actor=system_actor("worker"), parameters=new, now=clock())
        asking = [
            (["test.beds"], today),
            (["test.nurses"], today),
            (["test.beds", "test.unknown"], today),
            (["test.beds", "test.nurses"], today),
            (["test.beds"], tomorrow),
        ]

        async with counted() as asked:
            told = await asyncio.gather(
                *(queries.parameters(codes, on=day) for codes, day in asking), return_exceptions=True
            )

        assert [each if isinstance(each, dict) else type(each) for each in told] == [
            {"test.beds": 50},
            {"test.nurses": 7},
            UnknownParameter,
            {"test.beds": 50, "test.nurses": 7},
            {"test.beds": 60},
        ]
        assert len(asked) == 2
