"""Whose figures, and whose people.

A bureau sees the figures of every institution and of no one a single person. A home opens its figures to its own people
wherever it may know the subject; another institution, to those whom it keeps itself (a follow-up's, a consent's, a visit's).
"""

from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.indicators.models import IndicatorFact, IndicatorReport, ProjectEvidence
from server.indicators.rules import Definition
from server.kit.engines.any_of import AnyOf
from server.kit.errors import Forbidden, NotFound

READ, FREEZE = Permission.INDICATOR_READ, Permission.INDICATOR_FREEZE


def oversees(*, actor: Actor, permission: Permission = READ) -> bool:
    return actor.holds(permission, BUREAU_ROLES)


def ensure_overseer(*, actor: Actor, permission: Permission = READ) -> None:
    if not oversees(actor=actor, permission=permission):
        raise Forbidden


def known_on(moment: datetime | None) -> Q:
    """Return the condition of facts that were known at a moment; None: that are known now."""
    if moment is None:
        return Q(known_to__isnull=True)
    return Q(known_from__lte=moment) & (Q(known_to__isnull=True) | Q(known_to__gt=moment))


def people_open_to(*, actor: Actor, definition: Definition, since: date) -> Q:
    """Return the condition of a period's facts whose subject the actor may know."""
    own = sorted(actor.institutions_with(READ))
    if not definition.about_people and oversees(actor=actor):
        return Q(id__gt=0)
    if not definition.home_knows:
        return Q(keeper_id__in=own)
    of = IndicatorFact.filter(code=definition.code, since=since)
    # Two indexes, no OR: of a home, or kept by an institution.
    return Q(id__in=AnyOf(of.filter(home_id__in=own).values("id"), of.filter(keeper_id__in=own).values("id")))


def opens(*, actor: Actor, definition: Definition) -> bool:
    """Tell whether a figure opens to anybody at all for this actor."""
    return not definition.about_people or not oversees(actor=actor)


async def filed_homes() -> list[Institution]:
    """Return the homes that are counted: filed ones, in their order."""
    return await Institution.filter(kind=InstitutionKind.NURSING_HOME, filed=True).order_by("id")


async def own_homes(*, actor: Actor) -> list[Institution]:
    own = sorted(actor.institutions_with(READ))
    return await Institution.filter(id__in=own, kind=InstitutionKind.NURSING_HOME, filed=True).order_by("id")


def reports_visible_to(*, actor: Actor, permission: Permission) -> Q:
    """Narrow reports to a home's own, for only a home's names a home; a bureau's are all."""
    if oversees(actor=actor, permission=permission):
        return Q(id__gt=0)
    return Q(home_id__in=sorted(actor.institutions_with(permission)))


async def report_for(*, actor: Actor, uid: str, permission: Permission) -> IndicatorReport:
    visible = reports_visible_to(actor=actor, permission=permission)
    row = await IndicatorReport.filter(visible, uid=uid).select_related("home").first()
    if row is None:
        raise NotFound
    return row


async def evidence_for(*, actor: Actor, uid: str) -> ProjectEvidence:
    """Return a file of the project table to whoever reports in it."""
    ensure_overseer(actor=actor, permission=Permission.PROJECT_REPORT)
    row = await ProjectEvidence.filter(uid=uid).select_related("report").first()
    if row is None:
        raise NotFound
    return row
