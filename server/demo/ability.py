"""Who of the season's neighbours has been assessed: every level once, one sheet that waits for its second signature, one dispute."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.assessments.actions import (
    agree_to_assessment,
    begin_assessment,
    dispute_assessment,
    sign_assessment,
)
from server.assessments.models import Assessment
from server.assessments.rules import AssessmentReason
from server.authority.actor import Actor, Channel
from server.demo.assessments import ability_answers, constitution_answers
from server.identity.queries import actor_of
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import Resident

OLD_ENOUGH = date(1946, 1, 1)
# Points lost, diagnoses, falls in the last month.
FOUND: tuple[tuple[int, tuple[str, ...], str], ...] = (
    (0, ("hypertension",), "0"),
    (12, ("hypertension", "diabetes"), "0"),
    (30, ("infarction", "hypertension", "coronary"), "1"),
    (52, ("dementia", "hypertension"), "2"),
    (70, ("infarction", "diabetes", "renal"), "0"),
)


@dataclass(frozen=True)
class AbilityTown:
    results: int
    waiting: str


async def load(town: Any, *, now: datetime) -> AbilityTown:
    async def acting(key: str, channel: Channel) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    nurse, he = await acting("nurse", Channel.MINI_PROGRAM), await acting("he", Channel.CONSOLE)
    others = await Resident.filter(
        home__uid=town.alliance.yihe, birth_date__lt=OLD_ENOUGH, account_id=None
    ).order_by("id")
    neighbours = [each for each in others if each.uid != town.people.li]
    done = []
    for place, (lost, diagnoses, falls) in enumerate(FOUND[: len(neighbours) - 1]):
        at = now - timedelta(days=40 - 7 * place)
        answers = ability_answers(lost=lost, A_4_1=list(diagnoses), A_2_14_fall=falls)
        done.append(await _assessed(nurse, he, neighbours[place].uid, answers, at))
    if done:
        jin, text = await acting("jin", Channel.CONSOLE), "翻身、移到轮椅时能配合，评得重了，请再看一看。"
        await dispute_assessment(actor=jin, uid=done[-1], text=text, now=now - timedelta(days=2))
    waiting = await _proposed(nurse, neighbours[-1].uid, ability_answers(lost=20), now - timedelta(hours=3))
    constitution = await begin_assessment(
        actor=nurse,
        resident_uid=neighbours[0].uid,
        questionnaire="constitution",
        reason=AssessmentReason.ROUTINE,
        now=now - timedelta(days=9),
    )
    await sign_assessment(
        actor=nurse,
        uid=constitution.uid,
        answers=constitution_answers("2", Q1="4", Q11="4", Q12="3"),
        now=now - timedelta(days=9),
    )
    old = OutboxMessage.filter(topic__startswith="assessments.", created_at__lt=now - timedelta(days=1))
    await old.update(status=MessageStatus.DONE)
    return AbilityTown(results=len(done) + 1, waiting=waiting)


async def _proposed(nurse: Actor, resident_uid: str, answers: dict[str, Any], at: datetime) -> str:
    card = await begin_assessment(
        actor=nurse,
        resident_uid=resident_uid,
        questionnaire="gbt42195",
        reason=AssessmentReason.FIRST,
        now=at,
    )
    await sign_assessment(actor=nurse, uid=card.uid, answers=answers, now=at)
    return card.uid


async def _assessed(nurse: Actor, he: Actor, resident_uid: str, answers: dict[str, Any], at: datetime) -> str:
    uid = await _proposed(nurse, resident_uid, answers, at)
    edits = (await Assessment.get(uid=uid)).edits
    await agree_to_assessment(actor=he, uid=uid, edits=edits, now=at + timedelta(hours=1))
    return uid
