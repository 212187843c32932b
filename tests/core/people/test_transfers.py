"""From one home to another of the same hands: what is the resident's own goes along, what was the home's ends."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.booking.models import WaitlistEntry
from server.consent.models import Consent
from server.demo import Town
from server.demo.people import WANG_NUMBER
from server.identity.models import Account, RoleGrant
from server.kit.errors import DomainError
from server.people import actions, queries
from server.people.models import ProxyGrant, Resident, ResidentStay
from server.people.rules import (
    Basis,
    CareCause,
    CareEvent,
    CareState,
    ConfirmedHow,
    EndReason,
    ProxyStatus,
    Relation,
    StayEnd,
)

Actors = Callable[[str], Awaitable[Actor]]
WHY = "离女儿家近"


async def transferred(actor: Actor, town: Town, now: datetime, **says: Any) -> queries.ResidentCard:
    return await actions.transfer(
        **{
            "actor": actor,
            "resident_uid": town.people.wang,
            "home_uid": town.alliance.songhe,
            "reason": WHY,
            "now": now,
            **says,
        }
    )


async def entrusted(town: Town, key: str, now: datetime, basis: Basis = Basis.INSTITUTION) -> ProxyGrant:
    row = ProxyGrant(
        resident=await Resident.get(uid=town.people.wang),
        proxy=await Account.get(uid=town.identity.accounts[key]),
        basis=basis,
        relation=Relation.ORGANIZATION,
        status=ProxyStatus.ACTIVE,
        starts_at=now,
        confirmed_how=ConfirmedHow.DOCUMENT,
        live_key=f"{key}.wang",
        created_at=now,
    )
    await row.save()
    return row


class TestTransfer:
    async def test_takes_bed_stay_and_care_state_along(self, town: Town, actor: Actors, clock: Any) -> None:
        jin, now = await actor("jin"), clock()
        await actions.transition(
            actor=jin,
            resident_uid=town.people.wang,
            event=CareEvent.HOSPITALIZE,
            cause=CareCause.REPORTED,
            now=now,
        )

        card = await transferred(jin, town, now, bed="105-1")

        assert (card.home_uid, card.bed, card.care_state) == (
            town.alliance.songhe,
            "105-1",
            CareState.INPATIENT,
        )
        left = await ResidentStay.get(resident__uid=town.people.wang, end_reason__isnull=False)
        assert (left.end_reason, left.ended_at) == (StayEnd.MOVED, now)
        line = await AuditEntry.get(action="people.transferred")
        assert (line.reason, line.detail) == (
            WHY,
            {"from": town.alliance.yihe, "to": town.alliance.songhe},
        )
        assert await queries.faults(now=now) == []

    async def test_leaves_family_consents_and_waiting_entries_as_they_are(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        async def own() -> list[Any]:
            wang = {"resident__uid": town.people.wang}
            return [
                await ProxyGrant.filter(**wang).order_by("id").values_list("status", "ended_at"),
                await Consent.filter(**wang).order_by("id").values_list("status"),
                await WaitlistEntry.filter(**wang).order_by("id").values_list("status"),
            ]

        before = await own()

        await transferred(await actor("jin"), town, clock())

        assert await own() == before
        assert [status for status, ended in before[0] if status == "active"] == [ProxyStatus.ACTIVE]
        assert before[1] != []

    async def test_ends_what_the_old_home_was_entrusted_with(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        """I4: only a home that cares for somebody may be entrusted with their affairs."""
        grant = await entrusted(town, "nurse", clock())

        await transferred(await actor("jin"), town, clock())

        await grant.refresh_from_db()
        assert (grant.status, grant.reason) == (ProxyStatus.ENDED, EndReason.MOVED_AWAY)

    async def test_ends_family_authority_of_who_works_in_the_new_home(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        """I4."""
        grant = await entrusted(town, "other_nurse", clock(), Basis.OWN_CONSENT)

        await transferred(await actor("jin"), town, clock())

        await grant.refresh_from_db()
        assert (grant.status, grant.reason) == (ProxyStatus.ENDED, EndReason.RELATION_CHANGED)

    @pytest.mark.parametrize(
        "case",
        [
            ("he", {}, "kit.not_found"),  # the other home is not hers
            ("song", {}, "kit.not_found"),  # the resident is not his
            ("jin", {"home_uid": "yihe"}, "people.already_there"),
            ("jin", {"home_uid": "first_hospital"}, "kit.not_found"),
            ("jin", {"bed": "101-1"}, "people.bed_taken"),  # Zhao Yun's
        ],
    )
    async def test_is_refused(
        self, town: Town, actor: Actors, clock: Any, case: tuple[str, dict[str, str], str]
    ) -> None:
        who, says, code = case
        if "home_uid" in says:
            says = {**says, "home_uid": getattr(town.alliance, says["home_uid"])}

        with pytest.raises(DomainError) as refusal:
            await transferred(await actor(who), town, clock(), **says)

        assert refusal.value.code == code
        assert (await Resident.get(uid=town.people.wang)).bed == "201-1"

    async def test_not_for_who_manages_both_no_longer(self, town: Town, actor: Actors, clock: Any) -> None:
        await RoleGrant.filter(
            account__uid=town.identity.accounts["jin"], institution__uid=town.alliance.songhe
        ).update(ends_at=clock())

        with pytest.raises(DomainError) as refusal:
            await transferred(await actor("jin"), town, clock())

        assert refusal.value.code == "kit.not_found"


class TestEntrusted:
    async def test_ends_with_a_discharge_too(self, town: Town, actor: Actors, clock: Any) -> None:
        grant = await entrusted(town, "nurse", clock())

        await actions.discharge(
            actor=await actor("he"), resident_uid=town.people.wang, reason=StayEnd.MOVED, now=clock()
        )

        await grant.refresh_from_db()
        assert (grant.status, grant.reason) == (ProxyStatus.ENDED, EndReason.MOVED_AWAY)

    async def test_ends_by_death_when_it_was_death(self, town: Town, actor: Actors, clock: Any) -> None:
        grant = await entrusted(town, "nurse", clock())

        await actions.record_death(
            actor=await actor("he"), resident_uid=town.people.wang, died_at=clock(), now=clock()
        )

        await grant.refresh_from_db()
        assert grant.reason is EndReason.DEATH

    async def test_goes_on_when_only_the_bed_changes(self, town: Town, actor: Actors, clock: Any) -> None:
        grant, he = await entrusted(town, "nurse", clock()), await actor("he")
        row = {"name": "王桂兰", "national_id": WANG_NUMBER, "bed": "203-1"}

        await actions.change_bed(actor=he, resident_uid=town.people.wang, bed="204-1", now=clock())
        await actions.import_roster(
            actor=he, home_uid=town.alliance.yihe, rows=[row], file_digest="sha256:00", now=clock()
        )

        await grant.refresh_from_db()
        assert grant.status is ProxyStatus.ACTIVE
        assert not await AuditEntry.filter(action="people.discharged").exists()
        assert await AuditEntry.filter(action="people.bed_changed").count() == 2
