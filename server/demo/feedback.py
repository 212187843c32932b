"""What the town says of its services: one to be rated, one praised, one low with its case, one text to look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.authority.actor import Actor, Channel, system_actor
from server.feedback.actions import (
    Opinion,
    apply_verdict,
    assist_rating,
    handle_case,
    issue_rating_tokens,
    rate,
    sweep_counted_ratings,
)
from server.feedback.models import FeedbackCase, RatingToken
from server.feedback.rules import CaseEvent, Dimension, SourceKind, Verdict
from server.identity.queries import actor_of
from server.kit.ids import new_uid
from server.people.models import Resident


@dataclass(frozen=True)
class FeedbackTown:
    open_token: str  # Wang's, for the visit of last week
    to_assist: str  # Zhao Yun's, who has no phone
    praised: str  # ratings: by the daughter, of the health center, published
    low: str  # by Li's guardian, of the health center, published
    case: str  # of the low one: the health center is verifying
    waiting: str  # by Wang, of the first hospital: its text waits for a moderator
    assisted: str  # by the nurse of Songhe, for Zhao Yun


async def load(town: Any, *, now: datetime) -> FeedbackTown:
    async def acting(key: str, channel: Channel = Channel.MINI_PROGRAM) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    two_weeks_ago, yesterday = now - timedelta(days=14), now - timedelta(days=1)
    await issue_rating_tokens(
        actor=_system(),
        source=SourceKind.VISIT,
        source_uid=town.visits.confirmed,
        now=now - timedelta(days=6),
    )
    praised = await _rated(
        await acting("daughter"),
        await _token(town, "wang", "health_center", two_weeks_ago),
        Opinion(5, (Dimension.ATTITUDE, Dimension.EXPLAINED), "林医生讲得很慢，我妈妈都听明白了，谢谢。"),
        Verdict.PASS,
        two_weeks_ago,
    )
    low = await _rated(
        await acting("guardian"),
        await _token(town, "li", "health_center", yesterday),
        Opinion(2, (Dimension.PUNCTUAL, Dimension.WAITING), "说好上午来，等到下午才来，老人午觉没睡成。"),
        Verdict.PASS,
        yesterday,
    )
    waiting = await _rated(
        await acting("wang"),
        await _token(town, "wang", "first_hospital", yesterday),
        Opinion(4, (Dimension.SKILL,), "看得好，就是那个挂号的小伙子说话冲。"),
        Verdict.REVIEW,
        yesterday,
    )
    assisted = (
        await assist_rating(
            actor=await acting("other_nurse"),
            token_uid=await _token(town, "zhao_yun", "second_hospital", two_weeks_ago),
            opinion=Opinion(4, (Dimension.WAITING,)),
            now=two_weeks_ago,
        )
    ).uid
    await sweep_counted_ratings(actor=_system(), now=yesterday + timedelta(hours=1))
    case = await FeedbackCase.get(origin_uid=low)
    await handle_case(
        actor=await acting("feng", Channel.CONSOLE), uid=case.uid, event=CaseEvent.VERIFY,
        reason="已调当天的巡诊记录，正在找医生了解。", now=yesterday + timedelta(hours=3),
    )  # fmt: skip
    return FeedbackTown(
        open_token=(await RatingToken.get(source_uid=town.visits.confirmed)).uid,
        to_assist=await _token(town, "zhao_yun", "second_hospital", yesterday),
        praised=praised,
        low=low,
        case=case.uid,
        waiting=waiting,
        assisted=assisted,
    )


def _system() -> Actor:
    return system_actor("demo", Channel.COMMAND)


async def _token(town: Any, resident: str, subject: str, now: datetime) -> str:
    """Give the right to rate a service of the time before the town's own bookings and visits begin."""
    about = await Resident.get(uid=getattr(town.people, resident))
    institution = await Institution.get(uid=getattr(town.alliance, subject))
    token = RatingToken(
        source=SourceKind.APPOINTMENT,
        source_uid=new_uid(),
        resident_id=about.id,
        subject_id=institution.id,
        served_at=now - timedelta(hours=4),
        expires_at=now + timedelta(days=30),
        created_at=now,
    )
    await token.save()
    return str(token.uid)


async def _rated(actor: Actor, token_uid: str, opinion: Opinion, verdict: Verdict, now: datetime) -> str:
    card = await rate(actor=actor, token_uid=token_uid, opinion=opinion, now=now)
    await apply_verdict(
        actor=_system(), rating_uid=card.uid, revision=1, verdict=verdict, now=now + timedelta(minutes=1)
    )
    return card.uid
