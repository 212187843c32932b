"""Who may prescribe in the town: Lin who comes to Yihe, and Feng, who is a doctor himself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.prescriptions.actions import record_right

YEARS = timedelta(days=3 * 365)


@dataclass(frozen=True)
class PrescriptionsTown:
    doctor: str  # rights
    feng: str


async def load(town: Any, *, now: datetime) -> PrescriptionsTown:
    feng = await actor_of(account_uid=town.identity.accounts["feng"], channel=Channel.CONSOLE, now=now)
    until = local_date(now) + YEARS
    rights = [
        await record_right(
            actor=feng, account_uid=town.identity.accounts[key], licence=f"虚构执业证 {number}", last_on=until, now=now
        )
        for key, number in (("doctor", "0001"), ("feng", "0002"))
    ]  # fmt: skip
    return PrescriptionsTown(*rights)
