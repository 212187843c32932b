"""Who packs a half-day, for which home, and with whom."""

from datetime import timedelta
from typing import Any

import pytest

from server.half_days.queries import half_day_form, propose_half_day
from tests.core.alliance.test_agreements import refused


async def propose(town: Any, who: Any, clinician: str, now: Any) -> Any:
    begins = now + timedelta(days=3)
    return await propose_half_day(
        actor=who,
        agreement_uid=town.alliance.yihe_health_center,
        clinician_uids=[town.identity.accounts[clinician]],
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        now=now,
    )


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("he", "half_days.not_yours"),  # the home of this agreement reads it, and does not plan it
        ("song", "kit.not_found"),
        ("zhao", "kit.not_found"),
        ("qian", "kit.not_found"),
    ],
)
async def test_only_the_provider_of_the_agreement_packs(
    town: Any, actor: Any, clock: Any, key: str, code: str
) -> None:
    await refused(code, propose(town, await actor(key), "doctor", clock()))


@pytest.mark.parametrize("clinician", ["nurse", "zhao", "wang"])
async def test_only_the_providers_own_people_go(town: Any, actor: Any, clock: Any, clinician: str) -> None:
    await refused("kit.not_found", propose(town, await actor("feng"), clinician, clock()))


async def test_the_form_offers_ones_own_agreements_alone(town: Any, actor: Any, clock: Any) -> None:
    center = town.alliance.yihe_health_center
    form = await half_day_form(actor=await actor("feng"), agreement_uid=center, now=clock())
    assert form.pair is not None
    for key in ("he", "song", "zhao"):
        await refused(
            "kit.not_found", half_day_form(actor=await actor(key), agreement_uid=center, now=clock())
        )
