"""Who may act for whom, and how that authority comes and goes: I1 to I6, T8, T16."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER, ZHAO_YUN_NUMBER
from server.identity.models import Account, RoleGrant
from server.kit.errors import DomainError, IllegalMove, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.people import access, actions, queries
from server.people.models import ProxyGrant, Resident
from server.people.rules import PROXY_MOVES, Basis, EndReason, ProxyEvent, ProxyScope, ProxyStatus, Relation

Actors = Callable[[str], Awaitable[Actor]]
SHEET = "代办确认单 2026-0001"


async def applied(actor: Actor, now: Any, **differently: Any) -> queries.ProxyCard:
    wish: dict[str, Any] = {
        "name": "王桂兰",
        "national_id": WANG_NUMBER,
        "basis": Basis.OWN_CONSENT,
        "relation": Relation.FRIEND,
        "scopes": [ProxyScope.PROFILE, ProxyScope.BOOKING],
    }
    return await actions.apply_for_proxy(actor=actor, now=now, **(wish | differently))


async def may_read(
    actor: Actor, resident_uid: str, now: Any, permission: Permission = Permission.RESIDENT_READ
) -> bool:
    try:
        await access.resident_for(actor=actor, uid=resident_uid, permission=permission, now=now)
    except NotFound:
        return False
    return True


async def refused(code: str, awaitable: Awaitable[Any]) -> None:
    with pytest.raises(DomainError) as refusal:
        await awaitable
    assert refusal.value.code == code


class TestTheWayIn:
    async def test_identity_checked_and_the_resident_says_yes(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, stranger, he, wang = clock(), await actor("stranger"), await actor("he"), await actor("wang")

        card = await applied(stranger, now)
        before = await may_read(stranger, town.people.wang, now)
        await actions.verify_proxy(actor=he, uid=card.uid, now=now)
        between = await may_read(stranger, town.people.wang, now)
        done = await actions.confirm_proxy(actor=wang, uid=card.uid, now=now)

        assert (before, between, await may_read(stranger, town.people.wang, now)) == (False, False, True)
        assert done.status is ProxyStatus.ACTIVE
        assert not await may_read(stranger, town.people.wang, now, Permission.RECORD_READ)
        assert not await may_read(stranger, town.people.li, now)
        told = [
            row.payload for row in await OutboxMessage.filter(topic="people.proxy_active", status="waiting")
        ]
        assert [payload["grant"] for payload in told] == [card.uid]
        noted = await AuditEntry.filter(subject_uid=card.uid).order_by("id").values_list("action", flat=True)
        assert list(noted) == [
            "people.proxy_applied",
            "people.proxy_verify",
            "people.proxy_confirm",
            "people.proxy_activate",
        ]

    async def test_the_resident_says_no(self, town: Town, actor: Actors, clock: Any) -> None:
        now, wang, nephew = clock(), await actor("wang"), await actor("nephew")

        card = await actions.decline_proxy(actor=wang, uid=town.people.nephew_grant, now=now)

        assert (card.status, card.reason) == (ProxyStatus.REJECTED, EndReason.RESIDENT_WISH)
        assert not await may_read(nephew, town.people.wang, now)

    async def test_nobody_else_says_yes_for_the_resident(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        await actions.verify_proxy(actor=await actor("he"), uid=town.people.nephew_grant, now=now)

        await refused(
            "people.own_application",
            actions.confirm_proxy(actor=await actor("nephew"), uid=town.people.nephew_grant, now=now),
        )
        for key in ("daughter", "stranger", "nurse", "guardian"):
            await refused(
                "kit.not_found",
                actions.confirm_proxy(actor=await actor(key), uid=town.people.nephew_grant, now=now),
            )

    async def test_the_resident_cannot_be_asked_before_identity_is_checked(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        with pytest.raises(IllegalMove):
            await actions.confirm_proxy(actor=await actor("wang"), uid=town.people.nephew_grant, now=clock())

    async def test_nobody_reviews_their_own_application(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        account = await Account.get(uid=he.account_uid)
        await ProxyGrant.filter(uid=town.people.nephew_grant).update(proxy_id=account.id)

        await refused(
            "people.own_application", actions.verify_proxy(actor=he, uid=town.people.nephew_grant, now=now)
        )

    @pytest.mark.parametrize("reviewer", ["song", "zhao", "tang", "nurse"])
    async def test_only_the_home_or_civil_affairs_review(
        self, town: Town, actor: Actors, clock: Any, reviewer: str
    ) -> None:
        await refused(
            "kit.not_found",
            actions.verify_proxy(actor=await actor(reviewer), uid=town.people.nephew_grant, now=clock()),
        )

    async def test_a_second_application_of_the_same_is_refused(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town

        await refused("people.already_applied", applied(await actor("nephew"), clock()))

    async def test_only_so_many_applications_wait(self, town: Town, actor: Actors, clock: Any) -> None:
        """One of the five may name somebody we know: the count tells nothing either."""
        stranger, now = await actor("stranger"), clock()
        for number in (WANG_NUMBER, LI_NUMBER, ZHAO_YUN_NUMBER, "330299195507150211", "911840196001010014"):
            await applied(stranger, now, national_id=number)

        await refused(
            "people.too_many_applications", applied(stranger, now, national_id="933036194405060024")
        )


class TestAWitnessedYes:
    """A resident without a phone: two members of staff, one sheet (facts/wechat.md §1.12, L2)."""

    async def _verified(self, actor: Actors, now: Any) -> str:
        card = await applied(await actor("stranger"), now, name="李福生", national_id=LI_NUMBER)
        await actions.verify_proxy(actor=await actor("he"), uid=card.uid, now=now)
        return card.uid

    async def test_two_members_of_staff_and_one_sheet(self, town: Town, actor: Actors, clock: Any) -> None:
        now, uid = clock(), await self._verified(actor, clock())

        first = await actions.witness_proxy(actor=await actor("nurse"), uid=uid, document_ref=SHEET, now=now)
        second = await actions.witness_proxy(actor=await actor("he"), uid=uid, document_ref=SHEET, now=now)

        assert (first.status, first.witnessed) == (ProxyStatus.ID_VERIFIED, True)
        assert second.status is ProxyStatus.ACTIVE
        assert await may_read(await actor("stranger"), town.people.li, now)

    async def test_one_person_is_not_two(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        now, uid, nurse = clock(), await self._verified(actor, clock()), await actor("nurse")
        await actions.witness_proxy(actor=nurse, uid=uid, document_ref=SHEET, now=now)

        await refused(
            "people.second_person_needed",
            actions.witness_proxy(actor=nurse, uid=uid, document_ref=SHEET, now=now),
        )

    async def test_two_sheets_are_not_one(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        now, uid = clock(), await self._verified(actor, clock())
        await actions.witness_proxy(actor=await actor("nurse"), uid=uid, document_ref=SHEET, now=now)

        other = await actions.witness_proxy(actor=await actor("he"), uid=uid, document_ref="另一张", now=now)

        assert other.status is ProxyStatus.ID_VERIFIED

    async def test_not_for_a_resident_who_has_a_phone(self, town: Town, actor: Actors, clock: Any) -> None:
        now = clock()
        await actions.verify_proxy(actor=await actor("he"), uid=town.people.nephew_grant, now=now)

        await refused(
            "people.ask_the_resident",
            actions.witness_proxy(
                actor=await actor("nurse"), uid=town.people.nephew_grant, document_ref=SHEET, now=now
            ),
        )

    @pytest.mark.parametrize("outsider", ["other_nurse", "doctor", "guardian"])
    async def test_not_by_anybody_but_the_home(
        self, town: Town, actor: Actors, clock: Any, outsider: str
    ) -> None:
        assert town
        now, uid = clock(), await self._verified(actor, clock())

        await refused(
            "kit.not_found",
            actions.witness_proxy(actor=await actor(outsider), uid=uid, document_ref=SHEET, now=now),
        )


class TestAGuardiansDocument:
    async def _verified(self, actor: Actors, now: Any, **differently: Any) -> str:
        card = await applied(
            await actor("stranger"),
            now,
            name="李福生",
            national_id=LI_NUMBER,
            document_ref=SHEET,
            **differently,
        )
        await actions.verify_proxy(actor=await actor("he"), uid=card.uid, now=now)
        return card.uid

    async def test_is_enough_when_another_person_has_seen_it(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, uid = clock(), await self._verified(actor, clock(), basis=Basis.STATUTORY)

        card = await actions.confirm_by_document(
            actor=await actor("he"), uid=uid, document_ref=SHEET, now=now
        )

        assert card.status is ProxyStatus.ACTIVE
        assert await may_read(await actor("stranger"), town.people.li, now)

    async def test_must_be_the_one_that_was_handed_in(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        now, uid = clock(), await self._verified(actor, clock(), basis=Basis.STATUTORY)

        await refused(
            "people.guardian_document_needed",
            actions.confirm_by_document(actor=await actor("he"), uid=uid, document_ref="另一份", now=now),
        )

    async def test_cannot_be_left_out(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town

        await refused(
            "people.guardian_document_needed", applied(await actor("stranger"), clock(), basis=Basis.DURABLE)
        )

    async def test_does_not_replace_the_word_of_a_resident_who_decides(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now = clock()
        await actions.verify_proxy(actor=await actor("he"), uid=town.people.nephew_grant, now=now)

        await refused(
            "people.ask_the_resident",
            actions.confirm_by_document(
                actor=await actor("he"), uid=town.people.nephew_grant, document_ref=SHEET, now=now
            ),
        )

    async def test_of_an_entrusted_home_is_reviewed_by_civil_affairs(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town
        now, uid = clock(), await self._verified(actor, clock(), basis=Basis.INSTITUTION)

        await refused(
            "people.second_person_needed",
            actions.confirm_by_document(actor=await actor("he"), uid=uid, document_ref=SHEET, now=now),
        )
        card = await actions.confirm_by_document(
            actor=await actor("qian"), uid=uid, document_ref=SHEET, now=now
        )

        assert card.status is ProxyStatus.ACTIVE


class TestInvariants:
    async def test_no_authority_outside_its_days(self, town: Town, actor: Actors, clock: Any) -> None:
        """I1: the days are asked inside the query; no sweep has run."""
        now, daughter = clock(), await actor("daughter")
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(ends_at=now + timedelta(hours=1))

        assert await may_read(daughter, town.people.wang, now)
        assert not await may_read(daughter, town.people.wang, now + timedelta(hours=1))

        await ProxyGrant.filter(uid=town.people.daughter_grant).update(
            starts_at=now + timedelta(minutes=1), ends_at=None
        )
        assert not await may_read(daughter, town.people.wang, now)

    @pytest.mark.parametrize("status", [each for each in ProxyStatus if each is not ProxyStatus.ACTIVE])
    async def test_no_authority_in_any_other_state(
        self, town: Town, actor: Actors, clock: Any, status: ProxyStatus
    ) -> None:
        """I1."""
        now, daughter = clock(), await actor("daughter")
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(status=status)

        assert not await may_read(daughter, town.people.wang, now)
        wang = await Resident.get(uid=town.people.wang)
        family = await queries.family_account_ids(
            resident_id=wang.id, permission=Permission.RESIDENT_READ, now=now
        )
        assert family == [wang.account_id]
        assert await queries.my_residents(actor=daughter, now=now) == ()

    @pytest.mark.parametrize("event", ProxyEvent)
    async def test_an_ended_grant_never_comes_back(
        self, town: Town, actor: Actors, clock: Any, event: ProxyEvent
    ) -> None:
        """I2: a new grant is a new row."""
        now, wang = clock(), await actor("wang")
        await actions.end_proxy(
            actor=wang, uid=town.people.daughter_grant, reason=EndReason.RESIDENT_WISH, now=now
        )
        row = await ProxyGrant.get(uid=town.people.daughter_grant)

        assert not PROXY_MOVES.allows(row.status, event)
        with pytest.raises(IllegalMove):
            await actions.resume_proxy(actor=wang, uid=row.uid, now=now)
        again = await applied(await actor("daughter"), now)
        assert again.uid != row.uid

    async def test_death_ends_every_authority(self, town: Town, actor: Actors, clock: Any) -> None:
        """I3."""
        now = clock()

        await actions.record_death(
            actor=await actor("he"), resident_uid=town.people.wang, died_at=now, now=now
        )

        live = await ProxyGrant.filter(resident__uid=town.people.wang).values_list(
            "status", "reason", "live_key"
        )
        assert {reason for _, reason, _ in live} == {EndReason.DEATH}
        assert {key for _, _, key in live} == {None}
        assert not await may_read(await actor("daughter"), town.people.wang, now)
        assert await queries.faults(now=now) == []

    async def test_staff_of_the_home_cannot_be_a_proxy(self, town: Town, actor: Actors, clock: Any) -> None:
        """I4."""
        assert town
        now, nurse = clock(), await actor("nurse")
        card = await applied(nurse, now)
        await actions.verify_proxy(actor=await actor("he"), uid=card.uid, now=now)

        await refused(
            "people.home_staff_cannot_be_proxy",
            actions.confirm_proxy(actor=await actor("wang"), uid=card.uid, now=now),
        )

    async def test_a_proxy_who_comes_to_work_there_loses_it(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        """I4."""
        now, daughter = clock(), await actor("daughter")
        home = (await Resident.get(uid=town.people.wang)).home_id
        await RoleGrant(
            account_id=daughter.account_id,
            institution_id=home,
            role=Role.NURSE,
            starts_at=now,
            created_at=now,
        ).save()

        assert await actions.sweep_reviews(actor=await actor("root"), now=now) == 1

        row = await ProxyGrant.get(uid=town.people.daughter_grant)
        assert (row.status, row.reason) == (ProxyStatus.ENDED, EndReason.RELATION_CHANGED)

    async def test_an_entrusted_home_never_rates_itself(self, town: Town, actor: Actors, clock: Any) -> None:
        """I4."""
        assert town

        await refused(
            "people.rating_not_for_home",
            applied(
                await actor("he"),
                clock(),
                basis=Basis.INSTITUTION,
                document_ref=SHEET,
                scopes=list(ProxyScope),
            ),
        )

    async def test_at_most_eight_at_a_time(self, town: Town, actor: Actors, clock: Any) -> None:
        """I5: the number is a parameter."""
        now, wang = clock(), await Resident.get(uid=town.people.wang)
        for place in range(7):
            account = Account(name=f"亲友{place}", created_at=now)
            await account.save()
            await ProxyGrant(
                resident_id=wang.id,
                proxy_id=account.id,
                basis=Basis.OWN_CONSENT,
                relation=Relation.FRIEND,
                status=ProxyStatus.ACTIVE,
                starts_at=now,
                created_at=now,
            ).save()
        await actions.verify_proxy(actor=await actor("he"), uid=town.people.nephew_grant, now=now)

        await refused(
            "people.too_many_proxies",
            actions.confirm_proxy(actor=await actor("wang"), uid=town.people.nephew_grant, now=now),
        )

    async def test_a_pause_acts_at_once(self, town: Town, actor: Actors, clock: Any) -> None:
        """I6: the very next read is refused, at the same instant."""
        now, daughter = clock(), await actor("daughter")

        await actions.suspend_proxy(
            actor=await actor("he"), uid=town.people.daughter_grant, reason=EndReason.SAFEGUARDING, now=now
        )

        for permission in (Permission.RESIDENT_READ, Permission.RECORD_READ, Permission.APPOINTMENT_BOOK):
            assert not await may_read(daughter, town.people.wang, now, permission)

    async def test_what_protects_the_resident_is_lifted_by_staff_only(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, uid = clock(), town.people.daughter_grant
        await actions.suspend_proxy(actor=await actor("he"), uid=uid, reason=EndReason.SAFEGUARDING, now=now)

        await refused(
            "people.staff_must_resume", actions.resume_proxy(actor=await actor("wang"), uid=uid, now=now)
        )
        await refused("kit.not_found", actions.resume_proxy(actor=await actor("daughter"), uid=uid, now=now))
        card = await actions.resume_proxy(actor=await actor("he"), uid=uid, now=now)

        assert card.status is ProxyStatus.ACTIVE
        assert await may_read(await actor("daughter"), town.people.wang, now)

    async def test_a_change_needs_a_reason(self, town: Town, actor: Actors, clock: Any) -> None:
        """T16."""
        uid, wang = town.people.daughter_grant, await actor("wang")

        await refused(
            "people.reason_needed", actions.suspend_proxy(actor=wang, uid=uid, reason=None, now=clock())
        )
        await refused(
            "people.reason_needed", actions.end_proxy(actor=wang, uid=uid, reason=None, now=clock())
        )

    async def test_the_proxy_may_lay_it_down(self, town: Town, actor: Actors, clock: Any) -> None:
        now, daughter = clock(), await actor("daughter")

        card = await actions.end_proxy(
            actor=daughter, uid=town.people.daughter_grant, reason=EndReason.PROXY_WISH, now=now
        )

        assert card.status is ProxyStatus.ENDED
        assert not await may_read(daughter, town.people.wang, now)


class TestKnowingIsNotBeing:
    """T8: a phone number, or a name with its number, opens nothing and tells nothing."""

    async def test_the_same_phone_number_opens_nothing(self, town: Town, actor: Actors, clock: Any) -> None:
        now, stranger = clock(), await actor("stranger")
        wang = await Resident.get(uid=town.people.wang)
        await Account.filter(uid=stranger.account_uid).update(phone_index=wang.phone_index)

        assert not await may_read(await actor("stranger"), town.people.wang, now)
        assert await queries.my_residents(actor=stranger, now=now) == ()

    async def test_an_application_looks_the_same_for_somebody_and_for_nobody(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town
        stranger, now = await actor("stranger"), clock()

        somebody = await applied(stranger, now)
        nobody = await applied(stranger, now, national_id="330299195507150211")
        wrong_name = await applied(stranger, now, name="李福", national_id=LI_NUMBER)

        seen = [{**vars(card), "uid": ""} for card in (somebody, nobody, wrong_name)]
        assert seen[0] == seen[1] == seen[2]
        assert [card.resident for card in await queries.my_grants(actor=stranger, now=now)] == [
            None,
            None,
            None,
        ]
        again = applied(stranger, now, national_id="330299195507150211")
        await refused("people.already_applied", again)

    async def test_an_application_about_nobody_is_shown_to_nobody(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town
        now = clock()
        card = await applied(await actor("stranger"), now, national_id="330299195507150211")

        for key in ("he", "song", "qian"):
            reviewer = await actor(key)
            page = await queries.proxy_cases(actor=reviewer, wish=PageWish(), now=now)
            assert card.uid not in [each.uid for each in page.items]
            await refused("kit.not_found", queries.proxy_case(actor=reviewer, uid=card.uid, now=now))
            await refused("kit.not_found", actions.verify_proxy(actor=reviewer, uid=card.uid, now=now))

    async def test_both_lapse_in_the_same_way(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        stranger, now = await actor("stranger"), clock()
        await applied(stranger, now)
        await applied(stranger, now, national_id="330299195507150211")

        await actions.sweep_reviews(actor=await actor("root"), now=now + timedelta(days=30))

        cards = await queries.my_grants(actor=stranger, now=now)
        assert {(card.status, card.reason) for card in cards} == {
            (ProxyStatus.REJECTED, EndReason.NOT_VERIFIED)
        }
        assert {card.resident for card in cards} == {None}
