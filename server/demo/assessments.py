"""What the town's homes have assessed: a sheet on Li that the nurse has begun, and a screen of Zhao Yun that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.assessments.actions import begin_assessment, save_answers, sign_assessment
from server.assessments.rules import AssessmentReason
from server.assessments.rules.constitution import CONSTITUTION
from server.assessments.rules.gbt42195 import GBT42195
from server.authority.actor import Actor, Channel
from server.identity.queries import actor_of
from server.outbox.models import MessageStatus, OutboxMessage

SCREEN = {"eating": "able", "grooming": "little", "dressing": "able", "toilet": "little", "moving": "partly"}
QUIET: Mapping[str, Any] = {
    **{f"A-2-14-{each}": "0" for each in ("fall", "lost", "choking", "harm", "other")},
    "A-4-1": ["none"],
    "A-5-11": "no",
    "A-3-2": "self",
}


def ability_answers(*, lost: int = 0, **otherwise: Any) -> dict[str, Any]:
    """Return a whole sheet: the best of every item, then so many points less, a point an item, round by round."""
    items = [item for section in GBT42195.scored for item in section.items]
    points = {item.code: item.most for item in items}
    while lost:
        for code in [each for each, left in points.items() if left][:lost]:
            points[code] -= 1
            lost -= 1
    answers = {code: str(left) for code, left in points.items()}
    return {**answers, **QUIET, **{code.replace("_", "-"): value for code, value in otherwise.items()}}


def constitution_answers(every: str = "1", **otherwise: Any) -> dict[str, Any]:
    """Return a whole sheet with one answer throughout, and measures that are worth one point."""
    asked = (item.code for item in CONSTITUTION.items() if item.code.startswith("Q"))
    measured = {"height": 165, "weight": 60, "colds": 0, "waist": 75}
    return {**dict.fromkeys(asked, every), **measured, **otherwise}


@dataclass(frozen=True)
class AssessmentsTown:
    li_draft: str  # the ability assessment of Li, half filled in by the nurse of Yihe
    zhao_yun_screen: str  # the self-care screen of Zhao Yun, by the nurse of Songhe


async def load(town: Any, *, now: datetime) -> AssessmentsTown:
    async def acting(key: str, at: datetime) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=Channel.MINI_PROGRAM, now=at)

    month_ago, yesterday = now - timedelta(days=30), now - timedelta(days=1)
    other_nurse, nurse = await acting("other_nurse", month_ago), await acting("nurse", yesterday)
    screen = await begin_assessment(
        actor=other_nurse,
        resident_uid=town.people.zhao_yun,
        questionnaire="selfcare",
        reason=AssessmentReason.ROUTINE,
        now=month_ago,
    )
    await sign_assessment(actor=other_nurse, uid=screen.uid, answers=SCREEN, now=month_ago)
    draft = await begin_assessment(
        actor=nurse,
        resident_uid=town.people.li,
        questionnaire="gbt42195",
        reason=AssessmentReason.FIRST,
        now=yesterday,
    )
    first = {code: value for code, value in ability_answers(lost=10).items() if code.startswith("B-1")}
    await save_answers(actor=nurse, uid=draft.uid, answers=first, now=yesterday)
    # All this is old news: nobody is told of it again when the worker starts.
    await OutboxMessage.filter(topic__startswith="assessments.").update(status=MessageStatus.DONE)
    return AssessmentsTown(li_draft=draft.uid, zhao_yun_screen=screen.uid)
