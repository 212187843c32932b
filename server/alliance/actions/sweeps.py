"""What the calendar does to agreements."""

from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.alliance.actions.moves import BINDING, activate, move, tell
from server.alliance.errors import AlreadyBound
from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.alliance.rules import IN_FORCE, AgreementEvent, AgreementStatus
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.kit.errors import IllegalMove
from server.kit.notices import nearest_first
from server.kit.transactions import action


@action
async def sweep_agreements(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Start what is due, remind before the end, end what has run out; return how many were changed.

    A renewal starts before its predecessor is looked at, so that the older one ends as renewed.
    """
    return await _start(actor, now, limit) + await _end(actor, now, limit) + await _remind(actor, now, limit)


async def _start(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    done = 0
    for row in await _due(Q(status=AgreementStatus.FILED, first_day__lte=today, last_day__gte=today), limit):
        try:
            async with in_transaction():  # the predecessor steps down with it or not at all
                await activate(actor, row, now=now)
        except (AlreadyBound, IllegalMove):
            continue  # the pair is bound otherwise, or another worker was faster; nothing of it stays
        done += 1
    return done


async def _end(actor: Actor, now: datetime, limit: int) -> int:
    done = 0
    lived = sorted(BINDING | {AgreementStatus.FILED})
    for row in await _due(Q(status__in=lived, last_day__lt=local_date(now)), limit):
        try:
            await move(actor, row, AgreementEvent.EXPIRE, now=now)
        except IllegalMove:
            continue
        await tell(row, "agreement_ended", now=now)
        done += 1
    return done


async def _remind(actor: Actor, now: datetime, limit: int) -> int:
    today = local_date(now)
    done = 0
    notices = ("alliance.expiring_first_notice", "alliance.expiring_last_notice")
    numbers = await parameters(notices, on=today)
    for days, unsaid in nearest_first(numbers.values()):
        near = Q(status__in=sorted(IN_FORCE), last_day__lte=today + timedelta(days=days)) & unsaid
        for row in await _due(near, limit):
            if not await ServiceAgreement.filter(unsaid, id=row.id).update(reminded_days=days):
                continue
            if row.status is AgreementStatus.ACTIVE:
                await move(actor, row, AgreementEvent.EXPIRE_SOON, now=now)
            await tell(row, "agreement_expiring", now=now, days=days)
            done += 1
    return done


async def _due(condition: Q, limit: int) -> list[ServiceAgreement]:
    return (
        await ServiceAgreement.filter(condition)
        .order_by("id")
        .limit(limit)
        .select_related("home", "provider")
    )
