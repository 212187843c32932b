"""Whose answer it is to be, the agreement that follows, and that it came about."""

from datetime import datetime, timedelta

from server.alliance import actions as alliance
from server.alliance.models import ServiceAgreement
from server.alliance.queries import agreement_in_force
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.access import answer_for, demand_for, is_drafted
from server.demands.actions.moves import given, move, noted, tell, term
from server.demands.errors import BoundAlready, DemandMoved, DraftedAlready, NoAgreementYet
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import AnswerStatus, DemandEvent, DemandStatus, Offer, people_words, terms_for
from server.kit.clock import local_date
from server.kit.errors import IllegalMove
from server.kit.transactions import action

_A_YEAR = timedelta(days=364)  # both ends within; 家医签约 is for a year at least (facts/domain.md §7.2)


@action
async def choose_answer(*, actor: Actor, uid: str, answer_uid: str, now: datetime) -> None:
    """Choose one answer; the others stand by until it has come about."""
    row = await demand_for(actor=actor, uid=uid, permission=Permission.DEMAND_CHOOSE, now=now)
    answer = await answer_for(actor=actor, demand=row, uid=answer_uid)
    await move(
        actor,
        row,
        DemandEvent.MATCH,
        now=now,
        provider_id=answer.provider_id,
        owner_id=answer.provider_id,
        due_at=await term("settle_days", now),
    )
    chosen = DemandAnswer.filter(id=answer.id, status=AnswerStatus.OFFERED)
    if not await chosen.update(status=AnswerStatus.CHOSEN):
        raise DemandMoved
    await DemandAnswer.filter(demand_id=row.id, status=AnswerStatus.OFFERED).update(
        status=AnswerStatus.PASSED
    )
    await tell(row, "matched", now=now, provider=answer.provider.uid)


@action
async def draft_from_demand(*, actor: Actor, uid: str, now: datetime) -> str:
    """Draft the agreement that answers the demand, for either party to go on with; return its uid (A01)."""
    row = await demand_for(actor=actor, uid=uid, permission=Permission.DEMAND_READ, now=now)
    answer = await DemandAnswer.filter(demand_id=row.id, status=AnswerStatus.CHOSEN).first()
    if row.status is not DemandStatus.MATCHED or row.provider is None or answer is None:
        raise IllegalMove
    if is_drafted(row):
        raise DraftedAlready
    if await agreement_in_force(home_id=row.home_id, provider_id=row.provider.id, now=now):
        raise BoundAlready
    offer = Offer(answer.people, answer.weekdays, answer.from_day, answer.note)
    first_day = max(local_date(now), answer.from_day)
    card = await alliance.draft_agreement(
        actor=actor,
        home_uid=row.home.uid,
        provider_uid=row.provider.uid,
        first_day=first_day,
        last_day=first_day + _A_YEAR,
        content=terms_for(row.need, offer, people_words(row.people, row.least)),
        now=now,
    )
    before = {"agreement_id": row.agreement_id} if row.agreement_id else {"agreement_id__isnull": True}
    drafted = await ServiceAgreement.get(uid=card.uid).only("id")
    waiting = Demand.filter(id=row.id, status=DemandStatus.MATCHED, **before)
    if not await waiting.update(agreement_id=drafted.id):
        raise DemandMoved
    await noted(actor, row, "demands.drafted", now=now, agreement=card.uid)
    return card.uid


@action
async def settle_demand(*, actor: Actor, uid: str, how: str, now: datetime) -> None:
    """Say that it has come about, as the one who needed it; there must be an agreement in force to come under."""
    row = await demand_for(actor=actor, uid=uid, permission=Permission.DEMAND_CHOOSE, now=now)
    words = given(how)
    if row.provider is None:
        raise IllegalMove
    if await agreement_in_force(home_id=row.home_id, provider_id=row.provider.id, now=now) is None:
        raise NoAgreementYet
    await move(actor, row, DemandEvent.SETTLE, now=now, reason=words)
    await tell(row, "settled", now=now, provider=row.provider.uid)
