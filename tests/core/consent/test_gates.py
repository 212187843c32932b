"""What nothing but one missing condition would change: found by taking each of them out (tests/mutation)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import AgreementStatus
from server.authority.permissions import Permission
from server.consent.access import consent_for, permitted_categories
from server.consent.actions import deny_consent
from server.consent.errors import AlreadyDecided
from server.consent.models import ConsentProvision
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit.errors import NotFound
from server.people.models import Resident
from tests.core.consent.conftest import ActorOf, Ask

EXAM, MEDS = RecordCategory.EXAM, RecordCategory.MEDS


async def lines_of_others(uid: str) -> list[tuple[Any, ...]]:
    others = ConsentProvision.exclude(consent__uid=uid).order_by("id")
    return list(await others.values_list("id", "verdict"))


async def seen(town: Town, house: str, purpose: Purpose, now: datetime) -> set[RecordCategory]:
    """Return of which categories an institution may see Wang's entries."""
    permitted = permitted_categories(
        resident_id=(await Resident.get(uid=town.people.wang)).id,
        institution_ids=[(await Institution.get(uid=getattr(town.alliance, house))).id],
        purpose=purpose,
        now=now,
    )
    rows = ConsentProvision.filter(category__in=permitted).distinct()
    return set(await rows.values_list("category", flat=True))


class TestADecision:
    async def test_to_agree_leaves_the_lines_of_other_consents_alone(self, ask: Ask, agree: Ask) -> None:
        await ask(EXAM, MEDS, by="feng", house="health_center", resident="li")
        card = await ask(EXAM, MEDS)
        before = await lines_of_others(card.uid)

        await agree(card.uid, EXAM)

        assert await lines_of_others(card.uid) == before

    async def test_to_refuse_leaves_them_alone_too(self, ask: Ask, actor: ActorOf, clock: Any) -> None:
        card = await ask(EXAM, MEDS)
        before = await lines_of_others(card.uid)

        await deny_consent(actor=await actor("wang"), uid=card.uid, now=clock())

        assert await lines_of_others(card.uid) == before

    async def test_comes_too_late_when_the_time_asked_for_is_over(
        self, ask: Ask, agree: Ask, clock: Any
    ) -> None:
        """Though there would still be time to answer."""
        card = await ask(EXAM, days=1)
        clock.advance(days=3)

        with pytest.raises(AlreadyDecided):
            await agree(card.uid)


class TestWhatMayBeSeen:
    async def test_is_what_was_agreed_to_of_what_was_asked(
        self, town: Town, ask: Ask, agree: Ask, clock: Any
    ) -> None:
        await agree((await ask(EXAM, MEDS)).uid, EXAM)

        assert await seen(town, "yihe", Purpose.TREATMENT, clock()) == {EXAM}

    async def test_by_a_partner_ends_with_this_homes_agreement_whatever_the_partner_signed_elsewhere(
        self, town: Town, clock: Any
    ) -> None:
        agreements = town.alliance
        running = {"status": AgreementStatus.ACTIVE, "last_day": clock().date() + timedelta(days=30)}
        await ServiceAgreement.filter(uid=agreements.songhe_health_center).update(**running)
        before = await seen(town, "health_center", Purpose.VISIT, clock())

        await ServiceAgreement.filter(uid=agreements.yihe_health_center).update(
            status=AgreementStatus.SUSPENDED
        )

        assert before
        assert await seen(town, "health_center", Purpose.VISIT, clock()) == set()


class TestAHomeThatWitnesses:
    async def test_reads_what_its_residents_without_a_phone_decided_and_asks_for_nobody_else(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        he, uid = await actor("he"), town.consent.li_health_center

        read = await consent_for(actor=he, uid=uid, permission=Permission.CONSENT_READ, now=clock())

        assert read.uid == uid
        with pytest.raises(NotFound):
            await consent_for(actor=he, uid=uid, permission=Permission.CONSENT_REQUEST, now=clock())

    async def test_does_not_read_what_those_with_a_phone_decided_about_others(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        he, uid = await actor("he"), town.consent.wang_health_center

        with pytest.raises(NotFound):
            await consent_for(actor=he, uid=uid, permission=Permission.CONSENT_READ, now=clock())
