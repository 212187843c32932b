"""Which institutions one reaches with which permission, who publishes, and that nobody who was slower changes anything."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance import actions
from server.alliance.access import institution_for, institutions_visible_to
from server.alliance.models import AgreementSignature, CatalogueItem, Institution, ServiceAgreement
from server.authority.actor import Actor, system_actor
from server.authority.permissions import Permission
from server.demo import Town
from server.demo.alliance import GREEN, PATROL
from server.kit.clock import local_date
from server.kit.errors import IllegalMove, NotFound
from server.outbox.models import OutboxMessage
from tests.core.alliance.test_agreements import drafted, refused
from tests.core.alliance.test_signing import SCAN, proposed
from tests.overtaken import meanwhile

Actors = Callable[[str], Awaitable[Actor]]
WORKER = system_actor("worker")


class TestInstitutions:
    @pytest.mark.parametrize(("key", "seen"), [("he", 11), ("xu", 11), ("shen", 0), ("zheng", 0)])
    async def test_are_in_everybodys_directory_whose_role_reads_it(
        self, town: Town, actor: Actors, clock: Any, key: str, seen: int
    ) -> None:
        assert town
        who, read = await actor(key), Permission.INSTITUTION_READ
        rows = Institution.filter(institutions_visible_to(actor=who, permission=read, now=clock()))
        assert await rows.count() == seen

    async def test_are_reached_for_anything_else_by_their_own_people_alone(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        asked = {"permission": Permission.AGREEMENT_DRAFT, "now": clock()}
        he, song, yihe = await actor("he"), await actor("song"), town.alliance.yihe
        assert (await institution_for(actor=he, uid=yihe, **asked)).uid == yihe
        with pytest.raises(NotFound):
            await institution_for(actor=song, uid=yihe, **asked)


class TestPublishing:
    @pytest.mark.parametrize("key", ["qian", "feng", "he"])
    async def test_is_the_commissions(self, town: Town, actor: Actors, clock: Any, key: str) -> None:
        assert town
        before = await CatalogueItem.all().order_by("-version").first()
        new = actions.NewVersion(1, "试", local_date(clock()) + timedelta(days=9))
        words = {"code": before.code, "new": new, "now": clock()}
        await refused("kit.forbidden", actions.publish_catalogue_version(actor=await actor(key), **words))
        assert await CatalogueItem.filter(code=before.code).count() == before.version

        await actions.publish_catalogue_version(actor=await actor("tang"), **words)
        assert await CatalogueItem.filter(code=before.code).count() == before.version + 1


class TestMeanwhile:
    async def test_what_was_attached_to_the_draft_is_not_overwritten(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        now, he = clock(), await actor("he")
        card = await drafted(actor, town, now)

        async def attach() -> None:
            await actions.attach_paper(actor=he, uid=card.uid, name="价目", scan=SCAN, now=now)

        revised = {"uid": card.uid, "first_day": card.first_day, "last_day": card.last_day, "content": PATROL}
        with meanwhile("service_agreement", attach), pytest.raises(IllegalMove):
            await actions.revise_draft(actor=he, **revised, now=now)

    async def test_nobody_signs_under_what_is_taken_back(self, town: Town, actor: Actors, clock: Any) -> None:
        now, he = clock(), await actor("he")
        card = await proposed(actor, town, now)

        async def revoke() -> None:
            await actions.revoke_authority(actor=he, uid=town.signing.he, reason="换人了", now=now)

        with meanwhile("signing_authority", revoke):
            await refused(
                "alliance.not_authorised",
                actions.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now),
            )
        assert not await AgreementSignature.filter(agreement__uid=card.uid).exists()

    async def test_two_workers_say_once_that_an_agreement_ends(self, town: Town, clock: Any) -> None:
        row = await ServiceAgreement.get(uid=town.alliance.yihe_first_hospital)
        near = clock() + timedelta(days=(row.last_day - local_date(clock())).days - 20)

        async def remind() -> int:
            return await actions.sweep_agreements(actor=WORKER, now=near)

        with meanwhile("service_agreement", remind):
            assert await remind() == 0
        told = await OutboxMessage.filter(topic="alliance.agreement_expiring")
        assert len([each for each in told if each.payload["agreement"] == row.uid]) == 1


async def test_a_draft_is_not_revised_into_what_nobody_could_sign(
    town: Town, actor: Actors, clock: Any
) -> None:
    now = clock()
    card = await drafted(actor, town, now)
    turned = {"first_day": card.last_day, "last_day": card.first_day}
    await refused(
        "alliance.wrong_content",
        actions.revise_draft(actor=await actor("he"), uid=card.uid, **turned, content=GREEN, now=now),
    )
    assert (await ServiceAgreement.get(uid=card.uid)).content_hash == card.content_hash
