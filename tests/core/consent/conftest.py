"""Asking and deciding, as the town's people would."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor
from server.consent.actions import Choice, grant_consent, request_consent
from server.consent.queries import ConsentCard, consent_sheet
from server.consent.rules import RESTRICTED, Purpose, RecordCategory
from server.demo import Town
from server.kit.clock import local_date

ActorOf = Callable[[str], Awaitable[Actor]]
Ask = Callable[..., Awaitable[ConsentCard]]


@pytest.fixture
def ask(town: Town, actor: ActorOf, clock: Any) -> Ask:
    async def asked(
        *categories: RecordCategory, by: str = "he", house: str = "yihe", resident: str = "wang",
        purpose: Purpose = Purpose.TREATMENT, days: int = 30,
    ) -> ConsentCard:  # fmt: skip
        return await request_consent(
            actor=await actor(by),
            resident_uid=getattr(town.people, resident),
            institution_uid=getattr(town.alliance, house),
            purpose=purpose,
            categories=categories,
            last_day=local_date(clock()) + timedelta(days=days),
            now=clock(),
        )

    return asked


@pytest.fixture
def agree(actor: ActorOf, clock: Any) -> Ask:
    async def agreed(uid: str, *categories: RecordCategory, by: str = "wang") -> ConsentCard:
        person = await actor(by)
        sheet = await consent_sheet(actor=person, uid=uid, now=clock())
        wanted = frozenset(categories or (each.category for each in sheet.card.provisions))
        choice = Choice(
            categories=wanted - RESTRICTED, restricted=wanted & RESTRICTED, text_hash=sheet.text_hash
        )
        return await grant_consent(actor=person, uid=uid, choice=choice, now=clock())

    return agreed
