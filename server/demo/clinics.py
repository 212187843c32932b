"""Whom the insurance pays in the town, and how far one home has come with a clinic of its own. Numbers are made up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.clinics import actions
from server.clinics.models import InsuranceDesignation
from server.clinics.rules import ClinicKind, DesignationKind
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.outbox.models import MessageStatus, OutboxMessage

PAID = (
    ("first_hospital", DesignationKind.MEDICAL, "云医保定〔2024〕001（虚构）"),
    ("second_hospital", DesignationKind.MEDICAL, "云医保定〔2024〕002（虚构）"),
    ("health_center", DesignationKind.MEDICAL, "云医保定〔2024〕015（虚构）"),
    ("health_center", DesignationKind.LONG_TERM_CARE, "云长护定〔2025〕003（虚构）"),
)
SINCE = date(2024, 1, 1)


@dataclass(frozen=True)
class ClinicsTown:
    yihe: str  # its medical room: intended
    health_center: str  # its designation for medical insurance


async def load(town: Any, *, now: datetime) -> ClinicsTown:
    async def acting(key: str, at: datetime) -> Any:
        return await actor_of(account_uid=town.identity.accounts[key], channel=Channel.CONSOLE, now=at)

    tang, he = await acting("tang", now), await acting("he", now)
    for house, kind, number in PAID:
        await actions.record_designation(
            actor=tang,
            institution_uid=getattr(town.alliance, house),
            kind=kind,
            filing_number=number,
            first_day=SINCE,
            last_day=date(local_date(now).year + 1, 12, 31),
            now=now,
        )
    clinic = await actions.intend_clinic(
        actor=he,
        home_uid=town.alliance.yihe,
        kind=ClinicKind.MEDICAL_ROOM,
        note="已看过房间，正在找医生",
        now=now - timedelta(days=10),
    )
    await OutboxMessage.filter(topic__startswith="clinics.").update(status=MessageStatus.DONE)
    paid = InsuranceDesignation.filter(
        institution__uid=town.alliance.health_center, kind=DesignationKind.MEDICAL
    )
    row = await paid.first()
    return ClinicsTown(yihe=clinic.uid, health_center=row.uid if row else "")
