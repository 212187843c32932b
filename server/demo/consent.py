"""Who in the town may see what: granted to the home and the health center, one request waiting, nothing for others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.consent.actions import Choice, grant_consent, request_consent
from server.consent.queries import consent_sheet
from server.consent.rules import RESTRICTED, Purpose, RecordCategory
from server.identity.queries import actor_of
from server.kit.clock import local_date

DAYS = 300
SHARED = (RecordCategory.EXAM, RecordCategory.CHRONIC, RecordCategory.MEDS)


@dataclass(frozen=True)
class ConsentTown:
    wang_yihe: str  # granted: CARE
    wang_health_center: str  # granted: VISIT
    wang_pending: str  # asked by Yihe: ABILITY, HOMEBED for CONTINUITY
    li_health_center: str  # granted by the guardian: VISIT


async def load(town: Any, *, now: datetime) -> ConsentTown:
    async def ask(
        login: str, house: str, resident: str, purpose: Purpose, wanted: Iterable[RecordCategory]
    ) -> str:
        staff = await actor_of(account_uid=town.identity.accounts[login], channel=Channel.CONSOLE, now=now)
        card = await request_consent(
            actor=staff,
            resident_uid=resident,
            institution_uid=getattr(town.alliance, house),
            purpose=purpose,
            categories=tuple(wanted),
            last_day=local_date(now) + timedelta(days=DAYS),
            now=now,
        )
        return card.uid

    async def granted(persona: str, uid: str) -> str:
        person = await actor_of(
            account_uid=town.identity.accounts[persona], channel=Channel.MINI_PROGRAM, now=now
        )
        sheet = await consent_sheet(actor=person, uid=uid, now=now)
        asked = frozenset(each.category for each in sheet.card.provisions)
        choice = Choice(
            categories=asked - RESTRICTED, restricted=asked & RESTRICTED, text_hash=sheet.text_hash
        )
        await grant_consent(actor=person, uid=uid, choice=choice, now=now)
        return uid

    wang, li = town.people.wang, town.people.li
    return ConsentTown(
        wang_yihe=await granted("wang", await ask("he", "yihe", wang, Purpose.CARE, SHARED)),
        wang_health_center=await granted(
            "wang", await ask("feng", "health_center", wang, Purpose.VISIT, SHARED)
        ),
        wang_pending=await ask(
            "he", "yihe", wang, Purpose.CONTINUITY, (RecordCategory.ABILITY, RecordCategory.HOMEBED)
        ),
        li_health_center=await granted(
            "guardian", await ask("feng", "health_center", li, Purpose.VISIT, SHARED)
        ),
    )
