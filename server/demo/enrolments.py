"""The town's family doctors: a team of the health center; Wang has signed, Li's guardian has been asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.enrolments.actions import accept_enrolment, ask_for_doctor, form_team, offer_doctor
from server.enrolments.queries import offer_text
from server.identity.queries import actor_of
from server.outbox.models import MessageStatus, OutboxMessage

SINCE = timedelta(days=30)


@dataclass(frozen=True)
class EnrolmentsTown:
    team: str
    wang: str  # active
    li: str  # offered, and not yet signed


async def load(town: Any, *, now: datetime) -> EnrolmentsTown:
    async def acting(key: str, channel: Channel, at: datetime) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=at)

    feng = await acting("feng", Channel.CONSOLE, now)
    wang = await acting("wang", Channel.MINI_PROGRAM, now)
    doctor = town.identity.accounts["doctor"]
    team = await form_team(
        actor=feng, name="河东家庭医生一组", leader_uid=doctor, member_uids=[town.identity.accounts["feng"]],
        capacity=800, now=now - SINCE,
    )  # fmt: skip
    about = {"resident_uid": town.people.wang, "team_uid": team, "package": "senior"}
    shown = await offer_text(actor=wang, **about, now=now)
    asked = await ask_for_doctor(actor=wang, **about, text_hash=shown.text_hash, now=now - SINCE)
    await accept_enrolment(actor=feng, uid=asked.uid, now=now - SINCE)
    li = await offer_doctor(actor=feng, resident_uid=town.people.li, team_uid=team, package="senior", now=now)
    # Old news: nobody is told of it when the worker starts.
    await OutboxMessage.filter(topic__startswith="enrolments.").update(status=MessageStatus.DONE)
    return EnrolmentsTown(team, asked.uid, li.uid)
