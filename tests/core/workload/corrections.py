"""A visit that both institutions say something else of afterwards."""

from server.visits import actions
from server.visits.models import VisitCorrection
from server.visits.rules import Outcome
from tests.core.visits.conftest import Round


async def corrected(morning: Round, uid: str, item: str, outcome: Outcome) -> None:
    await actions.request_correction(
        actor=morning.feng, visit_uid=uid, reason="写错了", outcomes={item: outcome}, now=morning.now
    )
    row = await VisitCorrection.filter(visit__uid=uid).order_by("-id").first()
    assert row is not None
    await actions.approve_correction(actor=morning.he, correction_uid=row.uid, now=morning.now)
