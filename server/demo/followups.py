"""The town's chronic follow-up: the health center has taken Wang and Li into its care; nobody has come yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Channel
from server.followups.actions import enroll
from server.followups.rules import Disease
from server.identity.queries import actor_of
from server.kit.clock import local_date


@dataclass(frozen=True)
class FollowupsTown:
    wang: str  # episodes: hypertension
    li: str  # diabetes


async def load(town: Any, *, now: datetime) -> FollowupsTown:
    doctor = await actor_of(
        account_uid=town.identity.accounts["doctor"], channel=Channel.MINI_PROGRAM, now=now
    )
    wang = await enroll(
        actor=doctor,
        resident_uid=town.people.wang,
        disease=Disease.HYPERTENSION,
        diagnosis_uid=town.records.wang_hypertension,
        first_on=local_date(now) + timedelta(days=1),
        now=now,
    )
    li = await enroll(
        actor=doctor,
        resident_uid=town.people.li,
        disease=Disease.DIABETES,
        diagnosis_uid=town.records.li_diabetes,
        first_on=local_date(now) + timedelta(days=1),
        now=now,
    )
    return FollowupsTown(wang=wang.uid, li=li.uid)
