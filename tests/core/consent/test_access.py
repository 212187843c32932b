"""On which consents a disclosure rests: those that hold where the resident lives now, for this institution."""

import pytest_asyncio

from server.alliance.models import Institution
from server.consent.access import permitted_categories, touch_consents
from server.consent.models import Consent, ConsentProvision
from server.people.models import Resident


@pytest_asyncio.fixture
async def consent(stage):
    """Return the consent by which Yihe reads what others wrote about Wang."""
    return await Consent.get(uid=stage.town.consent.wang_yihe)


def asked(consent, now, **otherwise):
    says = {"resident_id": consent.resident_id, "institution_ids": [consent.recipient_id]}
    return says | {"purpose": consent.purpose, "now": now} | otherwise


async def test_ends_when_the_resident_moves_to_another_home(stage, consent):
    seen = ConsentProvision.filter(category__in=permitted_categories(**asked(consent, stage.now)))
    assert await seen.exists()
    songhe = await Institution.get(uid=stage.town.alliance.songhe)
    await Resident.filter(id=consent.resident_id).update(home_id=songhe.id)
    assert not await seen.exists()


async def test_is_touched_for_whom_it_was_given_and_for_nobody_else(stage, consent):
    before = await Consent.exclude(id=consent.id).order_by("id").values()
    other = await Institution.get(uid=stage.town.alliance.second_hospital)
    assert not await touch_consents(**asked(consent, stage.now, institution_ids=[other.id]))
    assert await touch_consents(**asked(consent, stage.now)) == 1
    assert (await Consent.get(id=consent.id)).touched == consent.touched + 1
    assert await Consent.exclude(id=consent.id).order_by("id").values() == before
