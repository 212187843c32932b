"""The sheet on which a whole round's findings are written: one row a resident, one column a measure."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.kit.errors import Forbidden
from server.visits.access import visit_to_attend
from server.visits.errors import NotThisNow
from server.visits.models import VisitAttendance
from server.visits.queries.cards import VisitCard
from server.visits.queries.measures import MeasureCard, measures
from server.visits.queries.visits import read_card
from server.visits.rules import FILLED_IN, VisitStatus


@dataclass(frozen=True)
class FindingsSheet:
    card: VisitCard
    measures: tuple[MeasureCard, ...]
    under_way: bool  # it may be ended with the sheet


async def blank_sheet(*, actor: Actor, visit_uid: str, now: datetime) -> FindingsSheet:
    """Return the sheet to take along on paper: for whoever of the provider goes out, on this visit or not."""
    visit = await visit_to_attend(actor=actor, uid=visit_uid)
    card, columns = await read_card(visit.id), await measures(actor=actor, now=now)
    return FindingsSheet(card, columns, visit.status is VisitStatus.STARTED)


async def open_sheet(*, actor: Actor, visit_uid: str, now: datetime) -> FindingsSheet:
    """Return the sheet to write on: for those who were there, from the start until somebody has attested."""
    sheet = await blank_sheet(actor=actor, visit_uid=visit_uid, now=now)
    there = VisitAttendance.filter(visit__uid=visit_uid, account_id=actor.account_id)
    if not await there.exists():
        raise Forbidden
    if sheet.card.status not in FILLED_IN:
        raise NotThisNow
    return sheet
