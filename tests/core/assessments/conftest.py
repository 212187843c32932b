"""The two assessors of Yihe, and a sheet on Grandpa Li that they bring as far as a test needs it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from server.assessments import actions
from server.assessments.actions import SignedSheet
from server.assessments.models import Assessment, AssessmentDispute
from server.assessments.rules import AssessmentReason
from server.authority.actor import Actor
from server.demo import Town
from server.demo.assessments import ability_answers

ActorOf = Callable[[str], Awaitable[Actor]]


@dataclass
class Desk:
    """Everything that happens to sheets, at the town's time."""

    town: Town
    actor: ActorOf
    clock: Any

    async def begun(
        self,
        by: str = "nurse",
        *,
        resident: str | None = None,
        questionnaire: str = "gbt42195",
        reason: AssessmentReason = AssessmentReason.ROUTINE,
    ) -> str:
        card = await actions.begin_assessment(
            actor=await self.actor(by),
            resident_uid=resident or self.town.people.wang,
            questionnaire=questionnaire,
            reason=reason,
            now=self.clock(),
        )
        return card.uid

    async def signed(self, uid: str, by: str = "nurse", **answers: Any) -> SignedSheet:
        whole = answers.pop("answers", None) or ability_answers(**answers)
        return await actions.sign_assessment(
            actor=await self.actor(by), uid=uid, answers=whole, now=self.clock()
        )

    async def agreed(self, uid: str, by: str = "he", *, edits: int | None = None) -> SignedSheet:
        seen = edits if edits is not None else (await self.row(uid)).edits
        return await actions.agree_to_assessment(
            actor=await self.actor(by), uid=uid, edits=seen, now=self.clock()
        )

    async def proposed(self, by: str = "nurse", **answers: Any) -> str:
        uid = await self.begun(by)
        await self.signed(uid, by, **answers)
        return uid

    async def final(self, **answers: Any) -> str:
        uid = await self.proposed(**answers)
        await self.agreed(uid)
        return uid

    async def disputed(self, by: str = "daughter", **answers: Any) -> str:
        uid = await self.final(**answers)
        await self.dispute(uid, by)
        return uid

    async def dispute(self, uid: str, by: str = "daughter", text: str = "走路要人扶，评轻了") -> str:
        card = await actions.dispute_assessment(
            actor=await self.actor(by), uid=uid, text=text, now=self.clock()
        )
        return card.uid

    async def returned(self, uid: str, by: str = "he", reason: str = "上下楼梯再看看") -> None:
        await actions.return_assessment(actor=await self.actor(by), uid=uid, reason=reason, now=self.clock())

    async def upheld(self, uid: str, by: str = "jin", answer: str = "两人复看过，维持") -> None:
        await actions.uphold_assessment(actor=await self.actor(by), uid=uid, answer=answer, now=self.clock())

    async def row(self, uid: str) -> Assessment:
        return await Assessment.get(uid=uid).select_related("resident", "institution")

    async def dispute_of(self, uid: str) -> AssessmentDispute:
        return await AssessmentDispute.get(assessment__uid=uid)


@pytest.fixture
def desk(town: Town, actor: ActorOf, clock: Any) -> Desk:
    return Desk(town, actor, clock)
