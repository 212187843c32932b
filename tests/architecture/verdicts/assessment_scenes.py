"""Scenes about assessments of Wang by Yihe: a sheet that waits for its second signature, a result, a dispute."""

from server.assessments import actions as assessments
from server.assessments.rules import AssessmentReason
from server.demo.assessments import ability_answers
from tests.architecture.subjects import NOW, Stage


class AssessmentScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def assessment_proposed(self, by: str = "nurse") -> str:
        assessor = await self.acting(by)
        card = await assessments.begin_assessment(
            actor=assessor,
            resident_uid=self.town.people.wang,
            questionnaire="gbt42195",
            reason=AssessmentReason.ROUTINE,
            now=NOW,
        )
        await assessments.sign_assessment(
            actor=assessor, uid=card.uid, answers=ability_answers(lost=12), now=NOW
        )
        return card.uid

    async def assessment_final(self) -> str:
        uid = await self.assessment_proposed()
        await assessments.agree_to_assessment(actor=await self.acting("he"), uid=uid, edits=1, now=NOW)
        return uid

    async def assessment_disputed(self) -> str:
        uid = await self.assessment_final()
        await assessments.dispute_assessment(
            actor=await self.acting("daughter"), uid=uid, text="走路要人扶", now=NOW
        )
        return uid
