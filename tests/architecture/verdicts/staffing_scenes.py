"""Scenes about courses, about where somebody works for a time, and about a month of work."""

from datetime import timedelta

from server.authority.permissions import Role
from server.identity import actions as identity
from server.identity.rules import Engagement, Terms
from server.training import actions
from server.training.actions import Planned
from server.training.codes import shown_code
from server.training.models import TrainingSession
from server.training.rules import OpenTo
from tests.architecture.subjects import NOW, Stage


class StaffingScenes(Stage):
    """Each returns the uids that stand in the address."""

    def staffing_session(self) -> dict[str, str]:
        return {"training_session_uid": self.town.training.session}

    async def staffing_begun(self) -> dict[str, str]:
        """A course of the health center that runs now, open to the alliance."""
        begun = NOW - timedelta(minutes=10)
        uid = await actions.plan_session(
            actor=await self.acting("feng"),
            institution_uid=self.town.alliance.health_center,
            planned=Planned(
                "emergency", "三楼", "周老师", begun, begun + timedelta(hours=2), 9, OpenTo.ALLIANCE
            ),
            now=NOW,
        )
        return {"training_session_uid": uid}

    async def staffing_code(self) -> dict[str, str]:
        row = await TrainingSession.get(uid=(await self.staffing_begun())["training_session_uid"])
        return {"code": shown_code(session_id=row.id, now=NOW)}

    async def staffing_lent(self) -> dict[str, str]:
        """The doctor is lent to the first hospital for a month."""
        card = await identity.grant_role(
            actor=await self.acting("root"),
            account_uid=self.town.identity.accounts["doctor"],
            role=Role.CLINICIAN,
            institution_uid=self.town.alliance.first_hospital,
            starts_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=30),
            terms=Terms(Engagement.SECONDMENT),
            now=NOW,
        )
        return {"grant_uid": card.uid}

    def staffing_month(self) -> dict[str, str]:
        return {"workload_month_uid": self.town.workload.month}
