"""A medical institution says for how many it can come, and when; and takes it back."""

from datetime import datetime

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.access import demand_for
from server.demands.actions.moves import given, move, noted, tell, term
from server.demands.errors import AnsweredAlready, AnswerWrong, DemandMoved, NotMedical
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import AnswerStatus, DemandEvent, DemandStatus, Offer, offer_faults
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import IllegalMove, NotFound
from server.kit.transactions import action

_ANSWER = Permission.DEMAND_ANSWER


@action
async def answer_demand(
    *, actor: Actor, uid: str, offer: Offer, institution_uid: str | None = None, now: datetime
) -> str:
    """Answer for the actor's own institution and return the answer's uid; one institution answers once."""
    row = await demand_for(actor=actor, uid=uid, permission=_ANSWER, now=now)
    own = Institution.filter(id__in=sorted(actor.institutions_with(_ANSWER)))
    if institution_uid is not None:
        own = own.filter(uid=institution_uid)
    provider = await own.order_by("id").first()
    if provider is None:
        raise NotFound
    if not provider.kind.is_medical:
        raise NotMedical
    if faults := offer_faults(offer, local_date(now)):
        raise AnswerWrong(fields=faults)
    # The demand's row first, so that it is not chosen or withdrawn beside us.
    if not await Demand.filter(id=row.id, status=DemandStatus.OPEN).select_for_update().first():
        raise IllegalMove
    answer = DemandAnswer(
        demand_id=row.id,
        provider_id=provider.id,
        people=offer.people,
        weekdays=sorted(set(offer.weekdays)),
        from_day=offer.from_day,
        note=offer.note,
        answered_by_id=actor.account_id,
        live_key=f"{row.id}-{provider.id}",
        created_at=now,
    )
    async with refusing_duplicates(AnsweredAlready):
        await answer.save()
    await noted(actor, row, "demands.answered", now=now, answer=answer.uid)
    await tell(row, "answered", now=now, provider=provider.uid)
    return str(answer.uid)


@action
async def withdraw_answer(*, actor: Actor, uid: str, answer_uid: str, reason: str, now: datetime) -> None:
    """Take an answer back. Where it was the chosen one, the demand is open again and the others stand as before."""
    row = await demand_for(actor=actor, uid=uid, permission=_ANSWER, now=now)
    own = sorted(actor.institutions_with(_ANSWER))
    answer = await DemandAnswer.filter(demand_id=row.id, uid=answer_uid, provider_id__in=own).first()
    if answer is None:
        raise NotFound
    why = given(reason)
    if answer.status is AnswerStatus.CHOSEN:
        await move(
            actor,
            row,
            DemandEvent.REOPEN,
            now=now,
            reason=why,
            provider_id=None,
            agreement_id=None,
            owner_id=row.publisher_id,
            due_at=await term("answer_days", now),
        )
        await DemandAnswer.filter(demand_id=row.id, status=AnswerStatus.PASSED).update(
            status=AnswerStatus.OFFERED
        )
    elif answer.status is AnswerStatus.WITHDRAWN:
        raise IllegalMove
    changed = await DemandAnswer.filter(id=answer.id, status=answer.status).update(
        status=AnswerStatus.WITHDRAWN, reason=why, live_key=None
    )
    if not changed:
        raise DemandMoved
    await noted(actor, row, "demands.answer_withdrawn", now=now, reason=why, answer=answer.uid)
    if answer.status is AnswerStatus.CHOSEN:
        await tell(row, "reopened", now=now)
