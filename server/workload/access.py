"""Whose ledger is whose: an institution reads its own, a practitioner their own lines, the bureau sums alone."""

from datetime import date

from tortoise.expressions import Q

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import NotFound
from server.workload.models import WorkloadMonth

READ, CLOSE = Permission.WORKLOAD_READ, Permission.WORKLOAD_CLOSE


def months_visible_to(*, actor: Actor) -> Q:
    if actor.holds(READ, BUREAU_ROLES):
        return Q(id__gt=0)
    return Q(institution_id__in=sorted(actor.institutions_with(READ)))


def months_with_people(*, actor: Actor) -> Q:
    """Narrow to the months whose lines name people to the actor: those of their own institutions, never of a bureau's."""
    if actor.holds(READ, BUREAU_ROLES):
        return Q(id__lt=0)
    return Q(institution_id__in=sorted(actor.institutions_with(READ)))


async def month_for(*, actor: Actor, uid: str) -> WorkloadMonth:
    return _found(
        await WorkloadMonth.filter(months_visible_to(actor=actor), uid=uid)
        .select_related("institution", "closed_by")
        .first()
    )


async def month_of_people(*, actor: Actor, uid: str) -> WorkloadMonth:
    return _found(
        await WorkloadMonth.filter(months_with_people(actor=actor), uid=uid)
        .select_related("institution")
        .first()
    )


async def month_to_close(*, actor: Actor, uid: str) -> WorkloadMonth:
    own = sorted(actor.institutions_with(CLOSE))
    return _found(
        await WorkloadMonth.filter(uid=uid, institution_id__in=own).select_related("institution").first()
    )


async def institution_to_close_at(*, actor: Actor, uid: str) -> Institution:
    row = await Institution.filter(uid=uid, id__in=sorted(actor.institutions_with(CLOSE))).first()
    if row is None:
        raise NotFound
    return row


def own_lines(*, actor: Actor, month: date | None) -> Q:
    mine = Q(account_id=actor.account_id)
    return mine if month is None else mine & Q(month__month=month)


def _found(row: WorkloadMonth | None) -> WorkloadMonth:
    if row is None:
        raise NotFound
    return row
