"""Whose statements are whose: both institutions of one, and the bureau, which sees no resident."""

from tortoise.expressions import Q

from server.alliance.access import BUREAU_ROLES
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import NotFound
from server.settlement.models import Statement, StatementLine


def sees_the_city(*, actor: Actor) -> bool:
    return actor.holds(Permission.STATEMENT_READ, BUREAU_ROLES)


def statements_visible_to(*, actor: Actor) -> Q:
    if sees_the_city(actor=actor):
        return Q(id__gt=0)
    own = sorted(actor.institutions_with(Permission.STATEMENT_READ))
    return Q(Q(home_id__in=own), Q(provider_id__in=own), join_type=Q.OR)


async def statement_for(*, actor: Actor, uid: str) -> Statement:
    rows = Statement.filter(statements_visible_to(actor=actor), uid=uid)
    return _found(await rows.select_related("home", "provider").first())


async def statement_as_provider(*, actor: Actor, uid: str) -> Statement:
    own = sorted(actor.institutions_with(Permission.STATEMENT_ISSUE))
    rows = Statement.filter(uid=uid, provider_id__in=own)
    return _found(await rows.select_related("home", "provider").first())


async def statement_as_home(*, actor: Actor, uid: str) -> Statement:
    own = sorted(actor.institutions_with(Permission.STATEMENT_ACCEPT))
    rows = Statement.filter(uid=uid, home_id__in=own)
    return _found(await rows.select_related("home", "provider").first())


async def statement_as_bureau(*, actor: Actor, uid: str) -> Statement:
    if not actor.holds(Permission.STATEMENT_RULE, BUREAU_ROLES):
        raise NotFound
    return _found(await Statement.filter(uid=uid).select_related("home", "provider").first())


async def line_of(statement: Statement, uid: str) -> StatementLine:
    row = await StatementLine.filter(statement_id=statement.id, uid=uid).select_related("resident").first()
    if row is None:
        raise NotFound
    return row


def postings_visible_to(*, actor: Actor) -> Q:
    """Narrow the ledger to the books of the actor's own institutions: nobody reads another's."""
    return Q(institution_id__in=sorted(actor.institutions_with(Permission.STATEMENT_READ)))


def _found(row: Statement | None) -> Statement:
    if row is None:
        raise NotFound
    return row
